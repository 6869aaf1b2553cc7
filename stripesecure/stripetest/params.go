package stripetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is the type of a parameter.
type kind int

const (
	kindText kind = iota
	kindInt
	kindBool
	kindEnum
	kindList
	kindHash
	kindMetadata
	kindRange
	kindAny
	kindForeign // of Stripe, not of the emulator
)

// rule says what one parameter may hold. The root of an endpoint is a hash.
type rule struct {
	kind     kind
	required bool
	unset    bool // "" is accepted and clears the field
	max      int  // characters of a text
	oneOf    []string
	fields   map[string]*rule
	order    []string
}

// spec reads the parameters of an endpoint, one per line: name and type. A name
// may be nested, a[b]; "!" after it: required. The types are int, bool, text,
// text<=22, enum:a|b, list, list:a|b, metadata, range (created), hash, any,
// foreign (refused: Stripe knows it and the emulator does not), and @name for a
// group in paramGroups. "?" after a type: an empty string clears it. A later line
// for the same name replaces the earlier one.
//
// The names and types are those of Stripe's OpenAPI description (stripe-facts
// §1.2, §9).
func spec(lines string) *rule {
	root := bare(lines)
	root.add("expand", "list")
	return root
}

// bare is spec for an endpoint that takes no expand.
func bare(lines string) *rule {
	root := &rule{kind: kindHash, fields: map[string]*rule{}}
	for line := range strings.Lines(lines) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		root.add(words[0], words[1])
	}
	return root
}

func (r *rule) add(name, typ string) {
	name, required := strings.CutSuffix(name, "!")
	path, ok := splitName(nil, name)
	if !ok {
		panic("stripetest: bad parameter name in a spec: " + name)
	}
	for _, part := range path {
		if r.fields == nil {
			r.kind, r.fields = kindHash, map[string]*rule{}
		}
		next := r.fields[part]
		if next == nil {
			next = &rule{}
			r.fields[part] = next
			r.order = append(r.order, part)
		}
		r = next
	}
	r.required = required
	r.setType(typ)
}

func (r *rule) setType(typ string) {
	typ, r.unset = strings.CutSuffix(typ, "?")
	if group, ok := strings.CutPrefix(typ, "@"); ok {
		lines, known := paramGroups[group]
		if !known {
			panic("stripetest: unknown parameter group " + group)
		}
		r.kind, r.fields, r.order = kindHash, map[string]*rule{}, nil
		for line := range strings.Lines(lines) {
			if words := strings.Fields(line); len(words) == 2 {
				r.add(words[0], words[1])
			}
		}
		return
	}
	name, values, _ := strings.Cut(typ, ":")
	if values != "" {
		r.oneOf = strings.Split(values, "|")
	}
	name, limit, _ := strings.Cut(name, "<=")
	r.max, _ = strconv.Atoi(limit)
	kinds := map[string]kind{
		"text": kindText, "int": kindInt, "bool": kindBool, "enum": kindEnum, "list": kindList,
		"metadata": kindMetadata, "range": kindRange, "any": kindAny, "hash": kindHash, "foreign": kindForeign,
	}
	k, ok := kinds[name]
	if !ok {
		panic("stripetest: unknown parameter type " + name)
	}
	if r.kind = k; k == kindText && r.max == 0 {
		r.max = 5000
	}
}

// check compares a form with the rules: unknown names first, then types, then
// what is missing.
func (r *rule) check(form *node) *Error {
	if r.kind == kindAny {
		return nil
	}
	if unknown := r.unknown(form, ""); len(unknown) == 1 {
		return invalid("parameter_unknown", unknown[0], "Received unknown parameter: "+clip(unknown[0], 100))
	} else if len(unknown) > 1 {
		return invalid("parameter_unknown", unknown[0], "Received unknown parameters: "+clip(strings.Join(unknown, ", "), 400))
	}
	if fault := r.types(form, ""); fault != nil {
		return fault
	}
	return r.missing(form, "")
}

func (r *rule) unknown(n *node, prefix string) []string {
	var out []string
	for _, kid := range n.kids {
		child := r.fields[kid.name]
		switch {
		case child == nil:
			out = append(out, nest(prefix, kid.name))
		case child.kind == kindHash && kid.hash:
			out = append(out, child.unknown(kid, nest(prefix, kid.name))...)
		}
	}
	return out
}

func (r *rule) types(n *node, prefix string) *Error {
	for _, kid := range n.kids {
		if fault := r.fields[kid.name].value(kid, nest(prefix, kid.name)); fault != nil {
			return fault
		}
	}
	return nil
}

func (r *rule) missing(n *node, prefix string) *Error {
	for _, name := range r.order {
		child, sent := r.fields[name], n.kid(name)
		if sent == nil {
			if child.required {
				full := nest(prefix, name)
				return invalid("parameter_missing", full, "Missing required param: "+full+".")
			}
			continue
		}
		if child.kind == kindHash && sent.hash {
			if fault := child.missing(sent, nest(prefix, name)); fault != nil {
				return fault
			}
		}
	}
	return nil
}

// value checks one parameter that was sent.
func (r *rule) value(n *node, name string) *Error {
	switch r.kind {
	case kindAny:
		return nil
	case kindForeign:
		return invalid("", name, "stripetest does not emulate the parameter "+name+".")
	}
	if !n.hash && n.value == "" {
		return r.empty(name)
	}
	switch r.kind {
	case kindHash:
		if !n.hash {
			return invalid("", name, "Invalid object")
		}
		return r.types(n, name)
	case kindList:
		return r.list(n, name)
	case kindMetadata:
		return checkMetadata(n, name)
	case kindRange:
		return checkRange(n, name)
	}
	if n.hash {
		return invalid("", name, "Invalid string: {…}")
	}
	return r.scalar(n.value, name)
}

func (r *rule) empty(name string) *Error {
	if r.unset || r.kind == kindList || r.kind == kindMetadata || (r.kind == kindText && !r.required) {
		return nil
	}
	return invalid("parameter_invalid_empty", name, "You passed an empty string for '"+name+
		"'. We assume empty values are an attempt to unset a field; however '"+name+
		"' cannot be unset. You should remove '"+name+"' from your request or supply a non-empty value.")
}

func (r *rule) scalar(value, name string) *Error {
	switch r.kind {
	case kindInt:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return invalid("parameter_invalid_integer", name, "Invalid integer: "+clip(value, 60))
		}
	case kindBool:
		if value != "true" && value != "false" {
			return invalid("", name, "Invalid boolean: "+clip(value, 60))
		}
	case kindEnum:
		if slices.Contains(r.oneOf, value) {
			return nil
		}
		return invalid("", name, "Invalid "+name+": must be one of "+either(r.oneOf))
	default:
		if n := utf8.RuneCountInString(value); n > r.max {
			return invalid("", name, fmt.Sprintf("Invalid string: %s; must be at most %d characters", clip(value, 20), r.max))
		}
	}
	return nil
}

func (r *rule) list(n *node, name string) *Error {
	if !n.hash {
		return invalid("", name, "Invalid array")
	}
	for i, item := range n.items() {
		if item.hash {
			return invalid("", name, "Invalid string: {…}")
		}
		if len(r.oneOf) > 0 {
			one := rule{kind: kindEnum, oneOf: r.oneOf}
			if fault := one.scalar(item.value, fmt.Sprintf("%s[%d]", name, i)); fault != nil {
				return fault
			}
		}
	}
	return nil
}

func checkRange(n *node, name string) *Error {
	whole := rule{kind: kindInt}
	if !n.hash {
		return whole.scalar(n.value, name)
	}
	for _, bound := range n.kids {
		switch op := bound.name; op {
		case "gt", "gte", "lt", "lte":
			if fault := whole.scalar(bound.value, nest(name, op)); fault != nil {
				return fault
			}
		default:
			return invalid("parameter_unknown", nest(name, op), "Received unknown parameter: "+nest(name, op))
		}
	}
	return nil
}

// nest gives the name of a child as the API writes it: a[b].
func nest(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "[" + name + "]"
}

// either joins names as English does: a, b, or c.
func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	if len(names) == 2 {
		return names[0] + " or " + names[1]
	}
	return strings.Join(names[:len(names)-1], ", ") + ", or " + names[len(names)-1]
}
