package stripesecure

import (
	"slices"
	"strings"
	"testing"
)

// mutated is the first checkout in which a mutant is noticed.
func mutated(m *simMutant, worlds uint64) *simWorld {
	for seed := uint64(1); seed <= worlds; seed++ {
		c := simConfigOf(seed)
		if m.shape != nil {
			m.shape(&c)
		}
		w := newSimWorld(seed, c, m)
		if w.run(); w.violation != "" {
			return w
		}
	}
	return nil
}

// TestSimulation_mutants holds that the invariants notice: each deliberate bug
// is found, and by an invariant that it breaks.
func TestSimulation_mutants(t *testing.T) {
	if simPart > 1 {
		t.Skip("every world runs alone: nothing to find for the race detector")
	}
	for _, m := range simMutants() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w := mutated(m, 40000)
			switch {
			case w == nil:
				t.Error("not noticed")
			case !slices.Contains(strings.Fields(m.caught), w.violation):
				t.Errorf("noticed by %s instead of %s\n%s", w.violation, m.caught, story(w))
			default:
				t.Logf("%s, checkout %d: %s", w.violation, w.seed, w.detail)
			}
		})
	}
}

// TestSimulation_story holds that a failing seed is told without what does not
// matter: of all the faults and actions only those are left that the bug needs.
func TestSimulation_story(t *testing.T) {
	w := mutated(&simMutant{name: "blind janitors"}, 40000)
	if w == nil {
		t.Fatal("not noticed")
	}
	least := minimise(w)
	if least.violation != w.violation || 2*len(least.fired) > len(w.fired) || least.trace == nil {
		t.Errorf("%d of %d faults and actions are left:\n%s", len(least.fired), len(w.fired), least.trace)
	}
	t.Log(story(w))
}
