package stripesecure

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

const (
	sweepEvery   = 30 * time.Second
	sweepBatch   = 100
	sweepWorkers = 8
	sweepBudget  = 60 * time.Second // for one row
)

// Runner is the recovery loop for all plugins of one store: it finishes what a
// crash, a lost answer or a buyer who left has interrupted, and looks at Stripe
// for payments that no stored checkout knows. Run one on every server; they
// share the work by compare-and-set.
type Runner struct {
	store   Store
	plugins []*Plugin
}

// NewRunner returns the Runner of these plugins, which must use this store.
func NewRunner(store Store, plugins ...*Plugin) *Runner {
	return &Runner{store: store, plugins: plugins}
}

// Run sweeps each shop every 30 seconds until ctx ends, and returns its error. A
// sweep that fails is logged by its plugin's logger and tried again. No shop waits
// for another one's Stripe or host, and they take turns, so that a thousand of
// them do not ask the store at once.
func (r *Runner) Run(ctx context.Context) error {
	var shops sync.WaitGroup
	for i, p := range r.plugins {
		turn := sweepEvery * time.Duration(i) / time.Duration(len(r.plugins))
		shops.Go(func() {
			if p.sleep(ctx, turn) {
				NewRunner(r.store, p).sweeps(ctx)
			}
		})
	}
	shops.Wait()
	<-ctx.Done()
	return ctx.Err()
}

func (r *Runner) sweeps(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		_ = r.Sweep(ctx) // each failure is logged where it happens
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// Sweep works once on every checkout that is due, one shop after the other: a payment that waits for its
// buyer every half minute at first and every ten minutes later, a paid one without an order 30 seconds
// after it was authorised, an abandoned one after an hour. It returns the errors of the
// store; what Stripe or the host did not answer is due again later. Where the
// store belongs to another address than Options.BaseURL it does nothing: see
// [Plugin.Site].
func (r *Runner) Sweep(ctx context.Context) error {
	var failed error
	for _, p := range r.plugins {
		if err := p.watchedSweep(ctx); err != nil && ctx.Err() == nil {
			p.opts.Logger.ErrorContext(ctx, "sweep", "shop", p.opts.ShopID, "error", string(CodeOf(err)))
			failed = errors.Join(failed, err)
		}
	}
	return errors.Join(failed, ctx.Err())
}

func (p *Plugin) watchedSweep(ctx context.Context) error {
	began := p.now()
	rows, err := p.sweep(ctx)
	if err == nil {
		p.pulse.beat(p.now())
	}
	if p.opts.Watch.Sweep != nil {
		p.opts.Watch.Sweep(ctx, SweepDone{Shop: p.opts.ShopID, Rows: rows, Duration: p.now().Sub(began), Code: CodeOf(err)})
	}
	return err
}

// sweep works once on every row of the shop that is due, and says how many there
// were.
func (p *Plugin) sweep(ctx context.Context) (rows int, err error) {
	site, err := p.siteFor(ctx, "Sweep")
	if err != nil {
		return 0, err
	}
	if site.Copy {
		p.log(ctx, "sweep", "answer", "copy", "recorded", site.Recorded)
		return 0, nil
	}
	if err := p.scheduleScan(ctx); err != nil {
		return 0, storeError("Sweep", err)
	}
	done := map[string]bool{}
	var failed error
	for ctx.Err() == nil {
		limit := sweepBatch + len(done) // the first ones may all be due again
		due, err := p.opts.Store.Due(ctx, p.opts.ShopID, p.now(), limit)
		if err != nil {
			return len(done), errors.Join(failed, storeError("Sweep", err))
		}
		fresh := due[:0:0]
		for _, row := range due {
			if !done[row.Checkout] { // due again at once: next time
				done[row.Checkout] = true
				fresh = append(fresh, row)
			}
		}
		// A row that fails stays due and holds up none of those behind it.
		failed = errors.Join(failed, p.finishAll(ctx, fresh))
		if len(due) < limit {
			return len(done), failed
		}
	}
	return len(done), errors.Join(failed, ctx.Err())
}

// finishAll works on some rows at once, so that one that waits for Stripe or the
// host does not hold up the others.
func (p *Plugin) finishAll(ctx context.Context, rows []Row) error {
	seen := p.lookAhead(ctx, rows)
	failed := make([]error, len(rows))
	p.each(len(rows), func(i int) { failed[i] = p.finish(ctx, rows[i], seen) })
	return errors.Join(failed...)
}

// finish does what is due on one row.
func (p *Plugin) finish(ctx context.Context, row Row, seen map[string]checkout.Intent) error {
	ctx, cancel := context.WithTimeout(ctx, sweepBudget)
	defer cancel()
	if strings.HasPrefix(row.Checkout, reserved) {
		switch {
		case row.Checkout == scanRow:
			return p.scan(ctx, row)
		case strings.HasPrefix(row.Checkout, pendingRow):
			return p.retryPending(ctx, row)
		case isLimit(row.Checkout):
			return p.dropLimit(ctx, row)
		}
		return nil
	}
	j := p.newJob(false)
	j.tell, j.background, j.seen = true, true, seen
	err := j.open(ctx, CheckoutID(row.Checkout))
	if err == nil {
		err = j.run(ctx, func(*checkout.Row) bool { return true })
	}
	if err != nil {
		return fmt.Errorf("checkout %s: %w", row.Checkout, storeError("Sweep", err))
	}
	return nil
}
