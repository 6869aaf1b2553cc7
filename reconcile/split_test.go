package reconcile

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// FuzzSplit: the splitter cuts what encoding/csv cuts, and refuses what it
// refuses.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"", "a,b\n", "a,b\r\nc,d", "\"a\",b\n", "\"a,\"\"b\",c\n", "\"a\nb\",c\n", "\"a\r\nb\",c\r\n", "a\"b,c\n", "\"a\"b,c\n",
		"\"open", "\"open\n", ",\n", "\"\"\n", "\r\n\r\n", "a\r", "\r", "\"a\",\n\"b\"", "x,\"\"\"\",y\n", "\"\n\n\"\n", "a\rb\n", "\"a\r",
		"\"\r\n\r\"", "a,\"b\"\r",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		reference := csv.NewReader(strings.NewReader(text))
		reference.FieldsPerRecord = -1
		var s splitter
		s.reset([]byte(text), 1)
		for {
			want, err := reference.Read()
			ok, fault := s.record()
			if errors.Is(err, io.EOF) {
				assert.False(t, ok, "a record too many: %q", s.fields)
				return
			}
			var parse *csv.ParseError
			if errors.As(err, &parse) {
				assert.True(t, ok && fault, "not refused: %q, want %v", s.fields, err)
				assert.Equal(t, int64(parse.StartLine), s.line)
				return
			}
			if !assert.True(t, ok && !fault, "refused or missing: %q", want) {
				return
			}
			have := make([]string, len(s.fields))
			for i, field := range s.fields {
				have[i] = string(field)
			}
			if !assert.Equal(t, want, have) {
				return
			}
			line, _ := reference.FieldPos(0)
			assert.Equal(t, int64(line), s.line)
		}
	})
}

// BenchmarkSplit is the cost of cutting fields alone.
func BenchmarkSplit(b *testing.B) {
	line := "pi_3MJWG3gST8mxJlUpouO58d6l,1738531608,30376,30376,jpy,succeeded,cus_xup7urxxxsFiaP,R100000000\n"
	block := []byte(strings.Repeat(line, 2500))
	b.SetBytes(int64(len(block)))
	var s splitter
	for b.Loop() {
		s.reset(block, 1)
		for ok, _ := s.record(); ok; ok, _ = s.record() {
		}
	}
}
