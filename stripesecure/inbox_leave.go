package stripesecure

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

const (
	// earlyLife is how long an entry waits for its checkout after the last event of
	// its payment. The payment is still found by the second janitor, and stands among
	// Unknown, if it is not older than 35 days.
	earlyLife   = 7 * 24 * time.Hour
	outcomeWait = "early" // ours, and its checkout is not there
	letGoRow    = "#let-go"
)

// DismissInbox takes a parked entry out of the inbox: a person has looked at the
// payment at Stripe, and nothing is to be done, or it was done there. Nothing is
// asked of Stripe and no money moves; another event of the payment brings it back.
// Errors: not_found (it is not there any more), invalid ("intent not_parked": it is
// still being tried), store, canceled.
func (p *Plugin) DismissInbox(ctx context.Context, intent string) error {
	const op = "DismissInbox"
	row, record, err := p.pending(ctx, op, intent)
	if err != nil {
		return err
	}
	if !record.Parked {
		return invalid(op, []Fault{{"intent", "not_parked"}})
	}
	err = p.opts.Store.Delete(ctx, row.Shop, row.Checkout, row.Version)
	if errors.Is(err, ErrConflict) { // an event has come just now
		return invalid(op, []Fault{{"intent", "not_parked"}})
	}
	if err != nil {
		return storeError(op, err)
	}
	p.log(ctx, "inbox", "intent", intent, "answer", "dismissed")
	return nil
}

// letGo takes parked entries out whose checkout has not come for a week, and counts
// them: a payment that nobody here knows must not be an alarm for ever. What is about
// a refund, a dispute or a fraud warning waits for a person: money goes away there, a
// bank wants an answer, and such a payment may be too old to stand among Unknown.
func (p *Plugin) letGo(ctx context.Context) error {
	rows, err := p.opts.Store.List(ctx, p.opts.ShopID, pendingRow, "", 1000)
	if err != nil {
		return err
	}
	gone := int64(0)
	for _, row := range rows {
		var record pendingRecord
		if err := json.Unmarshal(row.Body, &record); err != nil {
			return err
		}
		switch {
		case !record.Parked || record.Outcome != outcomeWait || record.Matters:
		case record.Since.IsZero(): // stored by an older version
			record.Since = p.now()
			err = p.putPending(ctx, row, record)
		case record.Since.Add(earlyLife).After(p.now()):
		default:
			if err = p.opts.Store.Delete(ctx, row.Shop, row.Checkout, row.Version); err == nil {
				gone++
				p.log(ctx, "inbox", "intent", strings.TrimPrefix(row.Checkout, pendingRow), "answer", "let_go")
			}
		}
		if err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	if gone == 0 {
		return nil
	}
	return p.countLetGo(ctx, gone)
}

// letGoRecord counts for the whole shop.
type letGoRecord struct {
	Count int64 `json:"count"`
}

func (p *Plugin) countLetGo(ctx context.Context, more int64) error {
	for {
		record, row, err := p.letGoCount(ctx)
		if err != nil {
			return err
		}
		record.Count += more
		if row.Body, err = json.Marshal(record); err != nil {
			return err
		}
		if err = p.opts.Store.Put(ctx, row); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

func (p *Plugin) letGoCount(ctx context.Context) (record letGoRecord, row Row, err error) {
	row, err = p.opts.Store.Get(ctx, p.opts.ShopID, letGoRow)
	if errors.Is(err, ErrNoRow) {
		return letGoRecord{}, Row{Shop: p.opts.ShopID, Checkout: letGoRow}, nil
	}
	if err == nil {
		err = json.Unmarshal(row.Body, &record)
	}
	return record, row, err
}
