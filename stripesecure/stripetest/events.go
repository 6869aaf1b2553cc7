package stripetest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// Event is an evt_ (stripe-facts §2.4, §5).
type Event struct {
	ID              string       `json:"id"`
	Object          string       `json:"object"`
	Account         string       `json:"account" stripe:"omit"`
	APIVersion      string       `json:"api_version"`
	Created         int64        `json:"created"`
	Data            EventData    `json:"data"`
	Livemode        bool         `json:"livemode"`
	PendingWebhooks int64        `json:"pending_webhooks"`
	Request         EventRequest `json:"request"`
	Type            string       `json:"type"`

	about  string // id of the object
	m      *mode
	before any // a copy of what the object had been; compared when somebody looks
}

// EventData is the object as it was, and what it had been.
type EventData struct {
	Object             any             `json:"object"`
	PreviousAttributes json.RawMessage `json:"previous_attributes" stripe:"omit"`
}

// EventRequest is the call that caused an event.
type EventRequest struct {
	ID             string `json:"id" stripe:"null"`
	IdempotencyKey string `json:"idempotency_key" stripe:"null"`
}

func (e *Event) key() string      { return e.ID }
func (e *Event) createdAt() int64 { return e.Created }

// About returns the id of the object that the event is about.
func (e Event) About() string { return e.about }

// JSON returns the event as Stripe sends it.
func (e Event) JSON() []byte {
	e.m.s.mu.Lock()
	defer e.m.s.mu.Unlock()
	return e.m.encode(&e, nil, false)
}

// shape makes the event complete before it is shown.
func (e *Event) shape() any { //nolint:unparam // as the interface shaped has it
	if e.before != nil {
		e.Data.PreviousAttributes = e.m.difference(e.before, e.Data.Object)
		e.before = nil
	}
	return nil
}

var _ = register(resource{name: "event", object: &Event{}, routes: []route{
	{method: "GET", path: "/v1/events", list: true, do: listEvents, params: spec(listParams + `
		created          range
		delivery_success bool
		type             text
		types            list`)},
	{method: "GET", path: "/v1/events/{id}", do: getEvent},
}})

// emit writes an event. obj is a copy of the object; before, if given, points to
// a copy of what it was. c is the call that caused it, nil for none.
func (m *mode) emit(c *call, kind string, obj, before any) {
	e := &Event{
		ID: m.s.newID("evt"), Object: "event", APIVersion: APIVersion, Created: m.now(), Livemode: m.isLive,
		Data: EventData{Object: obj}, Type: kind, m: m,
	}
	if c != nil {
		e.Request = EventRequest{ID: c.id, IdempotencyKey: c.idem}
	}
	if m.account.ID != m.s.keys.account {
		e.Account = m.account.ID
	}
	e.before = before
	if named, ok := idOf(obj); ok {
		e.about = named
	}
	m.insert("event", e)
	m.s.enqueue(m, e)
}

// idOf reads the id of a copied object.
func idOf(obj any) (string, bool) {
	v := fieldValue(obj, "ID")
	return v, v != ""
}

// difference gives the old values of the fields that changed, of two pictures of
// one object.
func (m *mode) difference(before, after any) json.RawMessage {
	old, now := reflect.Indirect(reflect.ValueOf(before)), reflect.Indirect(reflect.ValueOf(after))
	out := []byte("{")
	plan := fieldsOf(old.Type())
	for i := range plan {
		was, is := encoder{mode: m}, encoder{mode: m}
		was.object(old, plan[i:i+1], nil)
		is.object(now, plan[i:i+1], nil)
		if bytes.Equal(was.buf, is.buf) {
			continue
		}
		if len(was.buf) == len("{}") { // it was not shown
			was.buf = []byte("{" + plan[i].label + "null}")
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, was.buf[1:len(was.buf)-1]...)
	}
	return append(out, '}')
}

func getEvent(c *call) (any, error) {
	e, ok := find[*Event](c.m, c.values.of("id"))
	if !ok {
		return nil, c.m.noSuch("event", c.values.of("id"), "id")
	}
	return e, nil
}

func listEvents(c *call) (any, error) {
	f := c.form
	kinds := f.strings("types")
	if f.has("type") && len(kinds) > 0 {
		return nil, invalid("", "types", "You may only specify one of these parameters: type, types.")
	}
	if len(kinds) > 20 {
		return nil, invalid("", "types", "You may specify up to 20 types.")
	}
	if f.has("type") {
		kinds = []string{f.text("type")}
	}
	return page(c, "event", func(e *Event) bool {
		if f.has("delivery_success") && f.yes("delivery_success") != (e.PendingWebhooks == 0) {
			return false
		}
		return len(kinds) == 0 || wanted(kinds, e.Type)
	})
}

// wanted tells whether a type is among patterns, which may hold a "*".
func wanted(patterns []string, kind string) bool {
	for _, p := range patterns {
		if p == kind || p == "*" {
			return true
		}
		if start, end, star := strings.Cut(p, "*"); star && strings.HasPrefix(kind, start) && strings.HasSuffix(kind, end) {
			return true
		}
	}
	return false
}

// count and truncate let a create that is refused leave no trace.
func (t *table) count() int { return len(t.rows) }

func (t *table) truncate(m *mode, n int) {
	for len(t.rows) > n {
		last := t.rows[len(t.rows)-1]
		delete(m.index, last.key())
		t.rows = t.rows[:len(t.rows)-1]
	}
}
