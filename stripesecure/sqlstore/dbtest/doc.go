// Package dbtest tests package sqlstore on real databases: SQLite by
// modernc.org/sqlite, PostgreSQL by pgx and MariaDB by go-sql-driver/mysql. It
// is a module of its own, so that no driver reaches the go.mod of the library.
//
// The tests start the servers themselves and remove them at the end. Where a
// server's program is not installed its tests say so and are skipped; with
// STRIPESECURE_NO_SKIP=1 that is a failure.
//
// # Kill -9
//
// TestCrash and TestTabs start this test program again as worker processes that
// serve shops with the whole plugin, against a Stripe that lives in the test.
// TestCrash kills 60 of them on each database, 500 where CI=true, 15 with
// -short; STRIPESECURE_KILLS says another number. Which calls and moments it
// picks comes from the seed that it logs; what is under way at a kill does not,
// because the processes are real.
//
// # For other tests
//
// Other tests can have the same databases:
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
//
//	func TestMine(t *testing.T) {
//		dbtest.Each(t, func(t *testing.T, d dbtest.Database) {
//			db := d.Open(t) // a new, empty database
//		})
//	}
package dbtest
