package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// Repairer is what of a plugin repairs need: *[stripesecure.Plugin]. All of it
// goes through the same transition as webhook and sweep.
type Repairer interface {
	Inspect(ctx context.Context, intent string) (stripesecure.Rechecked, error)
	Recheck(ctx context.Context, intent string) (stripesecure.Rechecked, error)
	OrderRefused(ctx context.Context, id stripesecure.PaymentID, refusal stripesecure.Refusal) (stripesecure.Result, error)
}

// RepairOptions say how to repair.
type RepairOptions struct {
	// Do repairs. Without it nothing is changed, and each [Repair] says what
	// would be done.
	Do bool
	// Order is the host's order as it is now. Needed for releasing the hold of an
	// order that the shop has cancelled: a list may be old by then. An error means
	// "not known now".
	Order func(ctx context.Context, id string) (Order, error)
}

// RepairStep is what a repair does about a finding. Its name is stable.
type RepairStep uint8

// The steps.
const (
	// RepairNone: the finding asks for nothing, or not yet.
	RepairNone RepairStep = iota
	// RepairPerson: a person decides. The payment is of no stored checkout
	// (design, rule 10), or money would have to be given or taken.
	RepairPerson
	// RepairRecheck: Stripe's state is brought to the checkout that made the
	// payment; what is due then is done: a hold without an order is released, an
	// order is settled, the host is told.
	RepairRecheck
	// RepairVoid: the hold of an order that the shop has cancelled is released.
	RepairVoid
)

const numRepairSteps = int(RepairVoid) + 1

var repairStepNames = [numRepairSteps]string{"none", "person", "recheck", "void"}

// String returns the stable name: "recheck".
func (s RepairStep) String() string {
	if int(s) >= numRepairSteps {
		return fmt.Sprintf("repair(%d)", uint8(s))
	}
	return repairStepNames[s]
}

// MarshalText writes the stable name.
func (s RepairStep) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a stable name.
func (s *RepairStep) UnmarshalText(text []byte) error { return named(s, repairStepNames[:], text) }

// Repair is what was done about a finding, or would be.
type Repair struct {
	Finding Finding
	Step    RepairStep
	Done    bool // false in a dry run, and when Err is set
	// Status is Stripe's, as asked right before, or after it was done; "" when
	// Stripe was not asked.
	Status string
	// Next is what the library does next about the payment.
	Next stripesecure.Step
	// Err is why it could not be done. The next finding is tried all the same.
	Err error
}

// Repairs goes through findings and repairs what can be repaired without a
// person, asking Stripe about each payment again before. In a dry run, which is
// the default, it only says what it would do. It does what is due anyway, as the
// sweep would: it takes and gives back no money that neither an order nor a clerk
// has asked for, and never touches a payment that no stored checkout has made. An
// error of the findings, or the end of ctx, ends it.
func Repairs(ctx context.Context, plugin Repairer, findings iter.Seq2[Finding, error], o RepairOptions) iter.Seq2[Repair, error] {
	return func(yield func(Repair, error) bool) {
		for f, err := range findings {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Repair{}, err)
				return
			}
			r := Repair{Finding: f}
			r.Err = r.decide(ctx, plugin, o)
			if ctx.Err() != nil {
				yield(Repair{}, ctx.Err())
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// decide asks Stripe, chooses the step, and takes it when it is to be done.
func (r *Repair) decide(ctx context.Context, plugin Repairer, o RepairOptions) error {
	f := &r.Finding
	switch {
	case f.Action == None, f.Action == Wait:
		return nil
	case f.Class == BadLine, f.PaymentIntent == "":
		r.Step = RepairPerson
		return nil
	}
	found, err := plugin.Inspect(ctx, f.PaymentIntent)
	switch {
	case errors.Is(err, stripesecure.ErrNotFound), errors.Is(err, stripesecure.ErrInvalid):
		r.Step = RepairPerson
		return nil
	case err != nil:
		return err
	}
	r.Status, r.Next = found.Intent.Status, found.Next
	cancelled, err := o.cancelled(ctx, f, found)
	switch {
	case err != nil:
		return err
	case cancelled:
		r.Step = RepairVoid
		return r.void(ctx, plugin, o, found)
	case !found.Known, !found.New && found.Next == stripesecure.StepNone:
		r.Step, r.Next = RepairPerson, stripesecure.StepNone
		return nil
	}
	r.Step = RepairRecheck
	return r.recheck(ctx, plugin, o)
}

// cancelled reports whether this is the hold of an order that the shop has
// cancelled: as the finding says, as the plugin knows the order, and as the shop
// says now.
func (o RepairOptions) cancelled(ctx context.Context, f *Finding, found stripesecure.Rechecked) (bool, error) {
	held := found.Known && found.Current && found.Intent.Status == RequiresCapture.String()
	if !held || o.Order == nil || f.Order == nil || f.Order.Status != Cancelled {
		return false, nil
	}
	if known := found.Payment.Order; known != nil && known.Ref != f.Order.ID {
		return false, nil // the checkout has another order, which may be alive
	}
	now, err := o.Order(ctx, f.Order.ID)
	if err != nil {
		return false, err
	}
	return now.ID == f.Order.ID && now.Status == Cancelled && (now.PaymentIntent == "" || now.PaymentIntent == found.Intent.ID), nil
}

func (r *Repair) void(ctx context.Context, plugin Repairer, o RepairOptions, found stripesecure.Rechecked) error {
	if !o.Do {
		r.Next = stripesecure.StepCancel
		return nil
	}
	_, err := plugin.OrderRefused(ctx, found.Payment.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: r.Finding.Order.ID})
	if err != nil {
		return err
	}
	return r.recheck(ctx, plugin, o)
}

func (r *Repair) recheck(ctx context.Context, plugin Repairer, o RepairOptions) error {
	if !o.Do {
		return nil
	}
	after, err := plugin.Recheck(ctx, r.Finding.PaymentIntent)
	if err != nil {
		return err
	}
	r.Done, r.Status, r.Next = true, after.Intent.Status, after.Next
	return nil
}

var repairWords = [numRepairSteps]words{
	RepairNone:    {"対応は不要です。", "Nothing is to be done."},
	RepairPerson:  {"人の判断が必要です。自動では何もしません。", "A person has to decide; nothing is done by itself."},
	RepairRecheck: {"Stripeの状態を取り込み、必要な処理(注文のない枠の解放、店舗への通知など)を続けます。", "Take over what Stripe says and go on: release a hold without an order, tell the shop."},
	RepairVoid:    {"キャンセルされた注文の枠を解放します。", "Release the hold of the cancelled order."},
}

var repairDone = [numRepairSteps]words{
	RepairRecheck: {"Stripeの状態({1})を取り込みました。", "What Stripe says ({1}) was taken over."},
	RepairVoid:    {"キャンセルされた注文の枠を処理しました(Stripe: {1})。", "The hold of the cancelled order was dealt with (Stripe: {1})."},
}

var repairFailed = words{"できませんでした({1})。次の照合のときに、もう一度試します。", "It could not be done ({1}); the next run tries again."}

// Text says to a clerk what was done, or would be.
func (r *Repair) Text(lang wording.Language) string {
	switch {
	case r.Err != nil:
		return repairFailed.in(lang, string(stripesecure.CodeOf(r.Err)))
	case r.Done:
		return repairDone[r.Step].in(lang, r.Status)
	}
	return repairWords[r.Step].in(lang)
}
