package checkout

import "time"

// A server whose clock is far ahead stores times that lie in the others' future,
// and nobody would look at the row for days.
const (
	// aheadAtMost is longer than anything is put off, and than clocks differ.
	aheadAtMost = 25 * time.Hour
	// leaseAtMost is longer than any lease, and than clocks differ.
	leaseAtMost = time.Hour
)

// Mend lets leases and times that lie further ahead than the code ever puts
// anything off count as now, and reports whether there were any. A key whose age
// nobody knows is not used again: the object is read, or looked for.
func (r *Row) Mend(now time.Time) (changed bool) {
	past := func(t *time.Time) {
		if t.After(now.Add(aheadAtMost)) {
			*t, changed = now, true
		}
	}
	call := func(c *Call) {
		if c != nil && (c.First.After(now.Add(aheadAtMost)) || c.Last.After(now.Add(aheadAtMost))) {
			c.First, c.Last, changed = now.Add(-keyLife), now, true
			c.NotDone, c.Doubt = false, true
		}
	}
	if r.Lease.Until.After(now.Add(leaseAtMost)) {
		r.Lease, changed = Lease{}, true
	}
	for _, t := range []*time.Time{&r.Touched, &r.OrderAt, &r.PlaceAt, &r.TellAt} {
		past(t)
	}
	if r.End != nil {
		past(&r.End.At)
		past(&r.End.NextAt)
	}
	for _, a := range r.Attempts {
		for _, t := range []*time.Time{&a.At, &a.AuthorizedAt, &a.NextAt, &a.ClosedAt, &a.CapturedAt, &a.EndedAt, &a.Matters.LookAt} {
			past(t)
		}
		for i := range a.Tries {
			past(&a.Tries[i].At)
		}
		call(a.Call)
		for _, f := range a.Matters.Refunds {
			past(&f.At)
			past(&f.NextAt)
			call(f.Call)
		}
	}
	return changed
}
