package stripesecure

import (
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	simCheckouts = flag.Int("sim.checkouts", 0, "checkouts of TestSimulation; 0: 100,000 with -short, 1,000,000 otherwise")
	simSeed      = flag.Uint64("sim.seed", 0, "replay this seed of TestSimulation, with its trace")
)

// TestSimulation runs the shipped plugin through checkouts in which everything
// goes wrong that can, and checks every promise after every step.
func TestSimulation(t *testing.T) {
	if *simSeed != 0 {
		replay(t, *simSeed)
		return
	}
	total := *simCheckouts
	if total == 0 {
		total = 100000
	}
	defer debug.SetGCPercent(debug.SetGCPercent(1000)) // many small worlds
	var next, faults, orders, steps atomic.Uint64
	var workers sync.WaitGroup
	began := time.Now()
	failed := make(chan *simWorld, runtime.GOMAXPROCS(0))
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				seed := next.Add(1)
				if seed > uint64(total) {
					return
				}
				w := newSimWorld(seed, simConfigOf(seed))
				w.run()
				faults.Add(uint64(len(w.fired)))
				steps.Add(uint64(w.steps))
				orders.Add(uint64(len(w.host.orders)))
				if w.violation != "" {
					failed <- w
					next.Add(uint64(total))
					return
				}
			}
		})
	}
	workers.Wait()
	close(failed)
	for w := range failed {
		t.Error(story(w))
	}
	took := time.Since(began)
	t.Logf("%d checkouts, %d orders, %d faults and actions, %d steps in %s: %.0f a second", total, orders.Load(), faults.Load(), steps.Load(),
		took.Round(time.Millisecond), float64(total)/took.Seconds())
}

// traced runs a seed with its trace.
func traced(seed uint64, skip map[simFault]bool) *simWorld {
	w := newSimWorld(seed, simConfigOf(seed))
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
