package stripesecure

import (
	"context"
	"errors"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// Step is the next thing that the library does about a payment.
type Step string

// The steps. StepNone: it waits for somebody, or for a time that has not come.
const (
	StepNone       Step = ""
	StepRead       Step = "read"        // look at Stripe
	StepFind       Step = "find"        // look for a create without an answer
	StepReview     Step = "review"      // read refunds and disputes
	StepCancel     Step = "cancel"      // cancel it at Stripe, which releases its hold
	StepSettle     Step = "settle"      // write the order's id to Stripe, and capture when that is due
	StepTag        Step = "tag"         // write the id of an order that is no more
	StepRefund     Step = "refund"      // send a refund that the merchant has asked for
	StepCloseKey   Step = "close_key"   // ask the host whether there is an order
	StepPlaceOrder Step = "place_order" // ask the host for the order of a buyer who has paid
	StepTell       Step = "tell"        // tell the host what changed
)

// Rechecked is a PaymentIntent as Stripe shows it now, and the checkout that has
// made it.
type Rechecked struct {
	// Intent is without its Created.
	Intent Intent
	// Known says that a stored checkout has made it. Nothing is ever done about
	// one that is not known (design, rule 10): it is another program's, or its
	// row was lost, and a person decides.
	Known bool
	// Payment is that checkout's payment, with what Stripe shows brought into it.
	Payment Payment
	// Current says that the PaymentIntent is the one of Payment, and not that of
	// an earlier attempt.
	Current bool
	// New says that Stripe shows something that the checkout did not know.
	New bool
	// Next is what the library does about it first, or, after Recheck, next.
	Next Step
}

// Inspect asks Stripe for a PaymentIntent and says what Recheck would do. It
// changes nothing, neither at Stripe nor in the store. Errors: invalid,
// not_found (Stripe has none), not_ready, stripe, store, canceled.
func (p *Plugin) Inspect(ctx context.Context, intent string) (Rechecked, error) {
	const op = "Inspect"
	in, found, err := p.ask(ctx, op, intent)
	if err != nil || !in.Signed {
		return found, err
	}
	j := p.newJob(false)
	j.tell, j.background = true, true
	if err := j.open(ctx, CheckoutID(in.Checkout)); err != nil {
		return Rechecked{}, storeError(op, err)
	}
	if !j.row.Knows(in) {
		return found, nil
	}
	found.New = !j.row.UpToDate(in)
	// The row is a copy that is never saved.
	j.row.ReadIntent(in.Attempt, in, p.now())
	if found.New {
		j.row.Told(in.Attempt)
	}
	found.seen(ctx, j)
	return found, nil
}

// Recheck asks Stripe for a PaymentIntent and brings what it says to the checkout
// that has made it, through the same transition as webhook and sweep; then does
// what is due: a hold that nobody needs is released once its order key is closed,
// an order that was reported is settled, the host is told. It never moves money
// for a PaymentIntent that no stored checkout knows. Errors: those of Inspect,
// and copy.
func (p *Plugin) Recheck(ctx context.Context, intent string) (Rechecked, error) {
	const op = "Recheck"
	if err := p.notACopy(ctx, op); err != nil {
		return Rechecked{}, err
	}
	in, found, err := p.ask(ctx, op, intent)
	if err != nil || !in.Signed {
		return found, err
	}
	j := p.newJob(false)
	j.tell = true
	if err := j.open(ctx, CheckoutID(in.Checkout)); err != nil {
		return Rechecked{}, storeError(op, err)
	}
	found.New = j.row.Knows(in) && !j.row.UpToDate(in)
	known, err := p.link(ctx, in, true)
	if err == nil && known {
		err = j.open(ctx, CheckoutID(in.Checkout))
	}
	if err != nil {
		return Rechecked{}, storeError(op, err)
	}
	if !known {
		return found, nil
	}
	if a := j.row.Holder(in.ID); a != nil { // as Stripe shows it now
		found.Intent.Status, found.Intent.Received, found.Intent.Refunded = a.Seen.Status, a.Seen.Received, a.Seen.Refunded
	}
	found.seen(ctx, j)
	return found, nil
}

// ask reads a PaymentIntent of the account in the settings.
func (p *Plugin) ask(ctx context.Context, op, intent string) (checkout.Intent, Rechecked, error) {
	if !stripeID(intent, "pi_") {
		return checkout.Intent{}, Rechecked{}, invalid(op, []Fault{{"intent", "malformed"}})
	}
	s, err := p.opts.Settings.Settings(ctx)
	if err != nil {
		return checkout.Intent{}, Rechecked{}, fail(op, CodeNotReady, err)
	}
	client, err := p.client(ctx, scopeOf(s), inBackground)
	if err != nil {
		return checkout.Intent{}, Rechecked{}, stripeError(op, err)
	}
	in, err := client.Read(ctx, intent)
	var gone *stripeapi.Error
	switch {
	case err != nil && ctx.Err() != nil:
		return checkout.Intent{}, Rechecked{}, fail(op, CodeCanceled, ctx.Err())
	case errors.As(err, &gone) && gone.Gone():
		return checkout.Intent{}, Rechecked{}, fail(op, CodeNotFound, nil)
	case err != nil:
		return checkout.Intent{}, Rechecked{}, stripeError(op, err)
	}
	listed := stripeapi.Listed{Intent: in, Metadata: map[string]string{orderKey: in.Ref}}
	return in, Rechecked{Intent: intentOf(listed, orderKey)}, nil
}

// seen fills in what the row says.
func (f *Rechecked) seen(ctx context.Context, j *job) {
	f.Known = true
	gen := j.row.Gen
	if a := j.row.Holder(f.Intent.ID); a != nil {
		gen = a.Gen
		f.Current = a == j.row.AttemptOf(gen)
	}
	f.Payment = j.p.payment(ctx, j.row, gen)
	cmd, due := j.next(ctx) // deadlines that have passed take effect on the way
	switch {
	case !due:
	case cmd.Kind == checkout.CreateCustomer, cmd.Kind == checkout.CreateIntent, cmd.Kind == checkout.Confirm:
		// it waits for its buyer
	default:
		f.Next = Step(cmd.Kind)
	}
}
