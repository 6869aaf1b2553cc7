package stripetest

import (
	"reflect"
	"strings"
	"time"
)

// Dispute is a dp_ (stripe-facts §2.4; Stripe docs page "Testing", disputes).
type Dispute struct {
	ID                   string            `json:"id"`
	Object               string            `json:"object"`
	Amount               int64             `json:"amount"`
	BalanceTransaction   string            `json:"balance_transaction" stripe:"null,expand=balance_transaction"`
	BalanceTransactions  []object          `json:"balance_transactions"`
	Charge               string            `json:"charge" stripe:"expand=charge"`
	Created              int64             `json:"created"`
	Currency             string            `json:"currency"`
	Evidence             Evidence          `json:"evidence"`
	EvidenceDetails      EvidenceDetails   `json:"evidence_details"`
	IsChargeRefundable   bool              `json:"is_charge_refundable"`
	Livemode             bool              `json:"livemode"`
	Metadata             map[string]string `json:"metadata"`
	PaymentIntent        string            `json:"payment_intent" stripe:"null,expand=payment_intent"`
	PaymentMethodDetails DisputeMethod     `json:"payment_method_details"`
	Reason               string            `json:"reason"`
	Status               string            `json:"status"`
}

// DisputeMethod is the card of a dispute.
type DisputeMethod struct {
	Card DisputeCard `json:"card"`
	Type string      `json:"type"`
}

// DisputeCard says whose dispute it is and of which kind.
type DisputeCard struct {
	Brand             string `json:"brand"`
	CaseType          string `json:"case_type"`
	NetworkReasonCode string `json:"network_reason_code" stripe:"null"`
}

// EvidenceDetails is the state of the merchant's answer.
type EvidenceDetails struct {
	DueBy           int64 `json:"due_by" stripe:"null"`
	HasEvidence     bool  `json:"has_evidence"`
	PastDue         bool  `json:"past_due"`
	SubmissionCount int64 `json:"submission_count"`
}

// Evidence is what the merchant says.
type Evidence struct {
	AccessActivityLog            string `json:"access_activity_log" stripe:"null"`
	BillingAddress               string `json:"billing_address" stripe:"null"`
	CancellationPolicy           string `json:"cancellation_policy" stripe:"null,expand=-"`
	CancellationPolicyDisclosure string `json:"cancellation_policy_disclosure" stripe:"null"`
	CancellationRebuttal         string `json:"cancellation_rebuttal" stripe:"null"`
	CustomerCommunication        string `json:"customer_communication" stripe:"null,expand=-"`
	CustomerEmailAddress         string `json:"customer_email_address" stripe:"null"`
	CustomerName                 string `json:"customer_name" stripe:"null"`
	CustomerPurchaseIP           string `json:"customer_purchase_ip" stripe:"null"`
	CustomerSignature            string `json:"customer_signature" stripe:"null,expand=-"`
	DuplicateChargeDocumentation string `json:"duplicate_charge_documentation" stripe:"null,expand=-"`
	DuplicateChargeExplanation   string `json:"duplicate_charge_explanation" stripe:"null"`
	DuplicateChargeID            string `json:"duplicate_charge_id" stripe:"null"`
	ProductDescription           string `json:"product_description" stripe:"null"`
	Receipt                      string `json:"receipt" stripe:"null,expand=-"`
	RefundPolicy                 string `json:"refund_policy" stripe:"null,expand=-"`
	RefundPolicyDisclosure       string `json:"refund_policy_disclosure" stripe:"null"`
	RefundRefusalExplanation     string `json:"refund_refusal_explanation" stripe:"null"`
	ServiceDate                  string `json:"service_date" stripe:"null"`
	ServiceDocumentation         string `json:"service_documentation" stripe:"null,expand=-"`
	ShippingAddress              string `json:"shipping_address" stripe:"null"`
	ShippingCarrier              string `json:"shipping_carrier" stripe:"null"`
	ShippingDate                 string `json:"shipping_date" stripe:"null"`
	ShippingDocumentation        string `json:"shipping_documentation" stripe:"null,expand=-"`
	ShippingTrackingNumber       string `json:"shipping_tracking_number" stripe:"null"`
	UncategorizedFile            string `json:"uncategorized_file" stripe:"null,expand=-"`
	UncategorizedText            string `json:"uncategorized_text" stripe:"null"`
}

func (d *Dispute) key() string      { return d.ID }
func (d *Dispute) createdAt() int64 { return d.Created }

const longEvidence = " access_activity_log cancellation_policy_disclosure cancellation_rebuttal duplicate_charge_explanation product_description refund_policy_disclosure refund_refusal_explanation uncategorized_text "

// evidenceParams lists the fields of Evidence in the language of spec.
func evidenceParams() string {
	var lines strings.Builder
	for _, f := range fieldsOf(reflect.TypeFor[Evidence]()) {
		limit := "5000"
		if among(longEvidence, f.name) {
			limit = "20000"
		}
		lines.WriteString("evidence[" + f.name + "] text<=" + limit + "\n")
	}
	return lines.String()
}

var _ = register(resource{name: "dispute", object: &Dispute{}, routes: []route{
	{method: "GET", path: "/v1/disputes", list: true, do: listDisputes, params: spec(listParams + `
		charge         text
		created        range
		payment_intent text`)},
	{method: "GET", path: "/v1/disputes/{dispute}", do: getDispute},
	{method: "POST", path: "/v1/disputes/{dispute}", do: updateDispute, params: spec(evidenceParams() + `
		metadata metadata
		submit   bool`)},
	{method: "POST", path: "/v1/disputes/{dispute}/close", do: closeDispute},
}})

// What a dispute costs here, and how long the merchant may answer.
const (
	disputeFee    = 1500
	answerWithin  = 9 * 24 * time.Hour
	maxEvidence   = 150_000
	inquiryPrefix = "warning_"
)

// trouble does what a test card brings after the money was taken: a dispute or
// an early fraud warning.
func (m *mode) trouble(pi *PaymentIntent, ch *Charge) {
	if ch.card.fraud {
		m.warn(pi, ch)
	}
	if ch.card.dispute != "" {
		m.dispute(ch, ch.card.dispute)
	}
}

// dispute opens a dispute about a charge; the reason "inquiry" opens an inquiry,
// which takes no money.
func (m *mode) dispute(ch *Charge, reason string) {
	d := &Dispute{
		ID: m.s.newID("dp"), Object: "dispute", Amount: ch.AmountCaptured, BalanceTransactions: []object{},
		Charge: ch.ID, Created: m.now(), Currency: ch.Currency, Livemode: m.isLive, Metadata: map[string]string{},
		PaymentIntent: ch.PaymentIntent, Reason: reason, Status: "needs_response",
		EvidenceDetails: EvidenceDetails{DueBy: m.s.now().Add(answerWithin).Unix()},
		PaymentMethodDetails: DisputeMethod{Type: "card", Card: DisputeCard{
			Brand: ch.PaymentMethodDetails.Card.Brand, CaseType: "chargeback", NetworkReasonCode: "10.4",
		}},
	}
	if reason == "inquiry" {
		d.Reason, d.Status, d.IsChargeRefundable = "fraudulent", inquiryPrefix+"needs_response", true
		d.PaymentMethodDetails.Card.CaseType = "inquiry"
	}
	m.insert("dispute", d)
	before := *ch
	ch.Disputed, ch.Dispute = true, d.ID
	m.emit(nil, "charge.dispute.created", *d, nil)
	if !d.inquiry() {
		m.move(d, -d.Amount, disputeFee)
		m.emit(nil, "charge.dispute.funds_withdrawn", *d, nil)
	}
	m.emit(nil, "charge.updated", *ch, &before)
	m.closeReview(ch, "disputed")
	m.settleWarnings(ch)
	m.changed(ch)
	m.s.later(time.Unix(d.EvidenceDetails.DueBy, 0), func() { m.overdue(d) })
}

func (d *Dispute) inquiry() bool { return d.PaymentMethodDetails.Card.CaseType == "inquiry" }

func (d *Dispute) open() bool {
	return among(" needs_response warning_needs_response ", d.Status)
}

// move books money of a dispute.
func (m *mode) move(d *Dispute, amount, fee int64) {
	t := m.entry("adjustment", d.ID, d.Currency, amount, fee)
	t.ReportingCategory = "dispute"
	if amount > 0 {
		t.ReportingCategory = "dispute_reversal"
	}
	d.BalanceTransactions = append(append([]object{}, d.BalanceTransactions...), t)
	d.BalanceTransaction = t.ID
}

func disputeTakesMoney(m *mode, ch *Charge) bool {
	d, ok := find[*Dispute](m, ch.Dispute)
	return ok && !d.inquiry() && d.Status != "won"
}

// overdue ends a dispute that was not answered.
func (m *mode) overdue(d *Dispute) {
	if d.open() {
		d.EvidenceDetails.PastDue = true
		m.decide(nil, d, false)
	}
}

// decide ends a dispute.
func (m *mode) decide(c *call, d *Dispute, won bool) {
	before := *d
	switch {
	case d.inquiry():
		d.Status = inquiryPrefix + "closed"
	case won:
		d.Status = "won"
		m.move(d, d.Amount, 0)
		m.emit(c, "charge.dispute.funds_reinstated", *d, nil)
	default:
		d.Status = "lost"
	}
	m.emit(c, "charge.dispute.closed", *d, &before)
}

func (c *call) disputeOf() (*Dispute, *Error) {
	d, ok := find[*Dispute](c.m, c.values.of("dispute"))
	if !ok {
		return nil, c.m.noSuch("dispute", c.values.of("dispute"), "dispute")
	}
	return d, nil
}

func getDispute(c *call) (any, error) {
	d, fault := c.disputeOf()
	if fault != nil {
		return nil, fault
	}
	return d, nil
}

func updateDispute(c *call) (any, error) {
	d, fault := c.disputeOf()
	if fault != nil {
		return nil, fault
	}
	if c.form.has("evidence") && !d.open() {
		return nil, refused("", "", "This dispute is already closed or under review; evidence can no longer be added.")
	}
	meta, fault := mergeMetadata(d.Metadata, c.form.at("metadata"))
	if fault != nil {
		return nil, fault
	}
	before := *d
	d.Metadata = meta
	total := d.Evidence.fill(c.form.at("evidence"))
	if total > maxEvidence {
		*d = before
		return nil, invalid("", "evidence", "The combined character count of all fields is limited to 150,000.")
	}
	d.EvidenceDetails.HasEvidence = d.Evidence != (Evidence{})
	// Evidence is submitted unless the call says otherwise; what is staged is
	// submitted by a call that says so (docs.stripe.com/api/disputes/update).
	submit := d.open() && d.EvidenceDetails.HasEvidence && (c.form.has("evidence") && !c.form.has("submit") || c.form.yes("submit"))
	if submit {
		d.EvidenceDetails.SubmissionCount++
		d.Status = map[bool]string{true: inquiryPrefix + "under_review", false: "under_review"}[d.inquiry()]
	}
	c.m.emit(c, "charge.dispute.updated", *d, &before)
	if submit && among(" winning_evidence losing_evidence ", d.Evidence.UncategorizedText) {
		c.m.decide(c, d, d.Evidence.UncategorizedText == "winning_evidence")
	}
	return d, nil
}

// fill takes over the evidence sent and returns how many characters there are.
func (e *Evidence) fill(sent *node) int {
	v, total := reflect.ValueOf(e).Elem(), 0
	for _, f := range fieldsOf(v.Type()) {
		field := v.Field(f.index)
		field.SetString(sent.or(field.String(), f.name))
		total += len([]rune(field.String()))
	}
	return total
}

func closeDispute(c *call) (any, error) {
	d, fault := c.disputeOf()
	if fault != nil {
		return nil, fault
	}
	if !d.open() {
		return nil, refused("", "", "This dispute is already closed or under review.")
	}
	c.m.decide(c, d, false)
	return d, nil
}

func listDisputes(c *call) (any, error) {
	charge, intent := c.form.text("charge"), c.form.text("payment_intent")
	return page(c, "dispute", func(d *Dispute) bool {
		return (charge == "" || d.Charge == charge) && (intent == "" || d.PaymentIntent == intent)
	})
}
