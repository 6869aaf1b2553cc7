package plugintest

import (
	"testing"

	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

func shipped(o stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error) {
	p, err := stripesecure.New(o)
	if err != nil {
		return nil, nil, err
	}
	return p, stripesecure.NewRunner(o.Store, p), nil
}

// guarded looks for secrets in all that leaves the plugin while a suite runs.
func guarded(t *testing.T) func(stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error) {
	return func(o stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error) {
		return shipped(guard.Around(t, o))
	}
}

func TestShippedPlugin(t *testing.T) {
	t.Parallel()
	TestPlugin(t, guarded(t))
}
