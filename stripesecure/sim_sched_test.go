package stripesecure

import "time"

// The scheduler of the simulation. Everything that happens belongs to an actor,
// a coroutine: exactly one runs at a time, every call of a port is a scheduling
// point, and virtual time jumps from one point to the next. So a seed decides
// all that happens, and replays to the same trace.

// simActor is a browser tab, a merchant, a pass of a sweep.
type simActor struct {
	w    *simWorld
	id   uint64 // also names its draws: dropping a fault of one actor leaves the others' alone
	name string
	step uint64 // scheduling points passed
	rnd  simRand

	life    func(*simActor)
	counts  bool          // the world is not at rest while it runs
	co      *simCoroutine // that runs it, nil before and after
	stopped bool          // its world has ended

	server   *simServer    // whose code it runs now, nil outside
	deadline time.Duration // of the context it runs under
	dead     bool          // its server has crashed
	paused   bool          // its server has stood still
}

// simCrashed and simStopped unwind an actor whose server has crashed, or whose
// world has ended.
type (
	simCrashed struct{}
	simStopped struct{}
)

// simEvent is the next thing to happen to an actor, or by itself.
type simEvent struct {
	at  time.Duration
	seq uint64
	a   *simActor
	do  func()
}

// simQueue is a heap of events by time; equal times keep their order.
type simQueue []simEvent

func (q simQueue) before(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}

func (q *simQueue) push(e simEvent) {
	*q = append(*q, e)
	for i := len(*q) - 1; i > 0; {
		up := (i - 1) / 2
		if q.before(up, i) {
			return
		}
		(*q)[i], (*q)[up] = (*q)[up], (*q)[i]
		i = up
	}
}

func (q *simQueue) pop() simEvent {
	h := *q
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h[last] = simEvent{}
	h = h[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			break
		}
		if down+1 < last && h.before(down+1, down) {
			down++
		}
		if h.before(i, down) {
			break
		}
		h[i], h[down] = h[down], h[i]
		i = down
	}
	*q = h
	return first
}

// at lets something happen later by itself.
func (w *simWorld) at(t time.Duration, do func()) {
	w.seq++
	w.queue.push(simEvent{at: t, seq: w.seq, do: do})
}

// start begins an actor after a while. Actors of buyers and merchants count:
// the world is not at rest while one of them runs.
func (w *simWorld) start(name string, id uint64, after time.Duration, counts bool, life func(*simActor)) {
	a := &simActor{w: w, id: id, name: name, life: life, counts: counts}
	if counts {
		w.busy++
	}
	w.actors = append(w.actors, a)
	w.seq++
	w.queue.push(simEvent{at: w.now + after, seq: w.seq, a: a})
}

// happen takes the next event.
func (w *simWorld) happen() {
	e := w.queue.pop()
	w.now = max(w.now, e.at)
	if e.do != nil {
		w.cur = nil
		e.do()
		return
	}
	w.cur = e.a
	e.a.resume()
}

// pass is a scheduling point: the actor goes on after d, if its server lives.
func (a *simActor) pass(d time.Duration) {
	w := a.w
	if w.steps++; w.steps > simMaxSteps {
		w.failf("E", "no rest after %d steps", simMaxSteps)
	}
	at := w.now + d
	w.sum = simMix(w.sum ^ uint64(at) ^ a.id<<20 ^ a.step)
	if w.violation == "" && (len(w.queue) == 0 || w.queue[0].at > at) {
		w.now = at // nobody else is first
	} else {
		w.seq++
		w.queue.push(simEvent{at: at, seq: w.seq, a: a})
		if a.co.yield(struct{}{}); a.stopped {
			panic(simStopped{})
		}
	}
	a.draw()
	if a.dead && a.server != nil {
		panic(simCrashed{})
	}
}

// draw begins the draws of the next step.
func (a *simActor) draw() {
	a.step++
	a.rnd = simRand(simMix(a.w.seed ^ simMix(a.id<<20+a.step)))
}

// simRand is splitmix64: quick to seed for every step.
type simRand uint64

func simMix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (r *simRand) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	x := uint64(*r)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// n is a number below max.
func (r *simRand) n(max int) int { return int(r.next() % uint64(max)) }

// manyBits sets three of four bits.
func (r *simRand) manyBits() uint32 {
	a, b := r.next(), r.next()
	return uint32(a | b)
}

// yes with a chance in a thousand.
func (r *simRand) yes(perMille int) bool { return r.n(1000) < perMille }

// between is a time of the same order of magnitude as the two.
func (r *simRand) between(from, to time.Duration) time.Duration {
	return from + time.Duration(r.next()%uint64(to-from+1))
}
