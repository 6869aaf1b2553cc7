package plugintest

import (
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

func shipped(o stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error) {
	p, err := stripesecure.New(o)
	if err != nil {
		return nil, nil, err
	}
	return p, stripesecure.NewRunner(o.Store, p), nil
}

func TestShippedPlugin(t *testing.T) {
	t.Parallel()
	TestPlugin(t, shipped)
}
