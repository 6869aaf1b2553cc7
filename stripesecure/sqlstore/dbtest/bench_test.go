package dbtest_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// BenchmarkCheckout is whole checkouts of guests, ⑬ automatic: Pay, the host's
// order, OrderPlaced with the capture. Stripe is in the process, so what is
// measured is the plugin, its store and the host's transaction. SQLite has each
// commit on the disk; the test servers do not wait for theirs (see
// postgresql.go, mariadb.go).
//
//	go test -run '^$' -bench Checkout -benchtime 2s ./stripesecure/sqlstore/dbtest
func BenchmarkCheckout(b *testing.B) {
	for _, buyers := range []int{1, 16} {
		b.Run(fmt.Sprintf("Memory/buyers=%d", buyers), func(b *testing.B) {
			stripe := stripetest.New(stripetest.WithMaxCalls(1))
			host := &memoryHost{keys: map[stripesecure.PaymentID]stripesecure.Order{}}
			e, err := newEngine(nil, "", engineConfig{
				shop: "shop", automatic: true, transport: stripe.Transport(), store: stripesecure.NewMemory(),
				host: func(*engine) stripesecure.Host { return host },
			})
			require.NoError(b, err)
			checkouts(b, buyers, stripe, e, host.commit)
		})
		for name, database := range map[string]func(testing.TB) dbtest.Database{
			"SQLite": dbtest.SQLite, "PostgreSQL": dbtest.PostgreSQL, "MariaDB": dbtest.MariaDB,
		} {
			b.Run(fmt.Sprintf("%s/buyers=%d", name, buyers), func(b *testing.B) {
				d, stripe, count := database(b), stripetest.New(stripetest.WithMaxCalls(1)), &counter{}
				_, plain := d.Store(b)
				makeOrders(b, plain, d.Dialect)
				e, err := newEngine(openCounted(b, d, count), d.Dialect, engineConfig{
					shop: "shop", automatic: true, transport: stripe.Transport(),
				})
				require.NoError(b, err)
				count.take()
				checkouts(b, buyers, stripe, e, e.PlaceOrder)
				reads, writes, txs := count.take()
				b.ReportMetric(float64(reads)/float64(b.N), "reads/checkout")
				b.ReportMetric(float64(writes)/float64(b.N), "writes/checkout")
				b.ReportMetric(float64(txs)/float64(b.N), "host-tx/checkout")
			})
		}
	}
}

// checkouts are b.N checkouts by some buyers at a time.
func checkouts(
	b *testing.B, buyers int, stripe *stripetest.Stripe, e *engine,
	commit func(context.Context, stripesecure.Payment) (stripesecure.Order, error),
) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range buyers {
		all.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				cart := cartOf(stripesecure.CheckoutID(fmt.Sprint("c", n)), 1200, "")
				res, err := e.plugin.Pay(b.Context(), cart, stripesecure.Input{Token: stripe.Token(visa)})
				var order stripesecure.Order
				if err == nil {
					order, err = commit(b.Context(), res.Payment)
				}
				if err == nil {
					res, err = e.plugin.OrderPlaced(b.Context(), res.Payment.ID, order)
				}
				if err != nil || res.Payment.State != stripesecure.StateCaptured {
					b.Errorf("%s: %v, %v", cart.ID, res.Payment.State, err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checkouts/s")
}

// memoryHost keeps its orders where Memory keeps the checkouts.
type memoryHost struct {
	mu   sync.Mutex
	keys map[stripesecure.PaymentID]stripesecure.Order // no ref: closed
}

func (h *memoryHost) CloseOrderKey(_ context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	order, taken := h.keys[id]
	if !taken {
		h.keys[id] = stripesecure.Order{}
	}
	return order, order.Ref != "", nil
}

func (h *memoryHost) Changed(context.Context, stripesecure.Payment) error { return nil }

func (h *memoryHost) commit(_ context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	order, taken := h.keys[p.ID]
	if !taken {
		order = stripesecure.Order{Ref: "R-" + string(p.ID), Total: p.Total}
		h.keys[p.ID] = order
	}
	return order, nil
}
