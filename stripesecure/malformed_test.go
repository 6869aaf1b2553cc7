package stripesecure_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// malformed is a webhook that must not be taken: its signature is not ours, or it
// is ours and the body is no event.
type malformed struct{ name, body, signature string }

// malformedWebhooks are 12,000 of them, from a fixed seed.
func malformedWebhooks(valid string, now time.Time) []malformed {
	rnd := rand.New(rand.NewPCG(20240620, 7))
	all := make([]malformed, 0, 12000)
	for len(all) < 6000 {
		m := forgedSignature(rnd, valid, now)
		if m.signature != stripetest.Signature(now, []byte(m.body), stripetest.WebhookSecret) {
			all = append(all, m)
		}
	}
	for len(all) < 12000 {
		m := brokenBody(rnd, valid)
		if !isEvent(m.body) {
			m.signature = stripetest.Signature(now, []byte(m.body), stripetest.WebhookSecret)
			all = append(all, m)
		}
	}
	return all
}

// isEvent: JSON, an object with an id and a type.
func isEvent(body string) bool {
	var top map[string]any
	if json.Unmarshal([]byte(body), &top) != nil {
		return false
	}
	id, _ := top["id"].(string)
	kind, _ := top["type"].(string)
	return id != "" && kind != ""
}

func pick[T any](rnd *rand.Rand, from ...T) T { return from[rnd.IntN(len(from))] }

func noise(rnd *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.IntN(256))
	}
	return string(b)
}

func spoil(rnd *rand.Rand, text string) string {
	b := []byte(text)
	for range 1 + rnd.IntN(4) {
		switch at := rnd.IntN(len(b)); rnd.IntN(4) {
		case 0:
			b[at] ^= 1 << rnd.IntN(8)
		case 1:
			b = slices.Delete(b, at, min(len(b), at+1+rnd.IntN(20)))
		case 2:
			b = slices.Insert(b, at, []byte(noise(rnd, 1+rnd.IntN(8)))...)
		case 3:
			b = b[:at]
		}
		if len(b) == 0 {
			return ""
		}
	}
	return string(b)
}

func forgedSignature(rnd *rand.Rand, valid string, now time.Time) malformed {
	good := stripetest.Signature(now, []byte(valid), stripetest.WebhookSecret)
	switch kind := rnd.IntN(9); kind {
	case 0:
		return malformed{"a spoilt header", valid, spoilHeader(rnd, good)}
	case 1:
		return malformed{"another secret", valid, stripetest.Signature(now, []byte(valid), "whsec_"+fmt.Sprintf("%032x", rnd.Uint64()))}
	case 2:
		return malformed{"too old", valid, stripetest.Signature(now.Add(-5*time.Minute-time.Duration(1+rnd.IntN(1e6))*time.Second), []byte(valid), stripetest.WebhookSecret)}
	case 3:
		return malformed{"from the future", valid, stripetest.Signature(now.Add(5*time.Minute+time.Duration(1+rnd.IntN(1e6))*time.Second), []byte(valid), stripetest.WebhookSecret)}
	case 4:
		return malformed{"another body", spoil(rnd, valid) + " ", good}
	case 5:
		return malformed{"noise", noise(rnd, rnd.IntN(2000)), noise(rnd, rnd.IntN(200))}
	case 6:
		return malformed{"many signatures", valid, fmt.Sprintf("t=%d", now.Unix()) + strings.Repeat(",v1="+strings.Repeat("0", 64), rnd.IntN(120))}
	case 7:
		return malformed{"another scheme", valid, strings.Replace(good, "v1=", pick(rnd, "v0=", "v2=", "V1=", "v1 =", "sha256="), 1)}
	}
	size := 1 << (10 + rnd.IntN(11)) // up to 1 MiB
	if rnd.IntN(50) > 0 {
		size = rnd.IntN(10000)
	}
	return malformed{"large", strings.Repeat("x", size), good}
}

// spoilHeader never gives back what says the same in another way.
func spoilHeader(rnd *rand.Rand, good string) string {
	t, v1, _ := strings.Cut(good, ",v1=")
	switch rnd.IntN(6) {
	case 0:
		return t
	case 1:
		return ",v1=" + v1
	case 2:
		return t + "," + t + ",v1=" + v1
	case 3:
		return "t=" + pick(rnd, "", "-1", "0", "1e9", "9223372036854775808", "0x5f5e100", "NaN", "١٢٣") + ",v1=" + v1
	case 4:
		at := rnd.IntN(len(v1))
		return t + ",v1=" + v1[:at] + pick(rnd, "", "z", " ", "%", "\x00") + v1[at+1:]
	}
	return t + ",v1=" + v1[:rnd.IntN(len(v1))]
}

func brokenBody(rnd *rand.Rand, valid string) malformed {
	wrong := func() string {
		return pick(rnd, "null", "true", "0", "-1e999", "[]", "{}", `""`, `["evt_1"]`, `{"id":"evt_1"}`, "1e1000000")
	}
	switch kind := rnd.IntN(10); kind {
	case 0:
		return malformed{"cut off", valid[:rnd.IntN(len(valid))], ""}
	case 1:
		return malformed{"spoilt", spoil(rnd, valid), ""}
	case 2:
		return malformed{"an id that is none", fmt.Sprintf(`{"id":%s,"type":"payment_intent.succeeded","livemode":false,"data":{"object":{}}}`, wrong()), ""}
	case 3:
		return malformed{"a type that is none", fmt.Sprintf(`{"id":"evt_1","type":%s,"livemode":false,"data":{"object":{}}}`, wrong()), ""}
	case 4:
		return malformed{"another value", wrong(), ""}
	case 5:
		deep := 1 + rnd.IntN(20000)
		return malformed{"deep", strings.Repeat(pick(rnd, "[", `{"data":`, `{"id":`), deep), ""}
	case 6:
		return malformed{"noise", noise(rnd, rnd.IntN(5000)), ""}
	case 7:
		return malformed{"two values", valid + pick(rnd, valid, "{}", "x", "\x00"), ""}
	case 8:
		return malformed{"not UTF-8", strings.Replace(valid, `"`, pick(rnd, "\xff\"", "\xef\xbb\xbf\"", "\x00\""), 1), ""}
	}
	n := 1 + rnd.IntN(2000)
	if rnd.IntN(50) == 0 {
		n = 100_000
	}
	return malformed{"long and no event", `{"data":{"object":{"id":"` + strings.Repeat("x", n) + `"}}}`, ""}
}

// validEvent is what the corpus is made from.
func (b *bench) validEvent() string {
	b.pay(b.cart("cart-1"), visa)
	return string(b.stripe.Events("payment_intent.amount_capturable_updated")[0].JSON())
}

// SIG-01 to SIG-09: none of 12,000 malformed webhooks is taken: no 2xx, nothing
// stored, nothing asked of Stripe. The benchmark of the same name says what they cost.
func TestMalformedWebhooks_SIG(t *testing.T) {
	with(t, webhooks, func(b *bench) {
		valid := b.validEvent()
		require.Equal(b, 200, b.hook(valid, stripetest.Signature(time.Now(), []byte(valid), stripetest.WebhookSecret)))
		writes, calls := b.store.Writes(), len(b.stripe.Calls())
		kinds := map[string]int{}
		handler := b.plugin.Handler()
		corpus := malformedWebhooks(valid, time.Now())
		for _, m := range corpus {
			kinds[m.name]++
			w := m.post(handler)
			require.Contains(b, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, w.Code, "%s\n%.500q\n%.500q", m.name, m.body, m.signature)
			require.Less(b, w.Body.Len(), 40, "the answer repeats nothing")
		}
		assert.Len(b, corpus, 12000)
		assert.Equal(b, writes, b.store.Writes())
		assert.Len(b, b.stripe.Calls(), calls)
		b.Logf("%d malformed webhooks, none taken: %v", len(corpus), kinds)
	})
}

func (m malformed) post(handler http.Handler) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://shop.example"+webhookPath, strings.NewReader(m.body))
	r.Header["Stripe-Signature"] = []string{m.signature}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// BenchmarkMalformedWebhooks posts the corpus; worst-ms is the dearest of it, each
// at its best of three.
func BenchmarkMalformedWebhooks(bm *testing.B) {
	b := newBench(&testing.T{}, webhooks)
	b.T = nil
	event := stripetest.New(stripetest.WithSeed(1))
	event.AddIntent(stripetest.PaymentIntent{Amount: 1200, Currency: "jpy", Status: stripetest.StatusSucceeded})
	valid := string(event.Events()[0].JSON())
	corpus := malformedWebhooks(valid, time.Now())
	handler := b.plugin.Handler()
	var worst time.Duration
	var dearest string
	for bm.Loop() {
		for _, m := range corpus {
			best := time.Hour
			for range 3 {
				began := time.Now()
				m.post(handler)
				best = min(best, time.Since(began))
			}
			if best > worst {
				worst, dearest = best, fmt.Sprintf("%s, %d bytes", m.name, len(m.body))
			}
		}
	}
	bm.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
	bm.ReportMetric(float64(bm.Elapsed().Nanoseconds())/float64(bm.N*len(corpus)*3), "ns/webhook")
	bm.Logf("the dearest: %s", dearest)
}
