package dbtest_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// kills is how many processes are killed on each database: 500 in CI, fewer
// where somebody waits. STRIPESECURE_KILLS says otherwise.
func kills(t *testing.T) int {
	t.Helper()
	if text := os.Getenv("STRIPESECURE_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	switch {
	case os.Getenv("CI") == "true":
		return 500
	case testing.Short():
		return 15
	}
	return 60
}

// crashes is a run of lives that end by kill -9.
type crashes struct {
	*testing.T
	bank     *bank
	database dbtest.Database
	random   *rand.Rand
	seed     uint64
	refs     map[string]bool           // of orders whose commit was confirmed
	thanks   map[string]string         // by "shop checkout", the ref that a buyer was shown
	deaths   map[string]int            // by where the worker was killed
	asked    map[place]map[string]bool // what clerks were told is taken over
}

// TestCrash is the promise under kill -9: a process that serves several buyers
// is killed at a random moment, or while a random call is on its way to Stripe
// or back, and another one goes on; at the end everything is in order.
func TestCrash(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		c := &crashes{
			T: t, bank: newWorkerDatabase(t, d), database: d, seed: seed, random: rand.New(rand.NewPCG(seed, 1)),
			refs: map[string]bool{}, thanks: map[string]string{}, deaths: map[string]int{},
			asked: map[place]map[string]bool{},
		}
		began := time.Now()
		n := kills(t)
		for life := range n {
			c.live(life)
		}
		killed := time.Since(began)
		c.finish(n)
		checkouts, orders := c.check()
		t.Logf("%d kills %v in %v, finished in %v: %d checkouts, %d orders, clerks with %d of them, %d refunds",
			n, c.deaths, killed.Round(time.Millisecond), (time.Since(began) - killed).Round(time.Millisecond), checkouts, orders,
			len(c.asked), len(c.bank.Refunds()))
	})
}

// live is one process from start to kill.
func (c *crashes) live(life int) {
	c.Helper()
	// Otherwise every call that a kill has interrupted would be under its lease
	// for the rest of the test.
	pauses := []time.Duration{0, 0, 0, 0, 35 * time.Second, 35 * time.Second, 35 * time.Second, 2 * time.Minute, 5 * time.Minute, 65 * time.Minute}
	c.bank.advance(pauses[c.random.IntN(len(pauses))])
	var worker *process
	started := make(chan struct{})
	deadline, where := c.plan(func() { <-started; worker.kill() })
	worker = start(c.T, c.task("crash", life))
	close(started)
	// The moment has to be any moment, so it is a timer's.
	timer := time.AfterFunc(deadline, func() { _ = worker.cmd.Process.Kill() })
	err := worker.wait(c.hear)
	timer.Stop()
	require.ErrorContains(c, err, "killed", "the worker ended by itself")
	c.bank.hooks(nil, nil)
	c.deaths[where()]++
	ctx, cancel := context.WithTimeout(c.Context(), 10*time.Second)
	defer cancel()
	require.NoError(c, c.bank.quiet(ctx))
}

func (c *crashes) task(mode string, life int) task {
	return task{Mode: mode, Database: c.database, Stripe: c.bank.url, Offset: c.bank.ahead(), Life: life, Seed: c.seed}
}

// plan decides how a life ends: by the timer, at the n-th call before Stripe
// sees it, or at the n-th call after Stripe has done the work and before the
// answer is sent. The timer also ends a life in which there are fewer calls.
func (c *crashes) plan(kill func()) (deadline time.Duration, where func() string) {
	var calls atomic.Int64
	var hit atomic.Bool
	at := int64(1 + c.random.IntN(20))
	hook := func() {
		if calls.Add(1) == at {
			hit.Store(true)
			kill()
		}
	}
	name := "timer"
	switch c.random.IntN(3) {
	case 0:
		return time.Duration(c.random.Int64N(int64(200 * time.Millisecond))), func() string { return name }
	case 1:
		name = "request"
		c.bank.hooks(hook, nil)
	default:
		name = "answer"
		c.bank.hooks(nil, hook)
	}
	return 500 * time.Millisecond, func() string {
		if !hit.Load() {
			return "timer"
		}
		return name
	}
}

// hear takes what a worker says.
func (c *crashes) hear(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "committed":
		c.refs[rest] = true
	case "thanks":
		at := strings.LastIndexByte(rest, ' ')
		checkout, ref := rest[:at], rest[at+1:]
		if was, ok := c.thanks[checkout]; ok && was != ref {
			c.Errorf("%s was shown order %s and order %s", checkout, was, ref)
		}
		c.thanks[checkout] = ref
	case "asked":
		words := strings.Fields(rest)
		at := place{words[0], words[1]}
		if c.asked[at] == nil {
			c.asked[at] = map[string]bool{}
		}
		c.asked[at][words[2]] = true
	case "error":
		c.Errorf("worker: %s", rest)
	}
}

// finish runs one clean process.
func (c *crashes) finish(life int) {
	c.Helper()
	worker := start(c.T, c.task("finish", life))
	finished := false
	require.NoError(c, worker.wait(func(line string) {
		finished = finished || line == "finished"
		c.hear(line)
	}))
	require.True(c, finished)
}

// check holds the promise over every checkout.
func (c *crashes) check() (checkouts, orders int) {
	c.Helper()
	ctx := c.Context()
	for _, fault := range c.bank.faults {
		c.Error(fault)
	}
	all, err := gather(ctx, c.bank.db, c.bank.Stripe)
	require.NoError(c, err)
	refs := map[string]string{}
	for p, e := range all {
		if e.asked = c.asked[p]; e.asked == nil {
			e.asked = map[string]bool{}
		}
		for _, fault := range e.promise(isAutomatic(p.shop)) {
			c.Errorf("%s %s: %s", p.shop, p.checkout, fault)
		}
		for _, order := range e.orders {
			refs[order.ref] = p.shop + " " + p.checkout
		}
	}
	for ref := range c.refs {
		require.Contains(c, refs, ref, "a committed order was lost")
	}
	for checkout, ref := range c.thanks {
		require.Equal(c, checkout, refs[ref], "I3: a buyer was shown an order that is not there")
	}
	// Only holds that wait for the merchant are due, long from now.
	late, err := overdue(ctx, c.bank.db, c.bank.Now().Add(24*time.Hour))
	require.NoError(c, err)
	require.Empty(c, late, "I10, I13: due for ever")
	return len(all), len(refs)
}
