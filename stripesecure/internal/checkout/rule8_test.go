package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Nothing local is final while Stripe is live: "you have not been charged" is
// said only when every attempt was read back as cancelled, or its create was
// refused with a definite 4xx.

func TestRule8_notCharged(t *testing.T) {
	for state, want := range map[State]bool{
		Creating: false, Waiting: false, Offered: false, Placed: false, Captured: false, Cancelling: false,
		Vanished: false, Cancelled: true, Refused: true, Expired: true,
	} {
		for _, other := range []State{Cancelled, state} {
			r := &Row{Attempts: []*Attempt{{State: state}, {State: other}}}
			assert.Equal(t, want, r.Proven(), "%s, then %s", state, other)
		}
	}
}

func TestRule8_cancelThereFirst(t *testing.T) {
	for name, ans := range map[string]Answer{
		"no answer": lostAnswer, "not done": {NotDone: true}, "denied": {Error: "denied", Denied: true},
		"refused": {Error: "payment_intent_unexpected_state"}, "a replay": {Intent: &Intent{Seen: Seen{Status: "canceled"}}, Replayed: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands("requires_action")
			s.pays("t2")
			s.does(Cancel, ans)
			s.state(Cancelling)
			assert.False(t, s.row.Proven())
			assert.False(t, s.row.Due(Policy{}, false).IsZero(), "somebody goes on with it")
			s.reads("canceled")
			assert.True(t, s.row.Proven())
		})
	}
}

// The order costs another amount than the payment that is being begun.
func TestRule8_aCreateThatNobodySentNeedsNoProof(t *testing.T) {
	for name, c := range map[string]struct {
		sent bool
		want State
	}{"it was not sent": {false, Refused}, "it was sent": {true, Cancelling}} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.pays("t1")
			if c.sent {
				s.sends(CreateIntent)
			}
			s.row.Place(Order{Ref: "R1", Total: 90, Currency: yen}, true, s.now)
			s.state(c.want)
			assert.Equal(t, !c.sent, s.row.Proven())
		})
	}
}
