package stripesecure

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// simCodec keeps rows beside their bytes, and the bytes are not JSON: that alone
// would take most of the simulation's time. Now and then a row does go through
// its JSON, and has to come back the same. Mutants change rows behind the
// protocol's back, so theirs are JSON always.
type simCodec struct {
	body []byte        // made last
	row  *checkout.Row // that it was made from
}

const simProve = 64 // one row of so many goes through JSON

func (w *simWorld) encode(r *checkout.Row) ([]byte, error) {
	if w.mutant != nil {
		w.mutant.change(w, r)
		body, err := json.Marshal(r)
		w.made = simCodec{body, r}
		return body, err
	}
	w.buffer = simAppend(w.buffer[:0], reflect.ValueOf(r))
	if kept := w.store.kept.body; bytes.Equal(kept, w.buffer) {
		return kept, nil // nothing has changed
	}
	body := bytes.Clone(w.buffer)
	w.made = simCodec{body, r}
	w.making = append(w.making, w.made)
	return body, nil
}

// decode gives the stored row without reading its bytes, if they are the last.
func (w *simWorld) decode(body []byte, r *checkout.Row) error {
	if kept := w.store.kept; kept.row != nil && len(body) > 0 && &body[0] == &kept.body[0] {
		simClone(r, kept.row)
		return nil
	}
	return json.Unmarshal(body, r)
}

// keep is the row as it is stored now.
func (s *simStore) keep(row Row) *checkout.Row {
	r := &checkout.Row{}
	made := func(c simCodec) bool { return len(c.body) > 0 && &c.body[0] == &row.Body[0] }
	if n := slices.IndexFunc(s.w.making, made); n >= 0 {
		simClone(r, s.w.making[n].row)
		s.w.making = slices.Delete(s.w.making, n, n+1)
	} else if made(s.w.made) {
		simClone(r, s.w.made.row)
	} else if err := json.Unmarshal(row.Body, r); err != nil { // a mutant
		s.w.failf("E", "the row cannot be read: %v", err)
	}
	if s.puts++; s.puts%simProve == 0 {
		s.prove(row, r)
	}
	r.Shop, r.ID, r.Version = row.Shop, row.Checkout, row.Version
	s.kept = simCodec{row.Body, r}
	return r
}

// prove holds that a row's JSON is all of it, and that nothing is shared with
// the row that goes on.
func (s *simStore) prove(row Row, kept *checkout.Row) {
	body, err := json.Marshal(kept)
	read := &checkout.Row{}
	if err == nil {
		err = json.Unmarshal(body, read)
	}
	written := simAppend(nil, reflect.ValueOf(kept))
	if err != nil || !bytes.Equal(simAppend(nil, reflect.ValueOf(read)), written) ||
		!bytes.Equal(row.Body, written) && !bytes.Equal(row.Body, body) {
		s.w.failf("E", "a stored row is not what it was: %s (%v)", body, err)
	}
}

var simTime = reflect.TypeFor[time.Time]()

// simSkipped are the fields that JSON leaves out, by type.
var simSkipped = func() map[reflect.Type][]bool {
	t := reflect.TypeFor[checkout.Row]()
	skipped := make([]bool, t.NumField())
	for i := range skipped {
		skipped[i] = t.Field(i).Tag.Get("json") == "-"
	}
	return map[reflect.Type][]bool{t: skipped}
}()

// simAppend writes everything that JSON would.
func simAppend(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case reflect.String:
		return append(binary.AppendUvarint(b, uint64(v.Len())), v.String()...)
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, 0)
		}
		return simAppend(append(b, 1), v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return append(binary.AppendUvarint(b, uint64(v.Len())), v.Bytes()...)
		}
		b = binary.AppendUvarint(b, uint64(v.Len()))
		for i := range v.Len() {
			b = simAppend(b, v.Index(i))
		}
		return b
	case reflect.Struct:
		return simAppendStruct(b, v)
	}
	return binary.AppendVarint(b, v.Int())
}

func simAppendStruct(b []byte, v reflect.Value) []byte {
	t := v.Type()
	if t == simTime {
		at := v.Addr().Interface().(*time.Time)
		return binary.AppendVarint(binary.AppendVarint(b, at.Unix()), int64(at.Nanosecond()))
	}
	skipped := simSkipped[t]
	for i := range v.NumField() {
		if skipped == nil || !skipped[i] {
			b = simAppend(b, v.Field(i))
		}
	}
	return b
}

// simClone copies everything that is changed in place.
func simClone(to, from *checkout.Row) {
	*to = *from
	to.Attempts = make([]*checkout.Attempt, len(from.Attempts))
	if from.Attempts == nil {
		to.Attempts = nil
	}
	for n, a := range from.Attempts {
		b := *a
		b.Tries, b.Call = slices.Clone(a.Tries), simCopy(a.Call)
		b.Matters.Refunds = slices.Clone(a.Matters.Refunds)
		for n, f := range a.Matters.Refunds {
			f = simCopy(f)
			f.Call = simCopy(f.Call)
			b.Matters.Refunds[n] = f
		}
		b.Matters.Disputes, b.Matters.Warnings = slices.Clone(a.Matters.Disputes), slices.Clone(a.Matters.Warnings)
		to.Attempts[n] = &b
	}
	to.Order, to.End, to.Notice = simCopy(from.Order), simCopy(from.End), simCopy(from.Notice)
	if to.End != nil {
		to.End.Order = simCopy(from.End.Order)
	}
	to.Withdrawn, to.Ended = slices.Clone(from.Withdrawn), slices.Clone(from.Ended)
	to.Findings, to.Untold = slices.Clone(from.Findings), slices.Clone(from.Untold)
}

func simCopy[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}
