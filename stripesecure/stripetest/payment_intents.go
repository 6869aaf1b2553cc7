package stripetest

import (
	"net/http"
	"slices"
	"strings"
)

// Statuses of a PaymentIntent (stripe-facts §1.1).
const (
	StatusRequiresPaymentMethod = "requires_payment_method"
	StatusRequiresConfirmation  = "requires_confirmation"
	StatusRequiresAction        = "requires_action"
	StatusProcessing            = "processing"
	StatusRequiresCapture       = "requires_capture"
	StatusSucceeded             = "succeeded"
	StatusCanceled              = "canceled"
)

// PaymentIntent is a pi_ with the keys that Stripe sends (stripe-facts §1, §9).
type PaymentIntent struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	AmountCapturable          int64             `json:"amount_capturable" stripe:"private"`
	AmountDetails             AmountDetails     `json:"amount_details"`
	AmountReceived            int64             `json:"amount_received" stripe:"private"`
	Application               string            `json:"application" stripe:"null,private,expand=-"`
	ApplicationFeeAmount      int64             `json:"application_fee_amount" stripe:"null,private"`
	AutomaticPaymentMethods   *AutomaticMethods `json:"automatic_payment_methods"`
	CanceledAt                int64             `json:"canceled_at" stripe:"null"`
	CancellationReason        string            `json:"cancellation_reason" stripe:"null"`
	CaptureMethod             string            `json:"capture_method"`
	ClientSecret              string            `json:"client_secret"`
	ConfirmationMethod        string            `json:"confirmation_method"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Customer                  string            `json:"customer" stripe:"null,private,expand=customer"`
	Description               string            `json:"description" stripe:"null"`
	Invoice                   string            `json:"invoice" stripe:"null,private,expand=-"`
	LastPaymentError          *Error            `json:"last_payment_error"`
	LatestCharge              string            `json:"latest_charge" stripe:"null,private,expand=charge"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata" stripe:"private"`
	NextAction                *NextAction       `json:"next_action"`
	OnBehalfOf                string            `json:"on_behalf_of" stripe:"null,private,expand=-"`
	PaymentMethod             string            `json:"payment_method" stripe:"null,expand=payment_method"`
	ConfigurationDetails      *Configuration    `json:"payment_method_configuration_details"`
	PaymentMethodOptions      MethodOptions     `json:"payment_method_options" stripe:"private"`
	PaymentMethodTypes        []string          `json:"payment_method_types"`
	Processing                *struct{}         `json:"processing"`
	ReceiptEmail              string            `json:"receipt_email" stripe:"null"`
	Review                    string            `json:"review" stripe:"null,private,expand=review"`
	SetupFutureUsage          string            `json:"setup_future_usage" stripe:"null"`
	Shipping                  *Shipping         `json:"shipping"`
	Source                    string            `json:"source" stripe:"null,expand=-"`
	StatementDescriptor       string            `json:"statement_descriptor" stripe:"null,private"`
	StatementDescriptorSuffix string            `json:"statement_descriptor_suffix" stripe:"null,private"`
	Status                    string            `json:"status"`
	TransferData              *struct{}         `json:"transfer_data" stripe:"private"`
	TransferGroup             string            `json:"transfer_group" stripe:"null,private"`

	returnURL  string
	offSession bool
	confirms   int        // refused confirmations
	challenge  *challenge // the pending 3-D Secure prompt
	opened     bool       // a client secret of it was used
}

// AmountDetails is always empty here.
type AmountDetails struct {
	Tip struct{} `json:"tip"`
}

// AutomaticMethods is automatic_payment_methods.
type AutomaticMethods struct {
	AllowRedirects string `json:"allow_redirects"`
	Enabled        bool   `json:"enabled"`
}

// Configuration names the payment method configuration of an intent.
type Configuration struct {
	ID     string `json:"id"`
	Parent string `json:"parent" stripe:"null"`
}

// MethodOptions is payment_method_options.
type MethodOptions struct {
	Card *CardOptions `json:"card" stripe:"omit"`
}

// CardOptions is payment_method_options.card.
type CardOptions struct {
	CaptureMethod                  string    `json:"capture_method" stripe:"omit"`
	Installments                   *struct{} `json:"installments"`
	MandateOptions                 *struct{} `json:"mandate_options"`
	Network                        string    `json:"network" stripe:"null"`
	RequestThreeDSecure            string    `json:"request_three_d_secure"`
	RequireCVCRecollection         bool      `json:"require_cvc_recollection" stripe:"omit"`
	SetupFutureUsage               string    `json:"setup_future_usage" stripe:"omit"`
	StatementDescriptorSuffixKana  string    `json:"statement_descriptor_suffix_kana" stripe:"omit"`
	StatementDescriptorSuffixKanji string    `json:"statement_descriptor_suffix_kanji" stripe:"omit"`
}

// NextAction says what the buyer has to do (stripe-facts §1.2).
type NextAction struct {
	RedirectToURL *RedirectToURL `json:"redirect_to_url" stripe:"omit"`
	Type          string         `json:"type"`
	UseStripeSDK  *UseStripeSDK  `json:"use_stripe_sdk" stripe:"omit"`
}

// RedirectToURL is the page to send the buyer to.
type RedirectToURL struct {
	ReturnURL string `json:"return_url"`
	URL       string `json:"url"`
}

// UseStripeSDK is what Stripe.js needs for 3-D Secure.
type UseStripeSDK struct {
	Source   string `json:"source"`
	StripeJS string `json:"stripe_js"`
	Type     string `json:"type"`
}

func (p *PaymentIntent) key() string      { return p.ID }
func (p *PaymentIntent) createdAt() int64 { return p.Created }

const intentParams = `
	amount                      int
	application_fee_amount      int?
	capture_method              enum:automatic|automatic_async|manual
	currency                    text
	customer                    text
	description                 text<=1000
	metadata                    metadata
	payment_method              text
	payment_method_configuration text<=100
	payment_method_data         @method_data
	payment_method_options      @method_options
	payment_method_types        list
	receipt_email               text?
	setup_future_usage          enum:on_session|off_session?
	shipping                    @shipping?
	statement_descriptor        text<=22
	statement_descriptor_suffix text<=22
	transfer_data               foreign
	transfer_group              text`

const confirmParams = `
	confirmation_token       text
	error_on_requires_action bool
	mandate                  text
	mandate_data             @mandate_data?
	off_session              enum:true|false|one_off|recurring
	radar_options            @radar_options
	return_url               text
	use_stripe_sdk           bool`

var _ = register(resource{name: "payment_intent", object: &PaymentIntent{}, routes: []route{
	{method: "POST", path: "/v1/payment_intents", do: createIntent, params: spec(intentParams + confirmParams + `
		amount!             int
		currency!           text
		setup_future_usage  enum:on_session|off_session
		automatic_payment_methods[enabled]! bool
		automatic_payment_methods[allow_redirects] enum:always|never
		confirm             bool
		confirmation_method enum:automatic|manual
		on_behalf_of        text
		shipping            @shipping`)},
	{method: "GET", path: "/v1/payment_intents", list: true, do: listIntents, params: spec(listParams + `
		created  range
		customer text`)},
	{method: "GET", path: "/v1/payment_intents/{intent}", public: true, do: getIntent, params: spec(`
		client_secret text`)},
	{method: "POST", path: "/v1/payment_intents/{intent}", do: updateIntent, params: spec(intentParams)},
	{method: "POST", path: "/v1/payment_intents/{intent}/confirm", public: true, do: confirmIntent, params: spec(confirmParams + `
		capture_method         enum:automatic|automatic_async|manual
		client_secret          text
		payment_method         text
		payment_method_data    @method_data
		payment_method_options @method_options
		payment_method_types   list
		receipt_email          text?
		setup_future_usage     enum:on_session|off_session?
		shipping               @shipping?`)},
	{method: "POST", path: "/v1/payment_intents/{intent}/capture", do: captureIntent, params: spec(`
		amount_to_capture           int
		application_fee_amount      int
		final_capture               bool
		metadata                    metadata
		statement_descriptor        text<=22
		statement_descriptor_suffix text<=22
		transfer_data               foreign`)},
	{method: "POST", path: "/v1/payment_intents/{intent}/cancel", do: cancelIntent, params: spec(`
		cancellation_reason enum:duplicate|fraudulent|requested_by_customer|abandoned`)},
}})

// intent finds the PaymentIntent of a call. A publishable key needs its client
// secret too.
func (c *call) intent() (*PaymentIntent, *Error) {
	id := c.vars["intent"]
	pi, ok := find[*PaymentIntent](c.m, id)
	secret := c.form.text("client_secret")
	switch {
	case !ok:
		return nil, c.m.noSuch("payment_intent", id, "intent")
	case c.key.isPublic() && secret == "":
		return nil, invalid("parameter_missing", "client_secret", "Missing required param: client_secret.")
	case (c.key.isPublic() || secret != "") && secret != pi.ClientSecret:
		e := missing("payment_intent", id, "intent")
		e.Message = "The client_secret provided does not match any associated PaymentIntent on this account. Ensure the client_secret is correct."
		return nil, e.withCode("payment_intent_invalid_parameter")
	}
	return pi, nil
}

func createIntent(c *call) (any, error) {
	pi, fault := c.newIntent()
	if fault != nil {
		return nil, fault
	}
	events := c.m.table("event").count()
	c.m.insert("payment_intent", pi)
	c.m.emit(c, "payment_intent.created", *pi, nil)
	if c.form.yes("confirm") {
		fault = c.confirm(pi)
	}
	if fault != nil && fault.status != http.StatusPaymentRequired {
		c.m.remove("payment_intent", pi.ID)
		c.m.table("event").truncate(c.m, events)
		fault.PaymentIntent = nil
	}
	if fault != nil {
		return nil, fault
	}
	c.m.changed(pi)
	return pi, nil
}

// newIntent checks the parameters of a create and makes the object.
func (c *call) newIntent() (*PaymentIntent, *Error) {
	f := c.form
	if fault := checkAmount(f.number("amount"), f.text("currency"), "amount"); fault != nil {
		return nil, fault
	}
	if fault := confirmOnly(f); fault != nil {
		return nil, fault
	}
	id := c.s.newID("pi")
	pi := &PaymentIntent{
		ID: id, Object: "payment_intent", Created: c.now(), Livemode: c.m.isLive,
		ClientSecret: id + "_secret_" + c.s.random(25), Status: StatusRequiresPaymentMethod,
		CaptureMethod: "automatic_async", ConfirmationMethod: f.or("automatic", "confirmation_method"),
		Metadata: map[string]string{},
	}
	if fault := pi.chooseTypes(f); fault != nil {
		return nil, fault
	}
	if fault := c.apply(pi); fault != nil {
		return nil, fault
	}
	pi.OnBehalfOf = f.text("on_behalf_of")
	return pi, nil
}

// confirmOnly refuses parameters that need confirm=true.
func confirmOnly(f *node) *Error {
	if f.yes("confirm") {
		return nil
	}
	for _, name := range []string{"confirmation_token", "error_on_requires_action", "mandate", "mandate_data", "off_session", "return_url", "use_stripe_sdk"} {
		if f.has(name) {
			return invalid("", name, "You cannot provide `"+name+"` without setting `confirm` to `true`.")
		}
	}
	return nil
}

// chooseTypes decides between payment_method_types and automatic payment
// methods, which are the default (stripe-facts §0).
func (p *PaymentIntent) chooseTypes(f *node) *Error {
	types, auto := f.strings("payment_method_types"), f.at("automatic_payment_methods")
	switch {
	case len(types) > 0 && auto.yes("enabled"):
		return invalid("", "automatic_payment_methods", "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.")
	case auto.yes("enabled") && f.has("confirmation_method"):
		return invalid("", "confirmation_method", "You may only specify one of these parameters: automatic_payment_methods, confirmation_method.")
	case len(types) > 0:
		return p.setTypes(types)
	}
	if auto == nil || auto.yes("enabled") {
		p.AutomaticPaymentMethods = &AutomaticMethods{Enabled: true, AllowRedirects: auto.or("always", "allow_redirects")}
		p.ConfigurationDetails = &Configuration{ID: "pmc_stripetestDefault"}
	}
	return p.setTypes([]string{"card"})
}

const methodTypes = " acss_debit affirm afterpay_clearpay alipay amazon_pay au_becs_debit bacs_debit bancontact blik boleto card card_present cashapp customer_balance eps fpx giropay grabpay ideal interac_present klarna konbini link mobilepay multibanco oxxo p24 paynow paypal pix promptpay revolut_pay sepa_debit sofort swish twint us_bank_account wechat_pay zip "

func (p *PaymentIntent) setTypes(types []string) *Error {
	for _, t := range types {
		if !among(methodTypes+"paypay ", t) {
			return invalid("", "payment_method_types", "The payment method type \""+clip(t, 40)+"\" is invalid. Please ensure the provided type is activated in your dashboard (https://dashboard.stripe.com/account/payments/settings) and your account is enabled for any preview features that you are trying to use. See https://stripe.com/docs/payments/payment-methods/integration-options for supported payment method, currency, and country combinations.")
		}
	}
	p.PaymentMethodTypes = slices.Clone(types)
	if slices.Contains(types, "card") && p.PaymentMethodOptions.Card == nil {
		p.PaymentMethodOptions.Card = &CardOptions{RequestThreeDSecure: "automatic"}
	}
	return nil
}

// apply takes over the parameters that create and update have in common.
func (c *call) apply(pi *PaymentIntent) *Error {
	f := c.form
	if f.has("statement_descriptor") && slices.Contains(pi.PaymentMethodTypes, "card") && f.text("statement_descriptor") != "" {
		return refused("", "statement_descriptor", "The `statement_descriptor` parameter is not supported for `card` charges; pass `statement_descriptor_suffix` instead.")
	}
	meta, fault := mergeMetadata(pi.Metadata, f.at("metadata"))
	if fault != nil {
		return fault
	}
	pi.Metadata = meta
	if f.has("amount") {
		pi.Amount = f.number("amount")
	}
	pi.Currency = strings.ToLower(f.or(pi.Currency, "currency"))
	pi.Description = f.or(pi.Description, "description")
	pi.StatementDescriptorSuffix = f.or(pi.StatementDescriptorSuffix, "statement_descriptor_suffix")
	pi.StatementDescriptor = f.or(pi.StatementDescriptor, "statement_descriptor")
	pi.TransferGroup = f.or(pi.TransferGroup, "transfer_group")
	if f.has("application_fee_amount") {
		pi.ApplicationFeeAmount = f.number("application_fee_amount")
	}
	if id := f.text("customer"); id != "" {
		cus, fault := c.m.customer(id, "customer")
		if fault != nil {
			return fault
		}
		if pi.Customer != "" && pi.Customer != cus.ID {
			return refused("", "customer", "You cannot modify `customer` on a PaymentIntent once it already has been set. To fulfill a payment with a different Customer, cancel this PaymentIntent and create a new one.")
		}
		pi.Customer = cus.ID
	}
	if types := f.strings("payment_method_types"); len(types) > 0 && !c.creates() {
		if fault := pi.setTypes(types); fault != nil {
			return fault
		}
	}
	pi.override(f)
	return c.choose(pi)
}

func (c *call) creates() bool { return c.rt.path == "/v1/payment_intents" }

// override takes over what confirm may change too.
func (p *PaymentIntent) override(f *node) {
	p.CaptureMethod = f.or(p.CaptureMethod, "capture_method")
	p.ReceiptEmail = f.or(p.ReceiptEmail, "receipt_email")
	p.SetupFutureUsage = f.or(p.SetupFutureUsage, "setup_future_usage")
	if f.has("shipping") {
		p.Shipping = readShipping(f.at("shipping"))
	}
	card := f.at("payment_method_options", "card")
	if card == nil {
		return
	}
	o := CardOptions{RequestThreeDSecure: "automatic"}
	if p.PaymentMethodOptions.Card != nil {
		o = *p.PaymentMethodOptions.Card
	}
	o.CaptureMethod = card.or(o.CaptureMethod, "capture_method")
	o.Network = card.or(o.Network, "network")
	o.RequestThreeDSecure = card.or(o.RequestThreeDSecure, "request_three_d_secure")
	o.SetupFutureUsage = card.or(o.SetupFutureUsage, "setup_future_usage")
	o.StatementDescriptorSuffixKana = card.or(o.StatementDescriptorSuffixKana, "statement_descriptor_suffix_kana")
	o.StatementDescriptorSuffixKanji = card.or(o.StatementDescriptorSuffixKanji, "statement_descriptor_suffix_kanji")
	if card.has("require_cvc_recollection") {
		o.RequireCVCRecollection = card.yes("require_cvc_recollection")
	}
	p.PaymentMethodOptions.Card = &o
}

// choose takes over a payment method that is named without a confirmation.
func (c *call) choose(pi *PaymentIntent) *Error {
	if c.form.has("payment_method_data") {
		return refused("", "payment_method_data", "stripetest emulates payment methods of type card only; use a confirmation token or payment_method=pm_card_visa.")
	}
	id := c.form.text("payment_method")
	if id == "" || c.form.yes("confirm") {
		return nil
	}
	pm, fault := c.m.payable(pi, id)
	if fault != nil {
		return fault
	}
	pi.PaymentMethod = pm.ID
	if pi.Status == StatusRequiresPaymentMethod || pi.Status == StatusRequiresAction {
		pi.Status, pi.NextAction, pi.challenge = StatusRequiresConfirmation, nil, nil
	}
	return nil
}

// payable finds a payment method that may pay this intent: not used up, and of
// no other customer.
func (m *mode) payable(pi *PaymentIntent, id string) (*PaymentMethod, *Error) {
	pm, fault := m.usable(id, "payment_method")
	switch {
	case fault != nil:
		return nil, fault
	case pm.Customer == "" || pm.Customer == pi.Customer:
		return pm, nil
	case pi.Customer == "":
		return nil, refused("", "payment_method", "The PaymentMethod you provided ("+pm.ID+") is attached to a customer. Please include the customer in the `customer` parameter on the PaymentIntent.")
	}
	return nil, refused("resource_missing", "payment_method", "The customer does not have a payment method with the ID "+pm.ID+". The payment method must be attached to the customer.")
}

func getIntent(c *call) (any, error) {
	pi, fault := c.intent()
	if fault != nil {
		return nil, fault
	}
	return pi, nil
}

func listIntents(c *call) (any, error) {
	customer := c.form.text("customer")
	return page(c, "payment_intent", func(pi *PaymentIntent) bool {
		return customer == "" || pi.Customer == customer
	})
}

func updateIntent(c *call) (any, error) {
	pi, fault := c.intent()
	if fault != nil {
		return nil, fault
	}
	if pi.Status == StatusSucceeded || pi.Status == StatusCanceled || pi.Status == StatusRequiresCapture || pi.Status == StatusProcessing {
		for _, name := range c.form.names {
			if !among(" expand metadata description receipt_email shipping transfer_group ", name) {
				return nil, wrongState(pi, "This PaymentIntent's "+name+" could not be updated because it has a status of "+pi.Status+". You may only update the "+name+" of a PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.")
			}
		}
	}
	next := *pi
	if fault := c.apply(&next); fault != nil {
		return nil, fault
	}
	if c.form.has("amount") || c.form.has("currency") {
		if fault := checkAmount(next.Amount, next.Currency, "amount"); fault != nil {
			return nil, fault
		}
	}
	*pi = next
	c.m.changed(pi)
	return pi, nil
}
