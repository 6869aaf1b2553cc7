package main

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// refundReasons are the choices of the form; the first is none.
var refundReasons = []stripesecure.RefundReason{
	"", stripesecure.RefundByRequested, stripesecure.RefundDuplicate, stripesecure.RefundFraudulent,
}

const maxRefundNote = 5000

// refundOrder gives captured money back. The id of the operation is in the form
// from the beginning: however often it is sent, it is one refund.
func (s *Shop) refundOrder(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
	form, refund := s.readRefund(r, p)
	status := http.StatusUnprocessableEntity
	made := slices.ContainsFunc(p.Refunds, func(f stripesecure.Refunded) bool { return f.Operation == refund.ID })
	switch left := p.Refundable(); {
	case !(staffOrderPage{Payment: p}).Taken():
		form.Problem, status = wording.Merchant("Refund.not_held", visitorOf(r).Language), http.StatusConflict
	case !made && form.Values.Get("left") != left.String():
		// Somebody else was here: what this clerk has read is old.
		form.Problem, status = s.text(string(visitorOf(r).Language), "staff.fault.meanwhile"), http.StatusConflict
		form.Values.Del("left")
	}
	switch {
	case len(form.Faults) > 0 || form.Problem != "":
		return s.staffOrder(w, r, status, o, p, form)
	case stage(r) == "back":
		return s.staffOrder(w, r, http.StatusOK, o, p, form)
	case stage(r) != "do":
		rest := stripesecure.Money{Amount: p.Refundable().Amount.Sub(refund.Amount.Amount), Currency: p.Total.Currency}
		return s.render(w, r, "staff/confirm", confirmPage{Order: o, Name: "refund", Amount: refund.Amount, Rest: rest, Form: form})
	}
	now, err := s.plugin.Refund(r.Context(), stripesecure.PaymentID(o.Payment), refund)
	if err != nil {
		return s.refundRefused(w, r, form, err)
	}
	if err := s.paymentChanged(r.Context(), now); err != nil {
		return err
	}
	i := slices.IndexFunc(now.Refunds, func(f stripesecure.Refunded) bool { return f.Operation == refund.ID })
	if i >= 0 && now.Refunds[i].State == stripesecure.RefundWanted {
		return s.staffDone(w, r, o, "busy")
	}
	return s.staffDone(w, r, o, "refunded")
}

// readRefund reads the form and finds all its faults at once.
func (s *Shop) readRefund(r *http.Request, p stripesecure.Payment) (staffForm, stripesecure.Refund) {
	lang := visitorOf(r).Language
	form := readStaffForm(r, "refund", "how", "amount", "reason", "note", "op", "left")
	left := p.Refundable()
	known := slices.IndexFunc(p.Refunds, func(f stripesecure.Refunded) bool { return f.Operation == form.Values.Get("op") })
	if known >= 0 { // sent again: what it asked for counts, and not what is left now
		left = p.Refunds[known].Amount
	}
	amount := s.partOr(left, &form, lang)
	refund := stripesecure.Refund{ID: form.Values.Get("op"), Amount: amount,
		Reason: stripesecure.RefundReason(form.Values.Get("reason")), Note: form.Values.Get("note")}
	if amount.Amount.GreaterThan(left.Amount) && known < 0 {
		form.Faults["amount"] = wording.Merchant("Refund.too_much", lang)
	}
	if !slices.Contains(refundReasons, refund.Reason) {
		form.Faults["reason"] = s.text(string(lang), "staff.fault.reason")
	}
	if utf8.RuneCountInString(refund.Note) > maxRefundNote {
		form.Faults["note"] = s.text(string(lang), "staff.fault.note")
	}
	return form, refund
}

// refundRefused keeps the operation's id only where it is not known whether it
// was stored: what is definitely refused is another operation the next time.
func (s *Shop) refundRefused(w http.ResponseWriter, r *http.Request, form staffForm, err error) error {
	lang := visitorOf(r).Language
	form.Problem = s.whyNot(lang, err)
	switch stripesecure.CodeOf(err) {
	case stripesecure.CodeInvalid:
		form.Problem = s.text(string(lang), "staff.fault.used")
		form.Values.Del("op")
	case stripesecure.CodeTooMuch, stripesecure.CodeNotHeld, stripesecure.CodeStripe:
		form.Values.Del("op")
	}
	form.Values.Del("left")
	return s.refusedOrder(w, r, refusedStatus(err), form)
}
