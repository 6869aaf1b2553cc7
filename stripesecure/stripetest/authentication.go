package stripetest

import "net/url"

// ThreeDSecure is the result of 3-D Secure on a charge.
type ThreeDSecure struct {
	AuthenticationFlow          string `json:"authentication_flow" stripe:"null"`
	ElectronicCommerceIndicator string `json:"electronic_commerce_indicator" stripe:"null"`
	ExemptionIndicator          string `json:"exemption_indicator" stripe:"null"`
	Result                      string `json:"result" stripe:"null"`
	ResultReason                string `json:"result_reason" stripe:"null"`
	TransactionID               string `json:"transaction_id" stripe:"null"`
	Version                     string `json:"version" stripe:"null"`
}

// verdict is what 3-D Secure has to say about an attempt.
type verdict struct {
	prompt  bool          // the buyer has to authenticate
	refuse  bool          // nobody is there to authenticate
	broken  bool          // the payment fails with the lookup
	details *ThreeDSecure // what the charge will say
}

// authentication applies the table of stripe-facts §3: card × request_three_d_secure
// × off_session.
func (p *PaymentMethod) authentication(asked string, offSession bool) verdict {
	wanted := asked == "any" || asked == "challenge"
	if offSession {
		return p.offSession()
	}
	switch p.card.auth {
	case authUnenrolled:
		if wanted {
			return verdict{details: &ThreeDSecure{Result: "attempt_acknowledged", ResultReason: "card_not_enrolled", ElectronicCommerceIndicator: "06", Version: "2.2.0"}}
		}
	case authUnsupported:
		if wanted {
			return verdict{details: &ThreeDSecure{Result: "not_supported", ResultReason: "network_not_supported"}}
		}
	case authOptional:
		return verdict{prompt: wanted}
	case authOptionalError:
		if wanted {
			return verdict{details: &ThreeDSecure{Result: "processing_error", ResultReason: "protocol_error", Version: "2.2.0"}}
		}
	case authLookupFails:
		return verdict{broken: true, details: &ThreeDSecure{Result: "processing_error", ResultReason: "protocol_error", Version: "2.2.0"}}
	default:
		return verdict{prompt: true}
	}
	return verdict{}
}

func (p *PaymentMethod) offSession() verdict {
	switch p.card.auth {
	case authAlways, authThenDeclined:
		return verdict{refuse: true}
	case authSetup:
		return verdict{refuse: !p.setUp}
	case authLookupFails:
		return verdict{broken: true}
	}
	return verdict{}
}

// authenticated is the result of a passed prompt.
func authenticated(id string) *ThreeDSecure {
	return &ThreeDSecure{
		AuthenticationFlow: "challenge", ElectronicCommerceIndicator: "05", Result: "authenticated",
		TransactionID: id, Version: "2.2.0",
	}
}

// challenge is a pending prompt. Its token is the capability for the hosted page.
type challenge struct {
	token   string
	intent  string // pi_ or seti_
	account string
	live    bool
	sdk     bool
	pm      *PaymentMethod
}

// prompt asks the buyer to authenticate: requires_action (stripe-facts §1.2).
func (m *mode) prompt(c *call, pi *PaymentIntent, a *attempt) {
	ch, next := m.newPrompt(c, pi.ID, pi.returnURL, a)
	pi.challenge, pi.NextAction, pi.Status = ch, next, StatusRequiresAction
	m.emit(c, "payment_intent.requires_action", m.changed(pi), nil)
}

// newPrompt makes a challenge and the next_action that leads to it.
func (m *mode) newPrompt(c *call, id, returnURL string, a *attempt) (*challenge, *NextAction) {
	sdk := a.sdk || returnURL == ""
	ch := &challenge{
		token: m.s.newID("payatt"), intent: id, account: m.account.ID, live: m.isLive, sdk: sdk, pm: a.pm,
	}
	m.s.browser.add(ch)
	page := c.base + "/3ds/" + ch.token
	if sdk {
		return ch, &NextAction{Type: "use_stripe_sdk", UseStripeSDK: &UseStripeSDK{
			Type: "three_d_secure_redirect", Source: "src_" + m.s.random(24), StripeJS: page,
		}}
	}
	return ch, &NextAction{Type: "redirect_to_url", RedirectToURL: &RedirectToURL{URL: page, ReturnURL: returnURL}}
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Scheme != "http" && u.Scheme != "https")
}
