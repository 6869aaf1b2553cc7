package settings

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// reader reads the parts of a document and collects what is wrong with them.
type reader struct {
	faults Faults
	unread map[FieldID]bool // has a fault of its own already
}

func (r *reader) fail(field FieldID, code Code, detail string) {
	r.faults = append(r.faults, Fault{Field: field, Code: code, Detail: detail})
	r.unread[field] = true
}

func (r *reader) boolean(object members, field FieldID, value *bool) {
	if raw, ok := object.take(field.name()); ok && (raw[0] == 'n' || json.Unmarshal(raw, value) != nil) {
		r.fail(field, CodeDocumentType, "true/false")
	}
}

func (r *reader) number(object members, field FieldID, value *int) {
	if raw, ok := object.take(field.name()); ok && (raw[0] == 'n' || json.Unmarshal(raw, value) != nil) {
		r.fail(field, CodeDocumentType, "integer")
	}
}

func (r *reader) text(object members, field FieldID, value *string) {
	if raw, ok := object.take(field.name()); ok && (raw[0] == 'n' || json.Unmarshal(raw, value) != nil) {
		r.fail(field, CodeDocumentType, "string")
	}
}

func (r *reader) texts(field FieldID, raw json.RawMessage) []string {
	var entries []json.RawMessage
	if raw[0] == 'n' || json.Unmarshal(raw, &entries) != nil {
		r.fail(field, CodeDocumentType, "[string]")
		return nil
	}
	values := make([]string, 0, len(entries))
	for _, entry := range entries {
		var value string
		if entry[0] != '"' || json.Unmarshal(entry, &value) != nil {
			r.fail(field, CodeDocumentType, "[string]")
			return nil
		}
		values = append(values, value)
	}
	return values
}

// members are what an object holds and nobody has taken yet. A JSON object may
// hold a name twice, and readers differ about which one counts: here neither.
type members map[string]json.RawMessage

func (m members) take(name string) (json.RawMessage, bool) {
	raw, ok := m[name]
	delete(m, name)
	return raw, ok
}

func (r *reader) object(field FieldID, raw json.RawMessage) members {
	if raw[0] != '{' {
		r.fail(field, CodeDocumentType, "object")
		return nil
	}
	object := members{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	_, _ = decoder.Token() // the brace; raw is known to be valid JSON
	for decoder.More() {
		token, _ := decoder.Token()
		name, _ := token.(string)
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			break
		}
		if _, twice := object[name]; twice {
			r.twice(field, name)
		}
		object[name] = value
	}
	return object
}

func (r *reader) twice(parent FieldID, name string) {
	path := printable(name)
	if parent != "" {
		path = string(parent) + "." + path
	}
	field := FieldID(path)
	if _, known := fieldTitles[field]; !known {
		field = ""
	}
	r.fail(field, CodeDocumentDuplicate, path)
}

// rest reports what nobody took.
func (r *reader) rest(prefix string, object members) {
	for _, name := range object.names() {
		r.faults = append(r.faults, Fault{Code: CodeDocumentUnknown, Detail: prefix + printable(name)})
	}
}

// name is the last part of the field's path.
func (id FieldID) name() string {
	if _, name, ok := strings.Cut(string(id), "."); ok {
		return name
	}
	return string(id)
}

// maxPrintedName is longer than any name of a setting.
const maxPrintedName = 32

// names are sorted, so that the same document has the same faults.
func (m members) names() []string { return slices.Sorted(maps.Keys(m)) }

// printable returns an unknown name if it looks like the name of a setting,
// and "?" otherwise: a name is input too, and may be a key in the wrong place.
func printable(name string) string {
	strange := strings.ContainsFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' && r != '-' })
	if name == "" || len(name) > maxPrintedName || strange || looksLikeKey(name) {
		return "?"
	}
	return name
}

func looksLikeKey(name string) bool {
	for _, prefix := range []string{"pk_", "sk_", "rk_", webhookPrefix} {
		if strings.Contains(name, prefix) {
			return true
		}
	}
	return false
}
