package stripesecure

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// Intent is a PaymentIntent at Stripe as its list shows it, whoever made it: by
// this library, by another program, or in the Dashboard. It holds no personal
// data and no secret.
type Intent struct {
	ID       string // pi_…
	Status   string // as Stripe names it: requires_capture, succeeded, …
	Currency string // ISO 4217, capitals
	// Amount is what the payment is for, Received what Stripe took and Refunded
	// what it gave back, in minor units as Stripe counts them.
	Amount, Received, Refunded int64
	Created                    time.Time // UTC, by Stripe's clock
	CaptureBefore              time.Time // the end of the hold; zero where Stripe tells none
	// Order is the shop's order id in the metadata, "" for none.
	Order string
	// Checkout is this shop's checkout that has made it, by the signature in the
	// metadata; "" for a payment of anybody else's.
	Checkout CheckoutID
	Live     bool // no test payment
}

// IntentList says which PaymentIntents are listed.
type IntentList struct {
	// Since and Until bound when they were created: [Since, Until). Zero: since
	// ever; until now.
	Since, Until time.Time
	// After is the id of the last one that was seen, to go on with a list that
	// was interrupted; the newest comes first. Until must be as it was then.
	After string
	// OrderKey is the metadata's key of the order id. Default: order_id, which
	// this library writes.
	OrderKey string
}

const (
	orderKey      = "order_id"
	listTries     = 6 // of one page; about a minute
	firstListWait = time.Second
)

// Intents lists the PaymentIntents of the account in the settings by pages of
// 100, the newest first, as background work that leaves the rate limit to buyers.
// A page that Stripe does not answer is asked for again for about a minute; after
// that the list ends with an error, and IntentList.After goes on behind the last
// one that it gave. It reads, and changes nothing. Errors: not_ready (no key, or
// the key may not), stripe, canceled.
func (p *Plugin) Intents(ctx context.Context, list IntentList) iter.Seq2[Intent, error] {
	return func(yield func(Intent, error) bool) {
		s, err := p.opts.Settings.Settings(ctx)
		if err != nil {
			yield(Intent{}, fail(opIntents, CodeNotReady, err))
			return
		}
		client, err := p.client(ctx, scopeOf(s), inBackground)
		if err != nil {
			yield(Intent{}, stripeError(opIntents, err))
			return
		}
		listIntents(ctx, client.Page, p.sleep, p.now, list, yield)
	}
}

// StripeKey reads from Stripe with a key alone: for programs that have no plugin,
// such as a comparison of a shop that has never used one.
type StripeKey struct {
	Secret    settings.Secret   // sk_ or rk_ with the permission to read PaymentIntents
	Account   string            // acct_… to speak for a connected account, "" for the key's own
	URL       string            // of Stripe's API; default: the real one
	Transport http.RoundTripper // default: one of our own
}

// Intents is [Plugin.Intents] for this key. Intent.Checkout is always "", because
// signatures are the plugin's.
func (k StripeKey) Intents(ctx context.Context, list IntentList) iter.Seq2[Intent, error] {
	return func(yield func(Intent, error) bool) {
		if k.Secret.IsZero() {
			yield(Intent{}, fail(opIntents, CodeNotReady, nil))
			return
		}
		backend := stripeapi.NewBackend(stripeapi.Config{
			URL: k.URL, Transport: k.Transport, Timeout: checkout.CallTimeout,
			Verify: func(_, _, _, _ string) bool { return false },
		})
		client := backend.Client(k.Secret.Reveal(), k.Account).Background()
		listIntents(ctx, client.Page, sleep, time.Now, list, yield)
	}
}

const opIntents = "Intents"

type pager func(ctx context.Context, from, to time.Time, after string) ([]stripeapi.Listed, bool, error)

// listIntents yields page after page until the list or the patience ends.
func listIntents(ctx context.Context, page pager, sleep func(context.Context, time.Duration) bool, now func() time.Time,
	list IntentList, yield func(Intent, error) bool,
) {
	if list.Since.IsZero() {
		list.Since = time.Unix(0, 0)
	}
	if list.Until.IsZero() { // what is made while this runs is for the next time
		list.Until = now()
	}
	key := cmp.Or(list.OrderKey, orderKey)
	for {
		found, more, err := patiently(ctx, page, sleep, list)
		if err != nil {
			yield(Intent{}, err)
			return
		}
		for _, listed := range found {
			if !yield(intentOf(listed, key), nil) {
				return
			}
			list.After = listed.ID
		}
		if !more || len(found) == 0 {
			return
		}
	}
}

// patiently asks for one page until there is an answer.
func patiently(ctx context.Context, page pager, sleep func(context.Context, time.Duration) bool, list IntentList) ([]stripeapi.Listed, bool, error) {
	wait := firstListWait
	for try := 1; ; try++ {
		found, more, err := page(ctx, list.Since, list.Until, list.After)
		if err == nil {
			return found, more, nil
		}
		if ctx.Err() != nil {
			return nil, false, fail(opIntents, CodeCanceled, ctx.Err())
		}
		var refused *stripeapi.Error
		definite := errors.As(err, &refused) && refused.Status >= 400 && refused.Status < 500 && refused.Status != http.StatusTooManyRequests
		if definite || try == listTries {
			return nil, false, stripeError(opIntents, err)
		}
		if !sleep(ctx, wait) {
			return nil, false, fail(opIntents, CodeCanceled, ctx.Err())
		}
		wait *= 2
	}
}

func intentOf(l stripeapi.Listed, key string) Intent {
	in := Intent{
		ID: l.ID, Status: l.Seen.Status, Currency: l.Currency, Amount: l.Amount, Received: l.Seen.Received,
		Refunded: l.Seen.Refunded, Created: l.Created, CaptureBefore: l.Seen.CaptureBefore, Order: l.Metadata[key],
		Live: l.Livemode,
	}
	if l.Signed {
		in.Checkout = CheckoutID(l.Checkout)
	}
	return in
}
