package stripetest_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// frozen is a clock that only Advance moves.
func frozen() stripetest.Option {
	start := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	return stripetest.WithClock(func() time.Time { return start })
}

func TestPages(t *testing.T) {
	s := stripetest.New()
	var ids []string
	for range 25 {
		ids = append([]string{s.AddCustomer(stripetest.Customer{})}, ids...) // newest first
	}
	names := func(r reply) (out []string, more bool) {
		require.Equal(t, 200, r.status, r.text)
		data, _ := r.body["data"].([]any)
		for _, o := range data {
			m, _ := o.(map[string]any)
			out = append(out, fmt.Sprint(m["id"]))
		}
		more, _ = r.body["has_more"].(bool)
		return out, more
	}
	got, more := names(send(t, s, "GET /v1/customers", ""))
	assert.Equal(t, ids[:10], got)
	assert.True(t, more)
	got, more = names(send(t, s, "GET /v1/customers", "limit=100&starting_after="+ids[9]))
	assert.Equal(t, ids[10:], got)
	assert.False(t, more)
	got, more = names(send(t, s, "GET /v1/customers", "limit=3&ending_before="+ids[9]))
	assert.Equal(t, ids[6:9], got)
	assert.True(t, more)
	got, more = names(send(t, s, "GET /v1/customers", "limit=9&ending_before="+ids[9]))
	assert.Equal(t, ids[:9], got)
	assert.False(t, more)
	for _, bad := range []string{"limit=0", "limit=101", "limit=x", "starting_after=cus_no", "starting_after=" + ids[0] + "&ending_before=" + ids[1]} {
		assert.GreaterOrEqual(t, send(t, s, "GET /v1/customers", bad).status, 400, bad)
	}

	sc := connect(s)
	n := 0
	it := sc.Customers.List(&stripe.CustomerListParams{})
	for it.Next() {
		n++
	}
	require.NoError(t, it.Err())
	assert.Equal(t, 25, n, "stripe-go pages through all")
}

func TestListsFilter(t *testing.T) {
	s := stripetest.New(frozen())
	a := s.AddCustomer(stripetest.Customer{Email: "A@example.com"})
	b := s.AddCustomer(stripetest.Customer{Email: "a@example.com"})
	start := s.Now().Unix()
	s.AddIntent(stripetest.PaymentIntent{Amount: 1, Currency: "jpy", Customer: a})
	s.Advance(10 * time.Second)
	s.AddIntent(stripetest.PaymentIntent{Amount: 2, Currency: "jpy", Customer: b})
	count := func(call, form string) int {
		r := send(t, s, call, form)
		data, _ := r.body["data"].([]any)
		return len(data)
	}
	assert.Equal(t, 1, count("GET /v1/customers", "email=a@example.com"), "exact and case-sensitive")
	assert.Equal(t, 1, count("GET /v1/payment_intents", "customer="+a))
	at := func(op string, n int64) string { return "created" + op + "=" + strconv.FormatInt(start+n, 10) }
	assert.Equal(t, 1, count("GET /v1/payment_intents", at("[gt]", 0)))
	assert.Equal(t, 2, count("GET /v1/payment_intents", at("[gte]", 0)))
	assert.Equal(t, 1, count("GET /v1/payment_intents", at("[lt]", 10)))
	assert.Equal(t, 1, count("GET /v1/payment_intents", at("[gte]", 5)+"&"+at("[lte]", 10)))
	assert.Equal(t, 1, count("GET /v1/payment_intents", at("", 10)))
	assert.Equal(t, 400, send(t, s, "GET /v1/payment_intents", "status=succeeded").status, "there is no such filter")
	assert.Equal(t, 400, send(t, s, "GET /v1/payment_intents", "created[after]=1").status)
}

func TestSearchLagsBehind(t *testing.T) {
	s := stripetest.New(frozen(), stripetest.WithSearchLag(30*time.Second))
	r := send(t, s, "POST /v1/payment_intents", plain+"&metadata[order]=7")
	hits := func(query string) int {
		got := send(t, s, "GET /v1/payment_intents/search", "query="+query)
		require.Equal(t, 200, got.status, got.text)
		data, _ := got.body["data"].([]any)
		return len(data)
	}
	assert.Equal(t, 0, hits(`metadata["order"]:"7"`), "not for reading after writing")
	s.Advance(30 * time.Second)
	assert.Equal(t, 1, hits(`metadata["order"]:"7"`))
	send(t, s, "POST /v1/payment_intents/"+r.id()+"/cancel", "")
	assert.Equal(t, 1, hits(`status:"requires_payment_method"`), "the index still has the old status")
	s.Advance(30 * time.Second)
	assert.Equal(t, 1, hits(`status:"canceled"`))
	for query, want := range map[string]int{
		`amount>1000 AND currency:"JPY"`: 1, `amount>=1201`: 0, `amount:1200 OR amount:1`: 1,
		`-status:"canceled"`: 0, `metadata["nothing"]:null`: 1, `-metadata["order"]:null`: 1, `amount<2000 status:'canceled'`: 1,
	} {
		assert.Equal(t, want, hits(query), query)
	}
	for _, bad := range []string{`amount`, `foo:"1"`, `amount>1 AND amount<3 OR amount:2`, `status~"can"`, `status>"a"`, `amount>1 AND`, `metadata:"x"`, `status:"x`} {
		assert.Equal(t, 400, send(t, s, "GET /v1/payment_intents/search", "query="+bad).status, bad)
	}
	cus := s.AddCustomer(stripetest.Customer{Email: "hanako@example.com"})
	s.Advance(time.Minute)
	got := send(t, s, "GET /v1/customers/search", `query=email~"hanako"&expand[]=total_count`)
	assert.EqualValues(t, 1, got.body["total_count"])
	assert.Contains(t, got.text, cus)
}

func TestExpansion(t *testing.T) {
	s := stripetest.New()
	cus := s.AddCustomer(stripetest.Customer{Name: "Hanako"})
	id := pay(t, s, "4242424242424242", "customer="+cus).id()
	r := send(t, s, "POST /v1/payment_intents/"+id+"/capture", "expand[]=customer&expand[]=latest_charge.balance_transaction.source.customer")
	require.Equal(t, 200, r.status, r.text)
	at := func(o map[string]any, name string) map[string]any { m, _ := o[name].(map[string]any); return m }
	assert.Equal(t, "Hanako", at(r.body, "customer")["name"])
	charge := at(r.body, "latest_charge")
	assert.Equal(t, "Hanako", at(at(at(charge, "balance_transaction"), "source"), "customer")["name"])
	assert.IsType(t, "", charge["payment_intent"], "what was not asked for stays an id")

	list := send(t, s, "GET /v1/payment_intents", "expand[]=data.latest_charge")
	assert.Contains(t, list.text, `"object":"charge"`)
	for _, bad := range []string{"latest_charge", "data.amount", "data.latest_charge.amount", "data.foo"} {
		assert.Equal(t, 400, send(t, s, "GET /v1/payment_intents", "expand[]="+bad).status, bad)
	}
	send(t, s, "DELETE /v1/customers/"+cus, "")
	gone := send(t, s, "GET /v1/payment_intents/"+id, "expand[]=customer")
	assert.Equal(t, true, at(gone.body, "customer")["deleted"])
}
