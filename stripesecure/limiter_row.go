package stripesecure

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// The limiter's numbers are in 4096 rows of the store, by the hash of what is
// counted: their number has a bound, whatever an attacker changes, and so have
// the entries of each. Every write drops what is old; a row that nobody writes
// to any more is due after a day and is removed by the sweep.
const (
	limitRow      = "#limit:"
	limitKeyLen   = 16 // hexadecimal digits of the hash
	limitShardLen = 3
	maxEntries    = 64  // of one row
	maxLimitTries = 128 // of one entry
	limitRounds   = 10  // conflicts until the limiter gives up
	// unknownTry is how long a try that is not in its checkout yet counts.
	unknownTry = time.Minute
)

// limitShard is the body of one row.
type limitShard struct {
	Entries map[string]*limitEntry `json:"e"`
}

// limitEntry is what is known of one address, buyer or session. Its key is a
// keyed hash: nobody reads an address from the store.
type limitEntry struct {
	Good   int        `json:"g,omitempty"` // tries that held money; halved every day
	GoodAt int64      `json:"h,omitempty"`
	Tries  []limitTry `json:"t"` // of a day that came to nothing, or to nothing yet
}

type limitTry struct {
	Checkout string `json:"c,omitempty"`
	ID       string `json:"i,omitempty"`
	At       int64  `json:"a"` // milliseconds
	New      bool   `json:"n,omitempty"`
}

// limitKey hashes what is counted; "" for nothing.
func (p *Plugin) limitKey(kind, value string) string {
	if value == "" {
		return ""
	}
	return hex.EncodeToString(mac(p.opts.SigningKeys[0], "limit", p.opts.ShopID, kind, value))[:limitKeyLen]
}

// reserve counts a try before it is sent; false: there are too many. The row is
// changed by compare-and-set, so that all servers keep one limit.
func (p *Plugin) reserve(ctx context.Context, key string, try limitTry, factor int) bool {
	if key == "" {
		return true
	}
	for range limitRounds {
		row, shard, err := p.limitShard(ctx, key)
		if err != nil {
			p.log(ctx, "limiter", "answer", "store")
			return true
		}
		e := shard.entry(key)
		if p.opts.Limits.over(e, factor, p.now()) {
			p.settleEntry(ctx, e)
			if p.opts.Limits.over(e, factor, p.now()) {
				return false
			}
		}
		e.Tries = append(e.Tries, try)
		err = p.putLimit(ctx, row, shard)
		if err == nil {
			return true
		}
		if !errors.Is(err, ErrConflict) {
			p.log(ctx, "limiter", "answer", "store")
			return true
		}
	}
	return false // so many at once are no buyers
}

// over reports whether an address has used up what it may try.
func (l TryLimits) over(e *limitEntry, factor int, now time.Time) bool {
	credit, soon := e.Good/2, 0
	customers := map[string]bool{}
	for _, t := range e.Tries {
		if now.UnixMilli()-t.At < l.AddressWindow.Milliseconds() {
			soon++
		}
		if t.New {
			customers[t.Checkout] = true
		}
	}
	return soon >= (l.Address+credit)*factor || len(e.Tries) >= (l.AddressDay+credit)*factor ||
		len(customers) >= (l.AddressCustomers+credit)*factor
}

// settleEntry asks the checkouts what became of an address's tries. It is done
// when a limit is reached and not after each payment: so a payment writes nothing
// for the limiter when it succeeds, on whatever path that is found out.
func (p *Plugin) settleEntry(ctx context.Context, e *limitEntry) {
	rows := map[string]*checkout.Row{}
	now := p.now()
	e.Tries = slices.DeleteFunc(e.Tries, func(t limitTry) bool {
		row, read := rows[t.Checkout]
		if !read {
			row = p.limitedRow(ctx, t.Checkout)
			rows[t.Checkout] = row
		}
		if row == nil {
			return false
		}
		found, held := outcomeOf(row, t.ID)
		if held {
			e.Good++
		}
		return held || !found && now.UnixMilli()-t.At > unknownTry.Milliseconds()
	})
}

func (p *Plugin) limitedRow(ctx context.Context, id string) *checkout.Row {
	stored, err := p.opts.Store.Get(ctx, p.opts.ShopID, id)
	if errors.Is(err, ErrNoRow) {
		return &checkout.Row{}
	}
	row := &checkout.Row{}
	if err != nil || p.decode(stored.Body, row) != nil {
		return nil
	}
	return row
}

// outcomeOf tells whether a try was begun, and whether money was held by it.
func outcomeOf(r *checkout.Row, id string) (found, held bool) {
	for _, a := range r.Attempts {
		for i, t := range a.Tries {
			if t.ID == id {
				return true, i == len(a.Tries)-1 && !a.AuthorizedAt.IsZero()
			}
		}
	}
	return false, false
}

// personOver reports whether the buyer or the session has used up its cards.
func (p *Plugin) personOver(ctx context.Context, cart Cart) bool {
	for _, key := range p.personKeys(cart) {
		_, shard, err := p.limitShard(ctx, key)
		if err != nil {
			p.log(ctx, "limiter", "answer", "store")
			continue
		}
		if e := shard.Entries[key]; e != nil && len(e.Tries) >= p.opts.Limits.Cards {
			return true
		}
	}
	return false
}

// addFruitless notes cards of a buyer or a session that came to nothing.
func (p *Plugin) addFruitless(ctx context.Context, key string, n int) {
	for range limitRounds {
		row, shard, err := p.limitShard(ctx, key)
		if err == nil {
			e := shard.entry(key)
			for range n {
				e.Tries = append(e.Tries, limitTry{At: p.now().UnixMilli()})
			}
			err = p.putLimit(ctx, row, shard)
		}
		if err == nil {
			return
		}
		if !errors.Is(err, ErrConflict) {
			break
		}
	}
	p.log(ctx, "limiter", "answer", "not_counted")
}

// limitShard reads the row of a key, without what is old.
func (p *Plugin) limitShard(ctx context.Context, key string) (Row, *limitShard, error) {
	name := limitRow + key[:limitShardLen]
	shard := &limitShard{Entries: map[string]*limitEntry{}}
	row, err := p.opts.Store.Get(ctx, p.opts.ShopID, name)
	if errors.Is(err, ErrNoRow) {
		return Row{Shop: p.opts.ShopID, Checkout: name}, shard, nil
	}
	if err != nil {
		return Row{}, nil, err
	}
	if json.Unmarshal(row.Body, shard) != nil || shard.Entries == nil {
		shard.Entries = map[string]*limitEntry{} // counters are made anew
	}
	shard.prune(p.now())
	return row, shard, nil
}

func (p *Plugin) putLimit(ctx context.Context, row Row, shard *limitShard) error {
	newest := shard.prune(p.now())
	body, err := json.Marshal(shard)
	if err != nil {
		return err
	}
	row.Body, row.Due = body, newest.Add(limitDay)
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return p.opts.Store.Put(ctx, row)
}

func (s *limitShard) entry(key string) *limitEntry {
	if s.Entries[key] == nil {
		s.Entries[key] = &limitEntry{}
	}
	return s.Entries[key]
}

// prune drops what is older than a day, and what is more than a row may hold. It
// returns when the newest try was.
func (s *limitShard) prune(now time.Time) (newest time.Time) {
	for key, e := range s.Entries {
		if e == nil {
			delete(s.Entries, key)
			continue
		}
		e.Tries = slices.DeleteFunc(e.Tries, func(t limitTry) bool { return now.UnixMilli()-t.At >= limitDay.Milliseconds() })
		e.Tries = e.Tries[max(0, len(e.Tries)-maxLimitTries):]
		e.Good = max(0, e.Good)
		e.fade(now)
		if len(e.Tries) == 0 && e.Good == 0 {
			delete(s.Entries, key)
		}
	}
	for len(s.Entries) > maxEntries {
		oldest := ""
		for key, e := range s.Entries {
			if oldest == "" || e.last() < s.Entries[oldest].last() || e.last() == s.Entries[oldest].last() && key < oldest {
				oldest = key
			}
		}
		delete(s.Entries, oldest)
	}
	last := now.UnixMilli()
	for _, e := range s.Entries {
		last = max(last, e.last())
	}
	return time.UnixMilli(last).UTC()
}

// fade halves the credit of good tries once a day.
func (e *limitEntry) fade(now time.Time) {
	if e.Good == 0 || e.GoodAt == 0 {
		e.GoodAt = now.Unix()
	}
	for e.Good > 0 && now.Unix()-e.GoodAt >= int64(limitDay.Seconds()) {
		e.Good, e.GoodAt = e.Good/2, e.GoodAt+int64(limitDay.Seconds())
	}
}

func (e *limitEntry) last() int64 {
	if len(e.Tries) == 0 {
		return 0
	}
	return e.Tries[len(e.Tries)-1].At
}

// dropLimit removes a row of the limiter that nobody has written to for a day.
func (p *Plugin) dropLimit(ctx context.Context, row Row) error {
	return ignoreConflict(p.opts.Store.Delete(ctx, row.Shop, row.Checkout, row.Version))
}

func isLimit(row string) bool { return strings.HasPrefix(row, limitRow) }
