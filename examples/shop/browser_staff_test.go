package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// clerk logs in and opens the order.
func (w *window) clerk(id string, o order) {
	w.t.Helper()
	w.open("/staff/orders/" + o.Ref)
	w.at("staff/login")
	w.click(`button[value="` + id + `"]`)
	w.at("staff/order")
}

// done waits for the page that says what the clerk has done. The page before it may
// say the same of something else.
func (w *window) done(what string) {
	w.t.Helper()
	w.do("see that it is "+what, chromedp.WaitVisible(chromedp.CSS(`html:not([data-left]) body[data-page="staff/order"] .notice.good`)))
}

// leaves clicks on what leads to another page.
func (w *window) leaves(selector string) {
	w.t.Helper()
	w.do("leave", chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.SetAttributeValue(chromedp.CSS("html"), "data-left", "", chromedp.NodeReady))
	w.click(selector)
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
	w.leaves(`form[action$="/` + form + `"] button:not([name=step])`)
}

// sure says yes on the page that asks once more.
func (w *window) sure() {
	w.t.Helper()
	w.at("staff/confirm")
	w.leaves(`button[value="do"]`)
}

// looked keeps a picture of a page of the staff, and looks at what a picture does
// not show: what axe-core says, and whether a phone has to scroll sideways.
func (w *window) looked(name string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > innerWidth"))
	if err != nil {
		w.fail("measure "+name, err)
	}
	if wide {
		w.t.Errorf("%s is wider than the window", name)
	}
	if text := w.see("main"); strings.Contains(text, "⟦") {
		w.t.Errorf("%s: a text is missing: %s", name, text)
	}
	switch {
	case w.look.noJS:
		w.shot("a-" + name + "-no-script")
	case w.look.dark:
		w.shot("a-" + name + "-dark")
		w.accessible(name)
	default:
		w.shot("a-" + name)
		w.accessible(name)
	}
}

// The clerk's day: capture a part, refund it in two parts, answer a dispute that
// came by webhook, cancel, and look into the inbox.
func TestBrowserStaffDay(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{
		"ja": desktop, "ja phone": phone, "en": desktopEN, "en phone": phoneEN, "ja dark": {lang: "ja", width: 1280, dark: true},
		"ja no script": {lang: "ja", width: 390, noJS: true}, "en no script": {lang: "en", width: 1280, noJS: true},
	} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(l)
			first, second := buy(t, shop.Shop, "bento", goodCard), buy(t, shop.Shop, "lamp", goodCard)
			w.open("/staff/orders/" + first.Ref)
			w.at("staff/login")
			w.looked("0-login")
			w.clerk("aoi", first)
			w.looked("1-held")
			w.captures()
			w.disputed()
			w.click(`form[action$="/refund"] input[value="all"]`)
			w.next("refund")
			w.sure()
			w.done("refunded")
			w.looked("8-refunded")
			if p := paymentOf(t, shop.Shop, first); p.State != "refunded" || whole(p.Captured) != 7000 || len(p.Refunds) != 2 || p.Disputes[0].Status != "won" {
				t.Errorf("after the day the payment is %s, captured %s, refunds %v, disputes %v", p.State, p.Captured, p.Refunds, p.Disputes)
			}
			w.cancels(second)
			if p := paymentOf(t, shop.Shop, second); p.State != "voided" {
				t.Errorf("the cancelled order's payment is %s", p.State)
			}
			w.open("/staff/inbox")
			w.at("staff/inbox")
			w.looked("14-inbox")
		})
	}
}

// captures takes a part of the money, after a slip of the pen.
func (w *window) captures() {
	w.t.Helper()
	w.part("capture", "９，９９９")
	w.see(".fault")
	w.looked("2-capture-fault")
	w.part("capture", "７，０００円")
	w.at("staff/confirm")
	w.looked("3-capture-confirm")
	w.sure()
	w.done("captured")
	w.looked("4-captured")
	w.part("refund", "1,500")
	w.sure()
	w.done("refunded")
}

// disputed: the buyer disputes the charge, and the clerk answers.
func (w *window) disputed() {
	w.t.Helper()
	w.leaves(`form[action$="/stripe"] button[value="dispute"]`)
	w.done("disputed")
	w.looked("5-disputed")
	w.click(".case summary")
	w.fill("#evidence-carrier", "ヤマト運輸")
	w.fill("#evidence-text", "winning_evidence")
	w.looked("6-evidence")
	w.click(`.case button[value="submit"]`)
	w.at("staff/confirm")
	w.looked("7-evidence-confirm")
	w.sure()
	w.done("answered")
}

// cancels cancels an order whose hold is in danger, among others.
func (w *window) cancels(o order) {
	w.t.Helper()
	p := paymentOf(w.t, w.shop.Shop, o)
	p.Version, p.Findings = p.Version+1, []stripesecure.Finding{{Code: "hold_expiring", At: w.shop.now()}}
	if err := w.shop.host().Changed(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	w.open("/staff/orders")
	w.see("tr.todo")
	w.looked("9-list")
	w.click("tr.todo a")
	w.at("staff/order")
	w.next("cancel")
	w.at("staff/confirm")
	w.looked("10-cancel-confirm")
	w.sure()
	w.done("cancelled")
	w.looked("11-cancelled")
	w.open("/staff/orders?show=held")
	w.at("staff/orders")
	w.looked("12-list-empty")
	w.open("/staff/orders/nothing")
	w.at("trouble")
	w.shot("a-13-trouble")
}

// A double click on "refund" is one refund (RFD-03).
func TestBrowserStaffRefundOnce(t *testing.T) {
	for name, l := range map[string]look{"script": desktop, "no script": {lang: "en", width: 390, noJS: true}} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			o := buy(t, shop.Shop, "bento", goodCard)
			w := shop.window(l)
			w.clerk("aoi", o)
			w.next("capture")
			w.sure()
			w.done("captured")
			w.part("refund", "1500")
			w.at("staff/confirm")
			w.do("double click", chromedp.DoubleClick(chromedp.CSS(`button[value="do"]`), chromedp.NodeVisible))
			w.done("refunded")
			p := paymentOf(t, shop.Shop, o)
			if len(p.Refunds) != 1 || whole(p.Refunded) != 1500 || len(shop.stripe.own.Refunds()) != 1 {
				t.Errorf("refunds %v, at Stripe %d; want one of 1,500", p.Refunds, len(shop.stripe.own.Refunds()))
			}
		})
	}
}

// Two clerks have the same order open: the second reads what the first has done.
func TestBrowserStaffTwoClerks(t *testing.T) {
	shop := parallel(t)
	o := buy(t, shop.Shop, "bento", goodCard)
	aoi, ren := shop.window(desktop), shop.window(phoneEN)
	aoi.clerk("aoi", o)
	ren.clerk("ren", o)
	aoi.part("capture", "7000")
	ren.next("capture")
	aoi.sure()
	aoi.done("captured")
	ren.sure()
	ren.at("staff/order")
	if text := ren.see(`.notice[role="alert"]`); text != wording.Merchant("Capture.captured", wording.English) {
		t.Errorf("the second clerk reads %q", text)
	}
	ren.looked("20-two-clerks")

	ren.part("refund", "4,000")
	ren.at("staff/confirm")
	aoi.part("refund", "1,000")
	aoi.sure()
	aoi.done("refunded")
	ren.sure()
	ren.at("staff/order")
	if text := ren.see(`.notice[role="alert"]`); text != shop.text("en", "staff.fault.meanwhile") {
		t.Errorf("the second clerk reads %q", text)
	}
	ren.looked("21-two-refunds")
	ren.next("refund") // the amount is still there
	ren.sure()
	ren.done("refunded")
	if p := paymentOf(t, shop.Shop, o); whole(p.Captured) != 7000 || whole(p.Refunded) != 5000 || len(p.Refunds) != 2 {
		t.Errorf("captured %s, refunded %s in %d; want 7,000 and 5,000 in 2", p.Captured, p.Refunded, len(p.Refunds))
	}
}

// The hold runs out while the clerk looks at the order (CAP-01).
func TestBrowserStaffExpired(t *testing.T) {
	for name, l := range map[string]look{"ja": phone, "en": desktopEN} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			o := buy(t, shop.Shop, "bento", goodCard)
			w := shop.window(l)
			w.clerk("ren", o)
			w.next("capture")
			w.at("staff/confirm")
			if err := shop.stripe.own.Dashboard().Expire(paymentOf(t, shop.Shop, o).Intent); err != nil {
				t.Fatal(err)
			}
			w.sure()
			w.at("staff/order")
			if text := w.see(`.notice[role="alert"]`); text != wording.Merchant("Capture.not_held", wording.Parse(l.lang)) {
				t.Errorf("the clerk reads %q", text)
			}
			w.looked("22-expired")
		})
	}
}

// Everything by keyboard: the radio, the amount, Enter, and Enter again.
func TestBrowserStaffKeyboard(t *testing.T) {
	shop := parallel(t)
	o := buy(t, shop.Shop, "bento", goodCard)
	w := shop.window(desktop)
	w.clerk("aoi", o)
	w.do("go to the form", chromedp.Focus(chromedp.CSS(`form[action$="/capture"] input[value="all"]`)))
	w.do("choose a part, type and send it", chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("500"), chromedp.KeyEvent(kb.Enter))
	w.at("staff/confirm")
	w.do("go to the button", chromedp.Focus(chromedp.CSS(`button[value="do"]`)))
	w.shot("a-23-keyboard")
	w.do("say yes", chromedp.KeyEvent(kb.Enter))
	w.done("captured")
	if p := paymentOf(t, shop.Shop, o); whole(p.Captured) != 500 {
		t.Errorf("captured %s, want 500", p.Captured)
	}
}

// A dispute comes while Stripe does not answer: it waits where the clerk sees it
// and goes on by a button, and other news is not held up.
func TestBrowserStaffInbox(t *testing.T) {
	for name, l := range map[string]look{"ja": desktop, "en phone": phoneEN} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			o, other := buy(t, shop.Shop, "bento", goodCard), buy(t, shop.Shop, "lamp", goodCard)
			w := shop.window(l)
			w.clerk("aoi", o)
			w.next("capture")
			w.sure()
			w.done("captured")
			outage := shop.stripe.own.Fail("GET *", stripetest.BadGateway).Always()
			w.leaves(`form[action$="/stripe"] button[value="dispute"]`)
			w.done("disputed")
			w.open("/staff/inbox")
			w.see("section[aria-labelledby=events] .rows")
			w.looked("24-inbox-waiting")
			outage.Stop()
			if err := shop.stripe.own.Dashboard().Expire(paymentOf(t, shop.Shop, other).Intent); err != nil {
				t.Fatal(err)
			}
			w.click("section[aria-labelledby=events] .rows button")
			w.see(".notice.good")
			shop.until("the order is disputed", func() bool {
				now, err := shop.findOrder(t.Context(), o.Ref)
				return err == nil && now.Status == statusDisputed
			})
			shop.until("the other is to be paid again", func() bool {
				now, err := shop.findOrder(t.Context(), other.Ref)
				return err == nil && now.Status == statusUnpaid
			})
			w.open("/staff/inbox")
			w.see("section[aria-labelledby=findings] .rows")
			w.looked("25-inbox-done")
			w.open("/staff/orders")
			w.at("staff/orders")
			w.looked("26-list-disputed")
		})
	}
}
