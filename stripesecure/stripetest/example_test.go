package stripetest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// newClient gives stripe-go on an emulator.
func newClient(s *stripetest.Stripe) *client.API {
	return client.New(stripetest.TestSecretKey, stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		HTTPClient: s.Client(), MaxNetworkRetries: stripe.Int64(0),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	}))
}

// hold is a payment that is held, not captured.
func hold(token string) *stripe.PaymentIntentParams {
	return &stripe.PaymentIntentParams{
		Amount: stripe.Int64(1200), Currency: stripe.String("jpy"), Confirm: stripe.Bool(true),
		CaptureMethod: stripe.String("manual"), ConfirmationToken: stripe.String(token),
		PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
	}
}

func Example() {
	s := stripetest.New()
	sc := newClient(s)

	pi, err := sc.PaymentIntents.New(hold(s.Token("4242424242424242")))
	fmt.Println(pi.Status, err)
	pi, err = sc.PaymentIntents.Capture(pi.ID, nil)
	fmt.Println(pi.Status, err)
	// Output:
	// requires_capture <nil>
	// succeeded <nil>
}

func ExampleStripe_Token_declined() {
	s := stripetest.New()
	_, err := newClient(s).PaymentIntents.New(hold(s.Token("pm_card_visa_chargeDeclinedInsufficientFunds")))
	var declined *stripe.Error
	fmt.Println(errors.As(err, &declined), declined.HTTPStatusCode, declined.Code, declined.DeclineCode)
	// Output: true 402 card_declined insufficient_funds
}

func ExampleStripe_Challenge() {
	s := stripetest.New()
	pi, _ := newClient(s).PaymentIntents.New(hold(s.Token("4000002760003184")))
	fmt.Println(pi.Status)
	s.Challenge(pi.ID, stripetest.Pass) // the buyer, at the bank
	fmt.Println(s.Intent(pi.ID).Status)
	// Output:
	// requires_action
	// requires_capture
}

func ExampleStripe_Fail() {
	s := stripetest.New()
	sc := newClient(s)
	s.Fail("POST /v1/payment_intents", stripetest.LoseAnswer)

	params := hold(s.Token("4242424242424242"))
	params.SetIdempotencyKey("try-1")
	_, err := sc.PaymentIntents.New(params)
	fmt.Println("first time:", err != nil)
	_, err = sc.PaymentIntents.New(params)
	fmt.Println("same key again:", err, len(s.Intents()), "intent")
	// Output:
	// first time: true
	// same key again: <nil> 1 intent
}

func ExampleStripe_Hold() {
	s := stripetest.New()
	held := s.Hold("POST /v1/customers")
	go func() {
		<-held.Caught() // it is on its way …
		fmt.Println(len(s.Customers()))
		held.Release() // … and arrives
	}()
	_, err := newClient(s).Customers.New(&stripe.CustomerParams{})
	fmt.Println(len(s.Customers()), err)
	// Output:
	// 0
	// 1 <nil>
}

func ExampleStripe_Calls() {
	s := stripetest.New()
	sc := newClient(s)
	params := &stripe.CustomerParams{Email: stripe.String("hanako@example.com")}
	params.SetIdempotencyKey("k-17")
	_, _ = sc.Customers.New(params)
	for _, call := range s.Calls("POST /v1/customers") {
		fmt.Println(call, call.Form["email"], call.IdempotencyKey, call.Status)
	}
	// Output: POST /v1/customers hanako@example.com k-17 200
}

func ExampleStripe_Advance() {
	s := stripetest.New() // a Japanese account: 30 days for yen on a Visa card
	pi, _ := newClient(s).PaymentIntents.New(hold(s.Token("4242424242424242")))
	s.Advance(30 * 24 * time.Hour)
	fmt.Println(s.Intent(pi.ID).Status, s.Intent(pi.ID).CancellationReason)
	// Output: canceled automatic
}

func ExampleStripe_Deliver() {
	s := stripetest.New()
	webhook := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.Header.Get("Stripe-Signature") != "")
	})
	_, _ = newClient(s).Customers.New(&stripe.CustomerParams{})
	fmt.Println(s.Deliver(context.Background(), webhook))
	// Output:
	// POST /webhook true
	// <nil>
}

func ExampleStripe_AddCustomer() {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{ID: "cus_hanako", Email: "hanako@example.com"})
	s.AddCard(cus, "4242424242424242", "pm_hanako")
	cards := newClient(s).Customers.ListPaymentMethods(&stripe.CustomerListPaymentMethodsParams{Customer: &cus})
	for cards.Next() {
		fmt.Println(cards.PaymentMethod().ID, cards.PaymentMethod().Card.Last4)
	}
	// Output: pm_hanako 4242
}

func ExampleStripe_Dashboard() {
	s := stripetest.New()
	pi, _ := newClient(s).PaymentIntents.New(hold(s.Token("4242424242424242")))
	_ = s.Dashboard().Cancel(pi.ID, "requested_by_customer") // behind the plugin's back
	_, err := newClient(s).PaymentIntents.Capture(pi.ID, nil)
	var refused *stripe.Error
	fmt.Println(errors.As(err, &refused), refused.Code)
	// Output: true payment_intent_unexpected_state
}

func ExampleStripe_Server() {
	var t stripetest.TB = noTest{} // in a test: t
	s := stripetest.New()
	url := s.Server(t)
	res, err := http.Get(url + "/v3/")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	fmt.Println(res.StatusCode, res.Header.Get("Content-Type"))
	// Output: 200 text/javascript; charset=utf-8
}

// noTest stands for *testing.T in an example.
type noTest struct{}

func (noTest) Helper()               {}
func (noTest) Cleanup(func())        {}
func (noTest) Fatalf(string, ...any) {}
