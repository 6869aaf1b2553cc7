package stripesecure_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// tampers are what a browser may send beside an honest request: under our own
// names, and under every name that somebody might read.
var tampers = map[string]url.Values{
	"amount":          {"stripesecure_amount": {"1"}, "stripesecure_currency": {"JPY"}, "amount": {"1"}, "total": {"1"}, "amount_to_capture": {"1"}},
	"currency":        {"stripesecure_amount": {"12.00"}, "stripesecure_currency": {"USD"}, "currency": {"usd"}},
	"cart":            {"cart": {"cart-2"}, "cart_id": {"cart-2"}, "cart[total]": {"1"}, "id": {"cart-2"}},
	"buyer":           {"member": {"m-2"}, "buyer[member]": {"m-2"}, "customer": {"cus_other"}, "email": {"evil@example.com"}},
	"PaymentIntent":   {"payment_intent": {"pi_other"}, "payment_intent_client_secret": {"pi_other_secret_x"}, "intent": {"pi_other"}},
	"checkout id":     {"checkout": {"cart-2"}, "checkout_id": {"cart-2"}, "payment_id": {"cart-2.1"}, "stripesecure_tab": {"forged.tab"}},
	"saved card":      {"stripesecure_card": {"pm_ofAnother"}, "payment_method": {"pm_ofAnother"}},
	"consent":         {"stripesecure_save": {"1"}, "setup_future_usage": {"off_session"}},
	"return URL":      {"return_url": {"https://evil.example/"}, "next": {"//evil.example"}, "success_url": {"https://evil.example/"}},
	"redirect_status": {"redirect_status": {"succeeded"}, "status": {"succeeded"}, "capture_method": {"automatic"}},
}

// routes are Handler's: an honest request, on a shop where another one is under way.
var routes = map[string]func(b *bench, w *under, extra url.Values) reply{
	"POST /pay": func(b *bench, w *under, extra url.Values) reply {
		return b.forged("/stripesecure/pay", token(w.token), extra)
	},
	"POST /resume": func(b *bench, _ *under, extra url.Values) reply {
		return b.forged("/stripesecure/resume", url.Values{}, extra)
	},
	"GET /resume": func(b *bench, _ *under, extra url.Values) reply { return b.forged("/stripesecure/resume", nil, extra) },
	"GET /return": func(b *bench, w *under, extra url.Values) reply { return b.forged(w.back, nil, extra) },
	"GET /page":   func(b *bench, w *under, extra url.Values) reply { return b.forged(w.page, nil, extra) },
	"POST /page":  func(b *bench, w *under, extra url.Values) reply { return b.forged(w.page, token(w.token), extra) },
	"POST /page/resume": func(b *bench, w *under, extra url.Values) reply {
		return b.forged(w.page+"/resume", url.Values{}, extra)
	},
	"GET /page/resume": func(b *bench, w *under, extra url.Values) reply { return b.forged(w.page+"/resume", nil, extra) },
	"POST /webhook": func(b *bench, w *under, extra url.Values) reply {
		object := map[string]any{"object": "payment_intent", "id": w.intent}
		for name, values := range extra {
			object[name] = values[0]
		}
		if extra.Get("payment_intent") != "" {
			object["id"] = extra.Get("payment_intent")
		}
		body, _ := json.Marshal(map[string]any{"id": "evt_1", "type": "payment_intent.succeeded", "livemode": false, "data": map[string]any{"object": object}})
		return reply{&http.Response{StatusCode: b.hook(string(body), stripetest.Signature(time.Now(), body, stripetest.WebhookSecret))}, ""}
	},
}

// forged sends a request with more in its form and in its address.
func (b *bench) forged(path string, form, extra url.Values) reply {
	if form != nil {
		maps.Copy(form, extra)
	}
	return b.do(path+"?"+extra.Encode(), asJSON, form, "Referer", "https://evil.example/", "X-Forwarded-Host", "evil.example")
}

// under is what is under way in a shop: cart-1 is at the bank, cart-3 has a payment
// page, cart-2 was ordered by somebody else, who has a saved card.
type under struct{ intent, back, page, token, othersCard string }

// underWay prepares two shops that are the same to the last byte.
func underWay(t *testing.T, test func(b *bench, w *under)) {
	var ids atomic.Int64
	withShop(t, both(placing, both(webhooks, func(o *stripesecure.Options, s *settings.Settings) {
		o.NewID = func() string { return fmt.Sprintf("id%04d", ids.Add(1)) }
		s.SaveCard, s.Capture = settings.SaveOptional, settings.CaptureAutomatic
	})), func(b *bench) {
		w := &under{}
		other := b.cart("cart-2")
		other.Buyer.Member = "m-2"
		b.submit(other, stripesecure.Input{Token: b.stripe.Token(visa), Save: true})
		cards, err := b.plugin.Cards(b.Context(), "m-2")
		require.NoError(b, err)
		require.Len(b, cards, 1)
		w.othersCard = cards[0].ID
		w.page = strings.TrimPrefix(b.submit(b.cart("cart-3"), stripesecure.Input{}).URL, "https://shop.example")
		b.do("/stripesecure/pay", asHTML, token(b.stripe.Token(threeDS)))
		pi := b.stripe.Intents()[len(b.stripe.Intents())-1]
		require.Equal(b, stripetest.StatusRequiresAction, pi.Status)
		w.intent, w.back = pi.ID, mustParse(t, pi.NextAction.RedirectToURL.ReturnURL).Path
		w.token = b.stripe.Token(visa)
		test(b, w)
	})
}

// digest is all that money and orders are.
func (b *bench) digest() string {
	var text strings.Builder
	for _, pi := range b.stripe.Intents() {
		fmt.Fprintln(&text, pi.ID, pi.Amount, pi.Currency, pi.Status, pi.AmountReceived, pi.Customer, pi.PaymentMethod, pi.SetupFutureUsage, pi.CaptureMethod)
	}
	for _, c := range b.stripe.Customers() {
		fmt.Fprintln(&text, c.ID, len(b.stripe.Cards(c.ID)))
	}
	fmt.Fprintln(&text, b.host.orders, len(b.stripe.Refunds()))
	return text.String()
}

const tamperGolden = "testdata/tamper.md"

// TestTamperMatrix: each thing that can be forged at each entry is refused, or
// changes nothing: money, orders, cards and the answer are the same to the last byte
// as without it. The table is testdata/tamper.md.
func TestTamperMatrix(t *testing.T) {
	cells := map[string]map[string]string{}
	for entry, send := range routes {
		var honest, world string
		underWay(t, func(b *bench, w *under) {
			answer := send(b, w, url.Values{})
			b.sweeps(time.Minute)
			honest, world = fmt.Sprint(answer.StatusCode, answer.Header.Get("Location"), answer.text), b.digest()
		})
		for what, extra := range tampers {
			underWay(t, func(b *bench, w *under) {
				before := b.digest()
				extra = maps.Clone(extra)
				if what == "saved card" {
					extra["stripesecure_card"] = []string{w.othersCard}
				}
				answer := send(b, w, extra)
				now := b.digest()
				b.sweeps(time.Minute)
				cell := "no effect"
				if got := fmt.Sprint(answer.StatusCode, answer.Header.Get("Location"), answer.text); got != honest || b.digest() != world {
					var res struct {
						Do      string
						Message wording.Message
					}
					require.NoError(t, json.Unmarshal([]byte(answer.text), &res), "%s at %s: %s", what, entry, answer.text)
					require.Equal(t, "show", res.Do, "%s at %s has an effect: %s\n%s\ninstead of\n%s", what, entry, answer.text, b.digest(), world)
					require.Equal(t, before, now, "%s at %s was refused and has an effect", what, entry)
					cell = "refused: " + string(res.Message.Code)
				}
				assert.NotContains(t, answer.text, "evil", what)
				cells[what] = setCell(cells[what], entry, cell)
			})
		}
	}
	for entry, calls := range hostTampers {
		for what, call := range calls {
			underWay(t, func(b *bench, w *under) {
				before := b.digest()
				res, err := call(b, w)
				var cell string
				switch {
				case err != nil && faults(err) != "":
					cell = "refused: " + faults(err)
				case err != nil:
					cell = "refused: " + string(stripesecure.CodeOf(err))
				case res.Do == stripesecure.Show:
					cell = "refused: " + string(res.Message.Code)
				default:
					cell = "no effect"
				}
				require.Equal(t, before, b.digest(), "%s at %s has an effect", what, entry)
				cells[what] = setCell(cells[what], entry, cell)
			})
		}
	}
	golden(t, tamperGolden, matrix(cells))
}

func setCell(row map[string]string, entry, cell string) map[string]string {
	if row == nil {
		row = map[string]string{}
	}
	row[entry] = cell
	return row
}

// hostTampers are the calls of a host that was fed with something forged. What a
// call does not take is not in the table: there is nothing to forge.
var hostTampers = map[string]map[string]func(b *bench, w *under) (stripesecure.Result, error){
	"Pay": {
		"amount": paying(func(_ *stripesecure.Cart, in *stripesecure.Input, _ *under) { in.Shown = stripesecure.JPY(1) }),
		"currency": paying(func(c *stripesecure.Cart, in *stripesecure.Input, _ *under) {
			in.Shown = c.Total
			in.Shown.Currency = "USD"
		}),
		"cart":        paying(func(c *stripesecure.Cart, _ *stripesecure.Input, _ *under) { c.ID = "cart-2" }),
		"checkout id": paying(func(c *stripesecure.Cart, _ *stripesecure.Input, _ *under) { c.ID = "#scan" }),
		"saved card": paying(func(c *stripesecure.Cart, in *stripesecure.Input, w *under) {
			c.Buyer.Member, in.Token, in.SavedCard = "", "", w.othersCard
		}),
		"PaymentIntent":   paying(func(_ *stripesecure.Cart, in *stripesecure.Input, w *under) { in.Token = w.intent }),
		"return URL":      paying(func(c *stripesecure.Cart, _ *stripesecure.Input, _ *under) { c.ReturnURL = "https://evil.example/" }),
		"redirect_status": paying(func(_ *stripesecure.Cart, in *stripesecure.Input, _ *under) { in.Token, in.Tab = "", "forged.tab" }),
	},
	"Resume": {
		"cart":        resuming(func(c *stripesecure.Cart) { c.ID = "cart-2" }),
		"buyer":       resuming(func(c *stripesecure.Cart) { c.Buyer.Member = "m-2" }),
		"checkout id": resuming(func(c *stripesecure.Cart) { c.ID = "cart-1.1" }),
		"return URL":  resuming(func(c *stripesecure.Cart) { c.ReturnURL = "//evil.example" }),
	},
	"OrderPlaced": {
		"amount":        placingWith("cart-2.1", "R-cart-2.1", 1, "JPY"),
		"currency":      placingWith("cart-2.1", "R-cart-2.1", 1200, "USD"),
		"cart":          placingWith("cart-2.1", "R-other", 1200, "JPY"),
		"checkout id":   placingWith("cart-1.2", "R-other", 1200, "JPY"),
		"PaymentIntent": placingWith("pi_other", "R-other", 1200, "JPY"),
	},
	"OrderRefused": {
		"cart":          refusing("cart-2.1", "R-other"),
		"checkout id":   refusing("cart-1.2", ""),
		"PaymentIntent": refusing("pi_other", ""),
	},
	"Capture": {
		"amount":        capturing("cart-2.1", stripesecure.JPY(1201)),
		"currency":      capturing("cart-2.1", stripesecure.FromMinor(1200, "USD")),
		"checkout id":   capturing("cart-9.1", stripesecure.Money{}),
		"PaymentIntent": capturing("pi_other", stripesecure.Money{}),
	},
	"Refund": {
		"amount":        refunding("cart-2.1", stripesecure.JPY(1201)),
		"currency":      refunding("cart-2.1", stripesecure.FromMinor(1200, "USD")),
		"checkout id":   refunding("cart-9.1", stripesecure.Money{}),
		"PaymentIntent": refunding("pi_other", stripesecure.Money{}),
	},
}

func paying(forge func(*stripesecure.Cart, *stripesecure.Input, *under)) func(*bench, *under) (stripesecure.Result, error) {
	return func(b *bench, w *under) (stripesecure.Result, error) {
		cart, in := b.cart("cart-1"), stripesecure.Input{Token: w.token}
		forge(&cart, &in, w)
		return b.plugin.Pay(b.Context(), cart, in)
	}
}

func resuming(forge func(*stripesecure.Cart)) func(*bench, *under) (stripesecure.Result, error) {
	return func(b *bench, _ *under) (stripesecure.Result, error) {
		cart := b.cart("cart-1")
		forge(&cart)
		return b.plugin.Resume(b.Context(), cart)
	}
}

func placingWith(id stripesecure.PaymentID, ref string, minor int64, currency string) func(*bench, *under) (stripesecure.Result, error) {
	return func(b *bench, _ *under) (stripesecure.Result, error) {
		return b.plugin.OrderPlaced(b.Context(), id, stripesecure.Order{Ref: ref, Total: stripesecure.FromMinor(minor, currency)})
	}
}

func refusing(id stripesecure.PaymentID, ref string) func(*bench, *under) (stripesecure.Result, error) {
	return func(b *bench, _ *under) (stripesecure.Result, error) {
		return b.plugin.OrderRefused(b.Context(), id, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: ref})
	}
}

func capturing(id stripesecure.PaymentID, amount stripesecure.Money) func(*bench, *under) (stripesecure.Result, error) {
	return func(b *bench, _ *under) (stripesecure.Result, error) {
		_, err := b.plugin.Capture(b.Context(), id, amount)
		return stripesecure.Result{}, err
	}
}

func refunding(id stripesecure.PaymentID, amount stripesecure.Money) func(*bench, *under) (stripesecure.Result, error) {
	return func(b *bench, _ *under) (stripesecure.Result, error) {
		_, err := b.plugin.Refund(b.Context(), id, stripesecure.Refund{ID: "op-1", Amount: amount})
		return stripesecure.Result{}, err
	}
}

// matrix draws the table: what is forged down, the entries across.
func matrix(cells map[string]map[string]string) string {
	entries := append(slices.Sorted(maps.Keys(hostTampers)), slices.Sorted(maps.Keys(routes))...)
	var text strings.Builder
	text.WriteString("| forged | " + strings.Join(entries, " | ") + " |\n|" + strings.Repeat("---|", len(entries)+1) + "\n")
	for _, what := range slices.Sorted(maps.Keys(tampers)) {
		text.WriteString("| " + what + " |")
		for _, entry := range entries {
			cell := cells[what][entry]
			if cell == "" {
				cell = "·"
			}
			text.WriteString(" " + cell + " |")
		}
		text.WriteString("\n")
	}
	return text.String()
}

// golden compares a generated file with the committed one; STRIPESECURE_UPDATE=1
// writes it.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if os.Getenv("STRIPESECURE_UPDATE") != "" {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), text, "STRIPESECURE_UPDATE=1 writes it; read the difference")
}

// What is not there and what is somebody else's are answered alike, byte by byte.
func TestTamper_notThereAndNotYours(t *testing.T) {
	strip := func(r reply) string {
		return regexp.MustCompile(`id\d+`).ReplaceAllString(fmt.Sprint(r.StatusCode, r.Header, r.text), "id")
	}
	underWay(t, func(b *bench, w *under) {
		card := func(id string) string {
			cart := b.cart("cart-4")
			cart.Buyer.Member = "m-1"
			res, err := b.plugin.Pay(b.Context(), cart, stripesecure.Input{SavedCard: id})
			require.NoError(t, err)
			<-time.After(time.Second)
			text, err := json.Marshal(res)
			require.NoError(t, err)
			return regexp.MustCompile(`"tab":"[^"]*"`).ReplaceAllString(string(text), "")
		}
		yours, nobodys := card(w.othersCard), card("pm_doesNotExist")
		assert.Equal(t, yours, nobodys)
		assert.Contains(t, yours, wording.SavedCardUnavailable)
		assert.Equal(t, b.plugin.RemoveCard(b.Context(), "m-1", w.othersCard), b.plugin.RemoveCard(b.Context(), "m-1", "pm_doesNotExist"))
		require.ErrorIs(t, b.plugin.RemoveCard(b.Context(), "m-1", w.othersCard), stripesecure.ErrNotFound)

		// Handles: forged, of another kind, of another shop, and of a checkout that is not there.
		other := b.options
		other.ShopID = "shop2"
		neighbour, err := stripesecure.New(other)
		require.NoError(t, err)
		theirs, err := neighbour.Pay(b.Context(), b.cart("cart-1"), stripesecure.Input{})
		require.NoError(t, err)
		theirPage := strings.TrimPrefix(theirs.URL, "https://shop.example")
		forged := strip(b.do("/stripesecure/page/forged.handle", asJSON, nil))
		for _, path := range []string{theirPage, strings.Replace(w.back, "/return/", "/page/", 1), w.page + "x", w.page[:len(w.page)-3]} {
			assert.Equal(t, forged, strip(b.do(path, asJSON, nil)), path)
			assert.Equal(t, forged, strip(b.do(path, asJSON, token(w.token))), path)
		}
		assert.Equal(t, strip(b.do("/stripesecure/return/forged.handle", asJSON, nil)), strip(b.do(strings.Replace(w.page, "/page/", "/return/", 1), asJSON, nil)))

		// Payments of another shop in the same store, and of nobody.
		for _, id := range []stripesecure.PaymentID{"cart-2.1", "cart-9.1", "cart-2.7", "pi_1", "", "#scan.1"} {
			_, err := neighbour.Payment(b.Context(), id)
			require.Error(t, err, id)
			assert.Equal(t, "stripesecure: Payment: not_found", err.Error())
			_, err = neighbour.Capture(b.Context(), id, stripesecure.Money{})
			assert.Equal(t, "stripesecure: Capture: not_found", fmt.Sprint(err), id)
			_, err = neighbour.Refund(b.Context(), id, stripesecure.Refund{ID: "op"})
			assert.Equal(t, "stripesecure: Refund: not_found", fmt.Sprint(err), id)
		}
		// Carts: no cookie, and the cookie of nobody, as the host's Carts tells them.
		assert.Equal(t, strip(b.do("/stripesecure/pay", asJSON, token(w.token), "Cookie", "x=1")), strip(b.do("/stripesecure/pay", asJSON, token(w.token), "Cookie", "")))
	})
}
