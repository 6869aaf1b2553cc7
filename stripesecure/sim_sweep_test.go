package stripesecure

import (
	"context"
	"time"
)

// schedule lets a server sweep at t and not before.
func (w *simWorld) schedule(s *simServer, t time.Duration) {
	s.tick = t
	w.at(t, func() {
		if s.tick == t {
			w.sweep(s)
		}
	})
}

// sweep is what Runner.Run does every 30 seconds. A sweep that would find
// nothing due is not begun.
func (w *simWorld) sweep(s *simServer) {
	if due := w.nextSweep(s); due > w.now {
		w.schedule(s, due)
		return
	}
	s.sweeps++
	s.tick = 0 // under way
	w.sweeping++
	w.start(s.name+".sweep", 1<<32|s.n<<24|s.sweeps, 0, false, func(a *simActor) {
		defer func() { w.sweeping-- }()
		a.draw()
		done := a.on(s, 24*time.Hour, func(*Plugin) { _ = s.runner.Sweep(context.Background()) })
		if done || s.down <= w.now { // a crash schedules the next one
			w.schedule(s, w.now+sweepEvery)
		}
	})
}

// nextSweep is the first of the server's sweeps that finds something due.
func (w *simWorld) nextSweep(s *simServer) time.Duration {
	wanted := w.deaf
	switch first := w.store.earliest(); {
	case w.store.row(scanRow) == nil: // the first sweep makes it
	case first.IsZero():
		wanted = w.now + time.Hour
	default:
		wanted = max(wanted, first.Sub(simEpoch)-s.skew)
	}
	if wanted <= w.now {
		return w.now
	}
	return w.now + (wanted - w.now + sweepEvery - 1).Truncate(sweepEvery)
}

// poke lets the servers sweep sooner when a row has become due sooner.
func (w *simWorld) poke() {
	for _, s := range w.servers {
		if s.tick == 0 || s.tick <= w.now || s.down > w.now {
			continue
		}
		// The grid of its sweeps stays.
		early := s.tick - (s.tick - w.now).Truncate(sweepEvery)
		wanted := max(w.store.earliest().Sub(simEpoch)-s.skew, early, w.deaf)
		if at := early + (wanted - early + sweepEvery - 1).Truncate(sweepEvery); at < s.tick {
			w.schedule(s, at)
		}
	}
}
