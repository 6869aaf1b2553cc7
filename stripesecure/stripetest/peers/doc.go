// Package peers holds tests only: other people's programs against stripetest.
// Stripe's client for Node.js, the Stripe CLI, and, for the speed, stripe-mock
// beside it. Stripe's client for Go is the peer of the tests in stripetest
// itself.
package peers
