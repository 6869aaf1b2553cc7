package dbtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// shop is a host: a table of orders, and the order keys by embedding.
type shop struct {
	sqlstore.OrderKeys
}

// newShop makes the tables in d.
func newShop(t *testing.T, d dbtest.Database) shop {
	t.Helper()
	_, db := d.Store(t)
	text := "CREATE TABLE orders (ref VARCHAR(128) NOT NULL, payment VARCHAR(128) NOT NULL)"
	if d.Dialect == sqlstore.MySQL {
		text += " COLLATE utf8mb4_bin"
	}
	_, err := db.ExecContext(t.Context(), text)
	require.NoError(t, err)
	return shop{sqlstore.OrderKeys{DB: db, Dialect: d.Dialect, Shop: "main"}}
}

// insert is the host's own part of the transaction. The ref and the payment id
// are made by the tests, so they may stand in the text.
func (s shop) insert(ctx context.Context, tx *sql.Tx, id stripesecure.PaymentID, ref string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO orders (ref, payment) VALUES ('"+ref+"', '"+string(id)+"')")
	return err
}

// place makes the order of p once.
func (s shop) place(ctx context.Context, p stripesecure.Payment, order stripesecure.Order) (stripesecure.Order, error) {
	return s.Once(ctx, p, func(tx *sql.Tx) (stripesecure.Order, error) {
		return order, s.insert(ctx, tx, p.ID, order.Ref)
	})
}

// refs are the orders that the host has for a payment.
func (s shop) refs(t *testing.T, id stripesecure.PaymentID) []string {
	t.Helper()
	rows, err := s.DB.QueryContext(t.Context(), "SELECT ref FROM orders WHERE payment = '"+string(id)+"'")
	require.NoError(t, err)
	defer rows.Close()
	var refs []string
	for rows.Next() {
		var ref string
		require.NoError(t, rows.Scan(&ref))
		refs = append(refs, ref)
	}
	require.NoError(t, rows.Err())
	return refs
}

// wantOrder holds what the host has, what the key says and that it stays so.
func (s shop) wantOrder(t *testing.T, id stripesecure.PaymentID, want stripesecure.Order) {
	t.Helper()
	require.Equal(t, []string{want.Ref}, s.refs(t, id), "I11")
	for range 2 {
		got, found, err := s.CloseOrderKey(t.Context(), id)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, want, got)
	}
}

// wantNone holds that there is no order and can be none.
func (s shop) wantNone(t *testing.T, id stripesecure.PaymentID) {
	t.Helper()
	for range 2 {
		got, found, err := s.CloseOrderKey(t.Context(), id)
		require.NoError(t, err)
		require.False(t, found)
		require.Equal(t, stripesecure.Order{}, got)
		_, err = s.place(t.Context(), stripesecure.Payment{ID: id}, yen("late", 1))
		requireClosed(t, err)
	}
	require.Empty(t, s.refs(t, id))
}

func requireClosed(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, sqlstore.ErrKeyClosed)
	var refusal *stripesecure.Refusal
	require.ErrorAs(t, err, &refusal, "PlaceOrder returns it as it is")
	require.Equal(t, stripesecure.Closed, refusal.Reason)
	require.Empty(t, refusal.Ref)
}

func yen(ref string, amount int64) stripesecure.Order {
	return stripesecure.Order{Ref: ref, Total: stripesecure.FromMinor(amount, "jpy")}
}

// numbered is the first payment of the checkout with a number.
func numbered(n int) stripesecure.PaymentID {
	return stripesecure.PaymentID(fmt.Sprintf("c%d.1", n))
}

func payment(id stripesecure.PaymentID, amount int64) stripesecure.Payment {
	return stripesecure.Payment{ID: id, Total: stripesecure.JPY(amount)}
}

func requirePriceChanged(t *testing.T, err error) {
	t.Helper()
	var refusal *stripesecure.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, stripesecure.PriceChanged, refusal.Reason)
	require.Empty(t, refusal.Ref)
}
