package sqlstore

import (
	"context"
	"errors"
	"fmt"
)

// What [Store.Validate] can find, for errors.Is. The error itself is a
// [*SchemaError] with the numbers.
var (
	// ErrSchemaMissing: a table is not there; Migrate makes them.
	ErrSchemaMissing = errors.New("schema is missing")
	// ErrSchemaOlder: Migrate has to run before this program can.
	ErrSchemaOlder = errors.New("schema is older than this program")
	// ErrSchemaNewer: a newer program has changed the tables.
	ErrSchemaNewer = errors.New("schema is newer than this program")
)

// SchemaError says that the tables are not those of this program.
type SchemaError struct {
	Have  int    // version of the database; 0 for none
	Want  int    // version of this program
	Table string // the first table that is not there, if one is not

	kind error
}

func (e *SchemaError) Error() string {
	if e.Table != "" {
		return fmt.Sprintf("sqlstore: %v: no table %s", e.kind, e.Table)
	}
	return fmt.Sprintf("sqlstore: %v: database has version %d, program has %d", e.kind, e.Have, e.Want)
}

// Unwrap gives [ErrSchemaMissing], [ErrSchemaOlder] or [ErrSchemaNewer].
func (e *SchemaError) Unwrap() error { return e.kind }

// versionTable records the applied migrations.
const versionTable = "stripesecure_migrations"

// tables are those of the newest version.
var tables = []string{"stripesecure_checkouts", "stripesecure_members", "stripesecure_order_keys"}

// Validate compares the tables of the database with those that this program
// needs, and changes nothing. Call it at start. A difference is a
// [*SchemaError].
func (s *Store) Validate(ctx context.Context) error {
	steps, err := migrations(s.dialect)
	if err != nil {
		return err
	}
	have, err := schemaVersion(ctx, s.db, s.dialect)
	if err != nil {
		return explain(ctx, "validate schema", err)
	}
	if err := compare(have, len(steps)); err != nil {
		return err
	}
	for _, table := range tables {
		there, err := hasTable(ctx, s.db, s.dialect, table)
		if err != nil {
			return explain(ctx, "validate schema", err)
		}
		if !there {
			return &SchemaError{Have: have, Want: have, Table: table, kind: ErrSchemaMissing}
		}
	}
	return nil
}

// compare returns nil or a [*SchemaError].
func compare(have, want int) error {
	switch {
	case have == 0:
		return &SchemaError{Want: want, Table: versionTable, kind: ErrSchemaMissing}
	case have < want:
		return &SchemaError{Have: have, Want: want, kind: ErrSchemaOlder}
	case have > want:
		return &SchemaError{Have: have, Want: want, kind: ErrSchemaNewer}
	}
	return nil
}

// schemaVersion returns the number of the last applied migration, 0 for none.
func schemaVersion(ctx context.Context, db queryer, d Dialect) (int, error) {
	there, err := hasTable(ctx, db, d, versionTable)
	if err != nil || !there {
		return 0, err
	}
	var last, count int
	err = db.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0), COUNT(*) FROM "+versionTable).Scan(&last, &count)
	if err == nil && last != count {
		err = fmt.Errorf("%s has %d rows up to version %d: a migration is missing", versionTable, count, last)
	}
	return last, err
}

func hasTable(ctx context.Context, db queryer, d Dialect, table string) (bool, error) {
	text := map[Dialect]string{
		SQLite:     "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
		PostgreSQL: "SELECT COUNT(to_regclass($1))",
		MySQL:      "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
	}[d]
	var n int
	err := db.QueryRowContext(ctx, text, table).Scan(&n)
	return n > 0, err
}
