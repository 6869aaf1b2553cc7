package stripeapi

import (
	"testing"

	"github.com/stretchr/testify/assert"
	stripe "github.com/stripe/stripe-go/v79"
	stripeform "github.com/stripe/stripe-go/v79/form"
)

func byStripeGo(params any) Body {
	values := &stripeform.Values{}
	stripeform.AppendTo(values, params)
	return values.Encode()
}

// What we write ourselves is, to the byte, what stripe-go writes of its typed
// parameters.
func TestBodies_areThoseOfStripeGo(t *testing.T) {
	labels := Labels{
		Shop: "shop", Checkout: "cart 1&=+", Payment: "cart 1.1", Attempt: "a1", Version: "1", Signature: "s", Ref: "注文-1",
		Extra: map[string]string{"gift wrap": "はい", "z": ""},
	}
	metadata := map[string]string{
		"stripesecure_shop": "shop", "stripesecure_checkout": "cart 1&=+", "stripesecure_payment": "cart 1.1",
		"stripesecure_attempt": "a1", "stripesecure_version": "1", "stripesecure_signature": "s", "order_id": "注文-1",
		"gift wrap": "はい", "z": "",
	}
	var expanded stripe.Params
	expanded.AddExpand("latest_charge")
	expanded.AddExpand("review")
	order := map[string]string{"order_id": "R-1"}
	for name, c := range map[string]struct {
		body   Body
		params any
	}{
		"customer": {
			Customer{Name: "山田 花子", Email: "h+1@example.com", Phone: "090", Description: "Guest", Labels: labels}.Body(),
			&stripe.CustomerParams{
				Name: stripe.String("山田 花子"), Email: stripe.String("h+1@example.com"), Phone: stripe.String("090"),
				Description: stripe.String("Guest"), Metadata: metadata,
			},
		},
		"customer without a name": {
			Customer{Labels: Labels{Shop: "shop"}}.Body(),
			&stripe.CustomerParams{Metadata: map[string]string{"stripesecure_shop": "shop"}},
		},
		"create": {
			Create{
				Amount: 1200, Currency: "JPY", Customer: "cus_1", Description: "Checkout 1", Suffix: "TEA", SuffixKana: "ティー", SuffixKanji: "茶",
				Card: Card{Token: "ctoken_1", Save: true, ThreeDSecure: "any", ReturnURL: "https://shop.example/?a=b&c"}, Labels: labels,
			}.Body(),
			&stripe.PaymentIntentParams{
				Params: expanded, Amount: stripe.Int64(1200), Currency: stripe.String("jpy"), Customer: stripe.String("cus_1"),
				CaptureMethod: stripe.String("manual"), Confirm: stripe.Bool(true), ConfirmationToken: stripe.String("ctoken_1"),
				Description: stripe.String("Checkout 1"), StatementDescriptorSuffix: stripe.String("TEA"), Metadata: metadata,
				PaymentMethodTypes: stripe.StringSlice([]string{"card"}), ReturnURL: stripe.String("https://shop.example/?a=b&c"),
				SetupFutureUsage: stripe.String("off_session"), UseStripeSDK: stripe.Bool(true),
				PaymentMethodOptions: &stripe.PaymentIntentPaymentMethodOptionsParams{Card: &stripe.PaymentIntentPaymentMethodOptionsCardParams{
					RequestThreeDSecure: stripe.String("any"), StatementDescriptorSuffixKana: stripe.String("ティー"),
					StatementDescriptorSuffixKanji: stripe.String("茶"),
				}},
			},
		},
		"confirm with a saved card": {
			Card{Saved: "pm_1", ThreeDSecure: "challenge", ReturnURL: "https://shop.example", Redirect: true}.ConfirmBody(),
			&stripe.PaymentIntentConfirmParams{
				Params: expanded, PaymentMethod: stripe.String("pm_1"), ReturnURL: stripe.String("https://shop.example"),
				SetupFutureUsage: stripe.String(""), UseStripeSDK: stripe.Bool(false),
				PaymentMethodOptions: &stripe.PaymentIntentPaymentMethodOptionsParams{Card: &stripe.PaymentIntentPaymentMethodOptionsCardParams{
					RequestThreeDSecure: stripe.String("challenge"),
				}},
			},
		},
		"capture of a part": {
			CaptureBody("R-1", 300),
			&stripe.PaymentIntentCaptureParams{Params: expanded, AmountToCapture: stripe.Int64(300), Metadata: order},
		},
		"capture": {CaptureBody("R-1", 0), &stripe.PaymentIntentCaptureParams{Params: expanded, Metadata: order}},
		"tag": {
			TagBody("R-1", "Order R-1"),
			&stripe.PaymentIntentParams{Params: expanded, Description: stripe.String("Order R-1"), Metadata: order},
		},
		"cancel": {CancelBody(), &stripe.PaymentIntentCancelParams{Params: expanded, CancellationReason: stripe.String("abandoned")}},
		"refund": {
			Refund{Intent: "pi_1", Operation: "op 1", Amount: 100, Reason: "duplicate", Note: "破損", Ref: "R-1"}.Body(),
			&stripe.RefundParams{
				PaymentIntent: stripe.String("pi_1"), Amount: stripe.Int64(100), Reason: stripe.String("duplicate"),
				Metadata: map[string]string{"stripesecure_operation": "op 1", "note": "破損", "order_id": "R-1"},
			},
		},
		"endpoint": {
			EndpointBody("https://shop.example/hook", "shop", []string{"a", "b"}, true),
			&stripe.WebhookEndpointParams{
				URL: stripe.String("https://shop.example/hook"), EnabledEvents: stripe.StringSlice([]string{"a", "b"}),
				APIVersion: stripe.String(APIVersion), Connect: stripe.Bool(true), Description: stripe.String("stripesecure, shop shop"),
				Metadata: map[string]string{"stripesecure_shop": "shop", metaConnect: "true"},
			},
		},
		"repair": {
			RepairBody([]string{"a"}),
			&stripe.WebhookEndpointParams{EnabledEvents: stripe.StringSlice([]string{"a"}), Disabled: stripe.Bool(false)},
		},
	} {
		assert.Equal(t, byStripeGo(c.params), c.body, name)
	}
}
