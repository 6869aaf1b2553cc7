package plugintest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// brokenStore is a Memory with a fault.
type brokenStore struct {
	*stripesecure.Memory
	get         func(ctx context.Context, shop, checkout string) (stripesecure.Row, error)
	put         func(ctx context.Context, row stripesecure.Row) error
	due         func(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error)
	list        func(ctx context.Context, shop, prefix, after string, limit int) ([]stripesecure.Row, error)
	remove      func(ctx context.Context, shop, checkout string, version int64) error
	setCustomer func(ctx context.Context, key stripesecure.CustomerKey, was, id string) error
}

func (b *brokenStore) Get(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
	if b.get != nil {
		return b.get(ctx, shop, checkout)
	}
	return b.Memory.Get(ctx, shop, checkout)
}

func (b *brokenStore) Put(ctx context.Context, row stripesecure.Row) error {
	if b.put != nil {
		return b.put(ctx, row)
	}
	return b.Memory.Put(ctx, row)
}

func (b *brokenStore) Due(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error) {
	if b.due != nil {
		return b.due(ctx, shop, now, limit)
	}
	return b.Memory.Due(ctx, shop, now, limit)
}

func (b *brokenStore) List(ctx context.Context, shop, prefix, after string, limit int) ([]stripesecure.Row, error) {
	if b.list != nil {
		return b.list(ctx, shop, prefix, after, limit)
	}
	return b.Memory.List(ctx, shop, prefix, after, limit)
}

func (b *brokenStore) Delete(ctx context.Context, shop, checkout string, version int64) error {
	if b.remove != nil {
		return b.remove(ctx, shop, checkout, version)
	}
	return b.Memory.Delete(ctx, shop, checkout, version)
}

func (b *brokenStore) SetCustomer(ctx context.Context, key stripesecure.CustomerKey, was, id string) error {
	if b.setCustomer != nil {
		return b.setCustomer(ctx, key, was, id)
	}
	return b.Memory.SetCustomer(ctx, key, was, id)
}

// force stores row whatever version is there.
func (b *brokenStore) force(ctx context.Context, row stripesecure.Row) error {
	for {
		was, _ := b.Memory.Get(ctx, row.Shop, row.Checkout)
		row.Version = was.Version
		if err := b.Memory.Put(ctx, row); !errors.Is(err, stripesecure.ErrConflict) {
			return err
		}
	}
}

// storeMutants break each rule once.
var storeMutants = map[string]func(b *brokenStore){
	"STORE-01": func(b *brokenStore) {
		b.get = func(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
			row, err := b.Memory.Get(ctx, shop, checkout)
			if errors.Is(err, stripesecure.ErrNoRow) {
				return stripesecure.Row{Shop: shop, Checkout: checkout}, nil
			}
			return row, err
		}
	},
	"STORE-02": func(b *brokenStore) {
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			row.Due = time.Time{}
			return b.Memory.Put(ctx, row)
		}
	},
	"STORE-03": func(b *brokenStore) { b.put = b.force },
	"STORE-04": func(b *brokenStore) { // compares first, then stores
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			was, _ := b.Memory.Get(ctx, row.Shop, row.Checkout)
			if was.Version != row.Version {
				return stripesecure.ErrConflict
			}
			runtime.Gosched()
			return b.force(ctx, row)
		}
	},
	"STORE-05": func(b *brokenStore) { // reads from a copy that lags one write behind
		var mu sync.Mutex
		copies := map[string][2]stripesecure.Row{}
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			mu.Lock()
			defer mu.Unlock()
			err := b.Memory.Put(ctx, row)
			if err == nil {
				row.Version++
				copies[row.Checkout] = [2]stripesecure.Row{copies[row.Checkout][1], row}
			}
			return err
		}
		b.get = func(_ context.Context, _, checkout string) (stripesecure.Row, error) {
			mu.Lock()
			defer mu.Unlock()
			if row := copies[checkout][0]; row.Version > 0 {
				return row, nil
			}
			return stripesecure.Row{}, stripesecure.ErrNoRow
		}
	},
	"STORE-06": func(b *brokenStore) { // the newest first
		b.due = func(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error) {
			rows, err := b.Memory.Due(ctx, shop, now, 1000)
			slices.Reverse(rows)
			return rows[:min(limit, len(rows))], err
		}
	},
	"STORE-07": func(b *brokenStore) { // joins the ids without a mark between
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			row.Shop, row.Checkout = "", row.Shop+row.Checkout
			return b.Memory.Put(ctx, row)
		}
		b.get = func(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
			row, err := b.Memory.Get(ctx, "", shop+checkout)
			row.Shop, row.Checkout = shop, checkout
			return row, err
		}
	},
	"STORE-08": func(b *brokenStore) { // a collation that ignores spaces at the end
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			row.Shop = strings.TrimRight(row.Shop, " ")
			return b.Memory.Put(ctx, row)
		}
		b.get = func(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
			row, err := b.Memory.Get(ctx, strings.TrimRight(shop, " "), checkout)
			row.Shop = shop
			return row, err
		}
	},
	"STORE-09": func(b *brokenStore) { // MySQL's BLOB
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			row.Body = row.Body[:min(1<<16-1, len(row.Body))]
			return b.Memory.Put(ctx, row)
		}
	},
	"STORE-10": func(b *brokenStore) { // nanoseconds in an int64
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			if !row.Due.IsZero() {
				row.Due = time.Unix(0, row.Due.UnixNano())
			}
			return b.Memory.Put(ctx, row)
		}
	},
	"STORE-11": func(b *brokenStore) {
		b.setCustomer = func(ctx context.Context, key stripesecure.CustomerKey, was, id string) error {
			key.Environment = "" // test and live are one
			return b.Memory.SetCustomer(ctx, key, was, id)
		}
	},
	"STORE-12": func(b *brokenStore) { // compares first, then stores
		b.setCustomer = func(ctx context.Context, key stripesecure.CustomerKey, was, id string) error {
			if now, _ := b.Customer(ctx, key); now != was {
				return stripesecure.ErrConflict
			}
			runtime.Gosched()
			for {
				now, _ := b.Customer(ctx, key)
				if err := b.Memory.SetCustomer(ctx, key, now, id); !errors.Is(err, stripesecure.ErrConflict) {
					return err
				}
			}
		}
	},
	"STORE-13": func(b *brokenStore) {
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			return b.Memory.Put(context.WithoutCancel(ctx), row)
		}
	},
	"STORE-14": func(b *brokenStore) { // keeps the caller's buffer
		kept := map[string][]byte{}
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			kept[row.Checkout] = row.Body
			return b.Memory.Put(ctx, row)
		}
		b.get = func(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
			row, err := b.Memory.Get(ctx, shop, checkout)
			row.Body = kept[checkout]
			return row, err
		}
	},
	"STORE-15": func(b *brokenStore) { // asks for all shops and leaves the others out afterwards
		b.due = func(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error) {
			var rows []stripesecure.Row
			for _, other := range []string{"other", shop} {
				of, err := b.Memory.Due(ctx, other, now, limit)
				if err != nil {
					return nil, err
				}
				rows = append(rows, of...)
			}
			rows = rows[:min(limit, len(rows))]
			return slices.DeleteFunc(rows, func(r stripesecure.Row) bool { return r.Shop != shop }), nil
		}
	},
	"STORE-16": func(b *brokenStore) { // LIKE
		b.list = func(ctx context.Context, shop, prefix, after string, limit int) ([]stripesecure.Row, error) {
			return b.Memory.List(ctx, shop, strings.TrimRight(prefix, "%_"), after, limit)
		}
	},
	"STORE-17": func(b *brokenStore) { // whatever version is there
		b.remove = func(ctx context.Context, shop, checkout string, _ int64) error {
			row, err := b.Memory.Get(ctx, shop, checkout)
			if err != nil {
				return err
			}
			return b.Memory.Delete(ctx, shop, checkout, row.Version)
		}
	},
}

// TestStoreMutants: a rule that every store passes proves nothing.
func TestStoreMutants(t *testing.T) {
	t.Parallel()
	caught(t, StoreRules(), storeMutants, func(_ *testing.T, mutate func(*brokenStore)) stripesecure.Store {
		b := &brokenStore{Memory: stripesecure.NewMemory()}
		mutate(b)
		return b
	})
}

func TestMemory(t *testing.T) {
	t.Parallel()
	TestStore(t, func(*testing.T) stripesecure.Store { return stripesecure.NewMemory() })
}
