package stripesecure

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// The network between the plugin and the model of Stripe.

var _ stripePort = (*simStripe)(nil)

// Send carries a POST, or loses it, or its answer.
func (s *simStripe) Send(_ context.Context, call checkout.Call) checkout.Answer {
	ans := s.send(call)
	s.w.mutant.hear(s.w, call, &ans)
	return ans
}

func (s *simStripe) send(call checkout.Call) checkout.Answer {
	w, a := s.w, s.w.cur
	if ans, done := w.mutant.call(w, &call); done {
		return ans
	}
	w.checkSend(call)
	arrived := s.coming(call)
	defer arrived()
	w.mayCrash(crashBefore)
	w.mayPause()
	if call.Kind == checkout.CreateIntent && w.happensOften(customerGone, w.luck/8) {
		clear(s.customers)
	}
	if a.deadline <= w.now {
		return checkout.Answer{NoAnswer: true} // the time was up before it was sent
	}
	until := min(a.deadline, w.now+checkout.CallTimeout)
	if ans, failed := s.unsent(call, until); failed {
		return ans
	}
	a.pass(a.rnd.between(20*time.Millisecond, 400*time.Millisecond))
	ans := s.execute(call)
	w.mayCrash(crashAfter)
	switch {
	case w.happens(failsAfter):
		s.keep(call, checkout.Answer{NoAnswer: true})
		ans = checkout.Answer{NoAnswer: true}
	case w.happens(answerLost):
		a.pass(max(0, until-w.now))
		return checkout.Answer{NoAnswer: true}
	case w.happens(badGateway):
		return checkout.Answer{NoAnswer: true}
	case w.happens(slowAnswer):
		a.pass(max(0, min(until-w.now, a.rnd.between(time.Second, 19*time.Second))))
	}
	a.pass(a.rnd.between(20*time.Millisecond, 400*time.Millisecond))
	return ans
}

// unsent are the calls that do not get through, or not now.
func (s *simStripe) unsent(call checkout.Call, until time.Duration) (checkout.Answer, bool) {
	w, a := s.w, s.w.cur
	none := checkout.Answer{NoAnswer: true}
	switch {
	case w.happens(requestLost):
		a.pass(until - w.now)
	case w.happens(arrivesLate):
		s.later(call, a.rnd.between(0, []time.Duration{time.Minute, 10 * time.Minute, 3 * time.Hour, 20 * time.Hour}[a.rnd.n(4)]))
		a.pass(until - w.now)
	case w.happens(failsBefore):
		if _, known := s.replies[call.Key]; !known {
			s.keep(call, none)
		}
	case w.happens(badGateway):
	case w.happens(keyInUse):
	case w.happens(rateLimit):
		none = checkout.Answer{NotDone: true}
	default:
		return none, false
	}
	a.pass(20 * time.Millisecond)
	return none, true
}

// later lets a call arrive when nobody waits for it any more.
func (s *simStripe) later(call checkout.Call, after time.Duration) {
	s.w.busy++
	gone := s.coming(call)
	s.w.at(s.w.now+after, func() {
		s.w.busy--
		gone()
		s.execute(call)
	})
}

// coming remembers the creates that Stripe may still get to know.
func (s *simStripe) coming(call checkout.Call) (gone func()) {
	if call.Kind != checkout.CreateIntent {
		return func() {}
	}
	w := s.w
	w.seen.coming = append(w.seen.coming, call.Key)
	return func() {
		n := slices.Index(w.seen.coming, call.Key)
		w.seen.coming = slices.Delete(w.seen.coming, n, n+1)
	}
}

// read is what the GETs have in common.
func (s *simStripe) read() error {
	w, a := s.w, s.w.cur
	w.mayCrash(crashBefore)
	if w.happens(readFails) {
		a.pass(max(0, min(a.deadline-w.now, checkout.CallTimeout)))
		return &stripeapi.Error{Code: "no_answer"}
	}
	a.pass(a.rnd.between(20*time.Millisecond, 300*time.Millisecond))
	return nil
}

func (s *simStripe) readEnd() {
	w, a := s.w, s.w.cur
	if w.happens(slowAnswer) {
		a.pass(max(0, min(a.deadline-w.now, a.rnd.between(time.Second, 19*time.Second))))
	}
	w.mayPause()
	a.pass(a.rnd.between(10*time.Millisecond, 100*time.Millisecond))
}

// Read implements stripePort.
func (s *simStripe) Read(_ context.Context, id string) (checkout.Intent, error) {
	in, err := s.get(id)
	return s.w.mutant.see(s.w, id, in, err)
}

func (s *simStripe) get(id string) (checkout.Intent, error) {
	if err := s.read(); err != nil {
		return checkout.Intent{}, err
	}
	i := s.find(id)
	if i == nil {
		return checkout.Intent{}, &stripeapi.Error{Code: "resource_missing", Status: 404}
	}
	in := s.picture(i)
	s.twin.reads(in)
	s.w.notef("stripe: read %s: %s", id, i.status)
	s.readEnd()
	return in, nil
}

// FindAttempt implements stripePort.
func (s *simStripe) FindAttempt(_ context.Context, customer, attempt string) (*checkout.Intent, error) {
	if err := s.read(); err != nil {
		return nil, err
	}
	if s.w.mutant.is("blind janitors") {
		return nil, nil
	}
	var found *checkout.Intent
	for _, i := range slices.Backward(s.intents) {
		if i.customer == customer && i.attempt == attempt && i.signed {
			in := s.picture(i)
			found = &in
			break
		}
	}
	s.w.notef("stripe: find attempt %s: %v", attempt, found != nil)
	s.readEnd()
	return found, nil
}

// Page implements stripePort; the second janitor's pass is over with it.
func (s *simStripe) Page(_ context.Context, from, to time.Time, _ string) ([]stripeapi.Listed, bool, error) {
	if err := s.read(); err != nil {
		return nil, false, err
	}
	var page []stripeapi.Listed
	s.w.mutant.list(s)
	if s.w.mutant.is("blind janitors") || s.w.mutant.is("closed rows are not looked after") {
		s.w.scanned = to.Sub(simEpoch)
		return nil, false, nil
	}
	for _, i := range slices.Backward(s.intents) {
		if created := simEpoch.Add(i.created); !created.Before(from) && created.Before(to) {
			page = append(page, stripeapi.Listed{Intent: s.picture(i), Created: created})
		}
	}
	s.w.notef("stripe: list %d", len(page))
	s.readEnd()
	s.w.scanned = to.Sub(simEpoch)
	return page, false, nil
}

// SavedCards implements stripePort.
func (s *simStripe) SavedCards(context.Context, string) ([]stripeapi.SavedCard, error) {
	return nil, nil
}

// Detach implements stripePort.
func (s *simStripe) Detach(context.Context, string, string) error { return nil }

// Account implements stripePort.
func (s *simStripe) Account(context.Context) (string, error) { return simAccount, nil }

// token is a new card, as Stripe.js makes one of it.
func (s *simStripe) token(kind string, a *simActor) string {
	return "ctoken_" + kind + "_" + strconv.FormatUint(a.id, 10) + "x" + strconv.FormatUint(a.step, 10)
}
