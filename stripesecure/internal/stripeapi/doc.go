// Package stripeapi is the only place that knows stripe-go: it builds the exact
// bodies that are stored before they are sent, sends them, and reads Stripe's
// objects into the words of package checkout. No type of stripe-go leaves it,
// and no text of Stripe's: an error is a code.
package stripeapi
