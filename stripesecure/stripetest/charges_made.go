package stripetest

import (
	"time"
)

// newCharge makes the charge of an attempt; its outcome is good until fail.
func (m *mode) newCharge(pi *PaymentIntent, pm *PaymentMethod, tds *ThreeDSecure) *Charge {
	ch := &Charge{
		ID: m.s.newID("ch"), Object: "charge", Amount: pi.Amount, Created: m.now(), Currency: pi.Currency,
		Customer: pi.Customer, Description: pi.Description, Livemode: m.isLive, Metadata: pi.Metadata,
		BillingDetails: pm.BillingDetails, Paid: true, PaymentIntent: pi.ID, PaymentMethod: pm.ID,
		ReceiptEmail: pi.ReceiptEmail, Shipping: pi.Shipping, StatementDescriptorSuffix: pi.StatementDescriptorSuffix,
		Status: "succeeded", TransferGroup: pi.TransferGroup, card: pm.card,
	}
	ch.CalculatedStatementDescriptor = descriptor(m.account.Name, pi.StatementDescriptorSuffix)
	ch.ReceiptURL = "https://pay.stripe.com/receipts/payment/" + ch.ID
	ch.Outcome = outcomeOf(pm.card)
	ch.PaymentMethodDetails = MethodDetails{Type: "card", Card: ChargeCard{
		Brand: pm.Card.Brand, Country: pm.Card.Country, ExpMonth: pm.Card.ExpMonth, ExpYear: pm.Card.ExpYear,
		Fingerprint: pm.Card.Fingerprint, Funding: pm.Card.Funding, Last4: pm.Card.Last4, Network: pm.Card.Brand,
		AmountAuthorized: pi.Amount, AuthorizationCode: m.s.random(6), ThreeDSecure: tds,
		Checks: CardChecks{CVCCheck: pm.cvcResult()}, ExtendedAuthorization: CardFeature{"disabled"},
		IncrementalAuthorization: CardFeature{"unavailable"}, Multicapture: CardFeature{"unavailable"},
		Overcapture: Overcapture{MaximumAmountCapturable: pi.Amount, Status: "unavailable"},
	}}
	if pm.BillingDetails.Address.PostalCode != "" {
		ch.PaymentMethodDetails.Card.Checks.AddressPostalCodeCheck = "pass"
	}
	if pi.manual() {
		ch.PaymentMethodDetails.Card.CaptureBefore = m.captureBefore(pi, pm).Unix()
	}
	return ch
}

// descriptor is what the buyer's statement says (stripe-facts §7).
func descriptor(name, suffix string) string {
	if suffix == "" {
		return clip(name, 22)
	}
	return name[:min(len(name), 10)] + "* " + suffix
}

func outcomeOf(card *testCard) *Outcome {
	o := &Outcome{NetworkStatus: "approved_by_network", RiskLevel: "normal", RiskScore: 12, SellerMessage: "Payment complete.", Type: "authorized"}
	switch card.risk {
	case "elevated":
		o.RiskLevel, o.RiskScore, o.Type = "elevated", 68, "manual_review"
		o.Reason, o.SellerMessage = "elevated_risk_level", "Stripe evaluated this payment as having elevated risk, and placed it in your manual review queue."
	case "highest":
		o.RiskLevel, o.RiskScore = "highest", 92
	}
	return o
}

// captureBefore is when an authorisation expires (stripe-facts §1.1, "Expiry";
// Stripe docs page "Place a hold on a payment method").
func (m *mode) captureBefore(pi *PaymentIntent, pm *PaymentMethod) time.Time {
	hold := 7 * 24 * time.Hour
	switch {
	case m.account.Country == "JP" && pi.Currency == "jpy" && among(" visa mastercard jcb diners discover ", pm.Card.Brand):
		hold = 30 * 24 * time.Hour
	case pi.offSession && pm.Card.Brand == "visa":
		hold = 4*24*time.Hour + 18*time.Hour
	}
	return m.s.now().Add(hold)
}

// fail makes a charge a declined one.
func (c *Charge) fail(e *Error, reason string, pm *PaymentMethod) {
	c.Status, c.Paid, c.FailureCode, c.FailureMessage = "failed", false, e.Code, e.Message
	c.Outcome = &Outcome{
		NetworkStatus: "declined_by_network", Reason: reason, RiskLevel: "normal", RiskScore: 25,
		SellerMessage: "The bank did not return any further details with this decline.", Type: "issuer_declined",
	}
	if pm.card.risk == "blocked" {
		c.Outcome = &Outcome{
			NetworkStatus: "not_sent_to_network", Reason: "highest_risk_level", RiskLevel: "highest", RiskScore: 99,
			SellerMessage: "Stripe blocked this payment as too risky.", Type: "blocked",
		}
	}
	c.ReceiptURL = ""
	c.PaymentMethodDetails.Card.CaptureBefore = 0
	c.PaymentMethodDetails.Card.AuthorizationCode = ""
	c.PaymentMethodDetails.Card.AmountAuthorized = 0
}

// charge pays an intent with an authenticated card, or holds the money.
func (m *mode) charge(c *call, pi *PaymentIntent, pm *PaymentMethod, tds *ThreeDSecure) *Error {
	if reason := pm.card.decline; reason != "" && (reason != "incorrect_cvc" || pm.cvc) {
		return m.decline(c, pi, pm, reason, tds)
	}
	ch := m.newCharge(pi, pm, tds)
	m.insert("charge", ch)
	pi.LatestCharge, pi.PaymentMethod = ch.ID, pm.ID
	pi.NextAction, pi.challenge, pi.LastPaymentError = nil, nil, nil
	m.keepCard(pi, pm, tds)
	if pi.manual() {
		pi.Status, pi.AmountCapturable = StatusRequiresCapture, pi.Amount
		m.emit(c, "charge.succeeded", m.changed(ch), nil)
		m.review(pi, ch)
		m.emit(c, "payment_intent.amount_capturable_updated", m.changed(pi), nil)
		m.s.later(time.Unix(ch.PaymentMethodDetails.Card.CaptureBefore, 0), func() { m.expire(pi, ch) })
	} else {
		pi.Status, pi.AmountReceived = StatusSucceeded, pi.Amount
		ch.Captured, ch.AmountCaptured = true, pi.Amount
		m.settle(ch, pi.CaptureMethod == "automatic_async")
		m.emit(c, "charge.succeeded", m.changed(ch), nil)
		m.review(pi, ch)
		m.emit(c, "payment_intent.succeeded", m.changed(pi), nil)
		m.trouble(pi, ch)
	}
	return nil
}

// keepCard attaches the card to the customer when it is meant to be used again;
// otherwise it is used up (stripe-facts §1.2, "SFU effect").
func (m *mode) keepCard(pi *PaymentIntent, pm *PaymentMethod, tds *ThreeDSecure) {
	if pi.usage() != "" && tds != nil && tds.Result == "authenticated" {
		pm.setUp = true
	}
	if pm.Customer != "" {
		return
	}
	if pi.usage() == "" || pi.Customer == "" {
		pm.spent = true
		return
	}
	pm.Customer = pi.Customer
	pm.Card.Checks.CVCCheck = pm.cvcResult()
	m.emit(nil, "payment_method.attached", *pm, nil)
}

// settle books the money of a captured charge; with automatic_async it happens a
// moment later (stripe-facts §0).
func (m *mode) settle(ch *Charge, async bool) {
	if !async {
		ch.BalanceTransaction = m.book(ch).ID
		return
	}
	m.s.later(m.s.now().Add(time.Second), func() {
		before := *ch
		ch.BalanceTransaction = m.book(ch).ID
		m.emit(nil, "charge.updated", m.changed(ch), &before)
	})
}
