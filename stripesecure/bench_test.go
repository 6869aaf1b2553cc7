package stripesecure_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// bench is a shop around the plugin under test: a host that keeps orders in
// memory, a Stripe in the process, and fake time.
type bench struct {
	*testing.T
	plugin  *stripesecure.Plugin
	runner  *stripesecure.Runner
	stripe  *stripetest.Stripe
	store   *stripesecure.Memory
	host    *fakeHost
	log     *bytes.Buffer
	options stripesecure.Options
	refs    bool // refs of orders may look like card numbers
}

// Errorf lets the canaries speak: every bench looks at all that leaves its plugin.
func (b *bench) Errorf(format string, args ...any) {
	b.Helper()
	if b.refs && len(args) > 0 && args[0] == canary.CardNumber {
		return
	}
	b.T.Errorf(format, args...)
}

// handler is the plugin's, with a look at every answer.
func (b *bench) handler() http.Handler { return canary.HTTP(b, b.plugin.Handler()) }

// with runs a test on a bench in a bubble of fake time.
func with(t *testing.T, change func(*stripesecure.Options, *settings.Settings), test func(*bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, change)
		test(b)
	})
}

func newBench(t *testing.T, change func(*stripesecure.Options, *settings.Settings)) *bench {
	t.Helper()
	b := &bench{
		T: t, stripe: stripetest.New(stripetest.WithSeed(1)), store: stripesecure.NewMemory(),
		host: newFakeHost(), log: &bytes.Buffer{},
	}
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.AccountID = true, "new", stripetest.AccountID
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey), SweepOnly: true,
	}
	b.options = stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "shop", Host: b.host, Store: b.store,
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Transport: b.stripe.Transport(),
		Logger: slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&b.options, &s)
	}
	if b.options.Settings == nil {
		b.options.Settings = settings.Fixed(s)
	}
	var err error
	b.options = guard.Around(b, b.options)
	b.plugin, err = stripesecure.New(b.options)
	require.NoError(t, err)
	b.host.plugin = b.plugin
	b.runner = stripesecure.NewRunner(b.store, b.plugin)
	return b
}

// cart of a guest who owes ¥1200.
func (b *bench) cart(id stripesecure.CheckoutID) stripesecure.Cart { return guestCart(id) }

func guestCart(id stripesecure.CheckoutID) stripesecure.Cart {
	return stripesecure.Cart{
		ID: id, Total: stripesecure.JPY(1200), Country: "JP", Language: wording.Japanese,
		Buyer:    stripesecure.Buyer{Name: "山田 花子", Email: "hanako@example.com"},
		Snapshot: []byte("snapshot of " + id), ReturnURL: "https://shop.example/back",
	}
}

func (b *bench) member(id stripesecure.CheckoutID) stripesecure.Cart {
	cart := b.cart(id)
	cart.Buyer.Member = "m-1"
	return cart
}

func (b *bench) pay(cart stripesecure.Cart, card string) stripesecure.Result {
	b.Helper()
	return b.submit(cart, stripesecure.Input{Token: b.stripe.Token(card)})
}

func (b *bench) submit(cart stripesecure.Cart, in stripesecure.Input) stripesecure.Result {
	b.Helper()
	res, err := b.plugin.Pay(b.Context(), cart, in)
	require.NoError(b, err)
	return res
}

func (b *bench) resume(cart stripesecure.Cart) stripesecure.Result {
	b.Helper()
	res, err := b.plugin.Resume(b.Context(), cart)
	require.NoError(b, err)
	return res
}

// place commits the order at the host and reports it.
func (b *bench) place(p stripesecure.Payment) stripesecure.Result {
	b.Helper()
	order, err := b.host.commit(p)
	require.NoError(b, err)
	res, err := b.plugin.OrderPlaced(b.Context(), p.ID, order)
	require.NoError(b, err)
	return res
}

// sweeps lets fake time pass with the recovery loop running.
func (b *bench) sweeps(d time.Duration) {
	b.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		<-time.After(30 * time.Second)
		if err := b.runner.Sweep(b.Context()); !errors.Is(err, errCrash) {
			require.NoError(b, err)
		}
	}
}

// intents of a checkout at Stripe by status.
func (b *bench) statuses() []string {
	var statuses []string
	for _, pi := range b.stripe.Intents() {
		statuses = append(statuses, pi.Status)
	}
	return statuses
}

// fakeHost is a shop engine: orders, their keys, and what it was told.
type fakeHost struct {
	mu      sync.Mutex
	plugin  *stripesecure.Plugin
	keys    map[stripesecure.PaymentID]*stripesecure.Order // nil: closed without an order
	orders  []stripesecure.Order
	told    []stripesecure.Payment
	placed  int
	refusal *stripesecure.Refusal
	fails   int // calls of the port that fail before one works
}

func newFakeHost() *fakeHost {
	return &fakeHost{keys: map[stripesecure.PaymentID]*stripesecure.Order{}}
}

var errHostDown = errors.New("host is down")

func (h *fakeHost) down() bool {
	if h.fails > 0 {
		h.fails--
		return true
	}
	return false
}

func (h *fakeHost) CloseOrderKey(_ context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down() {
		return stripesecure.Order{}, false, errHostDown
	}
	order, ok := h.keys[id]
	if !ok {
		h.keys[id] = nil
	}
	if order == nil {
		return stripesecure.Order{}, false, nil
	}
	return *order, true, nil
}

func (h *fakeHost) Changed(_ context.Context, p stripesecure.Payment) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down() {
		return errHostDown
	}
	h.told = append(h.told, p)
	return nil
}

// commit is the host's transaction: the order and its key together.
func (h *fakeHost) commit(p stripesecure.Payment) (stripesecure.Order, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if order, taken := h.keys[p.ID]; taken {
		if order == nil {
			return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.Closed}
		}
		return *order, nil
	}
	order := stripesecure.Order{Ref: "R-" + string(p.ID), Total: p.Total}
	h.keys[p.ID] = &order
	h.orders = append(h.orders, order)
	return order, nil
}

// fakeOrders is the optional part of the port.
type fakeOrders struct{ *fakeHost }

func (h fakeOrders) PlaceOrder(_ context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	h.mu.Lock()
	h.placed++
	refusal, down := h.refusal, h.down()
	h.mu.Unlock()
	switch {
	case down:
		return stripesecure.Order{}, errHostDown
	case refusal != nil:
		return stripesecure.Order{}, refusal
	}
	return h.commit(p)
}

// lastTold is the newest of what the host was told: of two workers that tell at
// once the one with older news may be later, and a host drops it.
func (h *fakeHost) lastTold() stripesecure.Payment {
	h.mu.Lock()
	defer h.mu.Unlock()
	var newest stripesecure.Payment
	for i, p := range h.told {
		if i == 0 || p.Checkout != newest.Checkout || p.Version >= newest.Version {
			newest = p
		}
	}
	return newest
}

// automatic sets ⑬ to automatic.
func automatic(_ *stripesecure.Options, s *settings.Settings) { s.Capture = settings.CaptureAutomatic }

// placing lets the plugin place the orders.
func placing(o *stripesecure.Options, _ *settings.Settings) {
	o.Orders = fakeOrders{o.Host.(*fakeHost)}
}

func both(changes ...func(*stripesecure.Options, *settings.Settings)) func(*stripesecure.Options, *settings.Settings) {
	return func(o *stripesecure.Options, s *settings.Settings) {
		for _, c := range changes {
			c(o, s)
		}
	}
}

const (
	visa      = "4242424242424242"
	declined  = "4000000000000002"
	noFunds   = "4000000000009995"
	threeDS   = "4000002760003184"
	stolen    = "4000000000009979"
	lost      = "4000000000009987"
	fraudster = "4100000000000019"
)

// remake makes the plugin again from changed options.
func (b *bench) remake() {
	b.Helper()
	var err error
	b.plugin, err = stripesecure.New(b.options)
	require.NoError(b, err)
	b.host.plugin = b.plugin
	b.runner = stripesecure.NewRunner(b.store, b.plugin)
}

// sourceOf gives the settings as they are when they are asked for.
func sourceOf(s *settings.Settings) settings.Source {
	return settings.SourceFunc(func(context.Context) (settings.Settings, error) { return s.Clone(), nil })
}
