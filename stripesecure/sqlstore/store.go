package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// Store is the durable [stripesecure.Store]. Every method is one statement, and
// so one transaction; none is open when it returns. It is safe for use by many
// goroutines, and by many servers on one database.
//
// After a write that fails with anything but [stripesecure.ErrConflict] it is
// not known whether it was done, or will be: the database may work on for a
// moment when the caller's context has ended. Read the row again; whoever comes
// late is stopped by the version. Times keep their microseconds.
type Store struct {
	db      *sql.DB
	dialect Dialect
	text    statements
}

var _ stripesecure.Store = (*Store)(nil)

// New returns a Store on db. It does not touch the database: call
// [Store.Validate] at start, and [Store.Migrate] when the tables are to be made
// or changed. The caller keeps db and closes it.
func New(db *sql.DB, dialect Dialect) (*Store, error) {
	if db == nil {
		return nil, errors.New("sqlstore: no database")
	}
	text, err := newStatements(dialect)
	if err != nil {
		return nil, err
	}
	return &Store{db: db, dialect: dialect, text: text}, nil
}

// Get implements [stripesecure.Store].
func (s *Store) Get(ctx context.Context, shop, checkout string) (stripesecure.Row, error) {
	row := stripesecure.Row{Shop: shop, Checkout: checkout}
	if err := checkTexts("shop", shop, "checkout", checkout); err != nil {
		return stripesecure.Row{}, err
	}
	err := repeat(ctx, "read checkout", func() error {
		var due sql.NullInt64
		err := s.db.QueryRowContext(ctx, s.text.getCheckout, shop, checkout).Scan(&row.Version, &due, &row.Body)
		row.Due = fromMicros(due)
		return err
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return stripesecure.Row{}, stripesecure.ErrNoRow
	case err != nil:
		return stripesecure.Row{}, err
	}
	return row, nil
}

// Put implements [stripesecure.Store]. The comparison of the version and the
// change are one statement: of two that carry the same version one changes the
// row, and the other one none.
func (s *Store) Put(ctx context.Context, row stripesecure.Row) error {
	if err := checkTexts("shop", row.Shop, "checkout", row.Checkout); err != nil {
		return err
	}
	body, due := row.Body, toMicros(row.Due)
	if body == nil {
		body = []byte{} // nil would be NULL
	}
	if row.Version == 0 {
		return s.changeOne(ctx, "add checkout", s.text.addCheckout, row.Shop, row.Checkout, int64(1), due, body)
	}
	return s.changeOne(ctx, "change checkout", s.text.changeCheckout,
		row.Version+1, due, body, row.Shop, row.Checkout, row.Version)
}

// changeOne runs a statement that changes one row, or none when the row is not
// as expected. Either way the number of changed rows means the same on every
// database, because each of our statements changes what it matches.
func (s *Store) changeOne(ctx context.Context, op, text string, values ...any) error {
	var changed int64
	err := repeat(ctx, op, func() error {
		result, err := s.db.ExecContext(ctx, text, values...)
		if err != nil {
			return err
		}
		changed, err = result.RowsAffected()
		return err
	})
	if err == nil && changed == 0 {
		return stripesecure.ErrConflict
	}
	return err
}

// Due implements [stripesecure.Store]. Finished rows cost nothing: the index
// that it reads leads over them.
func (s *Store) Due(ctx context.Context, shop string, now time.Time, limit int) ([]stripesecure.Row, error) {
	if limit <= 0 {
		return nil, nil
	}
	if err := checkTexts("shop", shop); err != nil {
		return nil, err
	}
	var due []stripesecure.Row
	err := repeat(ctx, "list due checkouts", func() error {
		var err error
		due, err = s.rows(ctx, s.text.dueCheckouts, shop, micros(now), limit)
		return err
	})
	return due, err
}

// List implements [stripesecure.Store].
func (s *Store) List(ctx context.Context, shop, prefix, after string, limit int) ([]stripesecure.Row, error) {
	if limit <= 0 {
		return nil, nil
	}
	if err := checkTexts("shop", shop, "prefix", prefix, "after", after); err != nil {
		return nil, err
	}
	var found []stripesecure.Row
	err := repeat(ctx, "list checkouts", func() error {
		var err error
		found, err = s.rows(ctx, s.text.listCheckouts, shop, prefix, behind(prefix), after, limit)
		return err
	})
	return found, err
}

// behind is a text that sorts behind everything that begins with prefix: the
// last character of Unicode is in no id.
func behind(prefix string) string { return prefix + "\U0010FFFF" }

// Delete implements [stripesecure.Store].
func (s *Store) Delete(ctx context.Context, shop, checkout string, version int64) error {
	if err := checkTexts("shop", shop, "checkout", checkout); err != nil {
		return err
	}
	return s.changeOne(ctx, "delete checkout", s.text.dropCheckout, shop, checkout, version)
}

func (s *Store) rows(ctx context.Context, text string, values ...any) (found []stripesecure.Row, err error) {
	rows, err := s.db.QueryContext(ctx, text, values...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var row stripesecure.Row
		var due sql.NullInt64
		if err := rows.Scan(&row.Shop, &row.Checkout, &row.Version, &due, &row.Body); err != nil {
			return nil, err
		}
		row.Due = fromMicros(due)
		found = append(found, row)
	}
	return found, rows.Err()
}

// Customer implements [stripesecure.Store].
func (s *Store) Customer(ctx context.Context, key stripesecure.CustomerKey) (string, error) {
	if err := checkKey(key); err != nil {
		return "", err
	}
	var id string
	err := repeat(ctx, "read customer", func() error {
		return s.db.QueryRowContext(ctx, s.text.getCustomer,
			key.Shop, key.Environment, key.Account, key.Member).Scan(&id)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", stripesecure.ErrNoRow
	}
	return id, err
}

// SetCustomer implements [stripesecure.Store].
func (s *Store) SetCustomer(ctx context.Context, key stripesecure.CustomerKey, was, id string) error {
	if err := errors.Join(checkKey(key), checkTexts("customer", was, "customer", id)); err != nil {
		return err
	}
	switch {
	case was == id:
		return s.compareCustomer(ctx, key, was)
	case was == "":
		return s.changeOne(ctx, "add customer", s.text.addCustomer,
			key.Shop, key.Environment, key.Account, key.Member, id)
	case id == "":
		return s.changeOne(ctx, "remove customer", s.text.removeCustomer,
			key.Shop, key.Environment, key.Account, key.Member, was)
	}
	return s.changeOne(ctx, "change customer", s.text.changeCustomer,
		id, key.Shop, key.Environment, key.Account, key.Member, was)
}

// compareCustomer is SetCustomer where nothing is to change. It reads, because
// MySQL counts an update that changes nothing as none.
func (s *Store) compareCustomer(ctx context.Context, key stripesecure.CustomerKey, want string) error {
	got, err := s.Customer(ctx, key)
	switch {
	case err != nil && !errors.Is(err, stripesecure.ErrNoRow):
		return err
	case got != want:
		return stripesecure.ErrConflict
	}
	return nil
}

func checkKey(key stripesecure.CustomerKey) error {
	return checkTexts("shop", key.Shop, "environment", key.Environment, "account", key.Account, "member", key.Member)
}

// OrderKeys returns the order keys of a shop in this store's database, for a
// host whose orders live there too. shop is Options.ShopID.
func (s *Store) OrderKeys(shop string) OrderKeys {
	return OrderKeys{DB: s.db, Dialect: s.dialect, Shop: shop}
}
