package stripetest

import (
	"context"
	"time"
)

// hangFor is how long a hanging call keeps a client that has no time-out of its
// own: the default time-out of stripe-go (stripe-facts §1.6).
const hangFor = 80 * time.Second

// exchange answers one API request in the caller's goroutine, through whatever
// fault is scripted for it. An error means that the connection broke.
func (s *Stripe) exchange(ctx context.Context, in *incoming) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	j := &job{s: s, in: in}
	script := s.meet(in)
	if script == nil {
		j.forms = &s.forms
		j.run()
		s.forms.reset()
		s.mu.Unlock()
		return j.out, nil
	}
	j.fault = script.fault
	if script.held != nil {
		return script.held.keep(ctx, j) // unlocks
	}
	if j.fault.lost == request {
		s.note(j)
		s.mu.Unlock()
		return s.lose(ctx, j.fault)
	}
	if j.fault.delay > 0 {
		return s.delay(ctx, j) // unlocks
	}
	j.run()
	s.mu.Unlock()
	return s.reply(ctx, j)
}

// run answers a request, all of it at one moment. The caller holds s.mu.
func (j *job) run() {
	j.s.tick()
	j.s.frozen = j.s.now()
	if j.arrive() {
		j.work()
	}
	j.s.frozen = time.Time{}
}

// note logs a request that does not arrive. The caller holds s.mu.
func (s *Stripe) note(j *job) {
	j.call = &call{s: s}
	j.call.form, _ = j.in.form(&parser{}) // nil when it is malformed
	j.log = s.calls.begin(j)
	j.log.learn(j)
}

// reply hands out the answer of a finished job as its fault prescribes.
func (s *Stripe) reply(ctx context.Context, j *job) (answer, error) {
	if j.fault.lost == reply {
		return s.lose(ctx, j.fault)
	}
	if j.fault.body != nil {
		return j.fault.body(j.out), nil
	}
	return j.out, nil
}

func (s *Stripe) lose(ctx context.Context, f Fault) (answer, error) {
	if f.hang {
		if err := s.opts.sleep(ctx, hangFor); err != nil {
			return answer{}, err
		}
	}
	return answer{}, errLost
}

// delay lets a request arrive late, or its work take long. The work is on the
// agenda, so that it happens also when the client gives up. The caller holds
// s.mu; delay releases it.
func (s *Stripe) delay(ctx context.Context, j *job) (answer, error) {
	run := func() {
		if j.call == nil && !j.arrive() {
			return
		}
		j.work()
	}
	waiting := true
	if !j.fault.late {
		waiting = j.arrive()
	}
	if waiting {
		s.later(s.now().Add(j.fault.delay), run)
	}
	s.mu.Unlock()
	if waiting {
		if err := s.opts.sleep(ctx, j.fault.delay); err != nil {
			return answer{}, err
		}
		s.mu.Lock()
		s.tick()
		if !j.done {
			run()
		}
		s.mu.Unlock()
	}
	return s.reply(ctx, j)
}

// Held is a call that is kept on its way, see [Stripe.Hold].
type Held struct {
	s       *Stripe
	script  *Script
	inside  bool
	caught  chan struct{} // closed when the first call is caught
	open    chan struct{} // closed by Release
	opened  bool
	pending []*job
}

// Hold keeps the next call that fits the pattern on its way to Stripe until
// [Held.Release]: a request that "arrives any time later". Its client may give
// up meanwhile; the work is done at the release all the same.
func (s *Stripe) Hold(pattern string) *Held { return s.hold(pattern, false) }

// HoldInside is [Stripe.Hold] for a call that has arrived and is being worked
// on: its idempotency key is in use until the release (409 for others).
func (s *Stripe) HoldInside(pattern string) *Held { return s.hold(pattern, true) }

func (s *Stripe) hold(pattern string, inside bool) *Held {
	name := "hold"
	if inside {
		name = "hold_inside"
	}
	h := &Held{s: s, inside: inside, caught: make(chan struct{}), open: make(chan struct{})}
	h.script = s.Fail(pattern, Fault{name: name})
	h.script.set(func() { h.script.held = h })
	return h
}

// Nth lets n-1 fitting calls pass first; Times and Where narrow the hold as those
// of [Script] do.
func (h *Held) Nth(n int) *Held { h.script.Nth(n); return h }

// Times makes the hold catch n calls.
func (h *Held) Times(n int) *Held { h.script.Times(n); return h }

// Where narrows the hold, see [Script.Where].
func (h *Held) Where(match func(Call) bool) *Held { h.script.Where(match); return h }

// Caught is closed when a call is held.
func (h *Held) Caught() <-chan struct{} { return h.caught }

// Release lets the held calls do their work, in the order of their arrival. When
// it returns the work is done.
func (h *Held) Release() {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	h.script.left = 0
	if h.opened {
		return
	}
	h.opened = true
	for _, j := range h.pending {
		if j.call == nil && !j.arrive() {
			continue
		}
		j.work()
	}
	close(h.open)
}

// keep waits with a caught call. The caller holds s.mu; keep releases it.
func (h *Held) keep(ctx context.Context, j *job) (answer, error) {
	if h.opened || (h.inside && !j.arrive()) {
		if j.call == nil && j.arrive() {
			j.work()
		}
		h.s.mu.Unlock()
		return j.out, nil
	}
	h.pending = append(h.pending, j)
	if len(h.pending) == 1 {
		close(h.caught)
	}
	h.s.mu.Unlock()
	select {
	case <-ctx.Done():
		return answer{}, ctx.Err()
	case <-h.open:
		return j.out, nil
	}
}
