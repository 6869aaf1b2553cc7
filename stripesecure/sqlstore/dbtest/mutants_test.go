package dbtest_test

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

// broken is a Memory with a fault.
type broken struct {
	*stripesecure.Memory
	get         func(ctx context.Context, shop, checkout string) (stripesecure.Row, error)
	put         func(ctx context.Context, row stripesecure.Row) error
	due         func(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error)
	list        func(ctx context.Context, shop, prefix, after string, limit int) ([]stripesecure.Row, error)
	remove      func(ctx context.Context, shop, checkout string, version int64) error
	setCustomer func(ctx context.Context, key stripesecure.CustomerKey, was, id string) error
}

func (b *broken) Get(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
	if b.get != nil {
		return b.get(ctx, shop, checkout)
	}
	return b.Memory.Get(ctx, shop, checkout)
}

func (b *broken) Put(ctx context.Context, row stripesecure.Row) error {
	if b.put != nil {
		return b.put(ctx, row)
	}
	return b.Memory.Put(ctx, row)
}

func (b *broken) Due(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error) {
	if b.due != nil {
		return b.due(ctx, shop, now, limit)
	}
	return b.Memory.Due(ctx, shop, now, limit)
}

func (b *broken) List(ctx context.Context, shop, prefix, after string, limit int) ([]stripesecure.Row, error) {
	if b.list != nil {
		return b.list(ctx, shop, prefix, after, limit)
	}
	return b.Memory.List(ctx, shop, prefix, after, limit)
}

func (b *broken) Delete(ctx context.Context, shop, checkout string, version int64) error {
	if b.remove != nil {
		return b.remove(ctx, shop, checkout, version)
	}
	return b.Memory.Delete(ctx, shop, checkout, version)
}

func (b *broken) SetCustomer(ctx context.Context, key stripesecure.CustomerKey, was, id string) error {
	if b.setCustomer != nil {
		return b.setCustomer(ctx, key, was, id)
	}
	return b.Memory.SetCustomer(ctx, key, was, id)
}

// force stores row whatever version is there.
func (b *broken) force(ctx context.Context, row stripesecure.Row) error {
	for {
		was, _ := b.Memory.Get(ctx, row.Shop, row.Checkout)
		row.Version = was.Version
		if err := b.Memory.Put(ctx, row); !errors.Is(err, stripesecure.ErrConflict) {
			return err
		}
	}
}

// mutants breaks each rule once; see [broken].
var mutants = map[string]func(b *broken){
	"ST-01": func(b *broken) {
		b.get = func(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
			row, err := b.Memory.Get(ctx, shop, checkout)
			if errors.Is(err, stripesecure.ErrNoRow) {
				return stripesecure.Row{Shop: shop, Checkout: checkout}, nil
			}
			return row, err
		}
	},
	"ST-02": func(b *broken) {
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			row.Due = time.Time{}
			return b.Memory.Put(ctx, row)
		}
	},
	"ST-03": func(b *broken) { b.put = b.force },
	"ST-04": func(b *broken) { // compares first, then stores
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			was, _ := b.Memory.Get(ctx, row.Shop, row.Checkout)
			if was.Version != row.Version {
				return stripesecure.ErrConflict
			}
			runtime.Gosched()
			return b.force(ctx, row)
		}
	},
	"ST-05": func(b *broken) { // reads from a copy that lags one write behind
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
	"ST-06": func(b *broken) { // the newest first
		b.due = func(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error) {
			rows, err := b.Memory.Due(ctx, shop, now, 1000)
			slices.Reverse(rows)
			return rows[:min(limit, len(rows))], err
		}
	},
	"ST-07": func(b *broken) { // joins the ids without a mark between
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
	"ST-08": func(b *broken) { // a collation that ignores spaces at the end
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
	"ST-09": func(b *broken) { // MySQL's BLOB
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			row.Body = row.Body[:min(1<<16-1, len(row.Body))]
			return b.Memory.Put(ctx, row)
		}
	},
	"ST-10": func(b *broken) { // nanoseconds in an int64
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			if !row.Due.IsZero() {
				row.Due = time.Unix(0, row.Due.UnixNano())
			}
			return b.Memory.Put(ctx, row)
		}
	},
	"ST-11": func(b *broken) {
		b.setCustomer = func(ctx context.Context, key stripesecure.CustomerKey, was, id string) error {
			key.Environment = "" // test and live are one
			return b.Memory.SetCustomer(ctx, key, was, id)
		}
	},
	"ST-12": func(b *broken) { // compares first, then stores
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
	"ST-13": func(b *broken) {
		b.put = func(ctx context.Context, row stripesecure.Row) error {
			return b.Memory.Put(context.WithoutCancel(ctx), row)
		}
	},
	"ST-14": func(b *broken) { // keeps the caller's buffer
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
	"ST-15": func(b *broken) { // asks for all shops and leaves the others out afterwards
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
	"ST-16": func(b *broken) { // LIKE
		b.list = func(ctx context.Context, shop, prefix, after string, limit int) ([]stripesecure.Row, error) {
			return b.Memory.List(ctx, shop, strings.TrimRight(prefix, "%_"), after, limit)
		}
	},
	"ST-17": func(b *broken) { // whatever version is there
		b.remove = func(ctx context.Context, shop, checkout string, _ int64) error {
			row, err := b.Memory.Get(ctx, shop, checkout)
			if err != nil {
				return err
			}
			return b.Memory.Delete(ctx, shop, checkout, row.Version)
		}
	},
}

// TestChecksCatchMutants: a check that passes everything proves nothing.
func TestChecksCatchMutants(t *testing.T) {
	t.Parallel()
	for _, c := range checks {
		t.Run(c.id, func(t *testing.T) {
			t.Parallel()
			mutate := mutants[c.id]
			if mutate == nil {
				t.Fatal("no mutant breaks this check")
			}
			for range 20 { // those about races need luck
				b := &broken{Memory: stripesecure.NewMemory()}
				mutate(b)
				if err := c.run(t.Context(), b); err != nil {
					t.Log(err)
					return
				}
			}
			t.Error("the check does not see its mutant")
		})
	}
}
