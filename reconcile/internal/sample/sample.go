// Package sample makes two lists of a shop that never was: as many orders and
// payments as wanted, in different orders, one in a hundred not in order. The
// same size and seed give the same bytes, and what a comparison has to find is
// known by construction.
package sample

import (
	"bufio"
	"fmt"
	"io"
	"math/bits"
	"strconv"
)

// At is the moment that the lists are from, as Unix seconds
// (2026-03-10T12:00:00Z).
const At = 1_773_144_000

// Lists is one pair of lists. Each row is a function of its number, so that the
// lists need no memory.
type Lists struct {
	Rows int64 // slots: payments and orders each, but for the anomalies
	Seed uint64
}

// kind is what is wrong with a slot.
type kind int

const (
	fine kind = iota
	amount
	currency
	status
	orphanCaptured
	orphanAuthorized
	incomplete
	refused
	orderUnknown
	paymentMissing
	duplicate
	refund
	holdExpiring
	holdExpired
	kinds
)

var classOf = [kinds]string{
	"matched", "amount_mismatch", "currency_mismatch", "status_mismatch", "orphan_captured", "orphan_authorized",
	"incomplete", "refused", "order_unknown", "payment_missing", "duplicate_payment", "refund_mismatch",
	"hold_expiring", "hold_expired",
}

// slot is one order and its payment.
type slot struct {
	number                     int64
	kind                       kind
	amount, received           int64
	currency, orderCurrency    string
	payment, order             string // statuses
	created                    int64
	hasIntent, hasOrder        bool // the order names its payment; there is an order
	hasPayment, paymentNamesIt bool
	random                     uint64
}

// mix is splitmix64: a row's randomness from its number.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (l Lists) slot(number int64) slot {
	r := mix(uint64(number) ^ l.Seed*0x2545f4914f6cdd1d)
	s := slot{
		number: number, random: r, hasIntent: r%10 < 8, hasOrder: true, hasPayment: true, paymentNamesIt: true,
		currency: "jpy", payment: "succeeded", order: "paid", created: At - 86_400*2 - int64(r>>20%(86_400*700)),
	}
	s.amount = 100 + int64(r>>8%100_000)
	switch (r >> 40) % 20 {
	case 0, 1, 2:
		s.currency, s.amount = "usd", s.amount*7
	case 3:
		s.currency, s.amount = "eur", s.amount*7
	}
	s.orderCurrency = s.currency
	switch (r >> 48) % 20 {
	case 0: // held, not shipped yet
		s.payment, s.order, s.created = "requires_capture", "authorized", At-3_600*2-int64(r>>20%86_400)
	case 1:
		s.payment, s.order = "canceled", "cancelled"
	}
	if mix(r)%100 == 0 {
		s.spoil(kind(1 + mix(r+1)%uint64(kinds-1)))
	}
	s.received = 0
	if s.payment == "succeeded" {
		s.received = s.amount
	}
	return s
}

// spoil makes an anomaly of a slot that was fine.
func (s *slot) spoil(k kind) {
	s.kind, s.payment, s.order = k, "succeeded", "paid"
	switch k {
	case currency:
		s.orderCurrency = "gbp"
	case status:
		s.payment = "requires_payment_method"
	case orphanCaptured:
		s.hasOrder, s.paymentNamesIt = false, false
	case orphanAuthorized:
		s.hasOrder, s.paymentNamesIt, s.payment = false, false, "requires_capture"
	case incomplete:
		s.hasOrder, s.paymentNamesIt, s.payment = false, false, "requires_action"
	case refused:
		s.hasOrder, s.payment = false, "canceled"
	case orderUnknown:
		s.hasOrder = false
	case paymentMissing:
		s.hasPayment = false
	case refund:
		s.order = "refunded"
	case holdExpiring:
		s.payment, s.order, s.created = "requires_capture", "authorized", At-6*86_400
	case holdExpired:
		s.payment, s.order, s.created = "requires_capture", "authorized", At-31*86_400
	default: // amount, duplicate: only rows change
	}
}

// permuted is the slot at a place of the orders' list: another order than the
// payments', every slot once.
func (l Lists) permuted(place int64) int64 {
	step := uint64(l.Rows)*5/8 | 1
	for gcd(step, uint64(l.Rows)) != 1 {
		step += 2
	}
	hi, lo := bits.Mul64(uint64(place), step)
	_, rest := bits.Div64(hi%uint64(l.Rows), lo, uint64(l.Rows))
	return int64(rest)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func appendID(b []byte, prefix string, random uint64, length int) []byte {
	b = append(b, prefix...)
	for range length {
		random = mix(random)
		b = append(b, letters[random%62])
	}
	return b
}

func appendAmount(b []byte, minor int64, currency string) []byte {
	if currency == "jpy" {
		return strconv.AppendInt(b, minor, 10)
	}
	return fmt.Appendf(b, "%d.%02d", minor/100, minor%100)
}

func appendOrderID(b []byte, number int64) []byte { return fmt.Appendf(b, "R%09d", 100_000_000+number) }

// Payments writes Stripe's list as canonical CSV.
func (l Lists) Payments(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	_, _ = out.WriteString("id,created,amount,amount_received,currency,status,customer,order_id\n")
	var b []byte
	for number := range l.Rows {
		s := l.slot(number)
		if s.hasPayment {
			b = s.appendPayment(b[:0], s.random)
			_, _ = out.Write(b)
		}
		if s.kind == duplicate {
			b = s.appendPayment(b[:0], mix(s.random+7))
			_, _ = out.Write(b)
		}
	}
	return out.Flush()
}

func (s *slot) appendPayment(b []byte, id uint64) []byte {
	b = append(appendID(b, "pi_3", id, 23), ',')
	b = append(strconv.AppendInt(b, s.created, 10), ',')
	b = append(appendAmount(b, s.amount, s.currency), ',')
	b = append(appendAmount(b, s.received, s.currency), ',')
	b = append(append(append(append(b, s.currency...), ','), s.payment...), ',')
	b = append(appendID(b, "cus_", id+1, 14), ',')
	if s.paymentNamesIt {
		b = appendOrderID(b, s.number)
	}
	return append(b, '\n')
}

// Orders writes the shop's list as canonical CSV.
func (l Lists) Orders(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	_, _ = out.WriteString("order_id,payment_intent_id,amount,currency,status,created\n")
	var b []byte
	for place := range l.Rows {
		s := l.slot(l.permuted(place))
		if !s.hasOrder {
			continue
		}
		b = append(appendOrderID(b[:0], s.number), ',')
		// Of two payments of one order the order has to say which one is its own.
		if s.hasIntent || s.kind == duplicate {
			b = appendID(b, "pi_3", s.random, 23)
		}
		total := s.amount
		if s.kind == amount {
			total += 110
		}
		b = append(appendAmount(append(b, ','), total, s.orderCurrency), ',')
		b = append(append(append(append(b, s.orderCurrency...), ','), s.order...), ',')
		b = append(strconv.AppendInt(b, s.created+30, 10), '\n')
		_, _ = out.Write(b)
	}
	return out.Flush()
}

// Expected counts what a comparison has to find, by the names of the classes.
func (l Lists) Expected() map[string]int64 {
	counts := map[string]int64{}
	for number := range l.Rows {
		s := l.slot(number)
		counts[classOf[s.kind]]++
		if s.kind == duplicate {
			counts["matched"]++ // the order and its own payment agree
		}
	}
	return counts
}
