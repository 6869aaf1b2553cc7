package reconcile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// arena bounds the memory of all spools together. What does not fit goes to one
// temporary file, which has no name any more where the system allows that.
type arena struct {
	limit  int64
	chunk  int // bytes of a chunk, at most 64 KiB: addresses have 16 bits for it
	slab   int // bytes of chunks that are made at once
	used   atomic.Int64
	dir    string
	mu     sync.Mutex
	free   [][]byte
	file   *os.File
	end    int64
	holes  []int64 // places in the file that are free again
	broken error
}

// piece is a chunk that is full, in memory or at a place of the file.
type piece struct {
	mem   []byte
	place int64
	size  int
}

// get gives an empty chunk.
func (a *arena) get() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.free) == 0 {
		slab := make([]byte, max(1, a.slab/a.chunk)*a.chunk)
		hugePages(slab)
		for ; len(slab) > 0; slab = slab[a.chunk:] {
			a.free = append(a.free, slab[:0:a.chunk])
		}
	}
	b := a.free[len(a.free)-1]
	a.free = a.free[:len(a.free)-1]
	return b
}

func (a *arena) put(b []byte) {
	if cap(b) != a.chunk {
		return
	}
	a.mu.Lock()
	a.free = append(a.free, b[:0])
	a.mu.Unlock()
}

// keep takes a full chunk: into memory while there is room, else to the file;
// then again is an empty chunk.
func (a *arena) keep(b []byte) (p piece, again []byte, err error) {
	if a.used.Add(int64(cap(b))) <= a.limit {
		return piece{mem: b, size: len(b)}, nil, nil
	}
	a.used.Add(-int64(cap(b)))
	place, err := a.place()
	if err != nil {
		return piece{}, nil, err
	}
	if _, err := a.file.WriteAt(b, place); err != nil {
		return piece{}, nil, fmt.Errorf("reconcile: temporary file: %w", err)
	}
	return piece{place: place, size: len(b)}, b[:0], nil
}

func (a *arena) place() (int64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil && a.broken == nil {
		a.file, a.broken = temporary(a.dir)
	}
	if a.broken != nil {
		return 0, a.broken
	}
	if n := len(a.holes); n > 0 {
		place := a.holes[n-1]
		a.holes = a.holes[:n-1]
		return place, nil
	}
	place := a.end
	a.end += int64(a.chunk)
	return place, nil
}

// load gives the bytes of a piece, into buffer when they are in the file.
func (a *arena) load(p piece, buffer []byte) ([]byte, error) {
	if p.mem != nil {
		return p.mem, nil
	}
	buffer = append(buffer[:0], make([]byte, p.size)...)
	if _, err := a.file.ReadAt(buffer, p.place); err != nil {
		return nil, fmt.Errorf("reconcile: temporary file: %w", err)
	}
	return buffer, nil
}

// release gives back what a piece takes.
func (a *arena) release(p piece) {
	if p.mem != nil {
		a.used.Add(-int64(cap(p.mem)))
		a.put(p.mem)
		return
	}
	a.mu.Lock()
	a.holes = append(a.holes, p.place)
	a.mu.Unlock()
}

func (a *arena) close() error {
	if a.file == nil {
		return nil
	}
	return closeTemporary(a.file)
}

// temporary makes a file that is gone when the process is, if the system lets
// an open file be removed.
func temporary(dir string) (*os.File, error) {
	file, err := os.CreateTemp(dir, "reconcile-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("reconcile: temporary file: %w", err)
	}
	_ = os.Remove(file.Name()) // closeTemporary tries again
	return file, nil
}

func closeTemporary(file *os.File) error {
	err := file.Close()
	if gone := os.Remove(file.Name()); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// spool is a list of encoded rows, in parts by the hash of their key.
type spool struct {
	arena *arena
	parts []partPieces
}

// partPieces are the chunks of one part.
type partPieces struct {
	mu     sync.Mutex
	pieces []piece
}

func newSpool(a *arena, parts int) *spool { return &spool{arena: a, parts: make([]partPieces, parts)} }

// drop releases a part.
func (s *spool) drop(number int) {
	for _, p := range s.parts[number].pieces {
		s.arena.release(p)
	}
	s.parts[number].pieces = nil
}

func (s *spool) dropAll() {
	for number := range s.parts {
		s.drop(number)
	}
}

// spoolWriter is one worker's way into a spool. A row goes to a small buffer of
// its part first: all buffers together stay in the core's own cache, where writing
// to a thousand places in turn costs little. The parts' chunks do not; they are
// written some fifteen rows at a time.
type spoolWriter struct {
	spool   *spool
	buffers []byte  // of all parts, stride bytes each
	used    []int32 // of each buffer
	open    [][]byte
	err     error
}

const (
	// full is when a buffer is handed over; with stride bytes it holds any row.
	full   = 1 << 10
	stride = (maxEncoded + 63) &^ 63
)

// smallChunk is what a part begins with, so that little data takes little
// memory. It holds a buffer.
const smallChunk = 4 << 10

func (s *spool) writer() *spoolWriter { return &spoolWriter{spool: s} }

// room gives the place of the next row of a part, of this size, which the caller
// fills.
func (w *spoolWriter) room(number, size int) []byte {
	if w.used == nil {
		parts := len(w.spool.parts)
		w.buffers, w.used, w.open = make([]byte, parts*stride), make([]int32, parts), make([][]byte, parts)
	}
	at := int(w.used[number])
	if at+size > full && at > 0 {
		w.hand(number)
		at = 0
	}
	w.used[number] = int32(at + size)
	at += number * stride
	return w.buffers[at : at+size : at+size]
}

// hand moves what a buffer has to the part's chunk.
func (w *spoolWriter) hand(number int) {
	rows := w.buffers[number*stride:][:w.used[number]]
	w.used[number] = 0
	chunk := w.open[number]
	if len(chunk)+len(rows) > cap(chunk) {
		chunk = w.more(chunk, number, len(rows))
	}
	w.open[number] = append(chunk, rows...)
}

// more gives a part a larger chunk, or another one, with room for rows of this
// size.
func (w *spoolWriter) more(chunk []byte, number, size int) []byte {
	a := w.spool.arena
	switch {
	case chunk == nil:
		return make([]byte, 0, min(smallChunk, a.chunk))
	case cap(chunk) < a.chunk && len(chunk)+size <= a.chunk:
		return append(a.get(), chunk...)
	}
	if chunk = w.flush(chunk, number); chunk == nil {
		return a.get()
	}
	return chunk
}

// flush hands a chunk over, and gives one back when it is free again.
func (w *spoolWriter) flush(chunk []byte, number int) (again []byte) {
	kept, again, err := w.spool.arena.keep(chunk)
	if err != nil {
		w.err = err
		return chunk[:0]
	}
	into := &w.spool.parts[number]
	into.mu.Lock()
	into.pieces = append(into.pieces, kept)
	into.mu.Unlock()
	return again
}

// payment, order, pair and key write one row.
func (w *spoolWriter) payment(at place, p *rawPayment) {
	flags := p.flags()
	p.put(w.room(at.part, p.size(flags)), flags, at.tag)
}

func (w *spoolWriter) order(at place, o *rawOrder, byID bool) {
	flags := o.flags()
	o.put(w.room(at.part, o.size(flags)), flags, at.tag, byID)
}

func (w *spoolWriter) pair(at place, first, second []byte) {
	putHead(w.room(at.part, headSize+len(first)+len(second)), 0, 0, 0, 0, 0, at.tag, first, second)
}

func (w *spoolWriter) key(at place) {
	binary.LittleEndian.PutUint64(w.room(at.part, 8), at.hash)
}

// close hands over what is open.
func (w *spoolWriter) close() error {
	for number := range w.used {
		if w.used[number] > 0 {
			w.hand(number)
		}
		if chunk := w.open[number]; len(chunk) > 0 {
			w.spool.arena.put(w.flush(chunk, number))
		}
	}
	w.buffers, w.used, w.open = nil, nil, nil
	return w.err
}

// maxPieces is how many chunks an address can tell apart.
const maxPieces = 1 << 16

// ErrSkewed means that far too many rows carry one and the same id, such as a
// gigabyte of payments with one order id, so that they cannot be dealt to parts.
var ErrSkewed = errors.New("reconcile: too many rows carry the same id")

// chunks is a part brought to memory for one worker.
type chunks struct {
	data    [][]byte
	buffers [][]byte // reused for what comes from the file
}

func (c *chunks) load(s *spool, number int) error {
	c.data = c.data[:0]
	if len(s.parts[number].pieces) > maxPieces {
		return ErrSkewed
	}
	for i, p := range s.parts[number].pieces {
		for len(c.buffers) <= i {
			c.buffers = append(c.buffers, nil)
		}
		b, err := s.arena.load(p, c.buffers[i])
		if err != nil {
			return err
		}
		if p.mem == nil {
			c.buffers[i] = b
		}
		c.data = append(c.data, b)
	}
	return nil
}

// address is where a row begins: the chunk and the place in it.
type address uint32

func addressOf(chunk, offset int) address { return address(chunk)<<16 | address(offset) }

// at is the row at an address, with what follows it.
func (c *chunks) at(a address) encoded { return c.data[a>>16][a&0xffff:] }

// rows yields each row and its address.
func (c *chunks) rows() func(yield func(address, encoded) bool) {
	return func(yield func(address, encoded) bool) {
		for i, data := range c.data {
			for at := 0; at < len(data); {
				row := encoded(data[at:])
				if !yield(addressOf(i, at), row) {
					return
				}
				at += row.size()
			}
		}
	}
}
