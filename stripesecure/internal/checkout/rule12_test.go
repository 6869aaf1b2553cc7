package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The order slot.

func TestRule12_OrderPlaced(t *testing.T) {
	for name, c := range map[string]struct {
		stands    string // "" before the first Pay
		total     int64
		hostFirst bool
		want      State
		find      string
	}{
		"before the first Pay":                          {"", 100, true, "", ""},
		"while the buyer authenticates":                 {"requires_action", 100, true, Waiting, ""},
		"… another amount: released, also if held":      {"requires_action", 90, true, Cancelling, ""},
		"on the offered hold":                           {"requires_capture", 100, false, Placed, ""},
		"… another amount: not captured, a finding":     {"requires_capture", 90, false, Placed, "amount_mismatch"},
		"… another amount, a host that commits first":   {"requires_capture", 90, true, Cancelling, ""},
		"captured by somebody, another amount: finding": {"succeeded", 90, false, Captured, "amount_mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			if c.stands != "" {
				s.stands(c.stands)
			}
			o := Order{Ref: "R1", Total: c.total, Currency: yen}
			assert.Equal(t, OrderTaken, s.row.Place(o, c.hostFirst, s.now))
			assert.Equal(t, OrderTaken, s.row.Place(o, c.hostFirst, s.now), "the same ref again: the same answer")
			assert.Equal(t, OrderConflict, s.row.Place(order("R2"), c.hostFirst, s.now), "another ref changes nothing")
			assert.Equal(t, "R1", s.row.Order.Ref)
			if c.stands != "" {
				s.state(c.want)
				assert.Equal(t, c.want == Placed && c.total == 100, s.row.MayCapture(s.attempt()))
			}
			assert.Equal(t, c.find != "", s.row.found(c.find))
		})
	}
}

func TestRule12_OrderRefusedWithItsRef(t *testing.T) {
	for name, begin := range map[string]func(*story){
		"waiting": func(s *story) { s.stands("requires_action") },
		"offered": func(s *story) { s.stands("requires_capture") },
		"placed":  func(s *story) { s.stands("requires_capture"); s.row.Place(order("R1"), false, s.now) },
		"placed, and its key is being closed": func(s *story) {
			s.stands("requires_capture")
			s.row.Place(order("R1"), false, s.now)
			s.row.Refuse(Refusal{Reason: "other"}, s.now)
		},
		"waiting, and its key is being closed": func(s *story) {
			s.stands("requires_action")
			s.row.Place(order("R1"), true, s.now)
			s.row.Refuse(Refusal{Reason: "other"}, s.now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			begin(s)
			for range 2 {
				assert.Equal(t, OrderTaken, s.row.Refuse(Refusal{Reason: "cancelled", Ref: "R1"}, s.now))
			}
			assert.Nil(t, s.row.Order, "the slot is emptied")
			assert.Equal(t, OrderWithdrawn, s.row.Place(order("R1"), false, s.now), "and stays so")
			if s.next() == CloseKey {
				r1 := order("R1")
				s.row.KeyAnswer(1, &r1, false, s.now)
			}
			s.reads("requires_capture")
			s.state(Cancelling)
			s.does(Tag, Answer{Intent: s.is("requires_capture")})
			assert.NotEqual(t, "voided", s.row.State(1), "not before the cancel is read back")
			s.cancelled()
			assert.Equal(t, "voided", s.row.State(1))
			assert.Equal(t, 2, s.row.Gen)
			assert.Equal(t, OrderWithdrawn, s.row.Name(order("R1"), true, s.now), "a cart that still names it does not bring it back")
		})
	}
}

func TestRule12_theCaptureWasFaster(t *testing.T) {
	s := tell(t)
	s.stands("requires_capture")
	s.row.Place(order("R1"), false, s.now)
	s.sends(Settle)
	s.row.Refuse(Refusal{Reason: "cancelled", Ref: "R1"}, s.now)
	s.attempt().Tagged = "R1"
	s.does(Cancel, Answer{Error: "payment_intent_unexpected_state"})
	s.after(5 * time.Minute)
	assert.Equal(t, Read, s.next())
	s.reads("succeeded")
	s.state(Captured)
	assert.Equal(t, "R1", s.row.Order.Ref, "its ref is put back")
	assert.True(t, s.row.found("cancelled_but_captured"), "nobody may miss it")
	assert.Equal(t, "captured", s.row.State(1))
	assert.Equal(t, 1, s.row.Gen)
	assert.Equal(t, OrderTaken, s.row.Refuse(Refusal{Reason: "cancelled", Ref: "R1"}, s.now), "the merchant refunds")
	s.state(Captured)
}

func TestRule12_OrderRefusedWithoutARef(t *testing.T) {
	s := tell(t)
	s.stands("requires_capture")
	s.row.Place(order("R1"), false, s.now)
	for range 2 {
		s.row.Refuse(Refusal{Reason: "out_of_stock"}, s.now)
		r1 := order("R1")
		s.row.KeyAnswer(1, &r1, false, s.now)
		s.state(Placed)
	}
	assert.Nil(t, s.row.End, "an order that is found wins, once and for all")
}

func TestRule12_aFreeCartDoesNotPayAnOrder(t *testing.T) {
	s := tell(t)
	s.row.Place(order("R1"), true, s.now)
	assert.Equal(t, OtherAmount, s.row.SubmitFree(Cart{Currency: yen}, s.now))
	assert.False(t, s.row.NotNeeded)
}
