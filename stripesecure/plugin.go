package stripesecure

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// PaymentPlugin is what a shop engine holds, one for each payment method,
// sorted by ④. Every call may be repeated. Amounts are in major units, times
// are UTC of Options.Now.
type PaymentPlugin interface { //nolint:interfacebloat // eleven calls of one payment method; fewer would only move them
	// Settings returns the snapshot of ①–⑮, for listing and sorting.
	Settings(ctx context.Context) (settings.Settings, error)

	// Offer says whether this method is offered for the cart and what the
	// checkout page draws. It makes no call to Stripe for a guest; a member's
	// saved cards are left out when Stripe needs longer than 1.5 s.
	Offer(ctx context.Context, cart Cart) (Offer, error)

	// Pay takes the buyer's submission. Without token and saved card it sends
	// nothing to Stripe and answers with the address of the payment page. It
	// answers within 25 s. Errors: invalid, not_ready, store, canceled.
	Pay(ctx context.Context, cart Cart, in Input) (Result, error)

	// Resume finds out where the checkout stands: the buyer is back from
	// 3-D Secure, reloads, or polls. Errors as Pay.
	Resume(ctx context.Context, cart Cart) (Result, error)

	// OrderPlaced says that the host has committed the order under id. The
	// same order again gets the same answer; another one is order_conflict; an
	// order refused before is refused. Errors: invalid, not_found,
	// order_conflict, refused, store, canceled.
	OrderPlaced(ctx context.Context, id PaymentID, order Order) (Result, error)

	// OrderRefused says that the host cannot make the order (no Ref), or has
	// cancelled it (with its Ref: the merchant's void).
	//
	// A nil error does not say that the money is back. Captured money is not given
	// back by this and is no error either: the state stays captured, the payment
	// has the finding cancelled_but_captured, and the merchant refunds. Ask
	// [Result.Cancelled], and cancel the order, with its goods, only when it is nil;
	// or wait for Changed to say voided.
	//
	// Where it fails, call it again. It is also the only way
	// out where Stripe took no more confirms (too_many_attempts): without it
	// the checkout stays so, however long the buyer waits. Errors as OrderPlaced,
	// and copy for a Ref.
	OrderRefused(ctx context.Context, id PaymentID, refusal Refusal) (Result, error)

	// Payment returns the stored state without asking Stripe. Errors:
	// not_found, store, canceled.
	Payment(ctx context.Context, id PaymentID) (Payment, error)

	// Current returns the checkout's present payment, also before the first
	// Pay, when it names the first PaymentID and stores nothing.
	Current(ctx context.Context, id CheckoutID) (Payment, error)

	// Capture takes the money that is held for the order: all of it for the
	// zero Money, or a part once, and the rest is released (an order that was
	// lowered). It is stored first; where Stripe does not answer the payment
	// comes back as Capturing and the library goes on. The same amount again
	// gets the same answer, also after a capture in the Dashboard (CAP-14).
	// Errors: invalid, not_found, not_held (no order, no hold, expired, or
	// withdrawn), too_much (more than the hold or the order: cancel it with
	// OrderRefused and let the buyer pay the new total in a new checkout),
	// captured (with another amount; it happens once), copy (this is a copy of a
	// live shop: see [Plugin.Site]), stripe, store, canceled.
	Capture(ctx context.Context, id PaymentID, amount Money) (Payment, error)

	// Refund gives captured money back, in part or in full, as often as there
	// is some left. A refund in doubt comes back as RefundWanted and the
	// library goes on with it. A hold is not refunded: capture less, or cancel
	// the order. Errors: invalid (also an operation id that stands for another
	// amount), not_found, not_held (nothing is captured), too_much (more than
	// is left), copy, stripe (refused; the same id gets the same answer), store,
	// canceled.
	Refund(ctx context.Context, id PaymentID, refund Refund) (Payment, error)

	// Handler serves what browsers need below Options.Prefix.
	Handler() http.Handler
}

// Plugin is the PaymentPlugin of this library. Embed it to add calls; change
// what it does with Options.Hooks.
type Plugin struct {
	opts  Options
	base  *url.URL
	sign  signer
	heard *heard
	pulse *pulse
	alarm *alarm // the whole shop's tries, for Hooks.Challenge
	seams
}

var _ PaymentPlugin = (*Plugin)(nil)

// New checks the options, all faults at once (an [Error] with [CodeInvalid]),
// and returns the plugin. It makes no call to Stripe and needs no settings yet.
func New(opts Options) (*Plugin, error) {
	opts = opts.WithDefaults()
	base, faults := opts.check()
	if len(faults) > 0 {
		return nil, invalid("New", faults)
	}
	if _, cached := opts.Settings.(*settings.Cache); !cached {
		opts.Settings = settings.Cached(opts.Settings, settingsLife, opts.Now)
	}
	p := &Plugin{
		opts: opts, base: base, sign: signer{opts.ShopID, opts.SigningKeys}, heard: &heard{}, pulse: new(pulse), alarm: &alarm{},
	}
	p.seams = realSeams(stripeapi.NewBackend(stripeapi.Config{
		URL: opts.StripeURL, Transport: opts.Transport, Timeout: checkout.CallTimeout, Verify: p.sign.verifyMetadata, Watch: p.watchCall,
	}))
	return p, nil
}

// settingsLife is how long a snapshot of the settings is kept.
const settingsLife = 5 * time.Second

// Settings returns the snapshot of ①–⑮: see [PaymentPlugin].
func (p *Plugin) Settings(ctx context.Context) (settings.Settings, error) {
	s, err := p.opts.Settings.Settings(ctx)
	if err != nil {
		return settings.Settings{}, fail("Settings", CodeNotReady, err)
	}
	return s, nil
}
