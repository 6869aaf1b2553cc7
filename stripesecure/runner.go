package stripesecure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

const (
	sweepEvery  = 30 * time.Second
	sweepBatch  = 100
	sweepBudget = 60 * time.Second // for one row
)

// Runner is the recovery loop for all plugins of one store: it finishes what a
// crash, a lost answer or a buyer who left has interrupted. Run one on every
// server; they share the work by compare-and-set.
type Runner struct {
	store   Store
	plugins map[string]*Plugin
}

// NewRunner returns the Runner of these plugins, which must use this store.
func NewRunner(store Store, plugins ...*Plugin) *Runner {
	r := &Runner{store: store, plugins: make(map[string]*Plugin, len(plugins))}
	for _, p := range plugins {
		r.plugins[p.opts.ShopID] = p
	}
	return r
}

// Run sweeps every 30 seconds until ctx ends, and returns its error. A sweep
// that fails is logged by the plugins' loggers and tried again.
func (r *Runner) Run(ctx context.Context) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if err := r.Sweep(ctx); err != nil && ctx.Err() == nil {
			for _, p := range r.plugins {
				p.opts.Logger.ErrorContext(ctx, "sweep", "error", err.Error())
				break
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// Sweep works once on every checkout that is due. It returns the errors of the
// store; what Stripe or the host did not answer is due again later.
func (r *Runner) Sweep(ctx context.Context) error {
	done := map[[2]string]bool{}
	for ctx.Err() == nil {
		due, err := r.store.Due(ctx, r.now(), sweepBatch)
		if err != nil {
			return fail("Sweep", CodeStore, err)
		}
		fresh := 0
		var failed error
		for _, row := range due {
			key := [2]string{row.Shop, row.Checkout}
			if done[key] {
				continue // due again at once: next time
			}
			done[key] = true
			fresh++
			failed = errors.Join(failed, r.finish(ctx, row))
		}
		if failed != nil || fresh == 0 || len(due) < sweepBatch {
			return failed
		}
	}
	return ctx.Err()
}

func (r *Runner) now() time.Time {
	for _, p := range r.plugins {
		return p.now()
	}
	return time.Now().UTC()
}

// finish does what is due on one row.
func (r *Runner) finish(ctx context.Context, row Row) error {
	p, ok := r.plugins[row.Shop]
	if !ok {
		return nil // another process runs that shop
	}
	ctx, cancel := context.WithTimeout(ctx, sweepBudget)
	defer cancel()
	j := p.newJob(false)
	j.tell = true
	if err := j.open(ctx, CheckoutID(row.Checkout)); err != nil {
		return fmt.Errorf("checkout %s: %w", row.Checkout, storeError("Sweep", err))
	}
	if err := j.run(ctx, func(*checkout.Row) bool { return true }); err != nil {
		return fmt.Errorf("checkout %s: %w", row.Checkout, storeError("Sweep", err))
	}
	return nil
}
