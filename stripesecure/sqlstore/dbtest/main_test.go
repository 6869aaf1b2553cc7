package dbtest_test

import (
	"os"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// TestMain also is the program of the worker processes: see worker_test.go.
func TestMain(m *testing.M) {
	if task := os.Getenv(workerEnv); task != "" {
		os.Exit(work(task))
	}
	dbtest.Main(m)
}
