package stripesecure

import (
	"context"
	"errors"
	"time"
)

// Row is one checkout as the store keeps it. A store knows nothing of payments:
// Body is opaque to it. One row is one checkout because the checkout is what
// the protocol changes atomically.
type Row struct {
	Shop     string
	Checkout string
	Version  int64     // of the stored row; 0 for a row that is not stored yet
	Due      time.Time // when the sweep has to look at it; zero: never
	Body     []byte
}

// CustomerKey names a member's customer at Stripe: ids belong to one account
// and environment, never to another (CUS-01, CUS-03).
type CustomerKey struct {
	Shop, Environment, Account, Member string
}

// Errors of a store, told apart from all others.
var (
	// ErrNoRow: there is no such row.
	ErrNoRow = errors.New("no such row")
	// ErrConflict: somebody else has changed the row since it was read.
	ErrConflict = errors.New("row has changed")
)

// Store keeps the checkouts of one or many shops. It must lose nothing: what
// Put has confirmed is there after a crash. Times are stored in UTC. NewMemory
// is one for tests; package sqlstore has the durable one.
type Store interface {
	// Get returns the row, or ErrNoRow.
	Get(ctx context.Context, shop, checkout string) (Row, error)

	// Put stores the row if the stored version is still row.Version (0: if
	// there is none), and gives it version row.Version+1. ErrConflict means
	// that nothing was stored.
	Put(ctx context.Context, row Row) error

	// Due returns up to limit rows of the shop whose Due is not after now, the
	// longest due first.
	Due(ctx context.Context, shop string, now time.Time, limit int) ([]Row, error)

	// List returns up to limit rows of the shop whose Checkout begins with
	// prefix and comes after the one called after, in the order of their bytes.
	List(ctx context.Context, shop, prefix, after string, limit int) ([]Row, error)

	// Delete removes the row if the stored version is still version.
	// ErrConflict means that it is not, or that there is none.
	Delete(ctx context.Context, shop, checkout string, version int64) error

	// Customer returns the member's customer id, or ErrNoRow.
	Customer(ctx context.Context, key CustomerKey) (string, error)

	// SetCustomer replaces the customer id was ("" for none) by id ("" for
	// none). ErrConflict means that another one is stored, and that nothing
	// was changed.
	SetCustomer(ctx context.Context, key CustomerKey, was, id string) error
}
