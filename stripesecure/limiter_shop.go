package stripesecure

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/wording"
)

// The whole shop's tries are counted in memory and folded into one row now and
// then: one row that every payment writes to would be everybody's bottleneck.
// What a server has not folded yet is lost when it ends; the limits of an address
// do not rest on it.
const (
	shopLimitRow  = limitRow + "shop"
	shopMinutes   = 10
	foldTries     = 10              // fold when so many tries are not in the row
	foldFruitless = 2 * time.Second // or so long after the last time when some came to nothing
	alarmLife     = 5 * time.Second // how long what was read of the row is believed
)

// shopTries are the tries by minute (Unix time / 60): how many, and how many of
// them came to nothing.
type shopTries struct {
	Minutes map[string][2]int `json:"m"`
}

func (s *shopTries) prune(now time.Time) {
	for minute := range s.Minutes {
		if at, err := strconv.ParseInt(minute, 10, 64); err != nil || at <= now.Unix()/60-shopMinutes || at > now.Unix()/60+1 {
			delete(s.Minutes, minute)
		}
	}
}

func (s *shopTries) sum() (tries, fruitless int) {
	for _, m := range s.Minutes {
		tries, fruitless = tries+m[0], fruitless+m[1]
	}
	return tries, fruitless
}

// alarm is what this server knows of the whole shop's tries.
type alarm struct {
	mu               sync.Mutex
	tries, fruitless int // not in the row yet
	folded, read     time.Time
	ringing          bool
}

// count adds tries, and those that came to nothing.
func (a *alarm) count(ctx context.Context, p *Plugin, tries, fruitless int) {
	now := p.now()
	a.mu.Lock()
	a.tries, a.fruitless = a.tries+tries, a.fruitless+fruitless
	fold := a.tries >= foldTries || a.fruitless > 0 && now.Sub(a.folded) >= foldFruitless
	if !fold {
		a.mu.Unlock()
		return
	}
	tries, fruitless = a.tries, a.fruitless
	a.tries, a.fruitless, a.folded = 0, 0, now
	a.mu.Unlock()
	err := ErrConflict
	for range limitRounds {
		if err = a.fold(ctx, p, tries, fruitless); !errors.Is(err, ErrConflict) {
			break
		}
	}
	if err != nil { // next time
		a.mu.Lock()
		a.tries, a.fruitless = a.tries+tries, a.fruitless+fruitless
		a.mu.Unlock()
		p.log(ctx, "limiter", "answer", "not_counted")
	}
}

func (a *alarm) fold(ctx context.Context, p *Plugin, tries, fruitless int) error {
	row, shop, err := p.shopTries(ctx)
	if err != nil {
		return err
	}
	now := p.now()
	minute := strconv.FormatInt(now.Unix()/60, 10)
	m := shop.Minutes[minute]
	shop.Minutes[minute] = [2]int{m[0] + tries, m[1] + fruitless}
	body, err := json.Marshal(shop)
	if err != nil {
		return err
	}
	row.Body, row.Due = body, now.Add(time.Hour)
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if err := p.opts.Store.Put(ctx, row); err != nil {
		return err
	}
	a.saw(ctx, p, shop)
	return nil
}

// on reports whether too many of the shop's tries come to nothing. Without an
// answer of the store what was known last counts.
func (a *alarm) on(ctx context.Context, p *Plugin) bool {
	a.mu.Lock()
	fresh := p.now().Sub(a.read) < alarmLife
	a.mu.Unlock()
	if !fresh {
		if _, shop, err := p.shopTries(ctx); err == nil {
			a.saw(ctx, p, shop)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ringing
}

func (a *alarm) saw(ctx context.Context, p *Plugin, shop *shopTries) {
	tries, fruitless := shop.sum()
	rings := tries >= p.opts.Limits.ShopTries && fruitless*100 >= p.opts.Limits.ShopPercent*tries
	a.mu.Lock()
	changed := a.ringing != rings
	a.ringing, a.read = rings, p.now()
	a.mu.Unlock()
	if changed {
		p.log(ctx, "limiter", "answer", map[bool]string{true: "challenge_on", false: "challenge_off"}[rings],
			"tries", tries, "fruitless", fruitless)
	}
}

func (p *Plugin) shopTries(ctx context.Context) (Row, *shopTries, error) {
	shop := &shopTries{}
	row, err := p.opts.Store.Get(ctx, p.opts.ShopID, shopLimitRow)
	switch {
	case errors.Is(err, ErrNoRow):
		row = Row{Shop: p.opts.ShopID, Checkout: shopLimitRow}
	case err != nil:
		return Row{}, nil, err
	case json.Unmarshal(row.Body, shop) != nil:
		shop.Minutes = nil // counters are made anew
	}
	if shop.Minutes == nil {
		shop.Minutes = map[string][2]int{}
	}
	shop.prune(p.now())
	return row, shop, nil
}

func (p *Plugin) challenges() bool {
	for _, h := range p.opts.Hooks {
		if h.Challenge != nil {
			return true
		}
	}
	return false
}

// challenge asks the host's hooks whether this buyer is a person. nil: passed.
func (p *Plugin) challenge(ctx context.Context, cart Cart, in Input) (*Result, error) {
	for _, h := range p.opts.Hooks {
		if h.Challenge == nil {
			continue
		}
		if err := h.Challenge(ctx, cart, in.Challenge); err != nil {
			p.log(ctx, "limiter", "checkout", cart.ID, "answer", "challenge", "hook", h.Name)
			res, err := p.hookSaysNo("Pay", cart, err)
			if err != nil {
				return nil, err
			}
			if res.Message.Code == "" {
				res.Message = wording.For(wording.ChallengeRequired, cart.Language, wording.Facts{})
			}
			return &res, nil
		}
	}
	return nil, nil
}
