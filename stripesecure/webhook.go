package stripesecure

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

const (
	maxEvent      = 1 << 20
	webhookBudget = 2 * time.Second // then the sweep goes on
)

// event is a hint: which PaymentIntent to look at.
type event = stripeapi.Event

// serveWebhook takes Stripe's events. An event is a hint: the PaymentIntent is
// read with the secret key, and goes through the same transition as everything
// else. What cannot be worked on now is stored before it is acknowledged.
func (p *Plugin) serveWebhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil {
		p.refuseEvent(w, r, http.StatusRequestEntityTooLarge, forged{reason: "size"})
		return
	}
	s, err := p.opts.Settings.Settings(r.Context())
	if err != nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	environment, why := verifyEvent(s, body, r.Header.Get("Stripe-Signature"), p.now())
	if why != nil {
		p.refuseEvent(w, r, http.StatusBadRequest, *why)
		return
	}
	ev, err := stripeapi.ReadEvent(body, p.sign.verifyMetadata)
	if err != nil {
		p.refuseEvent(w, r, http.StatusBadRequest, forged{reason: "body"})
		return
	}
	if p.heard.strange(ev.Version) {
		p.log(r.Context(), "webhook", "event", ev.ID, "answer", "other_version")
	}
	outcome, err := p.takeEvent(r.Context(), s, environment, ev)
	p.note(r.Context(), ev, outcome, nil)
	p.log(r.Context(), "webhook", "event", ev.ID, "type", ev.Kind, "answer", outcome)
	if err != nil {
		http.Error(w, "try again", http.StatusInternalServerError) // Stripe sends it again
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (p *Plugin) refuseEvent(w http.ResponseWriter, r *http.Request, status int, why forged) {
	p.note(r.Context(), event{}, "refused", &why)
	p.log(r.Context(), "webhook", "answer", "refused", "reason", why.reason, "skew_s", int(why.skew.Seconds()))
	http.Error(w, why.reason, status)
}

// takeEvent works on an event, one that Stripe has posted within a time budget.
// An error means that it is neither done nor stored.
func (p *Plugin) takeEvent(ctx context.Context, s settings.Settings, environment settings.Environment, ev event) (string, error) {
	switch {
	case ev.Live != environment.Livemode():
		return "other_mode", nil
	case s.Authentication == settings.AuthConnect && ev.Account != s.AccountID:
		return "other_account", nil
	case ev.Foreign:
		return "not_ours", nil // nothing is asked of Stripe for another shop's (SIG-05)
	}
	h := hint{Scope: checkout.Scope{Environment: string(environment), Account: s.AccountID}, Intent: ev.Intent, Matters: ev.Matters()}
	work, background := ctx, ev.Listed
	if !ev.Listed {
		var cancel context.CancelFunc
		work, cancel = context.WithTimeout(ctx, webhookBudget)
		defer cancel()
	}
	if err := p.intentOf(work, &h, ev.Charge, background); err != nil {
		return "failed", err
	}
	if !stripeID(h.Intent, "pi_") {
		return "no_payment", nil
	}
	if site, err := p.Site(ctx); err != nil {
		return "failed", err
	} else if site.Copy {
		// Nothing is done about it here (rule 10). Once the merchant confirms that
		// this is no copy, the second janitor reads what was missed.
		return "copy", nil
	}
	outcome, done := p.lookAt(work, h, background)
	if done {
		return outcome, nil
	}
	if err := p.storePending(context.WithoutCancel(ctx), h); err != nil {
		return "failed", err
	}
	return "stored", nil
}

// hint is what an event has told: where to look. Matters: at refunds and
// disputes as well.
type hint struct {
	Scope   checkout.Scope `json:"scope"`
	Intent  string         `json:"-"`
	Matters bool           `json:"matters,omitempty"`
}

// intentOf finds the PaymentIntent of an object that names its charge only
// (DSP-04).
func (p *Plugin) intentOf(ctx context.Context, h *hint, charge string, background bool) error {
	if h.Intent != "" || !stripeID(charge, "ch_") {
		return nil
	}
	client, err := p.client(ctx, h.Scope, background)
	if err != nil {
		return err
	}
	h.Intent, err = client.IntentOf(ctx, charge)
	if gone := (*stripeapi.Error)(nil); errors.As(err, &gone) && gone.Gone() {
		return nil
	}
	return err
}

// lookAt reads a PaymentIntent and brings it to its checkout. Not done: Stripe
// or the store did not answer, or the payment is ours and its checkout is not
// there yet.
func (p *Plugin) lookAt(ctx context.Context, h hint, background bool) (outcome string, done bool) {
	client, err := p.client(ctx, h.Scope, background)
	if err != nil {
		return "no_credentials", false
	}
	in, err := client.Read(ctx, h.Intent)
	var gone *stripeapi.Error
	switch {
	case errors.As(err, &gone) && gone.Gone():
		return "gone", true
	case err != nil:
		return "no_answer", false
	case !in.Signed:
		return "not_ours", true // the signature is over the shop's id too
	}
	known, err := p.link(ctx, in, h.Matters)
	switch {
	case err != nil:
		return "store", false
	case !known:
		return outcomeWait, false
	}
	return "applied", true
}
