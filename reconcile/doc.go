// Package reconcile compares a shop's orders with Stripe's payments, names
// every pair that does not agree, and says what to do about it (LC-37 … LC-40).
// It works for any shop, also one that never used this library's plugin.
//
// Two lists go in: [Payment] is one PaymentIntent at Stripe, [Order] is one
// order of the shop. A pair is found by the order's payment intent, else by the
// payment's order id. [Classify] gives each pair one [Class] with its
// differences and the recommended [Action]; it is a pure function over a table
// that a person can check and that reads the same as SQL. A [Report] counts all
// pairs and keeps the findings: pairs that agree cost no memory.
//
// [FromStripe] lists Stripe, [StoredOrders] and [StoredPayments] the plugin's own
// store; a host's query is an iterator. [Report.WriteHTML] is the report for
// people, [Job] compares every night, [Repairs] does what needs no person, and
// [SQL] gives the same rules to a warehouse.
//
// [CompareFiles] reads two files with all cores and keeps within a bound of
// memory, spilling to disk beyond it. [Compare] takes any two sources, such as a
// list read from Stripe or from a shop's database.
package reconcile
