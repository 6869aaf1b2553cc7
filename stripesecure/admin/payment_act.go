package admin

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// Names of the form on the page of a payment. Every button asks first; the answer
// carries what was asked, and the id of a refund is made when the page is drawn:
// pressing twice, going back and sending again, or two clerks at once do it once.
const (
	nameAsk       = "ask" // what is to be asked: capture, void, refund
	nameAmount    = "amount"
	nameReason    = "reason"
	nameNote      = "note"
	nameOperation = "operation"
	nameIntent    = "intent" // of money that was captured beside the payment
	maxNote       = 500      // what Stripe keeps
)

// actOnPayment asks, or does what was asked.
func (p *pages) actOnPayment(q *request) error {
	f, err := q.readForm([]string{nameAsk, nameDo, nameAmount, nameReason, nameNote, nameOperation, nameIntent}, nil, nil)
	if err != nil {
		return err
	}
	view, err := q.payment()
	if err != nil {
		return err
	}
	if len(f.odd) > 0 {
		return errBadForm
	}
	view.Reason = knownReason(f.last(nameReason))
	note := f.last(nameNote)
	if !sensitive(note) {
		view.Note = note
	}
	if op := f.last(nameOperation); op != "" && len(op) <= 64 && operation.MatchString(op) {
		view.Operation = op
	}
	what := f.last(nameDo)
	asking := what == ""
	if asking {
		what = f.last(nameAsk)
	}
	switch what {
	case ActionCapture, ActionVoid, ActionRefund:
	case ActionDuplicate:
		return q.onDuplicate(view, f.last(nameIntent), asking)
	default:
		return errBadForm
	}
	if view.Fault = q.readAmount(&view, what, f.last(nameAmount)); view.Fault == "" && sensitive(note) {
		view.Fault = q.text("payment.fault.input")
	}
	if view.Fault != "" {
		q.render(http.StatusUnprocessableEntity, "payment", view)
		return nil
	}
	if asking {
		view.Confirm = what
		q.render(http.StatusOK, "payment", view)
		return nil
	}
	return q.act(view, what)
}

// readAmount reads what is to be captured or refunded; "" for a good one.
func (q *request) readAmount(view *paymentView, what, text string) (fault string) {
	if what == ActionVoid {
		view.Asked = view.Pay.Total
		return ""
	}
	whole := view.Amount
	if what == ActionRefund {
		whole = view.Left
	}
	if strings.TrimSpace(text) == "" {
		text = whole
	}
	amount, err := stripesecure.ParseMoney(readNumber(text), view.Pay.Total.Currency)
	if utf8.RuneCountInString(text) <= 30 && !strings.ContainsFunc(text, func(r rune) bool { return r < unicode.MaxASCII && unicode.IsLetter(r) }) {
		*map[string]*string{ActionCapture: &view.Amount, ActionRefund: &view.Left}[what] = text
	}
	switch {
	case err != nil || amount.Amount.Sign() <= 0:
		return q.text("payment.fault.amount")
	case what == ActionRefund && utf8.RuneCountInString(view.Note) > maxNote:
		return q.text("payment.fault.note", maxNote)
	}
	if _, err := amount.Minor(); err != nil {
		return q.text("payment.fault.amount")
	}
	view.Asked = amount
	return ""
}

// operation is an id as our page makes it.
var operation = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// knownReason is one of Stripe's reasons, or none.
func knownReason(reason string) string {
	switch stripesecure.RefundReason(reason) {
	case stripesecure.RefundByRequested, stripesecure.RefundDuplicate, stripesecure.RefundFraudulent:
		return reason
	}
	return ""
}

// grouped is a number with commas where people put them: 4,840 and never 48,40,
// which some write for 48.40.
var grouped = regexp.MustCompile(`^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)

// readNumber takes away what a keyboard for Japanese adds: wide digits, a sign of
// the yen, commas between thousands.
func readNumber(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '，':
			return ','
		case r == '．':
			return '.'
		}
		return r
	}, text)
	text = strings.TrimSpace(strings.Trim(strings.TrimSpace(text), "¥￥円"))
	if grouped.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	return text
}

// act moves money, and writes down who did.
func (q *request) act(view paymentView, what string) error {
	plugin, id := q.method.Plugin, view.Pay.ID
	var err error
	op := ""
	switch what {
	case ActionCapture:
		op = "Capture"
		_, err = plugin.Capture(q.Context(), id, view.Asked)
	case ActionVoid:
		op = "OrderRefused"
		err = q.void(view.Pay)
	case ActionRefund:
		op = "Refund"
		_, err = plugin.Refund(q.Context(), id, stripesecure.Refund{
			ID: "admin-" + view.Operation, Amount: view.Asked, Reason: stripesecure.RefundReason(view.Reason), Note: view.Note,
		})
	}
	if err != nil {
		return q.refused(view, op, err)
	}
	if err := q.note(Change{Action: what, Fields: []Changed{{Field: "payment", From: string(id), To: view.Asked.String()}}}); err != nil {
		// The money has moved: that the log could not be written must not look
		// as if it had not.
		q.p.opts.Logger.ErrorContext(q.Context(), "admin: not in the log", "action", what, "payment", id, "by", q.clerk.Name, "error", err)
	}
	return q.redirect(q.p.address(q.method.ID, "payments", url.PathEscape(string(id))+"?done="+what))
}

// void cancels the order and releases its hold. Captured money stays where it is:
// a refund is another decision.
func (q *request) void(pay stripesecure.Payment) error {
	if taken(pay.State) { // an old page; the clerk reads so, and the order is not cancelled anywhere
		return &stripesecure.Error{Op: "OrderRefused", Code: stripesecure.CodeCaptured}
	}
	refusal := stripesecure.Refusal{Reason: stripesecure.Cancelled}
	if pay.Order != nil {
		refusal.Ref = pay.Order.Ref
	}
	res, err := q.method.Plugin.OrderRefused(q.Context(), pay.ID, refusal)
	switch {
	case err != nil:
		return err
	case taken(res.Payment.State): // somebody was faster
		return &stripesecure.Error{Op: "OrderRefused", Code: stripesecure.CodeCaptured}
	case stripesecure.CodeOf(res.Cancelled()) == stripesecure.CodeOrderConflict: // its host has an order for it
		return res.Cancelled()
	}
	return nil // voided, or Stripe has not answered yet and it goes on by itself
}

func taken(state stripesecure.State) bool {
	return state == stripesecure.StateCaptured || state == stripesecure.StateRefunded
}

// refused shows why it was not done, with what was typed. A store or a context
// that failed is shown as such: whether money moved is not known then, and
// pressing again finds out.
func (q *request) refused(view paymentView, op string, err error) error {
	code := stripesecure.CodeOf(err)
	key := op + "." + string(code)
	text := wording.Merchant(key, q.lang)
	if text == key {
		switch code {
		case stripesecure.CodeInvalid:
			text = q.text("payment.fault.input")
		case stripesecure.CodeStore, stripesecure.CodeCanceled, stripesecure.CodeInternal:
			return err
		default:
			text = q.text("payment.refused", string(code))
		}
	}
	fresh, loadErr := q.payment() // as it is now: somebody else may have been faster
	if loadErr != nil {
		return errors.Join(err, loadErr)
	}
	fresh.Refused, fresh.Reason, fresh.Note = text, view.Reason, view.Note
	q.render(http.StatusConflict, "payment", fresh)
	return nil
}
