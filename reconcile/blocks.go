package reconcile

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strings"
	"sync"
)

const (
	blockSize = 256 << 10
	// maxRecord is the longest record; a quote that is not closed would
	// otherwise take in the rest of the file.
	maxRecord = 16 << 20
)

// blocks deals a file out to workers in blocks of whole records, in order.
type blocks struct {
	mu    sync.Mutex
	in    io.Reader
	tail  []byte // read, not dealt out
	line  int64  // of the first byte of tail
	plain bool   // quotes mean nothing here (JSON lines)
	// exact finds the ends of records by reading them. Without it they are found
	// by counting quotes, which is right up to the first quote that is wrong: for
	// a run that stops there.
	exact    bool
	size     int // of a block, before it is cut; blockSize unless a test says otherwise
	ended    bool
	stopped  bool
	err      error
	splitter splitter
}

// block is a piece of whole records.
type block struct {
	data []byte
	line int64
}

// next gives the next block in buffer, which grows as needed. ok is false at the
// end, or when somebody stopped.
func (b *blocks) next(buffer []byte) (got block, ok bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped || b.err != nil || b.ended && len(b.tail) == 0 {
		return block{data: buffer}, false, b.err
	}
	buffer = append(buffer[:0], b.tail...)
	var end int
	for {
		if !b.ended {
			buffer = b.fill(buffer)
		}
		if b.err != nil {
			return block{data: buffer}, false, b.err
		}
		if b.ended {
			end = len(buffer)
			break
		}
		if end = b.end(buffer); end > 0 {
			break
		}
		if len(buffer) >= maxRecord {
			end = max(1, bytes.LastIndexByte(buffer, '\n')+1)
			b.stopped = end == 1
			if b.stopped {
				end = len(buffer)
			}
			break
		}
	}
	got = block{data: buffer[:end], line: b.line}
	b.tail = append(b.tail[:0], buffer[end:]...)
	b.line += int64(bytes.Count(got.data, []byte{'\n'}))
	return got, len(got.data) > 0, nil
}

// fill reads about a block more.
func (b *blocks) fill(buffer []byte) []byte {
	have := len(buffer)
	size := cmp.Or(b.size, blockSize)
	want := max(size, have+size/4+1)
	if cap(buffer) < want {
		buffer = append(make([]byte, 0, want+want/8), buffer...)
	}
	buffer = buffer[:want]
	for have < want && !b.ended && b.err == nil {
		n, err := b.in.Read(buffer[have:])
		have += n
		if errors.Is(err, io.EOF) {
			b.ended = true
		} else if err != nil {
			b.err = err
		}
	}
	return buffer[:have]
}

// end is where the last whole record of data ends, 0 for none.
func (b *blocks) end(data []byte) int {
	last := bytes.LastIndexByte(data, '\n')
	if last < 0 || b.plain {
		return last + 1
	}
	quotes := bytes.Count(data, []byte{'"'})
	if quotes == 0 {
		return last + 1
	}
	if b.exact {
		return b.exactEnd(data)
	}
	quotes -= bytes.Count(data[last:], []byte{'"'})
	for quotes%2 != 0 {
		before := bytes.LastIndexByte(data[:last], '\n')
		if before < 0 {
			return 0
		}
		quotes -= bytes.Count(data[before:last], []byte{'"'})
		last = before
	}
	return last + 1
}

func (b *blocks) exactEnd(data []byte) int {
	b.splitter.reset(data, 0)
	end := 0
	for {
		ok, fault := b.splitter.record()
		if !ok {
			return end
		}
		if len(b.splitter.rest) == 0 && (fault || data[len(data)-1] != '\n') {
			return end // it may go on in what is not read yet
		}
		end = len(data) - len(b.splitter.rest)
	}
}

// stop makes next return nothing more.
func (b *blocks) stop() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
}

// header takes the first record off.
func (b *blocks) header() (fields [][]byte, line int64, fault bool, err error) {
	first, ok, err := b.next(nil)
	if err != nil || !ok {
		return nil, 1, false, err
	}
	b.splitter.reset(first.data, first.line)
	ok, fault = b.splitter.record()
	if !ok {
		return nil, 1, false, nil
	}
	for _, field := range b.splitter.fields {
		fields = append(fields, []byte(strings.Clone(string(field))))
	}
	b.tail = append(bytes.Clone(b.splitter.rest), b.tail...)
	line, b.line = b.splitter.line, b.splitter.next
	return fields, line, fault, nil
}
