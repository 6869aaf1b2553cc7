package plugintest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
)

func TestMocksAnswer(t *testing.T) {
	plugin := plugintest.NewMockPaymentPlugin(t)
	in := stripesecure.Input{Token: "ctoken_1"}
	plugin.On("Pay", mock.Anything, stripesecure.Cart{ID: "c-1"}, in).Return(stripesecure.Result{Do: stripesecure.Wait}, nil).Once()
	res, err := plugin.Pay(t.Context(), stripesecure.Cart{ID: "c-1"}, in)
	require.NoError(t, err)
	assert.Equal(t, stripesecure.Wait, res.Do)

	broken := errors.New("broken")
	plugin.On("Handler").Return(nil)
	assert.Nil(t, plugin.Handler())
	host := plugintest.NewMockHost(t)
	host.On("Changed", mock.Anything, mock.Anything).Return(broken)
	assert.ErrorIs(t, host.Changed(t.Context(), stripesecure.Payment{}), broken)
	host.On("CloseOrderKey", mock.Anything, mock.Anything).Return("no order", false, nil)
	assert.PanicsWithValue(t, "plugintest: returned value 0 is string, want stripesecure.Order", func() {
		_, _, _ = host.CloseOrderKey(t.Context(), "c-1.1")
	})
}
