package dbtest_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// counter counts what goes through a driver.
type counter struct {
	mu     sync.Mutex
	reads  int // SELECT outside of a transaction
	writes int // INSERT, UPDATE, DELETE outside of a transaction: one each
	txs    int // BEGIN … COMMIT
	open   int // transactions that are open now
}

func (c *counter) add(text string, inside bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case inside: // is counted as a whole
	case strings.HasPrefix(text, "SELECT"):
		c.reads++
	default:
		c.writes++
	}
}

// take returns the counts and begins again.
func (c *counter) take() (reads, writes, txs int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	reads, writes, txs = c.reads, c.writes, c.txs
	c.reads, c.writes, c.txs = 0, 0, 0
	return reads, writes, txs
}

func (c *counter) began(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open += n
	c.txs += max(n, 0)
}

func (c *counter) opened() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

// openCounted opens d through a driver that counts.
func openCounted(tb testing.TB, d dbtest.Database, c *counter) *sql.DB {
	tb.Helper()
	if d.Dialect == sqlstore.MySQL {
		d.DSN += "?interpolateParams=true" // otherwise each statement is prepared first
	}
	plain := d.Open(tb)
	db := sql.OpenDB(counting{plain.Driver(), d.DSN, c})
	tb.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	return db
}

type counting struct {
	driver driver.Driver
	dsn    string
	*counter
}

func (c counting) Driver() driver.Driver { return c.driver }

func (c counting) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	return &countedConn{Conn: conn, counter: c.counter}, err
}

// countedConn passes everything on that database/sql asks these drivers for.
type countedConn struct {
	driver.Conn
	*counter
	inside bool
}

func (c *countedConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	c.began(1)
	c.inside = true
	return countedTx{tx, c}, nil
}

func (c *countedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
}

func (c *countedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
	if !errors.Is(err, driver.ErrSkip) {
		c.add(text, c.inside)
	}
	return result, err
}

func (c *countedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
	if !errors.Is(err, driver.ErrSkip) {
		c.add(text, c.inside)
	}
	return rows, err
}

func (c *countedConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *countedConn) CheckNamedValue(v *driver.NamedValue) error {
	if r, ok := c.Conn.(driver.NamedValueChecker); ok {
		return r.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type countedTx struct {
	driver.Tx
	conn *countedConn
}

func (t countedTx) Commit() error { defer t.end(); return t.Tx.Commit() }

func (t countedTx) Rollback() error { defer t.end(); return t.Tx.Rollback() }

func (t countedTx) end() {
	t.conn.inside = false
	t.conn.began(-1)
}
