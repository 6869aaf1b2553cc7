package stripetest

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

func getCharge(c *call) (any, error) {
	ch, ok := find[*Charge](c.m, c.values.of("charge"))
	if !ok {
		return nil, c.m.noSuch("charge", c.values.of("charge"), "id")
	}
	return ch, nil
}

func updateCharge(c *call) (any, error) {
	ch, ok := find[*Charge](c.m, c.values.of("charge"))
	if !ok {
		return nil, c.m.noSuch("charge", c.values.of("charge"), "id")
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
	c.m.emit(c, "charge.updated", c.m.changed(ch), &before)
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
