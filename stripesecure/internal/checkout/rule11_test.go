package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The host decides once per PaymentID.

func TestRule11_whatTheKeySays(t *testing.T) {
	r1, r2 := order("R1"), order("R2")
	for name, c := range map[string]struct {
		slot *Order
		says *Order
		want State
		gen  int // after the cancel, if there is one
		find string
	}{
		"none: voided, then the next generation":     {nil, nil, Cancelling, 2, ""},
		"an order: it wins":                          {nil, &r1, Placed, 1, ""},
		"the order that was reported: it wins":       {&r1, &r1, Placed, 1, ""},
		"another one than was reported: a finding":   {&r1, &r2, Placed, 1, "order_conflict"},
		"none, though one was reported: a finding":   {&r1, nil, Placed, 1, "order_key_missing"},
		"an order of another amount: never captured": {nil, &Order{Ref: "R1", Total: 90, Currency: yen}, Placed, 1, "amount_mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands("requires_capture")
			if c.slot != nil {
				s.row.Place(*c.slot, false, s.now)
			}
			s.row.Refuse(Refusal{Reason: "other"}, s.now)
			assert.Equal(t, CloseKey, s.next(), "closing is written first, then the key is closed")
			assert.Equal(t, c.slot == nil, s.attempt().State == Offered, "no offered hold is voided before")
			assert.Equal(t, c.slot == nil, s.pays("t2") == Blocked, "no attempt is created meanwhile")
			s.row.KeyAnswer(1, c.says, false, s.now)
			s.state(c.want)
			if c.want == Cancelling {
				assert.Equal(t, 1, s.row.Gen, "not before the cancel is proven")
				s.cancelled()
			}
			assert.Equal(t, c.gen, s.row.Gen)
			assert.Equal(t, c.find != "", s.row.found(c.find))
			if c.find == "amount_mismatch" {
				assert.False(t, s.row.MayCapture(s.attempt()))
			}
		})
	}
}

func TestRule11_anAnswerCountsForItsGeneration(t *testing.T) {
	s := tell(t)
	s.stands("requires_capture")
	s.row.Refuse(Refusal{Reason: "other"}, s.now)
	s.row.KeyAnswer(1, nil, false, s.now)
	s.cancelled()
	s.pays("t2")
	s.does(CreateIntent, Answer{Intent: s.is("requires_capture")})
	s.row.Refuse(Refusal{Reason: "other"}, s.now)
	s.row.KeyAnswer(1, nil, false, s.now) // of a paused worker
	s.state(Offered)
}

func TestRule11_aCapturedCheckoutHasNoNextGeneration(t *testing.T) {
	s := tell(t)
	s.stands("requires_capture")
	s.row.Refuse(Refusal{Reason: "other"}, s.now)
	s.reads("succeeded") // by somebody, while the key is asked for
	assert.Equal(t, CloseKey, s.next(), "it is closed all the same")
	s.row.KeyAnswer(1, nil, false, s.now)
	assert.Equal(t, 1, s.row.Gen)
	assert.Equal(t, OrderWithdrawn, s.row.Place(order("R1"), false, s.now))
	assert.NotEqual(t, DoPlace, s.row.Outcome().Do, "nobody is sent to a closed key")
	assert.True(t, s.row.found("captured_without_order"))
}

func TestRule11_anOfferedHoldThatSomebodyReleasesClosesItsKey(t *testing.T) {
	t.Run("none: what was offered is over", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_capture")
		s.reads("canceled")
		assert.Equal(t, CloseKey, s.next())
		s.row.KeyAnswer(1, nil, false, s.now)
		assert.Equal(t, 2, s.row.Gen)
	})
	t.Run("an order: it is told that there is no money", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_capture")
		s.reads("canceled")
		r1 := order("R1")
		s.row.KeyAnswer(1, &r1, false, s.now)
		s.present = false
		s.now = s.row.OrderAt.Add(abandonAfter)
		s.next()
		assert.Equal(t, "failed", s.row.State(1))
	})
}
