package reconcile

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

func seq[T any](rows ...T) func(func(T, error) bool) { return sourceOf(rows) }

// TestStoredStates: no state of a payment was forgotten, in either direction.
func TestStoredStates(t *testing.T) {
	for _, state := range []stripesecure.State{
		stripesecure.StateOpen, stripesecure.StateNeedsAction, stripesecure.StateProcessing, stripesecure.StateUnknown,
		stripesecure.StateHeld, stripesecure.StateCaptured, stripesecure.StateRefunded, stripesecure.StateVoided,
		stripesecure.StateExpired, stripesecure.StateFailed,
	} {
		pay := stripesecure.Payment{
			Intent: "pi_1", State: state, Total: stripesecure.JPY(1200), Began: days(40),
			Order: &stripesecure.Order{Ref: "o1", Total: stripesecure.JPY(1200)},
		}
		switch state {
		case stripesecure.StateRefunded:
			pay.Captured, pay.Refunded = pay.Total, pay.Total
		case stripesecure.StateCaptured:
			pay.Captured = pay.Total
		case stripesecure.StateHeld:
			pay.CaptureBefore = testNow.AddDate(0, 0, 5)
		}
		for p, err := range StoredPayments(seq(pay)) {
			require.NoError(t, err)
			for o, err := range StoredOrders(seq(pay)) {
				require.NoError(t, err)
				class := Classify(Pair{&p, &o, ""}, testNow).Class
				switch state {
				case stripesecure.StateExpired:
					assert.Equal(t, HoldExpired, class)
				case stripesecure.StateFailed:
					assert.Equal(t, StatusMismatch, class, "the host still has to decide")
				default:
					assert.Equal(t, Matched, class, state)
				}
			}
		}
	}
}

func TestStoredSidesLeaveOut(t *testing.T) {
	nothing := stripesecure.Payment{State: stripesecure.StateOpen}
	free := stripesecure.Payment{State: stripesecure.StateNotNeeded, Order: &stripesecure.Order{Ref: "o2"}}
	for range StoredPayments(seq(nothing, free)) {
		t.Error("no PaymentIntent, no payment")
	}
	for range StoredOrders(seq(nothing, free)) {
		t.Error("nothing was to be paid")
	}
}

// TestSourceErrors: an error of what is read ends the list, and is told.
func TestSourceErrors(t *testing.T) {
	lost := errors.New("lost")
	broken := func(yield func(stripesecure.Payment, error) bool) {
		if yield(stripesecure.Payment{}, lost) {
			t.Error("goes on after an error")
		}
	}
	for _, err := range StoredPayments(broken) {
		require.ErrorIs(t, err, lost)
	}
	for _, err := range StoredOrders(broken) {
		require.ErrorIs(t, err, lost)
	}
	for _, err := range FromStripe(func(yield func(stripesecure.Intent, error) bool) { yield(stripesecure.Intent{}, lost) }) {
		require.ErrorIs(t, err, lost)
	}
	odd := stripesecure.Money{Amount: decimal.New(15, -1), Currency: "JPY"}
	for _, err := range StoredPayments(seq(stripesecure.Payment{Intent: "pi_1", Total: odd})) {
		require.ErrorIs(t, err, stripesecure.ErrAmount)
	}
	n := 0
	for p, err := range FromStripe(seq(stripesecure.Intent{ID: "pi_1", Status: "dreaming"}, stripesecure.Intent{ID: "pi_2", Status: "succeeded"})) {
		n++
		if p.ID == "pi_1" {
			require.ErrorIs(t, err, ErrInput)
			continue
		}
		require.NoError(t, err)
	}
	assert.Equal(t, 2, n, "one payment of a kind that is not known does not stop the others")
}
