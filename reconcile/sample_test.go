package reconcile

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile/internal/sample"
)

// TestSample: in generated files exactly what was put into them is found,
// however much memory and however many goroutines there are.
func TestSample(t *testing.T) {
	lists := sample.Lists{Rows: 60_000, Seed: 6}
	dir := t.TempDir()
	ordersFile, paymentsFile := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "payments.csv")
	orders, err := os.Create(ordersFile)
	require.NoError(t, err)
	require.NoError(t, lists.Orders(orders))
	require.NoError(t, orders.Close())
	payments, err := os.Create(paymentsFile)
	require.NoError(t, err)
	require.NoError(t, lists.Payments(payments))
	require.NoError(t, payments.Close())

	var first []said
	for _, workers := range []int{1, 4} {
		report, err := CompareFiles(t.Context(), ordersFile, paymentsFile, Options{
			At: time.Unix(sample.At, 0), Workers: workers, MaxMemory: minMemory,
		})
		require.NoError(t, err)
		findings, counts := sayings(t, report)
		assert.Equal(t, lists.Expected(), counts)
		if first == nil {
			first = findings
		}
		assert.Equal(t, first, findings)
	}
}
