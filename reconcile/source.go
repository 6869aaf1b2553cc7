package reconcile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

// sampleSize is how much of a file is looked at to tell what it is.
const sampleSize = 256 << 10

// source is an input whose form is known: what it is packed in, in which
// encoding, and where its columns are.
type source struct {
	name   string
	blocks blocks
	parser parser
	json   bool
	size   int64 // of the file, 0 for unknown
	read   *atomic.Int64
	file   io.Closer
}

// counter counts what is read from a file.
type counter struct {
	in   io.Reader
	read *atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// openFile opens a file and reads its header. The faults are all that the
// header has.
func openFile(path string, f *form, s *settings) (*source, []*LineError) {
	file, err := os.Open(path) // #nosec G304 -- the file that the caller named
	if err != nil {
		return nil, []*LineError{{File: path, Code: FaultFile, Detail: reason(err)}}
	}
	var size int64
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	src, faults := openReader(path, file, f, s)
	if faults != nil {
		_ = file.Close()
		return nil, faults
	}
	src.size, src.file = size, file
	return src, nil
}

// reason is what the system says, without the path, which stands before it.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func openReader(name string, in io.Reader, f *form, s *settings) (*source, []*LineError) {
	src := &source{name: name, read: new(atomic.Int64)}
	fault := func(code FaultCode, detail string) (*source, []*LineError) {
		return nil, []*LineError{{File: name, Code: code, Detail: detail}}
	}
	whole := bufio.NewReaderSize(&counter{in, src.read}, sampleSize)
	if magic, _ := whole.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(whole)
		if err != nil {
			return fault(FaultFile, reason(err))
		}
		whole = bufio.NewReaderSize(unpacked, sampleSize)
	}
	sample, err := whole.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return fault(FaultFile, reason(err))
	}
	switch {
	case bytes.HasPrefix(sample, []byte{0xef, 0xbb, 0xbf}):
		_, _ = whole.Discard(3)
		sample = sample[3:]
	case bytes.HasPrefix(sample, []byte{0xff, 0xfe}), bytes.HasPrefix(sample, []byte{0xfe, 0xff}):
		return fault(FaultEncoding, "")
	}
	start := bytes.TrimLeft(sample, " \t\r\n")
	if len(start) == 0 {
		return fault(FaultEmpty, "")
	}
	src.json = start[0] == '{' || start[0] == '['
	src.blocks = blocks{in: whole, line: 1, plain: src.json, exact: s.KeepGoing}
	src.parser = parser{
		file: name, scales: scales(), statuses: s.words,
		shiftJIS: s.Encoding == encodingShiftJIS || s.Encoding == "" && !src.json && looksShiftJIS(sample),
	}
	if src.json {
		src.parser.layout = f.all()
		return src, nil
	}
	return src.header(f)
}

func (src *source) header(f *form) (*source, []*LineError) {
	fields, line, bad, err := src.blocks.header()
	switch {
	case err != nil:
		return nil, []*LineError{{File: src.name, Code: FaultFile, Detail: reason(err)}}
	case bad:
		return nil, []*LineError{{File: src.name, Line: line, Code: FaultQuote}}
	case len(fields) == 0:
		return nil, []*LineError{{File: src.name, Code: FaultEmpty}}
	}
	var faults []*LineError
	if src.parser.layout, faults = f.read(src.name, line, fields); faults != nil {
		return nil, faults
	}
	src.parser.usual = newUsual(&src.parser.layout)
	return src, nil
}

// close may be called for no source, too.
func (src *source) close() {
	if src != nil && src.file != nil {
		_ = src.file.Close()
	}
}

// records calls take for each row of a block, and bad for each record that
// cannot be read. Either ends it by saying no; then it says no, too.
func records[T any](src *source, p *parser, s *splitter, got block, read *listReader[T],
	take func(*T) bool, bad func(*LineError) (goOn bool),
) bool {
	var row T
	one := func() bool {
		if read.any(p, &row) {
			return take(&row)
		}
		return bad(p.fault)
	}
	if src.json {
		return src.jsonLines(p, got, one, bad)
	}
	s.reset(got.data, got.line)
	for {
		for p.line = s.next; ; p.line = s.next {
			length := read.usual(p, s.rest, &row)
			if length == 0 {
				break
			}
			s.rest, s.next = s.rest[length:], s.next+1
			if !take(&row) {
				return false
			}
		}
		ok, fault := s.record()
		if !ok {
			return true
		}
		p.fields, p.line, p.wide = s.fields, s.line, s.wide
		if fault {
			if !bad(&LineError{File: p.file, Line: s.line, Code: FaultQuote}) {
				return false
			}
		} else if !one() {
			return false
		}
	}
}
