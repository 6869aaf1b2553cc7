package stripesecure

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/wording"
)

// Hooks change what the plugin does. Each field is optional; several Hooks run
// in their order. A hook must be quick and may be called again for the same
// checkout.
type Hooks struct {
	Name string // for logs

	// Offer changes or withdraws the offer, from Offer only.
	Offer func(ctx context.Context, cart Cart, offer *Offer) error

	// BeforePay may say no before anything is sent, with a *Refused as the
	// error. It runs in the browser's Pay only.
	BeforePay func(ctx context.Context, cart Cart) error

	// Challenge asks whether the buyer is a person (a captcha), before a new
	// card is sent: while too many of the shop's tries come to nothing, and when
	// an address has used up its own ([TryLimits]). answer is Input.Challenge, what
	// the host's captcha has put into the form. A *Refused as the error says no;
	// with an empty message the buyer reads [wording.ChallengeRequired].
	Challenge func(ctx context.Context, cart Cart, answer string) error

	// Describe changes what is written to Stripe: for every create, and its text
	// again when the order's ref is written.
	Describe func(ctx context.Context, cart Cart, d *Description) error

	// Capture decides when the money of an order is taken; asked by browser,
	// webhook and sweep alike. The first answer that is not CaptureAsSet
	// counts. After an error the money stays on hold, and the hook is asked again,
	// more and more seldom, until the hold ends.
	Capture func(ctx context.Context, p Payment) (CaptureWhen, error)

	// OrderStatus changes the status ③ that an order begins with, by what was
	// bought (p.Snapshot, p.Total, p.Member). p.OrderStatus is what the setting,
	// and the hooks before, have said. It is asked whenever a Payment is given
	// out, by browser, webhook and sweep alike; an error leaves it as it is.
	OrderStatus func(ctx context.Context, p Payment) (string, error)

	// Stray is told of a payment at Stripe that stands for nothing, by whoever
	// finds it: browser, webhook or sweep. It may be told of the same one again.
	// Its error is only logged.
	Stray func(ctx context.Context, stray Stray) error
}

// Stray is a payment at Stripe that carries this shop's signature and belongs to
// no purchase.
type Stray struct {
	Unknown

	// Closed: a create that was never answered came to Stripe after its try had
	// been closed. The library cancels it; the buyer may have paid otherwise
	// meanwhile. Not closed: no stored checkout knows it, because a backup was
	// restored, and the library leaves its money alone. What happens to it is the
	// merchant's decision.
	Closed bool
}

// Description is what a person sees at Stripe and on the card statement. What
// Stripe would refuse is left out or shortened: it never fails a payment.
type Description struct {
	Text       string
	Descriptor Descriptor
	Metadata   map[string]string // added to the library's own
}

// CaptureWhen is the answer of the Capture hook.
type CaptureWhen int

const (
	// CaptureAsSet follows setting ⑬.
	CaptureAsSet CaptureWhen = iota
	// CaptureNow captures right after the order.
	CaptureNow
	// CaptureLater leaves the capture to the merchant.
	CaptureLater
)

// Refused is how BeforePay says no; the buyer reads the message.
type Refused struct{ Message wording.Message }

func (r *Refused) Error() string { return "refused by hook: " + string(r.Message.Code) }

// clean shortens and drops what Stripe would refuse (LIM-04, LIM-06).
func (d Description) clean() Description {
	d.Text = withoutCard(cut(printable(d.Text), 1000))
	d.Descriptor = d.Descriptor.clean()
	extra := make(map[string]string, len(d.Metadata))
	for key, value := range d.Metadata {
		if key == "" || utf8.RuneCountInString(key) > 40 || strings.ContainsAny(key, "[]") || value == "" || typedCard(value) || len(extra) == 40 {
			continue
		}
		extra[key] = cut(printable(value), 500)
	}
	d.Metadata = extra
	return d
}

// cut shortens to at most n characters, never inside one.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
}
