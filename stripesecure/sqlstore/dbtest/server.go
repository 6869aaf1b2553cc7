package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
)

// errNotInstalled means that a server cannot run here.
var errNotInstalled = errors.New("not installed")

// kind is how one kind of server is made.
type kind struct {
	name     string
	dialect  sqlstore.Dialect
	driver   string
	users    []string          // who may own it, when the tests run as root
	programs map[string]string // name to path; filled by find
	setUp    func(s *server) error
	run      func(s *server) *exec.Cmd
	dsn      func(s *server, database string) string
	first    string // the database that is there at the beginning
}

// server is one running server, shared by all tests of a process.
type server struct {
	kind
	start   sync.Once
	err     error
	dir     string
	owner   owner
	admin   *sql.DB
	process *process
	count   atomic.Int64
}

var servers = []*server{postgresql, mariadb}

// Main runs the tests and then stops the servers that they have started. It
// does not return.
func Main(m *testing.M) {
	code := m.Run()
	for _, s := range servers {
		if err := s.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "dbtest:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// database makes a new database on the server, which is started when it is the
// first one.
func (s *server) database(tb testing.TB) Database {
	tb.Helper()
	s.start.Do(func() { s.err = s.begin(tb.Context()) })
	switch {
	case errors.Is(s.err, errNotInstalled) && os.Getenv("STRIPESECURE_NO_SKIP") != "1":
		tb.Skipf("%s is not tested here: %v", s.name, s.err)
	case s.err != nil:
		tb.Fatalf("start %s: %v", s.name, s.err)
	}
	name := fmt.Sprintf("shop_%d", s.count.Add(1))
	if _, err := s.admin.ExecContext(tb.Context(), "CREATE DATABASE "+name); err != nil {
		tb.Fatalf("%s: %v", s.name, err)
	}
	return Database{s.dialect, s.driver, s.dsn(s, name)}
}

func (s *server) begin(ctx context.Context) error {
	for name := range s.programs {
		path, err := find(name)
		if err != nil {
			return err
		}
		s.programs[name] = path
	}
	var err error
	if s.owner, err = ownerOf(s.users); err != nil {
		return err
	}
	// The name is short because the path of a socket may have 107 bytes only.
	if s.dir, err = os.MkdirTemp("", "ss"); err != nil {
		return err
	}
	if err := s.owner.give(s.dir); err != nil {
		return err
	}
	if err := s.setUp(s); err != nil {
		return err
	}
	if s.process, err = startProcess(s.run(s), s.owner, filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	if s.admin, err = sql.Open(s.driver, s.dsn(s, s.first)); err != nil {
		return err
	}
	return s.await(ctx)
}

// await asks until the server answers, or has ended.
func (s *server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.admin.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-s.process.ended:
			return fmt.Errorf("%s has ended: %s", s.name, s.process.log())
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w: %s", s.name, err, s.process.log())
		}
	}
}

// stop ends the server and removes its folder.
func (s *server) stop() error {
	if s.admin != nil {
		_ = s.admin.Close()
	}
	if s.process != nil {
		s.process.stop()
	}
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// command runs a program to its end as the server's owner.
func (s *server) command(name string, args ...string) error {
	cmd := exec.Command(s.programs[name], args...)
	cmd.Dir = s.dir
	s.owner.apply(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// find looks where servers are, which is not always on a user's PATH.
func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	for _, pattern := range []string{"/usr/sbin/", "/usr/local/sbin/", "/usr/lib/postgresql/*/bin/"} {
		if found, _ := filepath.Glob(pattern + program); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", fmt.Errorf("%s is %w", program, errNotInstalled)
}
