package admin

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/ec-plugins/stripesecure/settings"
)

// logView is the page 変更履歴.
type logView struct {
	Entries []logEntry
	Older   int64 // the next page begins before this version; 0: there is none
	Newer   bool  // this is not the first page
}

type logEntry struct {
	Change

	Rows []logRowView
}

type logRowView struct{ Label, From, To string }

const logPage = 30

func (p *pages) showLog(q *request) error {
	before, _ := strconv.ParseInt(q.URL.Query().Get("before"), 10, 64) // what is no number begins with the newest
	changes, err := q.method.Store.Changes(q.Context(), before, logPage+1)
	if err != nil {
		return err
	}
	lists, err := q.method.Lists(q.Context())
	if err != nil {
		return err
	}
	view := logView{Newer: before > 0}
	if len(changes) > logPage {
		changes = changes[:logPage]
		view.Older = changes[logPage-1].Version
	}
	for _, change := range changes {
		view.Entries = append(view.Entries, q.logEntry(lists, change))
	}
	q.render(http.StatusOK, "log", view)
	return nil
}

func (q *request) logEntry(lists settings.Lists, change Change) logEntry {
	entry := logEntry{Change: change}
	for _, field := range change.Fields {
		entry.Rows = append(entry.Rows, logRowView{
			q.fieldLabel(field.Field), q.showChanged(lists, field.Field, field.From), q.showChanged(lists, field.Field, field.To),
		})
	}
	return entry
}

// note writes to the log what was done and changes no setting.
func (q *request) note(change Change) error {
	return q.edit(q.Context(), change, func(*State, *Change) {})
}

// edit changes what is stored, as it is by then, and writes it to the log.
func (q *request) edit(ctx context.Context, change Change, do func(*State, *Change)) error {
	change.At, change.By = q.p.opts.Now().UTC(), q.clerk.Name
	const tries = 5
	for range tries {
		state, err := q.method.Store.Load(ctx)
		if err != nil {
			return err
		}
		entry := change
		do(&state, &entry)
		if err = q.method.Store.Save(ctx, state, entry); !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return ErrChanged
}
