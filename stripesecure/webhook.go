package stripesecure

import (
	"context"
	"encoding/json"
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

// event is what is read of a webhook: which PaymentIntent to look at. Nothing
// else in it is believed (rule 6).
type event struct {
	id, kind, account, intent string
	live                      bool
}

// serveWebhook takes Stripe's events. An event is a hint: the PaymentIntent is
// read with the secret key, and goes through the same transition as everything
// else. What cannot be worked on now is stored before it is acknowledged.
func (p *Plugin) serveWebhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
	if err != nil {
		http.Error(w, "body too large", http.StatusRequestEntityTooLarge)
		return
	}
	s, err := p.opts.Settings.Settings(r.Context())
	if err != nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	environment, ok := verifyEvent(s, body, r.Header.Get("Stripe-Signature"), p.now())
	if !ok {
		p.log(r.Context(), "webhook", "answer", "signature")
		http.Error(w, "signature", http.StatusBadRequest)
		return
	}
	ev, err := readEvent(body)
	if err != nil {
		http.Error(w, "event", http.StatusBadRequest)
		return
	}
	outcome, err := p.takeEvent(r.Context(), s, environment, ev)
	p.log(r.Context(), "webhook", "event", ev.id, "type", ev.kind, "answer", outcome)
	if err != nil {
		http.Error(w, "try again", http.StatusInternalServerError) // Stripe sends it again
		return
	}
	w.WriteHeader(http.StatusOK)
}

// readEvent decodes by exact names: encoding/json would let "ID" override "id"
// in a struct.
func readEvent(body []byte) (event, error) {
	var top, data, object map[string]json.RawMessage
	err := json.Unmarshal(body, &top)
	if err == nil {
		err = json.Unmarshal(top["data"], &data)
	}
	if err == nil {
		err = json.Unmarshal(data["object"], &object)
	}
	ev := event{id: text(top["id"]), kind: text(top["type"]), account: text(top["account"])}
	if err != nil || ev.id == "" || ev.kind == "" {
		return event{}, errors.New("not an event")
	}
	ev.live = string(top["livemode"]) == "true"
	switch text(object["object"]) {
	case "payment_intent":
		ev.intent = text(object["id"])
	case "charge", "dispute", "refund", "review", "radar.early_fraud_warning":
		ev.intent = text(object["payment_intent"])
	}
	if !stripeID(ev.intent, "pi_") {
		ev.intent = ""
	}
	return ev, nil
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// takeEvent works on an event within a time budget. An error means that it is
// neither done nor stored.
func (p *Plugin) takeEvent(ctx context.Context, s settings.Settings, environment settings.Environment, ev event) (string, error) {
	switch {
	case ev.live != environment.Livemode():
		return "other_mode", nil
	case s.Authentication == settings.AuthConnect && ev.account != s.AccountID:
		return "other_account", nil
	case ev.intent == "":
		return "no_payment", nil
	}
	scope := checkout.Scope{Environment: string(environment), Account: s.AccountID}
	work, cancel := context.WithTimeout(ctx, webhookBudget)
	defer cancel()
	outcome, done := p.lookAt(work, scope, ev.intent)
	if done {
		return outcome, nil
	}
	return "stored", p.storePending(context.WithoutCancel(ctx), scope, ev.intent)
}

// lookAt reads a PaymentIntent and brings it to its checkout. Not done: Stripe
// or the store did not answer, or the payment is ours and its checkout is not
// there yet.
func (p *Plugin) lookAt(ctx context.Context, scope checkout.Scope, intent string) (outcome string, done bool) {
	client, err := p.client(ctx, scope, false)
	if err != nil {
		return "no_credentials", false
	}
	in, err := client.Read(ctx, intent)
	var gone *stripeapi.Error
	switch {
	case errors.As(err, &gone) && gone.Gone():
		return "gone", true
	case err != nil:
		return "no_answer", false
	case !in.Signed:
		return "not_ours", true // the signature is over the shop's id too
	}
	known, err := p.link(ctx, in)
	switch {
	case err != nil:
		return "store", false
	case !known:
		return "early", false
	}
	return "applied", true
}
