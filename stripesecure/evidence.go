package stripesecure

import (
	"context"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// Evidence is what the merchant answers to a dispute. Empty fields are not
// sent; what was sent before stays. All fields together have at most 150,000
// characters. Files are ids of Stripe's File API (file_…).
// Source: docs.stripe.com/api/disputes/evidence_object.
type Evidence struct {
	CustomerName         string
	CustomerEmail        string
	CustomerPurchaseIP   string
	BillingAddress       string
	ProductDescription   string
	ServiceDate          string
	ShippingAddress      string
	ShippingCarrier      string
	ShippingDate         string
	ShippingTracking     string
	AccessLog            string // of a download or a service
	CancellationPolicy   string
	CancellationRebuttal string
	RefundPolicy         string
	RefundRefusal        string
	DuplicateChargeID    string
	DuplicateExplanation string
	Text                 string // anything else
	ReceiptFile          string
	CommunicationFile    string
	ShippingFile         string
	SignatureFile        string
	ServiceFile          string
	CancellationFile     string
	RefundPolicyFile     string
	DuplicateFile        string
	OtherFile            string
	// Submit sends everything to the bank, once and for all; otherwise it is
	// kept at Stripe as a draft.
	Submit bool
}

const maxEvidence = 150_000

// longNumbers are fields whose numbers may look like those of cards by chance.
var longNumbers = map[string]bool{"shipping_tracking_number": true, "access_activity_log": true}

func (e Evidence) fields() map[string]string {
	return map[string]string{
		"customer_name": e.CustomerName, "customer_email_address": e.CustomerEmail, "customer_purchase_ip": e.CustomerPurchaseIP,
		"billing_address": e.BillingAddress, "product_description": e.ProductDescription, "service_date": e.ServiceDate,
		"shipping_address": e.ShippingAddress, "shipping_carrier": e.ShippingCarrier, "shipping_date": e.ShippingDate,
		"shipping_tracking_number": e.ShippingTracking, "access_activity_log": e.AccessLog,
		"cancellation_policy_disclosure": e.CancellationPolicy, "cancellation_rebuttal": e.CancellationRebuttal,
		"refund_policy_disclosure": e.RefundPolicy, "refund_refusal_explanation": e.RefundRefusal,
		"duplicate_charge_id": e.DuplicateChargeID, "duplicate_charge_explanation": e.DuplicateExplanation,
		"uncategorized_text": e.Text, "receipt": e.ReceiptFile, "customer_communication": e.CommunicationFile,
		"shipping_documentation": e.ShippingFile, "customer_signature": e.SignatureFile, "service_documentation": e.ServiceFile,
		"cancellation_policy": e.CancellationFile, "refund_policy": e.RefundPolicyFile,
		"duplicate_charge_documentation": e.DuplicateFile, "uncategorized_file": e.OtherFile,
	}
}

func (e Evidence) check() []Fault {
	var faults []Fault
	total := 0
	for field, text := range e.fields() {
		total += utf8.RuneCountInString(text)
		if !utf8.ValidString(text) {
			faults = append(faults, Fault{"evidence." + field, "not_utf8"})
		}
		if !longNumbers[field] && typedCard(text) {
			faults = append(faults, Fault{"evidence." + field, faultCardNumber})
		}
	}
	switch {
	case total > maxEvidence:
		faults = append(faults, Fault{"evidence", "too_long"})
	case total == 0 && !e.Submit:
		faults = append(faults, Fault{"evidence", "empty"})
	}
	return faults
}

// SubmitEvidence answers a dispute of the payment. Asked again after Submit it
// changes nothing and gives the same answer. Errors: invalid, not_found (also a
// dispute of another payment), not_held (the dispute is decided, or the time
// for evidence is over), copy, not_ready, stripe, store, canceled.
func (p *Plugin) SubmitEvidence(ctx context.Context, id PaymentID, disputeID string, e Evidence) (Payment, error) {
	const op = "SubmitEvidence"
	if faults := e.check(); len(faults) > 0 {
		return Payment{}, invalid(op, faults)
	}
	if err := p.notACopy(ctx, op); err != nil {
		return Payment{}, err
	}
	j, gen, err := p.hostJob(ctx, op, id)
	if err != nil {
		return Payment{}, err
	}
	a := j.row.AttemptOf(gen)
	known := a.Dispute(disputeID)
	switch {
	case known == nil:
		return Payment{}, fail(op, CodeNotFound, nil)
	case e.Submit && known.Submissions > 0:
		return p.payment(ctx, j.row, gen), nil
	case !known.Open(), !known.DueBy.IsZero() && p.now().After(known.DueBy):
		return Payment{}, fail(op, CodeNotHeld, nil)
	}
	client, err := p.client(ctx, a.Scope, forBuyers)
	if err != nil {
		return Payment{}, stripeError(op, err)
	}
	body := stripeapi.EvidenceBody(e.fields(), e.Submit)
	seen, err := client.SubmitEvidence(ctx, disputeID, p.opts.NewID(), body)
	attempt := a.ID
	if err == nil {
		j.learned = append(j.learned, func(r *checkout.Row) { r.Disputed(attempt, seen, p.now()) })
	} else {
		// It may have arrived: what Stripe says about the dispute now decides.
		j.learned = append(j.learned, func(r *checkout.Row) { r.Told(attempt) })
	}
	if err := j.run(ctx, func(*checkout.Row) bool { return true }); err != nil {
		return Payment{}, storeError(op, err)
	}
	if now := j.row.AttemptOf(gen).Dispute(disputeID); err != nil && (!e.Submit || now == nil || now.Submissions == 0) {
		return Payment{}, stripeError(op, err)
	}
	return p.payment(ctx, j.row, gen), nil
}
