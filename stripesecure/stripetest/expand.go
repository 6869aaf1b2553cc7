package stripetest

import (
	"fmt"
	"reflect"
	"strings"
)

// maxExpand is how deep a property may be expanded (Stripe docs page "Expanding
// responses").
const maxExpand = 4

// parseExpand checks the expand[] parameter against the type of the answer and
// gives its tree. Lists are expanded through "data.".
func parseExpand(paths []string, answer any, list bool) (expansion, *Error) {
	if len(paths) == 0 {
		return nil, nil
	}
	tree := expansion{}
	for _, path := range paths {
		if list && path == "total_count" { // of a search
			continue
		}
		segments := strings.Split(path, ".")
		names := segments
		if list {
			if segments[0] != "data" || len(segments) == 1 {
				return nil, notExpandable(segments[0])
			}
			names = segments[1:]
		}
		if len(segments) > maxExpand {
			return nil, invalid("", "expand", fmt.Sprintf("You cannot expand more than %d levels of a property. Property: %s", maxExpand, clip(path, 100)))
		}
		if answer == nil || !expandable(reflect.TypeOf(answer), names) {
			return nil, notExpandable(path)
		}
		at := tree
		for _, name := range segments {
			if at[name] == nil {
				at[name] = expansion{}
			}
			at = at[name]
		}
	}
	return tree, nil
}

func notExpandable(path string) *Error {
	return invalid("", "expand", "This property cannot be expanded ("+clip(path, 100)+").")
}

// expandable tells whether names lead from t to an id that can be expanded.
func expandable(t reflect.Type, names []string) bool {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return false
	}
	for _, f := range fieldsOf(t) {
		if f.name != names[0] {
			continue
		}
		if len(f.expand) == 0 {
			return len(names) > 1 && expandable(t.Field(f.index).Type, names[1:])
		}
		if len(names) == 1 {
			return true
		}
		for _, target := range f.expand {
			if next, ok := objectTypes[target]; ok && expandable(next, names[1:]) {
				return true
			}
		}
	}
	return false
}
