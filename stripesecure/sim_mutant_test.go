package stripesecure

import (
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// simMutant is a deliberate bug. The shipped code has no switches for them: a
// mutant is a port that breaks its contract, or undoes in a row, before it is
// stored, what the protocol has decided. A nil mutant does nothing.
type simMutant struct {
	name   string
	caught string // the invariants that may notice it first

	plugin func(*Plugin)
	row    func(*simWorld, *checkout.Row)                                   // before a row is stored
	sends  func(*simWorld, *checkout.Call) (checkout.Answer, bool)          // before a POST; true: it is not sent
	hears  func(*simWorld, checkout.Call, *checkout.Answer)                 // its answer
	sees   func(*simWorld, *checkout.Intent, error) (bool, checkout.Intent) // a GET
	lists  func(*simStripe)                                                 // the second janitor's page
	money  func(*simWorld, *checkout.MattersSeen)                           // refunds and disputes that are read
	late   func(*simWorld) bool                                             // a row is stored after the call instead of before

	shape func(*simConfig) // worlds in which it matters
}

func (m *simMutant) is(name string) bool { return m != nil && m.name == name }

func (m *simMutant) change(w *simWorld, r *checkout.Row) {
	if m != nil && m.row != nil {
		m.row(w, r)
	}
}

func (m *simMutant) call(w *simWorld, call *checkout.Call) (checkout.Answer, bool) {
	if m == nil || m.sends == nil {
		return checkout.Answer{}, false
	}
	return m.sends(w, call)
}

func (m *simMutant) hear(w *simWorld, call checkout.Call, ans *checkout.Answer) {
	if m != nil && m.hears != nil {
		m.hears(w, call, ans)
	}
}

func (m *simMutant) see(w *simWorld, id string, in checkout.Intent, err error) (checkout.Intent, error) {
	if m == nil || m.sees == nil {
		return in, err
	}
	if i := w.stripe.find(id); i != nil && err != nil {
		in = w.stripe.picture(i)
	}
	if changed, other := m.sees(w, &in, err); changed {
		return other, nil
	}
	return in, err
}

func (m *simMutant) review(w *simWorld, seen *checkout.MattersSeen) {
	if m != nil && m.money != nil {
		m.money(w, seen)
	}
}

func (m *simMutant) list(s *simStripe) {
	if m != nil && m.lists != nil {
		m.lists(s)
	}
}

// loses: the store says yes and does not store, or not yet.
func (m *simMutant) loses(w *simWorld, row Row) bool {
	switch {
	case m == nil || strings.HasPrefix(row.Checkout, reserved):
		return false
	case m.is("the store forgets"):
		return w.cur.rnd.yes(50)
	case m.late == nil || !m.late(w):
		return false
	}
	w.store.held = &row
	return true
}

func (m *simMutant) flush(s *simStore) {
	if m == nil || s.held == nil {
		return
	}
	row := *s.held
	s.held = nil
	if old := s.row(row.Checkout); old == nil && row.Version == 0 || old != nil && old.Version == row.Version {
		row.Version++
		if old == nil {
			s.rows = append(s.rows, row)
		} else {
			*old = row
		}
		s.stored(row)
	}
}

// rollBack is the host of ORP-06: an error after the payment undoes the order.
func (m *simMutant) rollBack(h *simHost, order *simOrder) {
	if m.is("an error of OrderPlaced rolls the order back") {
		h.orders = slices.DeleteFunc(h.orders, func(o *simOrder) bool { return o == order })
		delete(h.keys, order.id)
	}
}
