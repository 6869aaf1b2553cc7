package stripeapi

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Body is a form body as it is stored and sent.
type Body = string

// form writes a body. stripe-go's own encoder asks every field of its parameters
// by reflection, and most of the memory of a checkout went there; a test holds
// the two against each other.
type form struct{ b strings.Builder }

// add writes a parameter; what is empty is not sent (LIM-08).
func (f *form) add(name, value string) {
	if value != "" {
		f.set(name, value)
	}
}

// set writes a parameter also when it is empty, which clears it.
func (f *form) set(name, value string) {
	if f.b.Len() == 0 {
		f.b.Grow(1 << 10)
	} else {
		f.b.WriteByte('&')
	}
	f.b.WriteString(name)
	f.b.WriteByte('=')
	f.b.WriteString(url.QueryEscape(value))
}

func (f *form) list(name string, values []string) {
	for i, value := range values {
		f.set(name+"["+strconv.Itoa(i)+"]", value)
	}
}

func (f *form) metadata(m map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		f.set("metadata["+url.QueryEscape(key)+"]", m[key])
	}
}

func (f *form) expand() { f.list("expand", expanded) }

func (f *form) body() Body { return f.b.String() }
