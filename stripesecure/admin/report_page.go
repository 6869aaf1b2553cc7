package admin

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/settings"
)

// reportView says on the page 決済 how the last comparison with Stripe ended
// (LC-37, LC-38).
type reportView struct {
	At       time.Time
	Findings int64
}

func (q *request) reportView() (*reportView, error) {
	if q.method.Report == nil {
		return nil, nil
	}
	digest, err := q.method.Report(q.Context())
	if err != nil || digest == nil {
		return nil, err
	}
	view := &reportView{At: digest.At}
	for class, n := range digest.Summary {
		if class != reconcile.Matched {
			view.Findings += n
		}
	}
	return view, nil
}

// digest is the last comparison, for a page that is about it.
func (q *request) digest() (*reconcile.Digest, error) {
	if q.method.Report == nil {
		return nil, errNotFound
	}
	digest, err := q.method.Report(q.Context())
	if err == nil && digest == nil {
		err = errNotFound
	}
	return digest, err
}

// compareNow compares at once. A comparison that another clerk has begun is as good;
// one that fails leaves the last report, and the page says so.
func (p *pages) compareNow(q *request) error {
	if _, err := q.readForm(nil, nil, nil); err != nil {
		return err
	}
	if q.method.Compare == nil {
		return errNotFound
	}
	outcome := ActionCompare
	switch err := q.method.Compare(q.Context()); {
	case errors.Is(err, reconcile.ErrRunning):
		outcome = "comparing"
	case err != nil:
		q.p.opts.Logger.WarnContext(q.Context(), "admin: comparison failed", "error", err)
		outcome = "uncompared"
	default:
		if err := q.note(Change{Action: ActionCompare}); err != nil {
			return err
		}
	}
	return q.redirect(p.address(q.method.ID, "payments?done="+outcome))
}

// showReport is the last comparison as its own page, with its own policy: it has
// its style inside, so that it can be kept as a file.
func (p *pages) showReport(q *request) error {
	digest, err := q.digest()
	if err != nil {
		return err
	}
	state, err := q.method.Store.Load(q.Context())
	if err != nil {
		return err
	}
	options := reconcile.HTMLOptions{Language: q.lang, Shop: p.opts.ShopName, Test: !state.Settings.Environment.Livemode()}
	if state.Settings.Authentication == settings.AuthConnect {
		options.Account = state.Settings.AccountID
	}
	var body bytes.Buffer
	if err := digest.WriteHTML(&body, options); err != nil {
		return err
	}
	q.header()
	h := q.w.Header()
	h.Set("Content-Security-Policy", reconcile.HTMLPolicy()+"; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	q.w.WriteHeader(http.StatusOK)
	_, _ = body.WriteTo(q.w) // the reader has gone: nobody to tell
	return nil
}
