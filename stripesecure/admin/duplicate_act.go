package admin

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// onDuplicate gives back what was captured of the same checkout beside the payment,
// all that is left of it. It asks first, as every button that moves money. Only
// what this page lists can be named.
func (q *request) onDuplicate(view paymentView, intent string, asking bool) error {
	i := slices.IndexFunc(view.Duplicates, func(d stripesecure.Duplicate) bool { return d.Intent == intent })
	if i < 0 {
		return errBadForm
	}
	view.Duplicate, view.Asked = intent, view.Duplicates[i].Refundable
	if asking {
		view.Confirm = ActionDuplicate
		q.render(http.StatusOK, "payment", view)
		return nil
	}
	_, err := q.method.Plugin.RefundIntent(q.Context(), intent, stripesecure.Refund{
		ID: "admin-" + view.Operation, Reason: stripesecure.RefundDuplicate,
	})
	if err != nil {
		return q.refused(view, "Refund", err)
	}
	id := string(view.Pay.ID)
	if err := q.note(Change{Action: ActionDuplicate, Fields: []Changed{{Field: "payment", From: id + " " + intent, To: view.Asked.String()}}}); err != nil {
		q.p.opts.Logger.ErrorContext(q.Context(), "admin: not in the log", "action", ActionDuplicate, "payment", id, "by", q.clerk.Name, "error", err)
	}
	return q.redirect(q.p.address(q.method.ID, "payments", url.PathEscape(id)+"?done="+ActionDuplicate))
}
