package wording

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// MaxEncoded is the largest JSON, in bytes, that [Decode] reads. Every wording
// without faults fits.
const MaxEncoded = 64 << 10

// Encode returns the wording as JSON, for the host's store:
//
//	{"en":{"name":"Card"},"ja":{"name":"カード払い","order_mail":"…"}}
//
// Empty fields are left out. It refuses with [Faults] what [Wording.Validate]
// refuses, so nothing faulty is saved.
func Encode(w Wording) ([]byte, error) {
	if err := w.Validate(); err != nil {
		return nil, err
	}
	out := make(Wording, len(w))
	for lang, texts := range w {
		if texts != (Texts{}) {
			out[lang] = texts
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // texts stay readable in the store
	if err := enc.Encode(out); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// Decode reads what [Encode] wrote. Unknown names, names that stand twice and
// values that are no strings are [Faults], all at once and each with its place.
//
// It does not validate the texts: what an older version has stored must still
// show. Validate before saving again.
func Decode(data []byte) (Wording, error) {
	switch {
	case len(data) > MaxEncoded:
		return nil, Faults{{Code: FaultTooLarge, Detail: strconv.Itoa(MaxEncoded)}}
	case !utf8.Valid(data):
		return nil, Faults{{Code: FaultInvalidUTF8}}
	case !json.Valid(data):
		return nil, Faults{{Code: FaultSyntax}}
	}
	var faults Faults
	w := make(Wording)
	isObject := members(data, func(key string, value json.RawMessage, again bool) {
		lang := Language(key)
		if lang != Japanese && lang != English {
			faults.add(Fault{Language: Language(quote(key)), Code: FaultUnknownLanguage})
			return
		}
		if again {
			faults.add(Fault{Language: lang, Code: FaultDuplicate})
		}
		w[lang] = decodeTexts(lang, value, &faults)
	})
	if !isObject {
		faults.add(Fault{Code: FaultWrongType})
	}
	if err := faults.orNil(); err != nil {
		return nil, err
	}
	return w, nil
}

func decodeTexts(lang Language, data json.RawMessage, faults *Faults) Texts {
	var texts Texts
	isObject := members(data, func(key string, value json.RawMessage, again bool) {
		field := Field(key)
		var text *string // a pointer, because null is no text
		switch {
		case texts.at(field) == nil:
			faults.add(Fault{Language: lang, Field: Field(quote(key)), Code: FaultUnknownField})
		case again:
			faults.add(Fault{Language: lang, Field: field, Code: FaultDuplicate})
		case json.Unmarshal(value, &text) != nil || text == nil:
			faults.add(Fault{Language: lang, Field: field, Code: FaultWrongType})
		default:
			*texts.at(field) = *text
		}
	})
	if !isObject {
		faults.add(Fault{Language: lang, Code: FaultWrongType})
	}
	return texts
}

// members calls visit for each member of a JSON object, in order, and tells
// whether the name was there before: encoding/json would silently take the last.
// It reports whether data, which must be valid JSON, is an object.
func members(data []byte, visit func(key string, value json.RawMessage, again bool)) bool {
	dec := json.NewDecoder(bytes.NewReader(data))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return false
	}
	seen := make(map[string]bool)
	for dec.More() {
		token, err := dec.Token()
		key, isString := token.(string)
		var value json.RawMessage
		if err != nil || !isString || dec.Decode(&value) != nil {
			return false
		}
		visit(key, value, seen[key])
		seen[key] = true
	}
	return true
}
