package reconcile

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// jsonLines reads one object a line, with the names of the columns as keys.
// Amounts may be numbers or text; more keys are fine.
func (src *source) jsonLines(p *parser, got block, one func() bool, bad func(*LineError) bool) bool {
	p.fields, p.wide = make([][]byte, numColumns), true
	line := got.line
	for data := got.data; len(data) > 0; line++ {
		text, after, _ := bytes.Cut(data, []byte{'\n'})
		data = after
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		p.line = line
		if fault := p.object(text); fault != nil {
			if !bad(fault) {
				return false
			}
		} else if !one() {
			return false
		}
	}
	return true
}

func (p *parser) object(text []byte) *LineError {
	fault := func(name, detail string) *LineError {
		return &LineError{File: p.file, Line: p.line, Name: name, Code: FaultJSON, Detail: detail}
	}
	if !utf8.Valid(text) {
		return &LineError{File: p.file, Line: p.line, Code: FaultEncoding}
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(text, &values); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fault("", syntax.Error())
		}
		return fault("", "an object is wanted")
	}
	if values == nil {
		return fault("", "an object is wanted")
	}
	for c, name := range p.names {
		p.fields[c] = nil
		raw, there := values[name]
		if name == "" || !there || string(raw) == "null" {
			continue
		}
		switch raw[0] {
		case '"':
			var value string
			if err := json.Unmarshal(raw, &value); err != nil {
				return fault(name, "text is wanted")
			}
			p.fields[c] = []byte(value)
		case '{', '[', 't', 'f':
			return fault(name, "text or a number is wanted")
		default:
			p.fields[c] = raw
		}
	}
	return nil
}
