package stripesecure

import (
	"context"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// simStore is the store that all servers share. It loses nothing; the way to it
// does.
type simStore struct {
	w         *simWorld
	rows      []Row
	customers map[CustomerKey]string
	now       *checkout.Row // the checkout's row as it stands
	kept      simCodec
	puts      int
	held      *Row // a mutant stores it later
}

var simTable = crc32.MakeTable(crc32.Castagnoli)

var errSimStore = errors.New("store is down")

func (s *simStore) row(name string) *Row {
	for i := range s.rows {
		if s.rows[i].Checkout == name {
			return &s.rows[i]
		}
	}
	return nil
}

// reach is the way to the store and back.
func (s *simStore) reach() error {
	a := s.w.cur
	s.w.mutant.flush(s)
	s.w.mayCrash(crashBefore)
	a.pass(a.rnd.between(500*time.Microsecond, 4*time.Millisecond))
	if s.w.happensOften(storeFails, s.w.luck/4) {
		return errSimStore
	}
	return nil
}

// Get implements [Store].
func (s *simStore) Get(_ context.Context, _, name string) (Row, error) {
	if name == siteRow || name == scanRow {
		if row := s.row(name); row != nil {
			return *row, nil // the same for every sweep: no scheduling point
		}
		return Row{}, ErrNoRow
	}
	if err := s.reach(); err != nil {
		return Row{}, err
	}
	if row := s.row(name); row != nil {
		return *row, nil
	}
	return Row{}, ErrNoRow
}

// Put implements [Store].
func (s *simStore) Put(_ context.Context, row Row) error {
	if err := s.reach(); err != nil {
		return err
	}
	w := s.w
	if w.mutant.loses(w, row) {
		return nil
	}
	old := s.row(row.Checkout)
	blind := w.mutant.is("no compare-and-set")
	switch {
	case w.happensOften(storeConflict, w.luck/4):
		return ErrConflict
	case blind:
	case old == nil && row.Version != 0, old != nil && old.Version != row.Version:
		w.notef("store: conflict on %s", row.Checkout)
		return ErrConflict
	}
	w.checkSecrets(canary.Row, row.Body)
	row.Version++
	if blind && old != nil {
		row.Version = old.Version + 1
	}
	if old == nil {
		s.rows = append(s.rows, row)
	} else {
		*old = row
	}
	if !strings.HasPrefix(row.Checkout, reserved) {
		s.stored(row)
	}
	w.poke()
	w.mayCrash(crashAfter)
	if w.happensOften(storeUnsure, w.luck/4) {
		return errSimStore
	}
	return nil
}

// stored checks every step of the checkout.
func (s *simStore) stored(row Row) {
	before := s.now
	s.now = s.keep(row)
	s.w.sum = simMix(s.w.sum ^ uint64(crc32.Checksum(row.Body, simTable)))
	s.w.checkRow(before, s.now, row.Due)
}

// Due implements [Store].
func (s *simStore) Due(_ context.Context, _ string, now time.Time, _ int) ([]Row, error) {
	if err := s.reach(); err != nil {
		return nil, err
	}
	var due []Row
	for _, row := range s.rows {
		if s.w.mutant.is("the sweep sees no checkouts") && !strings.HasPrefix(row.Checkout, reserved) {
			continue
		}
		if !row.Due.IsZero() && !row.Due.After(now) {
			due = append(due, row)
		}
	}
	return due, nil
}

// Customer implements [Store].
func (s *simStore) Customer(_ context.Context, key CustomerKey) (string, error) {
	if err := s.reach(); err != nil {
		return "", err
	}
	if id, ok := s.customers[key]; ok {
		return id, nil
	}
	return "", ErrNoRow
}

// SetCustomer implements [Store].
func (s *simStore) SetCustomer(_ context.Context, key CustomerKey, was, id string) error {
	if err := s.reach(); err != nil {
		return err
	}
	if s.customers[key] != was {
		return ErrConflict
	}
	if s.customers == nil {
		s.customers = map[CustomerKey]string{}
	}
	if id == "" {
		delete(s.customers, key)
	} else {
		s.customers[key] = id
	}
	return nil
}

// earliest is when a row is due next, zero for never.
func (s *simStore) earliest() time.Time {
	var first time.Time
	for _, row := range s.rows {
		if !row.Due.IsZero() && (first.IsZero() || row.Due.Before(first)) {
			first = row.Due
		}
	}
	return first
}

// quiet reports whether no checkout is due before t.
func (s *simStore) quiet(t time.Duration) bool {
	for _, row := range s.rows {
		if !strings.HasPrefix(row.Checkout, reserved) && !row.Due.IsZero() && row.Due.Before(simEpoch.Add(t)) {
			return false
		}
	}
	return true
}

// List implements [Store].
func (s *simStore) List(_ context.Context, _, prefix, after string, limit int) ([]Row, error) {
	if err := s.reach(); err != nil {
		return nil, err
	}
	var rows []Row
	for _, row := range s.rows {
		if strings.HasPrefix(row.Checkout, prefix) && row.Checkout > after {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Checkout, b.Checkout) })
	return rows[:min(limit, len(rows))], nil
}

// Delete implements [Store].
func (s *simStore) Delete(_ context.Context, _, name string, version int64) error {
	if err := s.reach(); err != nil {
		return err
	}
	if row := s.row(name); row == nil || row.Version != version {
		return ErrConflict
	}
	s.rows = slices.DeleteFunc(s.rows, func(row Row) bool { return row.Checkout == name })
	return nil
}
