package stripetest

// SetupAttempt is one try of a SetupIntent.
type SetupAttempt struct {
	ID                   string         `json:"id"`
	Object               string         `json:"object"`
	Application          string         `json:"application" stripe:"null,expand=-"`
	Created              int64          `json:"created"`
	Customer             string         `json:"customer" stripe:"null,expand=customer"`
	FlowDirections       []string       `json:"flow_directions" stripe:"null"`
	Livemode             bool           `json:"livemode"`
	OnBehalfOf           string         `json:"on_behalf_of" stripe:"null,expand=-"`
	PaymentMethod        string         `json:"payment_method" stripe:"expand=payment_method"`
	PaymentMethodDetails AttemptDetails `json:"payment_method_details"`
	SetupError           *Error         `json:"setup_error"`
	SetupIntent          string         `json:"setup_intent" stripe:"expand=setup_intent"`
	Status               string         `json:"status"`
	Usage                string         `json:"usage"`
}

// AttemptDetails is the card of a [SetupAttempt].
type AttemptDetails struct {
	Card AttemptCard `json:"card"`
	Type string      `json:"type"`
}

// AttemptCard is what was learned about a card.
type AttemptCard struct {
	Brand        string               `json:"brand"`
	Checks       CardChecks           `json:"checks"`
	Country      string               `json:"country"`
	ExpMonth     int64                `json:"exp_month"`
	ExpYear      int64                `json:"exp_year"`
	Fingerprint  string               `json:"fingerprint"`
	Funding      string               `json:"funding"`
	Last4        string               `json:"last4"`
	Network      string               `json:"network"`
	ThreeDSecure *AttemptThreeDSecure `json:"three_d_secure"`
	Wallet       *struct{}            `json:"wallet"`
}

func (a *SetupAttempt) key() string      { return a.ID }
func (a *SetupAttempt) createdAt() int64 { return a.Created }

var _ = register(resource{name: "setup_attempt", object: &SetupAttempt{}, routes: []route{
	{method: "GET", path: "/v1/setup_attempts", list: true, do: listAttempts, params: spec(listParams + `
		created       range
		setup_intent! text`)},
}})

func listAttempts(c *call) (any, error) {
	id := c.form.text("setup_intent")
	return page(c, "setup_attempt", func(a *SetupAttempt) bool { return a.SetupIntent == id })
}

func confirmSetup(c *call) (any, error) {
	si, fault := c.setup()
	if fault == nil {
		fault = c.confirmSetupIntent(si)
	}
	if fault != nil {
		return nil, fault
	}
	return si, nil
}

// confirmSetupIntent tries to set a card up with the parameters of the call.
func (c *call) confirmSetupIntent(si *SetupIntent) *Error {
	if si.Status == StatusSucceeded || si.Status == StatusCanceled {
		return setupState(si, "You cannot confirm this SetupIntent because it has a status of "+si.Status+".")
	}
	next, f := *si, c.form
	a := &attempt{sdk: f.yes("use_stripe_sdk")}
	var fault *Error
	id := f.or(si.PaymentMethod, "payment_method")
	switch {
	case f.text("confirmation_token") != "":
		if a.token, a.pm, fault = c.m.spend(f.text("confirmation_token")); fault == nil {
			_, fault = c.m.usableFor(si, a.pm.ID)
		}
	case id != "":
		a.pm, fault = c.m.usableFor(si, id)
	default:
		fault = setupState(si, "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.")
	}
	if fault != nil {
		return fault
	}
	next.override(f)
	next.returnURL = f.or(next.returnURL, "return_url")
	if a.token != nil {
		if !f.has("return_url") && a.token.ReturnURL != "" {
			next.returnURL = a.token.ReturnURL
		}
		if !f.has("use_stripe_sdk") {
			a.sdk = a.token.UseStripeSDK
		}
	}
	if auto := next.AutomaticPaymentMethods; auto != nil && auto.AllowRedirects == "always" && next.returnURL == "" {
		return refused("", "return_url", "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.")
	}
	*si = next
	si.LastSetupError, si.NextAction, si.challenge, si.PaymentMethod = nil, nil, nil, a.pm.ID
	if a.token != nil {
		a.token.SetupIntent = si.ID
	}
	return c.m.trySetup(c, si, a)
}

func (m *mode) trySetup(c *call, si *SetupIntent, a *attempt) *Error {
	asked := "automatic"
	if o := si.PaymentMethodOptions.Card; o != nil {
		asked = o.RequestThreeDSecure
	}
	verdict := a.pm.authentication(asked, false)
	if verdict.prompt {
		si.challenge, si.NextAction = m.newPrompt(c, si.ID, si.returnURL, a)
		si.Status = StatusRequiresAction
		m.emit(c, "setup_intent.requires_action", *si, nil)
		return nil
	}
	return m.endSetup(c, si, a.pm, verdict.details)
}

// endSetup saves the card, or refuses it.
func (m *mode) endSetup(c *call, si *SetupIntent, pm *PaymentMethod, tds *ThreeDSecure) *Error {
	if pm.card.decline != "" && !pm.card.noSave && pm.card.risk != "blocked" {
		return m.failSetup(c, si, pm, declineOf(pm.card.decline), tds)
	}
	si.Status, si.NextAction, si.challenge, si.LastSetupError, si.PaymentMethod = StatusSucceeded, nil, nil, nil, pm.ID
	pm.setUp = pm.setUp || (tds != nil && tds.Result == "authenticated" && si.Usage == "off_session")
	if si.Customer != "" && pm.Customer == "" {
		pm.Customer = si.Customer
		pm.Card.Checks.CVCCheck = pm.cvcResult()
		m.emit(nil, "payment_method.attached", *pm, nil)
	}
	m.noteAttempt(si, pm, tds, nil)
	m.emit(c, "setup_intent.succeeded", *si, nil)
	return nil
}

func (m *mode) failSetup(c *call, si *SetupIntent, pm *PaymentMethod, e *Error, tds *ThreeDSecure) *Error {
	picture, last := *pm, *e
	last.PaymentMethod, last.SetupIntent = &picture, nil
	si.Status, si.PaymentMethod, si.NextAction, si.challenge = StatusRequiresPaymentMethod, "", nil, nil
	si.LastSetupError = &last
	m.noteAttempt(si, pm, tds, &last)
	m.emit(c, "setup_intent.setup_failed", *si, nil)
	shown := *si
	e.SetupIntent, e.PaymentMethod = &shown, &picture
	return e
}

func (m *mode) noteAttempt(si *SetupIntent, pm *PaymentMethod, tds *ThreeDSecure, fault *Error) {
	status := "succeeded"
	if fault != nil {
		status = "failed"
	}
	a := &SetupAttempt{
		ID: m.s.newID("setatt"), Object: "setup_attempt", Created: m.now(), Customer: si.Customer, Livemode: m.isLive,
		PaymentMethod: pm.ID, SetupError: fault, SetupIntent: si.ID, Status: status, Usage: si.Usage,
		PaymentMethodDetails: AttemptDetails{Type: "card", Card: AttemptCard{
			Brand: pm.Card.Brand, Checks: CardChecks{CVCCheck: pm.cvcResult()}, Country: pm.Card.Country,
			ExpMonth: pm.Card.ExpMonth, ExpYear: pm.Card.ExpYear, Fingerprint: pm.Card.Fingerprint,
			Funding: pm.Card.Funding, Last4: pm.Card.Last4, Network: pm.Card.Brand, ThreeDSecure: tds.ofAttempt(),
		}},
	}
	m.insert("setup_attempt", a)
	si.LatestAttempt = a.ID
}

// resolveSetup ends the prompt of a SetupIntent.
func (m *mode) resolveSetup(si *SetupIntent, passed bool) {
	pm := si.challenge.pm
	si.challenge, si.NextAction = nil, nil
	if passed {
		_ = m.endSetup(nil, si, pm, authenticated(m.s.newID("3ds"))) // kept as last_setup_error
		return
	}
	_ = m.failSetup(nil, si, pm, authenticationFailed(true), &ThreeDSecure{Result: "failed", ResultReason: "rejected", Version: "2.2.0"})
}

// AttemptThreeDSecure is the result of 3-D Secure on a setup attempt.
type AttemptThreeDSecure struct {
	AuthenticationFlow          string `json:"authentication_flow" stripe:"null"`
	ElectronicCommerceIndicator string `json:"electronic_commerce_indicator" stripe:"null"`
	Result                      string `json:"result" stripe:"null"`
	ResultReason                string `json:"result_reason" stripe:"null"`
	TransactionID               string `json:"transaction_id" stripe:"null"`
	Version                     string `json:"version" stripe:"null"`
}

func (t *ThreeDSecure) ofAttempt() *AttemptThreeDSecure {
	if t == nil {
		return nil
	}
	return &AttemptThreeDSecure{
		AuthenticationFlow: t.AuthenticationFlow, ElectronicCommerceIndicator: t.ElectronicCommerceIndicator,
		Result: t.Result, ResultReason: t.ResultReason, TransactionID: t.TransactionID, Version: t.Version,
	}
}
