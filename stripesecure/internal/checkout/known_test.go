package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A PaymentIntent counts for the attempt whose id it carries, and an attempt
// has one.
func TestKnows_onePaymentIntentForEachAttempt(t *testing.T) {
	r := paid()
	assert.True(t, r.Knows(Intent{Attempt: "a-1", ID: "pi_1"}))
	assert.False(t, r.Knows(Intent{Attempt: "a-1", ID: "pi_2"}), "a copy of the metadata")
	assert.False(t, r.Knows(Intent{Attempt: "a-2", ID: "pi_1"}))
	assert.Same(t, r.Attempts[0], r.Holder("pi_1"))
	assert.Nil(t, r.Holder("pi_2"))

	r.Attempts[0].Intent = "" // its create has no answer yet
	assert.True(t, r.Knows(Intent{Attempt: "a-1", ID: "pi_1"}))
	assert.Nil(t, r.Holder(""), "no PaymentIntent is nobody's")
}

// What is up to date is not written to the store again.
func TestUpToDate_whatAMerchantWouldSee(t *testing.T) {
	for name, change := range map[string]func(*Intent){
		"": func(*Intent) {}, "status": func(in *Intent) { in.Seen.Status = "canceled" }, "captured": func(in *Intent) { in.Seen.Received++ },
		"refunded": func(in *Intent) { in.Seen.Refunded++ }, "disputed": func(in *Intent) { in.Seen.Disputed = true },
		"review": func(in *Intent) { in.Seen.InReview = true }, "another one": func(in *Intent) { in.ID = "pi_2" },
		"another attempt": func(in *Intent) { in.Attempt = "a-2" },
	} {
		r := paid()
		in := Intent{ID: "pi_1", Attempt: "a-1", Seen: r.Attempts[0].Seen}
		change(&in)
		assert.Equal(t, name == "", r.UpToDate(in), name)
	}
}
