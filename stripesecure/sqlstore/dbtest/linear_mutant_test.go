package dbtest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// careless stores a row whatever version is there.
type careless struct{ *stripesecure.Memory }

func (c careless) Put(ctx context.Context, row stripesecure.Row) error {
	for {
		was, _ := c.Get(ctx, row.Shop, row.Checkout)
		row.Version = was.Version
		if err := c.Memory.Put(ctx, row); !errors.Is(err, stripesecure.ErrConflict) {
			return err
		}
	}
}

func TestLinearCatchesMutant(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, checkLinear(t.Context(), careless{stripesecure.NewMemory()}), "no order explains them")
}
