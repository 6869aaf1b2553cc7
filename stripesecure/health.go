package stripesecure

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Health is how the payment method is doing, for a host's health page and its
// alarms. Numbers are of the whole shop, except those that name this process.
type Health struct {
	Shop string `json:"shop"`
	// Ready: the settings allow payments. NotReady is the code, when they do not.
	Ready    bool `json:"ready"`
	NotReady Code `json:"not_ready,omitempty"`
	// Copy: the store belongs to another address; background work stands still.
	Copy bool `json:"copy,omitempty"`
	// SweptAt is when this process last finished a sweep of the shop; zero: not
	// yet. Run a Runner on every server.
	SweptAt time.Time `json:"swept_at,omitzero"`
	// ScannedAt is when payments at Stripe were last compared with the store, all of
	// them. It happens every hour; ScanLate: for six hours it has not.
	ScannedAt time.Time `json:"scanned_at,omitzero"`
	ScanLate  bool      `json:"scan_late,omitempty"`
	// ScanTrouble is why it failed the last time, "" when it did not: stripe (no
	// answer), not_ready (no key that Stripe takes), store.
	ScanTrouble Code `json:"scan_trouble,omitempty"`
	// Overdue are checkouts that have been due for more than five minutes, up to
	// 1000: nobody sweeps, or sweeping does not keep up.
	Overdue int `json:"overdue"`
	// Inbox and Outbox are what could not be worked on, and news that the host
	// would not take, up to 1000; Parked of both are not tried any more.
	Inbox  int `json:"inbox"`
	Outbox int `json:"outbox"`
	Parked int `json:"parked"`
	// Stuck are checkouts for which Stripe has refused, or not answered, ten times
	// in a row what has to be done, of the 1000 that are due next. They are tried
	// on, at least once a day; their findings say what to mend.
	Stuck int `json:"stuck"`
	// Unknown are payments at Stripe that no stored checkout knows.
	Unknown int `json:"unknown"`
	// LetGo counts parked entries of the inbox that were let go after a week, because
	// no stored checkout has ever known their payment. It never goes down.
	LetGo int64 `json:"let_go,omitempty"`
	// RefusedSince: this process has refused every event since then.
	RefusedSince time.Time `json:"refused_since,omitzero"`
}

const overdueAfter = 5 * time.Minute

// OK reports whether nobody has to look: payments are possible, the loop runs,
// and nothing waits for a person.
func (h Health) OK() bool {
	return h.Ready && !h.Copy && !h.SweptAt.IsZero() && !h.ScanLate && h.Overdue == 0 && h.Parked == 0 && h.Stuck == 0 && h.Unknown == 0 && h.RefusedSince.IsZero()
}

// Health reads the store and asks nothing of Stripe. Errors: store, canceled.
func (p *Plugin) Health(ctx context.Context) (Health, error) {
	const op = "Health"
	h := Health{Shop: p.opts.ShopID, SweptAt: p.pulse.last(), RefusedSince: p.Webhooks().RefusedSince}
	if _, err := p.ready(ctx, op); err != nil {
		h.NotReady = CodeOf(err)
	}
	h.Ready = h.NotReady == ""
	site, err := p.siteFor(ctx, op)
	if err != nil {
		return Health{}, err
	}
	h.Copy = site.Copy
	due, err := p.opts.Store.Due(ctx, p.opts.ShopID, p.now().Add(25*time.Hour), 1000)
	if err != nil {
		return Health{}, storeError(op, err)
	}
	p.dueHealth(&h, due)
	if err := p.waiting(ctx, &h); err != nil {
		return Health{}, renamed(op, err)
	}
	return h, nil
}

// renamed gives a failure the name of the call that the host has made.
func renamed(op string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Op = op
	return &named
}

// dueHealth counts what is late, and what Stripe refuses.
func (p *Plugin) dueHealth(h *Health, due []Row) {
	late := p.now().Add(-overdueAfter)
	for _, row := range due {
		h.Overdue += count(!row.Due.After(late))
		r := &checkout.Row{}
		if !strings.HasPrefix(row.Checkout, reserved) && p.decode(row.Body, r) == nil {
			h.Stuck += count(r.Stuck())
		}
	}
}

// waiting counts what waits for a person.
func (p *Plugin) waiting(ctx context.Context, h *Health) error {
	inbox, err := p.Inbox(ctx)
	if err != nil {
		return err
	}
	outbox, err := p.Outbox(ctx)
	if err != nil {
		return err
	}
	unknown, err := p.Unknown(ctx)
	if err != nil {
		return err
	}
	record, err := p.scanRecord(ctx)
	if err != nil && !errors.Is(err, ErrNoRow) {
		return storeError("Health", err)
	}
	h.ScannedAt, h.ScanLate, h.ScanTrouble = record.Complete, record.late(p.now()), record.Trouble
	letGo, _, err := p.letGoCount(ctx)
	if err != nil {
		return storeError("Health", err)
	}
	h.LetGo = letGo.Count
	h.Inbox, h.Outbox, h.Unknown = len(inbox), len(outbox), len(unknown)
	for _, e := range inbox {
		h.Parked += count(e.Parked)
	}
	for _, e := range outbox {
		h.Parked += count(e.Parked)
	}
	return nil
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// pulse remembers the last sweep of this process.
type pulse struct{ at atomic.Int64 }

func (p *pulse) beat(now time.Time) { p.at.Store(now.UnixNano()) }

func (p *pulse) last() time.Time {
	at := p.at.Load()
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at).UTC()
}
