package stripesecure

import (
	"context"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
)

// eventLife is how long Stripe lists events.
const eventLife = 30 * 24 * time.Hour

// missedEvents are the types of handledEvents without those that only repeat
// what an event of the PaymentIntent says.
var missedEvents = []string{
	"charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn",
	"charge.dispute.updated", "charge.refund.updated", "charge.refunded", "payment_intent.amount_capturable_updated",
	"payment_intent.canceled", "payment_intent.payment_failed", "payment_intent.requires_action", "payment_intent.succeeded",
	"radar.early_fraud_warning.created", "review.closed", "review.opened",
}

// missedPage looks at the next page of events that happened since the last
// complete pass, whether their webhooks came or not: a disabled endpoint, a
// secret that was not stored and a server that was down all look the same. Each
// event goes the way of a webhook.
//
// It is cheap where nothing was missed: what an event of a PaymentIntent tells of
// a payment in the pass's own window, the pass has read after the event.
func (p *Plugin) missedPage(s settings.Settings, end time.Time) func(context.Context, stripePort, *scanPass) (more bool, err error) {
	seen := map[hint]bool{} // by this sweep: an older event of it tells nothing more
	return func(ctx context.Context, client stripePort, pass *scanPass) (bool, error) {
		page, more, err := client.Events(ctx, missedEvents, pass.Since, pass.Began, pass.After)
		if err != nil {
			return false, err
		}
		for _, ev := range page {
			if !p.now().Before(end) {
				return true, nil // the next sweep goes on
			}
			about := hint{Intent: ev.Intent, Matters: ev.Matters()}
			if !pass.read(ev) && (about.Intent == "" || !seen[about]) {
				if s.Authentication == settings.AuthConnect {
					ev.Account = s.AccountID // it was asked for this account's
				}
				outcome, err := p.takeEvent(ctx, s, s.Environment, ev)
				p.log(ctx, "missed event", "event", ev.ID, "type", ev.Kind, "answer", outcome)
				if err != nil {
					return false, err
				}
				seen[about] = true
			}
			pass.After = ev.ID
		}
		return more && len(page) > 0, nil
	}
}

// read: the pass has looked at this payment, after the event.
func (pass *scanPass) read(ev event) bool {
	return strings.HasPrefix(ev.Kind, "payment_intent.") &&
		!ev.ObjectCreated.Before(pass.From) && ev.ObjectCreated.Before(pass.Began.Truncate(time.Second)) // Stripe counts seconds
}
