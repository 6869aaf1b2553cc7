package dbtest

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/go-sql-driver/mysql" // driver "mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
)

// Database is one new, empty database. Driver and DSN are what another process
// needs to open it too.
type Database struct {
	Dialect sqlstore.Dialect
	Driver  string
	DSN     string
}

// Open returns a pool of connections that is closed when the test ends.
func (d Database) Open(tb testing.TB) *sql.DB {
	tb.Helper()
	db, err := sql.Open(d.Driver, d.DSN)
	if err != nil {
		tb.Fatalf("open %s: %v", d.Dialect, err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	// More would be refused by a server that many tests share.
	db.SetMaxOpenConns(16)
	return db
}

// Store returns the pool and a Store on it, with its tables.
func (d Database) Store(tb testing.TB) (*sqlstore.Store, *sql.DB) {
	tb.Helper()
	db := d.Open(tb)
	store, err := sqlstore.New(db, d.Dialect)
	if err == nil {
		err = store.Migrate(tb.Context())
	}
	if err != nil {
		tb.Fatalf("migrate %s: %v", d.Dialect, err)
	}
	return store, db
}

// SQLitePragmas is what package sqlstore asks of a SQLite file, as modernc.org/
// sqlite takes it: wait for a lock, let readers work beside a writer, and have
// each commit on the disk before it is confirmed.
const SQLitePragmas = "_pragma=busy_timeout(1000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"

// SQLite returns a database in a file of its own.
func SQLite(tb testing.TB) Database {
	path := filepath.ToSlash(filepath.Join(tb.TempDir(), "shop.db"))
	return Database{sqlstore.SQLite, "sqlite", "file:" + path + "?" + SQLitePragmas}
}

// Each runs f as a subtest on a new database of each kind.
func Each(t *testing.T, f func(t *testing.T, d Database)) {
	t.Helper()
	for _, kind := range []struct {
		name string
		make func(testing.TB) Database
	}{
		{"SQLite", SQLite},
		{"PostgreSQL", PostgreSQL},
		{"MariaDB", MariaDB},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			f(t, kind.make(t))
		})
	}
}
