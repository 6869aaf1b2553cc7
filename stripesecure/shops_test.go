package stripesecure_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// mall is a process with many shops: what a platform stores of each of them.
type mall struct {
	*testing.T
	stripe *stripetest.Stripe
	store  *stripesecure.Memory
	shops  *stripesecure.Shops

	mu    sync.Mutex
	rooms map[string]*room
}

// room is one shop of a mall.
type room struct {
	host     *fakeHost
	settings settings.Settings
	baseURL  string
	version  string
}

func newMall(t *testing.T, n int) *mall {
	t.Helper()
	m := &mall{
		T: t, stripe: stripetest.New(stripetest.WithMaxCalls(100_000)), store: stripesecure.NewMemory(),
		rooms: map[string]*room{},
	}
	for i := range n {
		m.rent(i)
	}
	m.shops = stripesecure.NewShops(m.store, m, nil)
	return m
}

func shopID(i int) string { return "shop-" + strconv.Itoa(i) }

// account of a shop. Every tenth shares that of the one before, because two shops
// of one merchant may.
func account(i int) string {
	if i%10 == 9 {
		i--
	}
	return "acct_1Shop" + strconv.Itoa(i)
}

func (m *mall) rent(i int) {
	m.stripe.AddAccount(stripetest.AccountConfig{ID: account(i), Country: "JP", DefaultCurrency: "jpy"})
	key := "sk_test_keyOf" + strings.ReplaceAll(shopID(i), "-", "")
	require.True(m, m.stripe.RegisterKey(stripetest.Key{Text: key, Account: account(i)}))
	s := testSettings()
	s.AccountID, s.OrderStatus, s.SortOrder = account(i), "status of "+shopID(i), i
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(key),
		WebhookSecrets: []settings.Secret{settings.NewSecret(stripetest.WebhookSecret)}, // the same for all: worse than life
	}
	if i%2 == 0 {
		s.Capture = settings.CaptureManual
	}
	m.rooms[shopID(i)] = &room{host: newFakeHost(), settings: s, baseURL: "https://" + shopID(i) + ".example", version: "1"}
}

func (m *mall) Shops(context.Context) (map[string]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	versions := map[string]string{}
	for id, r := range m.rooms {
		versions[id] = r.version
	}
	return versions, nil
}

func (m *mall) Options(_ context.Context, id string) (stripesecure.Options, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.rooms[id]
	if r == nil {
		return stripesecure.Options{}, stripesecure.ErrNotFound
	}
	return stripesecure.Options{
		BaseURL: r.baseURL, ShopID: id, Host: r.host, Orders: fakeOrders{r.host}, Store: m.store,
		Settings: settings.SourceFunc(func(context.Context) (settings.Settings, error) {
			m.mu.Lock()
			defer m.mu.Unlock()
			return r.settings.Clone(), nil
		}),
		SigningKeys: [][]byte{[]byte("the signing key of all the shops!")}, Transport: m.stripe.Transport(),
	}, nil
}

// save is what the platform does when a merchant has changed something.
func (m *mall) save(id string, change func(*room)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m.rooms[id])
}

func (m *mall) plugin(i int) *stripesecure.Plugin {
	m.Helper()
	p, err := m.shops.Plugin(m.Context(), shopID(i))
	require.NoError(m, err)
	return p
}

// cart is the same in all shops: same CheckoutID, same member, same mail.
func (m *mall) cart(i int) stripesecure.Cart {
	cart := teaCart()
	cart.Buyer = stripesecure.Buyer{Member: "m-1", Name: "Hanako", Email: "hanako@example.com", IP: "198.51.100.7"}
	cart.ReturnURL = "https://" + shopID(i) + ".example/back"
	cart.Snapshot = []byte("snapshot of " + shopID(i))
	return cart
}

func (m *mall) pay(i int, card string) stripesecure.Result {
	m.Helper()
	res, err := m.plugin(i).Pay(m.Context(), m.cart(i), stripesecure.Input{Token: m.stripe.View(account(i)).Token(card)})
	require.NoError(m, err)
	return res
}

// each calls f for shop 0 to n-1, several at once.
func (m *mall) each(n int, f func(i int)) {
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := worker; i < n; i += 8 {
				f(i)
			}
		})
	}
	all.Wait()
}

// manyShops is a thousand, and a hundred with the race detector, which is thirty
// times as slow here.
const manyShops = 1000 / (1 + 9*(int(stripesecure.SimPart)-1)/19)

// I12: a thousand shops with the same checkout, member and address in one process
// and one store, at once.
func TestShops_nothingLeaks_I12(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMall(t, manyShops)
		m.each(manyShops, func(i int) {
			if i%3 == 0 { // paid and gone; the sweep of all shops makes the order
				res := m.pay(i, threeDS)
				assert.True(t, m.stripe.Challenge(res.Payment.Intent, stripetest.Pass))
				return
			}
			assert.Equal(t, stripesecure.GoTo, m.pay(i, visa).Do)
		})
		for range 4 {
			<-time.After(30 * time.Second)
			require.NoError(t, m.shops.Sweep(t.Context()))
		}
		for i := range manyShops {
			m.sold(i)
		}
		m.wrongDoors()
		for i := range manyShops {
			m.sold(i)
		}
	})
}

// sold holds that the shop has its own order, with its own money, under its own
// settings, and nothing of another shop's.
func (m *mall) sold(i int) {
	m.Helper()
	id, host := shopID(i), m.rooms[shopID(i)].host
	require.Len(m, host.orders, 1, id)
	p, err := m.plugin(i).Payment(m.Context(), "cart-17.1")
	require.NoError(m, err)
	require.Equal(m, "snapshot of "+id, string(p.Snapshot))
	require.Equal(m, "status of "+id, p.OrderStatus)
	require.Equal(m, account(i), p.Account)
	require.Equal(m, map[bool]stripesecure.State{true: stripesecure.StateHeld, false: stripesecure.StateCaptured}[i%2 == 0], p.State, id)
	for _, told := range host.told {
		require.Equal(m, "snapshot of "+id, string(told.Snapshot))
	}
	rows, err := m.store.List(m.Context(), id, "", "", 100)
	require.NoError(m, err)
	for _, row := range rows {
		require.Equal(m, id, row.Shop)
		require.False(m, strings.HasPrefix(row.Checkout, "#pi:"), "no event of another shop's is kept")
	}
	customer, err := m.store.Customer(m.Context(), stripesecure.CustomerKey{Shop: id, Environment: "test", Account: account(i), Member: "m-1"})
	require.NoError(m, err)
	own := 0
	for _, pi := range m.stripe.View(account(i)).Intents() {
		if pi.Metadata["stripesecure_shop"] == id {
			own++
			require.Equal(m, p.Intent, pi.ID)
			require.Equal(m, customer, pi.Customer, "CUS-03")
		}
	}
	require.Equal(m, 1, own)
	if i%10 < 8 {
		require.Len(m, m.stripe.View(account(i)).Intents(), 1, "nobody else pays with this account's key")
	}
}

// wrongDoors brings every shop's events to the next shop's door.
func (m *mall) wrongDoors() {
	before := m.versions()
	for i := 0; i < manyShops; i += 7 {
		door := m.shops.Handler(func(*http.Request) string { return shopID((i + 1) % manyShops) })
		err := m.stripe.DeliverTo(m.Context(), door, "/stripesecure/webhook", m.stripe.View(account(i)).Events("payment_intent.*")...)
		require.NoError(m, err, "not theirs is acknowledged, and nothing is done")
	}
	// Two shops of one account: the signature in the metadata tells whose it is.
	door := m.shops.Handler(func(*http.Request) string { return shopID(8) })
	for _, event := range m.stripe.View(account(9)).Events("payment_intent.*") {
		require.NoError(m, m.stripe.DeliverTo(m.Context(), door, "/stripesecure/webhook", event))
	}
	require.Equal(m, before, m.versions(), "no row has changed")
}

// versions of the checkout's row in every shop.
func (m *mall) versions() map[string]int64 {
	versions := map[string]int64{}
	for id := range m.rooms {
		row, err := m.store.Get(m.Context(), id, "cart-17")
		require.NoError(m, err)
		versions[id] = row.Version
	}
	return versions
}

// A card tester in one shop stops no buyer of another.
func TestShops_limiter_I12(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMall(t, 3)
		for n := range 12 {
			cart := m.cart(0)
			cart.ID = stripesecure.CheckoutID(fmt.Sprint("robot-", n))
			_, err := m.plugin(0).Pay(t.Context(), cart, stripesecure.Input{Token: m.stripe.View(account(0)).Token(declined)})
			require.NoError(t, err)
		}
		assert.Equal(t, wording.TryLater, m.pay(0, visa).Message.Code)
		assert.Equal(t, stripesecure.GoTo, m.pay(1, visa).Do, "same address, member and mail")
	})
}

// What a merchant saves counts in that shop: settings within seconds, options
// with the next sweep of every server, or at once after Forget.
func TestShops_reload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMall(t, 3)
		ctx := t.Context()
		require.NoError(t, m.shops.Sweep(ctx))
		available := func() (open []bool) {
			for i := range 3 {
				offer, err := m.plugin(i).Offer(ctx, m.cart(i))
				require.NoError(t, err)
				open = append(open, offer.Available)
			}
			return open
		}
		require.Equal(t, []bool{true, true, true}, available())
		m.save(shopID(1), func(r *room) { r.settings.Enabled = false })
		<-time.After(5 * time.Second)
		assert.Equal(t, []bool{true, false, true}, available())

		first := []*stripesecure.Plugin{m.plugin(0), m.plugin(1), m.plugin(2)}
		m.save(shopID(2), func(r *room) { r.baseURL, r.version = "https://moved.example", "2" })
		assert.Same(t, first[2], m.plugin(2), "not known yet")
		require.NoError(t, m.shops.Sweep(ctx))
		assert.NotSame(t, first[2], m.plugin(2))
		assert.Same(t, first[0], m.plugin(0))
		site, err := m.plugin(2).Site(ctx)
		require.NoError(t, err)
		assert.Equal(t, "https://moved.example", site.Here)

		m.save(shopID(0), func(r *room) { r.baseURL = "https://also-moved.example" })
		m.shops.Forget(shopID(0))
		site, err = m.plugin(0).Site(ctx)
		require.NoError(t, err)
		assert.Equal(t, "https://also-moved.example", site.Here)
	})
}

// A shop that is opened before the first list, and changed between, is not kept.
func TestShops_openedBeforeListed(t *testing.T) {
	m := newMall(t, 1)
	first := m.plugin(0)
	m.save(shopID(0), func(r *room) { r.version = "2" })
	require.NoError(t, m.shops.Sweep(t.Context()))
	assert.NotSame(t, first, m.plugin(0))
	again := m.plugin(0)
	require.NoError(t, m.shops.Sweep(t.Context()))
	assert.Same(t, again, m.plugin(0))
}

// savedMeanwhile changes a shop while its options are being read.
type savedMeanwhile struct {
	*mall
	once sync.Once
}

func (f *savedMeanwhile) Options(ctx context.Context, id string) (stripesecure.Options, error) {
	options, err := f.mall.Options(ctx, id)
	f.once.Do(func() {
		f.save(id, func(r *room) { r.baseURL = "https://moved.example" })
		f.shops.Forget(id)
	})
	return options, err
}

func TestShops_forgottenWhileOpening(t *testing.T) {
	f := &savedMeanwhile{mall: newMall(t, 1)}
	f.shops = stripesecure.NewShops(f.store, f, nil)
	site, err := f.plugin(0).Site(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "https://moved.example", site.Here)
}

func TestShops_errors(t *testing.T) {
	m := newMall(t, 2)
	ctx := t.Context()
	_, err := m.shops.Plugin(ctx, "shop-9")
	require.ErrorIs(t, err, stripesecure.ErrNotFound)
	door := m.shops.Handler(func(r *http.Request) string { return r.Host })
	status := func(host string) int {
		r := httptest.NewRequest(http.MethodGet, "/stripesecure/page/nothing", nil)
		r.Host = host
		answer := httptest.NewRecorder()
		door.ServeHTTP(answer, r)
		return answer.Code
	}
	assert.Equal(t, http.StatusNotFound, status("shop-9"))
	assert.Equal(t, http.StatusNotFound, status(""))

	m.save(shopID(0), func(r *room) { r.baseURL = "" })
	_, err = m.shops.Plugin(ctx, shopID(0))
	require.Equal(t, stripesecure.CodeInvalid, stripesecure.CodeOf(err))
	assert.Equal(t, http.StatusServiceUnavailable, status(shopID(0)))
	err = m.shops.Sweep(ctx)
	require.ErrorContains(t, err, "shop shop-0: stripesecure: New: invalid")
	_, err = m.store.Get(ctx, shopID(1), "#site")
	require.NoError(t, err, "the other shop was swept")
}

// wrongOptions gives the options of another shop, or of another store.
type wrongOptions struct {
	*mall
	change func(*stripesecure.Options)
	err    error
}

func (w wrongOptions) Options(ctx context.Context, id string) (stripesecure.Options, error) {
	options, err := w.mall.Options(ctx, id)
	w.change(&options)
	return options, errors.Join(err, w.err)
}

func TestShops_wrongOptions_I12(t *testing.T) {
	m := newMall(t, 2)
	for want, w := range map[string]wrongOptions{
		"options.shop_id other_shop": {mall: m, change: func(o *stripesecure.Options) { o.ShopID = shopID(1) }},
		"options.store other_store":  {mall: m, change: func(o *stripesecure.Options) { o.Store = stripesecure.NewMemory() }},
		"internal":                   {mall: m, change: func(*stripesecure.Options) {}, err: errHostDown},
	} {
		_, err := stripesecure.NewShops(m.store, w, nil).Plugin(t.Context(), shopID(0))
		assert.ErrorContains(t, err, want)
	}
}

// An idle shop costs some kilobytes and no goroutine, one that was closed costs
// nothing, and unknown names are not kept.
func TestShops_bounded(t *testing.T) {
	m := newMall(t, manyShops)
	m.shops = stripesecure.NewShops(m.store, realTransport{m}, nil)
	require.NoError(t, m.shops.Sweep(t.Context())) // the rows that every shop has
	m.mu.Lock()
	rooms := maps.Clone(m.rooms)
	clear(m.rooms)
	m.mu.Unlock()
	require.NoError(t, m.shops.Sweep(t.Context())) // all closed
	empty, goroutines := heap(), runtime.NumGoroutine()

	m.mu.Lock()
	maps.Copy(m.rooms, rooms)
	m.mu.Unlock()
	for i := range manyShops {
		offer, err := m.plugin(i).Offer(t.Context(), m.cart(i))
		require.NoError(t, err)
		require.True(t, offer.Available)
	}
	each := (heap() - empty) / int64(manyShops)
	t.Logf("%d bytes for each idle shop, %d goroutines more", each, runtime.NumGoroutine()-goroutines)
	assert.Less(t, each, int64(32<<10))
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines)
	for i := range 100 * manyShops {
		_, err := m.shops.Plugin(t.Context(), "nobody-"+strconv.Itoa(i))
		require.Error(t, err)
	}
	m.mu.Lock()
	clear(m.rooms)
	m.mu.Unlock()
	require.NoError(t, m.shops.Sweep(t.Context()))
	left := heap() - empty
	t.Logf("%d bytes are left of all when they are closed", left)
	assert.Less(t, left, int64(1<<20))
	runtime.KeepAlive(m)
}

// realTransport leaves the transport to the library: all shops have one.
type realTransport struct{ *mall }

func (r realTransport) Options(ctx context.Context, id string) (stripesecure.Options, error) {
	options, err := r.mall.Options(ctx, id)
	options.Transport, options.StripeURL = nil, "http://127.0.0.1:1"
	return options, err
}

func heap() int64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
