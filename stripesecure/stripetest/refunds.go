package stripetest

// Refund is a re_ (stripe-facts §2.4).
type Refund struct {
	ID                        string              `json:"id"`
	Object                    string              `json:"object"`
	Amount                    int64               `json:"amount"`
	BalanceTransaction        string              `json:"balance_transaction" stripe:"null,expand=balance_transaction"`
	Charge                    string              `json:"charge" stripe:"null,expand=charge"`
	Created                   int64               `json:"created"`
	Currency                  string              `json:"currency"`
	DestinationDetails        *DestinationDetails `json:"destination_details" stripe:"omit"`
	FailureBalanceTransaction string              `json:"failure_balance_transaction" stripe:"omit,expand=balance_transaction"`
	FailureReason             string              `json:"failure_reason" stripe:"omit"`
	Metadata                  map[string]string   `json:"metadata"`
	PaymentIntent             string              `json:"payment_intent" stripe:"null,expand=payment_intent"`
	Reason                    string              `json:"reason" stripe:"null"`
	ReceiptNumber             string              `json:"receipt_number" stripe:"null"`
	SourceTransferReversal    string              `json:"source_transfer_reversal" stripe:"null,expand=-"`
	Status                    string              `json:"status"`
	TransferReversal          string              `json:"transfer_reversal" stripe:"null,expand=-"`
}

// DestinationDetails says where refunded money goes.
type DestinationDetails struct {
	Card CardDestination `json:"card"`
	Type string          `json:"type"`
}

// CardDestination is a refund to a card.
type CardDestination struct {
	ReferenceStatus string `json:"reference_status" stripe:"omit"`
	ReferenceType   string `json:"reference_type" stripe:"omit"`
	Type            string `json:"type"`
}

func (r *Refund) key() string      { return r.ID }
func (r *Refund) createdAt() int64 { return r.Created }

// newRefund makes a refund that returns amount of a charge; without a line in
// the balance it is a release of held money.
func (m *mode) newRefund(ch *Charge, amount int64, reason string) *Refund {
	return &Refund{
		ID: m.s.newID("re"), Object: "refund", Amount: amount, Charge: ch.ID, Created: m.now(), Currency: ch.Currency,
		DestinationDetails: &DestinationDetails{Type: "card", Card: CardDestination{Type: "reversal"}},
		Metadata:           map[string]string{}, PaymentIntent: ch.PaymentIntent, Reason: reason, Status: "succeeded",
	}
}

var _ = register(resource{name: "refund", object: &Refund{}, routes: []route{
	{method: "GET", path: "/v1/refunds", list: true, do: listRefunds, params: spec(listParams + `
		charge         text
		created        range
		payment_intent text`)},
	{method: "POST", path: "/v1/refunds", do: createRefund, params: spec(`
		amount                 int
		charge                 text
		currency               text
		customer               text
		instructions_email     text
		metadata               metadata
		origin                 enum:customer_balance
		payment_intent         text
		reason                 enum:duplicate|fraudulent|requested_by_customer
		refund_application_fee bool
		reverse_transfer       bool`)},
	{method: "GET", path: "/v1/refunds/{refund}", do: getRefund},
	{method: "POST", path: "/v1/refunds/{refund}", do: updateRefund, params: spec(`
		metadata metadata`)},
	{method: "POST", path: "/v1/refunds/{refund}/cancel", do: cancelRefund},
}})

// refundable finds the charge that a refund names.
func (c *call) refundable() (*Charge, *Error) {
	f := c.form
	switch {
	case f.has("charge") && f.has("payment_intent"), !f.has("charge") && !f.has("payment_intent"):
		return nil, invalid("parameter_missing", "", "One of the following params should be provided for this request: payment_intent or charge.")
	case f.has("charge"):
		ch, ok := find[*Charge](c.m, f.text("charge"))
		if !ok {
			return nil, c.m.noSuch("charge", f.text("charge"), "charge")
		}
		return ch, nil
	}
	pi, ok := find[*PaymentIntent](c.m, f.text("payment_intent"))
	if !ok {
		return nil, c.m.noSuch("payment_intent", f.text("payment_intent"), "payment_intent")
	}
	ch, ok := find[*Charge](c.m, pi.LatestCharge)
	if !ok || ch.Status != "succeeded" {
		return nil, refused("", "payment_intent", "This PaymentIntent ("+pi.ID+") does not have a successful charge to refund.")
	}
	return ch, nil
}

func createRefund(c *call) (any, error) {
	ch, fault := c.refundable()
	if fault != nil {
		return nil, fault
	}
	amount, fault := c.refundAmount(ch)
	if fault != nil {
		return nil, fault
	}
	meta, fault := mergeMetadata(map[string]string{}, c.form.at("metadata"))
	if fault != nil {
		return nil, fault
	}
	return c.m.refund(c, ch, amount, c.form.text("reason"), meta), nil
}

func (c *call) refundAmount(ch *Charge) (int64, *Error) {
	switch {
	case ch.Status != "succeeded":
		return 0, refused("", "charge", "Charge "+ch.ID+" is not refundable: it has a status of "+ch.Status+".")
	case ch.Refunded:
		return 0, refused("charge_already_refunded", "", "Charge "+ch.ID+" has already been refunded.")
	case !ch.Captured:
		return 0, refused("charge_not_refundable", "", "This PaymentIntent has not been captured; cancel it to release the money.")
	case ch.Disputed && disputeTakesMoney(c.m, ch):
		return 0, refused("charge_disputed", "", "Charge "+ch.ID+" has been charged back; cannot issue a refund.")
	}
	left := ch.Amount - ch.AmountRefunded
	if !c.form.has("amount") {
		return left, nil
	}
	amount := c.form.number("amount")
	if amount < 1 {
		return 0, invalid("parameter_invalid_integer", "amount", "This value must be greater than or equal to 1.")
	}
	if amount > left {
		return 0, refused("", "amount", "Refund amount ("+display(amount, ch.Currency)+") is greater than unrefunded amount on charge ("+display(left, ch.Currency)+")")
	}
	return amount, nil
}

// refund returns money. Test cards decide whether it is pending for a while or
// fails later (stripe-facts §3).
func (m *mode) refund(c *call, ch *Charge, amount int64, reason string, meta map[string]string) *Refund {
	r := m.newRefund(ch, amount, reason)
	r.Metadata = meta
	r.DestinationDetails = &DestinationDetails{Type: "card", Card: CardDestination{
		Type: "refund", ReferenceStatus: "pending", ReferenceType: "acquirer_reference_number",
	}}
	r.BalanceTransaction = m.entry("refund", r.ID, ch.Currency, -amount, 0).ID
	m.insert("refund", r)
	before := *ch
	ch.AmountRefunded += amount
	ch.Refunded = ch.AmountRefunded == ch.Amount
	switch ch.card.refund {
	case "pending":
		r.Status = "pending"
		m.s.later(m.s.now().Add(refundDelay), func() { m.endRefund(r, ch, true) })
	case "fail":
		m.s.later(m.s.now().Add(refundDelay), func() { m.endRefund(r, ch, false) })
	}
	m.emit(c, "charge.refunded", *ch, &before)
	if ch.Refunded {
		m.closeReview(ch, "refunded")
	}
	m.settleWarnings(ch)
	m.changed(ch)
	return r
}

// endRefund is what becomes of a refund later.
func (m *mode) endRefund(r *Refund, ch *Charge, good bool) {
	if r.Status == "canceled" || r.Status == "failed" {
		return
	}
	before := *r
	if good {
		r.Status = "succeeded"
	} else {
		r.Status, r.FailureReason = "failed", "expired_or_canceled_card"
		r.FailureBalanceTransaction = m.entry("refund_failure", r.ID, r.Currency, r.Amount, 0).ID
		ch.AmountRefunded -= r.Amount
		ch.Refunded = false
		m.settleWarnings(ch)
		m.changed(ch)
	}
	m.emit(nil, "charge.refund.updated", *r, &before)
}

func getRefund(c *call) (any, error) {
	r, fault := c.refund()
	if fault != nil {
		return nil, fault
	}
	return r, nil
}

func (c *call) refund() (*Refund, *Error) {
	r, ok := find[*Refund](c.m, c.values.of("refund"))
	if !ok {
		return nil, c.m.noSuch("refund", c.values.of("refund"), "id")
	}
	return r, nil
}

func updateRefund(c *call) (any, error) {
	r, fault := c.refund()
	if fault != nil {
		return nil, fault
	}
	meta, fault := mergeMetadata(r.Metadata, c.form.at("metadata"))
	if fault != nil {
		return nil, fault
	}
	before := *r
	r.Metadata = meta
	c.m.emit(c, "charge.refund.updated", *r, &before)
	return r, nil
}

func cancelRefund(c *call) (any, error) {
	r, fault := c.refund()
	if fault != nil {
		return nil, fault
	}
	return nil, refused("", "", "You cannot cancel a refund with a status of "+r.Status+". Only refunds with a status of requires_action may be canceled.")
}

func listRefunds(c *call) (any, error) {
	charge, intent := c.form.text("charge"), c.form.text("payment_intent")
	return page(c, "refund", func(r *Refund) bool {
		return (charge == "" || r.Charge == charge) && (intent == "" || r.PaymentIntent == intent)
	})
}
