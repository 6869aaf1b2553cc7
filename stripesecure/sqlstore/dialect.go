package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
)

// Dialect is the SQL that a database speaks. It is given, not guessed: a
// *sql.DB does not tell.
type Dialect string

const (
	// SQLite is SQLite 3.37 or newer, by any driver.
	SQLite Dialect = "sqlite"
	// PostgreSQL is PostgreSQL 12 or newer. The driver has to understand $1.
	PostgreSQL Dialect = "postgresql"
	// MySQL is MySQL 8.0 or newer, or MariaDB 10.6 or newer.
	MySQL Dialect = "mysql"
)

// statements are the texts of one dialect. They are written once, with a
// question mark for each value, and differ only where they have to.
type statements struct {
	getCheckout, addCheckout, changeCheckout, dropCheckout   string
	dueCheckouts, listCheckouts                              string
	getCustomer, addCustomer, changeCustomer, removeCustomer string
	addKey, getKey, placeKey                                 string
}

// newStatements returns the texts for d.
func newStatements(d Dialect) (statements, error) {
	var s statements
	switch d {
	case SQLite, PostgreSQL, MySQL:
	default:
		return s, fmt.Errorf("sqlstore: unknown dialect %q, want %q, %q or %q", string(d), SQLite, PostgreSQL, MySQL)
	}
	const (
		row    = " WHERE shop = ? AND checkout = ?"
		member = " WHERE shop = ? AND environment = ? AND account = ? AND member = ?"
		key    = " WHERE shop = ? AND payment_id = ?"
	)
	s = statements{
		getCheckout:    "SELECT version, due, body FROM stripesecure_checkouts" + row,
		addCheckout:    addNew(d, "stripesecure_checkouts", "shop", "checkout", "version", "due", "body"),
		changeCheckout: "UPDATE stripesecure_checkouts SET version = ?, due = ?, body = ?" + row + " AND version = ?",
		dueCheckouts: "SELECT shop, checkout, version, due, body FROM stripesecure_checkouts" +
			" WHERE shop = ? AND due <= ? ORDER BY due, checkout LIMIT ?",

		dropCheckout: "DELETE FROM stripesecure_checkouts" + row + " AND version = ?",
		listCheckouts: "SELECT shop, checkout, version, due, body FROM stripesecure_checkouts" +
			" WHERE shop = ? AND checkout >= ? AND checkout < ? AND checkout > ? ORDER BY checkout LIMIT ?",

		getCustomer:    "SELECT customer FROM stripesecure_members" + member,
		addCustomer:    addNew(d, "stripesecure_members", "shop", "environment", "account", "member", "customer"),
		changeCustomer: "UPDATE stripesecure_members SET customer = ?" + member + " AND customer = ?",
		removeCustomer: "DELETE FROM stripesecure_members" + member + " AND customer = ?",

		addKey:   addNew(d, "stripesecure_order_keys", "shop", "payment_id", "ref", "total", "currency"),
		getKey:   "SELECT ref, total, currency FROM stripesecure_order_keys" + key,
		placeKey: "UPDATE stripesecure_order_keys SET ref = ?, total = ?, currency = ?" + key + " AND ref = ''",
	}
	if d == MySQL {
		// Inside a transaction that has read before, only a locking read sees
		// the key that stopped our insert.
		s.getKey += " LOCK IN SHARE MODE"
	}
	if d == PostgreSQL {
		s.number()
	}
	return s, nil
}

// addNew is an INSERT that changes no row when there is one already, and says
// so by the number of rows. A unique violation would need the types of a driver
// to be told from other errors, and ends the transaction on PostgreSQL.
//
// INSERT IGNORE ignores more than that: values that do not fit would be cut.
// Each value is checked before (see [ErrText]), so that none is.
func addNew(d Dialect, table string, columns ...string) string {
	values := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	into := "INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" + values + ")"
	if d == MySQL {
		return "INSERT IGNORE " + into
	}
	return "INSERT " + into + " ON CONFLICT DO NOTHING"
}

// number replaces the question marks by $1, $2 and so on.
func (s *statements) number() {
	for _, text := range []*string{
		&s.getCheckout, &s.addCheckout, &s.changeCheckout, &s.dropCheckout,
		&s.dueCheckouts, &s.listCheckouts,
		&s.getCustomer, &s.addCustomer, &s.changeCustomer, &s.removeCustomer,
		&s.addKey, &s.getKey, &s.placeKey,
	} {
		var b strings.Builder
		n := 0
		for part := range strings.SplitSeq(*text, "?") {
			if n > 0 {
				b.WriteString("$" + strconv.Itoa(n))
			}
			b.WriteString(part)
			n++
		}
		*text = b.String()
	}
}
