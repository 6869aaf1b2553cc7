package main

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// desk is a shop with an order and a clerk who looks at it.
type desk struct {
	*client

	o    order
	page string
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	s := quietShop(t)
	o := buy(t, s, "bento", goodCard) // 9,460 yen
	return &desk{newClerk(t, s), o, "/staff/orders/" + o.Ref}
}

// says posts a form of the order's page and looks for a text of the library or
// of the shop.
func (d *desk) says(form string, values url.Values, status int, text string) {
	d.t.Helper()
	if library := wording.Merchant(text, wording.English); library != text {
		text = library
	} else if strings.HasPrefix(text, "staff.") {
		text = d.shop.text("en", text)
	}
	d.sees(unescape(d.do(http.MethodPost, d.page+"/"+form, values, status)), text)
}

func unescape(page string) string {
	return strings.NewReplacer("&#39;", "'", "&amp;", "&").Replace(page)
}

func (d *desk) payment() stripesecure.Payment {
	d.t.Helper()
	return paymentOf(d.t, d.shop, d.o)
}

// is checks where the order and its payment stand.
func (d *desk) is(state stripesecure.State, status string, captured, refunded int64) {
	d.t.Helper()
	p := d.payment()
	o, err := d.shop.findOrder(d.t.Context(), d.o.Ref)
	if err != nil {
		d.t.Fatal(err)
	}
	if p.State != state || o.Status != status || o.PaymentState != string(state) || whole(p.Captured) != captured || whole(p.Refunded) != refunded {
		d.t.Errorf("payment %s, order %s (%s), captured %s, refunded %s; want %s, %s, %d, %d",
			p.State, o.Status, o.PaymentState, p.Captured, p.Refunded, state, status, captured, refunded)
	}
}

// operation is the id in the refund form of the page as it is now, with what is
// left.
func (d *desk) operation() url.Values {
	d.t.Helper()
	page := d.get(d.page, http.StatusOK)
	op := regexp.MustCompile(`name="op" value="([^"]+)"`).FindStringSubmatch(page)
	left := regexp.MustCompile(`name="left" value="([^"]+)"`).FindStringSubmatch(page)
	if op == nil || left == nil {
		d.t.Fatal("there is no refund form")
	}
	return url.Values{"op": {op[1]}, "left": {left[1]}, "how": {"part"}}
}

func with(form url.Values, pairs ...string) url.Values {
	all := maps.Clone(form)
	for i := 0; i < len(pairs); i += 2 {
		all.Set(pairs[i], pairs[i+1])
	}
	return all
}

func (d *desk) capture(amount string) {
	d.t.Helper()
	d.says("capture", url.Values{"how": {"part"}, "amount": {amount}, "step": {"do"}}, http.StatusOK, "staff.done.captured")
}

func TestStaffCapture(t *testing.T) {
	d := openDesk(t)
	for amount, text := range map[string]string{
		"": "staff.fault.amount_missing", "1,20": "staff.fault.amount_comma", "9461": "Capture.too_much", "0": "staff.fault.amount_zero",
		"<b>1": "staff.fault.amount_digits", "1.5": "staff.fault.amount_decimals",
	} {
		for _, step := range []string{"", "do"} {
			d.says("capture", url.Values{"how": {"part"}, "amount": {amount}, "step": {step}}, http.StatusUnprocessableEntity, text)
		}
	}
	d.says("capture", url.Values{"how": {"part"}, "amount": {"<b>1"}}, http.StatusUnprocessableEntity, `value="&lt;b&gt;1"`)
	d.says("capture", url.Values{}, http.StatusUnprocessableEntity, "staff.fault.how")
	d.says("capture", url.Values{"how": {"part"}, "amount": {"7,000"}}, http.StatusOK, "The other ¥2,460 is released for good")
	d.says("capture", url.Values{"how": {"part"}, "amount": {"7,000"}, "step": {"back"}}, http.StatusOK, `value="7,000"`)
	d.is(stripesecure.StateHeld, "new", 0, 0)
	d.capture("７，０００円")
	d.is(stripesecure.StateCaptured, statusPaid, 7000, 0)
	d.capture("7000") // sent once more: the same answer
	d.says("capture", url.Values{"how": {"all"}, "step": {"do"}}, http.StatusConflict, "Capture.captured")
	d.is(stripesecure.StateCaptured, statusPaid, 7000, 0)
	d.sees(d.get(d.page, http.StatusOK), "Released to the buyer")
}

func TestStaffCaptureAll(t *testing.T) {
	d := openDesk(t)
	d.says("capture", url.Values{"how": {"all"}}, http.StatusOK, "staff.capture.warn")
	d.says("capture", url.Values{"how": {"all"}, "step": {"do"}}, http.StatusOK, "staff.done.captured")
	d.is(stripesecure.StateCaptured, statusPaid, 9460, 0)
}

// CAP-14: two clerks have the confirmation open; the second reads what the
// first has done, and nothing is captured twice.
func TestStaffCaptureTwoClerks(t *testing.T) {
	d := openDesk(t)
	d.says("capture", url.Values{"how": {"all"}}, http.StatusOK, "Capture this amount?")
	other := &desk{newClerk(t, d.shop), d.o, d.page}
	other.capture("7000")
	d.says("capture", url.Values{"how": {"all"}, "step": {"do"}}, http.StatusConflict, "Capture.captured")
	d.is(stripesecure.StateCaptured, statusPaid, 7000, 0)
	if n := len(d.shop.stripe.own.Events("charge.captured")); n != 1 {
		t.Errorf("captured %d times", n)
	}
}

// CAP-01: the hold has run out and nobody has told the shop.
func TestStaffCaptureExpired(t *testing.T) {
	d := openDesk(t)
	if err := d.shop.stripe.own.Dashboard().Expire(d.payment().Intent); err != nil {
		t.Fatal(err)
	}
	d.says("capture", url.Values{"how": {"all"}, "step": {"do"}}, http.StatusConflict, "Capture.not_held")
	d.shop.deliverEvents(t.Context())
	d.is(stripesecure.StateExpired, statusUnpaid, 0, 0)
	d.sees(d.get("/staff/orders?show=unpaid", http.StatusOK), d.o.Ref)
	d.sees(d.get(d.page, http.StatusOK), wording.Merchant("advice.expired", wording.English))
	if stock(t, d.shop, "bento") != 4 {
		t.Error("the goods of an order that is to be paid again are on the shelf")
	}
	// The clerk gives up: the goods are free again.
	d.says("cancel", url.Values{"step": {"do"}}, http.StatusOK, "staff.done.cancelled")
	d.sees(d.get(d.page, http.StatusOK), wording.Merchant("advice.voided", wording.English))
	d.is(stripesecure.StateVoided, statusCancelled, 0, 0)
	if stock(t, d.shop, "bento") != 5 {
		t.Errorf("stock %d after the cancel, want 5", stock(t, d.shop, "bento"))
	}
}

// Stripe does not answer: what the clerk wants is stored and goes on by itself.
func TestStaffCaptureBusy(t *testing.T) {
	d := openDesk(t)
	outage := d.shop.stripe.own.Fail("* *", stripetest.LoseRequest).Always()
	page := d.do(http.MethodPost, d.page+"/capture", url.Values{"how": {"all"}, "step": {"do"}}, http.StatusOK)
	d.sees(page, wording.Merchant("busy", wording.English))
	if strings.Contains(page, d.shop.text("en", "staff.done.captured")) {
		t.Error("what is not proven is called captured")
	}
	page = d.get(d.page, http.StatusOK)
	if strings.Contains(page, d.page+"/capture") {
		t.Error("the clerk is asked to capture again")
	}
	outage.Stop()
	d.capture("9460") // a clerk with an old page
	d.is(stripesecure.StateCaptured, statusPaid, 9460, 0)
}

// CAP-10: the hold is released, and the goods are on the shelf again, once.
func TestStaffCancel(t *testing.T) {
	d := openDesk(t)
	d.says("cancel", url.Values{}, http.StatusOK, "staff.cancel.confirm")
	d.is(stripesecure.StateHeld, "new", 0, 0)
	for range 2 {
		d.says("cancel", url.Values{"step": {"do"}}, http.StatusOK, "staff.done.cancelled")
		d.is(stripesecure.StateVoided, statusCancelled, 0, 0)
	}
	d.shop.deliverEvents(t.Context())
	if stock(t, d.shop, "bento") != 5 {
		t.Errorf("stock %d, want 5", stock(t, d.shop, "bento"))
	}
	if got := d.shop.stripe.own.Intents()[0].Status; got != stripetest.StatusCanceled {
		t.Errorf("at Stripe it is %s", got)
	}
	d.says("capture", url.Values{"how": {"all"}, "step": {"do"}}, http.StatusConflict, "Capture.not_held")
	d.sees(d.get("/staff/orders?show=voided", http.StatusOK), d.o.Ref)
}

// CAP-11: captured money is never given back by a cancel.
func TestStaffCancelCaptured(t *testing.T) {
	for name, captured := range map[string]func(*desk){
		"here": func(d *desk) { d.capture("7000") },
		"in the Dashboard, untold": func(d *desk) {
			if err := d.shop.stripe.own.Dashboard().Capture(d.payment().Intent, 7000); err != nil {
				d.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			captured(d)
			if name == "here" { // said before anything is asked for
				d.says("cancel", url.Values{}, http.StatusConflict, "OrderRefused.captured")
			}
			d.says("cancel", url.Values{"step": {"do"}}, http.StatusConflict, "OrderRefused.captured")
			d.is(stripesecure.StateCaptured, statusPaid, 7000, 0)
			if stock(t, d.shop, "bento") != 4 {
				t.Error("the goods of a paid order are on the shelf")
			}
			d.sees(d.get(d.page, http.StatusOK), d.page+"/refund")
		})
	}
}

// RFD-08: a part, then the rest; what a cancel would do with the goods a refund
// does not.
func TestStaffRefund(t *testing.T) {
	d := openDesk(t)
	d.capture("7000")
	form := d.operation()
	d.says("refund", with(form, "amount", "7001"), http.StatusUnprocessableEntity, "Refund.too_much")
	page := d.do(http.MethodPost, d.page+"/refund", with(form, "amount", "x", "reason", "because", "note", strings.Repeat("n", 5001)), http.StatusUnprocessableEntity)
	for _, fault := range []string{"amount_digits", "reason", "note"} {
		d.sees(unescape(page), d.shop.text("en", "staff.fault."+fault)) // all at once
	}
	d.sees(page, strings.Repeat("n", 5001)) // and nothing lost
	d.sees(page, `value="`+form.Get("op")+`"`)
	d.says("refund", with(form, "amount", "1500", "note", "scratched"), http.StatusOK, "¥5,500")
	d.says("refund", with(form, "amount", "1500", "note", "scratched", "reason", "requested_by_customer", "step", "do"), http.StatusOK, "staff.done.refunded")
	d.is(stripesecure.StateCaptured, statusPart, 7000, 1500)
	d.sees(d.get(d.page, http.StatusOK), "scratched")
	d.says("refund", with(d.operation(), "how", "all", "step", "do"), http.StatusOK, "staff.done.refunded")
	d.is(stripesecure.StateRefunded, statusRefunded, 7000, 7000)
	if stock(t, d.shop, "bento") != 4 {
		t.Error("refunded goods went back on the shelf")
	}
	if strings.Contains(d.get(d.page, http.StatusOK), d.page+"/refund") {
		t.Error("there is nothing left, and a form for it")
	}
}

// RFD-03: the same form sent again, also after the answer was lost, is one
// refund; for another amount it is refused.
func TestStaffRefundDoubleClick(t *testing.T) {
	d := openDesk(t)
	d.capture("7000")
	form := with(d.operation(), "amount", "1500", "step", "do")
	d.shop.stripe.own.Fail("POST /v1/refunds", stripetest.LoseAnswer)
	for range 3 {
		d.do(http.MethodPost, d.page+"/refund", form, http.StatusOK)
	}
	d.says("refund", with(form, "amount", "1600"), http.StatusUnprocessableEntity, "staff.fault.used")
	d.says("refund", with(form, "how", "all"), http.StatusOK, "staff.done.refunded") // "all" of this operation is what it was
	if all := d.shop.stripe.own.Refunds(); len(all) != 2 || all[0].Amount+all[1].Amount != 9460-7000+1500 {
		t.Errorf("refunds at Stripe: %v; want the release of 2,460 and one of 1,500", all)
	}
	d.is(stripesecure.StateCaptured, statusPart, 7000, 1500)
}

// Two clerks refund at once: the second is told, keeps what was typed, and
// decides again.
func TestStaffRefundTwoClerks(t *testing.T) {
	d := openDesk(t)
	d.capture("7000")
	mine := with(d.operation(), "amount", "4000", "note", "mine", "step", "do")
	other := &desk{newClerk(t, d.shop), d.o, d.page}
	other.says("refund", with(other.operation(), "amount", "1000", "step", "do"), http.StatusOK, "staff.done.refunded")
	page := unescape(d.do(http.MethodPost, d.page+"/refund", mine, http.StatusConflict))
	d.sees(page, d.shop.text("en", "staff.fault.meanwhile"))
	d.sees(page, `value="4000"`)
	d.sees(page, `mine</textarea>`)
	d.is(stripesecure.StateCaptured, statusPart, 7000, 1000)
	left := regexp.MustCompile(`name="left" value="([^"]+)"`).FindStringSubmatch(page)[1]
	d.says("refund", with(mine, "left", left), http.StatusOK, "staff.done.refunded")
	d.is(stripesecure.StateCaptured, statusPart, 7000, 5000)
}

// What Stripe definitely refuses is told, and the next try is another operation.
func TestStaffRefundRefused(t *testing.T) {
	d := openDesk(t)
	d.says("refund", url.Values{"op": {"r"}, "how": {"all"}, "left": {d.payment().Refundable().String()}, "step": {"do"}}, http.StatusConflict, "Refund.not_held")
	d.capture("9460")
	form := with(d.operation(), "amount", "1500", "step", "do")
	if err := d.shop.stripe.own.Dashboard().Dispute(d.payment().Intent, "fraudulent"); err != nil {
		t.Fatal(err)
	}
	page := unescape(d.do(http.MethodPost, d.page+"/refund", form, http.StatusConflict))
	d.sees(page, wording.Merchant("Refund.stripe", wording.English))
	if strings.Contains(page, form.Get("op")) {
		t.Error("the refused operation is used again")
	}
}

// A dispute comes by webhook; the answer is a draft first, and sent once.
func TestStaffEvidence(t *testing.T) {
	d := openDesk(t)
	d.capture("9460")
	d.says("stripe", url.Values{"what": {"dispute"}}, http.StatusOK, "finding.disputed")
	d.is(stripesecure.StateCaptured, statusDisputed, 9460, 0)
	d.sees(d.get("/staff/orders?show=todo", http.StatusOK), "Answer by")
	dispute := d.payment().Disputes[0].ID
	answer := url.Values{"dispute": {dispute}, "carrier": {"Yamato"}, "text": {"It was delivered."}, "send": {"draft"}}
	d.says("evidence", url.Values{"dispute": {dispute}, "send": {"submit"}}, http.StatusUnprocessableEntity, "staff.fault.evidence")
	long := with(answer, "carrier", strings.Repeat("x", 5001))
	d.says("evidence", long, http.StatusUnprocessableEntity, "at most 5000 characters")
	d.says("evidence", with(answer, "text", strings.Repeat("長", 20000)), http.StatusOK, "staff.done.draft")
	d.says("evidence", with(answer, "text", strings.Repeat("長", 200000)), http.StatusRequestEntityTooLarge, "staff.fault.large")
	d.says("evidence", answer, http.StatusOK, "staff.done.draft")
	if got := d.shop.stripe.own.Disputes()[0].Evidence.ShippingCarrier; got != "Yamato" {
		t.Errorf("Stripe has the carrier %q", got)
	}
	answer.Set("send", "submit")
	d.says("evidence", answer, http.StatusOK, "staff.evidence.warn")
	for range 2 { // a double click
		d.says("evidence", with(answer, "step", "do"), http.StatusOK, "staff.done.submitted")
	}
	if got := d.shop.stripe.own.Disputes()[0].EvidenceDetails.SubmissionCount; got != 1 {
		t.Errorf("submitted %d times", got)
	}
	if strings.Contains(d.get("/staff/orders?show=todo", http.StatusOK), d.o.Ref) {
		t.Error("an answered dispute still needs somebody")
	}
	d.says("stripe", url.Values{"what": {"lost"}}, http.StatusOK, "dispute.lost")
	d.is(stripesecure.StateCaptured, statusPaid, 9460, 0) // DSP-02: the order is not touched
	d.says("evidence", with(answer, "send", "draft"), http.StatusConflict, "SubmitEvidence.not_held")
	d.do(http.MethodPost, d.page+"/evidence", with(answer, "dispute", "dp_other", "step", "do"), http.StatusNotFound)
}

// An order that is not there, and one whose payment is unknown.
func TestStaffUnknownOrders(t *testing.T) {
	d := openDesk(t)
	forms := []string{"capture", "cancel", "refund", "evidence", "seen", "stripe"}
	for _, ref := range []string{"none", d.o.Ref + "x", strings.ToLower(d.o.Ref), "%00", "..%2f" + d.o.Ref, strings.Repeat("9", 4000)} {
		d.get("/staff/orders/"+ref, http.StatusNotFound)
		for _, form := range forms {
			d.do(http.MethodPost, "/staff/orders/"+ref+"/"+form, url.Values{"how": {"all"}, "step": {"do"}}, http.StatusNotFound)
		}
	}
	if _, err := d.shop.db.ExecContext(t.Context(), `update orders set payment = 'lost.1' where ref = ?`, d.o.Ref); err != nil {
		t.Fatal(err)
	}
	d.sees(unescape(d.get(d.page, http.StatusOK)), d.shop.text("en", "staff.unknown"))
	for _, form := range forms {
		d.says(form, url.Values{"how": {"all"}, "step": {"do"}, "op": {"x"}}, http.StatusConflict, "staff.unknown")
	}
}

// Another site cannot make a clerk's browser move money.
func TestStaffCrossSite(t *testing.T) {
	d := openDesk(t)
	for _, form := range []string{"capture", "cancel", "refund", "evidence", "seen", "stripe"} {
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.shop.baseURL+d.page+"/"+form, strings.NewReader("how=all&step=do&what=capture"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(name, value)
			w, err := d.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = w.Body.Close() // not read
			if w.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %s: %d, want 403", form, name, w.StatusCode)
			}
		}
	}
	d.is(stripesecure.StateHeld, "new", 0, 0)
}

// What happens in Stripe's Dashboard reaches the order by webhook.
func TestStaffAtStripe(t *testing.T) {
	for what, want := range map[string]struct {
		captured bool
		state    stripesecure.State
		status   string
		amount   int64
	}{
		"capture": {false, stripesecure.StateCaptured, statusPaid, 9460}, "half": {false, stripesecure.StateCaptured, statusPaid, 4730},
		"cancel": {false, stripesecure.StateVoided, statusCancelled, 0}, "expire": {false, stripesecure.StateExpired, statusUnpaid, 0},
		"refund": {true, stripesecure.StateCaptured, statusPart, 9460}, "dispute": {true, stripesecure.StateCaptured, statusDisputed, 9460},
		"inquiry": {true, stripesecure.StateCaptured, statusDisputed, 9460}, "warn": {true, stripesecure.StateCaptured, statusPaid, 9460},
	} {
		t.Run(what, func(t *testing.T) {
			d := openDesk(t)
			if want.captured {
				d.capture("9460")
			}
			d.says("stripe", url.Values{"what": {what}}, http.StatusOK, "staff.done.stripe")
			d.is(want.state, want.status, want.amount, map[bool]int64{true: 100}[what == "refund"])
			if what == "expire" {
				d.says("stripe", url.Values{"what": {what}}, http.StatusConflict, "staff.fault.stripe")
			}
			if what == "warn" {
				d.says("seen", url.Values{"code": {"fraud_warning"}}, http.StatusOK, "staff.done.seen")
				if strings.Contains(d.get("/staff/orders?show=todo", http.StatusOK), d.o.Ref) {
					t.Error("what was seen to still needs somebody")
				}
			}
			d.do(http.MethodPost, d.page+"/stripe", url.Values{"what": {"nonsense"}}, http.StatusNotFound)
			d.do(http.MethodPost, d.page+"/seen", url.Values{"code": {"nonsense"}}, http.StatusNotFound)
		})
	}
}
