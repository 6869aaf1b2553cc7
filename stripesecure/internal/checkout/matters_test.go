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
