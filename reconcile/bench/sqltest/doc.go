// Package sqltest holds the rules of reconcile as SQL against its Go code, on
// DuckDB and PostgreSQL.
package sqltest
