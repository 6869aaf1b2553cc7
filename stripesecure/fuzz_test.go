package stripesecure

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/wording"
)

// FuzzReadInput: whatever a browser sends, what comes out may be given to Pay, and
// holds no card number.
func FuzzReadInput(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", []byte("stripesecure_token=ctoken_1&stripesecure_amount=1200&stripesecure_currency=JPY"))
	f.Add("application/json", []byte(`{"stripesecure_token":"ctoken_1","stripesecure_card":"pm_4242424242424242"}`))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"stripesecure_card\"\r\n\r\npm_1\r\n--x--\r\n"))
	f.Add("application/json", []byte(`{"stripesecure_token":"sk_`+`test_stripetestNotARealKey0001","stripesecure_amount":"x"}`)) // made looks at the error
	f.Add("text/plain; =", []byte("4242 4242 4242 4242"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		in, err := ReadInput(r)
		if err != nil {
			require.Equal(t, CodeInvalid, CodeOf(err))
			require.Equal(t, Input{}, in)
			return
		}
		require.Empty(t, in.check())
		require.False(t, wording.HasCardNumber(in.Token+"\n\n"+in.SavedCard+"\n\n"+in.Tab+"\n\n"+in.Challenge, 13))
	})
}

// FuzzHandle: only what we have signed is taken, for what it was signed.
func FuzzHandle(f *testing.F) {
	s := signer{"shop", [][]byte{bytes.Repeat([]byte("k"), 32)}}
	now := time.Unix(1_700_000_000, 0).UTC()
	h := handle{kind: handlePage, checkout: "cart-1", attempt: 1, expires: now.Add(time.Hour)}
	good := s.sign(h)
	f.Add(handlePage, good)
	f.Add(handleReturn, good)
	f.Add(handlePage, strings.Replace(good, ".", "..", 1))
	f.Add(handlePage, good+"=")
	f.Fuzz(func(t *testing.T, kind, raw string) {
		got, ok := s.verify(kind, raw, now)
		if ok {
			require.Equal(t, h, got)
			require.Equal(t, handlePage, kind)
		}
	})
}

// FuzzReturnURL: an address that is taken leads to the shop, for Go and for what
// browsers make of it.
func FuzzReturnURL(f *testing.F) {
	base, err := url.Parse("https://shop.example/s")
	require.NoError(f, err)
	for _, raw := range []string{"https://shop.example/s/back", "//evil.example", "https://shop.example\\@evil.example", "https://shop.example/s/../x", "https:/shop.example/s"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if !below(base, raw) {
			return
		}
		require.True(t, strings.HasPrefix(strings.ToLower(raw), "https://shop.example"), raw)
		rest := raw[len("https://shop.example"):]
		require.Regexp(t, `^/s([/?#]|$)`, rest)
		require.NotContains(t, raw, "\\")
	})
}

// FuzzPaymentID: what is taken is written back the same.
func FuzzPaymentID(f *testing.F) {
	for _, id := range []string{"cart-1.1", "cart-1.01", ".1", "a.b.2", "x.99999999999999999999", "#scan.1"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if checkout, gen, ok := PaymentID(raw).split(); ok {
			require.Equal(t, PaymentID(raw), paymentID(string(checkout), gen))
			require.NotContains(t, raw, reserved)
		}
	})
}

// FuzzContentSecurity: no host directive opens a policy or breaks out of its own.
func FuzzContentSecurity(f *testing.F) {
	p := &Plugin{opts: Options{StripeJS: "https://js.stripe.com/v3/"}}
	f.Add("", "img-src https://cdn.example; font-src 'self'")
	f.Add("0123456789abcdef", "script-src 'Unsafe-Inline'")
	f.Add("0123456789abcdef'; script-src *", "x,y")
	f.Fuzz(func(t *testing.T, nonce, own string) {
		csp, err := p.ContentSecurity(nonce, own)
		if err != nil {
			require.Empty(t, csp)
			return
		}
		lower := strings.ToLower(csp)
		require.NotContains(t, lower, "'unsafe-")
		require.NotContains(t, csp, ",")
		require.NotContains(t, csp, "\n")
		require.Equal(t, 1, strings.Count("; "+lower, "; script-src "), csp)
	})
}

// FuzzAddress: what is counted is a network, never an address of our own side.
func FuzzAddress(f *testing.F) {
	for _, ip := range []string{"203.0.113.7", "[2001:db8::1]:443", "::ffff:10.0.0.1", "fe80::1%eth0", "1.2.3", "0x7f.1"} {
		f.Add(ip)
	}
	f.Fuzz(func(t *testing.T, ip string) {
		if prefix := addressPrefix(ip); prefix != "" {
			require.Regexp(t, `^[0-9.]+/24$|^[0-9a-f:]+/56$`, prefix)
			require.NotRegexp(t, `^(10|127|0)\.`, prefix)
		}
	})
}

// FuzzCardNumber: what the rule for ids finds, the rule for typed text finds too.
func FuzzCardNumber(f *testing.F) {
	for _, text := range []string{"4242424242424242", "x 4242 4242 4242 4242", "４２４２-４２４２４２４２-４２４２", "+4242424242424", "4901234567894"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) && madeCard(text) && !strings.ContainsAny(text, "+＋") {
			require.True(t, typedCard(text), text)
		}
	})
}

// FuzzLimitRow: a row of the limiter that somebody has spoilt is made anew.
func FuzzLimitRow(f *testing.F) {
	f.Add([]byte(`{"e":{"a":{"g":1,"t":[{"a":1}]},"b":null}}`))
	f.Add([]byte(`{"e":{"a":{"g":-1,"h":-9223372036854775808,"t":null}}}`))
	f.Add([]byte(`{"m":{"x":[1,2],"28333333":[9,9]}}`))
	now := time.Unix(1_700_000_000, 0).UTC()
	f.Fuzz(func(t *testing.T, body []byte) {
		store := NewMemory()
		p := &Plugin{
			opts:  Options{Store: store, ShopID: "shop", Now: func() time.Time { return now }, Limits: TryLimits{}.withDefaults()}.WithDefaults(),
			alarm: &alarm{},
		}
		for _, name := range []string{limitRow + "aaa", shopLimitRow} {
			require.NoError(t, store.Put(t.Context(), Row{Shop: "shop", Checkout: name, Body: body}))
		}
		_, shard, err := p.limitShard(t.Context(), "aaa")
		require.NoError(t, err)
		require.LessOrEqual(t, len(shard.Entries), maxEntries)
		p.alarm.count(t.Context(), p, 1, 1)
		p.alarm.on(t.Context(), p)
	})
}
