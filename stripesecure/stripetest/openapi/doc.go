// Package openapi holds tests only: it compares what this library sends, and
// what stripetest answers, with Stripe's published OpenAPI description, as
// stripe-mock v0.189.0 carries it. That release describes the API of
// 2024-09-30.acacia, which for everything used here is field for field the
// 2024-06-20 that stripe-go v79 speaks.
//
// Each request of the plugin goes to stripe-mock's stub server first, in the
// process, and then to stripetest. A request that the description refuses fails
// the test, and so does an answer of stripetest that its schemas do not allow.
// What stripe-mock cannot know (state, lengths, amounts, business rules) is
// stripetest's to check.
package openapi
