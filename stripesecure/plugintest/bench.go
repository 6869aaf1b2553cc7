package plugintest

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// Bench is a host under test with everything that it needs: the real plugin, a
// Stripe in the process, a store in memory, and time that the test moves. It
// works inside testing/synctest and outside of it.
type Bench struct {
	Plugin *stripesecure.Plugin
	Stripe *stripetest.Stripe
	Runner *stripesecure.Runner

	// Options are those that the plugin was made of.
	Options stripesecure.Options

	clock    *clock
	settings *merchant
}

// New makes a bench around host. The merchant's settings are those of
// [Settings]; change may set Orders, Carts, Hooks and everything else.
//
//	bench := plugintest.New(t, shop, func(o *stripesecure.Options) { o.Orders = shop })
func New(t *testing.T, host stripesecure.Host, change ...func(*stripesecure.Options)) *Bench {
	t.Helper()
	b := newBench(host, change...)
	plugin, err := stripesecure.New(b.Options)
	if err != nil {
		t.Fatal(err)
	}
	b.Plugin, b.Runner = plugin, stripesecure.NewRunner(b.Options.Store, plugin)
	return b
}

// newBench makes everything but the plugin.
func newBench(host stripesecure.Host, change ...func(*stripesecure.Options)) *Bench {
	b := &Bench{clock: &clock{}, settings: &merchant{settings: Settings()}}
	b.Stripe = stripetest.New(stripetest.WithClock(b.clock.Now))
	b.settings.cache = settings.Cached(b.settings, 0, b.clock.Now)
	b.Options = stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "shop", Host: host, Store: stripesecure.NewMemory(),
		Settings: b.settings.cache, SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)},
		Transport: b.Stripe.Transport(), Now: b.clock.Now,
	}
	for _, c := range change {
		c(&b.Options)
	}
	b.Options = b.Options.WithDefaults()
	return b
}

// Settings are those of a merchant who may sell: test environment, Japan, ⑬
// automatic, with the keys and the webhook secret of package stripetest.
func Settings() settings.Settings {
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.AccountID = true, "new", stripetest.AccountID
	s.Capture = settings.CaptureAutomatic
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey),
		WebhookSecrets: []settings.Secret{settings.NewSecret(stripetest.WebhookSecret)},
	}
	return s
}

// Configure changes the merchant's settings, as saving them would.
func (b *Bench) Configure(change func(*settings.Settings)) {
	b.settings.mu.Lock()
	change(&b.settings.settings)
	b.settings.mu.Unlock()
	b.settings.cache.Forget()
}

// Now is the time of plugin and Stripe.
func (b *Bench) Now() time.Time { return b.clock.Now() }

// Advance lets d pass while nobody works.
func (b *Bench) Advance(d time.Duration) {
	b.clock.offset.Add(int64(d))
	b.Stripe.Advance(0) // what became due at Stripe happens
}

// Sweep lets d pass while the recovery loop works, every 30 seconds. The error is
// the first one of the store.
func (b *Bench) Sweep(ctx context.Context, d time.Duration) error {
	return b.sweep(ctx, b.Runner, d)
}

func (b *Bench) sweep(ctx context.Context, runner Sweeper, d time.Duration) error {
	const every = 30 * time.Second
	for passed := time.Duration(0); passed < d; passed += every {
		b.Advance(min(every, d-passed))
		if err := runner.Sweep(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Webhooks delivers the events that have happened at Stripe since the last call
// to the plugin's webhook address, signed. The error says which were refused.
func (b *Bench) Webhooks(ctx context.Context) error {
	return b.Stripe.DeliverTo(ctx, b.Plugin.Handler(), b.Options.Prefix+"/webhook")
}

// Sweeper finishes what was interrupted: *[stripesecure.Runner].
type Sweeper interface {
	Sweep(ctx context.Context) error
}

// clock runs with the real time, or the bubble's, and is moved on by tests.
type clock struct{ offset atomic.Int64 }

// Now is the moved time.
func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// merchant is where the settings are kept.
type merchant struct {
	mu       sync.Mutex
	settings settings.Settings
	cache    *settings.Cache
}

// Settings implements [settings.Source].
func (m *merchant) Settings(context.Context) (settings.Settings, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settings.Clone(), nil
}
