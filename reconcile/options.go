package reconcile

import (
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"strings"
	"time"
)

// Options say how to compare. The zero value is right for most.
type Options struct {
	// At is the moment that the lists are from; it decides what is said about
	// holds. Default: now.
	At time.Time
	// Since and Until bound what is reported, not what is read: a pair counts by
	// the day of its payment, an order without one by its own. Since is
	// included, Until is not. Zero means no bound.
	Since, Until time.Time
	// KeepGoing makes findings of the lines that cannot be read, instead of
	// stopping at the first one of each list.
	KeepGoing bool
	// StatusMap gives the shop's own words for order statuses. They are compared
	// without regard to capitals.
	StatusMap map[string]OrderStatus
	// Encoding of the files: "utf-8", "shift_jis", or "" to find out.
	Encoding string
	// MaxMemory bounds the memory in bytes; what is more is spilled to temporary
	// files. Default 2 GiB, at least 64 MiB.
	MaxMemory int64
	// TempDir is where temporary files are made. Default: the system's.
	TempDir string
	// Workers is the number of goroutines. Default: GOMAXPROCS.
	Workers int
	// Progress is told how far the reading is, from several goroutines, one at a
	// time.
	Progress func(Progress)
}

// Progress is how far a comparison is.
type Progress struct {
	Rows        int64 // read so far, of both lists
	Bytes, Size int64 // of the files; Size is 0 where it is not known
	Reading     bool  // false once the pairs are being made
}

const (
	defaultMemory = 2 << 30
	minMemory     = 64 << 20
)

// ErrOptions is an error for options that cannot be.
var ErrOptions = errors.New("reconcile: bad options")

// settings are options checked and worked out.
type settings struct {
	Options

	memory   int64
	workers  int
	bits     int
	chunk    int
	slab     int // bytes of chunks that are made at once
	findings int // bytes of findings that a worker sorts at once
	words    map[string]OrderStatus
}

// work checks the options and divides the memory. size is the bytes of both
// lists, 0 for unknown.
func (o *Options) work(size int64) (settings, error) {
	s := settings{Options: *o, memory: o.MaxMemory, workers: o.Workers}
	if s.memory == 0 {
		s.memory = defaultMemory
	}
	switch {
	case s.memory < minMemory:
		return s, fmt.Errorf("%w: MaxMemory is less than 64 MiB", ErrOptions)
	case o.Encoding != "" && o.Encoding != encodingUTF8 && o.Encoding != encodingShiftJIS:
		return s, fmt.Errorf("%w: Encoding is %q, not utf-8 or shift_jis", ErrOptions, o.Encoding)
	case !o.Since.IsZero() && !o.Until.IsZero() && !o.Since.Before(o.Until):
		return s, fmt.Errorf("%w: Since is not before Until", ErrOptions)
	}
	s.words = map[string]OrderStatus{}
	for word, status := range o.StatusMap {
		s.words[strings.ToLower(word)] = status
		if status == 0 || int(status) >= numOrderStatuses {
			return s, fmt.Errorf("%w: StatusMap has no status for %q", ErrOptions, word)
		}
	}
	if s.workers <= 0 {
		s.workers = runtime.GOMAXPROCS(0)
	}
	if s.At.IsZero() {
		s.At = time.Now()
	}
	// A part of both lists is small enough for the cache of a core, and fits for
	// all workers at once into a fifth of the bound.
	const unknown, cached = 1 << 30, 3 << 20
	if size == 0 {
		size = unknown
	}
	parts := size / cached
	if size > s.memory {
		parts /= 2 // much is spilled: the pieces in the file should not be too small
	}
	parts = max(1, parts, size*int64(s.workers)/(s.memory/5))
	s.bits = min(11, max(2, bits.Len64(uint64(parts))))
	// Each worker has a buffer and an open chunk for each part of up to three spools:
	// they begin in a quarter of the bound, and the chunks grow to an eighth.
	for s.bits > 2 && int64(3*s.workers)<<s.bits*(stride+smallChunk) > s.memory/4 {
		s.bits--
	}
	open := int64(3*s.workers) << s.bits
	s.chunk = int(min(64<<10, max(smallChunk, s.memory/8/open)))
	s.slab = int(min(16<<20, s.memory/64))
	s.findings = int(min(16<<20, s.memory/64/int64(s.workers)))
	return s, nil
}
