package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// loseAnswers makes the first answer of each of the payment calls get lost on its
// way to the browser; the server has done its work.
const loseAnswers = `(() => {
	const send = window.fetch.bind(window);
	const lost = new Set();
	window.fetch = async (url, options) => {
		const answer = await send(url, options);
		if (String(url).includes("/pay/") && !lost.has(url)) { lost.add(url); throw new TypeError("connection lost"); }
		return answer;
	};
})()`

// script runs in the page.
func (w *window) script(text string) {
	w.t.Helper()
	if _, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](text+", true")); err != nil {
		w.fail("script", err)
	}
}

// The answers are lost after the server has done its work: the page asks again and
// goes to the order, and never tells the buyer to pay another way.
func TestBrowserLostAnswer(t *testing.T) {
	for name, number := range map[string]string{"pay": goodCard, "after the bank": asksCard} {
		t.Run(name, func(t *testing.T) {
			shop := parallel(t)
			w := shop.window(desktop)
			before := shop.books()
			w.putIn("bowl")
			w.guest()
			w.card(number)
			w.script(loseAnswers)
			w.click(payButton)
			if number == asksCard {
				w.bank("complete")
			}
			w.bought(before, "bowl")
		})
	}
}

// A new card was sent and its answer lost; then the buyer chooses the saved
// card: that one is charged.
func TestBrowserSavedCardAfterANewOne(t *testing.T) {
	shop := parallel(t)
	w := shop.window(desktop)
	before := shop.books()
	w.putIn("bento")
	w.member("hana")
	w.click("input[name=stripesecure_save]")
	w.pay(goodCard)
	w.bought(before, "bento")

	before = shop.books()
	w.putIn("lamp")
	w.open("/checkout/address")
	w.click(".fields .go button")
	w.click("input[name=stripesecure_card][value=new]")
	w.card(declinedCard)
	w.click(payButton)
	w.see("[data-stripesecure-message]")
	w.click("input[name=stripesecure_card]:not([value=new])")
	w.click(payButton)
	w.bought(before, "lamp")
}
