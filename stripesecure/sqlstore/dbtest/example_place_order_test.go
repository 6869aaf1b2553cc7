package dbtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// bookshop is a host. By embedding OrderKeys it has CloseOrderKey.
type bookshop struct {
	sqlstore.OrderKeys
}

var _ stripesecure.Orders = (*bookshop)(nil)

// PlaceOrder is the host's part of stripesecure.Orders: whatever it writes
// through tx is committed together with the key.
func (b *bookshop) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	return b.Once(ctx, p, func(tx *sql.Tx) (stripesecure.Order, error) {
		total := stripesecure.JPY(1200) // of the cart, as it is now
		result, err := tx.ExecContext(ctx, "INSERT INTO orders (yen) VALUES (?)", 1200)
		if err != nil {
			return stripesecure.Order{}, err
		}
		number, err := result.LastInsertId()
		return stripesecure.Order{Ref: fmt.Sprintf("A-%d", number), Total: total}, err
	})
}

// openBookshop opens a SQLite file and makes the tables.
func openBookshop(ctx context.Context, path string) (*bookshop, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path)+"?"+dbtest.SQLitePragmas)
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.New(db, sqlstore.SQLite)
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx); err != nil { // or by your own tool
		return nil, err
	}
	if err := store.Validate(ctx); err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, "CREATE TABLE orders (id INTEGER PRIMARY KEY, yen INTEGER)")
	return &bookshop{sqlstore.OrderKeys{DB: db, Dialect: sqlstore.SQLite, Shop: "books"}}, err
}

// One payment, one order: PlaceOrder may come twice, and later the key answers
// for ever what was decided.
func Example_placeOrder() {
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
	order, err := shop.PlaceOrder(ctx, paid)
	fmt.Println(order.Ref, order.Total, err)
	order, err = shop.PlaceOrder(ctx, paid) // by another server
	fmt.Println(order.Ref, order.Total, err)
	order, found, err := shop.CloseOrderKey(ctx, paid.ID)
	fmt.Println(order.Ref, found, err)

	// The cart of this one has become dearer since the buyer paid.
	_, err = shop.PlaceOrder(ctx, stripesecure.Payment{ID: "cart-8.1", Total: stripesecure.JPY(1000)})
	var refusal *stripesecure.Refusal
	fmt.Println(errors.As(err, &refusal) && refusal.Reason == stripesecure.PriceChanged)
	_, found, err = shop.CloseOrderKey(ctx, "cart-8.1")
	fmt.Println(found, err)
	_, err = shop.PlaceOrder(ctx, stripesecure.Payment{ID: "cart-8.1", Total: stripesecure.JPY(1200)})
	fmt.Println(errors.Is(err, sqlstore.ErrKeyClosed))

	// Output:
	// A-1 1200 JPY <nil>
	// A-1 1200 JPY <nil>
	// A-1 true <nil>
	// true
	// false <nil>
	// true
}
