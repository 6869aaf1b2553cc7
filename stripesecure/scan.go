package stripesecure

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// The second janitor (rule 10) goes from Stripe to the rows.
const (
	scanEvery   = time.Hour
	scanOverlap = time.Hour           // before the last complete pass
	scanRecent  = 48 * time.Hour      // looked at every hour
	scanDeep    = 35 * 24 * time.Hour // looked at every night
	nightHour   = 3                   // in Tokyo
	maxUnknown  = 1000
	scanBudget  = 25 * time.Second // then the pass goes on in the next sweep
	scanAgain   = time.Minute      // after a failure, and twice that after the next one
	scanSeldom  = 16 * time.Minute
	scanLate    = 6 * time.Hour // a scan that has not been complete for so long is shown
)

// scanRecord is what the janitor remembers, in a row of the store: whoever
// changes it by compare-and-set has the lease.
type scanRecord struct {
	Complete time.Time `json:"complete,omitzero"` // begin of the last complete pass
	Deep     time.Time `json:"deep,omitzero"`     // begin of the last complete nightly pass
	Until    time.Time `json:"until,omitzero"`    // the lease of the pass that runs
	Unknown  []Unknown `json:"unknown,omitempty"` // by the last complete pass
	Pass     *scanPass `json:"pass,omitempty"`    // that is not complete yet
	// Fails counts the failures without any success between, Trouble is why the last
	// one was.
	Fails   int  `json:"fails,omitempty"`
	Trouble Code `json:"trouble,omitempty"`
	// Heard is, for each environment and account, up to when its events were read.
	Heard map[string]time.Time `json:"heard,omitempty"`
}

// scanPass is a pass under way: a big shop's needs several sweeps.
type scanPass struct {
	Scope   checkout.Scope `json:"scope"`
	Began   time.Time      `json:"began"`
	From    time.Time      `json:"from"`
	Deep    bool           `json:"deep,omitempty"`
	Listed  bool           `json:"listed,omitempty"` // all payments were looked at: the events are next
	Since   time.Time      `json:"since,omitzero"`   // of the events
	Deaf    bool           `json:"deaf,omitempty"`   // the key may not read events
	After   string         `json:"after,omitempty"`  // the last PaymentIntent or event that was looked at
	Unknown []Unknown      `json:"unknown,omitempty"`
}

// Unknown is a payment at Stripe that carries this shop's signature and that no
// stored checkout knows: the store was restored from a backup, or a row was
// lost. Nothing is done to its money; a person decides.
type Unknown struct {
	Intent   string     `json:"intent"`
	Checkout CheckoutID `json:"checkout"`
	Ref      string     `json:"ref,omitempty"` // the order's, from the metadata
	Amount   Money      `json:"amount"`
	Status   string     `json:"status"`
	Created  time.Time  `json:"created"`
	Found    time.Time  `json:"found"`
}

// Unknown lists the payments that the second janitor has found and no checkout
// knows, as of its last pass. Errors: store, canceled.
func (p *Plugin) Unknown(ctx context.Context) ([]Unknown, error) {
	record, err := p.scanRecord(ctx)
	if err != nil && !errors.Is(err, ErrNoRow) {
		return nil, storeError("Unknown", err)
	}
	return record.Unknown, nil
}

func (p *Plugin) scanRecord(ctx context.Context) (scanRecord, error) {
	row, err := p.opts.Store.Get(ctx, p.opts.ShopID, scanRow)
	if err != nil {
		return scanRecord{}, err
	}
	var record scanRecord
	err = json.Unmarshal(row.Body, &record)
	return record, err
}

// scheduleScan makes the janitor's row, due at once, where there is none, or where
// a clock that was wrong has put it off.
func (p *Plugin) scheduleScan(ctx context.Context) error {
	row, err := p.opts.Store.Get(ctx, p.opts.ShopID, scanRow)
	switch {
	case errors.Is(err, ErrNoRow):
		row = Row{Shop: p.opts.ShopID, Checkout: scanRow, Body: []byte("{}")}
	case err != nil || row.Due.Before(p.now().Add(2*scanEvery)):
		return err
	}
	row.Due = p.now()
	err = p.opts.Store.Put(ctx, row)
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// scan works on a pass: it takes the lease, lists what was created in the window,
// works on what a row does not know yet, and stores when it is due again.
func (p *Plugin) scan(ctx context.Context, row Row) error {
	var record scanRecord
	if err := json.Unmarshal(row.Body, &record); err != nil {
		return storeError("Scan", err)
	}
	now := p.now()
	s, err := p.opts.Settings.Settings(ctx)
	if err != nil {
		p.log(ctx, "scan", "answer", "no_settings")
		return nil // the row stays due; the store is well
	}
	if record.Pass == nil || record.Pass.Scope != scopeOf(s) { // the merchant has changed ⑥ or ⑦
		record.begin(now, scopeOf(s))
	}
	record.Until = now.Add(sweepBudget)
	if err := p.putScan(ctx, &row, record, record.Until); err != nil {
		return ignoreConflict(err) // another server scans
	}
	complete, err := p.goOn(ctx, s, record.Pass)
	due := p.now() // the next sweep goes on
	switch {
	case err != nil && ctx.Err() != nil: // this server is going down
		due = record.Until
	case err != nil: // what was done of the pass is kept
		record.Fails++
		record.Trouble = scanTrouble(err)
		p.log(ctx, "scan", "answer", "error", "code", string(record.Trouble), "fails", record.Fails)
		due = p.now().Add(min(scanAgain<<min(record.Fails-1, 10), scanSeldom))
	case complete:
		p.tellUnknown(ctx, record)
		record.finish()
		due = record.Complete.Add(scanEvery)
		if err := p.letGo(ctx); err != nil {
			p.log(ctx, "inbox", "answer", "error") // the next pass does it
		}
	}
	if err == nil {
		record.Fails, record.Trouble = 0, ""
	}
	record.Until = time.Time{}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return ignoreConflict(p.putScan(ctx, &row, record, due))
}

// scanTrouble is why a pass failed: a key that Stripe refuses, Stripe that does not
// answer, or the store.
func scanTrouble(err error) Code {
	var said *stripeapi.Error
	switch {
	case errors.Is(err, errNoCredentials), errors.As(err, &said) && said.Denied():
		return CodeNotReady
	case errors.As(err, &said):
		return CodeStripe
	}
	return CodeOf(storeError("Sweep", err))
}

// late: the last complete pass is long ago, or there was none since the first one
// was begun.
func (r scanRecord) late(now time.Time) bool {
	since := r.Complete
	if since.IsZero() && r.Pass != nil {
		since = r.Pass.Began
	}
	return !since.IsZero() && now.Sub(since) > scanLate
}

func (r *scanRecord) begin(now time.Time, scope checkout.Scope) {
	from, deep := r.window(now)
	since := now.Add(-eventLife)
	if last := earlier(r.Heard[heardKey(scope)], now).Add(-scanOverlap); last.After(since) {
		since = last
	}
	r.Pass = &scanPass{Scope: scope, Began: now, From: from, Deep: deep, Since: since}
}

// finish: what an earlier, deeper pass has found stays until it is looked at
// again.
func (r *scanRecord) finish() {
	for _, u := range r.Unknown {
		if u.Created.Before(r.Pass.From) && u.Created.After(r.Pass.Began.Add(-scanDeep)) && len(r.Pass.Unknown) < maxUnknown {
			r.Pass.Unknown = append(r.Pass.Unknown, u)
		}
	}
	r.Complete, r.Unknown = r.Pass.Began, r.Pass.Unknown
	if r.Pass.Deep {
		r.Deep = r.Pass.Began
	}
	if r.Heard == nil {
		r.Heard = map[string]time.Time{}
	}
	if !r.Pass.Deaf {
		r.Heard[heardKey(r.Pass.Scope)] = r.Pass.Began
	}
	r.Pass = nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func heardKey(scope checkout.Scope) string { return scope.Environment + " " + scope.Account }

func (p *Plugin) putScan(ctx context.Context, row *Row, record scanRecord, due time.Time) error {
	body, err := json.Marshal(record)
	if err != nil {
		return err
	}
	row.Body, row.Due = body, due
	if err := p.opts.Store.Put(ctx, *row); err != nil {
		return err
	}
	row.Version++
	return nil
}

// window is where a pass begins: 48 hours back, or an hour before the last
// complete pass where that is longer ago; once a night 35 days.
func (r scanRecord) window(now time.Time) (from time.Time, deep bool) {
	local := now.In(tokyo)
	night := time.Date(local.Year(), local.Month(), local.Day(), nightHour, 0, 0, 0, tokyo)
	if now.Before(night) {
		night = night.AddDate(0, 0, -1)
	}
	if r.Deep.Before(night) || r.Deep.After(now) {
		return now.Add(-scanDeep), true
	}
	from = now.Add(-scanRecent)
	if last := r.Complete.Add(-scanOverlap); last.Before(from) {
		from = last
	}
	return from, false
}

// goOn works on a pass until it is complete or its time is up: first the
// payments, then the events.
func (p *Plugin) goOn(ctx context.Context, s settings.Settings, pass *scanPass) (complete bool, err error) {
	client, err := p.client(ctx, pass.Scope, inBackground)
	if err != nil {
		return false, err
	}
	end := p.now().Add(scanBudget)
	missed := p.missedPage(s, end)
	for p.now().Before(end) {
		page := p.scanPage
		if pass.Listed {
			page = missed
		}
		more, err := page(ctx, client, pass)
		var gone *stripeapi.Error
		switch {
		case pass.Listed && errors.As(err, &gone) && gone.Denied():
			// A restricted key without "Events": the payments are looked at all the same.
			p.log(ctx, "scan", "answer", "no_events")
			pass.Deaf = true
			return true, nil
		case errors.As(err, &gone) && gone.Gone():
			pass.After = "" // the cursor: Stripe has dropped it
			return false, err
		case err != nil:
			return false, err
		case more:
		case pass.Listed:
			return true, nil
		default:
			pass.Listed, pass.After = true, ""
		}
	}
	return false, nil
}

// scanPage looks at the next page of payments.
func (p *Plugin) scanPage(ctx context.Context, client stripePort, pass *scanPass) (more bool, err error) {
	page, more, err := client.Page(ctx, pass.From, pass.Began, pass.After)
	if err != nil {
		return false, err
	}
	for _, listed := range page {
		known := true
		if listed.Signed { // otherwise another shop's, or nobody's we know
			known, err = p.link(ctx, listed.Intent, false)
			if errors.Is(err, errUnreadable) || errors.Is(err, errTooManySteps) {
				// That row fails, and holds up none of those behind it.
				p.log(ctx, "scan", "checkout", listed.Checkout, "answer", "row")
				known, err = true, nil
			}
			if err != nil {
				return false, err
			}
		}
		pass.After = listed.ID
		if !known && len(pass.Unknown) < maxUnknown {
			pass.Unknown = append(pass.Unknown, Unknown{
				Intent: listed.ID, Checkout: CheckoutID(listed.Checkout), Ref: listed.Ref, Status: listed.Seen.Status,
				Amount: FromMinor(listed.Amount, listed.Currency), Created: listed.Created, Found: pass.Began,
			})
		}
	}
	return more && len(page) > 0, nil
}

// link brings what was found to its checkout, if there is one that knows it. It
// never moves money for a PaymentIntent that no row knows; a stray of a closed
// attempt is known by that attempt, and cancelled by it. matters: its refunds
// and disputes are read as well.
func (p *Plugin) link(ctx context.Context, found checkout.Intent, matters bool) (known bool, err error) {
	j := p.newJob(false)
	j.tell, j.background = true, true
	if err := j.open(ctx, CheckoutID(found.Checkout)); err != nil {
		return false, err
	}
	if !j.row.Knows(found) {
		return false, nil
	}
	if j.row.UpToDate(found) && !matters && !j.mended {
		return true, nil // nothing new
	}
	j.learned = append(j.learned, func(r *checkout.Row) {
		r.ReadIntent(found.Attempt, found, p.now())
		if matters {
			r.Told(found.Attempt)
		}
	})
	return true, j.run(ctx, func(*checkout.Row) bool { return true })
}

// lookAhead reads the PaymentIntents of many due rows by list pages of 100
// instead of one call each, so that a sweep after an outage leaves the rate
// limit to the buyers. What it does not find is read one by one.
func (p *Plugin) lookAhead(ctx context.Context, rows []Row) map[string]checkout.Intent {
	const worthIt = 10
	if len(rows) < worthIt {
		return nil
	}
	oldest, scope, waiting := time.Time{}, checkout.Scope{}, 0
	for _, stored := range rows {
		row := &checkout.Row{}
		if p.decode(stored.Body, row) != nil {
			continue
		}
		if a := row.Live(); a != nil && a.State == checkout.Waiting && a.Intent != "" {
			waiting++
			scope = a.Scope
			if oldest.IsZero() || a.At.Before(oldest) {
				oldest = a.At
			}
		}
	}
	if waiting < worthIt {
		return nil
	}
	client, err := p.client(ctx, scope, inBackground)
	if err != nil {
		return nil
	}
	seen := map[string]checkout.Intent{}
	after := ""
	for range waiting/10 + 1 { // more pages than that cost more than they save
		page, more, err := client.Page(ctx, oldest.Add(-time.Minute), p.now().Add(time.Minute), after)
		if err != nil {
			return seen
		}
		for _, listed := range page {
			after = listed.ID
			seen[listed.ID] = listed.Intent
		}
		if !more || len(page) == 0 {
			break
		}
	}
	return seen
}
