package stripetest

import (
	"net/url"
	"slices"
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
	name  string
	value string
	hash  bool             // kids, not a value
	kids  []*node          // in the order sent
	index map[string]*node // of the kids, when they are many
}

// kid finds a child by its name.
func (n *node) kid(name string) *node {
	if n.index != nil {
		return n.index[name]
	}
	for _, kid := range n.kids {
		if kid.name == name {
			return kid
		}
	}
	return nil
}

// manyKids is the number above which looking through the children is slower
// than an index of them.
const manyKids = 16

func (n *node) adopt(kid *node) {
	n.kids = append(n.kids, kid)
	if len(n.kids) == manyKids+1 {
		n.index = make(map[string]*node, 2*manyKids)
		for _, k := range n.kids {
			n.index[k.name] = k
		}
	} else if n.index != nil {
		n.index[kid.name] = kid
	}
}

// parser makes the nodes of forms. Those of the last form are used again after
// reset: nobody may hold on to them.
type parser struct {
	nodes []*node
	used  int
}

// maxNodes is how many nodes are kept for the next form.
const maxNodes = 200

func (p *parser) node(name string) *node {
	if p.used == len(p.nodes) {
		p.nodes = append(p.nodes, &node{})
	}
	n := p.nodes[p.used]
	p.used++
	n.name = name
	return n
}

func (p *parser) reset() {
	p.nodes = p.nodes[:min(len(p.nodes), maxNodes)]
	for _, n := range p.nodes[:min(p.used, maxNodes)] {
		clear(n.kids)
		*n = node{kids: n.kids[:0]}
	}
	p.used = 0
}

// parse reads application/x-www-form-urlencoded text with Stripe's bracket
// names into a tree: metadata[order]=7, expand[]=customer, expand[0]=customer.
func (p *parser) parse(text string) (*node, *Error) {
	root := p.node("")
	root.hash = true
	pairs := 0
	for rest := text; rest != ""; {
		var pair string
		if pair, rest, _ = strings.Cut(rest, "&"); pair == "" {
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
		if fault := p.put(root, name, value); fault != nil {
			return nil, fault
		}
	}
	return root, nil
}

// put stores value under a bracketed name.
func (p *parser) put(n *node, name, value string) *Error {
	var parts [maxDepth]string
	path, ok := splitName(parts[:0], name)
	if !ok {
		return invalid("", "", "Invalid parameter name: "+clip(name, 60))
	}
	for _, part := range path {
		if !n.hash && n.value != "" {
			return invalid("", path[0], "Invalid hash")
		}
		n.hash = true
		if part == "" {
			part = strconv.Itoa(len(n.kids))
		}
		next := n.kid(part)
		if next == nil {
			next = p.node(part)
			n.adopt(next)
		}
		n = next
	}
	if n.hash {
		return invalid("", path[0], "Invalid hash")
	}
	n.value = value
	return nil
}

// splitName splits a[b][c] into a, b, c; path is where it puts them.
func splitName(path []string, name string) ([]string, bool) {
	first, rest, nested := strings.Cut(name, "[")
	if first == "" || strings.Contains(first, "]") {
		return nil, false
	}
	path = append(path, first)
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
		n = n.kid(name)
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
	byIndex := func(a, b *node) int {
		i, _ := strconv.Atoi(a.name)
		j, _ := strconv.Atoi(b.name)
		return i - j
	}
	if slices.IsSortedFunc(n.kids, byIndex) {
		return n.kids
	}
	sorted := slices.Clone(n.kids)
	slices.SortStableFunc(sorted, byIndex)
	return sorted
}

// strings returns the values of a list.
func (n *node) strings(path ...string) []string {
	var out []string
	for _, item := range n.at(path...).items() {
		out = append(out, item.value)
	}
	return out
}

// each calls yield with the full name and the value of every parameter: the form
// of a [Call], and the identity of a request for the idempotency check.
func (n *node) each(prefix string, yield func(name, value string)) {
	if n == nil {
		return
	}
	if !n.hash {
		yield(prefix, n.value)
		return
	}
	for _, kid := range n.kids {
		kid.each(nest(prefix, kid.name), yield)
	}
}

// flat is the form as a map of full names.
func (n *node) flat() map[string]string {
	out := map[string]string{}
	n.each("", func(name, value string) { out[name] = value })
	return out
}

// clip shortens text that comes from outside before it is shown again.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n]) + "…"
}
