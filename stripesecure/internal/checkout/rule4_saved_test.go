package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A saved card names no submission: a double click and a second try look alike.

func (s *story) paysSaved(id, card string) Verdict {
	sub := s.submission("")
	sub.ID, sub.Saved = id, card
	return s.row.Submit(sub, s.now)
}

func TestRule4_aSavedCardAgain(t *testing.T) {
	for name, c := range map[string]struct {
		stands, card string // "": the create is under way
		want         Verdict
		tries        int
		state        State
	}{
		"a double click":                      {"", "pm_1", Taken, 1, Creating},
		"… while the bank asks":               {"requires_action", "pm_1", Taken, 1, Waiting},
		"another card while one is under way": {"", "pm_2", Blocked, 1, Creating},
		"… while the bank asks: released":     {"requires_action", "pm_2", Blocked, 1, Cancelling},
		"the same one after its decline":      {"requires_payment_method", "pm_1", Taken, 2, Waiting},
		"another one after a decline":         {"requires_payment_method", "pm_2", Taken, 2, Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			require.Equal(t, Taken, s.paysSaved("id-1", "pm_1"))
			call := s.sends(CreateIntent)
			if c.stands != "" {
				s.row.Answered("id-1", call.Key, Answer{Intent: s.is(c.stands)}, s.now)
			}
			assert.Equal(t, c.want, s.paysSaved("id-2", c.card))
			assert.Len(t, s.attempt().Tries, c.tries)
			s.state(c.state)
			if c.tries == 2 {
				assert.Equal(t, Confirm, s.next())
			}
			if c.state == Cancelling {
				assert.Equal(t, Blocked, s.paysSaved("id-3", "pm_1"), "the first card waits for the release too")
			}
		})
	}
}

// Another member's customer never pays on this PaymentIntent; a shop that has
// not stored the customer yet is still the same member.
func TestRule4_theCustomerOfTheNextCard(t *testing.T) {
	for customer, want := range map[string]Verdict{"cus": Taken, "": Taken, "cus_2": Blocked} {
		s := tell(t)
		s.stands("requires_payment_method")
		sub := s.submission("t2")
		sub.Customer = customer
		assert.Equal(t, want, s.row.Submit(sub, s.now), customer)
		assert.Equal(t, want == Blocked, s.attempt().State == Cancelling, customer)
	}
}

// An order without a price is complete: a card that comes after it is not charged.
func TestRule4_aFreeOrderTakesNoCard(t *testing.T) {
	s := tell(t)
	s.row.SubmitFree(Cart{Currency: yen}, s.now)
	s.row.Place(Order{Ref: "R1", Currency: yen}, false, s.now)
	assert.Equal(t, Decided, s.pays("t1"))
	assert.Empty(t, s.row.Attempts)
	assert.Nil(t, s.row.End)

	s = tell(t)
	s.row.SubmitFree(Cart{Currency: yen}, s.now)
	assert.Equal(t, Blocked, s.pays("t1"), "no order yet, and now there is a price: the free key is closed first")
	assert.Equal(t, CloseKey, s.next())
}
