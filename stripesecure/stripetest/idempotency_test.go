package stripetest_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// The rules of stripe-facts §1.4, one test each.

const plain = "amount=1200&currency=jpy&payment_method_types[]=card"

func TestReplayIsByteEqualWithItsHeaders(t *testing.T) {
	s := stripetest.New()
	first := send(t, s, "POST /v1/payment_intents", plain, key("k1"))
	send(t, s, "POST /v1/payment_intents/"+first.id(), "metadata[a]=b") // the replay does not see it
	again := send(t, s, "POST /v1/payment_intents", plain, key("k1"))

	assert.Equal(t, first.text, again.text)
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, first.header.Get("Request-Id"), again.header.Get("Original-Request"))
	assert.Equal(t, first.header.Get("Request-Id"), first.header.Get("Original-Request"))
	assert.NotEqual(t, first.header.Get("Request-Id"), again.header.Get("Request-Id"))
	assert.Equal(t, "k1", again.header.Get("Idempotency-Key"))
	assert.Empty(t, first.header.Get("Idempotent-Replayed"))
	assert.Len(t, s.Intents(), 1)
	assert.True(t, s.Calls()[2].Replayed)
}

func TestThirtyPostsAtOnceMakeOneObject(t *testing.T) {
	s := stripetest.New()
	token := s.Token("4242424242424242")
	var wg sync.WaitGroup
	texts := make([]string, 30)
	for i := range texts {
		wg.Go(func() {
			r, err := try(s, "POST /v1/payment_intents", plain+"&confirm=true&confirmation_token="+token, key("same"))
			if assert.NoError(t, err) {
				texts[i] = r.text
			}
		})
	}
	wg.Wait()
	require.Len(t, s.Intents(), 1)
	for _, text := range texts {
		assert.Equal(t, texts[0], text)
	}
}

func TestAKeyIsBoundToItsRequest(t *testing.T) {
	s := stripetest.New()
	send(t, s, "POST /v1/payment_intents", plain, key("k"))
	for _, other := range []reply{
		send(t, s, "POST /v1/payment_intents", plain+"&description=x", key("k")),
		send(t, s, "POST /v1/customers", plain, key("k")),
	} {
		assert.Equal(t, 400, other.status)
		assert.Equal(t, "idempotency_error", other.fault()["type"])
	}
	assert.Len(t, s.Intents(), 1)
}

func TestWhatIsStoredUnderAKey(t *testing.T) {
	t.Run("a decline is replayed", func(t *testing.T) {
		s := stripetest.New()
		form := plain + "&confirm=true&confirmation_token=" + s.Token("4000000000000002")
		first := send(t, s, "POST /v1/payment_intents", form, key("k"))
		again := send(t, s, "POST /v1/payment_intents", form, key("k"))
		assert.Equal(t, 402, first.status)
		assert.Equal(t, first.text, again.text)
		assert.Len(t, s.Charges(), 1)
	})
	t.Run("a 500 is replayed", func(t *testing.T) {
		s := stripetest.New()
		s.Fail("POST /v1/payment_intents", stripetest.ServerErrorAfterWork)
		first := send(t, s, "POST /v1/payment_intents", plain, key("k"))
		again := send(t, s, "POST /v1/payment_intents", plain, key("k"))
		assert.Equal(t, 500, first.status)
		assert.Equal(t, first.text, again.text)
		assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
		assert.Len(t, s.Intents(), 1)
	})
	t.Run("a refused parameter is not", func(t *testing.T) {
		s := stripetest.New()
		bad := send(t, s, "POST /v1/payment_intents", "amount=x&currency=jpy", key("k"))
		good := send(t, s, "POST /v1/payment_intents", plain, key("k"))
		assert.Equal(t, 400, bad.status)
		assert.Equal(t, 200, good.status)
	})
	t.Run("a 429 is not", func(t *testing.T) {
		s := stripetest.New()
		s.Fail("POST *", stripetest.RateLimit)
		assert.Equal(t, 429, send(t, s, "POST /v1/payment_intents", plain, key("k")).status)
		assert.Equal(t, 200, send(t, s, "POST /v1/payment_intents", plain, key("k")).status)
	})
}

func TestAKeyInUseIs409(t *testing.T) {
	s := stripetest.New()
	held := s.HoldInside("POST /v1/payment_intents")
	first := make(chan reply)
	go func() {
		r, err := try(s, "POST /v1/payment_intents", plain, key("k"))
		assert.NoError(t, err)
		first <- r
	}()
	<-held.Caught()
	second := send(t, s, "POST /v1/payment_intents", plain, key("k"))
	assert.Equal(t, 409, second.status)
	assert.Equal(t, "idempotency_key_in_use", second.code())
	held.Release()
	assert.Equal(t, 200, (<-first).status)
	assert.Equal(t, "true", send(t, s, "POST /v1/payment_intents", plain, key("k")).header.Get("Idempotent-Replayed"))
}

func TestAKeyIsNewAfterADay(t *testing.T) {
	s := stripetest.New()
	first := send(t, s, "POST /v1/payment_intents", plain, key("k"))
	s.Advance(24*time.Hour - time.Minute)
	assert.Equal(t, first.id(), send(t, s, "POST /v1/payment_intents", plain, key("k")).id())
	s.Advance(time.Minute)
	assert.NotEqual(t, first.id(), send(t, s, "POST /v1/payment_intents", plain, key("k")).id())
}

func TestAKeyMeansNothingToGetAndDelete(t *testing.T) {
	s := stripetest.New()
	id := send(t, s, "POST /v1/customers", "").id()
	for range 2 {
		r := send(t, s, "GET /v1/customers/"+id, "", key("k"))
		assert.Empty(t, r.header.Get("Idempotent-Replayed"))
		assert.Empty(t, r.header.Get("Stripe-Should-Retry"))
	}
	assert.Equal(t, 400, send(t, s, "POST /v1/customers", "", key(strings.Repeat("k", 256))).status)
}

func TestKeysOfTwoAccountsAreApart(t *testing.T) {
	s := stripetest.New()
	s.AddAccount(stripetest.AccountConfig{ID: "acct_other"})
	a := send(t, s, "POST /v1/customers", "", key("k"))
	b := send(t, s, "POST /v1/customers", "", key("k"), on("acct_other"))
	c := send(t, s, "POST /v1/customers", "", key("k"), as(stripetest.LiveSecretKey))
	assert.Len(t, map[string]bool{a.id(): true, b.id(): true, c.id(): true}, 3)
}
