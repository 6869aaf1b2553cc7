package reconcile

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"sync"
)

// findings collects findings in any order and gives them back sorted. What is
// more than limit bytes is sorted and written to a temporary file, run by run.
type findings struct {
	limit int
	dir   string
	mu    sync.Mutex
	file  *os.File
	end   int64
	runs  []run
}

// run is a sorted list of encoded findings, in memory or in the file.
type run struct {
	mem   []byte
	place int64
	size  int64
	// starts is where each class begins, and the end.
	starts [numClasses + 1]int64
}

// findingWriter is one worker's way in.
type findingWriter struct {
	into    *findings
	data    []byte
	offsets []int
	scratch []byte
}

func (f *findings) writer() *findingWriter { return &findingWriter{into: f} }

// entry is an encoded finding:
//
//	size u32 · class · payment intent · order id · tie · action · differences ·
//	what there is · rival · payment · order · line
//
// The parts up to tie are the order of the report.
type entry struct {
	class              Class
	intent, order, tie []byte
	rest               []byte
}

const (
	hasPayment = 1 << iota
	hasOrder
	hasLine
)

func readEntry(b []byte) entry {
	d := decoder{b[4:binary.LittleEndian.Uint32(b)]}
	return entry{class: Class(d.byte()), intent: d.bytes(), order: d.bytes(), tie: d.bytes(), rest: d.b}
}

func (e *entry) compare(other *entry) int {
	return cmp.Or(cmp.Compare(e.class, other.class), bytes.Compare(e.intent, other.intent),
		bytes.Compare(e.order, other.order), bytes.Compare(e.tie, other.tie))
}

// add takes a finding about a pair; p or o is nil for none.
func (w *findingWriter) add(v Verdict, p *rawPayment, o *rawOrder, rival []byte) error {
	var intent, order []byte
	has := byte(0)
	if o != nil {
		intent, order, has = o.intent, o.id, hasOrder
	}
	if p != nil {
		intent, has = p.id, has|hasPayment
		if o == nil {
			order = p.order
		}
	}
	b := w.begin(v, intent, order, nil)
	b = appendBytes(append(b, byte(v.Action), byte(v.Differences), has), rival)
	if p != nil {
		b = p.append(b)
	}
	if o != nil {
		b = o.append(b, true)
	}
	return w.finish(b)
}

// addLine takes a line that could not be read.
func (w *findingWriter) addLine(e *LineError) error {
	tie := binary.BigEndian.AppendUint64([]byte(e.File+"\x00"), uint64(e.Line))
	b := w.begin(Verdict{Class: BadLine}, nil, nil, tie)
	b = appendBytes(append(b, byte(FixLine), 0, hasLine), nil)
	for _, text := range []string{e.File, e.Name, string(e.Code), e.Detail} {
		b = appendBytes(b, []byte(text))
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(e.Line)), uint64(e.Column))
	return w.finish(b)
}

func (w *findingWriter) begin(v Verdict, intent, order, tie []byte) []byte {
	w.scratch = append(w.scratch[:0], 0, 0, 0, 0, byte(v.Class))
	return appendBytes(appendBytes(appendBytes(w.scratch, intent), order), tie)
}

func (w *findingWriter) finish(b []byte) error {
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	w.scratch = b
	w.offsets = append(w.offsets, len(w.data))
	w.data = append(w.data, b...)
	if len(w.data) >= w.into.limit {
		return w.flush(true)
	}
	return nil
}

// close hands over what is left; it may stay in memory.
func (w *findingWriter) close() error { return w.flush(false) }

func (w *findingWriter) flush(spill bool) error {
	if len(w.offsets) == 0 {
		return nil
	}
	order := w.order()
	sorted := make([]byte, 0, len(w.data))
	r := run{size: int64(len(w.data))}
	class := Class(0)
	for _, next := range order {
		for ; class <= next.class(); class++ {
			r.starts[class] = int64(len(sorted))
		}
		sorted = append(sorted, w.data[next.offset:next.offset+int(binary.LittleEndian.Uint32(w.data[next.offset:]))]...)
	}
	for ; int(class) <= numClasses; class++ {
		r.starts[class] = int64(len(sorted))
	}
	w.data, w.offsets = w.data[:0], w.offsets[:0]
	if !spill {
		r.mem, w.data, w.offsets = sorted, nil, nil
	}
	return w.into.keep(r, sorted)
}

// sortKey is an entry to be sorted: its class and the first bytes of its payment
// intent as two numbers, which nearly always decide.
type sortKey struct {
	first, second uint64
	offset        int
}

func (k *sortKey) class() Class { return Class(k.first >> 56) }

func newSortKey(e *entry, offset int) sortKey {
	var b [16]byte
	b[0] = byte(e.class)
	copy(b[1:], e.intent)
	return sortKey{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:]), offset}
}

// order is the entries in the order of the report.
func (w *findingWriter) order() []sortKey {
	keys := make([]sortKey, len(w.offsets))
	for i, offset := range w.offsets {
		e := readEntry(w.data[offset:])
		keys[i] = newSortKey(&e, offset)
	}
	slices.SortFunc(keys, func(a, b sortKey) int {
		if a.first != b.first {
			return cmp.Compare(a.first, b.first)
		}
		if a.second != b.second {
			return cmp.Compare(a.second, b.second)
		}
		left, right := readEntry(w.data[a.offset:]), readEntry(w.data[b.offset:])
		return left.compare(&right)
	})
	return keys
}

func (f *findings) keep(r run, sorted []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.mem == nil {
		if f.file == nil {
			var err error
			if f.file, err = temporary(f.dir); err != nil {
				return err
			}
		}
		if _, err := f.file.WriteAt(sorted, f.end); err != nil {
			return fmt.Errorf("reconcile: temporary file: %w", err)
		}
		r.place = f.end
		f.end += r.size
	}
	f.runs = append(f.runs, r)
	return nil
}

// Close removes the temporary file.
func (f *findings) Close() error {
	file := f.file
	f.file, f.runs = nil, nil
	if file == nil {
		return nil
	}
	return closeTemporary(file)
}

func (f *findings) all() iter.Seq2[Finding, error] { return f.merge(0, Class(numClasses)) }

func (f *findings) of(class Class) iter.Seq2[Finding, error] { return f.merge(class, class+1) }

// cursor is a place in a run: in mem, or else in the file.
type cursor struct {
	mem     []byte
	in      *bufio.Reader
	buffer  []byte
	current entry
}

// next reads the next entry, which is valid until the next call.
func (c *cursor) next() (bool, error) {
	if c.in == nil {
		if len(c.mem) == 0 {
			return false, nil
		}
		c.current = readEntry(c.mem)
		c.mem = c.mem[binary.LittleEndian.Uint32(c.mem):]
		return true, nil
	}
	head, err := c.in.Peek(4)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reconcile: temporary file: %w", err)
	}
	size := int(binary.LittleEndian.Uint32(head))
	c.buffer = slices.Grow(c.buffer[:0], size)[:size]
	if _, err := io.ReadFull(c.in, c.buffer); err != nil {
		return false, fmt.Errorf("reconcile: temporary file: %w", err)
	}
	c.current = readEntry(c.buffer)
	return true, nil
}

// merge yields the classes from first up to, not including, end, from all runs
// at once.
func (f *findings) merge(first, end Class) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		var least cursors
		for i := range f.runs {
			c := f.cursor(&f.runs[i], first, end)
			more, err := c.next()
			if err != nil {
				yield(Finding{}, err)
				return
			}
			if more {
				least = append(least, c)
			}
		}
		heap.Init(&least)
		for len(least) > 0 {
			if !yield(least[0].current.finding(), nil) {
				return
			}
			more, err := least[0].next()
			if err != nil {
				yield(Finding{}, err)
				return
			}
			if more {
				heap.Fix(&least, 0)
			} else {
				heap.Pop(&least)
			}
		}
	}
}

// cursors is a heap, the least at the front.
type cursors []*cursor

func (c *cursors) Len() int           { return len(*c) }
func (c *cursors) Less(i, j int) bool { return (*c)[i].current.compare(&(*c)[j].current) < 0 }
func (c *cursors) Swap(i, j int)      { (*c)[i], (*c)[j] = (*c)[j], (*c)[i] }

// Push belongs to heap.Interface and is not needed.
func (c *cursors) Push(any) {}

// Pop takes the last off.
func (c *cursors) Pop() any {
	*c = (*c)[:len(*c)-1]
	return nil
}

func (f *findings) cursor(r *run, first, end Class) *cursor {
	from, to := r.starts[first], r.starts[end]
	if r.mem != nil {
		return &cursor{mem: r.mem[from:to]}
	}
	return &cursor{in: bufio.NewReaderSize(io.NewSectionReader(f.file, r.place+from, to-from), 32<<10)}
}

// finding decodes an entry.
func (e *entry) finding() Finding {
	d := decoder{e.rest}
	f := Finding{Class: e.class, PaymentIntent: string(e.intent), OrderID: string(e.order)}
	f.Action, f.Differences = Action(d.byte()), Difference(d.byte())
	has := d.byte()
	f.Rival = string(d.bytes())
	if has&hasPayment != 0 {
		var p rawPayment
		d.payment(&p)
		f.Payment = f.payment(&p)
		f.Amount, f.Currency, f.Created = p.facts.stake(), f.Payment.Currency, f.Payment.Created
	}
	if has&hasOrder != 0 {
		var o rawOrder
		d.order(&o, true)
		f.Order = f.order(&o)
		if f.Payment == nil {
			f.Amount, f.Currency, f.Created = o.facts.amount, f.Order.Currency, f.Order.Created
		}
	}
	if has&hasLine != 0 {
		f.Line = &LineError{
			File: string(d.bytes()), Name: string(d.bytes()), Code: FaultCode(d.bytes()), Detail: string(d.bytes()),
			Line: int64(d.uvarint()), Column: int(d.uvarint()),
		}
	}
	return f
}
