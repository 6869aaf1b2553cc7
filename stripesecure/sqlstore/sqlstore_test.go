package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests with databases are in the module dbtest.

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := New(nil, SQLite)
	require.ErrorContains(t, err, "no database")
	for _, d := range []Dialect{"", "sqlite3", "oracle"} {
		_, err = New(&sql.DB{}, d)
		require.ErrorContains(t, err, "unknown dialect")
		_, err = Migrations(d)
		require.ErrorContains(t, err, "unknown dialect")
	}
}

func TestStatementsAreNumberedForPostgreSQL(t *testing.T) {
	t.Parallel()
	question, err := newStatements(SQLite)
	require.NoError(t, err)
	numbered, err := newStatements(PostgreSQL)
	require.NoError(t, err)
	require.Equal(t, 6, strings.Count(question.changeCheckout, "?"))
	require.Equal(t, "UPDATE stripesecure_checkouts SET version = $1, due = $2, body = $3"+
		" WHERE shop = $4 AND checkout = $5 AND version = $6", numbered.changeCheckout)
	require.NotContains(t, fmt.Sprint(numbered), "?")
	require.Contains(t, numbered.addKey, "ON CONFLICT DO NOTHING")
}

// Every dialect has the same steps, each with its way back, and each records
// itself.
func TestMigrationFiles(t *testing.T) {
	t.Parallel()
	for _, d := range []Dialect{SQLite, PostgreSQL, MySQL} {
		steps, err := migrations(d)
		require.NoError(t, err)
		require.Len(t, steps, 1)
		for i, step := range steps {
			require.NotEmpty(t, step.down)
			last := step.up[len(step.up)-1]
			require.Contains(t, last, "INTO "+versionTable)
			require.Contains(t, last, fmt.Sprintf("VALUES (%d, ", i+1))
		}
		files, err := Migrations(d)
		require.NoError(t, err)
		names, err := fs.Glob(files, "*")
		require.NoError(t, err)
		require.Equal(t, []string{"001_init.down.sql", "001_init.up.sql"}, names)
		for _, table := range tables {
			require.Contains(t, strings.Join(steps[0].up, "\n"), " "+table+" (")
		}
	}
}

func TestSchemaErrors(t *testing.T) {
	t.Parallel()
	require.NoError(t, compare(2, 2))
	for kind, have := range map[error]int{ErrSchemaMissing: 0, ErrSchemaOlder: 1, ErrSchemaNewer: 3} {
		err := compare(have, 2)
		require.ErrorIs(t, err, kind)
		var schema *SchemaError
		require.ErrorAs(t, err, &schema)
		require.Equal(t, have, schema.Have)
		require.Equal(t, 2, schema.Want)
	}
	require.EqualError(t, compare(1, 2), "sqlstore: schema is older than this program: database has version 1, program has 2")
}

func TestMicros(t *testing.T) {
	t.Parallel()
	require.False(t, toMicros(time.Time{}).Valid)
	require.True(t, fromMicros(sql.NullInt64{}).IsZero())
	at := time.Date(2026, 5, 1, 12, 0, 0, 123456789, time.FixedZone("Tokyo", 9*60*60))
	back := fromMicros(toMicros(at))
	require.Equal(t, at.Truncate(time.Microsecond).UTC(), back)
	require.Equal(t, int64(-1), micros(time.Unix(0, -1)), "rounds down")
	require.Equal(t, int64(math.MaxInt64), micros(time.Unix(math.MaxInt64/2, 0)))
	require.Equal(t, int64(math.MinInt64), micros(time.Unix(math.MinInt64/2, 0)))
}

// pgError is an error that tells its SQLSTATE, as those of PostgreSQL do.
type pgError string

func (e pgError) Error() string    { return "database is locked, says the text" }
func (e pgError) SQLState() string { return string(e) }

func TestTransientKnows(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		pgError("40001"), pgError("40P01"), fmt.Errorf("wrapped: %w", pgError("40001")),
		errors.New("database is locked (5) (SQLITE_BUSY)"), errors.New("database table is locked: orders"),
		errors.New("Error 1213 (40001): Deadlock found when trying to get lock"), errors.New("Error 1213: Deadlock found"),
		errors.New("Error 1020 (HY000): Record has changed since last read in table 'orders'"),
	} {
		require.True(t, Transient(err), "%v", err)
	}
	for _, err := range []error{
		nil, pgError("23505"), context.Canceled, sql.ErrNoRows, errors.New("Error 12130: other"), errors.New("disk is full"),
	} {
		require.False(t, Transient(err), "%v", err)
	}
}

func TestRepeatEnds(t *testing.T) {
	t.Parallel()
	locked := errors.New("database is locked")
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		require.NoError(t, repeat(t.Context(), "op", func() error {
			if calls++; calls < 20 {
				return locked
			}
			return nil
		}))

		begun := time.Now()
		err := repeat(t.Context(), "op", func() error { return locked })
		require.ErrorIs(t, err, locked)
		require.ErrorContains(t, err, "sqlstore: op: ")
		require.InDelta(t, repeatFor, time.Since(begun), float64(time.Second))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun = time.Now()
		err = repeat(ctx, "op", func() error { return locked })
		require.ErrorIs(t, err, locked)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(begun))

		calls = 0
		require.Error(t, repeat(t.Context(), "op", func() error { calls++; return sql.ErrConnDone }))
		require.Equal(t, 1, calls)
	})
}
