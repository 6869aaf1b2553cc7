package reconcile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// columnName is what a column of a file means.
type columnName uint8

const (
	colID columnName = iota
	colIntent
	colOrder
	colCreated
	colAmount
	colAmountMinor
	colReceived
	colReceivedMinor
	colRefunded
	colRefundedMinor
	colCurrency
	colStatus
	colCaptureBefore
	colCaptured // of a Dashboard export: "true" or "false"

	numColumns
)

// layout is where the columns of a file are.
type layout struct {
	at        [numColumns]int // -1 for none
	names     [numColumns]string
	count     int // fields of a record
	dashboard bool
}

// form is what a list may and must have.
type form struct {
	columns map[string]columnName
	// needed are the columns that must be there; of alternatives one is enough.
	needed [][]columnName
}

var paymentForm = form{
	columns: map[string]columnName{
		"id": colID, "order_id": colOrder, "created": colCreated, "currency": colCurrency, "status": colStatus,
		"amount": colAmount, "amount_minor": colAmountMinor,
		"amount_received": colReceived, "amount_received_minor": colReceivedMinor,
		"amount_refunded": colRefunded, "amount_refunded_minor": colRefundedMinor,
		"capture_before": colCaptureBefore,
	},
	needed: [][]columnName{
		{colID}, {colCreated}, {colAmount, colAmountMinor}, {colReceived, colReceivedMinor}, {colCurrency}, {colStatus}, {colOrder},
	},
}

var orderForm = form{
	columns: map[string]columnName{
		"order_id": colOrder, "payment_intent_id": colIntent, "created": colCreated, "currency": colCurrency, "status": colStatus,
		"amount": colAmount, "amount_minor": colAmountMinor,
		"amount_refunded": colRefunded, "amount_refunded_minor": colRefundedMinor,
	},
	needed: [][]columnName{{colOrder}, {colIntent}, {colAmount, colAmountMinor}, {colCurrency}, {colStatus}, {colCreated}},
}

// dashboardForm is the "payments" export of Stripe's Dashboard. The order id is
// a column of metadata, which the merchant picks when exporting.
var dashboardForm = form{
	columns: map[string]columnName{
		"id": colID, "paymentintent id": colIntent, "created date (utc)": colCreated, "created (utc)": colCreated,
		"amount": colAmount, "amount refunded": colRefunded, "currency": colCurrency, "status": colStatus,
		"captured": colCaptured, "order_id (metadata)": colOrder,
	},
	needed: [][]columnName{{colID, colIntent}, {colCreated}, {colAmount}, {colCurrency}, {colStatus}},
}

// isDashboard recognises a Dashboard export by columns that only it has.
func isDashboard(header []string) bool {
	has := map[string]bool{}
	for _, name := range header {
		has[name] = true
	}
	return has["amount refunded"] && (has["created date (utc)"] || has["created (utc)"])
}

// read finds the columns in a header. All faults come at once.
func (f *form) read(file string, line int64, header [][]byte) (layout, []*LineError) {
	l := layout{count: len(header)}
	for c := range l.at {
		l.at[c] = -1
	}
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.ToLower(strings.TrimSpace(string(name)))
	}
	if _, payments := f.columns["id"]; payments && isDashboard(names) {
		f, l.dashboard = &dashboardForm, true
	}
	var faults []*LineError
	for i, name := range names {
		c, known := f.columns[name]
		if !known {
			continue
		}
		if l.at[c] >= 0 {
			faults = append(faults, &LineError{File: file, Line: line, Column: i + 1, Code: FaultTwiceColumn, Detail: short(name)})
			continue
		}
		l.at[c], l.names[c] = i, strings.TrimSpace(string(header[i]))
	}
	for _, group := range f.needed {
		if !l.hasOne(group) {
			faults = append(faults, &LineError{File: file, Line: line, Code: FaultMissingColumn, Detail: f.name(group[0])})
		}
	}
	return l, faults
}

func (l *layout) hasOne(group []columnName) bool {
	for _, c := range group {
		if l.at[c] >= 0 {
			return true
		}
	}
	return false
}

// name is the first name of a column, for people.
func (f *form) name(c columnName) string {
	best := ""
	for name, other := range f.columns {
		if other == c && (best == "" || name < best) {
			best = name
		}
	}
	return best
}

// all is the layout of a JSON line, which has every column by its name.
func (f *form) all() layout {
	l := layout{count: int(numColumns)}
	for c := range l.at {
		l.at[c] = -1
	}
	for name, c := range f.columns {
		l.at[c], l.names[c] = int(c), name
	}
	return l
}

// short makes a value fit into a message. What looks like a secret or a card number
// is not repeated.
func short(value string) string {
	const most = 40
	if wording.HasSecretKey(value) || wording.HasCardNumber(value, 13) {
		return "***"
	}
	text := fmt.Sprintf("%q", value)
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…\""
	}
	return text
}

// isSecret reports whether an id is one of Stripe's secrets: a shop that stores the
// client secret instead of the PaymentIntent's id must not see it in a report, which
// is mailed and printed. No id has these parts, so the rest costs next to nothing.
func isSecret(id []byte) bool {
	return len(id) >= shortestSecret &&
		(bytes.Contains(id, []byte("_secret_")) || bytes.HasPrefix(id, []byte("whsec_")) || bytes.Contains(id, []byte("k_test_")) || bytes.Contains(id, []byte("k_live_"))) &&
		wording.HasSecretKey(string(id))
}

// shortestSecret is the length of the oldest API keys; ids of Stripe's have up to 30.
const shortestSecret = len("sk_test_") + 24
