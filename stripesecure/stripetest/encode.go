package stripetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The objects are structs. Beside the json name a field may have a stripe tag:
//
//	null     the zero value is sent as null
//	omit     the zero value is not sent
//	private  not shown to a publishable key
//	expand=x the value is the id of an x (a|b: one of several); - is one that
//	         Stripe would expand but that is never set here
//
// Nested values are replaced and never changed in place, so that a shallow copy
// of a struct is a true picture of the object at that moment.
type field struct {
	index   int
	name    string
	label   string // "name":
	nothing string // "name":null for one whose zero value is sent as null
	omit    bool
	private bool
	expand  []string
	plan    []field // of a struct
}

var plans sync.Map // reflect.Type → []field

func fieldsOf(t reflect.Type) []field {
	if known, ok := plans.Load(t); ok {
		return known.([]field) //nolint:forcetypeassert // only []field is stored
	}
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, ok := f.Tag.Lookup("json")
		if !ok || name == "-" {
			continue
		}
		one := field{index: i, name: name, label: `"` + name + `":`}
		for opt := range strings.SplitSeq(f.Tag.Get("stripe"), ",") {
			switch {
			case opt == "null":
				one.nothing = one.label + "null"
			case opt == "omit":
				one.omit = true
			case opt == "private":
				one.private = true
			case strings.HasPrefix(opt, "expand="):
				one.expand = strings.Split(opt[len("expand="):], "|")
			}
		}
		if f.Type.Kind() == reflect.Pointer {
			one.nothing = one.label + "null"
		}
		if f.Type.Kind() == reflect.Struct { // not of a pointer: an error has an intent, and that an error
			one.plan = fieldsOf(f.Type)
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b field) int { return rank(a.name) - rank(b.name) })
	plans.Store(t, out)
	return out
}

// rank puts id and object first, as Stripe does.
func rank(name string) int {
	switch name {
	case "id":
		return 0
	case "object":
		return 1
	}
	return 2
}

// expansion is the tree of an expand[] parameter.
type expansion map[string]expansion

// encoder writes objects as JSON.
type encoder struct {
	buf    []byte
	mode   *mode // where ids are looked up
	public bool  // for a publishable key
}

// maxScratch is how much memory is kept for the next answer.
const maxScratch = 1 << 16

// encode gives the JSON of an object.
func (m *mode) encode(v any, expand expansion, public bool) []byte {
	e := encoder{mode: m, public: public, buf: m.s.scratch[:0]}
	e.any(v, expand)
	if cap(e.buf) <= maxScratch {
		m.s.scratch = e.buf
	}
	return bytes.Clone(e.buf)
}

func (e *encoder) any(v any, expand expansion) {
	if v == nil {
		e.raw("null")
		return
	}
	if r, ok := v.(json.RawMessage); ok {
		e.buf = append(e.buf, r...)
		return
	}
	if r, ok := v.(shaped); ok {
		if shape := r.shape(); shape != nil {
			e.value(reflect.ValueOf(shape), expand)
			return
		}
	}
	e.value(reflect.ValueOf(v), expand)
}

// shaped is an object that is not always shown as itself: a deleted customer.
// A nil shape means: as itself.
type shaped interface{ shape() any }

func (e *encoder) raw(text string) { e.buf = append(e.buf, text...) }

func (e *encoder) value(v reflect.Value, expand expansion) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.raw("null")
			return
		}
		if v.Kind() == reflect.Interface {
			e.any(v.Interface(), expand)
			return
		}
		e.value(v.Elem(), expand)
	case reflect.Struct:
		e.object(v, fieldsOf(v.Type()), expand)
	case reflect.Slice:
		e.list(v, expand)
	case reflect.Map:
		e.dict(v)
	case reflect.String:
		e.text(v.String())
	case reflect.Bool:
		e.buf = strconv.AppendBool(e.buf, v.Bool())
	case reflect.Int, reflect.Int64:
		e.buf = strconv.AppendInt(e.buf, v.Int(), 10)
	default:
		panic(fmt.Sprintf("stripetest: cannot encode %s", v.Type()))
	}
}

func (e *encoder) text(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			b, _ := json.Marshal(s) // a string always has a JSON form
			e.buf = append(e.buf, b...)
			return
		}
	}
	e.buf = append(append(append(e.buf, '"'), s...), '"')
}

func (e *encoder) object(v reflect.Value, plan []field, expand expansion) {
	e.raw("{")
	first := true
	for i := range plan {
		f := &plan[i]
		value := v.Field(f.index)
		empty := (f.omit || f.nothing != "") && value.IsZero()
		if (f.private && e.public) || (f.omit && empty) {
			continue
		}
		if !first {
			e.raw(",")
		}
		first = false
		if empty {
			e.raw(f.nothing)
			continue
		}
		e.raw(f.label)
		e.field(f, value, expand)
	}
	e.raw("}")
}

// field writes the value of a field.
func (e *encoder) field(f *field, value reflect.Value, expand expansion) {
	switch value.Kind() {
	case reflect.String:
		if below, asked := expand[f.name]; asked && len(f.expand) > 0 {
			if target := e.mode.index[value.String()].object; target != nil {
				e.any(target, below)
				return
			}
		}
		e.text(value.String())
	case reflect.Struct:
		e.object(value, f.plan, expand[f.name])
	default:
		e.value(value, expand[f.name])
	}
}

func (e *encoder) list(v reflect.Value, expand expansion) {
	if v.Type().Elem().Kind() == reflect.Uint8 { // json.RawMessage
		e.buf = append(e.buf, v.Bytes()...)
		return
	}
	e.raw("[")
	for i := range v.Len() {
		if i > 0 {
			e.raw(",")
		}
		item := v.Index(i)
		if item.Kind() == reflect.String && len(expand) > 0 {
			if target := e.mode.index[item.String()].object; target != nil {
				e.any(target, expand)
				continue
			}
		}
		if item.Kind() == reflect.Interface || item.Kind() == reflect.Pointer {
			e.any(item.Interface(), expand)
			continue
		}
		e.value(item, expand)
	}
	e.raw("]")
}

func (e *encoder) dict(v reflect.Value) {
	if texts, ok := reflect.TypeAssert[map[string]string](v); ok {
		e.texts(texts)
		return
	}
	e.raw("{")
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for i, key := range keys {
		if i > 0 {
			e.raw(",")
		}
		e.text(key.String())
		e.raw(":")
		e.value(v.MapIndex(key), nil)
	}
	e.raw("}")
}

// texts writes metadata and the like.
func (e *encoder) texts(m map[string]string) {
	var few [8]string
	keys := few[:0]
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	e.raw("{")
	for i, key := range keys {
		if i > 0 {
			e.raw(",")
		}
		e.text(key)
		e.raw(":")
		e.text(m[key])
	}
	e.raw("}")
}
