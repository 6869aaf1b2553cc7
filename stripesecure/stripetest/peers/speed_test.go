package peers_test

import (
	"bytes"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// payments makes payments in three calls each: create, confirm, capture.
type payments struct {
	http   http.RoundTripper
	base   string
	answer bytes.Buffer
}

func (p *payments) post(tb testing.TB, path, form string) []byte {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, p.base+path, strings.NewReader(form))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := p.http.RoundTrip(r)
	if err != nil {
		tb.Fatal(err)
	}
	p.answer.Reset()
	if _, err := p.answer.ReadFrom(res.Body); err != nil {
		tb.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		tb.Fatalf("%s: %d %v\n%s", path, res.StatusCode, err, &p.answer)
	}
	return p.answer.Bytes()
}

var create = url.Values{
	"amount": {"1200"}, "currency": {"jpy"}, "capture_method": {"manual"}, "payment_method_types[0]": {"card"},
	"description": {"Order 1001"}, "metadata[checkout_id]": {"c_1001"}, "metadata[attempt]": {"1"},
}.Encode()

// pay makes n payments, one call after the other.
func (p *payments) pay(tb testing.TB, n int) {
	tb.Helper()
	for range n {
		_, id, _ := bytes.Cut(p.post(tb, "/v1/payment_intents", create), []byte(`"id":`))
		id, _, _ = bytes.Cut(id, []byte(`,`))
		intent := "/v1/payment_intents/" + strings.Trim(string(id), ` "`)
		p.post(tb, intent+"/confirm", "payment_method=pm_card_visa&return_url=https%3A%2F%2Fshop.example%2Fback")
		p.post(tb, intent+"/capture", "amount_to_capture=1200")
	}
}

// inProcess is stripetest as a transport.
func inProcess() *payments {
	return &payments{http: stripetest.New().Transport(), base: "https://api.stripe.com"}
}

// overLoopback is the program stripe-mock on a socket of the loopback interface.
func overLoopback(tb testing.TB) *payments {
	tb.Helper()
	program, err := exec.CommandContext(tb.Context(), "go", "tool", "-n", "stripe-mock").Output()
	if err != nil {
		tb.Fatalf("cannot build stripe-mock: %v", err)
	}
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	mock := exec.CommandContext(tb.Context(), strings.TrimSpace(string(program)), "-http-addr", addr) // what it prints goes nowhere
	if err := mock.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = mock.Process.Kill(); _ = mock.Wait() })
	p := &payments{http: &http.Transport{}, base: "http://" + addr}
	p.awaits(tb)
	return p
}

// awaits returns when the server answers.
func (p *payments) awaits(tb testing.TB) {
	tb.Helper()
	for ticks := time.NewTicker(20 * time.Millisecond); ; <-ticks.C {
		r, _ := http.NewRequestWithContext(tb.Context(), http.MethodGet, p.base, nil)
		if res, err := p.http.RoundTrip(r); err == nil {
			res.Body.Close()
			return
		} else if tb.Context().Err() != nil {
			tb.Fatal(err)
		}
	}
}

// The two take turns, a hundred payments each, so that a busy machine slows down
// both:
//
//	go test -run xxx -bench Payment -benchtime 20x ./stripesecure/stripetest/peers
func BenchmarkPayment(b *testing.B) {
	const turn, calls = 100, 3
	ours, theirs := inProcess(), overLoopback(b)
	var our, their time.Duration
	for b.Loop() {
		start := time.Now()
		ours.pay(b, turn)
		middle := time.Now()
		theirs.pay(b, turn)
		our += middle.Sub(start)
		their += time.Since(middle)
	}
	made := float64(turn * calls * b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(made/our.Seconds(), "stripetest-calls/s")
	b.ReportMetric(made/their.Seconds(), "stripe-mock-calls/s")
	b.ReportMetric(their.Seconds()/our.Seconds(), "times")
}

// BenchmarkInProcess is the half of BenchmarkPayment that is ours, for a profile.
func BenchmarkInProcess(b *testing.B) {
	p := inProcess()
	b.ReportAllocs()
	for b.Loop() {
		p.pay(b, 1)
	}
}
