package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// One live attempt, left once.

func TestRule4_anotherCard(t *testing.T) {
	for name, c := range map[string]struct {
		stands   string
		change   func(*Submission)
		verdict  Verdict
		attempt  State
		attempts int
	}{
		"after a decline: a new try on the same PaymentIntent": {"requires_payment_method", func(*Submission) {}, Taken, Waiting, 1},
		"… another amount: cancelled, proven, then n+1":        {"requires_payment_method", func(s *Submission) { s.Cart.Total = 90 }, Blocked, Cancelling, 1},
		"… another ⑬":                        {"requires_payment_method", func(s *Submission) { s.Automatic = false }, Blocked, Cancelling, 1},
		"… another ⑭":                        {"requires_payment_method", func(s *Submission) { s.ThreeDSecure = "any" }, Blocked, Cancelling, 1},
		"… another account":                  {"requires_payment_method", func(s *Submission) { s.Scope.Account = "acct_2" }, Blocked, Cancelling, 1},
		"… another buyer":                    {"requires_payment_method", func(s *Submission) { s.Cart.Member = "" }, Blocked, Cancelling, 1},
		"from 3-D Secure: cancelled first":   {"requires_action", func(*Submission) {}, Blocked, Cancelling, 1},
		"offered, same amount: place it":     {"requires_capture", func(*Submission) {}, Decided, Offered, 1},
		"offered, another: the key is asked": {"requires_capture", func(s *Submission) { s.Cart.Total = 90 }, Blocked, Offered, 1},
		"captured by somebody":               {"succeeded", func(s *Submission) { s.Cart.Total = 90 }, Decided, Captured, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands(c.stands)
			again := s.submission("t2")
			c.change(&again)
			assert.Equal(t, c.verdict, s.row.Submit(again, s.now))
			s.state(c.attempt)
			assert.Len(t, s.row.Attempts, c.attempts)
		})
	}
}

func TestRule4_attemptAfterTheCancelIsProven(t *testing.T) {
	s := tell(t)
	s.stands("requires_action")
	assert.Equal(t, Blocked, s.pays("t2"))
	call := s.sends(Cancel)
	assert.Equal(t, Blocked, s.pays("t2"), "sent is not proven")
	s.row.Answered("id-t1", call.Key, Answer{Intent: s.is("canceled")}, s.now)
	assert.Equal(t, Taken, s.pays("t2"))
	assert.Len(t, s.row.Attempts, 2)
}

func TestRule4_theSameTokenIsTheSameTry(t *testing.T) {
	for _, status := range []string{"requires_action", "requires_capture", "requires_payment_method", "canceled", "succeeded"} {
		s := tell(t)
		s.stands(status)
		before := *s.row
		assert.Equal(t, Taken, s.pays("t1"), status)
		assert.Equal(t, before, *s.row, "its result is derived from the present state")
	}
}

func TestRule4_waitingIsLeftOnce(t *testing.T) {
	t.Run("a hold found under cancelling is released, never offered", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_action")
		s.pays("t2")
		s.reads("requires_capture")
		s.state(Cancelling)
		assert.Equal(t, Cancel, s.next())
	})
	t.Run("with a filled slot it goes straight to placed", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_action")
		s.row.Place(order("R1"), true, s.now)
		s.reads("requires_capture")
		s.state(Placed)
	})
	t.Run("offered is left by OrderPlaced", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_capture")
		s.row.Place(order("R1"), false, s.now)
		s.state(Placed)
	})
	t.Run("offered is left by OrderRefused, after its key", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_capture")
		s.row.Refuse(Refusal{Reason: "out_of_stock"}, s.now)
		s.state(Offered)
		assert.Equal(t, CloseKey, s.next())
		s.row.KeyAnswer(1, nil, false, s.now)
		s.state(Cancelling)
	})
}

func TestRule4_aLateAnswerDoesNotGoBack(t *testing.T) {
	for _, now := range []string{"requires_capture", "succeeded", "canceled"} {
		for _, late := range []string{"requires_payment_method", "requires_action"} {
			s := tell(t)
			s.stands("requires_action")
			s.reads(now)
			state := s.attempt().State
			s.row.Answered("id-t1", "key-of-before", Answer{Intent: s.is(late)}, s.now)
			s.state(state)
			assert.Equal(t, now, s.attempt().Seen.Status)
		}
	}
}

func TestRule4_tooManyConfirms(t *testing.T) {
	s := tell(t)
	s.stands("requires_payment_method")
	s.pays("t2")
	ans := Answer{Intent: s.is("canceled"), Error: "card_declined"}
	s.does(Confirm, ans)
	assert.Equal(t, Decided, s.pays("t3"))
	assert.Equal(t, "too_many_attempts", s.row.Outcome().Code)
	assert.Len(t, s.row.Attempts, 1, "not n+1")
}

func TestRule4_customers(t *testing.T) {
	guest := func(token string) Submission {
		sub := (&story{}).submission(token)
		sub.Cart.Member, sub.Customer = "", ""
		return sub
	}
	s := tell(t)
	s.row.Submit(guest("t1"), s.now)
	s.does(CreateCustomer, Answer{Customer: "cus"})
	s.does(CreateIntent, Answer{Intent: s.is("requires_action")})
	s.row.Submit(guest("t2"), s.now)
	s.cancelled()
	s.row.Submit(guest("t2"), s.now)
	assert.Equal(t, "cus", s.attempt().Customer, "a guest's customer is kept over the attempts")
	s.does(CreateIntent, Answer{Error: "resource_missing", Param: "customer"})
	s.state(Refused)
	assert.Equal(t, Taken, s.row.Submit(guest("t2"), s.now), "the same submission is asked once")
	assert.Len(t, s.row.Attempts, 2)
	third := guest("t2")
	third.ID = "id-renewed"
	s.row.Submit(third, s.now)
	assert.Len(t, s.row.Attempts, 3, "the payment goes on")
	assert.Empty(t, s.attempt().Customer, "with a new one")
	assert.Equal(t, CreateCustomer, s.next())
}

// A create that was closed as not found comes late, after another attempt has
// ended: its hold is released before a third one begins, and before anything of
// a second one is sent.
func TestRule4_aStrayIsReleasedFirst(t *testing.T) {
	for name, c := range map[string]struct {
		second  State
		sent    bool
		verdict Verdict
	}{
		"the second is over":               {Cancelled, true, Blocked},
		"the second waits for a card":      {Waiting, true, Blocked},
		"the second is not even sent":      {Creating, false, Blocked},
		"the second is held: let it stand": {Offered, true, Decided},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands("requires_payment_method")
			first := s.row.Attempts[0]
			second := *first
			second.ID, second.Intent, second.State = "id-t2", "pi_2", c.second
			second.Tries = []Try{{ID: "t2", Token: "t2", At: s.now, Sent: c.sent}}
			if !c.sent {
				second.Intent, second.Customer, second.Seen = "", "cus_1", Seen{}
			}
			first.State, first.Intent, first.Seen = Vanished, "", Seen{}
			s.row.Attempts = append(s.row.Attempts, &second)
			stray := *s.is("requires_capture")
			s.row.Observe(first, stray, s.now)
			assert.Equal(t, Cancelling, first.State)

			assert.Equal(t, c.verdict, s.pays("t3"))
			assert.Len(t, s.row.Attempts, 2)
			cmd, due := s.row.Next(Policy{}, s.now, true)
			assert.True(t, due)
			if c.verdict == Blocked {
				assert.Equal(t, Cancel, cmd.Kind)
				assert.Same(t, first, cmd.Attempt)
				s.row.Observe(first, *s.is("canceled"), s.now)
				assert.Equal(t, map[bool]Verdict{true: Taken, false: Blocked}[c.sent], s.pays("t3"))
			}
		})
	}
}
