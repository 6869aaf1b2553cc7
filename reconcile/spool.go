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

// get gives an empty chunk of full length.
func (a *arena) get() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := len(a.free); n > 0 {
		b := a.free[n-1]
		a.free = a.free[:n-1]
		return b[:cap(b)]
	}
	return make([]byte, a.chunk)
}

func (a *arena) put(b []byte) {
	if cap(b) != a.chunk {
		return
	}
	a.mu.Lock()
	a.free = append(a.free, b)
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
	return piece{place: place, size: len(b)}, b[:cap(b)], nil
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

// spoolWriter is one worker's way into a spool: an open chunk for each part.
type spoolWriter struct {
	spool *spool
	open  []openChunk
	err   error
}

// openChunk is a chunk that is being filled.
type openChunk struct {
	b    []byte
	used int
}

func (s *spool) writer() *spoolWriter {
	return &spoolWriter{spool: s, open: make([]openChunk, len(s.parts))}
}

// smallChunk is what a part begins with, so that little data takes little
// memory. It holds at least two rows.
const smallChunk = 4 << 10

// room gives the place of the next row of a part, of this size, which the caller
// fills.
func (w *spoolWriter) room(number, size int) []byte {
	c := &w.open[number]
	if len(c.b)-c.used < size {
		w.more(c, number, size)
	}
	c.used += size
	return c.b[c.used-size : c.used]
}

// more gives a part a chunk with room for a row.
func (w *spoolWriter) more(c *openChunk, number, size int) {
	a := w.spool.arena
	switch {
	case c.b == nil:
		c.b = make([]byte, min(smallChunk, a.chunk))
	case len(c.b) < a.chunk && c.used+size <= a.chunk:
		larger := a.get()
		copy(larger, c.b[:c.used])
		c.b = larger
	default:
		w.flush(c, number)
		if c.b == nil {
			c.b = a.get()
		}
	}
}

// flush hands over what a chunk has.
func (w *spoolWriter) flush(c *openChunk, number int) {
	full := c.b[:c.used]
	*c = openChunk{}
	if len(full) == 0 {
		return
	}
	kept, again, err := w.spool.arena.keep(full)
	if err != nil {
		w.err = err
		return
	}
	c.b = again
	into := &w.spool.parts[number]
	into.mu.Lock()
	into.pieces = append(into.pieces, kept)
	into.mu.Unlock()
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
	h := head{tag: at.tag}
	h.put(w.room(at.part, headSize+len(first)+len(second)), first, second)
}

func (w *spoolWriter) key(at place) {
	binary.LittleEndian.PutUint64(w.room(at.part, 8), at.hash)
}

// close hands over what is open.
func (w *spoolWriter) close() error {
	for number := range w.open {
		c := &w.open[number]
		w.flush(c, number)
		w.spool.arena.put(c.b)
		*c = openChunk{}
	}
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
