package stripesecure

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/flat"
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
	w.buffer = simFlat(w.buffer[:0], r)
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
	written := simFlat(nil, kept)
	if err != nil || !bytes.Equal(simFlat(nil, read), written) ||
		!bytes.Equal(row.Body, written) && !bytes.Equal(row.Body, body) {
		s.w.failf("E", "a stored row is not what it was: %s (%v)", body, err)
	}
}

// simFlat writes everything of a row that JSON would.
var simFlat = flat.Of[checkout.Row](func(f reflect.StructField) bool { return f.Tag.Get("json") == "-" })

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
