package stripesecure

import "time"

// simKind is a kind of fault, or an action of a person.
type simKind uint8

const (
	crashBefore   simKind = iota // the server dies before the call
	crashAfter                   // … after the call had its effect
	pause                        // the server stands still for longer than a lease
	requestLost                  // Stripe never gets it
	answerLost                   // Stripe has done it
	arrivesLate                  // given up, and done much later
	failsBefore                  // 500, nothing done, stored under the key
	failsAfter                   // 500, done, stored under the key
	badGateway                   // an HTML page, at once; done or not
	rateLimit                    // 429
	keyInUse                     // 409
	readFails                    // a GET without an answer
	slowAnswer                   // the answer is old when it comes
	storeFails                   // error, nothing written
	storeUnsure                  // error, written
	storeConflict                // a conflict that is none
	hostFails                    // error, nothing done
	hostUnsure                   // error, done
	customerGone                 // deleted at Stripe
	faultKinds
	action // something that a person does
)

var simKindNames = [...]string{
	"crash before", "crash after", "pause", "request lost", "answer lost", "arrives late", "500, not done", "500, done",
	"502", "429", "409", "read fails", "slow answer", "store fails", "store fails after writing", "false conflict",
	"host fails", "host fails after doing it", "customer deleted", "", "action",
}

// simFault names one fault or action of a run, so that it can be left out.
type simFault struct {
	actor, step uint64
	kind        simKind
}

// happens decides whether a fault hits the running actor here.
func (w *simWorld) happens(kind simKind) bool { return w.happensOften(kind, w.luck) }

func (w *simWorld) happensOften(kind simKind, perMille int) bool {
	a := w.cur
	if w.heal != nil {
		return w.heal.strikes(w, kind)
	}
	if w.faultless || w.kinds>>kind&1 == 0 || !a.rnd.yes(perMille) {
		return false
	}
	return w.fire(a, kind)
}

// acts decides whether a person does what they would do here.
func (a *simActor) acts(perMille int) bool { return a.rnd.yes(perMille) && a.w.fire(a, action) }

func (w *simWorld) fire(a *simActor, kind simKind) bool {
	f := simFault{a.id, a.step, kind}
	if w.skip[f] {
		return false
	}
	w.fired = append(w.fired, f)
	if kind != action {
		w.notef("fault: %s", simKindNames[kind])
	}
	return true
}

// mayCrash is at every scheduling point of a server.
func (w *simWorld) mayCrash(kind simKind) {
	a := w.cur
	if a.server == nil || !w.happensOften(kind, w.luck/4) {
		return
	}
	r := a.rnd
	w.crash(a.server, &r)
	panic(simCrashed{})
}

// mayPause lets a server stand still (a full disk, a garbage collection, a
// moved virtual machine).
func (w *simWorld) mayPause() {
	if w.happensOften(pause, w.luck/8) {
		w.cur.paused = true
		w.cur.pass(w.cur.rnd.between(20*time.Second, 2*time.Minute))
	}
}
