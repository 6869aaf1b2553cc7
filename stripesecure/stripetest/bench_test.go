package stripetest_test

import (
	"testing"

	"github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		stripetest.New()
	}
}

// BenchmarkPayment creates and confirms a payment and captures it: two calls of
// stripe-go.
func BenchmarkPayment(b *testing.B) {
	s := stripetest.New()
	sc := newClient(s)
	for b.Loop() {
		pi, err := sc.PaymentIntents.New(hold(s.Token("4242424242424242")))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := sc.PaymentIntents.Capture(pi.ID, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRetrieve(b *testing.B) {
	s := stripetest.New()
	sc := newClient(s)
	id := s.AddIntent(stripetest.PaymentIntent{Amount: 1200, Currency: "jpy"})
	for b.Loop() {
		if _, err := sc.PaymentIntents.Get(id, &stripe.PaymentIntentParams{}); err != nil {
			b.Fatal(err)
		}
	}
}
