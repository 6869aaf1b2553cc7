package reconcile

import (
	"math/bits"
	"sync/atomic"
)

// filter is a set of hashes that sometimes says yes for what it does not have.
type filter struct {
	words []atomic.Uint64
	mask  uint64
}

// newFilter makes room for so many hashes, at most 16 MiB.
func newFilter(hashes int64) filter {
	size := uint64(1) << min(27, max(10, bits.Len64(uint64(hashes))+3))
	return filter{make([]atomic.Uint64, size/64), size - 1}
}

func (f *filter) add(hash uint64) {
	bit := hash & f.mask
	if f.words[bit/64].Load()&(1<<(bit%64)) == 0 {
		f.words[bit/64].Or(1 << (bit % 64))
	}
}

func (f *filter) has(hash uint64) bool {
	bit := hash & f.mask
	return f.words[bit/64].Load()&(1<<(bit%64)) != 0
}
