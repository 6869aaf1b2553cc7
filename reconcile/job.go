package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// JobOptions are what a [Job] needs. Orders, Payments, ShopID and Store are
// required.
type JobOptions struct {
	// Days is how far back is compared. Default 35: holds in yen last up to 30.
	Days int

	// First is how many findings of a group are kept and told; the others are
	// counted. Default 20.
	First int

	// Hour of the day, in Japan, after which the job runs. Default 4.
	Hour int

	// Now is the clock. Default: time.Now.
	Now func() time.Time

	// Options of the comparison; At, Since and KeepGoing are the job's.
	Options Options

	// Orders lists the shop's orders that were made in [since, until).
	Orders func(ctx context.Context, since, until time.Time) iter.Seq2[Order, error]

	// Payments lists Stripe's payments that were made in [since, until), which
	// reach a little beyond the orders:
	//
	//	reconcile.FromStripe(plugin.Intents(ctx, stripesecure.IntentList{Since: since, Until: until}))
	Payments func(ctx context.Context, since, until time.Time) iter.Seq2[Payment, error]

	// ShopID is that of the plugin, and Store is its store.
	ShopID string
	Store  stripesecure.Store

	// Tell tells the host what a comparison has found, also when that is nothing;
	// it comes at least once for each. An error means "tell me again later".
	Tell func(ctx context.Context, found *Digest) error
}

// Job compares orders with Stripe every night, keeps its last report and tells
// the host. It changes nothing but its own row in the store, which all servers
// share: one of them does the work.
type Job struct{ o JobOptions }

// NewJob checks the options. A fault is an error that is [ErrOptions].
func NewJob(o JobOptions) (*Job, error) {
	o.Days, o.First, o.Hour = cmp.Or(o.Days, 35), cmp.Or(o.First, firstFindings), cmp.Or(o.Hour, 4)
	if o.Now == nil {
		o.Now = time.Now
	}
	var faults []error
	fault := func(bad bool, text string) {
		if bad {
			faults = append(faults, fmt.Errorf("%w: %s", ErrOptions, text))
		}
	}
	fault(o.Orders == nil, "Orders is missing")
	fault(o.Payments == nil, "Payments is missing")
	fault(o.ShopID == "", "ShopID is missing")
	fault(o.Store == nil, "Store is missing")
	fault(o.Days < 1 || o.Days > 3650, "Days is not between 1 and 3650")
	fault(o.First < 1 || o.First > 1000, "First is not between 1 and 1000")
	fault(o.Hour < 0 || o.Hour > 23, "Hour is not between 0 and 23")
	if _, err := o.Options.work(0); err != nil {
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &Job{o}, nil
}

const (
	// jobRow is the job's row; no checkout has such a name.
	jobRow = "#reconcile"
	// jobLease is how long one server has for a comparison; another one begins
	// again after that.
	jobLease = 2 * time.Hour
	// jobMargin is how far the lists reach back beyond the days that are reported:
	// an order of the first day may have been paid before.
	jobMargin = 7 * 24 * time.Hour
	// jobSkew is how far Stripe's clock may be ahead: the payment of an order that
	// was made just now must be in the list.
	jobSkew = 5 * time.Minute
	// A comparison that failed, and news that the host would not take, are tried
	// again after this, more and more seldom.
	jobAgain   = 5 * time.Minute
	jobSeldom  = 2 * time.Hour
	jobLongest = time.Hour // a clock that is set must not make it sleep for years
)

var (
	// ErrRunning: another server compares just now.
	ErrRunning = errors.New("reconcile: a comparison is running")
	// ErrNoReport: nothing was compared yet.
	ErrNoReport = errors.New("reconcile: no report yet")
)

// Last is what a job knows of its last comparison.
type Last struct {
	// Found is the last report, nil when there is none yet.
	Found *Digest `json:"found,omitempty"`
	// Began is when the last comparison began, whatever became of it.
	Began time.Time `json:"began,omitzero"`
	// Trouble is why the last one failed, "" when it did not: stripe, not_ready,
	// store, …, or internal for an error of the host's own list. Found is then
	// that of an earlier night.
	Trouble stripesecure.Code `json:"trouble,omitempty"`
}

// jobRecord is the row.
type jobRecord struct {
	Last

	Until  time.Time `json:"until,omitzero"` // the lease
	Due    time.Time `json:"due,omitzero"`   // not before, after a failure
	Fails  int       `json:"fails,omitempty"`
	Untold bool      `json:"untold,omitempty"`
	TellAt time.Time `json:"tell_at,omitzero"`
	Refuse int       `json:"refuse,omitempty"` // how often the host would not take it
}

func (j *Job) read(ctx context.Context) (jobRecord, stripesecure.Row, error) {
	row, err := j.o.Store.Get(ctx, j.o.ShopID, jobRow)
	if errors.Is(err, stripesecure.ErrNoRow) {
		return jobRecord{}, stripesecure.Row{Shop: j.o.ShopID, Checkout: jobRow}, nil
	}
	var record jobRecord
	if err == nil {
		err = json.Unmarshal(row.Body, &record)
	}
	return record, row, err
}

// put stores the row. It has no due time: the plugin's own loop leaves it alone.
func (j *Job) put(ctx context.Context, row *stripesecure.Row, record jobRecord) error {
	body, err := json.Marshal(record)
	if err != nil {
		return err
	}
	row.Body, row.Due = body, time.Time{}
	if err := j.o.Store.Put(ctx, *row); err != nil {
		return err
	}
	row.Version++
	return nil
}

// Last returns what is known of the last comparison, for the merchant's page.
// [ErrNoReport] when there was none; other errors are the store's.
func (j *Job) Last(ctx context.Context) (Last, error) {
	record, _, err := j.read(ctx)
	if err == nil && record.Began.IsZero() {
		err = ErrNoReport
	}
	return record.Last, err
}

// Once compares now, keeps the report and tells the host. Errors: [ErrRunning],
// those of the lists and of the store; the last report stays then.
func (j *Job) Once(ctx context.Context) (*Digest, error) { return j.once(ctx, false) }

// once compares; nightly: only when nobody has since the night began.
func (j *Job) once(ctx context.Context, nightly bool) (*Digest, error) {
	record, row, err := j.read(ctx)
	if err != nil {
		return nil, err
	}
	now := j.o.Now()
	if record.Until.After(now) || nightly && j.due(record).After(now) {
		return nil, ErrRunning
	}
	record.Began, record.Until = now, now.Add(jobLease)
	if err := j.put(ctx, &row, record); err != nil {
		if errors.Is(err, stripesecure.ErrConflict) {
			return nil, ErrRunning
		}
		return nil, err
	}
	found, failed := j.compare(ctx, now)
	record.Until, record.Trouble = time.Time{}, stripesecure.CodeOf(failed)
	if failed == nil {
		record.Found, record.Untold, record.TellAt, record.Refuse = found, j.o.Tell != nil, time.Time{}, 0
		record.Due, record.Fails = time.Time{}, 0
	} else {
		record.Fails++
		record.Due = j.o.Now().Add(later(record.Fails))
	}
	// What was found is kept although the time may be up.
	if err := j.put(context.WithoutCancel(ctx), &row, record); err != nil || failed != nil {
		return nil, errors.Join(failed, err)
	}
	return found, j.tell(ctx, &row, record)
}

// later is when something that failed is tried again.
func later(fails int) time.Duration {
	return min(jobAgain<<min(fails-1, 10), jobSeldom)
}

func (j *Job) compare(ctx context.Context, now time.Time) (*Digest, error) {
	since := now.AddDate(0, 0, -j.o.Days)
	options := j.o.Options
	options.At, options.Since, options.Until, options.KeepGoing = now, since, time.Time{}, true
	report, err := Compare(ctx, j.o.Orders(ctx, since.Add(-jobMargin), now), j.o.Payments(ctx, since.Add(-jobMargin), now.Add(jobSkew)), options)
	if err != nil {
		return nil, err
	}
	defer func() { _ = report.Close() }()
	return report.Digest(j.o.First)
}

// tell brings the last report to the host, which may not take it now.
func (j *Job) tell(ctx context.Context, row *stripesecure.Row, record jobRecord) error {
	if !record.Untold {
		return nil
	}
	if err := j.o.Tell(ctx, record.Found); err != nil {
		record.Refuse++
		record.TellAt = j.o.Now().Add(later(record.Refuse))
	} else {
		record.Untold = false
	}
	err := j.put(context.WithoutCancel(ctx), row, record)
	if errors.Is(err, stripesecure.ErrConflict) {
		return nil // somebody compares again already
	}
	return err
}

// Run compares every night until ctx ends, and returns its error. Run it on every
// server. What fails is tried again; [Job.Last] says why.
func (j *Job) Run(ctx context.Context) error {
	for {
		timer := time.NewTimer(j.step(ctx))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// step does what is due and says when to look again.
func (j *Job) step(ctx context.Context) time.Duration {
	record, row, err := j.read(ctx)
	now := j.o.Now()
	switch due := j.due(record); {
	case err != nil:
		return jobAgain
	case record.Until.After(now):
		return min(record.Until.Sub(now), jobAgain) // another server compares
	case !due.After(now):
		_, err := j.once(ctx, true)
		if err != nil && !errors.Is(err, ErrRunning) {
			return jobAgain
		}
		return time.Second
	case record.Untold && !record.TellAt.After(now) && j.o.Tell != nil:
		_ = j.tell(ctx, &row, record) // it stays untold
		return time.Second
	case record.Untold:
		return max(min(due.Sub(now), record.TellAt.Sub(now), jobLongest), time.Second)
	default:
		return max(min(due.Sub(now), jobLongest), time.Second)
	}
}

// due is when the next comparison begins: after the hour of the night that
// follows the last one, or when one that failed is tried again.
func (j *Job) due(record jobRecord) time.Time {
	if record.Began.IsZero() || !record.Due.IsZero() {
		return record.Due
	}
	last := record.Began.In(japan)
	night := time.Date(last.Year(), last.Month(), last.Day(), j.o.Hour, 0, 0, 0, japan)
	if !night.After(last) {
		night = night.AddDate(0, 0, 1)
	}
	return night
}
