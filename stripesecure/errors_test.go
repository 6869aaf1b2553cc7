package stripesecure_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

// An engineer who reads the log knows what to mend: the settings by name, and
// what the database said.
func TestError_saysWhatToMend(t *testing.T) {
	with(t, func(_ *stripesecure.Options, s *settings.Settings) {
		s.Enabled, s.Test.SweepOnly = false, false
	}, func(b *bench) {
		_, err := b.plugin.Pay(b.Context(), b.cart("cart-1"), stripesecure.Input{Token: b.stripe.Token(visa)})
		require.ErrorIs(b, err, stripesecure.ErrNotReady)
		require.EqualError(b, err, "stripesecure: Pay: not_ready: settings.enabled disabled, "+
			"settings.test.webhook_secrets missing_webhook_secret")
	})
	with(t, func(o *stripesecure.Options, _ *settings.Settings) { o.Store = noTables{o.Store} }, func(b *bench) {
		_, err := b.plugin.Payment(b.Context(), "cart-1.1")
		require.ErrorIs(b, err, stripesecure.ErrStore)
		require.EqualError(b, err, "stripesecure: Payment: store: no such table")
	})
	with(t, nil, func(b *bench) {
		_, err := b.plugin.Payment(b.Context(), "cart-9.1")
		require.EqualError(b, err, "stripesecure: Payment: not_found")
	})
}

type noTables struct{ stripesecure.Store }

func (noTables) Get(context.Context, string, string) (stripesecure.Row, error) {
	return stripesecure.Row{}, errors.New("no such table")
}
