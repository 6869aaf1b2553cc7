package stripesecure_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// week is a shop that gets no webhook for seven days: two servers sweep, a buyer
// comes every twenty minutes, and most of them leave before they should.
type week struct {
	*bench
	calls atomic.Int64 // to Stripe

	orders map[stripesecure.PaymentID]time.Time
	told   map[stripesecure.PaymentID][]toldAt
	healed map[string][]time.Duration // by what had happened
}

type toldAt struct {
	state stripesecure.State
	at    time.Time
}

// weekHost notes when it was told.
type weekHost struct {
	fakeOrders
	w *week
}

func (h weekHost) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	order, err := h.fakeOrders.PlaceOrder(ctx, p)
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.w.orders[p.ID]; !known && err == nil {
		h.w.orders[p.ID] = time.Now()
	}
	return order, err
}

func (h weekHost) Changed(ctx context.Context, p stripesecure.Payment) error {
	h.mu.Lock()
	h.w.told[p.ID] = append(h.w.told[p.ID], toldAt{p.State, time.Now()})
	h.mu.Unlock()
	return h.fakeHost.Changed(ctx, p)
}

type countingTransport struct {
	http.RoundTripper
	calls *atomic.Int64
}

func (t countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.calls.Add(1)
	return t.RoundTripper.RoundTrip(r)
}

// between is a time of the n-th buyer's: of 3-D Secure, or until somebody sits
// at the Dashboard.
func between(n int, from, to time.Duration) time.Duration {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	return from + time.Duration(random.Int64N(int64(to-from)))
}

// heals notes how long it took, when all is over. ok: it has healed.
func (w *week) heals(what string, from, to time.Time, ok bool) {
	w.Helper()
	if !ok {
		w.Errorf("%s: never healed", what)
		return
	}
	w.healed[what] = append(w.healed[what], max(0, to.Sub(from)))
}

// toldOf is when the host was first told of this state.
func (w *week) toldOf(id stripesecure.PaymentID, state stripesecure.State) (time.Time, bool) {
	for _, n := range w.told[id] {
		if n.state == state {
			return n.at, true
		}
	}
	return time.Time{}, false
}

// leaves: the bank says yes, and the buyer never comes back.
func (w *week) leaves(cart stripesecure.Cart, what string, bank time.Duration, automatic bool) func() {
	res := w.pay(cart, threeDS)
	time.Sleep(bank)
	assert.True(w, w.stripe.Challenge(res.Payment.Intent, stripetest.Pass))
	from := time.Now()
	return func() {
		at, ok := w.orders[res.Payment.ID]
		if automatic && ok {
			at, ok = w.toldOf(res.Payment.ID, stripesecure.StateCaptured)
		}
		w.heals(what, from, at, ok)
	}
}

// loses: no answer of a create comes through, and the buyer gives up.
func (w *week) loses(cart stripesecure.Cart) func() {
	faults := w.stripe.Fail("POST /v1/payment_intents", stripetest.HangAnswer).Always()
	res := w.pay(cart, visa)
	faults.Stop()
	assert.Equal(w, stripesecure.StateUnknown, res.Payment.State)
	from := time.Now()
	return func() {
		at, ok := w.orders[res.Payment.ID]
		w.heals("the answer of the create was lost, the buyer gone", from, at, ok)
	}
}

// abandons 3-D Secure, or a card that was declined.
func (w *week) abandons(cart stripesecure.Cart, card string) func() {
	from := time.Now()
	res := w.pay(cart, card)
	return func() {
		pi := w.stripe.Intent(res.Payment.Intent)
		w.heals("abandoned", from, time.Unix(pi.CanceledAt, 0), pi.Status == stripetest.StatusCanceled)
	}
}

// clerk works in the Dashboard, hours after the buyer has paid.
func (w *week) clerk(cart stripesecure.Cart, automatic bool, nth int) func() {
	res := w.pay(cart, visa)
	assert.Equal(w, stripesecure.GoTo, res.Do)
	time.Sleep(between(nth, time.Minute, 40*time.Hour))
	state, d := stripesecure.StateCaptured, w.stripe.Dashboard()
	switch {
	case automatic:
		state = stripesecure.StateRefunded
		assert.NoError(w, d.Refund(res.Payment.Intent, 0))
	case nth%2 == 0:
		assert.NoError(w, d.Capture(res.Payment.Intent, 0))
	default:
		state = stripesecure.StateFailed // an order without its money
		assert.NoError(w, d.Cancel(res.Payment.Intent, "requested_by_customer"))
	}
	from := time.Now()
	return func() {
		at, ok := w.toldOf(res.Payment.ID, state)
		w.heals("changed in the Dashboard", from, at, ok)
	}
}

// buyer is the n-th of the week; what it returns looks at the outcome.
func (w *week) buyer(n int, automatic bool) func() {
	cart := w.cart(stripesecure.CheckoutID(fmt.Sprintf("cart-%d", n)))
	switch n % 8 {
	case 0:
		return w.leaves(cart, "paid and gone", between(n, 5*time.Second, 3*time.Minute), automatic)
	case 1:
		return w.abandons(cart, threeDS)
	case 2:
		return w.leaves(cart, "paid and gone after a long 3-D Secure", between(n, 3*time.Minute, 55*time.Minute), automatic)
	case 3:
		return w.loses(cart)
	case 4:
		return w.leaves(cart, "paid and gone", between(n, 5*time.Second, 3*time.Minute), automatic)
	case 5:
		return w.abandons(cart, declined)
	case 6:
		return w.clerk(cart, automatic, n/8)
	}
	w.pay(cart, visa)
	return func() {} // stays
}

// run lets the week pass, and two days more.
func (w *week) run(automatic bool, days int) {
	ctx, stop := context.WithCancel(w.Context())
	second := stripesecure.NewRunner(w.store, w.plugin)
	go func() { _ = w.runner.Run(ctx) }()
	time.Sleep(11 * time.Second)
	go func() { _ = second.Run(ctx) }()
	buyers := days * 72
	outcomes := make([]func(), buyers)
	for n := range buyers {
		time.Sleep(20 * time.Minute)
		go func() { outcomes[n] = w.buyer(n, automatic) }()
	}
	time.Sleep(48 * time.Hour)
	stop()
	synctest.Wait()
	for _, look := range outcomes {
		look()
	}
}

// rests: every PaymentIntent is cancelled or has its order.
func (w *week) rests() {
	paid := 0
	for _, pi := range w.stripe.Intents() {
		switch pi.Status {
		case stripetest.StatusRequiresCapture, stripetest.StatusSucceeded:
			paid++
			assert.NotEmpty(w, pi.Metadata["order_id"], pi.ID)
		default:
			assert.Equal(w, stripetest.StatusCanceled, pi.Status)
		}
	}
	failed := 0
	for id := range w.orders {
		if _, ok := w.toldOf(id, stripesecure.StateFailed); ok {
			failed++
		}
	}
	assert.Equal(w, len(w.host.orders), paid+failed, "an order and its money, or neither")
}

// TestSimulation_weekWithoutWebhooks measures how long everything takes when no
// event arrives for a week (part 3 of the promise): the sweeps and the second
// janitor find it all.
func TestSimulation_weekWithoutWebhooks(t *testing.T) {
	days := 7
	if testing.Short() || stripesecure.SimPart > 1 {
		days = 1
	}
	limits := map[string][2]time.Duration{ // p99 and maximum
		"paid and gone":                                     {time.Minute, 15 * time.Minute},
		"paid and gone after a long 3-D Secure":             {15 * time.Minute, 15 * time.Minute},
		"the answer of the create was lost, the buyer gone": {5 * time.Minute, 15 * time.Minute},
		"abandoned":                {time.Hour, time.Hour},
		"changed in the Dashboard": {61 * time.Minute, 61 * time.Minute}, // the janitor comes every hour
	}
	for name, change := range map[string]func(*stripesecure.Options, *settings.Settings){"capture manual": nil, "capture automatic": automatic} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &week{
				orders: map[stripesecure.PaymentID]time.Time{},
				told:   map[stripesecure.PaymentID][]toldAt{}, healed: map[string][]time.Duration{},
			}
			setUp := func(o *stripesecure.Options, s *settings.Settings) {
				host := weekHost{fakeOrders{o.Host.(*fakeHost)}, w}
				o.Host, o.Orders = host, host
				o.Transport = countingTransport{o.Transport, &w.calls}
				o.Logger = nil
				if change != nil {
					change(o, s)
				}
			}
			with(t, setUp, func(b *bench) {
				w.bench = b
				w.run(change != nil, days)
				w.rests()
			})
			for what, times := range w.healed {
				slices.Sort(times)
				p99, worst := times[len(times)*99/100], times[len(times)-1]
				t.Logf("%-50s %4d  p50 %8s  p99 %8s  max %8s", what, len(times), times[len(times)/2].Round(time.Second),
					p99.Round(time.Second), worst.Round(time.Second))
				if l := limits[what]; p99 > l[0] || worst > l[1] {
					t.Errorf("%s: p99 %s, max %s", what, p99, worst)
				}
			}
			t.Logf("%d calls to Stripe, %.1f for each buyer", w.calls.Load(), float64(w.calls.Load())/float64(days*72))
		})
	}
}
