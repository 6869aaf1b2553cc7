package stripesecure_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// badDay is a Stripe that answers everything alike from some moment on.
type badDay struct {
	stripe http.RoundTripper
	mu     sync.Mutex
	answer *badAnswer
	calls  int // about payments, not the pages of the second janitor
}

type badAnswer struct {
	status int // 0: the connection breaks
	fault  string
	reads  bool // GETs are answered, and refusals carry the PaymentIntent
}

func (d *badDay) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.answer == nil {
		return d.stripe.RoundTrip(r)
	}
	if r.URL.Query().Get("created[gte]") == "" {
		d.calls++
	}
	switch {
	case d.answer.status == 0:
		return nil, io.ErrUnexpectedEOF
	case d.answer.reads && r.Method == http.MethodGet:
		return d.stripe.RoundTrip(r)
	}
	intent := ""
	if parts := strings.Split(r.URL.Path, "/"); d.answer.reads && len(parts) > 3 && parts[2] == "payment_intents" {
		intent = `,"payment_intent":` + d.read(r, parts[3])
	}
	return &http.Response{
		StatusCode: d.answer.status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"error":{"message":"no",` + d.answer.fault + intent + `}}`)),
	}, nil
}

func (d *badDay) read(r *http.Request, intent string) string {
	get, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "https://api.stripe.com/v1/payment_intents/"+intent, nil)
	if err != nil {
		return "null"
	}
	get.Header.Set("Authorization", r.Header.Get("Authorization"))
	answer, err := d.stripe.RoundTrip(get)
	if err != nil {
		return "null"
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return string(body)
}

var badAnswers = map[string]badAnswer{
	"no answer": {},
	"400":       {status: 400, fault: `"type":"invalid_request_error","code":"parameter_invalid_integer"`},
	"400 state": {status: 400, fault: `"type":"invalid_request_error","code":"payment_intent_unexpected_state"`},
	"401":       {status: 401, fault: `"type":"invalid_request_error"`},
	"402":       {status: 402, fault: `"type":"card_error","code":"card_declined"`, reads: true},
	"404":       {status: 404, fault: `"type":"invalid_request_error","code":"resource_missing","param":"intent"`},
	"429":       {status: 429, fault: `"type":"invalid_request_error","code":"rate_limit"`},
}

// undecided are the states in which a checkout may stay, and how it gets there.
var undecided = map[string]func(*bench){
	"create in doubt": func(b *bench) {
		b.stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer).Always()
		b.pay(b.cart("cart-1"), visa)
	},
	"at the bank": func(b *bench) { b.pay(b.cart("cart-1"), threeDS) },
	"declined":    func(b *bench) { b.pay(b.cart("cart-1"), declined) },
	"confirm in doubt": func(b *bench) {
		b.pay(b.cart("cart-1"), declined)
		b.stripe.Fail("POST /v1/payment_intents/*/confirm", stripetest.LoseAnswer).Always()
		b.stripe.Fail("GET /v1/payment_intents/*", stripetest.BadGateway).Times(9)
		b.pay(b.cart("cart-1"), visa)
	},
	"offered": func(b *bench) { b.pay(b.cart("cart-1"), visa) },
	"placed": func(b *bench) {
		b.stripe.Fail("POST /v1/payment_intents/*", stripetest.LoseRequest).Times(9)
		b.place(b.pay(b.cart("cart-1"), visa).Payment)
	},
	"capture in doubt": func(b *bench) { b.underWay("capture") },
	"cancel in doubt":  func(b *bench) { b.underWay("void") },
	"refund in doubt":  func(b *bench) { b.underWay("refund") },
	"refund pending": func(b *bench) {
		p := b.place(b.pay(b.cart("cart-1"), "4000000000007726").Payment).Payment
		_, err := b.plugin.Capture(b.Context(), p.ID, all)
		require.NoError(b, err)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "op", Amount: yen(200)})
		require.NoError(b, err)
	},
	"disputed": func(b *bench) { b.underWay("dispute") },
	"hold is over": func(b *bench) {
		b.held("cart-1")
		<-time.After(31 * 24 * time.Hour)
	},
}

// However long Stripe refuses, and whatever it says: a row asks about every five
// minutes in the end, and the host is told what there is to tell once. What asks
// at once again uses up the rate limit of the buyers.
func TestPatience_hoursOfRefusals(t *testing.T) {
	hours := max(2, stripesecure.Some(8))
	for state, arrive := range undecided {
		for name, bad := range badAnswers {
			t.Run(state+", "+name, func(t *testing.T) {
				day := &badDay{}
				with(t, func(o *stripesecure.Options, _ *settings.Settings) { day.stripe, o.Transport = o.Transport, day }, func(b *bench) {
					arrive(b)
					day.answer = &bad
					told := len(b.host.told)
					b.sweeps(time.Duration(hours) * time.Hour)
					assert.LessOrEqual(b, day.calls, hours*12+35)
					assert.LessOrEqual(b, len(b.host.told)-told, 4)
				})
			})
		}
	}
}
