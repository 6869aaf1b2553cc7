package stripetest

import (
	"time"
)

// tokenLifetime is how long an unused confirmation token lives (stripe-facts
// §2.1; Stripe docs page "Finalize payments on the server").
const tokenLifetime = 12 * time.Hour

// ConfirmationToken is a ctoken_: what a buyer typed, to be used once.
type ConfirmationToken struct {
	ID                   string         `json:"id"`
	Object               string         `json:"object"`
	Created              int64          `json:"created"`
	ExpiresAt            int64          `json:"expires_at" stripe:"null"`
	Livemode             bool           `json:"livemode"`
	MandateData          *MandateData   `json:"mandate_data"`
	PaymentIntent        string         `json:"payment_intent" stripe:"null"`
	PaymentMethodOptions *TokenOptions  `json:"payment_method_options"`
	PaymentMethodPreview *MethodPreview `json:"payment_method_preview"`
	ReturnURL            string         `json:"return_url" stripe:"null"`
	SetupFutureUsage     string         `json:"setup_future_usage" stripe:"null"`
	SetupIntent          string         `json:"setup_intent" stripe:"null"`
	Shipping             *Recipient     `json:"shipping"`
	UseStripeSDK         bool           `json:"use_stripe_sdk"`

	method *PaymentMethod // becomes real when the token is used
}

// MethodPreview is the payment method that a token will become.
type MethodPreview struct {
	AllowRedisplay string         `json:"allow_redisplay"`
	BillingDetails BillingDetails `json:"billing_details"`
	Card           Card           `json:"card"`
	Customer       string         `json:"customer" stripe:"null,expand=customer"`
	Type           string         `json:"type"`
}

// TokenOptions are the card options of a token.
type TokenOptions struct {
	Card TokenCardOptions `json:"card"`
}

// TokenCardOptions holds the CVC that was typed again for a saved card.
type TokenCardOptions struct {
	CVCToken string `json:"cvc_token" stripe:"null"`
}

func (t *ConfirmationToken) key() string { return t.ID }

const tokenParams = `
	payment_method     text
	return_url         text
	setup_future_usage enum:on_session|off_session
	shipping           @recipient`

var _ = register(resource{name: "confirmation_token", object: &ConfirmationToken{}, routes: []route{
	{method: "POST", path: "/v1/test_helpers/confirmation_tokens", do: createTestToken, params: spec(tokenParams + `
		payment_method_data @method_data`)},
	// What Stripe.js sends is not published; the stand-in at /v3/ sends this.
	{method: "POST", path: "/v1/confirmation_tokens", public: true, do: createBrowserToken, params: spec(tokenParams + `
		payment_method_data @method_data
		payment_method_data[type]! enum:card
		payment_method_data[card]  @card_number
		mandate_data @mandate_data
		use_stripe_sdk bool
		client_context any`)},
	{method: "GET", path: "/v1/confirmation_tokens/{confirmation_token}", public: true, do: getToken},
}})

func createTestToken(c *call) (any, error) {
	if c.m.isLive {
		return nil, forbidden("", "This endpoint is only available in test mode.")
	}
	if !c.form.has("payment_method") {
		if c.form.has("payment_method_data") {
			return nil, refused("", "payment_method_data", "stripetest emulates payment methods of type card only; use payment_method=pm_card_visa.")
		}
		return nil, invalid("parameter_missing", "payment_method", "You must provide one of payment_method or payment_method_data.")
	}
	return c.token(nil)
}

func createBrowserToken(c *call) (any, error) {
	if !c.key.isPublic() {
		return nil, forbidden("", "This endpoint can only be called with a publishable key.")
	}
	data := c.form.at("payment_method_data")
	if !data.has("card") {
		return c.token(nil)
	}
	pm, fault := c.m.typed(data.at("card"))
	if fault == nil {
		fault = pm.apply(data)
	}
	if fault != nil {
		return nil, fault
	}
	return c.token(pm)
}

// token makes a confirmation token of typed data, or of a payment method that
// the form names.
func (c *call) token(pm *PaymentMethod) (any, error) {
	f := c.form
	if pm == nil {
		saved, fault := c.m.usable(f.text("payment_method"), "payment_method")
		if fault != nil {
			return nil, fault
		}
		if pm = saved; cardsByName[f.text("payment_method")] != nil {
			c.m.remove("payment_method", pm.ID) // it becomes real when the token is used
		}
	}
	t := c.m.newToken(pm)
	t.ReturnURL = f.text("return_url")
	t.SetupFutureUsage = f.text("setup_future_usage")
	t.Shipping = readRecipient(f.at("shipping"))
	t.MandateData = readMandate(f.at("mandate_data"))
	if f.has("use_stripe_sdk") {
		t.UseStripeSDK = f.yes("use_stripe_sdk")
	}
	c.m.insert("confirmation_token", t)
	return t, nil
}

func (m *mode) newToken(pm *PaymentMethod) *ConfirmationToken {
	return &ConfirmationToken{
		ID: m.s.newID("ctoken"), Object: "confirmation_token", Created: m.now(),
		ExpiresAt: m.s.now().Add(tokenLifetime).Unix(), Livemode: m.isLive, UseStripeSDK: true, method: pm,
		PaymentMethodOptions: &TokenOptions{},
		PaymentMethodPreview: &MethodPreview{
			AllowRedisplay: pm.AllowRedisplay, BillingDetails: pm.BillingDetails, Card: pm.Card,
			Customer: pm.Customer, Type: pm.Type,
		},
	}
}

func getToken(c *call) (any, error) {
	t, ok := find[*ConfirmationToken](c.m, c.values.of("confirmation_token"))
	if !ok {
		return nil, c.m.noSuch("confirmationtoken", c.values.of("confirmation_token"), "confirmation_token")
	}
	return t, nil
}

// spend uses a confirmation token up and returns the payment method that it
// became. The wording of the refusals is not documented (stripe-facts §10.1).
func (m *mode) spend(id string) (*ConfirmationToken, *PaymentMethod, *Error) {
	t, ok := find[*ConfirmationToken](m, id)
	if !ok {
		return nil, nil, m.noSuch("confirmationtoken", id, "confirmation_token")
	}
	if t.PaymentIntent != "" || t.SetupIntent != "" {
		return nil, nil, refused("", "confirmation_token", "This ConfirmationToken has already been used to confirm a PaymentIntent or SetupIntent. Create a new ConfirmationToken and try again.")
	}
	if m.now() >= t.ExpiresAt {
		return nil, nil, refused("", "confirmation_token", "This ConfirmationToken has expired. Create a new ConfirmationToken and try again.")
	}
	pm := t.method
	if m.index[pm.ID].object == nil {
		m.insert("payment_method", pm)
	}
	if pm.spent {
		_, fault := m.usable(pm.ID, "confirmation_token")
		return nil, nil, fault
	}
	return t, pm, nil
}

// Recipient is the shipping of a token: who, and where.
type Recipient struct {
	Address Address `json:"address"`
	Name    string  `json:"name"`
	Phone   string  `json:"phone" stripe:"null"`
}

func readRecipient(n *node) *Recipient {
	s := readShipping(n)
	if s == nil {
		return nil
	}
	return &Recipient{Address: s.Address, Name: s.Name, Phone: s.Phone}
}
