package stripetest

import (
	"slices"
	"strings"
)

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

// methodTypes are the types of payment methods of this API version. An intent may
// also name those of card readers, and PayPay (stripe-facts §4).
const methodTypes = " acss_debit affirm afterpay_clearpay alipay amazon_pay au_becs_debit bacs_debit bancontact blik boleto card cashapp customer_balance eps fpx giropay grabpay ideal klarna konbini link mobilepay multibanco oxxo p24 paynow paypal pix promptpay revolut_pay sepa_debit sofort swish twint us_bank_account wechat_pay zip "

func (p *PaymentIntent) setTypes(types []string) *Error {
	for _, t := range types {
		if !among(methodTypes+"card_present interac_present paypay ", t) {
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
