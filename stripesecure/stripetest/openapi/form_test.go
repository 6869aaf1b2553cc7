package openapi_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/stripe/stripe-mock/spec"
)

// checkForm holds the parameters of a request against the description down to
// the last bracket. stripe-mock itself does not look below the first one: it
// takes payment_method_options[card][anything].
func checkForm(op *spec.Operation, form url.Values) []string {
	top := &spec.Schema{Properties: map[string]*spec.Schema{}}
	for _, p := range op.Parameters {
		if p.In == spec.ParameterQuery {
			top.Properties[p.Name] = p.Schema
		}
	}
	if op.RequestBody != nil {
		if body := op.RequestBody.Content["application/x-www-form-urlencoded"].Schema; body != nil {
			maps.Copy(top.Properties, body.Properties)
		}
	}
	var faults []string
	for key, values := range form {
		segments := strings.Split(strings.ReplaceAll(key, "]", ""), "[")
		if !takes(top, segments, values[0]) {
			faults = append(faults, fmt.Sprintf("%s=%s is not described", key, values[0]))
		}
	}
	slices.Sort(faults)
	return faults
}

// takes tells whether a schema has a place for the parameter and its value.
func takes(s *spec.Schema, segments []string, value string) bool {
	if len(s.AnyOf) > 0 {
		return slices.ContainsFunc(s.AnyOf, func(s *spec.Schema) bool { return takes(s, segments, value) })
	}
	if len(segments) == 0 {
		return s.Type != spec.TypeObject && s.Type != spec.TypeArray &&
			(len(s.Enum) == 0 || slices.Contains(s.Enum, any(value))) && (s.MaxLength == 0 || len([]rune(value)) <= s.MaxLength)
	}
	switch next := s.Properties[segments[0]]; {
	case next != nil:
		return takes(next, segments[1:], value)
	case s.Items != nil:
		return takes(s.Items, segments[1:], value)
	case s.AdditionalProperties != nil:
		return takes(s.AdditionalProperties, segments[1:], value)
	}
	return false
}
