package checkout

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// Worlds that differ only in what nobody will ever look at are one. Each of
// these steps says why it loses nothing; the mutants are still caught.

// canonical brings a world into the one form of all that are alike.
func (m *model) canonical(w *world) {
	flatten(w.Row)
	if !m.slow {
		m.tellAtOnce(w)
		expectEnd(w.Row)
	}
	for _, a := range w.Row.Attempts {
		forget(a)
	}
	for i := range w.Intents {
		if p := &w.Intents[i]; p.Status == "canceled" || p.Status == "succeeded" {
			p.Charges, p.Error = 0, "" // no confirm can be in doubt any more
		}
	}
	slices.SortFunc(w.Row.Findings, func(a, b Finding) int { return cmp.Compare(a.Code, b.Code) })
	slices.Sort(w.Host.Refused)
	slices.Sort(w.Told)
	slices.SortFunc(w.Tickets, func(a, b ticket) int { return cmp.Or(a.Gen-b.Gen, cmp.Compare(a.Total, b.Total)) })
	slices.SortStableFunc(w.Flight, func(a, b request) int { // any of them may arrive first
		return cmp.Or(cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(a.Kind, b.Kind))
	})
	m.alikeWorkers(w)
	w.renameKeys()
}

// tellAtOnce: the host hears news when they are made. Later they are no older,
// so a change that makes no news shows best like this. Models that are slow do
// both in every order.
func (m *model) tellAtOnce(w *world) {
	for len(w.Row.Untold) > 0 {
		m.hear(w)
	}
}

// expectEnd: that a hold is reported two days before its end only makes news,
// and commutes with everything.
func expectEnd(r *Row) {
	if a := r.Current(); a != nil && a.State == Placed && !a.Seen.CaptureBefore.IsZero() && !r.found("hold_expiring") {
		r.Findings = append(r.Findings, Finding{"hold_expiring", t0})
	}
}

// forget drops what an attempt that has ended is not asked for any more.
func forget(a *Attempt) {
	if a.State.Live() || a.State == Vanished {
		return
	}
	for i := range a.Tries {
		a.Tries[i].Decline, a.Tries[i].Sent = "", true
	}
	if a.State != Captured {
		a.Seen, a.Tagged, a.Reread, a.Settled = Seen{Status: a.Seen.Status}, "", false, false
	}
}

// alikeWorkers: which of the two has which work does not matter.
func (m *model) alikeWorkers(w *world) {
	a, b := &w.Workers[0], &w.Workers[1]
	if b.Phase == idle {
		return
	}
	order := cmp.Or(cmp.Compare(b.Phase, a.Phase), cmp.Compare(a.Kind, b.Kind)) // the idle one last
	if order == 0 {
		m.buffers = [2][]byte{flatWorker(m.buffers[0][:0], a), flatWorker(m.buffers[1][:0], b)}
		order = bytes.Compare(m.buffers[0], m.buffers[1])
	}
	if order > 0 {
		*a, *b = *b, *a
	}
}

// renameKeys numbers the idempotency keys that are in use; only which of them
// are the same matters.
func (w *world) renameKeys() {
	names := map[string]string{}
	rename := func(key *string) {
		if *key == "" {
			return
		}
		name, known := names[*key]
		if !known {
			name = fmt.Sprint("k", len(names)+1)
			names[*key] = name
		}
		*key = name
	}
	calls := func(r *Row) {
		for _, a := range r.Attempts {
			if a.Call != nil {
				rename(&a.Call.Key)
			}
			for _, f := range a.Matters.Refunds {
				if f.Call != nil {
					rename(&f.Call.Key)
				}
			}
		}
	}
	calls(w.Row)
	for i := range w.Workers {
		k := &w.Workers[i]
		rename(&k.Req.Key)
		if k.Stale != nil {
			k.Stale = cloneRow(k.Stale)
			calls(k.Stale)
		}
	}
	for i := range w.Flight {
		rename(&w.Flight[i].Key)
	}
	for i := range w.Replies {
		rename(&w.Replies[i].Key)
	}
	w.Keys = len(names)
}
