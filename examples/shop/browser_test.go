package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Every page in both languages and on both widths, and a guest's purchase.
func TestBrowserGuest(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{"ja": desktop, "ja phone": phone, "en": desktopEN, "en phone": phoneEN} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(l)
			w.open("/mails")
			w.shot("01-mails-empty")
			w.open("/")
			w.at("catalog")
			w.shot("02-catalog")
			w.open("/products/kettle")
			w.shot("03-product")
			w.open("/cart")
			w.shot("04-cart-empty")
			w.putIn("bowl")
			w.putIn("sencha")
			w.shot("05-cart")
			w.open("/checkout/address")
			w.click(".fields .go button")
			w.see(".notice")
			w.shot("06-address-faults")
			before := shop.books()
			w.guest()
			w.card(goodCard)
			w.shot("07-checkout")
			w.click(payButton)
			w.bought(before, "bowl", "sencha")
			w.shot("08-thanks")
			for _, page := range []string{"orders", "member", "mails", "law", "demo", "nothing"} {
				w.open("/" + page)
				w.shot("09-" + page)
			}
		})
	}
}

// A guest's order opens by the link in the mail, and by nothing else.
func TestBrowserOrderLink(t *testing.T) {
	shop := parallel(t)
	w := shop.window(desktop)
	before := shop.books()
	w.putIn("tenugui")
	w.guest()
	w.pay(goodCard)
	o := w.bought(before, "tenugui")

	other := shop.window(desktop)
	other.open("/orders/" + o.Ref)
	other.at("trouble")
	other.open("/mails")
	other.click(`article[data-ref="` + o.Ref + `"] a`)
	other.at("order")
}

// A member agrees to saving the card, and pays with it the next time (LC-25).
func TestBrowserMember(t *testing.T) {
	shop := parallel(t)
	w := shop.window(desktop)
	before := shop.books()
	w.putIn("bento")
	w.member("hana")
	w.click("input[name=stripesecure_save]")
	w.card(goodCard)
	w.shot("20-checkout-consent")
	w.click(payButton)
	w.bought(before, "bento")

	before = shop.books()
	w.putIn("lamp")
	w.open("/checkout/address")
	w.click(".fields .go button")
	w.see(".stripesecure-cards")
	w.shot("21-checkout-saved-card")
	w.click(payButton)
	w.bought(before, "lamp")
	intents := shop.stripe.own.Intents()
	if a, b := intents[0], intents[1]; a.Customer != b.Customer || b.PaymentMethod == "" {
		t.Errorf("customers %s and %s, want one", a.Customer, b.Customer)
	}

	w.open("/member")
	w.see(".saved")
	w.shot("22-member")
	w.open("/orders")
	w.shot("23-orders")
	w.open("/member")
	w.click(".saved button")
	w.do("the card is gone", chromedp.WaitNotPresent(chromedp.CSS(".saved")))
}

// A saved card pays without JavaScript, also when the bank asks.
func TestBrowserNoScript(t *testing.T) {
	for name, number := range map[string]string{"card": goodCard, "3-D Secure": asksCard} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(desktopEN)
			before := shop.books()
			w.putIn("bowl")
			w.member("emma")
			w.click("input[name=stripesecure_save]")
			w.pay(number)
			if number == asksCard {
				w.bank("complete")
			}
			w.bought(before, "bowl")

			plain := shop.window(look{lang: "en", width: 390, noJS: true})
			before = shop.books()
			plain.putIn("sencha")
			plain.member("emma")
			plain.shot("30-checkout-no-script")
			plain.click(payButton)
			if number == asksCard {
				plain.bank("fail") // and back to check & shipping, with a word about it
				plain.at("checkout")
				plain.see(message)
				plain.shot("31-no-script-bank-failed")
				plain.click(payButton)
				plain.bank("complete")
			}
			plain.bought(before, "sencha")
		})
	}
}

// 3-D Secure: done; failed and closed, then another card on the same page; and
// left by a reload (LC-31), then another card on the new one.
func TestBrowser3DSecure(t *testing.T) {
	for _, answer := range []string{"complete", "fail", "cancel", "reload"} {
		t.Run(answer, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(phone)
			before := shop.books()
			w.putIn("bowl")
			w.guest()
			w.pay(asksCard)
			w.atBank()
			w.shot("40-bank")
			if answer == "reload" {
				w.open("/checkout")
				w.at("checkout")
			} else {
				w.bank(answer)
			}
			if answer != "complete" {
				if answer != "reload" {
					w.see(message)
				}
				w.shot("41-bank-" + answer)
				if now := shop.books(); now.orders != 0 || len(now.paid) != 0 {
					t.Errorf("%d orders and %d payments after %s", now.orders, len(now.paid), answer)
				}
				w.pay(goodCard)
			}
			w.bought(before, "bowl")
			if now := shop.books(); len(now.open) != 0 {
				t.Errorf("payments left open at Stripe: %v", now.open)
			}
		})
	}
}

func TestBrowserDeclined(t *testing.T) {
	for name, l := range map[string]look{"ja": desktop, "en": phoneEN} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(l)
			before := shop.books()
			w.putIn("bowl")
			w.guest()
			w.pay(declinedCard)
			w.reads(map[string]string{"ja": "このカードではお支払いいただけませんでした", "en": "This card could not be used"}[l.lang])
			w.shot("50-declined")
			w.pay(goodCard)
			w.bought(before, "bowl")
			if n := len(shop.stripe.own.Intents()); n != 1 {
				t.Errorf("%d PaymentIntents, want the same one for both cards", n)
			}
		})
	}
}

// The last kettle is sold in another window while the bank asks (LC-33): the
// first buyer learns it in the cart, and the hold is released.
func TestBrowserLastOne(t *testing.T) {
	shop := parallel(t)
	slow, quick := shop.window(desktop), shop.window(desktop)
	slow.putIn("kettle")
	slow.guest()
	slow.pay(asksCard)
	slow.atBank()

	before := shop.books()
	quick.putIn("kettle")
	quick.guest()
	quick.pay(goodCard)
	quick.bought(before, "kettle")

	slow.bank("complete")
	slow.at("cart")
	if text := slow.see(".notice"); !strings.Contains(text, "「鉄瓶 丸」の在庫がなくなりました") {
		t.Errorf("the cart says %q", text)
	}
	slow.shot("60-sold-out")
	after := shop.books()
	if after.orders != 1 || len(after.paid) != 1 || len(after.open) != 0 || after.stock["kettle"] != 0 {
		t.Errorf("orders %d, paid %d, open %d, stock %d; want 1, 1, 0, 0", after.orders, len(after.paid), len(after.open), after.stock["kettle"])
	}
	if n := len(shop.stripe.own.Intents()); n != 2 {
		t.Errorf("%d PaymentIntents, want 2", n)
	}
	slow.open("/products/kettle")
	slow.shot("61-product-sold-out")

	before = after
	slow.open("/cart")
	slow.click("button[name=remove]")
	slow.do("the kettle is gone", chromedp.WaitNotPresent(chromedp.CSS(".cart-lines")))
	slow.putIn("bowl")
	slow.open("/checkout")
	slow.at("checkout")
	slow.shot("62-checkout-after-sold-out")
	slow.pay(goodCard)
	slow.bought(before, "bowl")
}
