package settings_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

// bench is a source under control and a clock that only moves by hand.
type bench struct {
	mu    sync.Mutex
	now   time.Time
	calls int
	state settings.Settings
	err   error
	hold  chan struct{} // when set, a call waits for it or for its context
	cache *settings.Cache
}

func newBench() *bench {
	b := &bench{now: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), state: complete()}
	b.cache = settings.Cached(b, 5*time.Second, func() time.Time {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.now
	})
	return b
}

func (b *bench) Settings(ctx context.Context) (settings.Settings, error) {
	b.mu.Lock()
	b.calls++
	state, err, hold := b.state, b.err, b.hold
	b.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return settings.Settings{}, ctx.Err()
		}
	}
	return state, err
}

func (b *bench) advance(d time.Duration) { b.set(func() { b.now = b.now.Add(d) }) }

func (b *bench) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// order asks the cache and returns ④, by which these tests tell snapshots apart.
func (b *bench) order(t *testing.T) int {
	t.Helper()
	s, err := b.cache.Settings(t.Context())
	require.NoError(t, err)
	return s.SortOrder
}

// tryOrder is order for another goroutine: an error gives 0, which no test wants.
func (b *bench) tryOrder(t *testing.T) int {
	t.Helper()
	s, err := b.cache.Settings(t.Context())
	if err != nil {
		return 0
	}
	return s.SortOrder
}

var errDown = errors.New("database is down")

func TestFixedIsACopy(t *testing.T) {
	s := complete()
	source := settings.Fixed(s)
	s.Regions.Countries[0] = "XX"
	for range 2 {
		got, err := source.Settings(t.Context())
		require.NoError(t, err)
		requireEqual(t, complete(), got)
		got.Regions.Countries[0], got.Live.WebhookSecrets[0] = "XX", settings.Secret{}
	}
}

func TestCachedAsksOncePerTTL(t *testing.T) {
	b := newBench()
	require.Equal(t, 3, b.order(t))
	b.set(func() { b.state.SortOrder = 4 })
	b.advance(5*time.Second - 1)
	require.Equal(t, 3, b.order(t))
	require.Equal(t, 1, b.calls)
	b.advance(1)
	require.Equal(t, 4, b.order(t), "what the merchant changed counts after 5 seconds")
	require.Equal(t, 2, b.calls)

	b.advance(-time.Hour)
	b.order(t)
	require.Equal(t, 3, b.calls, "a clock that was set back makes the snapshot old")
}

func TestCachedSnapshotCannotBeChangedFromOutside(t *testing.T) {
	b := newBench()
	for range 2 { // the one that loads, and the one that is served
		got, err := b.cache.Settings(t.Context())
		require.NoError(t, err)
		requireEqual(t, complete(), got)
		got.Regions.Countries[0], got.Live.WebhookSecrets[0] = "XX", settings.Secret{}
	}
}

func TestCachedKeepsTheLastGoodSnapshot(t *testing.T) {
	b := newBench()
	b.order(t)
	b.set(func() { b.err = errDown })
	b.advance(5 * time.Second)
	require.Equal(t, 3, b.order(t), "a failing source takes no shop down")
	age, failure := b.cache.Health()
	require.Equal(t, 5*time.Second, age)
	require.ErrorIs(t, failure, errDown, "and it is said")

	b.order(t)
	require.Equal(t, 2, b.calls, "a failing source is not hammered")
	b.advance(5 * time.Second)
	b.order(t)
	require.Equal(t, 3, b.calls)

	b.advance(settings.KeepLastGood - 10*time.Second - 1)
	require.Equal(t, 3, b.order(t))
	b.advance(1)
	_, err := b.cache.Settings(t.Context())
	require.ErrorIs(t, err, errDown, "not for ever")

	b.set(func() { b.err, b.state.SortOrder = nil, 4 })
	require.Equal(t, 4, b.order(t), "at once when it is back")
	_, failure = b.cache.Health()
	require.NoError(t, failure)
}

func TestCachedDoesNotCacheErrors(t *testing.T) {
	b := newBench()
	b.err = errDown
	for range 2 {
		_, err := b.cache.Settings(t.Context())
		require.ErrorIs(t, err, errDown)
	}
	require.Equal(t, 2, b.calls)
	age, failure := b.cache.Health()
	require.Zero(t, age)
	require.ErrorIs(t, failure, errDown)
	b.err = nil
	require.Equal(t, 3, b.order(t))
}

func TestCachedForget(t *testing.T) {
	b := newBench()
	b.order(t)
	b.set(func() { b.state.SortOrder = 4 })
	b.cache.Forget()
	require.Equal(t, 4, b.order(t))

	b.cache.Forget()
	b.err = errDown
	_, err := b.cache.Settings(t.Context())
	require.ErrorIs(t, err, errDown, "what was saved over is not served again")
}

func TestCachedAsksOnceForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.hold = make(chan struct{})
		var wait sync.WaitGroup
		for range 100 {
			wait.Go(func() { require.Equal(t, 3, b.order(t)) })
		}
		synctest.Wait()
		require.Equal(t, 1, b.calls, "no stampede")
		close(b.hold)
		wait.Wait()
		require.Equal(t, 1, b.calls)
	})
}

func TestCachedServesWhatRanOutJustNowWhileOneAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.order(t)
		b.advance(6 * time.Second)
		b.set(func() { b.hold, b.state.SortOrder = make(chan struct{}), 4 })
		first := make(chan int)
		go func() { first <- b.tryOrder(t) }()
		synctest.Wait()
		require.Equal(t, 3, b.order(t), "nobody waits for a slow source")

		b.advance(4 * time.Second)
		second := make(chan int)
		go func() { second <- b.tryOrder(t) }()
		synctest.Wait()
		select {
		case <-second:
			t.Fatal("a snapshot of ten seconds ago is not of a moment ago")
		default:
		}
		close(b.hold)
		require.Equal(t, 4, <-first)
		b.set(func() { b.hold = nil })
		require.Equal(t, 4, <-second)
	})
}

func TestCachedWaitsNoLongerThanTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.hold = make(chan struct{})
		led := make(chan int)
		go func() { led <- b.tryOrder(t) }()
		synctest.Wait()

		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := b.cache.Settings(gone)
		require.ErrorIs(t, err, context.Canceled)
		close(b.hold)
		require.Equal(t, 3, <-led)
	})
}

func TestCachedCallerWhoLeavesIsNotAFailureOfTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.hold = make(chan struct{})
		leader, leave := context.WithCancel(t.Context())
		led := make(chan error)
		go func() { _, err := b.cache.Settings(leader); led <- err }()
		synctest.Wait()
		waiting := make(chan int)
		go func() { waiting <- b.tryOrder(t) }()
		synctest.Wait()
		leave()
		require.ErrorIs(t, <-led, context.Canceled)
		synctest.Wait()
		require.Equal(t, 2, b.calls, "the next one asks with a context of its own")
		_, failure := b.cache.Health()
		require.NoError(t, failure)
		close(b.hold)
		require.Equal(t, 3, <-waiting)
	})
}

func TestCachedSourceThatHangsHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.order(t)
		b.advance(time.Minute)
		b.set(func() { b.hold = make(chan struct{}) })
		require.Equal(t, 3, b.order(t))
		_, failure := b.cache.Health()
		require.ErrorIs(t, failure, context.DeadlineExceeded)
		require.Equal(t, 3, b.order(t))
		require.Equal(t, 2, b.calls, "and is left alone for a while")
	})
}

func TestCachedForgetDuringALoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		hold := make(chan struct{})
		b.hold = hold
		before := make(chan int)
		go func() { before <- b.tryOrder(t) }()
		synctest.Wait()
		b.set(func() { b.hold, b.state.SortOrder = nil, 4 })
		b.cache.Forget()
		require.Equal(t, 4, b.order(t))
		close(hold)
		require.Equal(t, 3, <-before, "began before the change")
		require.Equal(t, 4, b.order(t), "and did not replace what came after it")
	})
}

func TestCachedSurvivesAPanickingSource(t *testing.T) {
	panics := true
	cache := settings.Cached(settings.SourceFunc(func(context.Context) (settings.Settings, error) {
		if panics {
			panic("source")
		}
		return complete(), nil
	}), 0, nil)
	require.Panics(t, func() { _, _ = cache.Settings(t.Context()) })
	panics = false
	_, err := cache.Settings(t.Context())
	require.NoError(t, err, "nobody waits for the load that never ended")

	require.Panics(t, func() { settings.Cached(nil, 0, nil) })
}
