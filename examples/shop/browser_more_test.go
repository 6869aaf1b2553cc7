package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ec-plugins/stripesecure/settings"
)

// Two tabs on one cart, one of them at the bank: one order, one payment, and
// both tabs end at that order (LC-32).
func TestBrowserTwoTabs(t *testing.T) {
	shop := parallel(t)
	first := shop.window(desktop)
	before := shop.books()
	first.putIn("bowl")
	first.guest()
	second := first.tab()
	second.open("/checkout")
	second.at("checkout")

	first.pay(asksCard)
	first.atBank()
	second.pay(goodCard)
	o := second.bought(before, "bowl")

	first.click(".stripetest-close")
	first.at("order")
	if ref := first.see(".ref"); ref != o.Ref {
		t.Errorf("the first tab shows order %s, the second %s", ref, o.Ref)
	}
	if now := shop.books(); now.orders != 1 || len(now.paid) != 1 || len(now.open) != 0 {
		t.Errorf("orders %d, paid %d, open %d; want 1, 1, 0", now.orders, len(now.paid), len(now.open))
	}
}

// Both tabs go to the bank: the first is told that the second has taken over.
func TestBrowserTwoTabsAtTheBank(t *testing.T) {
	shop := parallel(t)
	first := shop.window(desktop)
	before := shop.books()
	first.putIn("bowl")
	first.guest()
	second := first.tab()
	second.open("/checkout")
	first.pay(asksCard)
	first.atBank()
	second.pay(asksCard)
	second.atBank()

	first.click(".stripetest-close")
	first.reads("別の画面でお手続きが行われたため")
	first.shot("70-duplicate-tab")
	second.bank("complete")
	second.bought(before, "bowl")
	if now := shop.books(); len(now.paid) != 1 || len(now.open) != 0 {
		t.Errorf("paid %d, open %d; want 1, 0", len(now.paid), len(now.open))
	}
}

// The page in the other language, one click away, and remembered.
func TestBrowserLanguage(t *testing.T) {
	shop := parallel(t)
	w := shop.window(desktop)
	w.open("/products/bento?x=1")
	if name := w.see("h1"); name != "曲げわっぱ 小判" {
		t.Errorf("the browser wants Japanese and gets %q", name)
	}
	w.click(`nav a[hreflang="en"]`)
	w.do("wait for English", chromedp.WaitVisible(chromedp.CSS(`html[lang="en"] h1`)))
	if name := w.see("h1"); name != "Bentwood lunch box" {
		t.Errorf("English is %q", name)
	}
	w.open("/cart")
	w.do("English is remembered", chromedp.WaitVisible(chromedp.CSS(`html[lang="en"] h1`)))
}

// The settings of the demonstration: ② keeps the method from an address abroad,
// ⑬ captures at once, ⑮ saves without asking and says so (LC-06, LC-17, LC-24).
func TestBrowserSettings(t *testing.T) {
	shop := parallel(t)
	w := shop.window(desktopEN)
	w.putIn("bowl")
	w.guest()
	w.open("/checkout/address")
	w.do("choose France", chromedp.SetValue(chromedp.CSS("#country"), "FR"))
	w.click(".fields .go button")
	w.at("checkout")
	if text := w.see(".flow .notice"); !strings.Contains(text, "not available in your region") {
		t.Errorf("② says %q", text)
	}
	w.shot("80-region")

	w.open("/demo")
	for _, choice := range []string{"region][value=all", "capture][value=automatic", "save_card][value=required"} {
		w.click("input[name=" + choice + "]")
	}
	w.click(".fields .go button")
	w.see(".good")
	w.shot("81-demo-saved")
	shop.until("the library reads the settings again", func() bool {
		now, err := shop.plugin.Settings(t.Context())
		return err == nil && now.Capture == settings.CaptureAutomatic
	})
	before := shop.books()
	w.open("/checkout")
	w.at("checkout")
	if text := w.see(".stripesecure-notice"); !strings.Contains(text, "stored with Stripe") {
		t.Errorf("⑤ says %q", text)
	}
	w.shot("82-checkout-required")
	w.pay(goodCard)
	o := w.bought(before, "bowl")
	if pi := shop.stripe.own.Intents()[0]; pi.Status != "succeeded" {
		t.Errorf("⑬ automatic: the payment is %s, want succeeded", pi.Status)
	}
	if o.PaymentState != "captured" {
		t.Errorf("the order's payment is %q, want captured", o.PaymentState)
	}
	w.shot("83-thanks-captured")
}

// A restart between the card form and the order: cart and address are there, and
// a member whose saved card was forgotten by the shop's own Stripe pays all the
// same (CUS-02).
func TestBrowserRestart(t *testing.T) {
	shop := parallel(t)
	w := shop.window(desktop)
	before := shop.books()
	w.putIn("bento")
	w.member("hana")
	w.click("input[name=stripesecure_save]")
	w.pay(goodCard)
	w.bought(before, "bento")
	w.putIn("bowl")
	w.open("/checkout/address")
	w.click(".fields .go button")
	w.at("checkout")

	shop.restart()
	before = shop.books()
	w.open("/checkout")
	w.at("checkout")
	w.pay(goodCard)
	w.bought(before, "bowl")
}

// Dark paper for those who like it.
func TestBrowserDark(t *testing.T) {
	shop := parallel(t)
	w := shop.window(look{lang: "ja", width: 1280, dark: true})
	w.open("/")
	w.at("catalog")
	w.shot("90-dark-catalog")
	w.putIn("bowl")
	w.guest()
	w.pay(declinedCard)
	w.see(message)
	w.shot("91-dark-checkout")
}
