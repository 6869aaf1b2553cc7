// Package sqlstore keeps the checkouts of package stripesecure in a database,
// and the order key in the database of the shop. It uses database/sql and
// imports no driver: SQLite for one server, PostgreSQL or MySQL/MariaDB for one
// or many. Servers that share a database need nothing else to agree.
//
// # Open it
//
//	db, err := sql.Open("sqlite", "file:shop.db?_pragma=busy_timeout(1000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
//	store, err := sqlstore.New(db, sqlstore.SQLite)
//	err = store.Validate(ctx)
//
// The tables have names that begin with stripesecure_. They are made when you
// say so: by [Store.Migrate], in a command of yours rather than at each start,
// or by your own tool from the files of [Migrations]. [Store.Validate] belongs
// at the start; it compares and changes nothing, and says by
// [ErrSchemaMissing], [ErrSchemaOlder] or [ErrSchemaNewer] what is wrong.
//
// The store goes into Options.Store of the plugin.
//
// # Decide once
//
// The promise "one payment, one order" needs one thing of the shop: the
// transaction that makes the order also takes the order key. A host embeds
// [OrderKeys], which gives it CloseOrderKey, and makes its orders in
// [OrderKeys.Once]:
//
//	type Shop struct {
//		sqlstore.OrderKeys
//	}
//
//	func (s *Shop) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
//		return s.Once(ctx, p, func(tx *sql.Tx) (stripesecure.Order, error) {
//			// Make the order from p.Snapshot, through tx.
//			return stripesecure.Order{Ref: number, Total: total}, err
//		})
//	}
//
// Asked twice, by two servers at once or after a crash, it answers with the one
// order. When the total differs from what the buyer has paid, nothing is
// committed and the answer is a refusal. A shop that has transactions of its
// own takes the key inside them with [OrderKeys.Take].
//
// # What the databases need
//
// SQLite: the DSN above, in the words of modernc.org/sqlite. synchronous(FULL)
// has each commit on the disk before it is confirmed; with NORMAL and WAL a
// power failure takes the last ones back, and with them the promise. While
// SQLite waits for a lock (busy_timeout) it does not see that a context has
// ended, so the time is short; this package itself waits longer by asking
// again. An in-memory database lives in one connection: db.SetMaxOpenConns(1).
//
// PostgreSQL: nothing. Leave fsync and synchronous_commit on. A transaction
// pooler works when the driver is set up for one.
//
// MySQL and MariaDB: interpolateParams=true of go-sql-driver/mysql saves a
// round trip with each call. Leave innodb_flush_log_at_trx_commit at 1.
// max_allowed_packet bounds the body of a row.
//
// # When it fails
//
// Errors name what was done and wrap the driver's, so errors.Is and errors.As
// find it, and the context's when that has ended. What the database rolled back
// because two stood in each other's way ([Transient]) is begun again inside,
// for up to 10 seconds. After any other failed write it is not known whether it
// was done: read again, or call again; every call here bears it.
package sqlstore
