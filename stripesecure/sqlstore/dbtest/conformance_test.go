package dbtest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// stores are what every rule has to hold on. Options of a driver that change
// what it answers are stores of their own.
var stores = map[string]func(t *testing.T) stripesecure.Store{
	"Memory":     func(*testing.T) stripesecure.Store { return stripesecure.NewMemory() },
	"SQLite":     on(dbtest.SQLite, ""),
	"PostgreSQL": on(dbtest.PostgreSQL, ""),
	"MariaDB":    on(dbtest.MariaDB, ""),

	"SQLiteWithoutPragmas": on(func(tb testing.TB) dbtest.Database {
		d := dbtest.SQLite(tb)
		d.DSN, _, _ = strings.Cut(d.DSN, "?")
		return d
	}, ""),
	"SQLiteInMemory":     inMemory,
	"SQLiteImmediate":    on(dbtest.SQLite, "&_txlock=immediate"),
	"PostgreSQLSimple":   on(dbtest.PostgreSQL, " default_query_exec_mode=simple_protocol"),
	"PostgreSQLSerial":   on(dbtest.PostgreSQL, " default_transaction_isolation=serializable"),
	"MariaDBFoundRows":   on(dbtest.MariaDB, "?clientFoundRows=true"),
	"MariaDBInterpolate": on(dbtest.MariaDB, "?interpolateParams=true"),
	"MariaDBLatin1":      on(dbtest.MariaDB, "?charset=latin1&interpolateParams=true"),
	"MariaDBAnsi":        on(dbtest.MariaDB, "?sql_mode=ANSI&parseTime=true"),
}

func on(make func(testing.TB) dbtest.Database, options string) func(*testing.T) stripesecure.Store {
	return func(t *testing.T) stripesecure.Store {
		d := make(t)
		d.DSN += options
		store, _ := d.Store(t)
		return store
	}
}

// inMemory is a SQLite database that lives in one connection.
func inMemory(t *testing.T) stripesecure.Store {
	db := dbtest.Database{Dialect: sqlstore.SQLite, Driver: "sqlite", DSN: ":memory:"}.Open(t)
	db.SetMaxOpenConns(1)
	store, err := sqlstore.New(db, sqlstore.SQLite)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	return store
}

// TestStores runs every rule of the suite on every store, and the history of
// concurrent calls through porcupine.
func TestStores(t *testing.T) {
	t.Parallel()
	for name, newStore := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plugintest.TestStore(t, newStore)
			t.Run("linearizable", func(t *testing.T) {
				require.NoError(t, checkLinear(t.Context(), newStore(t)))
			})
		})
	}
}
