package stripesecure_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// sessions is a host's Carts: the cookie names the cart.
type sessions struct{ b **bench }

var errNoCart = errors.New("no cart of yours")

func (s sessions) Cart(r *http.Request) (stripesecure.Cart, error) {
	c, err := r.Cookie("cart")
	if err != nil {
		return stripesecure.Cart{}, errNoCart
	}
	cart := (*s.b).cart(stripesecure.CheckoutID(c.Value))
	cart.ReturnURL = ""
	return cart, nil
}

// withShop runs a test with the checkout calls of Handler turned on.
func withShop(t *testing.T, change func(*stripesecure.Options, *settings.Settings), test func(*bench)) {
	t.Helper()
	var b *bench
	with(t, func(o *stripesecure.Options, s *settings.Settings) {
		o.Carts = sessions{&b}
		if change != nil {
			change(o, s)
		}
	}, func(made *bench) {
		b = made
		test(made)
	})
}

type reply struct {
	*http.Response
	text string
}

// do sends a browser's request to Handler. A form makes it a POST.
func (b *bench) do(path, accept string, form url.Values, header ...string) reply {
	b.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(b.Context(), method, "https://shop.example"+path, body)
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Language", "ja")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(&http.Cookie{Name: "cart", Value: "cart-1"})
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.handler().ServeHTTP(w, r)
	return reply{w.Result(), w.Body.String()}
}

const (
	asJSON = "application/json"
	asHTML = "text/html"
)

func token(id string) url.Values { return url.Values{"stripesecure_token": {id}} }

func TestHandler_payByScript(t *testing.T) {
	withShop(t, placing, func(b *bench) {
		answer := b.do("/stripesecure/pay", asJSON, token(b.stripe.Token(visa)))
		require.Equal(b, http.StatusOK, answer.StatusCode)
		var res map[string]any
		require.NoError(b, json.Unmarshal([]byte(answer.text), &res))
		assert.Equal(b, "go_to", res["do"])
		assert.Equal(b, "https://shop.example/orders/R-cart-1.1", res["url"])
		assert.Equal(b, "no-store", answer.Header.Get("Cache-Control"))
		assert.Equal(b, "no-referrer", answer.Header.Get("Referrer-Policy"))
	})
}

func TestHandler_payByForm_withoutJavaScript(t *testing.T) {
	withShop(t, placing, func(b *bench) {
		answer := b.do("/stripesecure/pay", asHTML, token(b.stripe.Token(visa)))
		assert.Equal(b, http.StatusSeeOther, answer.StatusCode)
		assert.Equal(b, "https://shop.example/orders/R-cart-1.1", answer.Header.Get("Location"))
	})
	t.Run("a decline goes back to the checkout page, with the message", func(t *testing.T) {
		withShop(t, placing, func(b *bench) {
			answer := b.do("/stripesecure/pay", asHTML, token(b.stripe.Token(declined)))
			assert.Equal(b, "https://shop.example/checkout", answer.Header.Get("Location"))
			assert.Equal(b, wording.DeclinedGeneric, b.offer(b.cart("cart-1")).Notice.Code)
		})
	})
}

func TestHandler_returnFromTheBank_RED01_RED02_RED03(t *testing.T) {
	toBank := func(b *bench) (back string) {
		answer := b.do("/stripesecure/pay", asHTML, token(b.stripe.Token(threeDS)))
		require.Equal(b, http.StatusSeeOther, answer.StatusCode)
		pi := b.stripe.Intents()[len(b.stripe.Intents())-1]
		require.NotNil(b, pi.NextAction.RedirectToURL)
		u, err := url.Parse(pi.NextAction.RedirectToURL.ReturnURL)
		require.NoError(b, err)
		return u.Path
	}
	t.Run("without cookies the order is made", func(t *testing.T) {
		withShop(t, placing, func(b *bench) {
			back := toBank(b)
			b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
			answer := b.do(back+"?payment_intent=pi_x&redirect_status=failed", asHTML, nil, "Cookie", "")
			assert.Equal(b, http.StatusSeeOther, answer.StatusCode)
			assert.Equal(b, "https://shop.example/stripesecure/resume", answer.Header.Get("Location"), "no additions")
			assert.Len(b, b.host.orders, 1, "RED-14: the forged status is not read")
			assert.Equal(b, "https://shop.example/orders/R-cart-1.1", b.do("/stripesecure/resume", asHTML, nil).Header.Get("Location"))
		})
	})
	t.Run("RED-14 forged success changes nothing", func(t *testing.T) {
		withShop(t, placing, func(b *bench) {
			back := toBank(b)
			b.do(back+"?redirect_status=succeeded", asHTML, nil)
			assert.Empty(b, b.host.orders)
			assert.Equal(b, wording.Returned, b.offer(b.cart("cart-1")).Notice.Code)
			assert.Equal(b, "https://shop.example/checkout", b.do("/stripesecure/resume", asHTML, nil).Header.Get("Location"))
		})
	})
	t.Run("LC-32 the losing tab", func(t *testing.T) {
		withShop(t, placing, func(b *bench) {
			first := toBank(b)
			toBank(b)
			b.do(first, asHTML, nil)
			assert.Equal(b, wording.DuplicateTab, b.offer(b.cart("cart-1")).Notice.Code)
		})
	})
	t.Run("forged, foreign and expired handles", func(t *testing.T) {
		withShop(t, placing, func(b *bench) {
			back := toBank(b)
			for _, path := range []string{back + "x", back[:len(back)-2], "/stripesecure/return/x", "/stripesecure/return/x.y",
				strings.Replace(back, "/return/", "/page/", 1)} {
				answer := b.do(path, asHTML, nil)
				assert.Equal(b, http.StatusNotFound, answer.StatusCode, path)
			}
			<-time.After(25 * time.Hour)
			answer := b.do(back, asHTML, nil)
			assert.Equal(b, http.StatusNotFound, answer.StatusCode)
			assert.Contains(b, answer.text, wording.For(wording.InvalidReturn, wording.Japanese, wording.Facts{}).Text)
		})
	})
}

func TestHandler_refusals(t *testing.T) {
	withShop(t, nil, func(b *bench) {
		t := b.stripe.Token(visa)
		for name, c := range map[string]struct {
			answer reply
			status int
			code   wording.Code
		}{
			"another site": {b.do("/stripesecure/pay", asJSON, token(t), "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, wording.RequestRefused},
			"no cart":      {b.do("/stripesecure/pay", asJSON, token(t), "Cookie", "other=1"), http.StatusNotFound, wording.NotFound},
			"card number":  {b.do("/stripesecure/pay", asJSON, token(visa)), http.StatusUnprocessableEntity, wording.CardNumberMisplaced},
			"bad amount":   {b.do("/stripesecure/pay", asJSON, url.Values{"stripesecure_amount": {"1e9"}, "stripesecure_currency": {"JPY"}}), http.StatusUnprocessableEntity, wording.FormIncomplete},
			"too large":    {b.do("/stripesecure/pay", asJSON, token(strings.Repeat("x", 2<<20))), http.StatusUnprocessableEntity, wording.FormIncomplete},
			"no page":      {b.do("/stripesecure/page/forged.handle", asJSON, nil), http.StatusNotFound, wording.PaymentPageExpired},
		} {
			var res struct {
				Do      string
				Message wording.Message
			}
			require.NoError(b, json.Unmarshal([]byte(c.answer.text), &res), name)
			assert.Equal(b, c.status, c.answer.StatusCode, name)
			assert.Equal(b, "show", res.Do, name)
			assert.Equal(b, c.code, res.Message.Code, name)
			assert.NotContains(b, c.answer.text, visa)
		}
		assert.Empty(b, b.stripe.Calls())
		assert.Empty(b, b.stripe.Intents())
	})
}

func TestHandler_withoutCarts(t *testing.T) {
	with(t, nil, func(b *bench) {
		assert.Equal(b, http.StatusNotFound, b.do("/stripesecure/pay", asJSON, token("ctoken_1")).StatusCode)
		assert.Equal(b, http.StatusNotFound, b.do("/elsewhere", asJSON, nil).StatusCode)
	})
}

func TestHandler_script(t *testing.T) {
	with(t, nil, func(b *bench) {
		script := regexp.MustCompile(`/stripesecure/assets/stripesecure\.[0-9a-f]+\.js`).FindString(string(b.offer(b.cart("cart-1")).HTML()))
		answer := b.do(script, "*/*", nil)
		require.Equal(b, http.StatusOK, answer.StatusCode)
		assert.Contains(b, answer.Header.Get("Content-Type"), "javascript")
		assert.Contains(b, answer.Header.Get("Cache-Control"), "immutable")
		assert.NotContains(b, answer.text, "innerHTML")
		old := b.do(regexp.MustCompile(`\.[0-9a-f]+\.js`).ReplaceAllString(script, ".0123456789ab.js"), "*/*", nil)
		assert.Equal(b, answer.text, old.text, "a page from before the last deploy")
		assert.Equal(b, "no-store", old.Header.Get("Cache-Control"))
		assert.Equal(b, http.StatusNotFound, b.do("/stripesecure/assets/offer.html", "*/*", nil).StatusCode)
	})
}

func TestPaymentPage(t *testing.T) {
	open := func(b *bench, cart stripesecure.Cart) string {
		res := b.submit(cart, stripesecure.Input{})
		require.Equal(b, stripesecure.GoTo, res.Do)
		require.Empty(b, b.stripe.Calls(), "nothing is sent to Stripe")
		u, err := url.Parse(res.URL)
		require.NoError(b, err)
		return u.Path
	}
	t.Run("shows amount and shop and no personal data", func(t *testing.T) {
		with(t, func(o *stripesecure.Options, s *settings.Settings) {
			o.ShopName, s.AccountName = "茶の店", "旧口座(解約予定)"
		}, func(b *bench) {
			page := b.do(open(b, b.member("cart-1")), asHTML, nil)
			require.Equal(b, http.StatusOK, page.StatusCode)
			assert.Contains(b, page.text, "1,200円")
			assert.Contains(b, page.text, "茶の店")
			assert.NotContains(b, page.text, "旧口座", "⑤ is for the merchant")
			for _, private := range []string{"山田", "hanako", "m-1"} {
				assert.NotContains(b, page.text, private)
			}
			assert.NotContains(b, page.Header.Get("Content-Security-Policy"), "unsafe-inline")
			assert.NotContains(b, page.text, "<script>")
		})
	})
	t.Run("a stranger's card does not come into the member's box", func(t *testing.T) {
		with(t, both(placing, func(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = settings.SaveRequired }), func(b *bench) {
			answer := b.do(open(b, b.member("cart-1")), asHTML, token(b.stripe.Token(visa)))
			require.Equal(b, "https://shop.example/orders/R-cart-1.1", answer.Header.Get("Location"))
			cards, err := b.plugin.Cards(b.Context(), "m-1")
			require.NoError(b, err)
			assert.Empty(b, cards)
			current, err := b.plugin.Current(b.Context(), "cart-1")
			require.NoError(b, err)
			assert.Equal(b, "m-1", current.Member, "the order is the member's")
		})
	})
	t.Run("does not end a payment that is at the bank in another tab", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			path := open(b, b.cart("cart-1"))
			b.pay(b.cart("cart-1"), threeDS)
			answer := b.do(path, asJSON, token("ctoken_madeUp"))
			assert.Contains(b, answer.text, "duplicate_tab")
			assert.Equal(b, []string{stripetest.StatusRequiresAction}, b.statuses())
		})
	})
	t.Run("pays this cart once", func(t *testing.T) {
		with(t, placing, func(b *bench) {
			path := open(b, b.cart("cart-1"))
			answer := b.do(path, asHTML, token(b.stripe.Token(visa)))
			assert.Equal(b, "https://shop.example/orders/R-cart-1.1", answer.Header.Get("Location"))
			again := b.do(path, asHTML, token(b.stripe.Token(visa)))
			assert.Equal(b, "https://shop.example/orders/R-cart-1.1", again.Header.Get("Location"))
			assert.Len(b, b.stripe.Intents(), 1)
		})
	})
	t.Run("for hosts that drive the steps, the order is made on their page", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			answer := b.do(open(b, b.cart("cart-1")), asHTML, token(b.stripe.Token(visa)))
			assert.Equal(b, "https://shop.example/back", answer.Header.Get("Location"))
			assert.Equal(b, stripesecure.PlaceOrder, b.resume(b.cart("cart-1")).Do)
		})
	})
	t.Run("a decline is shown there, and another card pays", func(t *testing.T) {
		with(t, placing, func(b *bench) {
			path := open(b, b.cart("cart-1"))
			answer := b.do(path, asHTML, token(b.stripe.Token(declined)))
			require.Equal(b, http.StatusSeeOther, answer.StatusCode)
			assert.Contains(b, b.do(path, asHTML, nil).text, "このカードではお支払いいただけませんでした")
			assert.Equal(b, "https://shop.example/orders/R-cart-1.1", b.do(path, asHTML, token(b.stripe.Token(visa))).Header.Get("Location"))
		})
	})
	t.Run("until PayBy", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			path := open(b, b.cart("cart-1"))
			<-time.After(61 * time.Minute)
			page := b.do(path, asHTML, nil)
			assert.Equal(b, http.StatusNotFound, page.StatusCode)
			assert.Contains(b, page.text, wording.For(wording.PaymentPageExpired, wording.Japanese, wording.Facts{}).Text)
			cart := b.cart("cart-2")
			cart.PayBy = time.Now().Add(-time.Minute)
			assert.Equal(b, wording.PaymentPageExpired, b.submit(cart, stripesecure.Input{}).Message.Code)
		})
	})
	t.Run("order-first host: mailed link", func(t *testing.T) {
		with(t, func(o *stripesecure.Options, s *settings.Settings) {
			o.HostCommitsFirst, s.Capture = true, settings.CaptureAutomatic
		}, func(b *bench) {
			cart := b.cart("cart-1")
			current, err := b.plugin.Current(b.Context(), cart.ID)
			require.NoError(b, err)
			current.Total = cart.Total
			order, err := b.host.commit(current)
			require.NoError(b, err)
			cart.Order, cart.PayBy = &order, time.Now().Add(72*time.Hour)
			path := open(b, cart)
			<-time.After(71 * time.Hour)
			answer := b.do(path, asHTML, token(b.stripe.Token(visa)))
			assert.Equal(b, "https://shop.example/orders/R-cart-1.1", answer.Header.Get("Location"))
			assert.Equal(b, []string{stripetest.StatusSucceeded}, b.statuses())
			assert.Equal(b, "R-cart-1.1", b.stripe.Intents()[0].Metadata["order_id"])
		})
	})
}
