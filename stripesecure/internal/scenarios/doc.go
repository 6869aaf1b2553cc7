// Package scenarios holds the table of what went wrong in real shops that take
// payments through Stripe, and of the test here that shows the right outcome.
// It has no code of its own: its test writes SCENARIOS.md from scenarios.tsv and
// from the names of all tests, and fails when one of the scenarios has neither
// a test nor a reason.
package scenarios
