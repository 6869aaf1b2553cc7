package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// staffInboxPage is what waits between Stripe, the library and the shop.
type staffInboxPage struct {
	Webhooks stripesecure.WebhookReport
	Inbox    []stripesecure.Pending
	Outbox   []untold
	Unknown  []stripesecure.Unknown
	Findings []staffNote
	Done     bool
}

// untold is news that the shop has not taken, with the order that it is about.
type untold struct {
	stripesecure.Untold

	Ref string
}

// staffNote is an open finding, with its order if there is one.
type staffNote struct{ Payment, Ref, Code, At string }

func (s *Shop) showInbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page := staffInboxPage{Webhooks: s.plugin.Webhooks(), Done: r.URL.Query().Has("done")}
	var err, failed error
	page.Inbox, err = s.plugin.Inbox(ctx)
	failed = errors.Join(failed, err)
	page.Unknown, err = s.plugin.Unknown(ctx)
	failed = errors.Join(failed, err)
	page.Outbox, err = s.outbox(ctx)
	failed = errors.Join(failed, err)
	page.Findings, err = all(ctx, s.db, func(rows *sql.Rows) (n staffNote, err error) {
		return n, rows.Scan(&n.Payment, &n.Ref, &n.Code, &n.At)
	}, `select f.payment, coalesce(o.ref, ''), f.code, f.at from findings f left join orders o on o.payment = f.payment
		where f.over = 0 and f.seen = '' order by f.at desc limit 100`)
	if failed = errors.Join(failed, err); failed != nil {
		return failed
	}
	return s.render(w, r, "staff/inbox", page)
}

func (s *Shop) outbox(ctx context.Context) ([]untold, error) {
	all, err := s.plugin.Outbox(ctx)
	if err != nil {
		return nil, err
	}
	var box []untold
	for _, u := range all {
		one := untold{Untold: u}
		err := s.db.QueryRowContext(ctx, `select ref from orders where payment = ?`, string(u.Payment)).Scan(&one.Ref)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		box = append(box, one)
	}
	return box, nil
}

// retryInbox makes an event due again, or tells the shop its news again.
func (s *Shop) retryInbox(w http.ResponseWriter, r *http.Request) error {
	var err error
	if intent := r.PostFormValue("intent"); intent != "" {
		err = s.plugin.RetryInbox(r.Context(), intent)
	} else {
		err = s.plugin.RetryNews(r.Context(), stripesecure.PaymentID(r.PostFormValue("payment")))
	}
	if err != nil && !errors.Is(err, stripesecure.ErrNotFound) { // done meanwhile, by itself
		return err
	}
	return redirect(w, r, "/staff/inbox?done")
}
