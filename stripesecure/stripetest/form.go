package stripetest

import (
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a request, so that no caller makes the emulator grow or recurse
// without bound.
const (
	maxPairs = 4000
	maxDepth = 8
)

// node is one parameter of a form: a value, or a hash (or list) of parameters.
// A nil node is a parameter that was not sent; its methods work.
type node struct {
	value string
	names []string // of the children, in the order sent; nil for a value
	kids  map[string]*node
}

// parseForm reads application/x-www-form-urlencoded text with Stripe's bracket
// names into a tree: metadata[order]=7, expand[]=customer, expand[0]=customer.
func parseForm(text string) (*node, *Error) {
	root := &node{kids: map[string]*node{}}
	pairs := 0
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		if pairs++; pairs > maxPairs {
			return nil, invalid("", "", "Too many parameters.")
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		if err1 != nil || err2 != nil || !utf8.ValidString(name) || !utf8.ValidString(value) {
			return nil, invalid("", "", "Invalid request: the parameters are not valid UTF-8 form data.")
		}
		if fault := root.put(name, value); fault != nil {
			return nil, fault
		}
	}
	return root, nil
}

// put stores value under a bracketed name.
func (n *node) put(name, value string) *Error {
	path, ok := splitName(name)
	if !ok {
		return invalid("", "", "Invalid parameter name: "+clip(name, 60))
	}
	for _, part := range path {
		if n.kids == nil {
			if n.value != "" {
				return invalid("", path[0], "Invalid hash")
			}
			n.kids = map[string]*node{}
		}
		if part == "" {
			part = strconv.Itoa(len(n.names))
		}
		next := n.kids[part]
		if next == nil {
			next = &node{}
			n.kids[part] = next
			n.names = append(n.names, part)
		}
		n = next
	}
	if n.kids != nil {
		return invalid("", path[0], "Invalid hash")
	}
	n.value = value
	return nil
}

// splitName splits a[b][c] into a, b, c.
func splitName(name string) ([]string, bool) {
	first, rest, nested := strings.Cut(name, "[")
	if first == "" || strings.Contains(first, "]") {
		return nil, false
	}
	path := []string{first}
	for nested {
		part, tail, closed := strings.Cut(rest, "]")
		if !closed || strings.Contains(part, "[") || len(path) >= maxDepth {
			return nil, false
		}
		path = append(path, part)
		if tail == "" {
			return path, true
		}
		if tail[0] != '[' {
			return nil, false
		}
		rest = tail[1:]
	}
	return path, len(path) == 1
}

// at walks down to a nested parameter; nil when it was not sent.
func (n *node) at(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		n = n.kids[name]
	}
	return n
}

// has tells whether the parameter was sent, be it empty.
func (n *node) has(path ...string) bool { return n.at(path...) != nil }

// text returns a value, "" when it was not sent.
func (n *node) text(path ...string) string {
	if n = n.at(path...); n == nil {
		return ""
	}
	return n.value
}

// or returns a value, or what else when the parameter was not sent.
func (n *node) or(otherwise string, path ...string) string {
	if !n.has(path...) {
		return otherwise
	}
	return n.text(path...)
}

// number returns an integer that was checked before, 0 when it was not sent.
func (n *node) number(path ...string) int64 {
	v, _ := strconv.ParseInt(n.text(path...), 10, 64)
	return v
}

// yes returns a boolean that was checked before, false when it was not sent.
func (n *node) yes(path ...string) bool { return n.text(path...) == "true" }

// items returns the children of a list in the order of their indexes.
func (n *node) items() []*node {
	if n == nil {
		return nil
	}
	names := slices.Clone(n.names)
	sort.SliceStable(names, func(i, j int) bool {
		a, _ := strconv.Atoi(names[i])
		b, _ := strconv.Atoi(names[j])
		return a < b
	})
	out := make([]*node, 0, len(names))
	for _, name := range names {
		out = append(out, n.kids[name])
	}
	return out
}

// strings returns the values of a list.
func (n *node) strings(path ...string) []string {
	var out []string
	for _, item := range n.at(path...).items() {
		out = append(out, item.value)
	}
	return out
}

// flatten gives the form as sorted name=value pairs: the identity of a request
// for the idempotency check, and the form of a [Call].
func (n *node) flatten(prefix string, out map[string]string) {
	if n.kids == nil {
		out[prefix] = n.value
		return
	}
	for _, name := range n.names {
		full := name
		if prefix != "" {
			full = prefix + "[" + name + "]"
		}
		n.kids[name].flatten(full, out)
	}
}

// clip shortens text that comes from outside before it is shown again.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n]) + "…"
}
