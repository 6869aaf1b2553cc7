package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// pictured keeps a picture of a page, and asks axe-core about it.
func (w *window) pictured(name string) {
	w.t.Helper()
	switch {
	case w.look.noJS:
		name += "-plain"
	case w.look.dark:
		name += "-dark"
	}
	// What sticks to the lower end of the window would cover the middle of a
	// picture of the whole page.
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelectorAll(".actions").forEach(e => e.style.position = "static"), true`))
	if err != nil {
		w.fail("prepare a picture", err)
	}
	w.shot("admin-" + name)
	if !w.look.noJS {
		w.accessible(name)
	}
}

// office logs in; the merchant's pages open for nobody else.
func (w *window) office() {
	w.t.Helper()
	w.open("/staff/stripe/")
	w.at("staff/login")
	w.click(`button[value="aoi"]`)
	w.at("methods")
}

const (
	reviewButton = `.actions button[value="preview"].main`
	saveButton   = `.actions button[value="save"]`
)

// Every page of the merchant, in both languages, on both widths, with and without
// JavaScript, light and dark; axe-core finds nothing against WCAG 2.1 A and AA.
func TestBrowserAdmin(t *testing.T) {
	t.Parallel()
	dark, plain, plainPhone := desktop, desktopEN, phone
	dark.dark, plain.noJS, plainPhone.noJS = true, true, true
	for name, l := range map[string]look{
		"ja": desktop, "ja phone": phone, "en": desktopEN, "en phone": phoneEN,
		"ja dark": dark, "en plain": plain, "ja phone plain": plainPhone,
	} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(l)
			w.office()
			w.pictured("01-methods")
			w.open("/staff/stripe/card/settings")
			w.at("settings")
			w.pictured("02-settings")
			w.adminFaults()
			w.adminSave()
			w.adminTexts()
			w.open("/staff/stripe/card/connection")
			w.at("connection")
			w.pictured("08-connection")
			w.click(".run button")
			w.see(".verdict")
			w.pictured("09-connection-tested")
			w.open("/staff/stripe/card/log")
			w.at("log")
			w.pictured("10-log")
			w.open("/staff/stripe/card/nothing")
			w.at("trouble")
			w.pictured("11-trouble")
		})
	}
}

// adminFaults sends a form with faults, and mends it. What was typed beside the
// faults is still there.
func (w *window) adminFaults() {
	w.t.Helper()
	w.fill(`[name="sort_order"]`, "seven")
	w.fill(`[name="account_id"]`, "wrong")
	w.fill(`[name="live.publishable"]`, stripetest.TestPublishableKey)
	w.fill(`[name="test.secret"]`, stripetest.TestSecretKey+"next")
	w.click(reviewButton)
	w.see(".faults")
	w.pictured("03-settings-faults")
	w.see(".typed")
	w.fill(`[name="sort_order"]`, "2")
	w.fill(`[name="account_id"]`, stripetest.AccountID)
	w.fill(`[name="live.publishable"]`, "")
}

// adminSave reviews changes and saves them.
func (w *window) adminSave() {
	w.t.Helper()
	w.click(`[name="capture"][value="automatic"]`)
	w.see(`.choice:has([value="automatic"]) .picked`)
	w.click(`[name="save_card"][value="required"]`)
	w.click(reviewButton)
	w.at("confirm")
	w.pictured("04-confirm")
	w.click(saveButton)
	w.see(".notice.good")
	w.pictured("05-settings-saved")
	state, err := w.shop.office.Load(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	s := state.Settings
	if s.Capture != settings.CaptureAutomatic || s.SortOrder != 2 || s.Test.Secret.Reveal() != stripetest.TestSecretKey+"next" {
		w.t.Errorf("saved %+v", s)
	}
}

// adminTexts changes a text and sees it in the preview: while typing, or by the
// button.
func (w *window) adminTexts() {
	w.t.Helper()
	w.open("/staff/stripe/card/wording")
	w.at("wording")
	w.pictured("06-wording")
	w.fill(`[name="ja.name"]`, "カードでお支払い")
	w.fill(`[name="en.order_mail"]`, "Paid by {price}")
	w.click(`.actions button[value="preview"]`)
	w.see(".faults")
	w.pictured("07-wording-faults")
	w.fill(`[name="en.order_mail"]`, "Paid by {name}, {amount}")
	if !w.look.noJS {
		ctx, cancel := context.WithTimeout(w.ctx, patience)
		defer cancel()
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.querySelector("#preview-en .letter").textContent.includes("Paid by Credit or debit card, ¥4,840")`))
		if err != nil {
			w.fail("the preview follows what is typed", err)
		}
	}
	w.click(saveButton)
	w.see(".notice.good")
	w.open("/staff/stripe/card/wording")
	w.at("wording")
	if text := w.see("#preview-ja"); !strings.Contains(text, "カードでお支払い") {
		w.t.Errorf("the preview says %q", text)
	}
}

// The orders' payments: captured in part, refunded, and released, each after a
// question; without JavaScript too.
func TestBrowserAdminPayments(t *testing.T) {
	t.Parallel()
	plain := phoneEN
	plain.noJS = true
	dark := desktopEN
	dark.dark = true
	for name, l := range map[string]look{"ja": desktop, "ja phone": phone, "en dark": dark, "en phone plain": plain} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			buyer := shop.window(look{lang: l.lang, width: l.width})
			for _, card := range []string{goodCard, asksCard} {
				buyer.putIn("bowl")
				buyer.guest()
				buyer.pay(card)
				if card == asksCard {
					buyer.bank("complete")
				}
				buyer.at("order")
			}
			w := shop.window(l)
			w.office()
			w.open("/staff/stripe/card/payments")
			w.at("payments")
			w.pictured("20-payments")
			w.click(".table tbody tr:nth-child(1) th a")
			w.at("payment")
			w.pictured("21-payment-held")
			w.fill("#capture-amount", "2000")
			w.click(`button[value="capture"]`)
			w.see(".ask")
			w.pictured("22-payment-asked")
			w.click(`.ask button[value="capture"]`)
			w.see(".notice.good")
			w.fill("#refund-amount", "500")
			w.fill("#refund-note", "one was broken")
			w.click(`button[value="refund"]`)
			w.click(`.ask button[value="refund"]`)
			w.see(".refunds")
			w.pictured("23-payment-refunded")

			w.open("/staff/stripe/card/payments")
			w.click(".table tbody tr:nth-child(2) th a")
			w.click(`button[value="void"]`)
			w.click(`.ask button[value="void"]`)
			w.see(".notice.good")
			w.pictured("24-payment-released")
			status := map[string]int{}
			for _, pi := range shop.stripe.own.Intents() {
				status[pi.Status]++
			}
			if status["succeeded"] != 1 || status["canceled"] != 1 {
				t.Errorf("at Stripe: %v", status)
			}
			shop.compareAndDismiss(w)
		})
	}
}

// compareAndDismiss: a comparison by the button, and an event that was given up.
func (s *testShop) compareAndDismiss(w *window) {
	w.t.Helper()
	s.stripe.own.AddIntent(stripetest.PaymentIntent{Amount: 700, Currency: "jpy", Status: stripetest.StatusSucceeded, Created: time.Now().Add(-2 * time.Hour).Unix()})
	parked := stripesecure.Row{Shop: "demo", Checkout: "#pi:pi_3QLostBackup0000000000", Body: []byte(`{"scope":{},"tries":12,"outcome":"early","parked":true}`)}
	if err := s.store.Put(w.t.Context(), parked); err != nil {
		w.t.Fatal(err)
	}
	w.open("/staff/stripe/card/payments")
	w.click(`form[action$="/card/report"] button`)
	w.do("wait for the report", chromedp.WaitVisible(chromedp.CSS(`.notice.grave a[href$="/card/report"]`)))
	w.pictured("25-compared")
	w.click(`a[href$="/card/repairs"]`)
	w.do("wait for the repairs", chromedp.WaitVisible(chromedp.CSS(`main .rows li`)))
	w.pictured("27-repairs")
	w.open("/staff/stripe/card/connection")
	w.click(`.rows summary`)
	w.do("wait for the question", chromedp.WaitVisible(chromedp.CSS(`button[value="dismiss"]`)))
	w.pictured("28-dismiss")
	w.click(`button[value="dismiss"]`)
	w.do("wait for what was done", chromedp.WaitVisible(chromedp.CSS(`.notice.good[role="status"]`)))
	w.pictured("26-dismissed")
}

// Two clerks at once: the second sees what the first has changed. And ⑦ cannot
// become live before its keys are there.
func TestBrowserAdminTwoClerks(t *testing.T) {
	for name, l := range map[string]look{"ja": desktop, "en phone": phoneEN} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			first, second := shop.window(desktop), shop.window(l)
			second.office()
			second.open("/staff/stripe/card/settings")
			second.at("settings")
			first.office()
			first.open("/staff/stripe/card/settings")
			first.click(`[name="three_d_secure"][value="any"]`)
			first.fill(`[name="sort_order"]`, "5")
			first.click(reviewButton)
			first.click(saveButton)
			first.see(".notice.good")

			second.fill(`[name="sort_order"]`, "9")
			second.click(reviewButton)
			if text := second.see("#field-sort_order .meanwhile"); !strings.Contains(text, "青木 葵") {
				t.Errorf("the second clerk reads %q", text)
			}
			second.see("#field-three_d_secure .meanwhile")
			second.pictured("30-two-clerks")
			second.click(`[name="environment"][value="live"]`)
			second.click(reviewButton)
			second.see("#gate")
			second.pictured("31-not-live-yet")
		})
	}
}

// By keyboard alone: from the head of the page to a field, through the
// confirmation, to what was saved.
func TestBrowserAdminKeyboard(t *testing.T) {
	shop := parallel(t)
	w := shop.window(desktopEN)
	w.office()
	w.open("/staff/stripe/card/settings")
	w.at("settings")
	w.tabTo("in-sort_order")
	w.press("7")
	w.tabTo("test.sweep_only") // on and on, past every kind of control
	w.press(" ")
	w.press(kb.Enter)
	w.at("confirm")
	w.tabTo("save")
	w.press(kb.Enter)
	w.see(".notice.good")
	state, err := shop.office.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if state.Settings.SortOrder != 7 || state.Settings.Test.SweepOnly == shop.stripe.keys.SweepOnly {
		t.Errorf("saved %+v", state.Settings)
	}
}

func (w *window) press(key string) {
	w.t.Helper()
	w.do("press a key", chromedp.KeyEvent(key))
}

// tabTo presses Tab until the element with this id, name or value has the focus,
// and fails when the focus is not to be seen on the way.
func (w *window) tabTo(want string) {
	w.t.Helper()
	for range 120 {
		w.press(kb.Tab)
		ctx, cancel := context.WithTimeout(w.ctx, patience)
		here, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
			const e = document.activeElement, around = [e, e.nextElementSibling, e.closest("label")];
			const seen = around.some(x => x && getComputedStyle(x).outlineStyle !== "none");
			return [e.id, e.name, e.value].join(" ") + (seen ? "" : " UNSEEN");
		})()`))
		cancel()
		if err != nil {
			w.fail("look for the focus", err)
		}
		if strings.Contains(here, "UNSEEN") {
			w.t.Errorf("the focus is not to be seen: %s", here)
		}
		if strings.Contains(here, want) {
			return
		}
	}
	w.fail("tab to "+want, errors.New("it never has the focus"))
}
