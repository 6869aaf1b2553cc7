package stripesecure

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// Refund is an operation of the merchant that gives captured money back.
type Refund struct {
	// ID is the host's id of the operation, 1 to 128 bytes, made once when
	// the merchant decides (when the form is drawn, say) and stored with it. The
	// same ID again is the same refund, never a second one.
	ID string
	// Amount may be a part; the zero Money is everything that is left.
	Amount Money
	// Reason is one of Stripe's three, or "".
	Reason RefundReason
	// Note is the merchant's own words, at most 5000 characters; Stripe gets the
	// first 500 (RFD-09). Buyers do not see it.
	Note string
}

// RefundReason is why the money goes back, as Stripe knows it. Fraudulent also
// puts card and mail address on Stripe's block lists.
// Source: docs.stripe.com/api/refunds/create.
type RefundReason string

// Stripe's three reasons.
const (
	RefundDuplicate   RefundReason = "duplicate"
	RefundFraudulent  RefundReason = "fraudulent"
	RefundByRequested RefundReason = "requested_by_customer"
)

// RefundState is where a refund stands.
type RefundState string

// The states of a refund. A refund that succeeded can still fail days later,
// when the buyer's bank does not take it; the money is with the merchant again
// then, and the host is told (RFD-05).
const (
	// RefundWanted: Stripe has not answered yet; the library goes on asking.
	RefundWanted RefundState = "wanted"
	// RefundPending: Stripe has it, the bank not yet.
	RefundPending RefundState = "pending"
	// RefundSucceeded: Stripe has sent it to the bank.
	RefundSucceeded RefundState = "succeeded"
	// RefundFailed: the bank did not take it.
	RefundFailed RefundState = "failed"
	// RefundCanceled: it was taken back before it left.
	RefundCanceled RefundState = "canceled"
	// RefundRefused: Stripe has definitely not made it.
	RefundRefused RefundState = "refused"
)

// Refunded is one refund of a payment, made by us or in Stripe's Dashboard.
type Refunded struct {
	Operation string // Refund.ID; "" for one made elsewhere
	ID        string // Stripe's (re_…), "" until it is known
	Amount    Money
	State     RefundState
	Failure   string // Stripe's failure_reason, or the code of a refusal
	Reason    RefundReason
	Note      string
	At        time.Time // when it was asked for, or made elsewhere; UTC
}

const maxNote = 5000

// check gives what is wanted, in minor units, or all faults.
func (r Refund) check() (checkout.Refund, []Fault) {
	minor, faults := merchantAmount("refund.amount", r.Amount)
	if r.ID == "" || len(r.ID) > 128 || textFault(r.ID) != "" {
		faults = append(faults, Fault{"refund.id", "malformed"})
	} else if madeCard(r.ID) {
		faults = append(faults, Fault{"refund.id", faultCardNumber})
	}
	switch r.Reason {
	case "", RefundDuplicate, RefundFraudulent, RefundByRequested:
	default:
		faults = append(faults, Fault{"refund.reason", "unknown"})
	}
	switch {
	case !utf8.ValidString(r.Note):
		faults = append(faults, Fault{"refund.note", "not_utf8"})
	case utf8.RuneCountInString(r.Note) > maxNote:
		faults = append(faults, Fault{"refund.note", "too_long"})
	case typedCard(r.Note):
		faults = append(faults, Fault{"refund.note", faultCardNumber})
	}
	return checkout.Refund{Op: r.ID, Amount: minor, Reason: string(r.Reason), Note: r.Note}, faults
}

// Refund gives captured money back, in part or in full: see [PaymentPlugin].
func (p *Plugin) Refund(ctx context.Context, id PaymentID, refund Refund) (Payment, error) {
	const op = "Refund"
	want, faults := refund.check()
	if len(faults) > 0 {
		return Payment{}, invalid(op, faults)
	}
	if err := p.notACopy(ctx, op); err != nil {
		return Payment{}, err
	}
	j, gen, err := p.hostJob(ctx, op, id)
	if err != nil {
		return Payment{}, err
	}
	if code := j.foreign(gen, refund.Amount); code != "" {
		return Payment{}, fail(op, code, nil)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), payBudget)
	defer cancel()
	verdict, looked := checkout.RefundTaken, false
	err = j.run(ctx, func(r *checkout.Row) bool {
		verdict = r.Refund(gen, want, p.now())
		if verdict == checkout.RefundNothing && !looked && r.Doubt(gen) {
			looked = true // captured in the Dashboard, perhaps
			return false
		}
		made, _ := r.RefundOf(gen, want.Op)
		return verdict != checkout.RefundTaken || made.State != checkout.RefundWanted
	})
	switch {
	case err != nil:
		return Payment{}, storeError(op, err)
	case verdict != checkout.RefundTaken:
		return Payment{}, refundFailure(op, verdict)
	}
	if code := refusalCode(j.row.RefundOf(gen, want.Op)); code != "" {
		return Payment{}, fail(op, code, nil)
	}
	return p.payment(ctx, j.row, gen), nil
}

// refundFailure is a verdict as an error, nil for a refund that was taken.
func refundFailure(op string, verdict checkout.RefundVerdict) error {
	switch verdict {
	case checkout.RefundOther:
		return invalid(op, []Fault{{"refund.id", "used"}})
	case checkout.RefundNothing:
		return fail(op, CodeNotHeld, nil)
	case checkout.RefundTooMuch:
		return fail(op, CodeTooMuch, nil)
	default:
		return nil
	}
}

// refusalCode is what a definite refusal of Stripe's means: where a refund that
// was made elsewhere has left too little, that is the reason.
func refusalCode(made checkout.Refund, left int64) Code {
	switch {
	case made.State != checkout.RefundRefused:
		return ""
	case made.Amount > left:
		return CodeTooMuch
	}
	return CodeStripe
}

func (j *job) refundBody(a *checkout.Attempt, f *checkout.Refund) string {
	return stripeapi.Refund{
		Intent: a.Intent, Operation: f.Op, Amount: f.Amount, Reason: f.Reason, Note: cut(f.Note, 500), Ref: j.row.WantedRef(),
	}.Body()
}

func refundedView(a *checkout.Attempt) []Refunded {
	var all []Refunded
	for _, f := range a.Matters.Refunds {
		all = append(all, Refunded{
			Operation: f.Op, ID: f.ID, Amount: FromMinor(f.Amount, a.Currency), State: RefundState(f.State),
			Failure: f.Failure, Reason: RefundReason(f.Reason), Note: f.Note, At: f.At,
		})
	}
	return all
}
