package stripetest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// connect gives stripe-go on the in-process transport.
func connect(s *stripetest.Stripe) *client.API { return connectAs(s, stripetest.TestSecretKey) }

func connectAs(s *stripetest.Stripe, key string) *client.API {
	return client.New(key, stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		HTTPClient:        s.Client(),
		MaxNetworkRetries: stripe.Int64(0),
		EnableTelemetry:   stripe.Bool(false),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
	}))
}

func TestGuestBuysWithAHold(t *testing.T) {
	s := stripetest.New(stripetest.WithSeed(1))
	sc := connect(s)

	cus, err := sc.Customers.New(&stripe.CustomerParams{Email: stripe.String("buyer@example.com")})
	require.NoError(t, err)
	pi, err := sc.PaymentIntents.New(&stripe.PaymentIntentParams{
		Amount: stripe.Int64(1200), Currency: stripe.String("jpy"), Confirm: stripe.Bool(true),
		Customer: &cus.ID, ConfirmationToken: stripe.String(s.Token("4242424242424242")),
		CaptureMethod: stripe.String("manual"), PaymentMethodTypes: []*string{stripe.String("card")},
		ReturnURL: stripe.String("https://shop.example/return"),
		Metadata:  map[string]string{"order": "7"},
	})
	require.NoError(t, err)
	require.Equal(t, stripe.PaymentIntentStatusRequiresCapture, pi.Status)
	require.EqualValues(t, 1200, pi.AmountCapturable)

	pi, err = sc.PaymentIntents.Capture(pi.ID, nil)
	require.NoError(t, err)
	require.Equal(t, stripe.PaymentIntentStatusSucceeded, pi.Status)
	require.Len(t, s.Calls("POST /v1/payment_intents/*/capture"), 1)

	var kinds []string
	for _, e := range s.Events() {
		kinds = append(kinds, e.Type)
	}
	require.Equal(t, []string{
		"customer.created", "payment_intent.created", "charge.succeeded",
		"payment_intent.amount_capturable_updated", "charge.captured", "payment_intent.succeeded",
	}, kinds)
}

func TestThreeDSecureAndDecline(t *testing.T) {
	s := stripetest.New()
	sc := connect(s)
	create := func(card string) (*stripe.PaymentIntent, error) {
		return sc.PaymentIntents.New(&stripe.PaymentIntentParams{
			Amount: stripe.Int64(1200), Currency: stripe.String("jpy"), Confirm: stripe.Bool(true),
			ConfirmationToken: stripe.String(s.Token(card)),
			CaptureMethod:     stripe.String("manual"), PaymentMethodTypes: []*string{stripe.String("card")},
		})
	}
	pi, err := create("4000002760003184")
	require.NoError(t, err)
	require.Equal(t, stripe.PaymentIntentStatusRequiresAction, pi.Status)
	require.True(t, s.Challenge(pi.ID, stripetest.Pass))
	require.Equal(t, "requires_capture", s.Intent(pi.ID).Status)

	_, err = create("4000000000000002")
	var declined *stripe.Error
	require.ErrorAs(t, err, &declined)
	require.Equal(t, stripe.ErrorCodeCardDeclined, declined.Code)
	require.Equal(t, stripe.PaymentIntentStatusRequiresPaymentMethod, declined.PaymentIntent.Status)
	require.NotEmpty(t, declined.ChargeID)
}
