package settings

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrInvalid is matched by errors.Is for settings that are wrong: a value that
// cannot be, or values that cannot be together. They must not be stored.
var ErrInvalid = errors.New("settings: invalid")

// ErrNotReady is matched by errors.Is for settings with which no buyer may pay
// yet. They may be stored: a merchant fills them in over days.
var ErrNotReady = errors.New("settings: not ready")

// Fault is one thing that is wrong with one setting, or worth a warning. It
// never contains the value: what was pasted may be a secret (SEC-06).
type Fault struct {
	// Field says where; it is empty when the whole document is meant.
	Field FieldID
	// Entry counts from 1 in a field with several values, such as the webhook
	// secrets; 0 means the field as a whole.
	Entry int
	// Code says what, for programs. It is stable.
	Code Code
	// Detail is what the message needs to know: a limit, the permitted values,
	// a line. It is never what was entered.
	Detail string
}

// Path is where the fault is: "live.secret", "test.webhook_secrets[2]".
func (f Fault) Path() string {
	if f.Entry > 0 {
		return fmt.Sprintf("%s[%d]", f.Field, f.Entry)
	}
	return string(f.Field)
}

// Message is the text for the merchant, to be shown at the field, in "ja" or
// "en".
func (f Fault) Message(lang string) string {
	label := f.Field.title(lang)
	if f.Entry > 0 {
		label += fmt.Sprintf(" (%d)", f.Entry)
	}
	return strings.NewReplacer("{field}", label, "{detail}", f.Detail).Replace(codeTexts[f.Code].text.In(lang))
}

// String is the fault in one line for logs: path, code and English text.
func (f Fault) String() string {
	if path := f.Path(); path != "" {
		return fmt.Sprintf("%s: %s: %s", path, f.Code, f.Message("en"))
	}
	return fmt.Sprintf("%s: %s", f.Code, f.Message("en"))
}

// Faults are all that is wrong, in the order of the form. They are an error
// that errors.Is matches with [ErrInvalid] and [ErrNotReady] by their codes.
type Faults []Fault

// Error lists every fault in English.
func (f Faults) Error() string { return "settings: " + f.list() }

func (f Faults) list() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "; ")
}

// Is matches [ErrInvalid] when a value is wrong and [ErrNotReady] when one is missing.
func (f Faults) Is(target error) bool {
	switch target {
	case ErrInvalid:
		return slices.ContainsFunc(f, func(f Fault) bool { return f.Code.Kind() == Invalid })
	case ErrNotReady:
		return slices.ContainsFunc(f, func(f Fault) bool { return f.Code.Kind() == Missing })
	default:
		return false
	}
}

// Of returns the faults of one field, to be shown beside it.
func (f Faults) Of(field FieldID) Faults {
	var found Faults
	for _, fault := range f {
		if fault.Field == field {
			found = append(found, fault)
		}
	}
	return found
}

// Has reports whether some fault has this code.
func (f Faults) Has(code Code) bool {
	return slices.ContainsFunc(f, func(f Fault) bool { return f.Code == code })
}

// sorted returns f in the order of the form, what concerns the whole document
// first.
func (f Faults) sorted() Faults {
	return slices.SortedStableFunc(slices.Values(f), func(a, b Fault) int {
		return cmp.Compare(fieldOrder[a.Field], fieldOrder[b.Field])
	})
}

// err is f as an error, nil when there are no faults.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// FaultsOf returns the faults that err carries, or nil: those of
// [Settings.Validate], [Settings.Ready], [Encode] and [Decode], wrapped or not.
func FaultsOf(err error) Faults {
	var faults Faults
	if errors.As(err, &faults) {
		return faults
	}
	return nil
}

// notReady is the error of [Settings.Ready]: the faults, and ErrNotReady even
// when all of them are about wrong values.
type notReady struct{ faults Faults }

func (e notReady) Error() string        { return ErrNotReady.Error() + ": " + e.faults.list() }
func (e notReady) Unwrap() error        { return e.faults }
func (e notReady) Is(target error) bool { return target == ErrNotReady }
