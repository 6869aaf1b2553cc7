package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A cart with nothing to pay: no call to Stripe, and one order.

func TestFree_theHostIsAskedOnce(t *testing.T) {
	orders := Policy{Orders: true}
	free := func() *Row {
		r := New("shop", "c")
		require.Equal(t, Decided, r.SubmitFree(Cart{Currency: yen}, noon))
		return r
	}
	next := func(r *Row, p Policy, present bool) Kind {
		cmd, _ := r.Next(p, noon, present)
		return cmd.Kind
	}
	assert.Equal(t, PlaceOrder, next(free(), orders, true))
	assert.Empty(t, next(free(), orders, false), "the buyer has gone, and has paid nothing")
	assert.Empty(t, next(free(), Policy{}, true), "the host places it by itself")

	r := free()
	r.Place(Order{Ref: "R1", Currency: yen}, false, noon)
	assert.Empty(t, next(r, orders, true), "there is one")
	assert.Zero(t, r.Due(orders, false), "and it is never unpaid")

	r = free()
	r.Refuse(Refusal{Reason: "out_of_stock"}, noon)
	assert.Equal(t, CloseKey, next(r, orders, true))
	r.KeyFailed(noon)
	assert.Empty(t, next(r, orders, true), "none is made while the key is being closed")
	assert.Equal(t, noon.Add(500*time.Millisecond), r.Due(orders, true))
}
