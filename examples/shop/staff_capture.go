package main

import (
	"net/http"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// captureOrder takes the money that is held: all of it or a part, once. What is
// left of the hold is released, which the clerk reads before.
func (s *Shop) captureOrder(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
	lang := visitorOf(r).Language
	form := readStaffForm(r, "capture", "how", "amount")
	amount := s.partOr(p.Total, &form, lang)
	if amount.Amount.GreaterThan(p.Total.Amount) {
		form.Faults["amount"] = wording.Merchant("Capture.too_much", lang)
	}
	switch {
	case len(form.Faults) > 0:
		return s.staffOrder(w, r, http.StatusUnprocessableEntity, o, p, form)
	case stage(r) == "back":
		return s.staffOrder(w, r, http.StatusOK, o, p, form)
	case stage(r) != "do":
		rest := stripesecure.Money{Amount: p.Total.Amount.Sub(amount.Amount), Currency: p.Total.Currency}
		return s.render(w, r, "staff/confirm", confirmPage{Order: o, Name: "capture", Amount: amount, Rest: rest, Form: form})
	}
	// The amount that was read on the confirmation, also when it is all there
	// is: another clerk may have captured a part meanwhile.
	now, err := s.plugin.Capture(r.Context(), stripesecure.PaymentID(o.Payment), amount)
	if err != nil {
		form.Problem = s.whyNot(lang, err)
		return s.refusedOrder(w, r, refusedStatus(err), form)
	}
	if err := s.paymentChanged(r.Context(), now); err != nil {
		return err
	}
	if now.State == stripesecure.StateHeld {
		return s.staffDone(w, r, o, "busy")
	}
	return s.staffDone(w, r, o, "captured")
}

// partOr is the amount of a form that offers everything or a part.
func (s *Shop) partOr(everything stripesecure.Money, form *staffForm, lang wording.Language) stripesecure.Money {
	switch form.Values.Get("how") {
	case "all":
		return everything
	case "part":
		amount, fault := typedAmount(form.Values.Get("amount"), everything.Currency)
		if fault != "" {
			form.Faults["amount"] = s.text(string(lang), fault)
		}
		return amount
	}
	form.Faults["how"] = s.text(string(lang), "staff.fault.how")
	return stripesecure.Money{}
}

// refusedOrder draws the order as it is now, with the form that was refused. The
// refusal may be the first that the shop hears of what has happened.
func (s *Shop) refusedOrder(w http.ResponseWriter, r *http.Request, status int, form staffForm) error {
	return s.onOrder(func(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
		if err := s.paymentChanged(r.Context(), p); err != nil {
			return err
		}
		o, err := s.findOrder(r.Context(), o.Ref)
		if err != nil {
			return err
		}
		return s.staffOrder(w, r, status, o, p, form)
	})(w, r)
}
