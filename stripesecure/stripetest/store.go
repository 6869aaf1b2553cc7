package stripetest

import (
	"slices"
	"time"
)

// object is anything that has an id and is kept in a table.
type object interface{ key() string }

// account is one Stripe account: its test objects and its live objects are
// disjoint (stripe-facts §7).
type account struct {
	AccountConfig
	created    int64
	test, live *mode
}

// mode is all that exists in one account in one mode.
type mode struct {
	s       *Stripe
	account *account
	isLive  bool
	tables  map[string]*table  // by object name
	index   map[string]place   // by id
	replays map[string]*replay // by idempotency key
	oldest  []*replay          // in the order of their creation
	search  map[string]*history
}

// table keeps the objects of one kind in the order of their creation.
type table struct {
	rows    []object
	dropped int // how many were removed from the front
}

// place is an object and its position in its table, plus dropped.
type place struct {
	object object
	at     int
}

func newMode(s *Stripe, a *account, live bool) *mode {
	return &mode{
		s: s, account: a, isLive: live, tables: map[string]*table{}, index: map[string]place{},
		replays: map[string]*replay{}, search: map[string]*history{},
	}
}

func (m *mode) table(name string) *table {
	t := m.tables[name]
	if t == nil {
		t = &table{}
		m.tables[name] = t
	}
	return t
}

// insert adds a new object.
func (m *mode) insert(name string, o object) {
	t := m.table(name)
	m.index[o.key()] = place{object: o, at: len(t.rows) + t.dropped}
	t.rows = append(t.rows, o)
}

// full tells whether the bound of [WithMaxObjects] is reached, by objects or by
// idempotency keys.
func (m *mode) full() bool {
	return len(m.index) >= m.s.opts.maxObjects || len(m.oldest) >= m.s.opts.maxObjects
}

// shift forgets the oldest object of a table.
func (m *mode) shift(t *table) {
	id := t.rows[0].key()
	delete(m.index, id)
	t.rows[0] = nil
	t.rows = t.rows[1:]
	t.dropped++
}

// find returns the object with an id if it has the type T, else the zero T.
func find[T object](m *mode, id string) (T, bool) {
	o, ok := m.index[id].object.(T)
	return o, ok
}

// each gives all objects of a table, newest first, until yield says stop.
func each[T object](m *mode, name string, yield func(T) bool) {
	rows := m.table(name).rows
	for _, row := range slices.Backward(rows) {
		if o, ok := row.(T); ok && !yield(o) {
			return
		}
	}
}

func (m *mode) now() int64 { return m.s.now().Unix() }

// prune forgets what Stripe forgets: idempotency keys after 24 hours
// (stripe-facts §1.4) and events after 30 days (§5).
func (m *mode) prune(now time.Time) {
	for len(m.oldest) > 0 && !m.oldest[0].created.Add(keyLifetime).After(now) {
		old := m.oldest[0]
		if m.replays[old.key] == old && old.done {
			delete(m.replays, old.key)
		}
		m.oldest[0] = nil
		m.oldest = m.oldest[1:]
	}
	events := m.tables["event"]
	for events != nil && len(events.rows) > 0 {
		e, ok := events.rows[0].(*Event)
		if ok && now.Sub(time.Unix(e.Created, 0)) < eventLifetime {
			break
		}
		m.shift(events)
	}
}
