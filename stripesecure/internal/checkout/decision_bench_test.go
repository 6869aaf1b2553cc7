package checkout

import (
	"encoding/json"
	"testing"
)

// BenchmarkDecision is whole checkouts of guests, ⑬ automatic, decided by the
// core alone: no plugin, no store, no Stripe. With "stored" each of the five
// transactions also turns the row into its bytes and back.
//
//	go test -run '^$' -bench Decision ./stripesecure/internal/checkout
func BenchmarkDecision(b *testing.B) {
	for name, stored := range map[string]bool{"decided": false, "decided and stored": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := decide(b, stored); r.State(1) != "captured" {
					b.Fatal(r.State(1))
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checkouts/s")
		})
	}
}

func decide(b *testing.B, stored bool) *Row {
	b.Helper()
	r := New("shop", "c")
	r.Submit(Submission{
		ID: "id", Token: "ctoken", Scope: Scope{Environment: "test"}, Automatic: true,
		Cart: Cart{Total: 1200, Currency: yen, Language: "ja", Name: "山田 花子", Email: "hanako@example.com", Snapshot: []byte("snapshot")},
	}, t0)
	in := Intent{
		ID: "pi", Amount: 1200, Currency: yen, Customer: "cus", CaptureMethod: "manual", Attempt: "id", Checkout: "c", Signed: true,
		Seen: Seen{Status: "requires_capture", Charge: "ch", CaptureBefore: t0.AddDate(0, 0, 7)},
	}
	for _, step := range []struct {
		kind Kind
		ans  func() Answer
	}{
		{CreateCustomer, func() Answer { return Answer{Customer: "cus"} }},
		{CreateIntent, func() Answer { return Answer{Intent: &in} }},
		{Settle, func() Answer {
			in.Seen.Status, in.Seen.Received, in.Ref = "succeeded", 1200, "R1"
			return Answer{Intent: &in}
		}},
	} {
		if step.kind == Settle {
			r.Place(Order{Ref: "R1", Total: 1200, Currency: yen}, false, t0)
		}
		cmd, ok := r.Next(Policy{}, t0, true)
		if !ok || cmd.Kind != step.kind {
			b.Fatalf("%s instead of %s", cmd.Kind, step.kind)
		}
		call := cmd.Arm("key-"+string(step.kind), "/v1/payment_intents/pi/capture", "amount=1200&currency=jpy", t0)
		r = kept(b, r, stored)
		r.Answered("id", call.Key, step.ans(), t0)
		r = kept(b, r, stored && step.kind != CreateCustomer) // the customer is stored with the create's key
	}
	return r
}

// kept is the row as the store gives it back.
func kept(b *testing.B, r *Row, stored bool) *Row {
	b.Helper()
	if !stored {
		return r
	}
	body, err := json.Marshal(r)
	if err != nil {
		b.Fatal(err)
	}
	read := &Row{Shop: r.Shop, ID: r.ID, Version: r.Version + 1}
	if err := json.Unmarshal(body, read); err != nil {
		b.Fatal(err)
	}
	return read
}
