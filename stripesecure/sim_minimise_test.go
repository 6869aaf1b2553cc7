package stripesecure

import (
	"fmt"
	"strings"
)

// minimise leaves out one fault and one action after the other, as long as the
// same promise is still broken. What is left is the story to read.
func minimise(w *simWorld) *simWorld {
	best, skip := w, map[simFault]bool{}
	for smaller := true; smaller; {
		smaller = false
		for n := len(best.fired) - 1; n >= 0; n-- { //nolint:modernize // the list shrinks on the way
			if n >= len(best.fired) {
				continue
			}
			f := best.fired[n]
			skip[f] = true
			next := newSimWorld(w.seed, w.simConfig, w.mutant)
			next.skip = skip
			next.run()
			if next.violation == w.violation && len(next.fired) < len(best.fired) {
				best, smaller = next, true
			} else {
				delete(skip, f)
			}
		}
	}
	return retold(w, skip)
}

// retold is the run again, with its trace.
func retold(w *simWorld, skip map[simFault]bool) *simWorld {
	next := newSimWorld(w.seed, w.simConfig, w.mutant)
	next.skip, next.trace = skip, &simTrace{}
	next.run()
	return next
}

// story is what a person reads of a failing seed.
func story(w *simWorld) string {
	least := minimise(w)
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d breaks %s: %s\n%+v\n", w.seed, least.violation, least.detail, w.simConfig)
	fmt.Fprintf(&b, "%d faults and actions, %d of them left:\n%s\n", len(w.fired), len(least.fired), least.trace)
	fmt.Fprintf(&b, "replay: go test ./stripesecure -run 'TestSimulation$' -sim.seed=%d", w.seed)
	return b.String()
}
