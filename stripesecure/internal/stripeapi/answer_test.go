package stripeapi

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

type answering func(*http.Request) (status int, body string)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := a(r)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func client(status int, body string) Client {
	return NewBackend(Config{
		Transport: answering(func(*http.Request) (int, string) { return status, body }),
		Verify:    func(string, string, string, string) bool { return true },
	}).Client("sk_test_1", "")
}

// What cannot be read is unknown (rule 7): it is neither a refusal nor "not there".
func TestSend_whatCannotBeReadIsNoAnswer(t *testing.T) {
	create := checkout.Call{Kind: checkout.CreateIntent, Path: "/v1/payment_intents", Key: "k", Body: "amount=1"}
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"HTML":                        {200, "<html>"},
		"nothing":                     {200, ""},
		"null":                        {200, "null"},
		"another object":              {200, `{"status":"ok"}`},
		"a redirect":                  {302, "<html>moved</html>"},
		"an error page":               {402, "<html>"},
		"an error without an error":   {400, `{"message":"no"}`},
		"declined, the payment by id": {402, `{"error":{"type":"card_error","code":"card_declined","payment_intent":"pi_1"}}`},
		"declined, an odd payment":    {402, `{"error":{"type":"card_error","code":"card_declined","payment_intent":{"id":"pi_1","amount":"1"}}}`},
		"the id is no text":           {200, `{"id":1,"object":"payment_intent"}`},
		"an amount without end":       {200, `{"id":"pi_1","amount":99999999999999999999999999}`},
	} {
		ans := client(c.status, c.body).Send(context.Background(), create)
		assert.True(t, ans.NoAnswer, "%s: %+v", name, ans)
		assert.Nil(t, ans.Intent, name)
	}
	ans := client(402, `{"error":{"type":"card_error","code":"card_declined","decline_code":"lost_card",
		"payment_intent":{"id":"pi_1","customer":{"id":"cus_1"},"latest_charge":"ch_1","review":"prv_1","metadata":{"stripesecure_attempt":"a-1"}}}}`).
		Send(context.Background(), create)
	require.NotNil(t, ans.Intent)
	assert.Equal(t, "card_declined/lost_card", ans.Error)
	assert.Equal(t, "cus_1", ans.Intent.Customer)
	assert.Equal(t, "ch_1", ans.Intent.Seen.Charge)
	assert.Equal(t, "a-1", ans.Intent.Attempt)
}

// JSON that is no list says nothing of what is there.
func TestLists_whatIsNoListIsNoAnswer(t *testing.T) {
	ctx, now := context.Background(), time.Now()
	for _, body := range []string{`{}`, `{"status":"ok"}`, `{"object":"list","data":null}`, `null`} {
		c := client(200, body)
		_, err := c.FindAttempt(ctx, "cus_1", "a-1")
		assert.Error(t, err, body)
		_, _, err = c.Page(ctx, now.Add(-time.Hour), now, "")
		assert.Error(t, err, body)
		_, _, err = c.Events(ctx, nil, now.Add(-time.Hour), now, "")
		assert.Error(t, err, body)
	}
	one := `{"id":"pi_1","object":"payment_intent"}`
	c := NewBackend(Config{
		Transport: answering(func(r *http.Request) (int, string) {
			if strings.HasSuffix(r.URL.Path, "/pi_1") {
				return 200, one
			}
			return 200, `{}`
		}),
		Verify: func(string, string, string, string) bool { return true },
	}).Client("sk_test_1", "")
	_, err := c.Matters(ctx, "pi_1")
	assert.Error(t, err, "a refund is not missing because a page has none")
	found, err := client(200, `{"object":"list","data":[],"has_more":false}`).FindAttempt(ctx, "cus_1", "a-1")
	require.NoError(t, err)
	assert.Nil(t, found)
}
