package telemetry_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/stripesecure/telemetry"
	"github.com/ec-plugins/stripesecure/wording"
)

type host struct{}

func (host) CloseOrderKey(context.Context, stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	return stripesecure.Order{}, false, nil
}
func (host) Changed(context.Context, stripesecure.Payment) error { return nil }

func TestTelemetry(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	reader := sdkmetric.NewManualReader()
	watch, err := telemetry.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)), sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	require.NoError(t, err)

	stripe, store := stripetest.New(), stripesecure.NewMemory()
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.AccountID = true, "new", stripetest.AccountID
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey), SweepOnly: true,
	}
	plugin, err := stripesecure.New(guard.Around(t, stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "tea", Host: host{}, Store: store, Settings: settings.Fixed(s),
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Transport: stripe.Transport(), Watch: watch,
	}))
	require.NoError(t, err)
	cart := stripesecure.Cart{
		ID: "cart-1", Total: stripesecure.JPY(1200), Country: "JP", Language: wording.Japanese,
		Buyer: stripesecure.Buyer{Name: "山田 花子", Email: "hanako@example.com"}, ReturnURL: "https://shop.example/back",
	}
	for _, card := range []string{"4000000000000002", "4242424242424242"} {
		_, err = plugin.Pay(t.Context(), cart, stripesecure.Input{Token: stripe.Token(card)})
		require.NoError(t, err)
	}
	require.NoError(t, stripesecure.NewRunner(store, plugin).Sweep(t.Context()))

	names := map[string]int{}
	for _, span := range spans.GetSpans() {
		names[span.Name]++
		assert.False(t, span.EndTime.Before(span.StartTime))
		for _, a := range span.Attributes {
			assert.NotContains(t, a.Value.Emit(), "hanako")
			canary.Look(t, canary.Watch, string(a.Key), a.Value.Emit())
		}
	}
	assert.Equal(t, 1, names["POST /v1/customers"])
	assert.Equal(t, 1, names["POST /v1/payment_intents"])
	assert.Equal(t, 1, names["POST /v1/payment_intents/*/confirm"])

	var metrics metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &metrics))
	have := map[string]bool{}
	for _, scope := range metrics.ScopeMetrics {
		for _, m := range scope.Metrics {
			have[m.Name] = true
		}
	}
	for _, name := range []string{"stripesecure.stripe.call.duration", "stripesecure.transitions", "stripesecure.sweep.duration", "stripesecure.sweep.rows"} {
		assert.True(t, have[name], name)
	}
}
