package reconcile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSQL: one statement for each dialect, with every rule in it. That it finds
// the same is tested with the databases, in bench/sqltest.
func TestSQL(t *testing.T) {
	for _, dialect := range []Dialect{DuckDB, PostgreSQL} {
		text, err := SQL(dialect)
		require.NoError(t, err)
		assert.NotContains(t, text, "{{")
		assert.NotContains(t, text, ";", "one statement")
		for _, class := range Classes() {
			if class != BadLine {
				assert.Contains(t, text, "'"+class.String()+"'")
			}
		}
		for i := 1; i < numPaymentStatuses; i++ {
			assert.Contains(t, text, "'"+paymentStatusNames[i]+"'")
		}
		for i := 1; i < numOrderStatuses; i++ {
			assert.Contains(t, text, "'"+orderStatusNames[i]+"'")
		}
		assert.Equal(t, dialect == PostgreSQL, strings.Contains(text, `collate "C"`))
	}
	_, err := SQL("mysql")
	require.ErrorIs(t, err, ErrOptions)
}
