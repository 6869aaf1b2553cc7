package stripesecure

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// The inbox holds the PaymentIntents that an event has named and that could not
// be worked on at once. It is one row of the store for each of them, however
// many events there are, and holds ids only.
const (
	pendingRow = "#pi:"
	maxTries   = 12 // about a day and a half, then a person has to look
	firstRetry = 30 * time.Second
)

// pendingRecord is one entry of the inbox.
type pendingRecord struct {
	hint

	Tries   int    `json:"tries"`
	Outcome string `json:"outcome,omitempty"`
	Parked  bool   `json:"parked,omitempty"`
	// Since is when the last event of the payment was stored.
	Since time.Time `json:"since,omitzero"`
}

// storePending stores, before the event is acknowledged, that the PaymentIntent
// has to be looked at.
func (p *Plugin) storePending(ctx context.Context, h hint) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	for {
		row, err := p.opts.Store.Get(ctx, p.opts.ShopID, pendingRow+h.Intent)
		record := pendingRecord{hint: h, Since: p.now()}
		switch {
		case errors.Is(err, ErrNoRow):
			row = Row{Shop: p.opts.ShopID, Checkout: pendingRow + h.Intent}
		case err != nil:
			return err
		default:
			var before pendingRecord
			if err := json.Unmarshal(row.Body, &before); err != nil {
				return err
			}
			record.Matters = record.Matters || before.Matters
		}
		row.Due = p.now()
		if err = p.putPending(ctx, row, record); !errors.Is(err, ErrConflict) {
			return err
		}
		// Another event of the same payment was stored just now.
	}
}

func (p *Plugin) putPending(ctx context.Context, row Row, record pendingRecord) error {
	body, err := json.Marshal(record)
	if err != nil {
		return err
	}
	row.Body = body
	return p.opts.Store.Put(ctx, row)
}

// retryPending works on an entry of the inbox again. What is done leaves the
// inbox; after many tries an entry is parked, and RetryInbox makes it due again.
func (p *Plugin) retryPending(ctx context.Context, row Row) error {
	var record pendingRecord
	if err := json.Unmarshal(row.Body, &record); err != nil {
		return storeError("Sweep", err)
	}
	intent := strings.TrimPrefix(row.Checkout, pendingRow)
	record.Intent = intent
	outcome, done := p.lookAt(ctx, record.hint, inBackground)
	if done {
		err := p.opts.Store.Delete(ctx, row.Shop, row.Checkout, row.Version)
		return ignoreConflict(err)
	}
	record.Tries++
	record.Outcome, record.Parked = outcome, record.Tries >= maxTries
	row.Due = p.now().Add(min(firstRetry<<record.Tries, 6*time.Hour))
	if record.Parked {
		row.Due = time.Time{}
		p.log(ctx, "inbox", "intent", intent, "answer", "parked", "outcome", outcome)
	}
	return ignoreConflict(p.putPending(ctx, row, record))
}

// ignoreConflict: a new event of the same payment has come meanwhile.
func ignoreConflict(err error) error {
	if err == nil || errors.Is(err, ErrConflict) {
		return nil
	}
	return storeError("Sweep", err)
}

// Pending is an entry of the inbox, for the merchant's page.
type Pending struct {
	Intent string // the PaymentIntent that an event has named
	Tries  int
	// Outcome is why it could not be worked on: early (the payment is this shop's, and
	// no stored checkout knows it), no_answer (of Stripe), no_credentials, store; "" when
	// nobody has tried again yet.
	Outcome string
	Parked  bool      // not tried any more until RetryInbox
	Since   time.Time // of the last event
	Due     time.Time
}

// Inbox lists up to 1000 payments that events have named and that could not be
// worked on yet: Stripe or the store did not answer, or their checkout is not
// there. Errors: store, canceled.
func (p *Plugin) Inbox(ctx context.Context) ([]Pending, error) {
	rows, err := p.opts.Store.List(ctx, p.opts.ShopID, pendingRow, "", 1000)
	if err != nil {
		return nil, storeError("Inbox", err)
	}
	var inbox []Pending
	for _, row := range rows {
		var record pendingRecord
		if err := json.Unmarshal(row.Body, &record); err != nil {
			return nil, storeError("Inbox", err)
		}
		inbox = append(inbox, Pending{
			Intent: strings.TrimPrefix(row.Checkout, pendingRow), Tries: record.Tries,
			Outcome: record.Outcome, Parked: record.Parked, Since: record.Since, Due: row.Due,
		})
	}
	return inbox, nil
}

// RetryInbox makes an entry of the inbox due at once. Errors: not_found, store,
// canceled.
func (p *Plugin) RetryInbox(ctx context.Context, intent string) error {
	const op = "RetryInbox"
	row, record, err := p.pending(ctx, op, intent)
	if err != nil {
		return err
	}
	record.Tries, record.Parked, row.Due = 0, false, p.now()
	err = p.putPending(ctx, row, record)
	if err != nil && !errors.Is(err, ErrConflict) { // a conflict: it is being worked on
		return storeError(op, err)
	}
	return nil
}

// pending is the inbox's entry of a payment.
func (p *Plugin) pending(ctx context.Context, op, intent string) (row Row, record pendingRecord, err error) {
	row, err = p.opts.Store.Get(ctx, p.opts.ShopID, pendingRow+intent)
	if errors.Is(err, ErrNoRow) {
		return row, record, fail(op, CodeNotFound, nil)
	}
	if err == nil {
		err = json.Unmarshal(row.Body, &record)
	}
	if err != nil {
		return row, record, storeError(op, err)
	}
	return row, record, nil
}
