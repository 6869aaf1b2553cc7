package reconcile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// splitter cuts a block of whole records into fields by the rules of RFC 4180
// as encoding/csv reads them (a fuzz test holds the two together), without
// copying what is not quoted.
type splitter struct {
	rest   []byte
	quotes bool // the block has quotes, so the short way is not enough
	line   int64
	next   int64 // the line after this record
	fields [][]byte
	wide   bool   // this record may have other characters than ASCII
	text   []byte // unquoted text of this record
	ends   []int  // where the quoted fields of this record end in text
	places []int  // which fields they are
}

// reset starts with a block whose first line has this number.
func (s *splitter) reset(block []byte, line int64) {
	s.rest, s.next = block, line
	s.quotes = bytes.IndexByte(block, '"') >= 0
}

// record reads the next record into s.fields, which are valid until the next
// call, and sets s.line. ok is false at the end of the block. A quote where none
// can be is fault; reading then goes on after its line.
func (s *splitter) record() (ok, fault bool) {
	for len(s.rest) > 0 {
		s.line = s.next
		if s.quotes {
			line, _, _ := bytes.Cut(s.rest, []byte{'\n'})
			if bytes.IndexByte(line, '"') >= 0 {
				s.wide = true
				return true, !s.quoted()
			}
		}
		s.plain()
		s.next++
		if len(s.fields) > 1 || len(s.fields[0]) > 0 {
			return true, false
		}
	}
	return false, false
}

// plain cuts a line without quotes.
func (s *splitter) plain() {
	data, begin := s.rest, 0
	s.fields, s.wide = s.fields[:0], false
	for {
		end, ascii := fieldEnd(data, begin)
		s.fields, s.wide = append(s.fields, data[begin:end]), s.wide || !ascii
		if begin = end + 1; end == len(data) || data[end] == '\n' {
			break
		}
	}
	last := &s.fields[len(s.fields)-1]
	*last = withoutReturn(*last)
	s.rest = data[min(begin, len(data)):]
}

// fieldEnd is where the field at begin ends: the place of the next comma or line
// end, or the length of data. ascii tells whether the field is all ASCII. The
// test for a zero byte in w^commas also answers for some bytes behind a real
// one, so its first answer is right.
func fieldEnd(data []byte, begin int) (end int, ascii bool) {
	const commas, newlines = ',' * eachByte, '\n' * eachByte
	i, high := begin, uint64(0)
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		c, n := w^commas, w^newlines
		if found := ((c-eachByte)&^c | (n-eachByte)&^n) & highBits; found != 0 {
			high |= w & (found&-found - 1)
			return i + bits.TrailingZeros64(found)/8, high&highBits == 0
		}
		high |= w
	}
	for ; i < len(data) && data[i] != ',' && data[i] != '\n'; i++ {
		high |= uint64(data[i])
	}
	return i, high&highBits == 0
}

// withoutReturn takes the CR of a CRLF off.
func withoutReturn(field []byte) []byte {
	if n := len(field); n > 0 && field[n-1] == '\r' {
		return field[:n-1]
	}
	return field
}

// physical takes the next line off the block, without its end.
func (s *splitter) physical() (line []byte, ended bool) {
	line = s.rest
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line, s.rest, ended = line[:end], s.rest[end+1:], true
	} else {
		s.rest = nil
	}
	s.next++
	return withoutReturn(line), ended
}

// quoted reads a record that has quotes and reports whether they are right.
func (s *splitter) quoted() bool {
	s.fields, s.text, s.ends, s.places = s.fields[:0], s.text[:0], s.ends[:0], s.places[:0]
	line, ended := s.physical()
	for {
		if len(line) == 0 || line[0] != '"' {
			comma := bytes.IndexByte(line, ',')
			field := line
			if comma >= 0 {
				field = line[:comma]
			}
			if bytes.IndexByte(field, '"') >= 0 {
				return false
			}
			s.fields = append(s.fields, field)
			if comma < 0 {
				break
			}
			line = line[comma+1:]
			continue
		}
		var good, more bool
		if line, ended, good, more = s.quotedField(line[1:], ended); !good {
			return false
		}
		if !more {
			break
		}
	}
	// The text may have moved while it grew: the fields are cut out of it now.
	begin := 0
	for i, place := range s.places {
		s.fields[place] = s.text[begin:s.ends[i]:s.ends[i]]
		begin = s.ends[i]
	}
	return true
}

// quotedField reads from behind the opening quote. more tells whether another
// field follows.
func (s *splitter) quotedField(line []byte, ended bool) (rest []byte, stillEnded, good, more bool) {
	s.places = append(s.places, len(s.fields))
	s.fields = append(s.fields, nil)
	for {
		quote := bytes.IndexByte(line, '"')
		if quote < 0 {
			if !ended {
				return nil, ended, false, false // not closed
			}
			s.text = append(append(s.text, line...), '\n')
			if len(s.rest) == 0 {
				return nil, ended, false, false
			}
			line, ended = s.physical()
			continue
		}
		s.text = append(s.text, line[:quote]...)
		line = line[quote+1:]
		switch {
		case len(line) > 0 && line[0] == '"':
			s.text = append(s.text, '"')
			line = line[1:]
		case len(line) > 0 && line[0] == ',':
			s.ends = append(s.ends, len(s.text))
			return line[1:], ended, true, true
		case len(line) == 0:
			s.ends = append(s.ends, len(s.text))
			return nil, ended, true, false
		default:
			return nil, ended, false, false
		}
	}
}
