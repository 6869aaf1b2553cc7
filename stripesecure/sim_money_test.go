package stripesecure

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// What the model of Stripe does with captured money.

// simRefund is a refund at Stripe.
type simRefund struct {
	id, op  string
	amount  int64
	state   checkout.RefundState
	release bool // of what a partial capture has left
}

// counts: the money has gone, or is going.
func (f *simRefund) counts() bool {
	return !f.release && (f.state == checkout.RefundSucceeded || f.state == checkout.RefundPending)
}

// refunded is what has been given back of the captured money.
func (i *simIntent) refunded() int64 {
	sum := int64(0)
	for _, f := range i.refunds {
		if f.counts() {
			sum += f.amount
		}
	}
	return sum
}

func (s *simStripe) capture(i *simIntent, form url.Values) checkout.Answer {
	amount := i.amount
	if text := form.Get("amount_to_capture"); text != "" {
		amount, _ = strconv.ParseInt(text, 10, 64)
	}
	switch {
	case i.status != needsCapture:
		return checkout.Answer{Error: "payment_intent_unexpected_state"}
	case amount > i.amount:
		s.w.failf("B", "%s: %d is to be captured of a hold of %d", i.id, amount, i.amount)
		return checkout.Answer{Error: "amount_too_large"}
	}
	i.ref = form.Get("metadata[order_id]")
	s.w.checkCapture(i, amount)
	i.take(amount)
	i.byUs = true
	return s.answer(i, "")
}

// take is a capture; what is left of the hold is released.
func (i *simIntent) take(amount int64) {
	i.status, i.received = succeeded, amount
	if rest := i.amount - amount; rest > 0 {
		i.refunds = append(i.refunds, &simRefund{id: "re_rest_" + i.id, amount: rest, state: checkout.RefundSucceeded, release: true})
	}
}

func (s *simStripe) refund(form url.Values) checkout.Answer {
	i := s.find(form.Get("payment_intent"))
	amount, _ := strconv.ParseInt(form.Get("amount"), 10, 64)
	switch {
	case i == nil:
		return checkout.Answer{Error: "resource_missing", Param: "payment_intent"}
	case i.status != succeeded:
		s.w.failf("R", "%s is to be refunded and is %s", i.id, i.status)
		return checkout.Answer{Error: "charge_not_refundable"}
	case i.refunded() == i.received:
		s.w.checkRefundRefused(i)
		return checkout.Answer{Error: "charge_already_refunded"}
	case i.disputed != "" && i.disputed != "won":
		return checkout.Answer{Error: "charge_disputed"}
	case amount > i.received-i.refunded():
		s.w.checkRefundRefused(i)
		return checkout.Answer{Error: "invalid_request_error", Param: "amount"}
	}
	f := s.giveBack(i, form.Get("metadata[stripesecure_operation]"), amount)
	s.w.checkRefundMade(i, f)
	seen := f.seen()
	return checkout.Answer{Refund: &seen}
}

// giveBack makes a refund; banks refuse some of them, hours later (RFD-05).
func (s *simStripe) giveBack(i *simIntent, op string, amount int64) *simRefund {
	f := &simRefund{
		id: "re_" + strconv.Itoa(len(i.refunds)+1) + "_" + i.id, op: op, amount: amount, state: checkout.RefundSucceeded,
	}
	i.refunds = append(i.refunds, f)
	w := s.w
	w.stirred = w.now
	r := simRand(simMix(w.seed ^ simMix(uint64(len(i.refunds))<<32+uint64(i.created))))
	fate := r.n(100)
	if !w.badBanks || fate >= 30 {
		return f
	}
	if fate < 20 {
		f.state = checkout.RefundPending
	}
	end := checkout.RefundFailed
	if fate < 10 {
		end = checkout.RefundSucceeded
	}
	w.busy++
	w.at(w.now+r.between(time.Minute, 3*time.Hour), func() {
		w.busy--
		f.state = end
		w.notef("stripe: refund %s of %s: %s", f.id, i.id, f.state)
		s.changed(i)
		s.tellOf(i, "refund")
	})
	return f
}

func (f *simRefund) seen() checkout.RefundSeen {
	seen := checkout.RefundSeen{ID: f.id, Op: f.op, Amount: f.amount, State: f.state, Created: simEpoch, Release: f.release}
	if f.state == checkout.RefundFailed {
		seen.Failure = "expired_or_canceled_card"
	}
	return seen
}

// dispute is a chargeback, decided hours later.
func (s *simStripe) dispute(i *simIntent, after time.Duration, won bool) {
	w := s.w
	i.disputed = "needs_response"
	w.notef("stripe: %s is disputed", i.id)
	s.changed(i)
	w.busy++
	w.at(w.now+after, func() {
		w.busy--
		i.disputed = map[bool]string{true: "won", false: "lost"}[won]
		s.twin.decides(i, won)
		w.notef("stripe: the dispute of %s is %s", i.id, i.disputed)
		s.changed(i)
		s.tellOf(i, "dispute")
	})
}

func (i *simIntent) disputes() []checkout.Dispute {
	if i.disputed == "" {
		return nil
	}
	return []checkout.Dispute{{
		ID: "dp_" + i.id, Status: i.disputed, Reason: "fraudulent", Amount: i.received, Currency: i.currency, Created: simEpoch.Add(i.created),
	}}
}

// Matters implements stripePort: the lists come one after the other.
func (s *simStripe) Matters(ctx context.Context, id string) (checkout.MattersSeen, error) {
	in, err := s.Read(ctx, id)
	if err != nil {
		return checkout.MattersSeen{}, err
	}
	seen := checkout.MattersSeen{Intent: in}
	if err := s.read(); err != nil {
		return seen, err
	}
	i := s.find(id)
	for _, f := range i.refunds {
		seen.Refunds = append(seen.Refunds, f.seen())
	}
	seen.Disputes = i.disputes()
	s.twin.reviews(i, seen) // before others go on: what they do is not in these lists any more
	s.readEnd()
	seen.Disputes = i.disputes()
	s.w.mutant.review(s.w, &seen)
	s.w.notef("stripe: review %s: %d refunds, %s", id, len(seen.Refunds), i.disputed)
	return seen, nil
}

// SubmitEvidence implements stripePort: nobody answers a dispute here.
func (s *simStripe) SubmitEvidence(context.Context, string, string, string) (checkout.Dispute, error) {
	return checkout.Dispute{}, &stripeapi.Error{Code: "resource_missing", Status: 404}
}

// IntentOf implements stripePort: every event here names its PaymentIntent.
func (s *simStripe) IntentOf(context.Context, string) (string, error) { return "", nil }
