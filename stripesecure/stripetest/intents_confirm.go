package stripetest

import (
	"slices"
)

// MandateData is the consent of a buyer.
type MandateData struct {
	CustomerAcceptance struct {
		Type string `json:"type"`
	} `json:"customer_acceptance"`
}

func readMandate(n *node) *MandateData {
	if n == nil || !n.hash {
		return nil
	}
	m := &MandateData{}
	m.CustomerAcceptance.Type = n.text("customer_acceptance", "type")
	return m
}

func confirmIntent(c *call) (any, error) {
	pi, fault := c.intent()
	if fault == nil {
		fault = c.confirm(pi)
	}
	if fault != nil {
		return nil, fault
	}
	return pi, nil
}

// attempt is one try to pay an intent.
type attempt struct {
	pm            *PaymentMethod
	token         *ConfirmationToken
	sdk           bool // Stripe.js does the next action
	errorOnAction bool
}

// confirm tries to pay an intent with the parameters of the call (stripe-facts
// §1.1). Everything that can be refused is refused before anything changes.
func (c *call) confirm(pi *PaymentIntent) *Error {
	if fault := confirmable(pi); fault != nil {
		return fault
	}
	next := *pi
	a, fault := c.gather(&next)
	if fault != nil {
		return fault
	}
	if fault := c.mayConfirm(&next, a); fault != nil {
		return fault
	}
	*pi = next
	pi.LastPaymentError, pi.NextAction, pi.challenge = nil, nil, nil
	pi.PaymentMethod = a.pm.ID
	if a.token != nil {
		used := *a.token
		used.PaymentIntent = pi.ID
		*a.token = used
	}
	return c.m.attempt(c, pi, a)
}

func confirmable(pi *PaymentIntent) *Error {
	switch pi.Status {
	case StatusSucceeded, StatusRequiresCapture:
		return wrongState(pi, "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.")
	case StatusCanceled, StatusProcessing:
		return wrongState(pi, "You cannot confirm this PaymentIntent because it has a status of "+pi.Status+". Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.")
	}
	return nil
}

// gather finds what to pay with and lays the parameters over the intent: those
// of the request win over those of the token (stripe-facts §1.2).
func (c *call) gather(pi *PaymentIntent) (*attempt, *Error) {
	f := c.form
	a := &attempt{sdk: f.yes("use_stripe_sdk"), errorOnAction: f.yes("error_on_requires_action")}
	if f.has("confirmation_token") && (f.has("payment_method") || f.has("payment_method_data")) {
		return nil, invalid("", "confirmation_token", "You may only specify one of these parameters: confirmation_token, payment_method.")
	}
	if types := f.strings("payment_method_types"); len(types) > 0 && !c.creates() {
		if fault := pi.setTypes(types); fault != nil {
			return nil, fault
		}
	}
	var fault *Error
	id := f.or(pi.PaymentMethod, "payment_method")
	switch {
	case f.text("confirmation_token") != "":
		if a.token, a.pm, fault = c.m.spend(f.text("confirmation_token")); fault == nil {
			_, fault = c.m.payable(pi, a.pm.ID)
		}
	case f.has("payment_method_data"):
		return nil, refused("", "payment_method_data", "stripetest emulates payment methods of type card only; use a confirmation token or payment_method=pm_card_visa.")
	case id != "":
		a.pm, fault = c.m.payable(pi, id)
	default:
		return nil, wrongState(pi, "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.")
	}
	if fault != nil {
		return nil, fault
	}
	pi.override(f)
	pi.returnURL = f.or(pi.returnURL, "return_url")
	pi.offSession = f.has("off_session") && f.text("off_session") != "false"
	if t := a.token; t != nil {
		pi.fromToken(f, t)
		if !f.has("use_stripe_sdk") {
			a.sdk = t.UseStripeSDK
		}
	}
	return a, nil
}

// fromToken takes over what a token holds and the request does not say.
func (p *PaymentIntent) fromToken(f *node, t *ConfirmationToken) {
	if !f.has("return_url") && t.ReturnURL != "" {
		p.returnURL = t.ReturnURL
	}
	if !f.has("setup_future_usage") && p.SetupFutureUsage == "" {
		p.SetupFutureUsage = t.SetupFutureUsage
	}
	if !f.has("shipping") && t.Shipping != nil {
		p.Shipping = &Shipping{Address: t.Shipping.Address, Name: t.Shipping.Name, Phone: t.Shipping.Phone}
	}
}

// mayConfirm checks what parameters and intent say together.
func (c *call) mayConfirm(pi *PaymentIntent, a *attempt) *Error {
	if !slices.Contains(pi.PaymentMethodTypes, a.pm.Type) {
		return refused("", "payment_method", "The PaymentMethod provided ("+a.pm.Type+") is not allowed for this PaymentIntent. Please attach a PaymentMethod of one of the following types: "+either(pi.PaymentMethodTypes)+". Alternately update the allowed payment_method_types for this PaymentIntent to include \""+a.pm.Type+"\".")
	}
	if pi.offSession && pi.usage() != "" {
		return refused("", "off_session", "You cannot confirm with the `off_session` parameter when `setup_future_usage` is also set on the PaymentIntent because you cannot set up future usages when processing payments off-session.")
	}
	if auto := pi.AutomaticPaymentMethods; auto != nil && auto.AllowRedirects == "always" && pi.returnURL == "" && !pi.offSession {
		return refused("", "return_url", "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.")
	}
	if c.form.text("return_url") != "" && !absolute(pi.returnURL) {
		return refused("url_invalid", "return_url", "Not a valid URL")
	}
	return nil
}

// usage is the setup_future_usage that counts for the card.
func (p *PaymentIntent) usage() string {
	if o := p.PaymentMethodOptions.Card; o != nil && o.SetupFutureUsage != "" {
		if o.SetupFutureUsage == "none" {
			return ""
		}
		return o.SetupFutureUsage
	}
	return p.SetupFutureUsage
}

// manual tells whether the money is only held.
func (p *PaymentIntent) manual() bool {
	if o := p.PaymentMethodOptions.Card; o != nil && o.CaptureMethod == "manual" {
		return true
	}
	return p.CaptureMethod == "manual"
}

// attempt goes through 3-D Secure, or to it, and then charges the card.
func (m *mode) attempt(c *call, pi *PaymentIntent, a *attempt) *Error {
	asked := "automatic"
	if o := pi.PaymentMethodOptions.Card; o != nil {
		asked = o.RequestThreeDSecure
	}
	verdict := a.pm.authentication(asked, pi.offSession)
	if verdict.prompt && pi.passed == a.pm.ID {
		verdict.prompt, verdict.details = false, authenticated(m.s.newID("3ds"))
	}
	switch {
	case verdict.refuse:
		return m.decline(c, pi, a.pm, "authentication_required", nil)
	case verdict.broken:
		return m.decline(c, pi, a.pm, a.pm.card.decline, verdict.details)
	case verdict.prompt && a.errorOnAction:
		e := cardFault("authentication_required", "", "This payment required an authentication action to complete, but `error_on_requires_action` was set. When you're ready, you can upgrade your integration to handle actions at https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.")
		return m.failIntent(c, pi, a.pm, e)
	case verdict.prompt:
		m.prompt(c, pi, a)
		return nil
	}
	return m.charge(c, pi, a.pm, verdict.details)
}

// decline refuses a charge: 402, the intent is open again (stripe-facts §1.1).
func (m *mode) decline(c *call, pi *PaymentIntent, pm *PaymentMethod, reason string, tds *ThreeDSecure) *Error {
	e := declineOf(reason)
	ch := m.newCharge(pi, pm, tds)
	ch.fail(e, reason, pm)
	e.Charge = ch.ID
	m.insert("charge", ch)
	pi.LatestCharge = ch.ID
	m.emit(c, "charge.failed", m.changed(ch), nil)
	return m.failIntent(c, pi, pm, e)
}

// failIntent opens an intent again after a failed attempt. The returned error is
// for the caller of the API; the same is kept as last_payment_error.
func (m *mode) failIntent(c *call, pi *PaymentIntent, pm *PaymentMethod, e *Error) *Error {
	picture := *pm
	last := *e
	last.PaymentMethod = &picture
	last.PaymentIntent = nil
	pi.Status, pi.PaymentMethod, pi.NextAction, pi.challenge = StatusRequiresPaymentMethod, "", nil, nil
	pi.LastPaymentError = &last
	m.emit(c, "payment_intent.payment_failed", m.changed(pi), nil)
	if pi.confirms++; m.s.opts.maxConfirm > 0 && pi.confirms >= m.s.opts.maxConfirm {
		m.cancel(c, pi, "")
	}
	shown := *pi
	e.PaymentIntent = &shown
	e.PaymentMethod = &picture
	return e
}
