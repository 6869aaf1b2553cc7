package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// OrderKeys is the order key of design rule 11: under one PaymentID the host
// decides once whether there is an order. A host embeds it and so has
// CloseOrderKey of [stripesecure.Host]; it makes its orders inside
// [OrderKeys.Once], or calls [OrderKeys.Take] in a transaction of its own.
//
// DB is the host's database, the one with the orders: key and order are
// committed together. [Store.Migrate] makes the table there, also where the
// Store itself is not used.
type OrderKeys struct {
	DB      *sql.DB
	Dialect Dialect
	// Shop is Options.ShopID. Two shops in one database may have the same
	// CheckoutID.
	Shop string
}

var (
	// ErrKeyTaken: there is an order under the key already; roll back and use
	// that one.
	ErrKeyTaken = errors.New("there is an order under this payment id already")
	// ErrKeyClosed: the key was closed without an order, for ever. It comes
	// with a *stripesecure.Refusal whose reason is Closed, so that PlaceOrder
	// can return it as it is.
	ErrKeyClosed = errors.New("order key is closed")
)

// keyClosed is both: what Go code asks for, and what PlaceOrder says.
func keyClosed() error {
	return fmt.Errorf("%w: %w", ErrKeyClosed, &stripesecure.Refusal{Reason: stripesecure.Closed})
}

// CloseOrderKey implements [stripesecure.Host]: it returns the order under id,
// or makes sure that there never is one and returns false. It waits for a
// transaction that has taken the key and is not finished. Asked again it
// answers the same.
func (k OrderKeys) CloseOrderKey(ctx context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	text, err := k.check(id)
	if err != nil {
		return stripesecure.Order{}, false, err
	}
	var order stripesecure.Order
	var found bool
	err = repeat(ctx, "close order key", func() error {
		// Rows are never changed once they are committed, so two statements
		// say the same as one transaction.
		closed, err := k.insert(ctx, k.DB, text, id, sql.NullString{}, stripesecure.Money{})
		if err != nil || closed {
			return err
		}
		order, err = k.read(ctx, k.DB, text, id)
		found = err == nil
		if errors.Is(err, ErrKeyClosed) {
			return nil
		}
		return err
	})
	return order, found, err
}

// Once makes the order of p at most once. It begins a transaction, takes the
// key p.ID, calls place and commits what place did together with the key, and
// returns the order. When there is an order under the key already, place is not
// called and that order is returned; when the key was closed, the error is
// [ErrKeyClosed].
//
// When p.Total is set and the order's total is another, nothing is committed
// and the error is a *stripesecure.Refusal for PriceChanged. A host that
// commits before the buyer pays was not told an amount: it passes a Payment
// with the ID only.
//
// place does all its work through tx, returns every error, and neither commits
// nor rolls back. It is called again, after a rollback, when the database gave
// the transaction up in favour of another ([Transient]). Its error, such as a
// *stripesecure.Refusal, is found in the error of Once.
//
// After any other error it is not known whether the order exists. Call Once
// again: it finds out.
func (k OrderKeys) Once(
	ctx context.Context, p stripesecure.Payment, place func(tx *sql.Tx) (stripesecure.Order, error),
) (stripesecure.Order, error) {
	text, err := k.check(p.ID)
	if err != nil {
		return stripesecure.Order{}, err
	}
	var order stripesecure.Order
	err = repeat(ctx, "place order", func() error {
		var err error
		order, err = k.once(ctx, text, p, place)
		return err
	})
	if err != nil {
		return stripesecure.Order{}, err
	}
	return order, nil
}

// being is the ref of a key while its order is being made. No other transaction
// ever sees it, unless place has committed by itself.
var being = sql.NullString{Valid: true}

func (k OrderKeys) once(
	ctx context.Context, text statements, p stripesecure.Payment, place func(tx *sql.Tx) (stripesecure.Order, error),
) (stripesecure.Order, error) {
	tx, err := k.DB.BeginTx(ctx, nil)
	if err != nil {
		return stripesecure.Order{}, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	// The key comes first: on SQLite this takes the write lock before anything
	// was read, and on the others a second server waits here and not at the end.
	taken, err := k.insert(ctx, tx, text, p.ID, being, stripesecure.Money{})
	if err != nil {
		return stripesecure.Order{}, err
	}
	if !taken {
		return k.read(ctx, tx, text, p.ID)
	}
	order, err := place(tx)
	if err == nil {
		order, err = fit(order, p.Total)
	}
	if err != nil {
		return stripesecure.Order{}, err
	}
	amount, currency := split(order.Total)
	result, err := tx.ExecContext(ctx, text.placeKey, order.Ref, amount, currency, k.Shop, string(p.ID))
	if err != nil {
		return stripesecure.Order{}, err
	}
	// MySQL ends the transaction at a deadlock and lets the rest run without
	// one, when place did not return the error. Then the key is not ours.
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return stripesecure.Order{}, errors.Join(errors.New("key was lost: the transaction had ended"), err)
	}
	return order, tx.Commit()
}

// Take is Once for a transaction of the host's: it takes the key p.ID for order
// in tx. Nil means that the key counts when tx is committed. With [ErrKeyTaken]
// the order that has the key is returned, also when it has the same Ref; with
// [ErrKeyClosed] there is none and will be none. After either, and after a
// *stripesecure.Refusal for PriceChanged (see [OrderKeys.Once]), nothing was
// inserted and tx has to be rolled back. After an error that is [Transient],
// begin the transaction again.
//
// Take the key early: on SQLite a transaction that has read before it first
// writes fails when another one has written between.
func (k OrderKeys) Take(
	ctx context.Context, tx *sql.Tx, p stripesecure.Payment, order stripesecure.Order,
) (stripesecure.Order, error) {
	const op = "take order key"
	text, err := k.check(p.ID)
	if err != nil {
		return stripesecure.Order{}, err
	}
	if order, err = fit(order, p.Total); err != nil {
		return stripesecure.Order{}, explain(ctx, op, err)
	}
	ref := sql.NullString{String: order.Ref, Valid: true}
	taken, err := k.insert(ctx, tx, text, p.ID, ref, order.Total)
	if err != nil {
		return stripesecure.Order{}, explain(ctx, op, err)
	}
	if taken {
		return order, nil
	}
	asked := order.Ref
	if order, err = k.read(ctx, tx, text, p.ID); err != nil {
		return stripesecure.Order{}, explain(ctx, op, err)
	}
	if order.Ref != asked {
		return order, explain(ctx, op, fmt.Errorf("%w: %q, and not %q", ErrKeyTaken, order.Ref, asked))
	}
	return order, explain(ctx, op, ErrKeyTaken)
}

// check makes sure that the key can be kept, before anything is begun.
func (k OrderKeys) check(id stripesecure.PaymentID) (statements, error) {
	if k.DB == nil {
		return statements{}, errors.New("sqlstore: OrderKeys has no DB")
	}
	if id.Checkout() == "" {
		return statements{}, fmt.Errorf("sqlstore: %q is not a payment id", string(id))
	}
	if err := checkTexts("shop", k.Shop); err != nil {
		return statements{}, err
	}
	return newStatements(k.Dialect)
}

// insert reports whether the key was free and is now taken.
func (k OrderKeys) insert(
	ctx context.Context, db queryer, text statements, id stripesecure.PaymentID, ref sql.NullString, total stripesecure.Money,
) (bool, error) {
	amount, currency := split(total)
	result, err := db.ExecContext(ctx, text.addKey, k.Shop, string(id), ref, amount, currency)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// read returns the order under a key that is taken.
func (k OrderKeys) read(
	ctx context.Context, db queryer, text statements, id stripesecure.PaymentID,
) (stripesecure.Order, error) {
	var ref, amount, currency sql.NullString
	err := db.QueryRowContext(ctx, text.getKey, k.Shop, string(id)).Scan(&ref, &amount, &currency)
	switch {
	case err != nil:
		return stripesecure.Order{}, err
	case !ref.Valid:
		return stripesecure.Order{}, keyClosed()
	case ref == being:
		return stripesecure.Order{}, fmt.Errorf("order key %s has no order: place committed by itself", id)
	}
	total, err := stripesecure.ParseMoney(amount.String, currency.String)
	if err != nil {
		return stripesecure.Order{}, fmt.Errorf("order key %s: %w", id, err)
	}
	return stripesecure.Order{Ref: ref.String, Total: total}, nil
}

// fit checks an order before it is stored, and gives its total the decimals of
// its currency.
func fit(order stripesecure.Order, named stripesecure.Money) (stripesecure.Order, error) {
	if order.Ref == "" || len(order.Ref) > 128 || !utf8.ValidString(order.Ref) {
		return stripesecure.Order{}, errors.New("order has no ref, or one that is longer than 128 bytes")
	}
	minor, err := order.Total.Minor()
	if err != nil {
		return stripesecure.Order{}, fmt.Errorf("total of the order: %w", err)
	}
	if isNamed := named.Currency != "" || !named.IsZero(); isNamed && !order.Total.Equal(named) {
		return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.PriceChanged}
	}
	order.Total = stripesecure.FromMinor(minor, order.Total.Currency)
	return order, nil
}

// split writes a total as decimal text and currency, both NULL for no amount.
func split(total stripesecure.Money) (amount, currency sql.NullString) {
	if total.Currency == "" {
		return amount, currency
	}
	text := total.Amount.StringFixed(-total.Amount.Exponent())
	return sql.NullString{String: text, Valid: true}, sql.NullString{String: total.Currency, Valid: true}
}
