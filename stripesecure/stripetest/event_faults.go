package stripetest

import (
	"time"
)

// EventFault is something that goes wrong with the delivery of an event, see
// [Stripe.FailEvent]. The event itself happened and can be listed.
type EventFault struct {
	copies int
	late   time.Duration
	mix    bool
}

// The faults of events: Stripe promises at least once, in no order (stripe-facts
// §5).
var (
	// DropEvent: it is never delivered.
	DropEvent = EventFault{copies: 0}
	// DuplicateEvent: it is delivered twice.
	DuplicateEvent = EventFault{copies: 2}
)

// LateEvent delivers an event only after d.
func LateEvent(d time.Duration) EventFault { return EventFault{copies: 1, late: d} }

// ReorderEvents delivers events up to d late, each by a time that the seed
// chooses, so that they overtake each other.
func ReorderEvents(d time.Duration) EventFault { return EventFault{copies: 1, late: d, mix: true} }

// EventScript is a fault waiting for its event.
type EventScript struct {
	s   *Stripe
	one *eventScript
}

type eventScript struct {
	s     *Stripe
	types []string
	fault EventFault
	left  int // -1: always
}

// FailEvent scripts a fault of delivery for the next event whose type fits the
// pattern ("payment_intent.succeeded", "charge.*", "*").
func (s *Stripe) FailEvent(pattern string, f EventFault) *EventScript {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &eventScript{s: s, types: []string{pattern}, fault: f, left: 1}
	s.webhooks.faults = append(s.webhooks.faults, one)
	return &EventScript{s: s, one: one}
}

// Times makes the fault hit n events.
func (p *EventScript) Times(n int) *EventScript { return p.set(n) }

// Always makes the fault hit every fitting event until [EventScript.Stop].
func (p *EventScript) Always() *EventScript { return p.set(-1) }

// Stop ends the script.
func (p *EventScript) Stop() { p.set(0) }

func (p *EventScript) set(n int) *EventScript {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.one.left = n
	return p
}

// mistreat tells how often and when an event is delivered.
func (w *delivery) mistreat(e *Event, now time.Time) (copies int, due time.Time) {
	hit := (*eventScript)(nil)
	live := w.faults[:0]
	for _, p := range w.faults {
		if hit == nil && p.left != 0 && wanted(p.types, e.Type) {
			if hit = p; p.left > 0 {
				p.left--
			}
		}
		if p.left != 0 {
			live = append(live, p)
		}
	}
	w.faults = live
	if hit == nil {
		return 1, now
	}
	late := hit.fault.late
	if hit.fault.mix && late > 0 {
		late = time.Duration(hit.s.rand.Int64N(int64(late)))
	}
	return hit.fault.copies, now.Add(late)
}
