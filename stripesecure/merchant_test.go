package stripesecure_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// held is an order of ¥1200 whose money is on hold.
func (b *bench) held(id stripesecure.CheckoutID) stripesecure.Payment {
	b.Helper()
	res := b.pay(b.cart(id), visa)
	require.Equal(b, stripesecure.PlaceOrder, res.Do)
	return b.place(res.Payment).Payment
}

func (b *bench) captured(id stripesecure.CheckoutID) stripesecure.Payment {
	b.Helper()
	p, err := b.plugin.Capture(b.Context(), b.held(id).ID, stripesecure.Money{})
	require.NoError(b, err)
	require.Equal(b, stripesecure.StateCaptured, p.State)
	return p
}

// captures of Stripe's: how often one was carried out.
func (b *bench) captures() int { return len(b.stripe.Events("charge.captured")) }

func yen(n int64) stripesecure.Money { return stripesecure.JPY(n) }

var all stripesecure.Money

func TestCapture_full(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		assert.Equal(b, yen(1200), p.Captured)
		assert.True(b, p.Released().IsZero())
		assert.True(b, p.Capturing.IsZero())
		assert.Equal(b, []string{stripetest.StatusSucceeded}, b.statuses())
		b.sweeps(time.Minute)
		assert.Equal(b, stripesecure.StateCaptured, b.host.lastTold().State)
	})
}

func TestCapture_CAP07_part_theRestIsReleased(t *testing.T) {
	with(t, nil, func(b *bench) {
		p, err := b.plugin.Capture(b.Context(), b.held("cart-1").ID, yen(700))
		require.NoError(b, err)
		assert.Equal(b, yen(700), p.Captured)
		assert.Equal(b, yen(500), p.Released())
		assert.Equal(b, yen(0), p.Refunded, "what was never taken is no refund")
		assert.Equal(b, yen(700), p.Refundable())
		b.sweeps(2 * time.Hour)
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Empty(b, p.Refunds, "Stripe lists what was released as a refund; it is none")
		assert.Equal(b, stripesecure.StateCaptured, p.State)
	})
}

func TestCapture_CAP14_asTwoClerksAsk(t *testing.T) {
	with(t, nil, func(b *bench) {
		id := b.held("cart-1").ID
		for range 2 {
			p, err := b.plugin.Capture(b.Context(), id, yen(700))
			require.NoError(b, err)
			assert.Equal(b, yen(700), p.Captured)
		}
		p, err := b.plugin.Capture(b.Context(), id, all)
		require.NoError(b, err, "all there is, is captured")
		assert.Equal(b, yen(700), p.Captured)
		_, err = b.plugin.Capture(b.Context(), id, yen(800))
		require.ErrorIs(b, err, stripesecure.ErrCaptured)
		assert.Equal(b, 1, b.captures())
	})
}

func TestCapture_CAP14_bothAtOnce(t *testing.T) {
	with(t, nil, func(b *bench) {
		id := b.held("cart-1").ID
		inside := b.stripe.HoldInside("POST /v1/payment_intents/*/capture")
		errs := make(chan error, 2)
		for _, amount := range []int64{700, 900} {
			go func() {
				_, err := b.plugin.Capture(b.Context(), id, yen(amount))
				errs <- err
			}()
			synctest.Wait()
		}
		inside.Release()
		require.NoError(b, <-errs)
		require.ErrorIs(b, <-errs, stripesecure.ErrCaptured)
		assert.Equal(b, 1, b.captures())
	})
}

func TestCapture_CAP14_CAP04_inTheDashboard(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.held("cart-1")
		require.NoError(b, b.stripe.Dashboard().Capture(p.Intent, 500))
		_, err := b.plugin.Capture(b.Context(), p.ID, yen(1200))
		require.ErrorIs(b, err, stripesecure.ErrCaptured, "another amount than was asked for")
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, yen(500), p.Captured)
		assert.Equal(b, yen(700), p.Released())
		p, err = b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		assert.Equal(b, yen(500), p.Captured, "later calls do not rewrite it")
	})
}

func TestCapture_CAP01_afterTheHoldHasExpired(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.held("cart-1")
		b.stripe.Advance(31 * 24 * time.Hour)
		_, err := b.plugin.Capture(b.Context(), p.ID, all)
		require.ErrorIs(b, err, stripesecure.ErrNotHeld)
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateExpired, p.State)
		b.sweeps(time.Minute)
		assert.Equal(b, stripesecure.StateExpired, b.host.lastTold().State)
	})
}

func TestCapture_CAP09_CAP10_ofAWithdrawnOrder(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.held("cart-1")
		_, err := b.plugin.OrderRefused(b.Context(), p.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: p.Order.Ref})
		require.NoError(b, err)
		_, err = b.plugin.Capture(b.Context(), p.ID, all)
		require.ErrorIs(b, err, stripesecure.ErrNotHeld)
		assert.Equal(b, []string{stripetest.StatusCanceled}, b.statuses())
		assert.Len(b, b.stripe.Calls("POST /v1/payment_intents/*/cancel"), 1)
	})
}

func TestCapture_refused(t *testing.T) {
	with(t, nil, func(b *bench) {
		held := b.held("cart-1")
		open := b.pay(b.cart("cart-2"), declined).Payment
		offered := b.pay(b.cart("cart-3"), visa).Payment
		for name, c := range map[string]struct {
			id     stripesecure.PaymentID
			amount stripesecure.Money
			want   error
		}{
			"CAP-05 more than the hold":  {held.ID, yen(1201), stripesecure.ErrTooMuch},
			"another currency":           {held.ID, stripesecure.FromMinor(100, "USD"), stripesecure.ErrTooMuch},
			"nothing, said in yen":       {held.ID, yen(0), stripesecure.ErrInvalid},
			"less than nothing":          {held.ID, yen(-5), stripesecure.ErrInvalid},
			"not exact":                  {held.ID, stripesecure.Money{Amount: yen(1).Amount.Shift(-2), Currency: "JPY"}, stripesecure.ErrInvalid},
			"nothing is held":            {open.ID, all, stripesecure.ErrNotHeld},
			"there is no order":          {offered.ID, all, stripesecure.ErrNotHeld},
			"no such payment":            {"cart-9.1", all, stripesecure.ErrNotFound},
			"a generation yet to come":   {"cart-1.2", all, stripesecure.ErrNotFound},
			"not even an id":             {"../cart-1.1", all, stripesecure.ErrNotFound},
			"no such payment, in dollar": {"cart-9.1", stripesecure.FromMinor(100, "USD"), stripesecure.ErrNotFound},
		} {
			_, err := b.plugin.Capture(b.Context(), c.id, c.amount)
			require.ErrorIs(b, err, c.want, name)
		}
		assert.Zero(b, b.captures())
		assert.Empty(b, b.stripe.Calls("POST /v1/payment_intents/*/capture"), "nothing was sent")
	})
}

// A capture without an answer is found out, however it went.
func TestCapture_withoutAnAnswer(t *testing.T) {
	for name, fault := range map[string]stripetest.Fault{
		"done, answer lost":    stripetest.LoseAnswer,
		"not done, no answer":  stripetest.LoseRequest,
		"500, stored":          stripetest.ServerError,
		"too many requests":    stripetest.RateLimit,
		"a page of a gateway":  stripetest.BadGateway,
		"the key is in use":    stripetest.Conflict,
		"an object was locked": stripetest.LockTimeout,
	} {
		t.Run(name, func(t *testing.T) {
			with(t, nil, func(b *bench) {
				p := b.held("cart-1")
				b.stripe.Fail("POST /v1/payment_intents/*/capture", fault).Times(3)
				p, err := b.plugin.Capture(b.Context(), p.ID, yen(700))
				require.NoError(b, err)
				if p.State == stripesecure.StateHeld {
					assert.Equal(b, yen(700), p.Capturing)
				}
				b.sweeps(10 * time.Minute)
				p, err = b.plugin.Payment(b.Context(), p.ID)
				require.NoError(b, err)
				assert.Equal(b, stripesecure.StateCaptured, p.State)
				assert.Equal(b, yen(700), p.Captured)
				assert.True(b, p.Capturing.IsZero())
				assert.Equal(b, 1, b.captures())
			})
		})
	}
}

func TestRefund_parts_RFD08_theRest(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		p, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(200), Reason: stripesecure.RefundByRequested, Note: "傷あり"})
		require.NoError(b, err)
		assert.Equal(b, yen(200), p.Refunded)
		assert.Equal(b, stripesecure.StateCaptured, p.State)
		p, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-2"})
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateRefunded, p.State)
		require.Len(b, p.Refunds, 2)
		assert.Equal(b, yen(1000), p.Refunds[1].Amount)
		assert.Equal(b, "傷あり", p.Refunds[0].Note)
		assert.True(b, p.Refundable().IsZero())
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-3"})
		require.ErrorIs(b, err, stripesecure.ErrTooMuch)
		assert.Len(b, b.stripe.Refunds(), 2)
	})
}

func TestRefund_RFD03_sameOperationOnce(t *testing.T) {
	for name, fault := range map[string]stripetest.Fault{
		"done, answer lost":   stripetest.LoseAnswer,
		"not done, no answer": stripetest.LoseRequest,
		"500, stored":         stripetest.ServerError,
		"too many requests":   stripetest.RateLimit,
		"a page of a gateway": stripetest.BadGateway,
	} {
		t.Run(name, func(t *testing.T) {
			with(t, nil, func(b *bench) {
				p := b.captured("cart-1")
				b.stripe.Fail("POST /v1/refunds", fault).Times(2)
				for range 3 { // the clerk clicks again and again
					_, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(300)})
					if name != "500, stored" {
						require.NoError(b, err)
					}
				}
				b.sweeps(26 * time.Hour)
				p, err := b.plugin.Payment(b.Context(), p.ID)
				require.NoError(b, err)
				require.Len(b, p.Refunds, 1)
				if name == "500, stored" { // Stripe keeps the failure under the key: it was never made
					assert.Equal(b, stripesecure.RefundRefused, p.Refunds[0].State)
					assert.Equal(b, yen(1200), p.Refundable())
					assert.Empty(b, b.stripe.Refunds())
					return
				}
				assert.Equal(b, stripesecure.RefundSucceeded, p.Refunds[0].State)
				assert.Equal(b, yen(300), p.Refunded)
				assert.Len(b, b.stripe.Refunds(), 1)
			})
		})
	}
}

func TestRefund_anIDStandsForOneAmount(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		_, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(300)})
		require.NoError(b, err)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(400)})
		require.ErrorIs(b, err, stripesecure.ErrInvalid)
		require.ErrorContains(b, err, "refund.id used")
		p, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err)
		assert.Equal(b, yen(300), p.Refunded)
	})
}

func TestRefund_RFD01_ownAndDashboard(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		p := b.captured("cart-1")
		_, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(100)})
		require.NoError(b, err)
		require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 50))
		for range 3 {
			require.NoError(b, b.deliver(b.stripe.Events("charge.refunded")...))
		}
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		require.Len(b, p.Refunds, 2)
		assert.Equal(b, yen(150), p.Refunded)
		assert.Equal(b, "r-1", p.Refunds[0].Operation)
		assert.Empty(b, p.Refunds[1].Operation)
		assert.Equal(b, yen(50), p.Refunds[1].Amount)
	})
}

func TestRefund_RFD05_RFD06_failsDaysLater(t *testing.T) {
	with(t, nil, func(b *bench) {
		res := b.pay(b.cart("cart-1"), "4000000000005126") // refunds of this card fail
		p := b.place(res.Payment).Payment
		_, err := b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		p, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateRefunded, p.State)
		b.sweeps(4 * 24 * time.Hour)
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, stripesecure.StateCaptured, p.State, "the state that it had")
		assert.Equal(b, stripesecure.RefundFailed, p.Refunds[0].State)
		assert.NotEmpty(b, p.Refunds[0].Failure)
		assert.Equal(b, yen(1200), p.Refundable())
		assert.Contains(b, fmt.Sprint(p.Findings), "refund_failed")
		assert.True(b, p.Paid())
	})
}

func TestRefund_refused(t *testing.T) {
	with(t, nil, func(b *bench) {
		held, captured := b.held("cart-1"), b.captured("cart-2")
		long := strings.Repeat("返", 5001)
		for name, c := range map[string]struct {
			id     stripesecure.PaymentID
			refund stripesecure.Refund
			want   error
		}{
			"CAP-07 a hold":             {held.ID, stripesecure.Refund{ID: "r"}, stripesecure.ErrNotHeld},
			"RFD-07 more than captured": {captured.ID, stripesecure.Refund{ID: "r", Amount: yen(1201)}, stripesecure.ErrTooMuch},
			"another currency":          {captured.ID, stripesecure.Refund{ID: "r", Amount: stripesecure.FromMinor(1, "EUR")}, stripesecure.ErrTooMuch},
			"no operation":              {captured.ID, stripesecure.Refund{}, stripesecure.ErrInvalid},
			"no such reason":            {captured.ID, stripesecure.Refund{ID: "r", Reason: "because"}, stripesecure.ErrInvalid},
			"a novel":                   {captured.ID, stripesecure.Refund{ID: "r", Note: long}, stripesecure.ErrInvalid},
			"no such payment":           {"cart-9.1", stripesecure.Refund{ID: "r"}, stripesecure.ErrNotFound},
		} {
			p, err := b.plugin.Refund(b.Context(), c.id, c.refund)
			require.ErrorIs(b, err, c.want, name)
			assert.Empty(b, p, name)
		}
		_, err := b.plugin.Refund(b.Context(), captured.ID, stripesecure.Refund{Reason: "x", Note: long, Amount: yen(-1)})
		require.ErrorContains(b, err, "refund.amount not_positive, refund.id malformed, refund.reason unknown, refund.note too_long")
		assert.Empty(b, b.stripe.Refunds())
	})
}

func TestRefund_RFD09_longNote(t *testing.T) {
	with(t, nil, func(b *bench) {
		note := strings.Repeat("長", 600)
		p, err := b.plugin.Refund(b.Context(), b.captured("cart-1").ID, stripesecure.Refund{ID: "r-1", Note: note})
		require.NoError(b, err)
		assert.Equal(b, note, p.Refunds[0].Note)
		assert.Equal(b, stripesecure.StateRefunded, p.State)
	})
}

// The Dashboard was faster: Stripe refuses, and the answer says why.
func TestRefund_lessIsLeftThanTheRowKnows(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		require.NoError(b, b.stripe.Dashboard().Refund(p.Intent, 1000))
		_, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(300)})
		require.ErrorIs(b, err, stripesecure.ErrTooMuch)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-2", Amount: yen(200)})
		require.NoError(b, err)
	})
}

func TestDispute_DSP01_DSP02_outcomes(t *testing.T) {
	for _, won := range []bool{true, false} {
		t.Run(fmt.Sprint("won ", won), func(t *testing.T) {
			with(t, webhooks, func(b *bench) {
				p := b.captured("cart-1")
				require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "product_not_received"))
				require.NoError(b, b.deliver(b.stripe.Events("charge.dispute.created")...))
				b.sweeps(time.Minute)
				told := b.host.lastTold()
				assert.True(b, told.Disputed)
				require.Len(b, told.Disputes, 1)
				assert.False(b, told.Disputes[0].DueBy.IsZero())
				assert.Equal(b, "product_not_received", told.Disputes[0].Reason)
				assert.Equal(b, stripesecure.StateCaptured, told.State, "the order is not touched")

				require.NoError(b, b.stripe.Dashboard().Decide(p.Intent, won))
				require.NoError(b, b.deliver(b.stripe.Events("charge.dispute.closed")...))
				b.sweeps(time.Minute)
				told = b.host.lastTold()
				assert.False(b, told.Disputed)
				assert.Equal(b, map[bool]string{true: "won", false: "lost"}[won], told.Disputes[0].Status)
				assert.Equal(b, stripesecure.StateCaptured, told.State)
			})
		})
	}
}

// Without webhooks the hourly pass over Stripe's payments finds the dispute,
// and from then on it is looked at until it is decided.
func TestDispute_foundBySweeps(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
		b.sweeps(2 * time.Hour)
		told := b.host.lastTold()
		require.True(b, told.Disputed)
		require.NoError(b, b.stripe.Dashboard().Decide(p.Intent, true))
		b.sweeps(26 * time.Hour)
		assert.False(b, b.host.lastTold().Disputed)
	})
}

func TestEvidence(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		p := b.captured("cart-1")
		other := b.captured("cart-2")
		require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "product_not_received"))
		require.NoError(b, b.deliver(b.stripe.Events("charge.dispute.created")...))
		p, err := b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		dispute := p.Disputes[0].ID

		_, err = b.plugin.SubmitEvidence(b.Context(), p.ID, dispute, stripesecure.Evidence{})
		require.ErrorIs(b, err, stripesecure.ErrInvalid)
		_, err = b.plugin.SubmitEvidence(b.Context(), other.ID, dispute, stripesecure.Evidence{Text: "x"})
		require.ErrorIs(b, err, stripesecure.ErrNotFound, "of another payment")
		_, err = b.plugin.SubmitEvidence(b.Context(), p.ID, dispute, stripesecure.Evidence{Text: strings.Repeat("x", 150_001)})
		require.ErrorIs(b, err, stripesecure.ErrInvalid)

		p, err = b.plugin.SubmitEvidence(b.Context(), p.ID, dispute, stripesecure.Evidence{ShippingCarrier: "ヤマト運輸", ShippingTracking: "1234"})
		require.NoError(b, err)
		assert.Zero(b, p.Disputes[0].Submissions, "a draft")
		assert.Equal(b, "ヤマト運輸", b.stripe.Disputes()[0].Evidence.ShippingCarrier)

		b.stripe.Fail("POST /v1/disputes/*", stripetest.LoseAnswer).Times(1)
		p, err = b.plugin.SubmitEvidence(b.Context(), p.ID, dispute, stripesecure.Evidence{Text: "winning_evidence", Submit: true})
		require.NoError(b, err, "what Stripe says of the dispute then is the answer")
		assert.Equal(b, 1, p.Disputes[0].Submissions)
		_, err = b.plugin.SubmitEvidence(b.Context(), p.ID, dispute, stripesecure.Evidence{Text: "more", Submit: true})
		require.NoError(b, err)
		assert.EqualValues(b, 1, b.stripe.Disputes()[0].EvidenceDetails.SubmissionCount)
		_, err = b.plugin.SubmitEvidence(b.Context(), p.ID, dispute, stripesecure.Evidence{Text: "more"})
		require.ErrorIs(b, err, stripesecure.ErrNotHeld, "decided")
	})
}

// A host that looks at the error only must not believe that the money is back.
func TestOrderRefused_capturedMoneyCannotBeMissed(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		for range 2 {
			res := b.withdrawn(p.ID, p.Order.Ref)
			assert.Equal(b, stripesecure.StateCaptured, res.Payment.State)
			require.ErrorIs(b, res.Cancelled(), stripesecure.ErrCaptured)
			assert.Equal(b, wording.AlreadyPaid, res.Message.Code)
		}
		assert.Equal(b, []string{"cancelled_but_captured"}, b.findings("cart-1"))
		b.sweeps(time.Minute)
		assert.True(b, found(b.host.lastTold(), "cancelled_but_captured"), "the host is told")
		assert.Empty(b, b.stripe.Refunds(), "it is never given back by itself")

		_, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err)
		require.NoError(b, b.withdrawn(p.ID, p.Order.Ref).Cancelled())
	})
	with(t, nil, func(b *bench) {
		p := b.held("cart-1")
		outage := b.stripe.Fail("POST *", stripetest.BadGateway).Always()
		require.ErrorIs(b, b.withdrawn(p.ID, p.Order.Ref).Cancelled(), stripesecure.ErrStripe, "not yet")
		outage.Stop()
		b.sweeps(10 * time.Minute)
		require.NoError(b, b.withdrawn(p.ID, p.Order.Ref).Cancelled())
		assert.Empty(b, b.findings("cart-1"))
	})
	with(t, nil, func(b *bench) {
		p := b.held("cart-1") // an order, but the host says that it could not make one
		require.ErrorIs(b, b.refused(p.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock}).Cancelled(), stripesecure.ErrOrderConflict)
	})
	with(t, nil, func(b *bench) { // the same before anything is held: the order can still be paid
		p, err := b.plugin.Current(b.Context(), "cart-1")
		require.NoError(b, err)
		p.Total = yen(1200)
		p = b.place(p).Payment
		for _, card := range []string{"", "4000000000000002"} {
			if card != "" {
				b.pay(b.cart("cart-1"), card)
			}
			res := b.refused(p.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock})
			assert.Equal(b, stripesecure.StateOpen, res.Payment.State)
			require.ErrorIs(b, res.Cancelled(), stripesecure.ErrOrderConflict)
		}
		b.sweeps(2 * time.Hour)
		res := b.refused(p.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock})
		assert.Equal(b, stripesecure.StateFailed, res.Payment.State)
		require.ErrorIs(b, res.Cancelled(), stripesecure.ErrOrderConflict)
		require.NoError(b, b.withdrawn(p.ID, p.Order.Ref).Cancelled(), "by its ref")
	})
}

func TestFraudWarning(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		res := b.pay(b.cart("cart-1"), "4000000000005423") // early fraud warning
		p := b.place(res.Payment).Payment
		_, err := b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		require.NoError(b, b.deliver(b.stripe.Events("radar.early_fraud_warning.created")...))
		b.sweeps(time.Minute)
		told := b.host.lastTold()
		require.Len(b, told.Warnings, 1)
		assert.True(b, told.Warnings[0].Actionable)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1"})
		require.NoError(b, err)
		require.NoError(b, b.deliver(b.stripe.Events("charge.refunded")...))
		b.sweeps(time.Minute)
		assert.False(b, b.host.lastTold().Warnings[0].Actionable, "the money is back")
	})
}

func TestDispute_DSP04_namesItsChargeOnly(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		p := b.captured("cart-1")
		require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
		body := fmt.Sprintf(`{"id":"evt_1","object":"event","type":"charge.dispute.created","livemode":false,`+
			`"data":{"object":{"id":"dp_1","object":"dispute","charge":%q,"payment_intent":null}}}`, b.stripe.Charges()[0].ID)
		require.Equal(b, 200, b.hook(body, stripetest.Signature(time.Now(), []byte(body), stripetest.WebhookSecret)))
		p, err := b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.True(b, p.Disputed)
	})
}

// Stripe does not answer when the event comes: what it was about is kept.
func TestFraudWarning_isLookedAtLater(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		res := b.pay(b.cart("cart-1"), "4000000000005423")
		p := b.place(res.Payment).Payment
		_, err := b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		outage := b.stripe.Fail("GET *", stripetest.BadGateway).Always()
		require.NoError(b, b.deliver(b.stripe.Events("radar.early_fraud_warning.created")...))
		require.NoError(b, b.deliver(b.stripe.Events("charge.captured")...), "another event does not wipe it out")
		outage.Stop()
		b.sweeps(2 * time.Minute)
		assert.Len(b, b.host.lastTold().Warnings, 1)
	})
}

// On a staging system that has kept the live keys nobody moves the live shop's
// money, by whatever button.
func TestCopyOfALiveShop_clerksAreStopped(t *testing.T) {
	with(t, nil, func(b *bench) {
		held, captured := b.held("cart-1"), b.captured("cart-2")
		require.NoError(b, b.runner.Sweep(b.Context()))
		options := b.options
		options.BaseURL = "https://staging.example"
		staging, err := stripesecure.New(options)
		require.NoError(b, err)
		b.stripe.ForgetCalls()
		_, err = staging.Capture(b.Context(), held.ID, all)
		require.ErrorIs(b, err, stripesecure.ErrCopy)
		_, err = staging.Refund(b.Context(), captured.ID, stripesecure.Refund{ID: "r-1"})
		require.ErrorIs(b, err, stripesecure.ErrCopy)
		_, err = staging.OrderRefused(b.Context(), held.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: held.Order.Ref})
		require.ErrorIs(b, err, stripesecure.ErrCopy)
		_, err = staging.SubmitEvidence(b.Context(), captured.ID, "dp_1", stripesecure.Evidence{Text: "x"})
		require.ErrorIs(b, err, stripesecure.ErrCopy)
		assert.Empty(b, b.stripe.Calls("*"))
		require.NoError(b, staging.ConfirmSite(b.Context()))
		_, err = staging.Capture(b.Context(), held.ID, all)
		require.NoError(b, err)
	})
}

// The draft of one day is sent to the bank on another, with nothing added.
func TestSubmitEvidence_theDraftAsItIs(t *testing.T) {
	with(t, nil, func(b *bench) {
		p, err := b.plugin.Payment(b.Context(), b.underWay("dispute").ID)
		require.NoError(b, err)
		dispute := p.Disputes[0].ID
		for submitted, e := range []stripesecure.Evidence{{Text: "delivered"}, {Submit: true}} {
			p, err = b.plugin.SubmitEvidence(b.Context(), p.ID, dispute, e)
			require.NoError(b, err)
			assert.Equal(b, submitted, p.Disputes[0].Submissions)
		}
		assert.Equal(b, "under_review", p.Disputes[0].Status)
	})
}

// The bank has taken the money back already: a refund beside it would give it
// away a second time, and Stripe refuses it, also where a part went back before.
func TestRefund_ofChargedBackMoney(t *testing.T) {
	with(t, nil, func(b *bench) {
		p, err := b.plugin.Capture(b.Context(), b.held("cart-1").ID, yen(700))
		require.NoError(b, err)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "before", Amount: yen(100)})
		require.NoError(b, err)
		require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "beside", Amount: yen(100)})
		require.ErrorIs(b, err, stripesecure.ErrStripe)
		b.sweeps(time.Hour)
		p, err = b.plugin.Payment(b.Context(), p.ID)
		require.NoError(b, err)
		assert.Equal(b, yen(100), p.Refunded)
		assert.True(b, p.Disputed)
	})
}
