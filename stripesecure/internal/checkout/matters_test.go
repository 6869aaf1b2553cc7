package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What the list of a payment's refunds says, in whatever order it happened.

func TestReviewed_theListIsAllThereIs(t *testing.T) {
	list := func(states ...RefundState) MattersSeen {
		seen := MattersSeen{Intent: Intent{ID: "pi_1", Seen: Seen{Status: "succeeded", Received: 1200}}}
		for n, s := range states {
			seen.Refunds = append(seen.Refunds, RefundSeen{ID: "re_" + string(rune('1'+n)), Amount: 300, State: s, Created: noon})
			if s.counts() {
				seen.Intent.Seen.Refunded += 300
			}
		}
		return seen
	}
	for name, c := range map[string]struct {
		before, now []RefundState
		refunded    int64
	}{
		"made in the Dashboard":          {nil, []RefundState{RefundSucceeded}, 300},
		"pending in the Dashboard":       {nil, []RefundState{RefundPending}, 300},
		"it failed":                      {[]RefundState{RefundSucceeded}, []RefundState{RefundFailed}, 0},
		"the second of two failed":       {[]RefundState{RefundSucceeded, RefundPending}, []RefundState{RefundSucceeded, RefundFailed}, 300},
		"one failed while one was made":  {[]RefundState{RefundPending}, []RefundState{RefundFailed, RefundSucceeded}, 300},
		"an old list: nothing goes back": {[]RefundState{RefundSucceeded}, []RefundState{RefundPending}, 300},
	} {
		t.Run(name, func(t *testing.T) {
			r := paid()
			r.Reviewed("a-1", list(c.before...), noon)
			r.Reviewed("a-1", list(c.now...), noon.Add(time.Hour))
			a := r.Attempts[0]
			assert.Equal(t, c.refunded, a.Seen.Refunded)
			assert.Equal(t, 1200-c.refunded, a.Refundable())
			assert.Len(t, a.Matters.Refunds, len(c.now))
			for n, f := range a.Matters.Refunds {
				want := c.now[n]
				if n < len(c.before) && c.before[n].rank() > want.rank() {
					want = c.before[n]
				}
				assert.Equal(t, want, f.State)
			}
		})
	}
}

// Banks take days: the look at what is undecided becomes more and more seldom.
func TestReviewed_theLongerTheMoreSeldom(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{
		0: time.Hour, 4 * time.Hour: time.Hour, 8 * time.Hour: 2 * time.Hour, 96 * time.Hour: 24 * time.Hour, 960 * time.Hour: 24 * time.Hour,
	} {
		for state, open := range map[RefundState]bool{RefundPending: true, RefundSucceeded: false} {
			r := paid()
			seen := MattersSeen{Intent: Intent{ID: "pi_1", Seen: Seen{Status: "succeeded", Received: 1200, Refunded: 300}}}
			seen.Refunds = []RefundSeen{{ID: "re_1", Amount: 300, State: state, Created: noon}}
			now := noon.Add(after)
			r.Reviewed("a-1", seen, now)
			next := time.Time{}
			if open {
				next = now.Add(want)
			}
			assert.Equal(t, next, r.Attempts[0].Matters.LookAt, "%s, after %s", state, after)
		}
	}
}

// The charge says that there is a dispute; it goes on saying so when it is lost.
func TestReviewed_aDisputeThatIsKnownIsNotLookedForAgain(t *testing.T) {
	for name, c := range map[string]struct {
		known []Dispute
		look  bool
	}{
		"unknown":  {nil, true},
		"lost":     {[]Dispute{{ID: "dp_1", Status: "lost"}}, false},
		"answered": {[]Dispute{{ID: "dp_1", Status: "under_review"}}, false},
	} {
		r := paid()
		r.Attempts[0].Matters.Disputes = c.known
		in := Intent{ID: "pi_1", Seen: r.Attempts[0].Seen}
		in.Seen.Disputed = true
		r.ReadIntent("a-1", in, noon)
		assert.Equal(t, c.look, r.Attempts[0].Refresh, name)
	}
}

// A dispute is looked at until the bank has decided it, and no longer.
func TestReviewed_aDisputeIsLookedAtUntilItIsDecided(t *testing.T) {
	for status, open := range map[string]bool{
		"needs_response": true, "under_review": true, "warning_needs_response": true, "warning_under_review": true,
		"won": false, "lost": false, "warning_closed": false,
	} {
		r := paid()
		seen := MattersSeen{Intent: Intent{ID: "pi_1", Seen: r.Attempts[0].Seen}}
		seen.Disputes = []Dispute{{ID: "dp_1", Status: status, Created: noon}}
		r.Reviewed("a-1", seen, noon)
		assert.Equal(t, open, !r.Attempts[0].Matters.LookAt.IsZero(), status)
	}
}
