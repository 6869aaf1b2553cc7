package dbtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// want compares the stored row with row, at a version.
func want(ctx context.Context, s stripesecure.Store, row stripesecure.Row, version int64) error {
	got, err := s.Get(ctx, row.Shop, row.Checkout)
	if err != nil {
		return fmt.Errorf("Get %q: %w", row.Checkout, err)
	}
	if got.Shop != row.Shop || got.Checkout != row.Checkout || got.Version != version ||
		!got.Due.Equal(row.Due) || got.Due.IsZero() != row.Due.IsZero() || !bytes.Equal(got.Body, row.Body) {
		return fmt.Errorf("Get %q: version %d due %v with %d bytes, want version %d due %v with %d bytes",
			row.Checkout, got.Version, got.Due, len(got.Body), version, row.Due, len(row.Body))
	}
	return nil
}

func wantCustomer(ctx context.Context, s stripesecure.Store, key stripesecure.CustomerKey, id string) error {
	got, err := s.Customer(ctx, key)
	if id == "" && !errors.Is(err, stripesecure.ErrNoRow) {
		return fmt.Errorf("Customer: %q, %v, want ErrNoRow", got, err)
	}
	if id != "" && (err != nil || got != id) {
		return fmt.Errorf("Customer: %q, %v, want %q", got, err, id)
	}
	return nil
}
