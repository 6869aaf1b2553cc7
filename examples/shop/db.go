package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed" // schema.sql
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // the driver "sqlite", without cgo
)

//go:embed schema.sql
var schema string

// openDB opens the shop's SQLite file, makes its tables and puts the goods on
// the shelves of a new one.
func openDB(ctx context.Context, file string) (*sql.DB, error) {
	options := url.Values{
		"_txlock": {"immediate"}, // a transaction that reads and then writes never has to give up
		"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)"},
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(file), RawQuery: options.Encode()}).String())
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := seed(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// removeDB deletes the file, and what SQLite keeps beside it.
func removeDB(file string) error {
	for _, suffix := range []string{"", "-wal", "-shm", ".key"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func seed(ctx context.Context, db *sql.DB) error {
	return inTx(ctx, db, func(tx *sql.Tx) error {
		var stocked bool
		if err := tx.QueryRowContext(ctx, `select exists (select 1 from products)`).Scan(&stocked); err != nil || stocked {
			return err
		}
		for i, p := range goods {
			if _, err := tx.ExecContext(ctx, `insert into products (id, position, price, tax, stock) values (?, ?, ?, ?, ?)`,
				p.ID, i, p.Price, p.Tax, p.Stock); err != nil {
				return err
			}
		}
		for _, m := range demoMembers {
			if _, err := tx.ExecContext(ctx, `insert into members (id, name, address) values (?, ?, ?)`,
				m.ID, m.Name, toJSON(m.Address)); err != nil {
				return err
			}
		}
		return nil
	})
}

// signingKey is random and kept in the database: what was signed before a
// restart is still good after it.
func signingKey(ctx context.Context, db *sql.DB) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	if _, err := db.ExecContext(ctx, `insert into config (name, value) values ('signing_key', ?) on conflict do nothing`,
		hex.EncodeToString(fresh)); err != nil {
		return nil, err
	}
	var kept string
	if err := db.QueryRowContext(ctx, `select value from config where name = 'signing_key'`).Scan(&kept); err != nil {
		return nil, err
	}
	return hex.DecodeString(kept)
}

func inTx(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// querier is a database or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// all reads every row of a query.
func all[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // an error of Close is in rows.Err
	var list []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, rows.Err()
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a plain struct does not marshal: %v", err)) // a mistake in this program
	}
	return string(b)
}
