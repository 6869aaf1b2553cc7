// Package checkout is the checkout protocol as a decision function without I/O:
// a [Row] and what somebody observed go in, the row's next state and the next
// [Command] come out. It knows no clock, no network, no database and no
// randomness; the shells for browser, webhook, sweep and reconcile bring them,
// and all of them end in the same transitions here.
//
// One row is one checkout: one buyer paying one cart. It is stored as a whole,
// by compare-and-set, so every transition below is atomic.
//
//	row.go      what is stored
//	submit.go   the buyer pays: may a new try start, on which attempt
//	observe.go  Stripe's PaymentIntent was seen: the one transition function
//	answer.go   what became of a call to Stripe
//	order.go    the host has an order, refuses one, or answers for its key
//	agenda.go   what is due, when, and what the row does next
//	outcome.go  what to tell the buyer and the host
//
// Amounts are int64 in Stripe's minor units; times are UTC.
package checkout
