package stripesecure

import (
	"context"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// Watch is told of what happens, for metrics and traces. It changes nothing:
// each function is called after the fact, in the goroutine that did the work, so
// it should be quick. Fields may be nil. Nothing in it is personal or secret.
// Package telemetry has one for OpenTelemetry.
type Watch struct {
	// StripeCall: a call to Stripe has ended.
	StripeCall func(ctx context.Context, call StripeCall)
	// Transition: a payment's new state was stored.
	Transition func(ctx context.Context, change Transition)
	// Event: one of Stripe's events was answered.
	Event func(ctx context.Context, event EventSeen)
	// Sweep: the recovery loop has worked on a shop once.
	Sweep func(ctx context.Context, sweep SweepDone)
}

// StripeCall is one call to Stripe.
type StripeCall struct {
	Shop       string
	Method     string
	Route      string // the path with a "*" for each id: /v1/payment_intents/*/capture
	Status     int    // HTTP; 0: no answer
	Code       string // of Stripe's error, "" for success
	RequestID  string // Stripe's (req_…), for its support
	Duration   time.Duration
	Background bool // the recovery loop's, not a buyer's
}

// Transition is a payment's change of state.
type Transition struct {
	Shop     string
	Payment  PaymentID
	From, To State
	Buyer    bool // a buyer's request brought it about, not a webhook or the sweep
}

// EventSeen is an event of Stripe's and what became of it: the answers of
// [WebhookReport].
type EventSeen struct {
	Shop   string
	ID     string // "" when it was refused
	Type   string
	Answer string
}

// SweepDone is one pass of the recovery loop over a shop.
type SweepDone struct {
	Shop     string
	Rows     int // that were due
	Duration time.Duration
	Code     Code // of its error, "" for none
}

func (p *Plugin) watchCall(ctx context.Context, call stripeapi.Call) {
	if p.opts.Watch.StripeCall != nil {
		p.opts.Watch.StripeCall(ctx, StripeCall{
			Shop: p.opts.ShopID, Method: call.Method, Route: call.Route, Status: call.Status, Code: call.Code,
			RequestID: call.RequestID, Duration: call.Duration, Background: call.Background,
		})
	}
}

// watchRow tells of a state that differs from the one that was loaded.
func (j *job) watchRow(ctx context.Context) {
	watch := j.p.opts.Watch.Transition
	if watch == nil {
		return
	}
	from, to := j.was, j.standing()
	j.was = to
	if from != to {
		change := Transition{Shop: j.row.Shop, Payment: to.payment, From: from.state, To: to.state, Buyer: j.present}
		if from.payment != to.payment { // the next generation: what became of this one
			change.Payment, change.To = from.payment, State(j.row.State(from.gen))
		}
		watch(ctx, change)
	}
}

// standing is where the row's present payment stands.
type standing struct {
	payment PaymentID
	gen     int
	state   State
}

func (j *job) standing() standing {
	return standing{paymentID(j.row.ID, j.row.Gen), j.row.Gen, State(j.row.State(j.row.Gen))}
}
