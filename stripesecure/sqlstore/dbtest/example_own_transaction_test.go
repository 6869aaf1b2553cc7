package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
)

// commitOrder is a host's own transaction, which Take joins.
func commitOrder(
	ctx context.Context, keys sqlstore.OrderKeys, p stripesecure.Payment, order stripesecure.Order,
) (stripesecure.Order, error) {
	tx, err := keys.DB.BeginTx(ctx, nil)
	if err != nil {
		return stripesecure.Order{}, err
	}
	defer func() { _ = tx.Rollback() }()
	there, err := keys.Take(ctx, tx, p, order)
	switch {
	case errors.Is(err, sqlstore.ErrKeyTaken):
		return there, nil // another request was faster; ours is rolled back
	case err != nil:
		return stripesecure.Order{}, err // begin again when sqlstore.Transient(err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO orders (yen) VALUES (?)", 1200); err != nil {
		return stripesecure.Order{}, err
	}
	return order, tx.Commit()
}

// A host with transactions of its own takes the key inside them.
func Example_ownTransaction() {
	folder, err := os.MkdirTemp("", "bookshop")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	ctx := context.Background()
	shop, err := openBookshop(ctx, filepath.Join(folder, "shop.db"))
	if err != nil {
		panic(err)
	}
	defer func() { _ = shop.DB.Close() }()

	paid := stripesecure.Payment{ID: "cart-7.1", Total: stripesecure.JPY(1200)}
	for _, ref := range []string{"A-1", "A-2"} {
		order, err := commitOrder(ctx, shop.OrderKeys, paid, stripesecure.Order{Ref: ref, Total: paid.Total})
		fmt.Println(order.Ref, err)
	}
	var orders int
	err = shop.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM orders").Scan(&orders)
	fmt.Println(orders, err)

	// Output:
	// A-1 <nil>
	// A-1 <nil>
	// 1 <nil>
}
