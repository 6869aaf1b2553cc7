package main

import (
	"net/http"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// cancelOrder cancels the order and releases what is held for it. Captured money
// is never given back by this: the clerk reads so, and refunds.
func (s *Shop) cancelOrder(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
	lang := visitorOf(r).Language
	form := staffForm{Name: "cancel"}
	switch {
	case stage(r) == "back":
		return s.staffOrder(w, r, http.StatusOK, o, p, staffForm{})
	case (staffOrderPage{Payment: p}).Taken():
		form.Problem = wording.Merchant("OrderRefused.captured", lang)
		return s.staffOrder(w, r, http.StatusConflict, o, p, form)
	case stage(r) != "do":
		return s.render(w, r, "staff/confirm", confirmPage{Order: o, Name: "cancel", Amount: p.Total, Form: form})
	}
	id := stripesecure.PaymentID(o.Payment)
	_, err := s.plugin.OrderRefused(r.Context(), id, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: o.Ref})
	if err == nil {
		p, err = s.plugin.Payment(r.Context(), id) // the answer is about the buyer's next one
	}
	if err != nil {
		form.Problem = s.whyNot(lang, err)
		return s.refusedOrder(w, r, refusedStatus(err), form)
	}
	if err := s.paymentChanged(r.Context(), p); err != nil {
		return err
	}
	switch {
	case p.State == stripesecure.StateVoided:
		return s.staffDone(w, r, o, "cancelled")
	case (staffOrderPage{Payment: p}).Taken(): // somebody captured meanwhile
		form.Problem = wording.Merchant("OrderRefused.captured", lang)
		return s.refusedOrder(w, r, http.StatusConflict, form)
	}
	return s.staffDone(w, r, o, "busy")
}
