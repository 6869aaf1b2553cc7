package stripeapi

import (
	"context"
	"sync"
	"time"
)

// The rate limit is Stripe's: 25 calls a second in test, 100 live, and 25 for
// one endpoint. Background work takes at most a quarter of the smaller number,
// after a burst that it has saved up.
const (
	backgroundEvery = 160 * time.Millisecond
	backgroundBurst = 20 * backgroundEvery
	firstPause      = time.Second
	longestPause    = time.Minute
)

// limits spaces out the background calls of each account, and lets them rest
// after a 429: what is left of the limit belongs to the buyers.
type limits struct {
	mu       sync.Mutex
	accounts map[string]*limit
}

type limit struct {
	next  time.Time     // when the next background call is due; behind now by what is saved up
	rest  time.Time     // none before, after a 429
	pause time.Duration // after the next 429
}

func (l *limits) of(account string) *limit {
	if l.accounts == nil {
		l.accounts = map[string]*limit{}
	}
	if l.accounts[account] == nil {
		l.accounts[account] = &limit{pause: firstPause}
	}
	return l.accounts[account]
}

// wait takes the account's next place for a background call.
func (l *limits) wait(ctx context.Context, account string) error {
	l.mu.Lock()
	a, now := l.of(account), time.Now()
	if saved := now.Add(-backgroundBurst); a.next.Before(saved) {
		a.next = saved
	}
	at := a.next
	if a.rest.After(at) {
		at = a.rest
	}
	a.next = a.next.Add(backgroundEvery)
	l.mu.Unlock()
	timer := time.NewTimer(max(at.Sub(now), 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// answered notes whether Stripe refused a call for the rate.
func (l *limits) answered(account string, tooMany bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.of(account)
	if !tooMany {
		a.pause = firstPause
		return
	}
	if rest := time.Now().Add(a.pause); rest.After(a.rest) {
		a.rest = rest
		a.pause = min(2*a.pause, longestPause)
	}
}
