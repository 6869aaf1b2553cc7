package stripesecure

import (
	"flag"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"
)

var (
	simCheckouts = flag.Int("sim.checkouts", 0, "checkouts of TestSimulation; 0: 100,000")
	simSeed      = flag.Uint64("sim.seed", 0, "replay this seed of TestSimulation, with its trace")
)

// simAmount is how many checkouts a test runs through by itself.
func simAmount(usual uint64) uint64 {
	if testing.Short() {
		usual /= 5
	}
	return usual / simPart
}

// TestSimulation runs the shipped plugin through checkouts in which everything
// goes wrong that can, and checks every promise after every step.
func TestSimulation(t *testing.T) {
	if *simSeed != 0 {
		replay(t, *simSeed)
		return
	}
	total := *simCheckouts
	if total == 0 {
		total = int(100_000 / simPart) // also with -short
	}
	// Many small worlds: collect by memory, not by growth.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(256 << 20))
	var done, faults, orders, steps, worst atomic.Uint64
	began := time.Now()
	inParallel(uint64(total), func(seed uint64) bool {
		w := newSimWorld(seed, simConfigOf(seed), nil)
		w.run()
		done.Add(1)
		steps.Add(uint64(w.steps))
		orders.Add(uint64(len(w.host.orders)))
		faults.Add(uint64(len(w.fired)))
		worst.Store(max(worst.Load(), uint64(w.slowest)))
		if w.violation != "" {
			t.Error(story(w))
		}
		return w.violation == ""
	})
	took := time.Since(began)
	t.Logf("%d checkouts, %d orders, %d faults and actions, %d steps in %s: %.0f a second; the slowest answer took %s", done.Load(),
		orders.Load(), faults.Load(), steps.Load(), took.Round(time.Millisecond), float64(done.Load())/took.Seconds(),
		time.Duration(worst.Load()))
}

// traced runs a seed with its trace.
func traced(seed uint64, skip map[simFault]bool) *simWorld {
	w := newSimWorld(seed, simConfigOf(seed), nil)
	w.trace, w.skip = &simTrace{}, skip
	w.run()
	return w
}

func replay(t *testing.T, seed uint64) {
	t.Helper()
	w := traced(seed, nil)
	fmt.Println(w.trace)
	if w.violation != "" {
		t.Errorf("seed %d breaks %s: %s", seed, w.violation, w.detail)
	}
}
