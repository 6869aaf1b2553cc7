package guard_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// noted is a test that has failed, perhaps.
type noted struct {
	sync.Mutex
	told []string
}

func (*noted) Helper() {}

func (n *noted) Errorf(format string, args ...any) {
	n.Lock()
	defer n.Unlock()
	n.told = append(n.told, fmt.Sprintf(format, args...))
}

// bench is a plugin whose careless parts come after the guard, as those of the
// library would.
type bench struct {
	*testing.T
	options stripesecure.Options
	stripe  *stripetest.Stripe
	seen    *noted
}

// purchase is one card with 3-D Secure, from the submission to the order.
func (b *bench) purchase() {
	plugin, err := stripesecure.New(b.options)
	require.NoError(b, err)
	cart := plugintest.Cart("cart-1")
	res, err := plugin.Pay(b.Context(), cart, stripesecure.Input{Token: b.stripe.Token("4000002760003184")})
	require.NoError(b, err)
	require.True(b, b.stripe.Challenge(res.Payment.Intent, stripetest.Pass))
	_, err = plugin.Resume(b.Context(), cart)
	require.NoError(b, err)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "https://shop.example/stripesecure/resume", nil)
	canary.HTTP(b.seen, plugin.Handler()).ServeHTTP(httptest.NewRecorder(), r)
}

// leakingStore, leakingHost and leakingTransport add a secret to what passes.
type leakingStore struct{ stripesecure.Store }

func (s leakingStore) Put(ctx context.Context, row stripesecure.Row) error {
	row.Body = bytes.Replace(row.Body, []byte("{"), []byte(`{"note":"pi_1`+"_secret_"+`abcdefgh1",`), 1)
	return s.Store.Put(ctx, row)
}

type leakingOrders struct{ stripesecure.Orders }

func (o leakingOrders) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	p.MailText += " with " + stripetest.TestSecretKey
	return o.Orders.PlaceOrder(ctx, p)
}

type leakingTransport struct{ next http.RoundTripper }

func (c leakingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", "shop "+stripetest.WebhookSecret)
	return c.next.RoundTrip(r)
}

// Each way out of the plugin with a secret on it: the guard says which it was, and
// does not repeat the secret. Without one it says nothing.
func TestAround_noticesEachWay(t *testing.T) {
	leaks := map[string]func(o *stripesecure.Options){
		"":                            func(*stripesecure.Options) {},
		"client secret in stored row": func(o *stripesecure.Options) { o.Store = leakingStore{o.Store} },
		"API key in news for the host": func(o *stripesecure.Options) {
			o.Orders = leakingOrders{o.Orders}
		},
		"webhook secret in request to Stripe": func(o *stripesecure.Options) { o.Transport = leakingTransport{o.Transport} },
		"signing key in log": func(o *stripesecure.Options) {
			o.Logger = slog.New(o.Logger.Handler().WithAttrs([]slog.Attr{slog.Any("keys", o.SigningKeys)}))
		},
		"API key in metrics and traces": func(o *stripesecure.Options) {
			watch := o.Watch.StripeCall
			o.Watch.StripeCall = func(ctx context.Context, c stripesecure.StripeCall) {
				c.Route += "?key=" + stripetest.TestSecretKey
				watch(ctx, c)
			}
		},
		"webhook secret in answer to a browser": func(o *stripesecure.Options) {
			o.Carts, o.Pages.Order = oneCart{}, "/orders/{ref}?hook="+stripetest.WebhookSecret
		},
		"card number in request to Stripe": func(o *stripesecure.Options) {
			n := 0
			o.NewID = func() string { n++; return fmt.Sprint("4242"+"424242424242.x", n) }
		},
	}
	for want, leak := range leaks {
		t.Run(want, func(t *testing.T) {
			host := plugintest.NewMemoryHost()
			b := &bench{T: t, seen: &noted{}}
			made := plugintest.New(t, host, func(o *stripesecure.Options) { o.Orders = host })
			b.stripe, b.options = made.Stripe, guard.Around(b.seen, made.Options)
			leak(&b.options)
			b.purchase()
			told := strings.Join(b.seen.told, "\n")
			if want == "" {
				assert.Empty(t, told)
				return
			}
			assert.Contains(t, told, want)
			assert.Empty(t, canary.Find(told, canary.Log), "what is found is not told again")
		})
	}
}

type oneCart struct{}

func (oneCart) Cart(*http.Request) (stripesecure.Cart, error) { return plugintest.Cart("cart-1"), nil }
