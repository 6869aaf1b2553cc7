package stripetest

import (
	"time"
)

// Charge is a ch_ (stripe-facts §2.4).
type Charge struct {
	ID                            string            `json:"id"`
	Object                        string            `json:"object"`
	Amount                        int64             `json:"amount"`
	AmountCaptured                int64             `json:"amount_captured"`
	AmountRefunded                int64             `json:"amount_refunded"`
	Application                   string            `json:"application" stripe:"null,expand=-"`
	ApplicationFee                string            `json:"application_fee" stripe:"null,expand=-"`
	ApplicationFeeAmount          int64             `json:"application_fee_amount" stripe:"null"`
	BalanceTransaction            string            `json:"balance_transaction" stripe:"null,expand=balance_transaction"`
	BillingDetails                BillingDetails    `json:"billing_details"`
	CalculatedStatementDescriptor string            `json:"calculated_statement_descriptor" stripe:"null"`
	Captured                      bool              `json:"captured"`
	Created                       int64             `json:"created"`
	Currency                      string            `json:"currency"`
	Customer                      string            `json:"customer" stripe:"null,expand=customer"`
	Description                   string            `json:"description" stripe:"null"`
	Destination                   string            `json:"destination" stripe:"null,expand=-"`
	Dispute                       string            `json:"dispute" stripe:"null,expand=dispute"`
	Disputed                      bool              `json:"disputed"`
	FailureBalanceTransaction     string            `json:"failure_balance_transaction" stripe:"null,expand=balance_transaction"`
	FailureCode                   string            `json:"failure_code" stripe:"null"`
	FailureMessage                string            `json:"failure_message" stripe:"null"`
	FraudDetails                  FraudDetails      `json:"fraud_details"`
	Invoice                       string            `json:"invoice" stripe:"null,expand=-"`
	Livemode                      bool              `json:"livemode"`
	Metadata                      map[string]string `json:"metadata"`
	OnBehalfOf                    string            `json:"on_behalf_of" stripe:"null,expand=-"`
	Order                         string            `json:"order" stripe:"null,expand=-"`
	Outcome                       *Outcome          `json:"outcome"`
	Paid                          bool              `json:"paid"`
	PaymentIntent                 string            `json:"payment_intent" stripe:"null,expand=payment_intent"`
	PaymentMethod                 string            `json:"payment_method" stripe:"null"`
	PaymentMethodDetails          MethodDetails     `json:"payment_method_details"`
	RadarOptions                  struct{}          `json:"radar_options"`
	ReceiptEmail                  string            `json:"receipt_email" stripe:"null"`
	ReceiptNumber                 string            `json:"receipt_number" stripe:"null"`
	ReceiptURL                    string            `json:"receipt_url" stripe:"null"`
	Refunded                      bool              `json:"refunded"`
	Review                        string            `json:"review" stripe:"null,expand=review"`
	Shipping                      *Shipping         `json:"shipping"`
	Source                        *struct{}         `json:"source"`
	SourceTransfer                string            `json:"source_transfer" stripe:"null,expand=-"`
	StatementDescriptor           string            `json:"statement_descriptor" stripe:"null"`
	StatementDescriptorSuffix     string            `json:"statement_descriptor_suffix" stripe:"null"`
	Status                        string            `json:"status"`
	TransferData                  *struct{}         `json:"transfer_data"`
	TransferGroup                 string            `json:"transfer_group" stripe:"null"`

	card *testCard
}

// FraudDetails is what was reported about a charge.
type FraudDetails struct {
	StripeReport string `json:"stripe_report" stripe:"omit"`
	UserReport   string `json:"user_report" stripe:"omit"`
}

// Outcome is what network and Radar said.
type Outcome struct {
	NetworkStatus string `json:"network_status"`
	Reason        string `json:"reason" stripe:"null"`
	RiskLevel     string `json:"risk_level"`
	RiskScore     int64  `json:"risk_score"`
	SellerMessage string `json:"seller_message"`
	Type          string `json:"type"`
}

// MethodDetails is payment_method_details of a charge.
type MethodDetails struct {
	Card ChargeCard `json:"card"`
	Type string     `json:"type"`
}

// ChargeCard is the card of a charge.
type ChargeCard struct {
	AmountAuthorized         int64         `json:"amount_authorized" stripe:"null"`
	AuthorizationCode        string        `json:"authorization_code" stripe:"null"`
	Brand                    string        `json:"brand"`
	CaptureBefore            int64         `json:"capture_before" stripe:"omit"`
	Checks                   CardChecks    `json:"checks"`
	Country                  string        `json:"country"`
	ExpMonth                 int64         `json:"exp_month"`
	ExpYear                  int64         `json:"exp_year"`
	ExtendedAuthorization    CardFeature   `json:"extended_authorization"`
	Fingerprint              string        `json:"fingerprint"`
	Funding                  string        `json:"funding"`
	IncrementalAuthorization CardFeature   `json:"incremental_authorization"`
	Installments             *struct{}     `json:"installments"`
	Last4                    string        `json:"last4"`
	Mandate                  string        `json:"mandate" stripe:"null"`
	Multicapture             CardFeature   `json:"multicapture"`
	Network                  string        `json:"network"`
	NetworkToken             Used          `json:"network_token"`
	Overcapture              Overcapture   `json:"overcapture"`
	ThreeDSecure             *ThreeDSecure `json:"three_d_secure"`
	Wallet                   *struct{}     `json:"wallet"`
}

// CardFeature is the status of a feature of an authorisation.
type CardFeature struct {
	Status string `json:"status"`
}

// Used says whether something was used.
type Used struct {
	Used bool `json:"used"`
}

// Overcapture says how much could be captured.
type Overcapture struct {
	MaximumAmountCapturable int64  `json:"maximum_amount_capturable"`
	Status                  string `json:"status"`
}

func (c *Charge) key() string      { return c.ID }
func (c *Charge) createdAt() int64 { return c.Created }

var _ = register(resource{name: "charge", object: &Charge{}, routes: []route{
	{method: "GET", path: "/v1/charges", list: true, do: listCharges, params: spec(listParams + `
		created        range
		customer       text
		payment_intent text
		transfer_group text`)},
	{method: "GET", path: "/v1/charges/{charge}", do: getCharge},
	{method: "POST", path: "/v1/charges/{charge}", do: updateCharge, params: spec(`
		customer       text
		description    text<=40000
		fraud_details[user_report]! enum:fraudulent|safe?
		metadata       metadata
		receipt_email  text
		shipping       @shipping
		transfer_group text`)},
	{method: "POST", path: "/v1/charges", do: func(*call) (any, error) {
		return nil, refused("", "", "stripetest does not emulate charges without a PaymentIntent; create a PaymentIntent.")
	}, params: &rule{kind: kindAny}},
}})

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
		m.emit(c, "charge.succeeded", *ch, nil)
		m.review(pi, ch)
		m.emit(c, "payment_intent.amount_capturable_updated", *pi, nil)
		m.s.later(time.Unix(ch.PaymentMethodDetails.Card.CaptureBefore, 0), func() { m.expire(pi, ch) })
	} else {
		pi.Status, pi.AmountReceived = StatusSucceeded, pi.Amount
		ch.Captured, ch.AmountCaptured = true, pi.Amount
		m.settle(pi, ch, pi.CaptureMethod == "automatic_async")
		m.emit(c, "charge.succeeded", *ch, nil)
		m.review(pi, ch)
		m.emit(c, "payment_intent.succeeded", *pi, nil)
		m.trouble(pi, ch)
	}
	m.changed(pi)
	m.changed(ch)
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
func (m *mode) settle(pi *PaymentIntent, ch *Charge, async bool) {
	if !async {
		ch.BalanceTransaction = m.book(ch).ID
		return
	}
	m.s.later(m.s.now().Add(time.Second), func() {
		before := *ch
		ch.BalanceTransaction = m.book(ch).ID
		m.emit(nil, "charge.updated", *ch, &before)
	})
}

func getCharge(c *call) (any, error) {
	ch, ok := find[*Charge](c.m, c.vars["charge"])
	if !ok {
		return nil, c.m.noSuch("charge", c.vars["charge"], "id")
	}
	return ch, nil
}

func updateCharge(c *call) (any, error) {
	ch, ok := find[*Charge](c.m, c.vars["charge"])
	if !ok {
		return nil, c.m.noSuch("charge", c.vars["charge"], "id")
	}
	meta, fault := mergeMetadata(ch.Metadata, c.form.at("metadata"))
	if fault != nil {
		return nil, fault
	}
	before := *ch
	ch.Metadata = meta
	ch.Description = c.form.or(ch.Description, "description")
	ch.ReceiptEmail = c.form.or(ch.ReceiptEmail, "receipt_email")
	ch.TransferGroup = c.form.or(ch.TransferGroup, "transfer_group")
	ch.FraudDetails.UserReport = c.form.or(ch.FraudDetails.UserReport, "fraud_details", "user_report")
	if c.form.has("shipping") {
		ch.Shipping = readShipping(c.form.at("shipping"))
	}
	c.m.emit(c, "charge.updated", *ch, &before)
	c.m.changed(ch)
	return ch, nil
}

func listCharges(c *call) (any, error) {
	f := c.form
	customer, intent, group := f.text("customer"), f.text("payment_intent"), f.text("transfer_group")
	return page(c, "charge", func(ch *Charge) bool {
		return (customer == "" || ch.Customer == customer) && (intent == "" || ch.PaymentIntent == intent) &&
			(group == "" || ch.TransferGroup == group)
	})
}
