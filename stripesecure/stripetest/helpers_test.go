package stripetest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// reply is an answer of the API, raw.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (r reply) id() string { s, _ := r.body["id"].(string); return s }

// fault is the error object of an answer.
func (r reply) fault() map[string]any { m, _ := r.body["error"].(map[string]any); return m }

func (r reply) code() string { s, _ := r.fault()["code"].(string); return s }

// header is an option of send.
type header struct{ name, value string }

// send makes one raw call; form is "a=1&b=2".
func send(t testing.TB, s *stripetest.Stripe, call, form string, headers ...header) reply {
	t.Helper()
	r, err := try(s, call, form, headers...)
	require.NoError(t, err)
	return r
}

func try(s *stripetest.Stripe, call, form string, headers ...header) (reply, error) {
	method, path, _ := strings.Cut(call, " ")
	address, body := "https://api.stripe.com"+path, io.Reader(nil)
	values, err := url.ParseQuery(form)
	if err != nil {
		return reply{}, err
	}
	if method == http.MethodPost {
		body = strings.NewReader(values.Encode())
	} else if form != "" {
		address += "?" + values.Encode()
	}
	req, err := http.NewRequest(method, address, body)
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		req.Header.Set(h.name, h.value)
	}
	res, err := s.Client().Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}, err
	}
	out := reply{status: res.StatusCode, header: res.Header, text: string(raw)}
	_ = json.Unmarshal(raw, &out.body) // not JSON: some faults
	return out, nil
}

func key(k string) header   { return header{"Idempotency-Key", k} }
func as(k string) header    { return header{"Authorization", "Bearer " + k} }
func on(acct string) header { return header{"Stripe-Account", acct} }

// pay creates and confirms a held payment of 1,200 yen with a test card.
func pay(t testing.TB, s *stripetest.Stripe, card, more string, headers ...header) reply {
	t.Helper()
	form := "amount=1200&currency=jpy&confirm=true&payment_method_types[]=card&capture_method=manual&confirmation_token=" + s.Token(card)
	if more != "" {
		form += "&" + more
	}
	return send(t, s, "POST /v1/payment_intents", form, headers...)
}

func kinds(events []stripetest.Event) []string {
	out := []string{}
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}
