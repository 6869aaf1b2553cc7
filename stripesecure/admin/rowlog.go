package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// The newest entries of the log stand in the state's own row: what was changed
// and that it was changed are one write. Older ones move to rows of their own, a
// fixed number in each, which never change again.
const (
	logRow     = "#admin-log:"
	logHere    = 60 // at most in the state's row
	logArchive = 40 // in each row of the archive
)

// archiveName sorts the newest archive first: it counts down from the version of
// its newest entry.
func archiveName(newest int64) string {
	return fmt.Sprintf("%s%016x", logRow, math.MaxInt64-newest)
}

// appendLog returns the log with a change more. When it is full, the oldest part
// is stored in the archive before: a crash in between leaves them in both places,
// and [RowStore.Changes] tells them once.
func (s *RowStore) appendLog(ctx context.Context, log []Change, change Change) ([]Change, error) {
	if len(log) >= logHere {
		old := log[:logArchive]
		body, err := json.Marshal(old)
		if err != nil {
			return nil, err
		}
		err = s.opts.Store.Put(ctx, stripesecure.Row{
			Shop: s.opts.ShopID, Checkout: archiveName(old[len(old)-1].Version), Body: body,
		})
		if err != nil && !errors.Is(err, stripesecure.ErrConflict) { // a conflict: it is there already
			return nil, err
		}
		log = log[logArchive:]
	}
	return append(slices.Clip(log), change), nil
}

// Changes implements [Store].
func (s *RowStore) Changes(ctx context.Context, before int64, limit int) ([]Change, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	record, _, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var found []Change
	take := func(log []Change) {
		for i := len(log) - 1; i >= 0 && len(found) < limit; i-- {
			if log[i].Version < before {
				before = log[i].Version
				found = append(found, log[i])
			}
		}
	}
	take(record.Log)
	for after := ""; len(found) < limit; {
		rows, err := s.opts.Store.List(ctx, s.opts.ShopID, logRow, after, 20)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			var log []Change
			if err := json.Unmarshal(row.Body, &log); err != nil {
				return nil, fmt.Errorf("admin: row %s: %w", row.Checkout, err)
			}
			take(log)
			after = row.Checkout
		}
		if len(rows) == 0 {
			break
		}
	}
	return found, nil
}
