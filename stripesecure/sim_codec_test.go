package stripesecure

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// simCodec keeps rows beside their bytes: reading JSON would take half of the
// simulation's time. Now and then it does read them, and compares.
type simCodec struct {
	body []byte        // made last
	row  *checkout.Row // that it was made from
}

const simProve = 64 // one row of so many is read from its bytes

func (w *simWorld) encode(r *checkout.Row) ([]byte, error) {
	w.mutant.change(w, r)
	body, err := json.Marshal(r)
	w.made = simCodec{body, r}
	return body, err
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
	if made := s.w.made; len(made.body) > 0 && &made.body[0] == &row.Body[0] {
		simClone(r, made.row)
	} else if err := json.Unmarshal(row.Body, r); err != nil {
		s.w.failf("E", "the row cannot be read: %v", err)
	}
	if s.puts++; s.puts%simProve == 0 {
		s.prove(row, r)
	}
	r.Shop, r.ID, r.Version = row.Shop, row.Checkout, row.Version
	s.kept = simCodec{row.Body, r}
	return r
}

func (s *simStore) prove(row Row, kept *checkout.Row) {
	read := &checkout.Row{}
	err := json.Unmarshal(row.Body, read)
	again, _ := json.Marshal(read)
	same, _ := json.Marshal(kept)
	if err != nil || !bytes.Equal(again, row.Body) || !bytes.Equal(same, row.Body) {
		s.w.failf("E", "a stored row is not what it was: %s (%v)", row.Body, err)
	}
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
