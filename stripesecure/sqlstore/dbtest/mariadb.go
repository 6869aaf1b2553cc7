package dbtest

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
)

// MariaDB returns a new database on the MariaDB server of the tests.
func MariaDB(tb testing.TB) Database {
	tb.Helper()
	return mariadb.database(tb)
}

var mariadb = &server{kind: kind{
	name:     "MariaDB",
	dialect:  sqlstore.MySQL,
	driver:   "mysql",
	users:    []string{"mysql", "nobody"}, // it refuses to run as root
	programs: map[string]string{"mariadb-install-db": "", "mariadbd": ""},
	first:    "mysql",
	setUp: func(s *server) error {
		return s.command("mariadb-install-db", "--no-defaults", "--datadir="+filepath.Join(s.dir, "data"),
			"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
	},
	run: func(s *server) *exec.Cmd {
		return exec.Command(s.programs["mariadbd"], "--no-defaults", "--datadir="+filepath.Join(s.dir, "data"),
			"--socket="+filepath.Join(s.dir, "socket"), "--pid-file="+filepath.Join(s.dir, "pid"), "--skip-networking",
			"--max-connections=300", "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=2")
	},
	dsn: func(s *server, database string) string {
		return "root@unix(" + filepath.Join(s.dir, "socket") + ")/" + database
	},
}}
