package stripesecure_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// cardNumbers as people write them, of every brand.
var cardNumbers = []string{
	"4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "４２４２４２４２４２４２４２４２", "４２４２　４２４２　４２４２　４２４２",
	"5555555555554444", "2223003122003222", "378282246310005", "3782 822463 10005", "3566002020360505", "3530111333300000",
	"36227206271667", "6011111111111117", "6200000000000005", "6205500000000000004",
}

// ways are the inputs of the public API that take text.
var ways = map[string]func(c *stripesecure.Cart, in *stripesecure.Input, text string){
	"cart.buyer.name":    func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Buyer.Name = "山田 " + s },
	"cart.buyer.email":   func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Buyer.Email = s + "@example.com" },
	"cart.buyer.phone":   func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Buyer.Phone = s },
	"cart.buyer.member":  func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Buyer.Member = s },
	"cart.buyer.session": func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Buyer.Session = s },
	"cart.buyer.ip":      func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Buyer.IP = s },
	"cart.id":            func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.ID = stripesecure.CheckoutID(s) },
	"cart.country":       func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Country = s },
	"cart.language":      func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Language = wording.Language(s) },
	"cart.snapshot": func(c *stripesecure.Cart, _ *stripesecure.Input, s string) {
		c.Snapshot = []byte(`{"note":"` + s + `"}`)
	},
	"cart.return_url": func(c *stripesecure.Cart, _ *stripesecure.Input, s string) {
		c.ReturnURL = "https://shop.example/back?x=" + url.QueryEscape(s)
	},
	"cart.tab":         func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Tab = s },
	"cart.total":       func(c *stripesecure.Cart, _ *stripesecure.Input, s string) { c.Total.Currency = s },
	"input.token":      func(_ *stripesecure.Cart, in *stripesecure.Input, s string) { in.Token = "ctoken_" + s },
	"input.saved_card": func(_ *stripesecure.Cart, in *stripesecure.Input, s string) { in.Token, in.SavedCard = "", "pm_"+s },
	"input.tab":        func(_ *stripesecure.Cart, in *stripesecure.Input, s string) { in.Tab = s },
	"input.challenge":  func(_ *stripesecure.Cart, in *stripesecure.Input, s string) { in.Challenge = s },
	"input.shown":      func(_ *stripesecure.Cart, in *stripesecure.Input, s string) { in.Shown.Currency = s },
}

// LC-27: a card number in any field of Pay, Resume and Offer is refused before
// anything is stored or sent, and the error does not repeat it.
func TestCardNumbers_refusedAtTheDoor_LC27(t *testing.T) {
	with(t, nil, func(b *bench) {
		for field, put := range ways {
			for _, number := range cardNumbers {
				cart, in := b.cart("cart-1"), stripesecure.Input{Token: "ctoken_1"}
				put(&cart, &in, number)
				_, err := b.plugin.Pay(b.Context(), cart, in)
				require.ErrorIs(b, err, stripesecure.ErrInvalid, "%s %s", field, number)
				assert.Regexp(b, field+` (card_number|malformed|unknown|unknown_currency)`, faults(err), number)
				assert.NotRegexp(b, `\d{4}`, err.Error())
				if !strings.HasPrefix(field, "input.") {
					_, err = b.plugin.Resume(b.Context(), cart)
					require.ErrorIs(b, err, stripesecure.ErrInvalid, "%s %s", field, number)
					_, err = b.plugin.Offer(b.Context(), cart)
					require.ErrorIs(b, err, stripesecure.ErrInvalid, "%s %s", field, number)
				}
			}
		}
		assert.Zero(b, b.store.Writes())
		assert.Empty(b, b.stripe.Calls())
		cart := b.cart("cart-1")
		cart.Buyer.Name = visa
		_, err := b.plugin.Pay(b.Context(), cart, stripesecure.Input{})
		var e *stripesecure.Error
		require.ErrorAs(b, err, &e)
		assert.Equal(b, wording.CardNumberMisplaced, e.Message(wording.Japanese).Code, "the buyer is told what to do")

		for _, field := range []string{"cart.id", "cart.buyer.member", "cart.buyer.session"} {
			cart, in := b.cart("cart-1"), stripesecure.Input{}
			ways[field](&cart, &in, visa)
			_, err := b.plugin.Pay(b.Context(), cart, in)
			require.ErrorAs(b, err, &e)
			assert.Equal(b, field+" card_number", faults(err))
			assert.Equal(b, wording.MethodUnavailable, e.Message(wording.English).Code, "the buyer has typed nothing wrong")
			cart.Buyer.Name = visa
			_, err = b.plugin.Pay(b.Context(), cart, in)
			require.ErrorAs(b, err, &e)
			assert.Equal(b, wording.CardNumberMisplaced, e.Message(wording.English).Code)
		}
	})
}

func TestCardNumbers_inForms_LC27(t *testing.T) {
	withShop(t, placing, func(b *bench) {
		res := b.submit(b.cart("cart-2"), stripesecure.Input{})
		page := strings.TrimPrefix(res.URL, "https://shop.example")
		writes := b.store.Writes()
		for _, path := range []string{"/stripesecure/pay", "/stripesecure/resume", page, page + "/resume"} {
			for _, number := range cardNumbers {
				for _, field := range []string{"stripesecure_token", "stripesecure_card", "stripesecure_tab", "stripesecure_amount", "comment", "cardnumber"} {
					form := token("ctoken_1")
					form.Add(field, number)
					for kind, body := range encodings(form) {
						answer := b.post(path, kind, body)
						require.Equal(b, http.StatusUnprocessableEntity, answer.StatusCode, "%s %s %s %s", path, kind, field, number)
						require.Contains(b, answer.text, "card_number_misplaced")
						require.NotContains(b, answer.text, number)
					}
				}
			}
		}
		assert.Empty(b, b.stripe.Calls())
		assert.Equal(b, writes, b.store.Writes())
		assert.NotRegexp(b, `4242|0505|10005`, b.log.String())
		assert.Contains(b, b.log.String(), `"answer":"invalid","faults":"input card_number"`, "the host can see why")
	})
}

// encodings of one form: as browsers and scripts send it.
func encodings(form url.Values) map[string]string {
	var parts bytes.Buffer
	w := multipart.NewWriter(&parts)
	object := map[string]string{}
	for name, values := range form {
		for _, value := range values {
			_ = w.WriteField(name, value)
			object[name] = value
		}
	}
	_ = w.Close()
	text, _ := json.Marshal(object)
	return map[string]string{
		"application/x-www-form-urlencoded": form.Encode(), w.FormDataContentType(): parts.String(), "application/json": string(text),
	}
}

func (b *bench) post(path, kind, body string) reply {
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "https://shop.example"+path, strings.NewReader(body))
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", kind)
	r.AddCookie(&http.Cookie{Name: "cart", Value: "cart-1"})
	w := httptest.NewRecorder()
	b.handler().ServeHTTP(w, r)
	return reply{w.Result(), w.Body.String()}
}

// What shops really have in these fields is not refused: three thousand of each.
func TestCardNumbers_ordinaryValuesPass(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + rnd.IntN(10)))
		}
		return b.String()
	}
	jan := func() string {
		s := []string{"45", "49"}[rnd.IntN(2)] + digits(10)
		sum := 0
		for i := range 12 {
			sum += int(s[i]-'0') * (1 + i%2*2)
		}
		return s + fmt.Sprint((10-sum%10)%10)
	}
	corporate := func() string {
		s := digits(12)
		sum := 0
		for i := range 12 {
			sum += int(s[11-i]-'0') * (1 + i%2)
		}
		return fmt.Sprint(9-sum%9) + s
	}
	at := func() time.Time { return time.Unix(1_600_000_000+rnd.Int64N(600_000_000), rnd.Int64N(1e9)).UTC() }
	values := map[string]struct {
		fields string
		make   func() string
	}{
		"JAN code":             {"id member snapshot name", jan},
		"法人番号":                 {"id member snapshot name", corporate},
		"登録番号":                 {"member snapshot name", func() string { return "T" + corporate() }},
		"phone":                {"phone snapshot name", func() string { return "0" + digits(9) }},
		"mobile phone":         {"phone snapshot name", func() string { return "090-" + digits(4) + "-" + digits(4) }},
		"phone of a country":   {"phone name", func() string { return "+" + fmt.Sprint(1+rnd.IntN(9)) + digits(10+rnd.IntN(4)) }},
		"without the plus":     {"phone", func() string { return []string{"49", "44", "33", "61"}[rnd.IntN(4)] + digits(11) }},
		"order of 13 digits":   {"id member session snapshot", func() string { return digits(13) }},
		"date with a counter":  {"id member session snapshot", func() string { return at().Format("20060102") + digits(8) }},
		"date and time":        {"id member session snapshot name", func() string { return at().Format("20060102150405") }},
		"milliseconds":         {"id member session snapshot", func() string { return fmt.Sprint(at().UnixMilli()) }},
		"microseconds":         {"id member session snapshot", func() string { return fmt.Sprint(at().UnixMicro()) }},
		"nanoseconds":          {"id member session snapshot", func() string { return fmt.Sprint(at().UnixNano()) }},
		"counter":              {"id member session snapshot", func() string { return fmt.Sprint(rnd.IntN(1e9)) }},
		"with a letter before": {"id member session snapshot", func() string { return "m" + digits(16) }},
		"UUID": {"id member session snapshot", func() string {
			h := fmt.Sprintf("%016x%016x", rnd.Uint64(), rnd.Uint64())
			return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
		}},
		"marketplace order": {"id member session snapshot", func() string { return digits(3) + "-" + digits(7) + "-" + digits(7) }},
		"shop order":        {"id member session snapshot", func() string { return digits(6) + "-" + at().Format("20060102") + "-" + digits(10) }},
		"tracking number":   {"snapshot name", func() string { return digits(12) }},
		"postal code":       {"name snapshot", func() string { return digits(3) + "-" + digits(4) }},
		// One in 1,800 has digits only, and is a random number of 16 digits then.
		"hexadecimal": {"session snapshot", func() string {
			for {
				if id := fmt.Sprintf("%x", rnd.Uint64()); strings.ContainsAny(id, "abcdef") {
					return id
				}
			}
		}},
	}
	p := newBench(t, nil).plugin
	for name, v := range values {
		for range stripesecure.Some(3000) {
			s := v.make()
			cart := (&bench{}).cart("cart-1")
			for field := range strings.FieldsSeq(v.fields) {
				put := ways["cart."+field]
				if put == nil {
					put = ways["cart.buyer."+field]
				}
				put(&cart, nil, s)
			}
			_, err := p.Offer(t.Context(), cart)
			require.NoError(t, err, "%s %s", name, s)
		}
	}
}

// The ref of an order that exists is never refused: that would leave its money.
func TestCardNumbers_refsOfOrdersPass(t *testing.T) {
	with(t, nil, func(b *bench) {
		b.refs = true
		paid := b.pay(b.cart("cart-1"), visa)
		res, err := b.plugin.OrderPlaced(b.Context(), paid.Payment.ID, stripesecure.Order{Ref: "4539148803436467", Total: stripesecure.JPY(1200)})
		require.NoError(b, err)
		assert.True(b, res.Payment.Paid())
	})
}

func TestCardNumbers_elsewhere(t *testing.T) {
	with(t, func(o *stripesecure.Options, _ *settings.Settings) {
		o.Hooks = []stripesecure.Hooks{{Describe: describeWithCard}}
	}, func(b *bench) {
		paid := b.pay(b.cart("cart-1"), visa)
		assert.Empty(b, b.stripe.Intents()[0].Metadata["note"])
		assert.Equal(b, "kept", b.stripe.Intents()[0].Metadata["other"])
		assert.Empty(b, b.stripe.Intents()[0].Description)
		_, err := b.plugin.OrderRefused(b.Context(), paid.Payment.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"湯呑 " + visa}})
		assert.Equal(b, "refusal.items card_number", faults(err))
		_, err = b.plugin.Refund(b.Context(), paid.Payment.ID, stripesecure.Refund{ID: "r-1", Note: "card " + visa})
		assert.Equal(b, "refund.note card_number", faults(err))
	})
	with(t, placing, func(b *bench) {
		b.host.refusal = &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"湯呑 " + visa}}
		res := b.pay(b.cart("cart-1"), visa)
		assert.Equal(b, wording.OutOfStock, res.Message.Code, "the hold is released all the same")
		assert.NotContains(b, res.Message.Text, visa)
	})
}

func describeWithCard(_ context.Context, _ stripesecure.Cart, d *stripesecure.Description) error {
	d.Text, d.Metadata = "card "+visa, map[string]string{"note": visa, "other": "kept"}
	return nil
}

// recorder keeps every byte that leaves for Stripe.
type recorder struct {
	http.RoundTripper
	mu   sync.Mutex
	sent strings.Builder
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	r.mu.Lock()
	fmt.Fprintln(&r.sent, req.Method, req.URL, string(body))
	for name, values := range req.Header {
		if name != "Authorization" { // Stripe's own field for the key
			fmt.Fprintln(&r.sent, name, values)
		}
	}
	r.mu.Unlock()
	return r.RoundTripper.RoundTrip(req)
}

// Canaries: card numbers and secrets in every input and every header, then
// everything that was stored, logged, answered, told to the host or sent is searched.
func TestCanaries_SEC(t *testing.T) {
	const pan, cvc = "4539148803436467", "canaryCVC737"
	secrets := []string{stripetest.TestSecretKey, stripetest.WebhookSecret, oldSecret, strings.Repeat("k", 32), pan, "4539 1488 0343 6467", cvc}
	var out recorder
	withShop(t, both(placing, both(webhooks, func(o *stripesecure.Options, _ *settings.Settings) {
		out.RoundTripper = o.Transport
		o.Transport = &out
	})), func(b *bench) {
		var seen strings.Builder
		note := func(err error, values ...any) { fmt.Fprintf(&seen, "%v %+v\n", err, values) }
		answers := func(r reply) {
			fmt.Fprintln(&seen, r.Header)
			b.stripeSecrets(r, &seen)
		}
		for field, put := range ways {
			cart, in := b.cart("cart-9"), stripesecure.Input{Token: "ctoken_1"}
			put(&cart, &in, pan)
			res, err := b.plugin.Pay(b.Context(), cart, in)
			note(err, field, res)
			res, err = b.plugin.Resume(b.Context(), cart)
			note(err, field, res)
		}
		headers := []string{"Stripe-Signature", pan, "Referer", "https://shop.example/?card=" + pan, "User-Agent", pan, "Origin", pan,
			"X-Forwarded-For", pan, "Accept-Language", pan, "X-Card", pan, "Authorization", "Bearer " + pan}
		form := token(b.stripe.Token(threeDS))
		form.Set("cvc", cvc)
		for _, path := range []string{"/pay?card=" + pan, "/resume?card=" + pan, "/return/" + pan, "/page/" + pan, "/webhook?x=" + pan, "/assets/" + pan, "/" + pan} {
			answers(b.do("/stripesecure"+path, asJSON, form, headers...))
			answers(b.do("/stripesecure"+path, asHTML, nil, headers...))
		}
		// A whole purchase with 3-D Secure, a webhook with a card number in it, the sweep.
		answers(b.do("/stripesecure/pay", asJSON, form))
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		body := `{"id":"evt_1","type":"payment_intent.amount_capturable_updated","livemode":false,"data":{"object":{"object":"payment_intent","id":"` +
			b.stripe.Intents()[0].ID + `","description":"` + pan + `","metadata":{"card":"` + pan + `"}}}}`
		require.Equal(b, 200, b.hook(body, stripetest.Signature(time.Now(), []byte(body), stripetest.WebhookSecret)))
		require.Equal(b, 400, b.hook(body, pan))
		answers(b.do("/stripesecure/resume", asHTML, nil))
		b.sweeps(2 * time.Hour)
		require.Len(b, b.host.orders, 1)

		rows, err := b.store.List(b.Context(), "shop", "", "", 10000)
		require.NoError(b, err)
		require.NotEmpty(b, rows)
		for _, row := range rows {
			fmt.Fprintln(&seen, row.Checkout, string(row.Body))
		}
		fmt.Fprintf(&seen, "%+v\n", b.host.told)
		for place, text := range map[string]string{"store, errors, answers, host": seen.String(), "log": b.log.String(), "Stripe": out.sent.String()} {
			require.NotEmpty(b, text, place)
			for _, secret := range secrets {
				assert.NotContains(b, text, secret, place)
			}
		}
		for _, pi := range b.stripe.Intents() {
			assert.NotContains(b, seen.String()+b.log.String()+out.sent.String(), pi.ClientSecret, "a client secret leaves in the JSON of its Result only")
		}
	})
}

// stripeSecrets notes an answer's body without what only this answer may hold: the
// client secret of a Result.
func (b *bench) stripeSecrets(r reply, seen *strings.Builder) {
	text := r.text
	for _, pi := range b.stripe.Intents() {
		if strings.Contains(text, `"do":"handle_action"`) && r.Header.Get("Cache-Control") == "no-store" {
			text = strings.ReplaceAll(text, `"client_secret":"`+pi.ClientSecret+`"`, "")
		}
	}
	fmt.Fprintln(seen, text)
}

// LC-27: clerks type too.
func TestCardNumbers_ofClerks_LC27(t *testing.T) {
	with(t, nil, func(b *bench) {
		p := b.captured("cart-1")
		b.stripe.ForgetCalls()
		for _, refund := range []stripesecure.Refund{{ID: visa}, {ID: "op", Note: "of 4242-4242-4242-4242"}} {
			_, err := b.plugin.Refund(b.Context(), p.ID, refund)
			require.ErrorIs(b, err, stripesecure.ErrInvalid)
			assert.Regexp(b, `refund\.(id|note) card_number`, faults(err))
			assert.NotContains(b, err.Error(), "4242")
		}
		_, err := b.plugin.SubmitEvidence(b.Context(), p.ID, "dp_1", stripesecure.Evidence{Text: "paid with " + visa})
		require.ErrorIs(b, err, stripesecure.ErrInvalid)
		assert.Contains(b, faults(err), "evidence.uncategorized_text card_number")
		_, err = b.plugin.SubmitEvidence(b.Context(), p.ID, "dp_1", stripesecure.Evidence{ShippingTracking: visa})
		require.ErrorIs(b, err, stripesecure.ErrNotFound, "a parcel's number may look so; there is no such dispute")
		assert.Empty(b, b.stripe.Calls())
	})
}
