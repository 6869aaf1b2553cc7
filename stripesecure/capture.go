package stripesecure

import (
	"context"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Capture takes the money that is held for the order, all of it or a part, once: see
// [PaymentPlugin] for what comes back.
func (p *Plugin) Capture(ctx context.Context, id PaymentID, amount Money) (Payment, error) {
	const op = "Capture"
	minor, faults := merchantAmount("amount", amount)
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
	if code := j.foreign(gen, amount); code != "" {
		return Payment{}, fail(op, code, nil)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), payBudget)
	defer cancel()
	w := captureWish{gen: gen, amount: minor}
	if err := j.run(ctx, w.put); err != nil {
		return Payment{}, storeError(op, err)
	}
	if code := w.code(j.row); code != "" {
		return Payment{}, fail(op, code, nil)
	}
	return p.payment(ctx, j.row, gen), nil
}

// foreign refuses what no row decides: a payment that was never begun, and an
// amount in another currency than the payment's.
func (j *job) foreign(gen int, amount Money) Code {
	switch a := j.row.AttemptOf(gen); {
	case j.row.Version == 0:
		return CodeNotFound
	case a == nil:
		return CodeNotHeld
	case !amount.IsZero() && amount.Currency != a.Currency:
		return CodeTooMuch
	}
	return ""
}

// captureWish is the merchant's wish on its way into the row. Once it is stored
// it is not put there again: Stripe may have refused it meanwhile.
type captureWish struct {
	gen     int
	amount  int64
	verdict checkout.CaptureVerdict
	asked   bool
	refused int // so often before
}

func (w *captureWish) put(r *checkout.Row) bool {
	a := r.AttemptOf(w.gen)
	if w.gen != r.Gen || w.asked && a.CaptureRefusals > w.refused {
		return true
	}
	w.verdict = r.Capture(w.amount)
	w.asked, w.refused = true, a.CaptureRefusals
	return w.verdict != checkout.CaptureTaken && w.verdict != checkout.CaptureDoubt
}

// code is what to answer, "" when the money is captured or will be.
func (w *captureWish) code(r *checkout.Row) Code {
	a := r.AttemptOf(w.gen)
	switch {
	case w.asked && a.CaptureRefusals > w.refused:
		return CodeStripe
	case w.gen != r.Gen && a.State == checkout.Captured:
		return CodeCaptured
	case w.gen != r.Gen:
		return CodeNotHeld
	}
	switch w.verdict {
	case checkout.CaptureOther:
		return CodeCaptured
	case checkout.CaptureDoubt:
		return CodeStripe
	case checkout.CaptureNotHeld:
		return CodeNotHeld
	case checkout.CaptureTooMuch:
		return CodeTooMuch
	}
	return ""
}

// merchantAmount is an amount that a merchant has named, in minor units; the
// zero Money stands for everything there is.
func merchantAmount(field string, m Money) (int64, []Fault) {
	if m.IsZero() && m.Currency == "" {
		return 0, nil
	}
	if m.Amount.Sign() <= 0 {
		return 0, []Fault{{field, "not_positive"}}
	}
	if faults := checkMoney(field, m); len(faults) > 0 {
		return 0, faults
	}
	minor, _ := m.Minor()
	return minor, nil
}
