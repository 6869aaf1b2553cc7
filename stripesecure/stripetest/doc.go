// Package stripetest is a Stripe that keeps state, in the test process: for the
// unit tests of shops and plugins, and for shops that have no keys yet.
//
//	s := stripetest.New()
//	backends := stripe.NewBackendsWithConfig(&stripe.BackendConfig{HTTPClient: s.Client()})
//	sc := client.New(stripetest.TestSecretKey, backends)
package stripetest
