package stripesecure

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory is a Store for tests and demonstrations: it forgets everything when
// the process ends, which no shop can afford.
type Memory struct {
	mu        sync.Mutex
	rows      map[[2]string]Row
	customers map[CustomerKey]string
	writes    int
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory {
	return &Memory{rows: map[[2]string]Row{}, customers: map[CustomerKey]string{}}
}

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, shop, checkout string) (Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.rows[[2]string{shop, checkout}]
	if !ok {
		return Row{}, ErrNoRow
	}
	row.Body = slices.Clone(row.Body)
	return row, ctx.Err()
}

// Put implements [Store].
func (m *Memory) Put(ctx context.Context, row Row) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := [2]string{row.Shop, row.Checkout}
	if m.rows[key].Version != row.Version {
		return ErrConflict
	}
	row.Version++
	row.Body = slices.Clone(row.Body)
	m.rows[key] = row
	m.writes++
	return nil
}

// Due implements [Store].
func (m *Memory) Due(ctx context.Context, shop string, now time.Time, limit int) ([]Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []Row
	for _, row := range m.rows {
		if row.Shop == shop && !row.Due.IsZero() && !row.Due.After(now) {
			row.Body = slices.Clone(row.Body)
			due = append(due, row)
		}
	}
	slices.SortFunc(due, func(a, b Row) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Checkout, b.Checkout))
	})
	return due[:min(limit, len(due))], ctx.Err()
}

// List implements [Store].
func (m *Memory) List(ctx context.Context, shop, prefix, after string, limit int) ([]Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Row
	for key, row := range m.rows {
		if key[0] == shop && strings.HasPrefix(key[1], prefix) && key[1] > after {
			row.Body = slices.Clone(row.Body)
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b Row) int { return cmp.Compare(a.Checkout, b.Checkout) })
	return found[:min(limit, len(found))], ctx.Err()
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, shop, checkout string, version int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	key := [2]string{shop, checkout}
	if row, ok := m.rows[key]; !ok || row.Version != version {
		return ErrConflict
	}
	delete(m.rows, key)
	m.writes++
	return nil
}

// Customer implements [Store].
func (m *Memory) Customer(ctx context.Context, key CustomerKey) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id, ok := m.customers[key]
	if !ok {
		return "", ErrNoRow
	}
	return id, ctx.Err()
}

// SetCustomer implements [Store].
func (m *Memory) SetCustomer(ctx context.Context, key CustomerKey, was, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.customers[key] != was {
		return ErrConflict
	}
	if id == "" {
		delete(m.customers, key)
	} else {
		m.customers[key] = id
	}
	m.writes++
	return nil
}

// Writes returns how many transactions the store has committed, so that tests
// can hold the number that a checkout needs.
func (m *Memory) Writes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.writes
}

var _ Store = (*Memory)(nil)
