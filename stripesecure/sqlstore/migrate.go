package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// queryer is what *sql.DB, *sql.Conn and *sql.Tx have in common.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Migrate brings the tables to the version of this program. Nothing else in
// this package does. Several servers may call it at once: one works, the others
// wait and find nothing to do. A newer schema is [ErrSchemaNewer] and is left
// as it is.
func (s *Store) Migrate(ctx context.Context) error {
	steps, err := migrations(s.dialect)
	if err != nil {
		return err
	}
	return s.MigrateTo(ctx, len(steps))
}

// MigrateTo brings the tables up or down to a version. Down to 0 removes all of
// them, with everything in them.
func (s *Store) MigrateTo(ctx context.Context, version int) error {
	steps, err := migrations(s.dialect)
	if err != nil {
		return err
	}
	if version < 0 || version > len(steps) {
		return fmt.Errorf("sqlstore: no schema version %d, want 0 to %d", version, len(steps))
	}
	return repeat(ctx, "migrate", func() error {
		return s.exclusively(ctx, func(conn *sql.Conn) error {
			return migrate(ctx, conn, s.dialect, steps, version)
		})
	})
}

func migrate(ctx context.Context, conn *sql.Conn, d Dialect, steps []migration, version int) error {
	have, err := schemaVersion(ctx, conn, d)
	if err != nil {
		return err
	}
	if have > len(steps) {
		return &SchemaError{Have: have, Want: len(steps), kind: ErrSchemaNewer}
	}
	for ; have < version; have++ {
		if err := runAll(ctx, conn, steps[have].up); err != nil {
			return fmt.Errorf("up to version %d: %w", have+1, err)
		}
	}
	for ; have > version; have-- {
		if err := runAll(ctx, conn, steps[have-1].down); err != nil {
			return fmt.Errorf("down from version %d: %w", have, err)
		}
	}
	return nil
}

func runAll(ctx context.Context, conn *sql.Conn, statements []string) error {
	for _, text := range statements {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// exclusively calls f while no other server migrates. It needs one connection
// for itself, because the statements that begin are not those of database/sql.
func (s *Store) exclusively(ctx context.Context, f func(*sql.Conn) error) (err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	switch s.dialect {
	case SQLite:
		// A plain BEGIN takes the write lock too late: at the first write, when
		// what was read before may be out of date.
		return inTransaction(ctx, conn, f, "BEGIN IMMEDIATE")
	case PostgreSQL:
		return inTransaction(ctx, conn, f, "BEGIN", "SELECT pg_advisory_xact_lock(7238801462)")
	default:
		return holdingLock(ctx, conn, f)
	}
}

// inTransaction is for the databases that can roll CREATE TABLE back.
func inTransaction(ctx context.Context, conn *sql.Conn, f func(*sql.Conn) error, begin ...string) error {
	err := runAll(ctx, conn, begin)
	if err == nil {
		err = f(conn)
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		endSession(ctx, conn, "ROLLBACK")
	}
	return err
}

// holdingLock is for MySQL, where CREATE TABLE commits. Its lock belongs to the
// session, and to this database: the server may have others.
func holdingLock(ctx context.Context, conn *sql.Conn, f func(*sql.Conn) error) error {
	const name = "CONCAT('stripesecure.', MD5(DATABASE()))"
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK("+name+", 60)").Scan(&got); err != nil {
		return err
	}
	if got.Int64 != 1 {
		return errors.New("another server has been migrating for a minute")
	}
	err := f(conn)
	endSession(ctx, conn, "DO RELEASE_LOCK("+name+")")
	return err
}

// endSession leaves the connection as it was, or else closes it: it must not go
// back to the pool with a transaction or a lock. It works after ctx has ended.
func endSession(ctx context.Context, conn *sql.Conn, text string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := conn.ExecContext(ctx, text); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}
