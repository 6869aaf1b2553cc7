package stripeapi

import (
	"maps"
	"net/url"
	"strconv"
	"strings"

	stripe "github.com/stripe/stripe-go/v79"
)

// The metadata that this library writes. The names are fixed (LIM-06); order_id
// is the one that people search for in the Dashboard.
const (
	metaShop      = "stripesecure_shop"
	metaCheckout  = "stripesecure_checkout"
	metaPayment   = "stripesecure_payment"
	metaAttempt   = "stripesecure_attempt"
	metaVersion   = "stripesecure_version"
	metaSignature = "stripesecure_signature"
	metaOrder     = "order_id"
)

// Labels are what ties an object at Stripe to the shop.
type Labels struct {
	Shop, Checkout, Payment, Attempt string
	Version                          string
	Signature                        string
	Ref                              string            // the order's, "" while there is none
	Extra                            map[string]string // a hook's own
}

func (l Labels) metadata() map[string]string {
	m := map[string]string{}
	maps.Copy(m, l.Extra)
	for key, value := range map[string]string{
		metaShop: l.Shop, metaCheckout: l.Checkout, metaPayment: l.Payment, metaAttempt: l.Attempt,
		metaVersion: l.Version, metaSignature: l.Signature, metaOrder: l.Ref,
	} {
		if value != "" {
			m[key] = value
		}
	}
	return m
}

// Customer is the buyer as Stripe's customer shows them. Empty fields are not
// sent (LIM-08).
type Customer struct {
	Name, Email, Phone string
	Description        string
	Labels             Labels
}

// Body is the body of POST /v1/customers.
func (c Customer) Body() Body {
	return encode(&stripe.CustomerParams{
		Name: text(c.Name), Email: text(c.Email), Phone: text(c.Phone), Description: text(c.Description),
		Metadata: c.Labels.metadata(),
	})
}

// Card is how one try pays.
type Card struct {
	Token, Saved string
	Save         bool
	ThreeDSecure string // automatic, any, challenge
	ReturnURL    string
	Redirect     bool // 3-D Secure by full-page redirect
}

// Create is a PaymentIntent to be created and confirmed.
type Create struct {
	Amount      int64
	Currency    string
	Customer    string
	Card        Card
	Description string
	Suffix      string // of the statement descriptor, Latin
	SuffixKana  string
	SuffixKanji string
	Labels      Labels
}

// Body is the body of POST /v1/payment_intents: always captured by hand, always
// with a customer, cards only (rules 1 and 2).
func (c Create) Body() Body {
	params := &stripe.PaymentIntentParams{
		Amount:                    stripe.Int64(c.Amount),
		Currency:                  stripe.String(strings.ToLower(c.Currency)),
		CaptureMethod:             stripe.String(string(stripe.PaymentIntentCaptureMethodManual)),
		Confirm:                   stripe.Bool(true),
		Customer:                  stripe.String(c.Customer),
		PaymentMethodTypes:        stripe.StringSlice([]string{"card"}),
		ConfirmationToken:         text(c.Card.Token),
		PaymentMethod:             text(c.Card.Saved),
		ReturnURL:                 stripe.String(c.Card.ReturnURL),
		UseStripeSDK:              stripe.Bool(!c.Card.Redirect),
		Description:               text(c.Description),
		StatementDescriptorSuffix: text(c.Suffix),
		Metadata:                  c.Labels.metadata(),
		PaymentMethodOptions: &stripe.PaymentIntentPaymentMethodOptionsParams{
			Card: &stripe.PaymentIntentPaymentMethodOptionsCardParams{
				RequestThreeDSecure:            stripe.String(c.Card.ThreeDSecure),
				StatementDescriptorSuffixKana:  text(c.SuffixKana),
				StatementDescriptorSuffixKanji: text(c.SuffixKanji),
			},
		},
	}
	if c.Card.Save {
		params.SetupFutureUsage = stripe.String("off_session")
	}
	expand(&params.Params)
	return encode(params)
}

// ConfirmBody is the body of POST /v1/payment_intents/{id}/confirm for another
// card on the same PaymentIntent. setup_future_usage is always sent: "" clears
// what an earlier try asked for.
func (c Card) ConfirmBody() Body {
	save := ""
	if c.Save {
		save = "off_session"
	}
	params := &stripe.PaymentIntentConfirmParams{
		ConfirmationToken: text(c.Token),
		PaymentMethod:     text(c.Saved),
		ReturnURL:         stripe.String(c.ReturnURL),
		UseStripeSDK:      stripe.Bool(!c.Redirect),
		SetupFutureUsage:  stripe.String(save),
		PaymentMethodOptions: &stripe.PaymentIntentPaymentMethodOptionsParams{
			Card: &stripe.PaymentIntentPaymentMethodOptionsCardParams{
				RequestThreeDSecure: stripe.String(c.ThreeDSecure),
			},
		},
	}
	expand(&params.Params)
	return encode(params)
}

// CaptureBody is the body of POST …/capture, with the order's ref in the
// metadata: all of the hold when amount is 0; otherwise the rest is released.
func CaptureBody(ref string, amount int64) Body {
	params := &stripe.PaymentIntentCaptureParams{Metadata: map[string]string{metaOrder: ref}}
	if amount > 0 {
		params.AmountToCapture = stripe.Int64(amount)
	}
	expand(&params.Params)
	return encode(params)
}

// TagBody is the body of POST /v1/payment_intents/{id} that writes the order's
// ref into metadata and description.
func TagBody(ref, description string) Body {
	params := &stripe.PaymentIntentParams{Metadata: map[string]string{metaOrder: ref}, Description: text(description)}
	expand(&params.Params)
	return encode(params)
}

// CancelBody is the body of POST …/cancel.
func CancelBody() Body {
	params := &stripe.PaymentIntentCancelParams{CancellationReason: stripe.String("abandoned")}
	expand(&params.Params)
	return encode(params)
}

// expanded is what a PaymentIntent has to carry in every answer: unexpanded, a
// review would not say whether it is still open.
var expanded = []string{"latest_charge", "review"}

func expand(params *stripe.Params) {
	for _, field := range expanded {
		params.AddExpand(field)
	}
}

// expandQuery is the same for a GET; prefix is "data." for lists.
func expandQuery(query url.Values, prefix string) url.Values {
	for i, field := range expanded {
		query.Set("expand["+strconv.Itoa(i)+"]", prefix+field)
	}
	return query
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return stripe.String(s)
}
