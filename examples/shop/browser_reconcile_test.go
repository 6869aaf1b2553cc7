package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// The report of a comparison: on a phone and a desk, in both languages by a
// switch without script, dark, and read by axe-core.
func TestBrowserReconciliation(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{
		"ja": desktop, "ja phone": phone, "en": desktopEN, "en phone": phoneEN, "ja dark": {lang: "ja", width: 1280, dark: true},
		"en no script": {lang: "en", width: 390, noJS: true},
	} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(l)
			o := buy(t, shop.Shop, "bento", goodCard)
			for i, status := range []string{stripetest.StatusSucceeded, stripetest.StatusRequiresCapture, stripetest.StatusRequiresPaymentMethod} {
				shop.stripe.own.AddIntent(stripetest.PaymentIntent{Amount: 700 * int64(i+1), Currency: "jpy", Status: status,
					Created: time.Now().AddDate(0, 0, -2*i-1).Unix()})
			}
			// What Stripe knows comes by webhook at once; this is the shop's own fault.
			if _, err := shop.db.ExecContext(t.Context(), `update orders set total = total + 100 where ref = ?`, o.Ref); err != nil {
				t.Fatal(err)
			}
			w.open("/staff/reconcile")
			w.at("staff/login")
			w.click(`button[value="aoi"]`)
			mine, other := "."+"in-"+l.lang, ".in-en"
			if l.lang == "en" {
				other = ".in-ja"
			}
			w.do("read the report", chromedp.WaitVisible(chromedp.CSS("main "+mine+" h1")))
			w.looked("9-reconcile")
			w.click(`label[for="show-` + other[4:] + `"]`)
			w.do("read it in the other language", chromedp.WaitVisible(chromedp.CSS("main "+other+" h1")), chromedp.WaitNotVisible(chromedp.CSS("main "+mine+" h1")))
			w.click(other + ` a[href="/staff/orders/` + o.Ref + `"]`)
			w.at("staff/order")
		})
	}
}
