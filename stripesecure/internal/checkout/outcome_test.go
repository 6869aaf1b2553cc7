package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What the host shows for a generation's payment, present or past.
func TestState_ofEachGeneration(t *testing.T) {
	withdraw := func(s *story) { s.row.Refuse(Refusal{Reason: "cancelled", Ref: "R1"}, s.now) }
	for name, c := range map[string]struct {
		play func(s *story)
		gen  int
		want string
	}{
		"nothing yet": {func(*story) {}, 1, "open"},
		"an order, and a declined card": {func(s *story) {
			s.row.Place(order("R1"), true, s.now)
			s.stands("requires_payment_method")
		}, 1, "open"},
		"withdrawn, and released": {func(s *story) {
			s.stands("requires_capture")
			s.row.Place(order("R1"), false, s.now)
			withdraw(s)
			s.does(Tag, Answer{Intent: s.is("requires_capture")})
			s.cancelled()
		}, 1, "voided"},
		"… and the buyer begins again": {func(s *story) {
			s.stands("requires_capture")
			s.row.Place(order("R1"), false, s.now)
			withdraw(s)
			s.does(Tag, Answer{Intent: s.is("requires_capture")})
			s.cancelled()
			s.pays("t2")
		}, 2, "unknown"},
		"the hold was released in the Dashboard": {func(s *story) {
			s.stands("requires_capture")
			s.row.Place(order("R1"), false, s.now)
			s.reads("canceled")
		}, 1, "voided"},
		"the try was cancelled, nothing ever was held": {func(s *story) {
			s.row.Place(order("R1"), true, s.now)
			s.stands("requires_action")
			s.reads("canceled")
		}, 1, "open"},
		"a free order was withdrawn: nothing was ever paid": {func(s *story) {
			free := Order{Ref: "R1", Currency: yen}
			s.row.SubmitFree(Cart{Currency: yen}, s.now)
			s.row.Place(free, false, s.now)
			withdraw(s)
		}, 1, "voided"},
		"nobody paid in time": {func(s *story) {
			s.row.Place(order("R1"), true, s.now)
			s.present = false
			s.after(time.Hour)
			s.next()
		}, 1, "failed"},
		"captured": {func(s *story) { s.stands("succeeded") }, 1, "captured"},
		"a part was refunded": {func(s *story) {
			s.stands("succeeded")
			s.attempt().Seen.Refunded = 99
		}, 1, "captured"},
		"all of it": {func(s *story) {
			s.stands("succeeded")
			s.attempt().Seen.Refunded = 100
		}, 1, "refunded"},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			c.play(s)
			assert.Equal(t, c.want, s.row.State(c.gen))
		})
	}
}

// The buyer is told what to do, and never to pay where the key was refused.
func TestOutcome_ofARefusedCreate(t *testing.T) {
	for name, c := range map[string]struct {
		ans           Answer
		code, decline string
	}{
		"declined":                {Answer{Error: "card_declined"}, "returned", "card_declined"},
		"the shop's key is wrong": {Answer{Error: "api_key_expired", Denied: true}, "temporarily_unavailable", ""},
	} {
		s := tell(t)
		s.pays("t1")
		s.does(CreateIntent, c.ans)
		out := s.row.Outcome()
		assert.Equal(t, c.code, out.Code, name)
		assert.Equal(t, c.decline, out.Decline, name)
		assert.Equal(t, c.decline == "", s.row.found("credentials"), name)
	}
}

// While a card is with Stripe nobody is told that it was declined, nor asked for another.
func TestOutcome_whileAConfirmIsUnderWay(t *testing.T) {
	s := tell(t)
	s.stands("requires_payment_method")
	assert.Equal(t, DoShow, s.row.Outcome().Do)
	s.pays("t2")
	s.sends(Confirm)
	assert.Equal(t, wait("unknown", "unknown_result"), s.row.Outcome())
}

// There is an order or there is none: nobody is sent to make a second one.
func TestOutcome_whereTheBuyerIsSent(t *testing.T) {
	free := tell(t)
	free.row.SubmitFree(Cart{Currency: yen}, free.now)
	assert.Equal(t, Outcome{State: "not_needed", Do: DoPlace}, free.row.Outcome())
	free.row.end(&End{Reason: AmountChanged, At: free.now})
	assert.Equal(t, DoWait, free.row.Outcome().Do, "while the free key is being closed")
	free.row.End = nil
	free.row.Place(Order{Ref: "R1", Currency: yen}, false, free.now)
	assert.Equal(t, Outcome{State: "not_needed", Do: DoOrder}, free.row.Outcome())

	s := tell(t)
	s.stands("succeeded")
	assert.Equal(t, DoPlace, s.row.Outcome().Do)
	s.row.Place(order("R1"), false, s.now)
	assert.Equal(t, DoOrder, s.row.Outcome().Do)
}

// The order's page says that it was not paid, and the buyer may pay it.
func TestOutcome_ofAnOrderThatNobodyPaid(t *testing.T) {
	s := tell(t)
	s.row.Place(order("R1"), true, s.now)
	assert.Equal(t, "open", s.row.Outcome().State)
	s.present = false
	s.after(time.Hour)
	s.next()
	assert.Equal(t, "failed", s.row.Outcome().State)
	assert.Equal(t, DoShow, s.row.Outcome().Do)
}

// A tab that has lost against a later one says so (LC-32).
func TestOvertaken_LC32(t *testing.T) {
	assert.False(t, New("shop", "c").Overtaken(1), "nobody has tried")
	s := tell(t)
	s.stands("requires_action")
	s.pays("t2")
	s.cancelled()
	s.pays("t2")
	assert.True(t, s.row.Overtaken(1))
	assert.False(t, s.row.Overtaken(2), "the present one")
	assert.False(t, s.row.Overtaken(0), "a tab that does not say")
}
