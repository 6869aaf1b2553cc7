// Package sqlstore keeps checkouts in a database, by database/sql and without
// importing any driver: SQLite for one server, PostgreSQL or MySQL/MariaDB for
// one or several.
package sqlstore
