package stripesecure

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79/webhook"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// signedEvent is an event as Stripe posts it, which is indented: 3 to 6 KB.
type signedEvent struct {
	kind, header string
	body         []byte
	at           time.Time
	settings     settings.Settings
	signer       signer
}

func signedEvents(tb testing.TB) []signedEvent {
	tb.Helper()
	stripe := stripetest.New(stripetest.WithSeed(1))
	own := signer{"shop", [][]byte{bytes.Repeat([]byte("k"), 32)}}
	stripe.AddIntent(stripetest.PaymentIntent{
		Amount: 1200, Currency: "jpy", Status: stripetest.StatusSucceeded, Description: "Order R-1001",
		Metadata: map[string]string{
			"order_id": "R-1001", "stripesecure_shop": "shop", "stripesecure_checkout": "cart-1", "stripesecure_payment": "cart-1.1",
			"stripesecure_attempt": "a-1", "stripesecure_version": Version, "stripesecure_signature": own.metadata("cart-1", "a-1"),
		},
	})
	s := settings.Default()
	s.Test.WebhookSecrets = []settings.Secret{settings.NewSecret(stripetest.WebhookSecret)}
	var all []signedEvent
	for _, event := range stripe.Events("payment_intent.succeeded", "charge.succeeded", "charge.captured") {
		var body bytes.Buffer
		require.NoError(tb, json.Indent(&body, event.JSON(), "", "  "))
		at := time.Now()
		all = append(all, signedEvent{event.Type, stripetest.Signature(at, body.Bytes(), stripetest.WebhookSecret), body.Bytes(), at, s, own})
	}
	require.NotEmpty(tb, all)
	return all
}

func (e signedEvent) ours(tb testing.TB) {
	if _, why := verifyEvent(e.settings, e.body, e.header, e.at); why != nil {
		tb.Fatal(why.reason)
	}
	if ev, err := stripeapi.ReadEvent(e.body, e.signer.verifyMetadata); err != nil || ev.Kind != e.kind || ev.Intent == "" || ev.Foreign {
		tb.Fatal(ev, err)
	}
}

func (e signedEvent) theirs(tb testing.TB) {
	if _, err := webhook.ConstructEvent(e.body, e.header, stripetest.WebhookSecret); err != nil {
		tb.Fatal(err)
	}
}

// A fifth of the allocations of stripe-go's.
func TestWebhookAllocations(t *testing.T) {
	for _, e := range signedEvents(t) {
		ours := testing.AllocsPerRun(100, func() { e.ours(t) })
		theirs := testing.AllocsPerRun(100, func() { e.theirs(t) })
		t.Logf("%s, %d bytes: %.0f allocations, stripe-go %.0f", e.kind, len(e.body), ours, theirs)
		if len(e.body) > 3000 { // a smaller one has less to leave out
			assert.LessOrEqual(t, 5*ours, theirs)
		}
	}
}

// Verifying and reading an event, against stripe-go's webhook.ConstructEvent.
// The two take turns, so that a busy machine slows down both:
//
//	go test -run '^$' -bench Webhook ./stripesecure
func BenchmarkWebhook(b *testing.B) {
	for _, e := range signedEvents(b) {
		b.Run(e.kind, func(b *testing.B) {
			const turn = 100
			var our, their time.Duration
			for b.Loop() {
				start := time.Now()
				for range turn {
					e.ours(b)
				}
				middle := time.Now()
				for range turn {
					e.theirs(b)
				}
				our, their = our+middle.Sub(start), their+time.Since(middle)
			}
			n := float64(b.N) * turn
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(len(e.body)), "bytes")
			b.ReportMetric(float64(our.Microseconds())/n, "µs")
			b.ReportMetric(float64(their.Microseconds())/n, "stripe-go-µs")
			b.ReportMetric(their.Seconds()/our.Seconds(), "times")
		})
	}
}
