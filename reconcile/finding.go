package reconcile

import (
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/wording"
)

// Finding is one pair that does not agree, or one line that could not be read.
type Finding struct {
	Class  Class
	Action Action
	// PaymentIntent and OrderID name the pair. For a payment alone OrderID is
	// what the payment carries, for an order alone PaymentIntent is what the
	// order names.
	PaymentIntent, OrderID string
	// Amount is the money at stake in minor units of Currency: what Stripe took,
	// else what the payment is for, else the order's total.
	Amount   int64
	Currency string // "" for a bad line
	// Created is when the payment was, else the order. Zero when unknown.
	Created     time.Time
	Differences Difference
	// Rival is the payment that the order has already, or the order that has the
	// payment intent already.
	Rival string
	// Payment and Order are the two sides as they were read, nil for none.
	Payment *Payment
	Order   *Order
	// Line is what is wrong with a line, for [BadLine].
	Line *LineError
}

// Reason says in a sentence or more why this is a finding.
func (f *Finding) Reason(lang wording.Language) string {
	var sentences []string
	add := func(t words, values ...string) { sentences = append(sentences, t.in(lang, values...)) }
	switch {
	case f.Line != nil:
		return f.Line.Message(lang)
	case f.Payment == nil && f.Order == nil:
		return ""
	case f.Order == nil:
		f.paymentReason(add, lang)
	case f.Payment == nil:
		f.orderReason(add, lang)
	default:
		f.pairReason(add, lang)
	}
	return strings.Join(sentences, map[bool]string{true: "", false: " "}[wording.Parse(string(lang)) == wording.Japanese])
}

func (f *Finding) paymentReason(add func(words, ...string), lang wording.Language) {
	state := standingOf(f.Payment.Status, f.Payment.Received, f.Payment.Refunded)
	add(reasonPayment, money(f.Amount, f.Currency, lang), standingWords[state].in(lang), f.Payment.Status.String())
	switch {
	case f.Rival != "":
		add(reasonRivalPayment, f.OrderID, f.Rival)
	case f.OrderID != "":
		add(reasonNoSuchOrder, f.OrderID)
	default:
		add(reasonNoOrderID)
	}
	if f.Action == Wait {
		add(reasonYoung)
	}
}

func (f *Finding) orderReason(add func(words, ...string), lang wording.Language) {
	add(reasonOrder, orderWords[f.Order.Status].in(lang), money(f.Amount, f.Currency, lang))
	switch {
	case f.Rival != "":
		add(reasonRivalOrder, f.PaymentIntent, f.Rival)
	case f.PaymentIntent != "":
		add(reasonNoSuchPayment, f.PaymentIntent)
	default:
		add(reasonNoPayment)
	}
}

func (f *Finding) pairReason(add func(words, ...string), lang wording.Language) {
	p, o := f.Payment, f.Order
	state := standingOf(p.Status, p.Received, p.Refunded)
	var facts paymentFacts
	facts.of(p)
	has := func(d Difference) bool { return f.Differences&d != 0 }
	if has(DiffCurrency) {
		add(reasonCurrency, money(o.Amount, o.Currency, lang), money(facts.stake(), p.Currency, lang))
	}
	if has(DiffStatus) {
		add(reasonStatus, orderWords[o.Status].in(lang), standingWords[state].in(lang), p.Status.String())
	}
	if has(DiffRefund) {
		given := o.Refunded
		if o.Status == Refunded {
			given = p.Received
		}
		add(reasonRefund, money(given, o.Currency, lang), money(p.Refunded, p.Currency, lang))
	}
	if has(DiffAmount) {
		add(reasonAmount, money(o.Amount, o.Currency, lang), money(facts.stake(), p.Currency, lang), standingWords[state].in(lang))
	}
	earliest, latest := facts.holdEnds()
	switch {
	case has(DiffHoldEnded):
		add(reasonHoldEnded, dateText(latest))
	case has(DiffHoldEnding) && earliest != latest:
		add(reasonHoldBetween, dateText(earliest), dateText(latest))
	case has(DiffHoldEnding):
		add(reasonHoldEnding, dateText(latest))
	}
	if has(DiffOrderID) {
		add(reasonOrderID, p.OrderID)
	}
}

func amountOf(minor int64, currency string) string {
	return amountText(minor, currency) + " " + currency
}

// dateText is a moment in Japan, where the days of a shop are counted.
func dateText(seconds int64) string {
	return fromUnix(seconds).In(japan).Format("2006-01-02 15:04 JST")
}
