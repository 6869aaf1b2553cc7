package reconcile

import (
	"bytes"
	"strconv"
)

// count checks the number of fields.
func (p *parser) counted() bool {
	if len(p.fields) == p.count {
		return true
	}
	p.fault = &LineError{
		File: p.file, Line: p.line, Code: FaultFieldCount,
		Detail: strconv.Itoa(len(p.fields)) + " ≠ " + strconv.Itoa(p.count),
	}
	return false
}

// listReader is how the rows of a list are read.
type listReader[T any] struct {
	// usual reads the line at the beginning of data and gives its length, 0 where
	// any has to read it from p.fields.
	usual func(p *parser, data []byte, row *T) int
	any   func(p *parser, row *T) bool
}

var (
	orderReader   = listReader[rawOrder]{(*parser).usualOrder, (*parser).order}
	paymentReader = listReader[rawPayment]{(*parser).usualPayment, (*parser).payment}
)

// payment reads a record into row, whose ids are bytes of the record. On false
// p.fault says what is wrong.
func (p *parser) payment(row *rawPayment) (ok bool) {
	if !p.counted() {
		return false
	}
	row.line, row.weak = p.line, false
	if row.id, ok = p.paymentID(); !ok {
		return false
	}
	if row.order, ok = p.id(colOrder, false); !ok {
		return false
	}
	f := &row.facts
	if f.currency, ok = p.currency(); !ok {
		return false
	}
	if f.amount, ok = p.money(colAmount, colAmountMinor, f.currency, true); !ok {
		return false
	}
	if f.refunded, ok = p.money(colRefunded, colRefundedMinor, f.currency, false); !ok {
		return false
	}
	if f.created, ok = p.date(colCreated, true); !ok {
		return false
	}
	if f.captureBefore, ok = p.date(colCaptureBefore, false); !ok {
		return false
	}
	if p.dashboard {
		return p.dashboardStatus(row)
	}
	if row.status, ok = paymentStatus(p.get(colStatus)); !ok {
		return p.badStatus()
	}
	if f.received, ok = p.money(colReceived, colReceivedMinor, f.currency, row.status == Succeeded); !ok {
		return false
	}
	row.settle()
	return true
}

func (p *parser) badStatus() bool {
	if b := p.get(colStatus); len(b) > 0 {
		return p.fail(colStatus, FaultStatus, b)
	}
	return p.fail(colStatus, FaultMissing, nil)
}

// paymentID is the PaymentIntent. A Dashboard export has it in a column of its
// own, because its id may be a charge's.
func (p *parser) paymentID() ([]byte, bool) {
	if p.dashboard && len(p.get(colIntent)) > 0 {
		return p.id(colIntent, true)
	}
	return p.id(colID, true)
}

func paymentStatus(b []byte) (PaymentStatus, bool) {
	switch string(b) {
	case "succeeded":
		return Succeeded, true
	case "canceled":
		return Canceled, true
	case "requires_capture":
		return RequiresCapture, true
	case "requires_payment_method":
		return RequiresPaymentMethod, true
	case "requires_action":
		return RequiresAction, true
	case "requires_confirmation":
		return RequiresConfirmation, true
	case "processing":
		return Processing, true
	default:
		return 0, false
	}
}

// dashboardStatuses are the words of the Dashboard, in small letters with one
// underscore for a space.
var dashboardStatuses = map[string]PaymentStatus{
	"paid": Succeeded, "succeeded": Succeeded, "refunded": Succeeded, "partial_refund": Succeeded,
	"partially_refunded": Succeeded, "disputed": Succeeded,
	"uncaptured": RequiresCapture, "requires_capture": RequiresCapture,
	"pending": Processing, "processing": Processing,
	"canceled": Canceled, "cancelled": Canceled, "expired": Canceled,
	"failed": RequiresPaymentMethod, "blocked": RequiresPaymentMethod, "incomplete": RequiresPaymentMethod,
	"requires_payment_method": RequiresPaymentMethod, "requires_confirmation": RequiresConfirmation,
	"requires_action": RequiresAction,
}

// dashboardStatus reads the Dashboard's words. It has no column for what was
// received; a hold that was released stands as refunded without being captured.
func (p *parser) dashboardStatus(row *rawPayment) bool {
	word := string(bytes.ReplaceAll(bytes.ToLower(p.get(colStatus)), []byte(" "), []byte("_")))
	status, known := dashboardStatuses[word]
	if !known {
		return p.badStatus()
	}
	row.weak = word == "failed" || word == "blocked"
	if status == Succeeded && bytes.EqualFold(p.get(colCaptured), []byte("false")) {
		status = RequiresCapture
		if word == "refunded" {
			status = Canceled
		}
	}
	row.status, row.facts.received = status, 0
	switch {
	case status != Succeeded:
		row.facts.refunded = 0
	case word == "refunded" && row.facts.refunded == 0:
		row.facts.refunded = row.facts.amount
		fallthrough
	default:
		row.facts.received = row.facts.amount
	}
	row.settle()
	return true
}

// order reads a record into row. On false p.fault says what is wrong.
func (p *parser) order(row *rawOrder) (ok bool) {
	if !p.counted() {
		return false
	}
	row.line, row.rival = p.line, nil
	if row.id, ok = p.id(colOrder, true); !ok {
		return false
	}
	if row.intent, ok = p.id(colIntent, false); !ok {
		return false
	}
	f := &row.facts
	if f.currency, ok = p.currency(); !ok {
		return false
	}
	if f.amount, ok = p.money(colAmount, colAmountMinor, f.currency, true); !ok {
		return false
	}
	if f.refunded, ok = p.money(colRefunded, colRefundedMinor, f.currency, false); !ok {
		return false
	}
	if row.created, ok = p.date(colCreated, true); !ok {
		return false
	}
	f.status, ok = p.orderStatus()
	return ok
}

func (p *parser) orderStatus() (OrderStatus, bool) {
	b, ok := p.text(colStatus)
	if !ok {
		return 0, false
	}
	if status, known := p.orderWord(b); known {
		return status, true
	}
	if len(b) == 0 {
		return 0, p.fail(colStatus, FaultMissing, b)
	}
	return 0, p.fail(colStatus, FaultStatus, b)
}

// orderWord is what a word for a status means: the shop's own words first.
func (p *parser) orderWord(b []byte) (status OrderStatus, known bool) {
	if len(p.statuses) == 0 {
		switch string(b) {
		case "paid":
			return Paid, true
		case "authorized":
			return Authorized, true
		case "cancelled":
			return Cancelled, true
		}
	}
	if status, known := p.statuses[string(b)]; known {
		return status, true
	}
	if status, known := p.statuses[string(bytes.ToLower(b))]; known {
		return status, true
	}
	return status, status.UnmarshalText(bytes.ToLower(b)) == nil
}
