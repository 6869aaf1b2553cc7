package settings

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// DefaultTTL is how long a snapshot counts as new in [Cached].
	DefaultTTL = 5 * time.Second
	// KeepLastGood is how long [Cached] goes on with the last good snapshot
	// while its source fails. A database that restarts takes no shop down; keys
	// that were withdrawn work no longer than this.
	KeepLastGood = 5 * time.Minute
	// LoadTimeout is how long the source may take. A source that hangs has
	// failed.
	LoadTimeout = 3 * time.Second
)

// Cache is the [Source] that [Cached] makes.
type Cache struct {
	source Source
	ttl    time.Duration
	now    func() time.Time

	mu       sync.Mutex
	snapshot Settings
	loaded   time.Time // when snapshot was asked for; zero: there is none
	failed   time.Time // when the source last failed after that; zero: it did not
	failure  error
	loading  chan struct{} // closed when the load under way ends; nil: none is
	epoch    int           // counts Forget, so that a load begun before it does not count
}

// Cached puts a cache before source. A snapshot counts for ttl (0: [DefaultTTL])
// by the clock now (nil: [time.Now]).
//
// The source is asked by one caller at a time, with that caller's context and
// for at most [LoadTimeout]. Others meanwhile get the snapshot if it ran out
// just now (within another ttl), and wait if it is older.
//
// When the source fails and there is a snapshot younger than [KeepLastGood], it
// is served without an error and the source is asked again after another ttl;
// [Cache.Health] tells. When there is none, the source's error is returned and
// the next call asks again: errors are not cached.
func Cached(source Source, ttl time.Duration, now func() time.Time) *Cache {
	if source == nil {
		panic("settings: Cached without a source")
	}
	if ttl <= 0 {
		ttl = DefaultTTL
	}
	if now == nil {
		now = time.Now
	}
	return &Cache{source: source, ttl: ttl, now: now}
}

// Settings returns the snapshot as the caller's own copy. It waits no longer
// than ctx.
func (c *Cache) Settings(ctx context.Context) (Settings, error) {
	for {
		c.mu.Lock()
		now := c.now()
		if c.fresh(now) || (c.loading != nil && c.servable(now)) {
			snapshot := c.snapshot.Clone()
			c.mu.Unlock()
			return snapshot, nil
		}
		if c.loading == nil {
			return c.load(ctx, now)
		}
		loading := c.loading
		c.mu.Unlock()

		select {
		case <-loading: // look again: it may have failed, or been forgotten
		case <-ctx.Done():
			return Settings{}, fmt.Errorf("settings: waiting for the source: %w", ctx.Err())
		}
	}
}

// Forget drops the snapshot. A call that begins after it has returned is never
// answered with settings that were read before: call it when the merchant has
// saved.
func (c *Cache) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.snapshot, c.loaded = Settings{}, time.Time{}
	c.failed, c.failure = time.Time{}, nil
	c.epoch++
	c.loading = nil // those who wait for it load again
}

// Health tells how old the snapshot is, and the error of the source if it has
// failed since: while it is not nil, buyers are served with old settings, or
// with none. Before anything was read the age is 0.
func (c *Cache) Health() (age time.Duration, failure error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.loaded.IsZero() {
		age = c.now().Sub(c.loaded)
	}
	return age, c.failure
}

// load asks the source. It is entered with the lock held and leaves without.
func (c *Cache) load(ctx context.Context, began time.Time) (Settings, error) {
	loading, epoch := make(chan struct{}), c.epoch
	c.loading = loading
	c.mu.Unlock()

	defer func() { // also when the source panics
		c.mu.Lock()
		if c.loading == loading {
			c.loading = nil
		}
		c.mu.Unlock()
		close(loading)
	}()
	limited, cancel := context.WithTimeout(ctx, LoadTimeout)
	defer cancel()
	loaded, err := c.source.Settings(limited)
	return c.loadedAs(ctx, loaded, err, began, epoch)
}

// loadedAs stores what the source answered and decides what the caller gets.
func (c *Cache) loadedAs(ctx context.Context, loaded Settings, err error, began time.Time, epoch int) (Settings, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	current := epoch == c.epoch
	if err == nil {
		if current {
			c.snapshot, c.loaded = loaded.Clone(), began
			c.failed, c.failure = time.Time{}, nil
		}
		return loaded.Clone(), nil
	}
	if errors.Is(ctx.Err(), context.Canceled) || !current {
		return Settings{}, err // the caller went away, or Forget came: that says nothing about the source
	}
	now := c.now()
	c.failed, c.failure = now, err
	if c.usable(now) {
		return c.snapshot.Clone(), nil
	}
	return Settings{}, err
}

// fresh reports whether the snapshot is served without asking: it is new, or
// the source failed a moment ago and is given time.
func (c *Cache) fresh(now time.Time) bool {
	return within(now, c.loaded, c.ttl) || (c.usable(now) && within(now, c.failed, c.ttl))
}

// servable reports whether the snapshot is good enough while somebody else is
// asking: it ran out just now, or the source is known to fail.
func (c *Cache) servable(now time.Time) bool {
	return within(now, c.loaded, 2*c.ttl) || (c.failure != nil && c.usable(now))
}

// usable reports whether the snapshot may stand in for a source that fails.
func (c *Cache) usable(now time.Time) bool { return within(now, c.loaded, KeepLastGood) }

// within reports whether less than limit has passed since then. A clock that
// was set back makes everything old.
func within(now, then time.Time, limit time.Duration) bool {
	age := now.Sub(then)
	return !then.IsZero() && age >= 0 && age < limit
}
