package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What the buyer reads when the order could not be made (LC-33): a sold out
// product is put right in the cart, everything else at check & shipping.
func TestRule11_LC33_whatTheBuyerReads(t *testing.T) {
	for name, c := range map[string]struct {
		end        *End
		code, page string
	}{
		"sold out":            {&End{Reason: "out_of_stock", Items: []string{"mug"}}, "out_of_stock", "cart"},
		"another price":       {&End{Reason: "price_changed"}, "amount_changed", "checkout"},
		"any other reason":    {&End{Reason: "other"}, "order_refused", "checkout"},
		"the buyer went away": {&End{Reason: Abandoned}, "", "checkout"},
		"the buyer's own doing": {
			&End{Reason: AmountChanged}, "", "checkout",
		},
		"the merchant has cancelled the order, days later": {&End{Reason: "cancelled", Order: &Order{Ref: "R1"}}, "", "checkout"},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands("requires_capture")
			s.row.end(c.end)
			s.row.KeyAnswer(1, nil, false, s.now)
			s.row.End.Order = c.end.Order
			s.cancelled()
			out := s.row.Outcome()
			assert.Equal(t, c.code, out.Code)
			assert.Equal(t, c.page, out.Page)
			assert.Equal(t, c.end.Items, out.Items)
			assert.Equal(t, DoShow, out.Do, "and the buyer may pay again")
		})
	}
}

// The host withdraws an order before it was reported here, and somebody
// captures the hold: money and order belong together again.
func TestRule11_aWithdrawnOrderGetsItsPlaceBackIfTheCaptureWon(t *testing.T) {
	s := tell(t)
	s.stands("requires_capture")
	r1 := order("R1")
	s.row.Refuse(Refusal{Reason: "cancelled", Ref: "R1"}, s.now)
	s.row.KeyAnswer(1, &r1, false, s.now)
	s.state(Cancelling)
	assert.Nil(t, s.row.Order)
	s.row.Withdrawn = append(s.row.Withdrawn, "R0")
	s.reads("succeeded")
	assert.Equal(t, &r1, s.row.Order)
	assert.Equal(t, "captured", s.row.State(1))
	assert.Equal(t, OrderTaken, s.row.Place(r1, false, s.now), "it is withdrawn no more")
	assert.Equal(t, []string{"R0"}, s.row.Withdrawn, "another one stays so")
}
