package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test's program be the children of a measurement, too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestSameFindings: DuckDB and reconcile find the same, to the row, also when
// reconcile has little memory. The sizes that say something about speed are for
// the command.
func TestSameFindings(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-rows", "50000", "-seed", "7", "-dir", t.TempDir()}, &out))
	assert.Contains(t, out.String(), "the same findings, to the row")
	assert.Equal(t, 1, strings.Count(out.String(), "\nDuckDB "))
}
