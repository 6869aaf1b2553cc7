package dbtest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

const (
	tabs          = 50
	tabsProcesses = 8
)

// TestTabs is one buyer with 50 tabs on 8 servers, who pays in all of them at
// the same moment: one PaymentIntent that is or can be captured, one order. On
// the carts called "half" the servers with odd numbers refuse to make the order.
func TestTabs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		b := newWorkerDatabase(t, d)
		servers := make([]*tabServer, tabsProcesses)
		for n := range servers {
			servers[n] = startTabServer(t, task{Mode: "tabs", Database: d, Stripe: b.url, Life: n})
		}
		rounds := map[bool]int{false: 1, true: 3}[os.Getenv("CI") == "true"]
		for round := range rounds {
			for _, kind := range []string{"all", "half"} {
				for _, shop := range []string{"automatic", "automatic-orders"} {
					began := time.Now()
					cart := fmt.Sprint(kind, round)
					for n, s := range servers {
						s.open(shop, cart, (tabs+n)/tabsProcesses)
					}
					for _, s := range servers {
						s.await(shop, cart)
					}
					t.Logf("%s %s: %v", shop, cart, time.Since(began).Round(time.Millisecond))
					holdNow(t, b, place{shop, cart})
				}
			}
		}
		for _, s := range servers {
			s.stop()
		}
		holdTabs(t, b, d, 4*rounds)
	})
}

// holdNow looks at one cart at once, before any sweep: never more than one
// PaymentIntent with money, and where no host refuses exactly one.
func holdNow(t *testing.T, b *bank, p place) {
	t.Helper()
	all, err := gather(t.Context(), b.db, b.Stripe)
	require.NoError(t, err)
	e, held := all[p], 0
	for _, intent := range e.intents {
		if intent.Status == stripetest.StatusRequiresCapture || intent.Status == stripetest.StatusSucceeded {
			held++
		}
	}
	if strings.HasPrefix(p.checkout, "all") {
		require.Len(t, e.orders, 1)
		require.Equal(t, 1, held)
	}
	require.LessOrEqual(t, held, 1)
	require.LessOrEqual(t, len(e.orders), 1)
}

// holdTabs lets time pass, for what the tabs have left, and holds the promise.
func holdTabs(t *testing.T, b *bank, d dbtest.Database, carts int) {
	t.Helper()
	finish := start(t, task{Mode: "finish", Database: d, Stripe: b.url, Life: tabsProcesses})
	require.NoError(t, finish.wait(func(line string) { require.NotContains(t, line, "error") }))
	require.Empty(t, b.faults)
	all, err := gather(t.Context(), b.db, b.Stripe)
	require.NoError(t, err)
	require.Len(t, all, carts)
	for p, e := range all {
		require.Empty(t, e.promise(isAutomatic(p.shop)), "%v", p)
		if strings.HasPrefix(p.checkout, "all") {
			require.Len(t, e.orders, 1, "%v", p)
		}
		t.Logf("%s %s: %d PaymentIntents, %d orders", p.shop, p.checkout, len(e.intents), len(e.orders))
	}
	require.Len(t, b.Calls("POST /v1/payment_intents/*/capture"), len(all)-without(all), "one capture for each order")
}

// without counts the checkouts that have no order.
func without(all map[place]*evidence) (n int) {
	for _, e := range all {
		if len(e.orders) == 0 {
			n++
		}
	}
	return n
}

// tabServer is one of the processes.
type tabServer struct {
	*testing.T
	process *process
	lines   chan string
	ended   chan error
}

func startTabServer(t *testing.T, job task) *tabServer {
	t.Helper()
	s := &tabServer{T: t, process: start(t, job), lines: make(chan string, 1000), ended: make(chan error, 1)}
	go func() {
		err := s.process.wait(func(line string) { s.lines <- line })
		close(s.lines)
		s.ended <- err
	}()
	require.Equal(t, "ready", <-s.lines)
	return s
}

func (s *tabServer) open(shop, cart string, tabs int) {
	s.Helper()
	_, err := fmt.Fprintln(s.process.in, shop, cart, tabs)
	require.NoError(s, err)
}

// await reads until all tabs are done.
func (s *tabServer) await(shop, cart string) {
	s.Helper()
	for line := range s.lines {
		require.NotContains(s, line, "error")
		if line == "done "+shop+" "+cart {
			return
		}
	}
	s.Fatal("the server has ended")
}

func (s *tabServer) stop() {
	s.Helper()
	_ = s.process.in.Close()
	for line := range s.lines {
		require.NotContains(s, line, "error")
	}
	require.NoError(s, <-s.ended)
}
