package stripetest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79/webhook"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// inbox is a webhook handler that verifies with stripe-go.
type inbox struct {
	mu     sync.Mutex
	secret string
	status int
	got    []string
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	e, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), i.secret)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	i.got = append(i.got, string(e.Type))
	if i.status != 0 {
		w.WriteHeader(i.status)
	}
}

func (i *inbox) types() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string{}, i.got...)
}

func TestDeliverToAHandler(t *testing.T) {
	s := stripetest.New()
	in := &inbox{secret: stripetest.WebhookSecret}
	pay(t, s, "4242424242424242", "")
	require.NoError(t, s.Deliver(t.Context(), in))
	assert.Equal(t, []string{"payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated"}, in.got)
	require.NoError(t, s.Deliver(t.Context(), in), "nothing new")
	assert.Len(t, in.got, 3)

	again := s.Events("charge.*")
	require.NoError(t, s.Deliver(t.Context(), in, again[0], again[0]))
	assert.Len(t, in.got, 5)

	in.secret = "whsec_other"
	err := s.Deliver(t.Context(), in, again[0])
	var refusedBy *stripetest.DeliveryError
	require.ErrorAs(t, err, &refusedBy)
	assert.Equal(t, 400, refusedBy.Status)
	s.SetWebhookSecrets("whsec_new", "whsec_other")
	require.NoError(t, s.Deliver(t.Context(), in, again[0]), "both secrets sign while one is rolled")
}

// An event that finds nobody says where it was sent.
func TestDeliver_toTheWrongPath(t *testing.T) {
	s := stripetest.New(frozen())
	pay(t, s, "4242424242424242", "")
	mux := http.NewServeMux()
	mux.HandleFunc("POST /pay/webhook", func(http.ResponseWriter, *http.Request) {})
	events := s.Events("charge.succeeded")
	require.NoError(t, s.DeliverTo(t.Context(), mux, "/pay/webhook", events...))
	require.ErrorContains(t, s.Deliver(t.Context(), mux, events...),
		"to /webhook was answered with 404: 404 page not found (is the webhook mounted elsewhere? DeliverTo takes the path)")
}

func TestEventsGoWrong(t *testing.T) {
	s := stripetest.New(frozen())
	in := &inbox{secret: stripetest.WebhookSecret}
	s.SetWebhookSecrets(stripetest.WebhookSecret)
	s.FailEvent("payment_intent.created", stripetest.DropEvent)
	s.FailEvent("charge.succeeded", stripetest.DuplicateEvent)
	s.FailEvent("payment_intent.*", stripetest.LateEvent(time.Minute)).Always()
	pay(t, s, "4242424242424242", "")
	collected := func() []string {
		in.got = nil
		_ = s.Deliver(t.Context(), recording(&in.got))
		return in.got
	}
	assert.Equal(t, []string{"charge.succeeded", "charge.succeeded"}, collected())
	s.Advance(time.Minute)
	assert.Equal(t, []string{"payment_intent.amount_capturable_updated"}, collected())
	assert.Len(t, s.Events(), 3, "all of them happened")
}

// recording notes the types of events, whatever their signature.
func recording(into *[]string) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), stripetest.WebhookSecret, webhook.ConstructEventOptions{IgnoreTolerance: true})
		if err == nil {
			*into = append(*into, string(e.Type))
		}
	})
}

func TestReorderedEventsAreRepeatable(t *testing.T) {
	run := func(seed uint64) []string {
		s := stripetest.New(frozen(), stripetest.WithSeed(seed))
		s.FailEvent("*", stripetest.ReorderEvents(time.Minute)).Always()
		pay(t, s, "4242424242424242", "")
		pay(t, s, "4242424242424242", "")
		s.Advance(time.Minute)
		var got []string
		require.NoError(t, s.Deliver(t.Context(), recording(&got)))
		return got
	}
	first, again := run(3), run(3)
	assert.Equal(t, first, again)
	assert.NotEqual(t, run(3), run(4))
}

func TestWebhookEndpoints(t *testing.T) {
	in := &inbox{}
	server := httptest.NewServer(in)
	defer server.Close()
	s := stripetest.New()
	made := send(t, s, "POST /v1/webhook_endpoints", "url="+server.URL+"&enabled_events[]=payment_intent.*&api_version=2024-06-20")
	in.secret, _ = made.body["secret"].(string)
	require.NotEmpty(t, in.secret)
	assert.NotContains(t, send(t, s, "GET /v1/webhook_endpoints/"+made.id(), "").body, "secret")

	pay(t, s, "4242424242424242", "")
	assert.EqualValues(t, 1, s.Events("payment_intent.created")[0].PendingWebhooks)
	require.NoError(t, s.Flush(t.Context()))
	assert.Equal(t, []string{"payment_intent.created", "payment_intent.amount_capturable_updated"}, in.types())
	assert.EqualValues(t, 0, s.Events("payment_intent.created")[0].PendingWebhooks)

	in.status = 500
	pay(t, s, "4000000000000002", "")
	require.Error(t, s.Flush(t.Context()))
	in.status = 0
	require.NoError(t, s.Flush(t.Context()), "not yet due again")
	before := len(in.types())
	require.True(t, s.RollWebhookSecret(made.id(), "whsec_rolled"))
	s.Advance(time.Hour)
	_ = s.Flush(t.Context()) // stripe-go refuses nothing: the timestamp is in its future
	assert.Len(t, in.types(), before+2)

	send(t, s, "POST /v1/webhook_endpoints/"+made.id(), "disabled=true")
	pay(t, s, "4242424242424242", "")
	require.NoError(t, s.Flush(t.Context()))
	assert.Len(t, in.types(), before+2)
	send(t, s, "DELETE /v1/webhook_endpoints/"+made.id(), "")
	assert.Equal(t, 404, send(t, s, "GET /v1/webhook_endpoints/"+made.id(), "").status)
	assert.Equal(t, 400, send(t, s, "POST /v1/webhook_endpoints", "url=ftp://x&enabled_events[]=*").status)
	for range 16 {
		send(t, s, "POST /v1/webhook_endpoints", "url=https://x.example&enabled_events[]=*")
	}
	assert.Equal(t, 400, send(t, s, "POST /v1/webhook_endpoints", "url=https://x.example&enabled_events[]=*").status)
}

func TestWebhooksAsTheyHappen(t *testing.T) {
	arrived := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Header.Get("Stripe-Signature") }))
	defer server.Close()
	s := stripetest.New()
	s.AddWebhook(server.URL, "whsec_mine", "customer.created")
	stop := s.StartWebhooks()
	send(t, s, "POST /v1/customers", "")
	assert.Contains(t, <-arrived, "v1=")
	stop()
}

func TestEventsAreListedForThirtyDays(t *testing.T) {
	s := stripetest.New()
	pay(t, s, "4242424242424242", "")
	r := send(t, s, "GET /v1/events", "types[]=charge.*")
	assert.Contains(t, r.text, "charge.succeeded")
	assert.NotContains(t, r.text, `"type":"payment_intent.created"`)
	assert.Equal(t, 400, send(t, s, "GET /v1/events", "type=a.b&types[]=c.d").status)
	e := s.Events()[0]
	assert.JSONEq(t, string(e.JSON()), send(t, s, "GET /v1/events/"+e.ID, "").text)
	assert.Equal(t, s.Intents()[0].ID, e.About())
	s.Advance(31 * 24 * time.Hour)
	assert.Empty(t, s.Events("payment_intent.created"))
}
