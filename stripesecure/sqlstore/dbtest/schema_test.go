package dbtest_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

func newStore(t *testing.T, db *sql.DB, d dbtest.Database) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.New(db, d.Dialect)
	require.NoError(t, err)
	return s
}

func requireSchema(t *testing.T, s *sqlstore.Store, want error, have int) {
	t.Helper()
	err := s.Validate(t.Context())
	require.ErrorIs(t, err, want)
	var schema *sqlstore.SchemaError
	require.ErrorAs(t, err, &schema)
	require.Equal(t, have, schema.Have)
	require.Equal(t, 1, schema.Want)
}

// A schema that is missing, newer or damaged is a clear error; nothing is made
// without being asked.
func TestValidate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		db := d.Open(t)
		s := newStore(t, db, d)
		requireSchema(t, s, sqlstore.ErrSchemaMissing, 0)
		_, err := s.Get(t.Context(), "shop", "c1")
		require.Error(t, err)
		require.NotErrorIs(t, err, stripesecure.ErrNoRow, "a missing table is no missing row")
		require.Error(t, s.Put(t.Context(), stripesecure.Row{Shop: "shop", Checkout: "c1"}))
		requireSchema(t, s, sqlstore.ErrSchemaMissing, 0)

		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, s.Validate(t.Context()))
		require.NoError(t, s.Migrate(t.Context()), "again")

		mustExec(t, db, "INSERT INTO stripesecure_migrations (version, applied) VALUES (2, 0)")
		requireSchema(t, s, sqlstore.ErrSchemaNewer, 2)
		require.ErrorIs(t, s.Migrate(t.Context()), sqlstore.ErrSchemaNewer)
		require.ErrorIs(t, s.MigrateTo(t.Context(), 0), sqlstore.ErrSchemaNewer)
		mustExec(t, db, "DELETE FROM stripesecure_migrations WHERE version = 1")
		require.ErrorContains(t, s.Validate(t.Context()), "a migration is missing")
		mustExec(t, db, "UPDATE stripesecure_migrations SET version = 1")

		mustExec(t, db, "DROP TABLE stripesecure_order_keys")
		requireSchema(t, s, sqlstore.ErrSchemaMissing, 1)
		require.ErrorContains(t, s.Validate(t.Context()), "stripesecure_order_keys")
	})
}

func mustExec(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), text)
	require.NoError(t, err)
}

// Down leaves nothing behind, and up works again.
func TestMigrateDownAndUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s, _ := d.Store(t)
		for range 2 {
			require.NoError(t, s.Put(t.Context(), stripesecure.Row{Shop: "shop", Checkout: "c1"}))
			require.NoError(t, s.MigrateTo(t.Context(), 0))
			requireSchema(t, s, sqlstore.ErrSchemaMissing, 0)
			require.NoError(t, s.MigrateTo(t.Context(), 0), "nothing to do")
			require.NoError(t, s.MigrateTo(t.Context(), 1))
			require.NoError(t, s.Validate(t.Context()))
			_, err := s.Get(t.Context(), "shop", "c1")
			require.ErrorIs(t, err, stripesecure.ErrNoRow)
		}
		require.Error(t, s.MigrateTo(t.Context(), 2))
		require.Error(t, s.MigrateTo(t.Context(), -1))
	})
}

// Servers that start together may all migrate.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		var all sync.WaitGroup
		errs := make([]error, 10)
		for i := range errs {
			s := newStore(t, d.Open(t), d)
			all.Go(func() { errs[i] = errors.Join(s.Migrate(t.Context()), s.Validate(t.Context())) })
		}
		all.Wait()
		require.NoError(t, errors.Join(errs...))
	})
}

// A host feeds the files to its own tool; Validate is content.
func TestMigrationsByTheHost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		db := d.Open(t)
		files, err := sqlstore.Migrations(d.Dialect)
		require.NoError(t, err)
		run := func(name string) {
			text, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			for statement := range strings.SplitSeq(string(text), ";\n") {
				if strings.TrimSpace(statement) != "" {
					mustExec(t, db, statement)
				}
			}
		}
		s := newStore(t, db, d)
		run("001_init.up.sql")
		require.NoError(t, s.Validate(t.Context()))
		require.NoError(t, s.Migrate(t.Context()))
		run("001_init.down.sql")
		requireSchema(t, s, sqlstore.ErrSchemaMissing, 0)
	})
}

// MySQL commits each CREATE TABLE: a migration that was cut off between two of
// them is finished by the next one.
func TestMigrateAfterCutOff(t *testing.T) {
	t.Parallel()
	d := dbtest.MariaDB(t)
	s, db := d.Store(t)
	for _, table := range []string{"order_keys", "members", "checkouts"} {
		mustExec(t, db, "DROP TABLE stripesecure_"+table)
		mustExec(t, db, "DELETE FROM stripesecure_migrations")
		requireSchema(t, s, sqlstore.ErrSchemaMissing, 0)
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, s.Validate(t.Context()))
	}
}

// The sweep asks every 30 seconds: neither finished rows nor those of another
// shop must make it slower.
func TestDueUsesTheIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
		s, db := d.Store(t)
		var values []string
		for n := range 2000 {
			values = append(values, fmt.Sprintf("('shop', 'c%d', 1, NULL, '')", n), fmt.Sprintf("('other', 'c%d', 1, %d, '')", n, n))
		}
		mustExec(t, db, "INSERT INTO stripesecure_checkouts (shop, checkout, version, due, body) VALUES "+
			castEmpty(d, strings.Join(values, ", ")))
		require.NoError(t, s.Put(t.Context(), stripesecure.Row{Shop: "shop", Checkout: "due", Due: someTime}))
		explain := "EXPLAIN "
		switch d.Dialect {
		case sqlstore.SQLite:
			explain = "EXPLAIN QUERY PLAN "
		case sqlstore.PostgreSQL:
			mustExec(t, db, "ANALYZE stripesecure_checkouts")
		case sqlstore.MySQL:
			mustExec(t, db, "ANALYZE TABLE stripesecure_checkouts")
		}
		plan := query(t, db, explain+"SELECT shop, checkout, version, due, body FROM stripesecure_checkouts"+
			" WHERE shop = 'shop' AND due <= 9000000000000000 ORDER BY due, checkout LIMIT 10")
		require.Contains(t, plan, "stripesecure_checkouts_due")
		require.NotContains(t, strings.ToLower(plan), "sort")
		require.NotContains(t, plan, "TEMP B-TREE")
	})
}
