package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// clerk logs in and opens the order.
func (w *window) clerk(id string, o order) {
	w.t.Helper()
	w.open("/staff/orders/" + o.Ref)
	w.at("staff/login")
	w.click(`button[value="` + id + `"]`)
	w.at("staff/order")
}

// done waits for the page that says what the clerk has done.
func (w *window) done(what string) {
	w.t.Helper()
	w.do("see that it is "+what, chromedp.WaitVisible(chromedp.CSS(`body[data-page="staff/order"] .notice.good`)))
}

// part types a part into a form of the order's page and goes on.
func (w *window) part(form, amount string) {
	w.t.Helper()
	w.click(`form[action$="/` + form + `"] input[value="part"]`)
	w.fill("#"+form+"-amount", amount)
	w.next(form)
}

func (w *window) next(form string) {
	w.t.Helper()
	w.click(`form[action$="/` + form + `"] button:not([name=step])`)
}

// sure says yes on the page that asks once more.
func (w *window) sure() {
	w.t.Helper()
	w.at("staff/confirm")
	w.click(`button[value="do"]`)
}

// The clerk's day: look, capture a part, refund twice, answer a dispute, cancel.
func TestBrowserStaffDay(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{
		"ja": desktop, "ja phone": phone, "en": desktopEN, "en phone": phoneEN,
		"ja no script": {lang: "ja", width: 390, noJS: true}, "en no script": {lang: "en", width: 1280, noJS: true},
	} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(l)
			tag := func(text string) string {
				if l.noJS {
					return "a-" + text + "-no-script"
				}
				return "a-" + text
			}
			w.open("/staff/orders")
			w.at("staff/login")
			w.shot(tag("0-login"))
			first, second := buy(t, shop.Shop, "bento", goodCard), buy(t, shop.Shop, "lamp", goodCard)
			w.clerk("aoi", first)
			w.shot(tag("1-held"))

			w.part("capture", "９，９９９")
			w.see(".fault")
			w.shot(tag("2-capture-fault"))
			w.part("capture", "７，０００円")
			w.at("staff/confirm")
			w.shot(tag("3-capture-confirm"))
			w.sure()
			w.done("captured")
			w.shot(tag("4-captured"))

			w.part("refund", "1,500")
			w.sure()
			w.done("refunded")
			w.click(`form[action$="/stripe"] button[value="dispute"]`)
			w.done("disputed")
			w.shot(tag("5-disputed"))
			w.click(".case summary")
			w.fill("#evidence-carrier", "ヤマト運輸")
			w.fill("#evidence-text", "winning_evidence")
			w.shot(tag("6-evidence"))
			w.click(`.case button[value="submit"]`)
			w.at("staff/confirm")
			w.shot(tag("7-evidence-confirm"))
			w.sure()
			w.done("answered")
			w.click(`form[action$="/refund"] input[value="all"]`)
			w.next("refund")
			w.sure()
			w.done("refunded")
			w.shot(tag("8-refunded"))
			if p := paymentOf(t, shop.Shop, first); p.State != "refunded" || whole(p.Captured) != 7000 || len(p.Refunds) != 2 || p.Disputes[0].Status != "won" {
				t.Errorf("after the day the payment is %s, captured %s, refunds %v, disputes %v", p.State, p.Captured, p.Refunds, p.Disputes)
			}

			w.open("/staff/orders/" + second.Ref)
			w.next("cancel")
			w.at("staff/confirm")
			w.shot(tag("9-cancel-confirm"))
			w.sure()
			w.done("cancelled")
			w.shot(tag("10-cancelled"))
			w.open("/staff/orders")
			w.shot(tag("11-list"))
			w.open("/staff/inbox")
			w.at("staff/inbox")
			w.shot(tag("12-inbox"))
			if text := w.see("main"); strings.Contains(text, "⟦") {
				t.Errorf("a text is missing: %s", text)
			}
		})
	}
}
