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
	Done     string // what the clerk has just done
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
	page := staffInboxPage{Webhooks: s.plugin.Webhooks()}
	for _, done := range []string{"done", "dismissed"} {
		if r.URL.Query().Has(done) {
			page.Done = done
		}
	}
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

// retryInbox makes an event due again, takes a parked one out, or tells the shop
// its news again.
func (s *Shop) retryInbox(w http.ResponseWriter, r *http.Request) error {
	var err error
	done := "done"
	switch intent := r.PostFormValue("intent"); {
	case intent != "" && r.PostFormValue("do") == "dismiss":
		if err = s.plugin.DismissInbox(r.Context(), intent); err == nil {
			done = "dismissed"
			s.log.InfoContext(r.Context(), "event dismissed", "by", clerkOf(r).ID, "intent", intent)
		}
	case intent != "":
		err = s.plugin.RetryInbox(r.Context(), intent)
	default:
		err = s.plugin.RetryNews(r.Context(), stripesecure.PaymentID(r.PostFormValue("payment")))
	}
	if err != nil && !errors.Is(err, stripesecure.ErrNotFound) && !errors.Is(err, stripesecure.ErrInvalid) { // done meanwhile, by itself
		return err
	}
	return redirect(w, r, "/staff/inbox?"+done)
}
