package settings

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf8"
)

// MaxDocument is the most bytes that [Decode] looks at. Full settings have less
// than 20,000.
const MaxDocument = 64 << 10

// Decode reads what [Encode] wrote, or what somebody wrote by hand. A setting
// that is absent has its value in [Default]; "version" must be there.
//
// Everything that is wrong is reported at once, as [Faults] that match
// [ErrInvalid]: names that are no settings, a name twice, wrong types, data
// after the end, and all that [Settings.Validate] finds. A masked secret is
// refused (SEC-04). No error contains a value.
//
// Together with an error Decode returns the settings as far as they could be
// read, without secrets that stand in the wrong place, so that the merchant's
// page can show them beside the faults. They are good for nothing else.
func Decode(data []byte) (Settings, error) {
	root, faults := parse(data)
	if len(faults) > 0 {
		return Settings{}, faults
	}
	r := reader{unread: map[FieldID]bool{}}
	s, ok := r.settings(root)
	if !ok {
		return Settings{}, r.faults
	}
	for _, fault := range s.faults() {
		if !r.unread[fault.Field] {
			r.faults = append(r.faults, fault)
		}
	}
	if len(r.faults) > 0 {
		return s.scrubbed(), r.faults.sorted()
	}
	return s, nil
}

// parse checks that data is one JSON value and nothing else.
func parse(data []byte) (json.RawMessage, Faults) {
	line := func(offset int64) string {
		offset = min(max(offset, 0), int64(len(data)))
		return strconv.Itoa(1 + bytes.Count(data[:offset], []byte("\n")))
	}
	if len(data) > MaxDocument {
		return nil, Faults{{Code: CodeDocumentTooLarge, Detail: strconv.Itoa(MaxDocument)}}
	}
	if !utf8.Valid(data) {
		return nil, Faults{{Code: CodeDocumentSyntax, Detail: line(int64(validPrefix(data)))}}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	var root json.RawMessage
	if err := decoder.Decode(&root); err != nil {
		return nil, Faults{{Code: CodeDocumentSyntax, Detail: line(syntaxOffset(err, data))}}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, Faults{{Code: CodeDocumentTrailing, Detail: line(decoder.InputOffset())}}
	}
	return root, nil
}

func validPrefix(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return len(data)
}

func syntaxOffset(err error, data []byte) int64 {
	if syntax, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // the decoder returns it unwrapped
		return syntax.Offset
	}
	return int64(len(data))
}

// settings reports false when nothing of the document can be understood.
func (r *reader) settings(root json.RawMessage) (Settings, bool) {
	s := Default()
	object := r.object("", root)
	if object == nil || !r.version(object) {
		return Settings{}, false
	}
	r.boolean(object, FieldEnabled, &s.Enabled)
	r.regions(object, &s.Regions)
	r.text(object, FieldOrderStatus, &s.OrderStatus)
	r.number(object, FieldSortOrder, &s.SortOrder)
	r.text(object, FieldAccountName, &s.AccountName)
	r.text(object, FieldAccountID, &s.AccountID)
	r.text(object, FieldEnvironment, (*string)(&s.Environment))
	r.text(object, FieldAuthentication, (*string)(&s.Authentication))
	r.keys(object, Live, &s.Live)
	r.keys(object, Test, &s.Test)
	r.text(object, FieldCapture, (*string)(&s.Capture))
	r.text(object, FieldThreeDSecure, (*string)(&s.ThreeDSecure))
	r.text(object, FieldSaveCard, (*string)(&s.SaveCard))
	r.rest("", object)
	return s, true
}

// version is read first: in an unknown version no other name means anything.
func (r *reader) version(object members) bool {
	var version int
	if raw, ok := object.take("version"); ok && json.Unmarshal(raw, &version) == nil && version == DocumentVersion {
		return true
	}
	r.faults = Faults{{Code: CodeDocumentVersion, Detail: strconv.Itoa(DocumentVersion)}}
	return false
}

func (r *reader) keys(parent members, environment Environment, keys *Keys) {
	raw, ok := parent.take(string(environment))
	if !ok {
		return
	}
	object := r.object(FieldID(environment), raw)
	if object == nil {
		return
	}
	fields := fieldsOf(environment)
	var secret string
	r.text(object, fields.publishable, &keys.Publishable)
	r.text(object, fields.secret, &secret)
	keys.Secret = NewSecret(secret)
	if raw, ok := object.take(fields.webhookSecrets.name()); ok {
		for _, value := range r.texts(fields.webhookSecrets, raw) {
			keys.WebhookSecrets = append(keys.WebhookSecrets, NewSecret(value))
		}
	}
	r.boolean(object, fields.sweepOnly, &keys.SweepOnly)
	r.rest(string(environment)+".", object)
}

func (r *reader) regions(object members, regions *Regions) {
	raw, ok := object.take(string(FieldRegions))
	if !ok {
		return
	}
	var word string
	if raw[0] == '"' && json.Unmarshal(raw, &word) == nil {
		if word == AllRegions {
			*regions = Everywhere()
			return
		}
		r.fail(FieldRegions, CodeUnknownValue, `"all", ["JP"]`)
		return
	}
	*regions = Regions{Countries: r.texts(FieldRegions, raw)}
}
