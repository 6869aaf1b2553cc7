package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// staffOrderPage is everything about one order and its payment.
type staffOrderPage struct {
	Order    order
	Payment  stripesecure.Payment
	Known    bool // the library knows the payment
	Timeline []stripesecure.Moment
	Findings []staffFinding
	Form     staffForm
	Done     string // what the clerk has just done
	Fresh    string // the id of the next refund: the same form sent twice is one refund
	Stripe   string // what the shop's own Stripe knows: its status, or "forgotten"
}

// staffFinding is something that a person should know.
type staffFinding struct {
	stripesecure.Finding

	Seen string // the clerk who has seen it
}

// staffForm is what a clerk has sent, and what was wrong with it: nothing that
// was typed is lost.
type staffForm struct {
	Name    string // capture, cancel, refund, or the id of a dispute
	Values  url.Values
	Faults  map[string]string // by field
	Problem string            // why nothing was done
}

// Is reports whether this is the form with that name.
func (f staffForm) Is(name string) bool { return f.Name == name }

// Value is what was typed in a field of the form, or what it begins with.
func (f staffForm) Value(form, field, first string) string {
	if f.Name == form && f.Values.Has(field) {
		return f.Values.Get(field)
	}
	return first
}

// Fault is what is wrong with a field of the form.
func (f staffForm) Fault(form, field string) string {
	if f.Name != form {
		return ""
	}
	return f.Faults[field]
}

// staffDone are the things that a clerk has just done, each with a text.
var staffDone = []string{"captured", "cancelled", "refunded", "draft", "submitted", "seen", "busy", "stripe"}

// onOrder finds the order and its payment for what a clerk does. An order that
// is not there and one of somebody else look alike.
func (s *Shop) onOrder(do func(http.ResponseWriter, *http.Request, order, stripesecure.Payment) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		o, err := s.findOrder(r.Context(), r.PathValue("ref"))
		if err != nil {
			return err
		}
		p, err := s.plugin.Payment(r.Context(), stripesecure.PaymentID(o.Payment))
		if err != nil && !errors.Is(err, stripesecure.ErrNotFound) {
			return err
		}
		return do(w, r, o, p)
	}
}

// onPayment is onOrder for what changes the payment: one that the library does
// not know cannot be worked on here.
func (s *Shop) onPayment(do func(http.ResponseWriter, *http.Request, order, stripesecure.Payment) error) func(http.ResponseWriter, *http.Request) error {
	return s.onOrder(func(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
		if p.ID == "" {
			return s.staffOrder(w, r, http.StatusConflict, o, p, staffForm{})
		}
		if err := r.ParseForm(); err != nil { // larger than maxForm
			form := staffForm{Name: "none", Problem: s.text(string(visitorOf(r).Language), "staff.fault.large")}
			return s.staffOrder(w, r, http.StatusRequestEntityTooLarge, o, p, form)
		}
		return do(w, r, o, p)
	})
}

func (s *Shop) showStaffOrder(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
	return s.staffOrder(w, r, http.StatusOK, o, p, staffForm{})
}

// staffOrder draws the order's page, with the form that a clerk has sent.
func (s *Shop) staffOrder(w http.ResponseWriter, r *http.Request, status int, o order, p stripesecure.Payment, form staffForm) error {
	page := staffOrderPage{Order: o, Payment: p, Known: p.ID != "", Form: form, Fresh: form.Value("refund", "op", rand.Text())}
	if done := r.URL.Query().Get("done"); slices.Contains(staffDone, done) && form.Name == "" {
		page.Done = done
	}
	if page.Known {
		var err error
		if page.Timeline, err = s.plugin.Timeline(r.Context(), p.ID); err != nil {
			return err
		}
		page.Timeline = slices.DeleteFunc(page.Timeline, func(m stripesecure.Moment) bool { // has a line of its own
			return m.What == "finding" && (m.Detail == "disputed" || m.Detail == "fraud_warning")
		})
		if page.Findings, err = s.findingsOf(r.Context(), p); err != nil {
			return err
		}
	}
	if own := s.stripe.own; own != nil {
		page.Stripe = own.Intent(p.Intent).Status
		if page.Stripe == "" {
			page.Stripe = "forgotten"
		}
	}
	return s.renderAs(w, r, status, "staff/order", page)
}

// findingsOf are the findings that still matter.
func (s *Shop) findingsOf(ctx context.Context, p stripesecure.Payment) ([]staffFinding, error) {
	var open []staffFinding
	for _, f := range p.Findings {
		if !urgent(p, f.Code) {
			continue
		}
		one := staffFinding{Finding: f}
		err := s.db.QueryRowContext(ctx, `select seen from findings where payment = ? and code = ?`, string(p.ID), f.Code).Scan(&one.Seen)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		open = append(open, one)
	}
	return open, nil
}

// seeFinding: a clerk has taken care of it.
func (s *Shop) seeFinding(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
	code := r.PostFormValue("code")
	if !slices.ContainsFunc(p.Findings, func(f stripesecure.Finding) bool { return f.Code == code }) {
		return errNotFound
	}
	_, err := s.db.ExecContext(r.Context(), `insert into findings (payment, code, at, seen) values (?, ?, ?, ?)
		on conflict do update set seen = excluded.seen`, string(p.ID), code, stamp(s.now()), clerkOf(r).ID)
	if err != nil {
		return err
	}
	return s.staffDone(w, r, o, "seen")
}

func (s *Shop) staffDone(w http.ResponseWriter, r *http.Request, o order, what string) error {
	return redirect(w, r, "/staff/orders/"+url.PathEscape(o.Ref)+"?done="+what)
}

// Share is a part of the payment's total in per mille, for the picture of where
// the money is.
func (p staffOrderPage) Share(m stripesecure.Money) int64 {
	if p.Payment.Total.IsZero() {
		return 0
	}
	return m.Amount.Shift(3).Div(p.Payment.Total.Amount).IntPart()
}

// Kept is the captured money that the shop still has.
func (p staffOrderPage) Kept() stripesecure.Money {
	return stripesecure.Money{Amount: p.Payment.Captured.Amount.Sub(p.Payment.Refunded.Amount), Currency: p.Payment.Captured.Currency}
}

// Held reports whether the money can be captured or released.
func (p staffOrderPage) Held() bool { return p.Payment.State == stripesecure.StateHeld }

// Taken reports whether money was captured.
func (p staffOrderPage) Taken() bool {
	return p.Payment.State == stripesecure.StateCaptured || p.Payment.State == stripesecure.StateRefunded
}

// Acts reports whether there is anything that a clerk can do.
func (p staffOrderPage) Acts() bool {
	return p.Held() || p.Cancellable() || p.Taken() && !p.Payment.Refundable().IsZero()
}

// Cancellable reports whether the order can be cancelled without a refund.
func (p staffOrderPage) Cancellable() bool {
	return p.Known && !p.Taken() && p.Payment.State != stripesecure.StateVoided
}

// Advice is the text of what to do where no money is held, "" for nothing.
func (p staffOrderPage) Advice() string {
	switch {
	case !p.Known, p.Order.Status == statusCancelled && p.Payment.Intent == "": // nothing is proven, nothing is said
		return ""
	case p.Order.Status == statusCancelled:
		return "advice.voided"
	case p.Order.Status == statusUnpaid && p.Payment.State == stripesecure.StateFailed:
		return "advice.failed"
	case p.Order.Status == statusUnpaid:
		return "advice.expired"
	}
	return ""
}

// Sold is what a bank wants to read about the goods.
func (p staffOrderPage) Sold(name func(string) string) string {
	var goods []string
	for _, l := range p.Order.Lines {
		goods = append(goods, name(l.Product))
	}
	return strings.Join(goods, ", ")
}

// whyNot is the text of a refusal, for the clerk.
func (s *Shop) whyNot(lang wording.Language, err error) string {
	var e *stripesecure.Error
	switch {
	case !errors.As(err, &e):
		return s.text(string(lang), "staff.fault.later")
	case e.Code == stripesecure.CodeCopy:
		return s.text(string(lang), "staff.fault.copy")
	}
	if code := e.Op + "." + string(e.Code); slices.Contains(wording.MerchantCodes(), code) {
		return wording.Merchant(code, lang)
	}
	return s.text(string(lang), "staff.fault.later")
}

// refusedStatus is the HTTP status of a refusal: the clerk's input, the state of
// the payment, or nobody's fault.
func refusedStatus(err error) int {
	switch stripesecure.CodeOf(err) {
	case stripesecure.CodeInvalid, stripesecure.CodeTooMuch:
		return http.StatusUnprocessableEntity
	case stripesecure.CodeNotHeld, stripesecure.CodeCaptured, stripesecure.CodeOrderConflict, stripesecure.CodeStripe:
		return http.StatusConflict
	}
	return http.StatusServiceUnavailable
}

// readStaffForm takes the named fields of a form that a clerk has sent.
func readStaffForm(r *http.Request, name string, fields ...string) staffForm {
	f := staffForm{Name: name, Values: url.Values{}, Faults: map[string]string{}}
	for _, field := range fields {
		if r.PostForm.Has(field) {
			f.Values.Set(field, strings.ToValidUTF8(r.PostFormValue(field), ""))
		}
	}
	return f
}

// confirmPage asks once more before money moves. It needs no JavaScript.
type confirmPage struct {
	Order  order
	Name   string // capture, cancel, refund, evidence
	Amount stripesecure.Money
	Rest   stripesecure.Money // what is released, or left to refund
	Form   staffForm
}

// stage is where the clerk stands: "" has filled in the form, "do" has read the
// confirmation, "back" wants to change something.
func stage(r *http.Request) string { return r.PostFormValue("step") }
