package dbtest

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
)

// PostgreSQL returns a new database on the PostgreSQL server of the tests.
func PostgreSQL(tb testing.TB) Database {
	tb.Helper()
	return postgresql.database(tb)
}

var postgresql = &server{kind: kind{
	name:     "PostgreSQL",
	dialect:  sqlstore.PostgreSQL,
	driver:   "pgx",
	users:    []string{"postgres", "nobody"}, // it refuses to run as root
	programs: map[string]string{"initdb": "", "postgres": ""},
	first:    "postgres",
	setUp: func(s *server) error {
		// The locale is one that does not sort byte by byte where there is
		// one, because hosts' databases do not either.
		return s.command("initdb", "--pgdata", filepath.Join(s.dir, "data"), "--username", "shop",
			"--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	},
	run: func(s *server) *exec.Cmd {
		return exec.Command(s.programs["postgres"], "-D", filepath.Join(s.dir, "data"), "-k", s.dir,
			"-c", "listen_addresses=", "-c", "max_connections=300", "-c", "shared_buffers=32MB", "-c", "fsync=off")
	},
	dsn: func(s *server, database string) string {
		return "host=" + s.dir + " user=shop sslmode=disable dbname=" + database
	},
}}
