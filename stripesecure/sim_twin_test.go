package stripesecure

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// simTwin is a stripetest beside the model: it gets every call that reaches the
// model, as HTTP through stripe-go, and has to answer the same.
type simTwin struct {
	w      *simWorld
	real   *stripetest.Stripe
	client stripePort
	ids    map[string]string // the model's to stripetest's
	calls  int
}

func newSimTwin(w *simWorld) *simTwin {
	t := &simTwin{w: w, ids: map[string]string{}}
	t.real = stripetest.New(stripetest.WithSeed(w.seed), stripetest.WithClock(func() time.Time { return simEpoch.Add(w.now) }))
	backend := stripeapi.NewBackend(stripeapi.Config{
		Transport: t.real.Transport(), Timeout: time.Minute, Verify: w.servers[0].plugin.sign.verifyMetadata,
	})
	t.client = backend.Client(stripetest.TestSecretKey, "")
	return t
}

var simCards = map[string]string{"ok": "4242424242424242", "declined": "4000000000009995", "3ds": "4000002760003184"}

// id is stripetest's name for what the model calls so.
func (t *simTwin) id(name string) string {
	if kind, ok := strings.CutPrefix(name, "ctoken_"); ok && t.ids[name] == "" {
		kind, _, _ = strings.Cut(kind, "_")
		t.ids[name] = t.real.Token(simCards[kind])
	}
	return t.ids[name]
}

func (t *simTwin) translate(call checkout.Call) checkout.Call {
	pairs := strings.Split(call.Body, "&")
	for n, pair := range pairs {
		if key, value, _ := strings.Cut(pair, "="); key == "customer" || key == "confirmation_token" || key == "payment_intent" {
			pairs[n] = key + "=" + t.id(value)
		}
	}
	call.Body = strings.Join(pairs, "&")
	if i := t.w.stripe.of(call.Path); i != nil {
		call.Path = strings.Replace(call.Path, i.id, t.id(i.id), 1)
	}
	return call
}

func (t *simTwin) sends(call checkout.Call, model checkout.Answer) {
	if t == nil {
		return
	}
	t.calls++
	real := t.client.Send(context.Background(), t.translate(call))
	if model.Customer != "" {
		t.ids[model.Customer] = real.Customer
	}
	if model.Error != real.Error || model.NoAnswer != real.NoAnswer || model.NotDone != real.NotDone ||
		model.Intent != nil && model.Replayed != real.Replayed || (model.Intent == nil) != (real.Intent == nil) ||
		(model.Refund == nil) != (real.Refund == nil) {
		t.w.failf("model", "%s: the model answers %+v, stripetest %+v", call.Kind, model, real)
		return
	}
	if model.Intent != nil {
		t.ids[model.Intent.ID] = real.Intent.ID
		t.compare(string(call.Kind), *model.Intent, *real.Intent)
	}
}

func (t *simTwin) compare(what string, model, real checkout.Intent) {
	for _, pair := range [][2]any{
		{model.Amount, real.Amount}, {model.Currency, real.Currency}, {t.id(model.Customer), real.Customer},
		{model.CaptureMethod, real.CaptureMethod}, {model.Attempt, real.Attempt}, {model.Checkout, real.Checkout},
		{model.Ref, real.Ref}, {model.Signed, real.Signed}, {model.Cancelled, real.Cancelled},
		{model.Seen.Status, real.Seen.Status}, {model.Seen.Error, real.Seen.Error}, {model.Seen.Received, real.Seen.Received},
		{model.Seen.Charge != "", real.Seen.Charge != ""}, {model.Seen.Refunded, real.Seen.Refunded},
		{model.Seen.Disputed, real.Seen.Disputed},
	} {
		if pair[0] != pair[1] {
			t.w.failf("model", "%s of %s: the model has %v, stripetest %v", what, model.ID, pair[0], pair[1])
		}
	}
}

func (t *simTwin) reads(model checkout.Intent) {
	if t == nil || t.ids[model.ID] == "" {
		return
	}
	t.calls++
	real, err := t.client.Read(context.Background(), t.id(model.ID))
	if err != nil {
		t.w.failf("model", "read %s: %v", model.ID, err)
		return
	}
	t.compare("read", model, real)
}

func (t *simTwin) authenticates(i *simIntent, passed bool) {
	if t != nil && !t.real.Challenge(t.id(i.id), map[bool]stripetest.Authentication{true: stripetest.Pass, false: stripetest.Fail}[passed]) {
		t.w.failf("model", "stripetest has no challenge for %s", i.id)
	}
}

// meddles in the Dashboard: captures the amount, or cancels.
func (t *simTwin) meddles(i *simIntent, amount int64) {
	if t == nil {
		return
	}
	if i.status == succeeded {
		t.must(t.real.Dashboard().Capture(t.id(i.id), amount))
	} else {
		t.must(t.real.Dashboard().Cancel(t.id(i.id), "requested_by_customer"))
	}
}

func (t *simTwin) refunds(i *simIntent, amount int64) {
	if t != nil {
		t.must(t.real.Dashboard().Refund(t.id(i.id), amount))
	}
}

func (t *simTwin) disputes(i *simIntent) {
	if t != nil {
		t.must(t.real.Dashboard().Dispute(t.id(i.id), "fraudulent"))
	}
}

func (t *simTwin) decides(i *simIntent, won bool) {
	if t != nil {
		t.must(t.real.Dashboard().Decide(t.id(i.id), won))
	}
}

func (t *simTwin) must(err error) {
	if err != nil {
		t.w.failf("model", "Dashboard of stripetest: %v", err)
	}
}

// reviews compares refunds and disputes.
func (t *simTwin) reviews(i *simIntent, model checkout.MattersSeen) {
	if t == nil {
		return
	}
	t.calls++
	real, err := t.client.Matters(context.Background(), t.id(i.id))
	if err != nil || len(real.Refunds) != len(model.Refunds) || len(real.Disputes) != len(model.Disputes) {
		t.w.failf("model", "review %s: the model has %+v, stripetest %+v (%v)", i.id, model, real, err)
		return
	}
	for n, f := range model.Refunds {
		f.ID, f.Created, f.Reason = real.Refunds[n].ID, real.Refunds[n].Created, real.Refunds[n].Reason
		if f != real.Refunds[n] {
			t.w.failf("model", "refund %d of %s: the model has %+v, stripetest %+v", n+1, i.id, f, real.Refunds[n])
		}
	}
	for n, d := range model.Disputes {
		if other := real.Disputes[n]; d.Status != other.Status || d.Amount != other.Amount || d.Reason != other.Reason {
			t.w.failf("model", "dispute of %s: the model has %+v, stripetest %+v", i.id, d, other)
		}
	}
}

// TestSimulation_model holds the model of Stripe to stripetest, which is held
// to Stripe's own description: both get the same calls, with the same faults of
// the network, and give the same answers.
func TestSimulation_model(t *testing.T) {
	var calls atomic.Int64
	inParallel(simAmount(2000), func(seed uint64) bool {
		c := simConfigOf(seed)
		// Stored 500s, deleted customers and refunds that banks refuse are the model's own doing.
		c.kinds &^= 1<<failsBefore | 1<<failsAfter | 1<<customerGone
		c.badBanks, c.member, c.maxTries, c.expiry = false, false, 0, c.expiry || seed%20 == 0
		w := newSimWorld(seed, c, nil)
		w.stripe.twin = newSimTwin(w)
		w.run()
		calls.Add(int64(w.stripe.twin.calls))
		if w.violation != "" {
			t.Errorf("seed %d breaks %s: %s", seed, w.violation, w.detail)
		}
		return w.violation == ""
	})
	t.Logf("%d calls answered alike", calls.Load())
}
