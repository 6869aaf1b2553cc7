package stripesecure_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// canned answers the calls of a guest's checkout with the bytes that stripetest
// gave to one such checkout; only ids and metadata are those of the request. It
// costs the same whoever asks.
type canned struct {
	customer, created, captured template

	mu      sync.Mutex
	made    int
	intents map[string]map[string]string
}

// template is an answer, cut at what differs from checkout to checkout: every
// second part is a name.
type template []string

func (t template) with(values map[string]string) []byte {
	var b bytes.Buffer
	b.Grow(4 << 10)
	for i, part := range t {
		if i%2 == 1 {
			part = values[part]
		}
		b.WriteString(part)
	}
	return b.Bytes()
}

var differs = []string{"stripesecure_checkout", "stripesecure_payment", "stripesecure_attempt", "stripesecure_signature"}

// newCanned makes one checkout at stripetest and keeps its answers.
func newCanned(tb testing.TB) *canned {
	tb.Helper()
	c, s := &canned{intents: map[string]map[string]string{}}, stripetest.New()
	p := costPlugin(tb, s.Transport(), stripesecure.NewMemory())
	checkout(tb, p, "checkout-zero", s.Token(visa))
	calls := s.Calls()
	if len(calls) != 3 {
		tb.Fatalf("a guest's checkout is %d calls, not three", len(calls))
	}
	marks := map[string]string{}
	for _, name := range differs {
		marks[calls[1].Form["metadata["+name+"]"]] = name
	}
	marks[s.Intents()[0].ID], marks[s.Customers()[0].ID] = "intent", "customer"
	alternatives := make([]string, 0, len(marks))
	for mark := range marks {
		alternatives = append(alternatives, regexp.QuoteMeta(mark))
	}
	slices.SortFunc(alternatives, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	cut := regexp.MustCompile(strings.Join(alternatives, "|"))
	for i, t := range []*template{&c.customer, &c.created, &c.captured} {
		answer, last := string(calls[i].Answer), 0
		for _, at := range cut.FindAllStringIndex(answer, -1) {
			*t = append(*t, answer[last:at[0]], marks[answer[at[0]:at[1]]])
			last = at[1]
		}
		*t = append(*t, answer[last:])
	}
	return c
}

// RoundTrip implements http.RoundTripper.
func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	form, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, values := c.customer, map[string]string{"customer": "cus_000000000001"}
	if strings.HasSuffix(r.URL.Path, "/capture") {
		answer, values = c.captured, c.intents[strings.Split(r.URL.Path, "/")[3]]
	} else {
		for _, name := range differs {
			_, value, _ := bytes.Cut(form, []byte("metadata["+name+"]="))
			value, _, _ = bytes.Cut(value, []byte("&"))
			values[name] = string(value)
		}
	}
	if strings.HasSuffix(r.URL.Path, "/payment_intents") {
		c.made++
		answer, values["intent"] = c.created, fmt.Sprintf("pi_%012d", c.made)
		c.intents[values["intent"]] = values
	}
	body := answer.with(values)
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Request-Id": {"req_1"}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

func costPlugin(tb testing.TB, transport http.RoundTripper, store stripesecure.Store) *stripesecure.Plugin {
	tb.Helper()
	p, err := stripesecure.New(stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "shop", Host: newFakeHost(), Store: store, Settings: settings.Fixed(plugintest.Settings()),
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Transport: transport,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// checkout of a guest: Pay, an order of the host's that costs nothing, OrderPlaced
// with the capture.
func checkout(tb testing.TB, p *stripesecure.Plugin, id, token string) {
	tb.Helper()
	ctx := context.Background()
	res, err := p.Pay(ctx, guestCart(stripesecure.CheckoutID(id)), stripesecure.Input{Token: token})
	if err != nil || res.Do != stripesecure.PlaceOrder {
		tb.Fatalf("Pay %s: %v, %v", id, res.Do, err)
	}
	res, err = p.OrderPlaced(ctx, res.Payment.ID, stripesecure.Order{Ref: "R-" + id, Total: stripesecure.JPY(1200)})
	if err != nil || res.Payment.State != stripesecure.StateCaptured {
		tb.Fatalf("OrderPlaced %s: %v, %v", id, res.Payment.State, err)
	}
}

// rawClient is stripe-go as its documentation shows it.
func rawClient(transport http.RoundTripper) *client.API {
	return client.New(stripetest.TestSecretKey, &stripe.Backends{API: stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		HTTPClient: &http.Client{Transport: transport}, LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})})
}

// rawCheckout is the same three calls with the same parameters by stripe-go, with
// no store, no host and no promise.
func rawCheckout(tb testing.TB, api *client.API, id, token string) {
	tb.Helper()
	expand := stripe.StringSlice([]string{"latest_charge", "review"})
	customer, err := api.Customers.New(&stripe.CustomerParams{
		Params: stripe.Params{IdempotencyKey: stripe.String("customer " + id)},
		Name:   stripe.String("山田 花子"), Email: stripe.String("hanako@example.com"), Description: stripe.String("Guest, checkout " + id),
		Metadata: map[string]string{"stripesecure_checkout": id, "stripesecure_shop": "shop", "stripesecure_version": "0.1.0"},
	})
	must(tb, err)
	intent, err := api.PaymentIntents.New(&stripe.PaymentIntentParams{
		Params: stripe.Params{IdempotencyKey: stripe.String("intent " + id)}, Expand: expand,
		Metadata: map[string]string{
			"stripesecure_checkout": id, "stripesecure_payment": id + ".1", "stripesecure_attempt": "5K7LTLZCI5G53UQGOB32L2MBZ2",
			"stripesecure_signature": "c06f714eefa608e51e3c66951c30ac0a", "stripesecure_shop": "shop", "stripesecure_version": "0.1.0",
		},
		Amount: stripe.Int64(1200), Currency: stripe.String("jpy"), Customer: stripe.String(customer.ID),
		CaptureMethod: stripe.String("manual"), Confirm: stripe.Bool(true), ConfirmationToken: stripe.String(token),
		Description: stripe.String("Checkout " + id), UseStripeSDK: stripe.Bool(true),
		PaymentMethodTypes: []*string{stripe.String("card")}, ReturnURL: stripe.String("https://shop.example/stripesecure/return/1"),
		PaymentMethodOptions: &stripe.PaymentIntentPaymentMethodOptionsParams{
			Card: &stripe.PaymentIntentPaymentMethodOptionsCardParams{RequestThreeDSecure: stripe.String("automatic")},
		},
	})
	must(tb, err)
	intent, err = api.PaymentIntents.Capture(intent.ID, &stripe.PaymentIntentCaptureParams{
		Params: stripe.Params{IdempotencyKey: stripe.String("capture " + id)}, Expand: expand,
		Metadata: map[string]string{"order_id": "R-" + id},
	})
	if err != nil || intent.Status != stripe.PaymentIntentStatusSucceeded {
		tb.Fatal(intent, err)
	}
}

// spent is what something cost.
type spent struct{ ns, allocs, bytes float64 }

func cost(n int, f func(i int)) spent {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	for i := range n {
		f(i)
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	each := float64(n)
	return spent{float64(took) / each, float64(after.Mallocs-before.Mallocs) / each, float64(after.TotalAlloc-before.TotalAlloc) / each}
}

// BenchmarkCost_checkout compares a guest's checkout through the plugin, with the
// store in memory, with the three raw calls of stripe-go that it makes, over
// canned answers. They take turns; the figures are medians of forty pairs.
//
//	go test -run '^$' -bench Cost ./stripesecure
func BenchmarkCost_checkout(b *testing.B) {
	const pairs, turn = 40, 200
	answers := newCanned(b)
	var sides [2][pairs]spent
	for b.Loop() {
		for pair := range pairs {
			p, api := costPlugin(b, answers, stripesecure.NewMemory()), rawClient(answers)
			sides[0][pair] = cost(turn, func(i int) { checkout(b, p, fmt.Sprint("cart-", i), "ctoken_1") })
			sides[1][pair] = cost(turn, func(i int) { rawCheckout(b, api, fmt.Sprint("cart-", i), "ctoken_1") })
		}
	}
	middle := func(of func(ours, raw spent) float64) float64 {
		values := make([]float64, pairs)
		for i := range values {
			values[i] = of(sides[0][i], sides[1][i])
		}
		slices.Sort(values)
		return values[pairs/2]
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(func(ours, _ spent) float64 { return ours.ns / 1e3 }), "µs/checkout")
	b.ReportMetric(middle(func(_, raw spent) float64 { return raw.ns / 1e3 }), "µs/raw")
	b.ReportMetric(middle(func(ours, raw spent) float64 { return ours.ns / raw.ns }), "×time")
	b.ReportMetric(middle(func(ours, _ spent) float64 { return ours.allocs }), "allocs/checkout")
	b.ReportMetric(middle(func(_, raw spent) float64 { return raw.allocs }), "allocs/raw")
	b.ReportMetric(middle(func(ours, raw spent) float64 { return ours.allocs / raw.allocs }), "×allocs")
	b.ReportMetric(middle(func(ours, raw spent) float64 { return ours.bytes / raw.bytes }), "×bytes")
}

// BenchmarkCost_calls is what the calls of a host cost one by one.
func BenchmarkCost_calls(b *testing.B) {
	ctx, n := b.Context(), 0
	p := costPlugin(b, newCanned(b), stripesecure.NewMemory())
	next := func() (stripesecure.Cart, stripesecure.PaymentID) {
		n++
		cart := guestCart(stripesecure.CheckoutID(fmt.Sprint("cart-", n)))
		return cart, stripesecure.PaymentID(cart.ID + ".1")
	}
	pay := func() stripesecure.PaymentID {
		cart, id := next()
		_, err := p.Pay(ctx, cart, stripesecure.Input{Token: "ctoken_1"})
		must(b, err)
		return id
	}
	place := func(id stripesecure.PaymentID) {
		_, err := p.OrderPlaced(ctx, id, stripesecure.Order{Ref: string("R-" + id), Total: stripesecure.JPY(1200)})
		must(b, err)
	}
	held, placed := pay(), pay()
	place(placed)
	for name, call := range map[string]func(){
		"Offer": func() { cart, _ := next(); _, err := p.Offer(ctx, cart); must(b, err) },
		"Pay":   func() { pay() },
		"Resume": func() {
			_, err := p.Resume(ctx, guestCart(stripesecure.CheckoutID(strings.TrimSuffix(string(held), ".1"))))
			must(b, err)
		},
		"Payment":            func() { _, err := p.Payment(ctx, placed); must(b, err) },
		"OrderPlaced, again": func() { place(placed) },
		"Timeline":           func() { _, err := p.Timeline(ctx, placed); must(b, err) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call()
			}
		})
	}
}

// BenchmarkCost_parallel is whole checkouts on every core at once, by one plugin.
func BenchmarkCost_parallel(b *testing.B) {
	p := costPlugin(b, newCanned(b), stripesecure.NewMemory())
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			checkout(b, p, fmt.Sprint("cart-", n.Add(1)), "ctoken_1")
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checkouts/s")
}

// BenchmarkCost_idle is what a plugin holds that nobody uses, and what making it costs.
func BenchmarkCost_idle(b *testing.B) {
	store, transport := stripesecure.NewMemory(), newCanned(b)
	plugins := make([]*stripesecure.Plugin, 1000)
	var before, after runtime.MemStats
	for b.Loop() {
		clear(plugins)
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range plugins {
			plugins[i] = costPlugin(b, transport, store)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(plugins)), "µs/plugin")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(plugins)), "bytes/plugin")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(plugins)
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
