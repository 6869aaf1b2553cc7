package stripesecure_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func post(t *testing.T, kind, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/checkout", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

func TestReadInput(t *testing.T) {
	const form, object = "application/x-www-form-urlencoded", "application/json"
	for name, c := range map[string]struct {
		kind, body string
		want       stripesecure.Input
		fault      string
	}{
		"new card":                   {form, "stripesecure_token=ctoken_1&stripesecure_save=1", stripesecure.Input{Token: "ctoken_1", Save: true}, ""},
		"a chosen saved card counts": {form, "stripesecure_token=ctoken_1&stripesecure_card=pm_1", stripesecure.Input{SavedCard: "pm_1"}, ""},
		"another card":               {form, "stripesecure_token=ctoken_1&stripesecure_card=new", stripesecure.Input{Token: "ctoken_1"}, ""},
		"amount":                     {form, "stripesecure_amount=1200&stripesecure_currency=JPY", stripesecure.Input{Shown: stripesecure.JPY(1200)}, ""},
		"JSON":                       {object, `{"stripesecure_token":"ctoken_1"}`, stripesecure.Input{Token: "ctoken_1"}, ""},
		"JSON of another shape":      {object, `{"stripesecure_token":1}`, stripesecure.Input{}, "input malformed"},
		"not JSON":                   {object, `token`, stripesecure.Input{}, "input malformed"},
		"amount without currency":    {form, "stripesecure_amount=1200", stripesecure.Input{}, "input.shown malformed"},
		"half a form":                {form, "stripesecure_token=%zz", stripesecure.Input{}, "input malformed"},
		"8,000 kana of the host's":   {form, "comment=" + strings.Repeat("%E3%81%82", 8000) + "&stripesecure_token=ctoken_1", stripesecure.Input{Token: "ctoken_1"}, ""},
		"over 1 MiB":                 {form, "comment=" + strings.Repeat("x", 1<<20), stripesecure.Input{}, "input malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := stripesecure.ReadInput(post(t, c.kind, c.body))
			assert.Equal(t, c.want, in)
			assert.Equal(t, c.fault, faults(err))
		})
	}
}

func TestPayWithoutTokenButWithATab_asksWhereItStands(t *testing.T) {
	with(t, nil, func(b *bench) {
		cart := b.cart("cart-1")
		res := b.pay(cart, threeDS)
		require.NotEmpty(b, res.Tab)
		b.stripe.Challenge(b.stripe.Intents()[0].ID, stripetest.Pass)
		res = b.submit(cart, stripesecure.Input{Tab: res.Tab})
		assert.Equal(b, stripesecure.PlaceOrder, res.Do, "not the payment page: the money is held")
	})
}
