package stripetest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func TestFaults(t *testing.T) {
	const create = "POST /v1/payment_intents"
	for _, c := range []struct {
		name   string
		fault  stripetest.Fault
		status int // 0: the connection breaks
		code   string
		made   int
	}{
		{"lose request", stripetest.LoseRequest, 0, "", 0},
		{"lose answer", stripetest.LoseAnswer, 0, "", 1},
		{"conflict", stripetest.Conflict, 409, "idempotency_key_in_use", 0},
		{"rate limit", stripetest.RateLimit, 429, "rate_limit", 0},
		{"lock timeout", stripetest.LockTimeout, 429, "lock_timeout", 0},
		{"server error", stripetest.ServerError, 500, "", 0},
		{"server error after work", stripetest.ServerErrorAfterWork, 500, "", 1},
		{"bad gateway", stripetest.BadGateway, 502, "", 0},
		{"bad gateway after work", stripetest.BadGatewayAfterWork, 502, "", 1},
		{"not JSON", stripetest.NotJSON, 200, "", 1},
		{"cut JSON", stripetest.CutJSON, 200, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stripetest.New()
			script := s.Fail(create, c.fault)
			r, err := try(s, create, plain, key("k"))
			if c.status == 0 {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
				assert.Equal(t, c.status, r.status)
				assert.Equal(t, c.code, r.code())
			}
			assert.Len(t, s.Intents(), c.made)
			assert.Equal(t, 1, script.Hits())

			again := send(t, s, create, plain, key("k")) // the script is spent
			assert.Len(t, s.Intents(), max(1, c.made)-boolInt(c.name == "server error"))
			if c.made == 1 {
				assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
			}
		})
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestTheNthCall(t *testing.T) {
	s := stripetest.New()
	s.Fail("POST /v1/customers", stripetest.RateLimit).Nth(2).Times(2)
	var got []int
	for range 5 {
		got = append(got, send(t, s, "POST /v1/customers", "").status)
	}
	assert.Equal(t, []int{200, 429, 429, 200, 200}, got)
	s.Fail("POST /v1/payment_intents/*/capture", stripetest.LockTimeout).Where(func(c stripetest.Call) bool {
		return c.Form["amount_to_capture"] == "7"
	})
	id := pay(t, s, "4242424242424242", "").id()
	assert.Equal(t, 429, send(t, s, "POST /v1/payment_intents/"+id+"/capture", "amount_to_capture=7").status)
}

func TestAHeldRequestArrivesLater(t *testing.T) {
	s := stripetest.New()
	held := s.Hold("POST /v1/payment_intents")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", "https://api.stripe.com/v1/payment_intents", strings.NewReader(plain))
		req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := s.Client().Do(req)
		if err == nil {
			res.Body.Close()
		}
		done <- err
	}()
	<-held.Caught()
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	assert.Empty(t, s.Intents())
	held.Release()
	assert.Len(t, s.Intents(), 1)
	held.Release() // twice is once
	assert.Len(t, s.Intents(), 1)
}

func TestTimeoutsInsideABubble(t *testing.T) {
	for name, c := range map[string]struct {
		fault stripetest.Fault
		made  int // once the client has given up
		later int // ten minutes later
	}{
		"hanging request": {stripetest.HangRequest, 0, 0},
		"hanging answer":  {stripetest.HangAnswer, 1, 1},
		"slow":            {stripetest.Slow(time.Minute), 0, 1},
		"late":            {stripetest.Late(time.Minute), 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := stripetest.New()
				s.Fail("POST *", c.fault)
				client := s.Client()
				client.Timeout = 20 * time.Second
				start := time.Now()
				req, _ := http.NewRequestWithContext(t.Context(), "POST", "https://api.stripe.com/v1/payment_intents", strings.NewReader(plain))
				req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				_, err := client.Do(req)
				var timeout interface{ Timeout() bool }
				require.True(t, errors.As(err, &timeout) && timeout.Timeout(), "%v", err)
				assert.Equal(t, 20*time.Second, time.Since(start))
				assert.Len(t, s.Intents(), c.made)
				time.Sleep(10 * time.Minute)
				assert.Len(t, s.Intents(), c.later)
			})
		})
	}
}

func TestASlowCallIsAnsweredInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stripetest.New()
		s.Fail("POST *", stripetest.Slow(3*time.Second))
		start := time.Now()
		assert.Equal(t, 200, send(t, s, "POST /v1/payment_intents", plain).status)
		assert.Equal(t, 3*time.Second, time.Since(start))
		assert.Len(t, s.Intents(), 1)
	})
}

func TestFaultsOverASocket(t *testing.T) {
	s := stripetest.New()
	address := s.Server(t)
	post := func() error {
		req, _ := http.NewRequestWithContext(t.Context(), "POST", address+"/v1/payment_intents", strings.NewReader(plain))
		req.Header.Set("Authorization", "Bearer "+stripetest.TestSecretKey)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Idempotency-Key", "k") // Go's transport would send it again by itself
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = readAll(res)
		return err
	}
	require.NoError(t, post())
	s.ForgetCalls()
	s.Fail("POST *", stripetest.LoseAnswer).Times(2)
	require.Error(t, post())
	require.Error(t, post())
	assert.Len(t, s.Calls(), 2)
	require.NoError(t, post())
}
