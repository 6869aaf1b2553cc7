package main

import (
	"net/http"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// evidenceFields are the parts of an answer to a dispute that the page asks for,
// with the lengths that Stripe takes.
var evidenceFields = []struct {
	Name string
	Most int
	put  func(*stripesecure.Evidence, string)
}{
	{"product", 20000, func(e *stripesecure.Evidence, text string) { e.ProductDescription = text }},
	{"customer", 5000, func(e *stripesecure.Evidence, text string) { e.CustomerName = text }},
	{"mail", 5000, func(e *stripesecure.Evidence, text string) { e.CustomerEmail = text }},
	{"carrier", 5000, func(e *stripesecure.Evidence, text string) { e.ShippingCarrier = text }},
	{"tracking", 5000, func(e *stripesecure.Evidence, text string) { e.ShippingTracking = text }},
	{"shipped", 5000, func(e *stripesecure.Evidence, text string) { e.ShippingDate = text }},
	{"text", 20000, func(e *stripesecure.Evidence, text string) { e.Text = text }},
}

// answerDispute keeps the answer as a draft at Stripe, or sends it to the bank:
// once, so it asks before.
func (s *Shop) answerDispute(w http.ResponseWriter, r *http.Request, o order, p stripesecure.Payment) error {
	lang := visitorOf(r).Language
	dispute := r.PostFormValue("dispute")
	names := []string{"send"}
	for _, f := range evidenceFields {
		names = append(names, f.Name)
	}
	form := readStaffForm(r, dispute, names...)
	var e stripesecure.Evidence
	for _, f := range evidenceFields {
		text := form.Values.Get(f.Name)
		f.put(&e, text)
		if utf8.RuneCountInString(text) > f.Most {
			form.Faults[f.Name] = s.text(string(lang), "staff.fault.long", f.Most)
		}
	}
	e.Submit = form.Values.Get("send") == "submit"
	if e == (stripesecure.Evidence{Submit: e.Submit}) {
		form.Faults["text"] = s.text(string(lang), "staff.fault.evidence")
	}
	switch {
	case len(form.Faults) > 0:
		return s.staffOrder(w, r, http.StatusUnprocessableEntity, o, p, form)
	case stage(r) == "back":
		return s.staffOrder(w, r, http.StatusOK, o, p, form)
	case e.Submit && stage(r) != "do":
		return s.render(w, r, "staff/confirm", confirmPage{Order: o, Name: "evidence", Form: form})
	}
	now, err := s.plugin.SubmitEvidence(r.Context(), stripesecure.PaymentID(o.Payment), dispute, e)
	if stripesecure.CodeOf(err) == stripesecure.CodeNotFound {
		return errNotFound
	}
	if err != nil {
		form.Problem = s.whyNot(lang, err)
		return s.refusedOrder(w, r, refusedStatus(err), form)
	}
	if err := s.paymentChanged(r.Context(), now); err != nil {
		return err
	}
	if e.Submit {
		return s.staffDone(w, r, o, "submitted")
	}
	return s.staffDone(w, r, o, "draft")
}
