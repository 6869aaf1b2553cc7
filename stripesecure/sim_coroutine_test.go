package stripesecure

import "iter"

// simCoroutine runs one actor after the other, in one world after the other:
// a stack that has grown is kept.
type simCoroutine struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	actor *simActor // nil when idle
}

var simIdle = make(chan *simCoroutine, 128)

func newSimCoroutine() *simCoroutine {
	c := &simCoroutine{}
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for c.actor != nil {
			c.actor.live()
			c.actor = nil
			yield(struct{}{})
		}
	})
	return c
}

// live is the actor's life up to its end, or its world's.
func (a *simActor) live() {
	defer func() {
		if a.counts {
			a.w.busy--
		}
		switch r := recover().(type) {
		case nil, simStopped:
		default:
			panic(r)
		}
	}()
	a.life(a)
}

// resume lets the actor go on to its next scheduling point.
func (a *simActor) resume() {
	if a.co == nil {
		select {
		case a.co = <-simIdle:
		default:
			a.co = newSimCoroutine()
		}
		a.co.actor = a
	}
	c := a.co
	c.next()
	if c.actor != nil {
		return
	}
	a.co = nil
	select {
	case simIdle <- c:
	default:
		c.stop()
	}
}

// stop unwinds the actor.
func (a *simActor) stop() {
	if a.co != nil {
		a.stopped = true
		a.resume()
	}
}
