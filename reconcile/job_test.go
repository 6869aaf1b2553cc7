package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// newJob compares the shop's list with its Stripe.
func (s *shop) newJob(change ...func(*reconcile.JobOptions)) *reconcile.Job {
	s.t.Helper()
	o := reconcile.JobOptions{
		Store: s.Options.Store, ShopID: s.Options.ShopID, Now: s.Now,
		Orders: func(context.Context, time.Time, time.Time) iter.Seq2[reconcile.Order, error] { return s.list() },
		Payments: func(ctx context.Context, since, until time.Time) iter.Seq2[reconcile.Payment, error] {
			return reconcile.FromStripe(s.Plugin.Intents(ctx, stripesecure.IntentList{Since: since, Until: until}))
		},
	}
	for _, c := range change {
		c(&o)
	}
	job, err := reconcile.NewJob(o)
	require.NoError(s.t, err)
	return job
}

// A report is kept in the store as it is, and reads the same from another server.
func TestJob_keepsItsReport(t *testing.T) {
	s := newShop(t)
	s.buy("c1")
	s.pay("c2", visa)
	s.Advance(2 * time.Hour)
	job := s.newJob()
	_, err := job.Last(t.Context())
	require.ErrorIs(t, err, reconcile.ErrNoReport)

	found, err := job.Once(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(1), found.Count(reconcile.ThisWeek))
	assert.Equal(t, int64(1), found.Summary[reconcile.Matched])
	last, err := s.newJob().Last(t.Context())
	require.NoError(t, err)
	assert.Empty(t, last.Trouble)
	var fresh, stored bytes.Buffer
	require.NoError(t, found.WriteHTML(&fresh, reconcile.HTMLOptions{}))
	require.NoError(t, last.Found.WriteHTML(&stored, reconcile.HTMLOptions{}))
	assert.Equal(t, fresh.String(), stored.String())
	assert.Contains(t, stored.String(), s.Stripe.Intents()[1].ID)
	assert.Equal(t, reconcile.OrphanAuthorized, last.Found.Groups[0].Findings[0].Class)
	require.NoError(t, s.Sweep(t.Context(), time.Hour), "the plugin's own loop leaves the row alone")
	for range s.Plugin.Payments(t.Context(), "") {
		continue // and it is no checkout
	}
}

// The row stays small, however much is found.
func TestJob_isBounded(t *testing.T) {
	s := newShop(t)
	for i := range 2000 {
		s.orders[fmt.Sprint(i)] = &reconcile.Order{ID: fmt.Sprint("R-", i), Status: reconcile.Paid, Currency: "JPY", Amount: 100, Created: s.Now()}
	}
	found, err := s.newJob().Once(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(2000), found.Count(reconcile.Today))
	row, err := s.Options.Store.Get(t.Context(), "shop", "#reconcile")
	require.NoError(t, err)
	assert.Less(t, len(row.Body), 20_000)
}

// Every night at four in Japan, once, however many servers there are.
func TestJob_runsNightly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.buy("c1")
		var told []time.Time
		tell := func(_ context.Context, d *reconcile.Digest) error {
			told = append(told, d.At.In(time.FixedZone("JST", 9*60*60)))
			return nil
		}
		ctx, stop := context.WithCancel(t.Context())
		for range 3 {
			job := s.newJob(func(o *reconcile.JobOptions) { o.Tell = tell })
			go func() { _ = job.Run(ctx) }()
		}
		time.Sleep(72*time.Hour + time.Minute)
		stop()
		synctest.Wait()
		require.Len(t, told, 4, "at once, and for three nights")
		for _, at := range told[1:] {
			assert.Equal(t, 4, at.Hour())
		}
		assert.NotEqual(t, told[1].Day(), told[2].Day())
	})
}

// What fails is said, tried again, and does not cost the last report.
func TestJob_trouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		s.pay("c1", visa)
		time.Sleep(time.Second)
		job := s.newJob()
		_, err := job.Once(t.Context())
		require.NoError(t, err)
		down := s.Stripe.Fail("GET /v1/payment_intents", stripetest.BadGateway).Always()
		_, err = job.Once(t.Context())
		require.ErrorIs(t, err, stripesecure.ErrStripe)
		last, err := job.Last(t.Context())
		require.NoError(t, err)
		assert.Equal(t, stripesecure.CodeStripe, last.Trouble)
		assert.Equal(t, int64(1), last.Found.Payments, "that of before")

		down.Stop()
		ctx, stop := context.WithCancel(t.Context())
		go func() { _ = job.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		stop()
		synctest.Wait()
		last, err = job.Last(t.Context())
		require.NoError(t, err)
		assert.Empty(t, last.Trouble)
	})
}

// The host is told at least once, and again until it takes it.
func TestJob_tellsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		var calls, took atomic.Int64
		job := s.newJob(func(o *reconcile.JobOptions) {
			o.Tell = func(context.Context, *reconcile.Digest) error {
				if calls.Add(1) < 3 {
					return errors.New("no mail today")
				}
				took.Add(1)
				return nil
			}
		})
		_, err := job.Once(t.Context())
		require.NoError(t, err, "the report is there all the same")
		ctx, stop := context.WithCancel(t.Context())
		go func() { _ = job.Run(ctx) }()
		time.Sleep(3 * time.Hour)
		stop()
		synctest.Wait()
		assert.Equal(t, int64(3), calls.Load())
		assert.Equal(t, int64(1), took.Load())
	})
}

// Two servers do not compare at once; one that died holds nobody up for ever.
func TestJob_oneAtATime(t *testing.T) {
	s := newShop(t)
	inside := make(chan struct{})
	release := make(chan struct{})
	slow := s.newJob(func(o *reconcile.JobOptions) {
		o.Orders = func(context.Context, time.Time, time.Time) iter.Seq2[reconcile.Order, error] {
			close(inside)
			<-release
			return s.list()
		}
	})
	done := make(chan error)
	go func() {
		_, err := slow.Once(t.Context())
		done <- err
	}()
	<-inside
	_, err := s.newJob().Once(t.Context())
	require.ErrorIs(t, err, reconcile.ErrRunning)
	s.Advance(3 * time.Hour)
	_, err = s.newJob().Once(t.Context())
	require.NoError(t, err)
	close(release)
	require.Error(t, <-done, "its lease is over, and its report is not the last one")
}

func TestNewJob_faults(t *testing.T) {
	_, err := reconcile.NewJob(reconcile.JobOptions{Days: -1, Hour: 24, First: 5000, Options: reconcile.Options{MaxMemory: 1}})
	require.ErrorIs(t, err, reconcile.ErrOptions)
	for _, name := range []string{"Orders", "Payments", "ShopID", "Store", "Days", "Hour", "First", "MaxMemory"} {
		assert.ErrorContains(t, err, name)
	}
}

// between lets something happen between the look whether a comparison is due and
// its begin.
type between struct {
	stripesecure.Store

	gets int
	do   func()
}

func (b *between) Get(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
	if b.gets++; b.gets == 2 {
		b.do()
	}
	return b.Store.Get(ctx, shop, checkout)
}

// A server that looked a moment too early does not compare once more.
func TestJob_onceANight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t)
		told := 0
		tell := func(o *reconcile.JobOptions) {
			o.Tell = func(context.Context, *reconcile.Digest) error {
				told++
				return nil
			}
		}
		late := s.newJob(tell, func(o *reconcile.JobOptions) {
			o.Store = &between{Store: o.Store, do: func() {
				_, err := s.newJob(tell).Once(t.Context())
				assert.NoError(t, err)
			}}
		})
		ctx, stop := context.WithCancel(t.Context())
		go func() { _ = late.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		stop()
		synctest.Wait()
		assert.Equal(t, 1, told)
	})
}
