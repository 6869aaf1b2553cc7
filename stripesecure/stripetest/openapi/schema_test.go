package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stripe/stripe-mock/spec"
)

// check holds a JSON text against a schema of the description and returns every
// fault with its place: wrong type, null where none may be, a value outside its
// enum, a required field that is missing, a field that Stripe does not have, a
// relation that is expanded without being asked for or the other way round
// (what lies inside an error is expanded as Stripe likes).
//
// It is stricter than stripe-mock's own validator, which allows unknown fields.
func check(sp *spec.Spec, schema *spec.Schema, text []byte, expand []string) []string {
	var value any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return []string{"no JSON: " + err.Error()}
	}
	c := checker{schemas: sp.Components.Schemas, expand: expand}
	return c.value("", schema, value)
}

type checker struct {
	schemas map[string]*spec.Schema
	expand  []string
}

func (c checker) value(path string, s *spec.Schema, v any) []string {
	nullable := s.Nullable || c.resolve(s).Nullable
	s = c.resolve(s)
	if v == nil {
		if nullable {
			return nil
		}
		return fault(path, "is null")
	}
	if s.XExpansionResources != nil {
		_, expanded := v.(map[string]any)
		if asked := c.expands(path); expanded != asked && !strings.HasPrefix(path, "error.") {
			return fault(path, "expanded is %t, asked for is %t", expanded, asked)
		}
	}
	if len(s.AnyOf) > 0 {
		return c.best(path, s.AnyOf, v)
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		return fault(path, "is %v, want one of %v", v, s.Enum)
	}
	return c.typed(path, s, v)
}

// best checks a value that may have one of several shapes: none of the faults
// of the shape that fits best. An object is never compared with a plain shape.
func (c checker) best(path string, shapes []*spec.Schema, v any) []string {
	least := fault(path, "is %T, which none of the shapes is", v)
	found := false
	for _, s := range shapes {
		if _, object := v.(map[string]any); object == (c.resolve(s).Type == spec.TypeString) {
			continue
		}
		faults := c.value(path, s, v)
		if len(faults) == 0 {
			return nil
		}
		if !found || len(faults) < len(least) {
			least, found = faults, true
		}
	}
	return least
}

// resolve follows references.
func (c checker) resolve(s *spec.Schema) *spec.Schema {
	for s.Ref != "" {
		s = c.schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

func (c checker) typed(path string, s *spec.Schema, v any) []string {
	switch v := v.(type) {
	case bool:
		return want(path, s, spec.TypeBoolean)
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return want(path, s, spec.TypeNumber)
		}
		return want(path, s, spec.TypeInteger, spec.TypeNumber)
	case string:
		if n := utf8.RuneCountInString(v); s.MaxLength > 0 && n > s.MaxLength {
			return fault(path, "has %d characters, at most %d", n, s.MaxLength)
		}
		return want(path, s, spec.TypeString)
	case []any:
		faults := want(path, s, spec.TypeArray)
		for _, item := range v {
			if s.Items != nil {
				faults = append(faults, c.value(path, s.Items, item)...)
			}
		}
		return faults
	case map[string]any:
		return append(want(path, s, spec.TypeObject), c.object(path, s, v)...)
	}
	return fault(path, "is of a kind that JSON does not have")
}

func (c checker) object(path string, s *spec.Schema, v map[string]any) []string {
	var faults []string
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			faults = append(faults, fault(join(path, name), "is missing")...)
		}
	}
	for name, value := range v {
		switch field := s.Properties[name]; {
		case field != nil:
			faults = append(faults, c.value(join(path, name), field, value)...)
		case s.AdditionalProperties != nil:
			faults = append(faults, c.value(join(path, "*"), s.AdditionalProperties, value)...)
		case len(s.Properties) > 0 || !s.AdditionalPropertiesAllowed:
			faults = append(faults, fault(join(path, name), "is unknown")...)
		}
	}
	slices.Sort(faults)
	return faults
}

// expands tells whether the request asked for the relation at path.
func (c checker) expands(path string) bool {
	return slices.ContainsFunc(c.expand, func(e string) bool { return e == path || strings.HasPrefix(e, path+".") })
}

func want(path string, s *spec.Schema, types ...string) []string {
	if s.Type == "" || slices.Contains(types, s.Type) {
		return nil
	}
	return fault(path, "is %s, want %s", types[0], s.Type)
}

func fault(path, format string, args ...any) []string {
	return []string{path + " " + fmt.Sprintf(format, args...)}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
