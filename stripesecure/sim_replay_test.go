package stripesecure

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// inParallel calls do with 1 to n on all cores, until it returns false.
func inParallel(n uint64, do func(seed uint64) bool) {
	var next atomic.Uint64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := next.Add(1); seed <= n; seed = next.Add(1) {
				if !do(seed) {
					next.Store(n)
				}
			}
		})
	}
	workers.Wait()
}

// TestSimulation_replay holds that a seed is all there is: every run of it goes
// through the same steps, stores the same bytes and ends the same.
func TestSimulation_replay(t *testing.T) {
	seeds := simAmount(10000)
	var same atomic.Uint64
	inParallel(seeds, func(seed uint64) bool {
		var sums [2]uint64
		for n := range sums {
			w := newSimWorld(seed, simConfigOf(seed), nil)
			w.run()
			sums[n] = w.sum
		}
		if sums[0] == sums[1] {
			same.Add(1)
		}
		return true
	})
	t.Logf("%d of %d seeds replay to the same trace", same.Load(), seeds)
	if same.Load() != seeds {
		t.Errorf("%d of %d", same.Load(), seeds)
	}
	if one, other := traced(7, nil).trace, traced(7, nil).trace; one.hash() != other.hash() || len(one.lines) < 5 {
		t.Error("the printed traces differ")
	}
}
