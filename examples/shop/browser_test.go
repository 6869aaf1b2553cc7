package main

import "testing"

func (w *window) putIn(product string) {
	w.open("/products/" + product)
	w.click(".add button")
	w.at("cart")
}

var yuki = map[string]string{"#name": "高橋 ゆき", "#email": "yuki@example.jp", "#phone": "090-5555-0123", "#postal": "110-0001", "#region": "東京都", "#city": "台東区谷中3-1-8", "#building": "谷中荘 2階"}

func TestPages(t *testing.T) {
	shop := openTestShop(t)
	for _, l := range []look{desktop, phone, desktopEN, phoneEN} {
		w := shop.window(l)
		w.open("/")
		w.at("catalog")
		w.shot("catalog")
		w.open("/products/kettle")
		w.shot("product")
		w.open("/cart")
		w.shot("cart-empty")
		w.putIn("bowl")
		w.putIn("sencha")
		w.shot("cart")
		w.open("/checkout/address")
		w.click(".go button")
		w.see(".notice")
		w.shot("address-faults")
		for s, v := range yuki {
			w.fill(s, v)
		}
		w.click(".go button")
		w.at("checkout")
		w.see("#stripetest-number")
		w.shot("checkout")
		w.fill("#stripetest-number", "4242424242424242")
		w.fill("#stripetest-expiry", "1240")
		w.fill("#stripetest-cvc", "123")
		w.click(".flow .go button")
		w.at("order")
		w.shot("order")
		for _, p := range []string{"orders", "member", "mails", "law", "demo", "nothing"} {
			w.open("/" + p)
			w.shot(p)
		}
	}
}
