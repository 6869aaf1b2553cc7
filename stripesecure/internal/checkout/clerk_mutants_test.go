package checkout

import (
	"slices"
	"testing"
)

// Mutants of what clerks do; the models without clerks know none of them.
const (
	captureOnTheOffer mutant = iota + 1000
	captureAll
	clickIsLost
	lastClerkWins
	refusalIsForgotten
	captureSurvivesTheVoid
	voidIsFinal
	voidedBeforeProof
	captureUnasked
	refundOfAHold
	refundWithFreshKey
	secondClickRefunds
	wantedIsNotCounted
	lostRefundIsRefused
	listIsNotMatched
	listIsIgnored
	doubtIsDone
)

// toCapture is what a capture asks Stripe for.
func (m *model) toCapture(a *Attempt) int64 {
	if m.mutant == captureAll {
		return 0
	}
	return a.ToCapture
}

// clickMutant mistreats a clerk's click; true: it did.
func (m *model) clickMutant(w *world, amount int64) bool {
	a := w.Row.Current()
	switch {
	case a == nil:
	case m.mutant == captureOnTheOffer && a.State == Offered && w.Workers[1].Phase == idle:
		w.Left.Captures--
		w.Clerk.Want, w.Clerk.Of = a.Amount, a.ID
		w.Workers[1] = worker{Phase: sending, Kind: Settle, Req: request{
			Key: "bare", Kind: Settle, Attempt: a.ID, Intent: a.Intent, Gen: a.Gen, Capture: true, Ref: "R1",
		}}
		return true
	case m.mutant == lastClerkWins && a.State == Placed && a.ToCapture > 0:
		w.Left.Captures--
		a.ToCapture = amount
		if amount == 0 {
			a.ToCapture = a.Amount
		}
		w.Clerk.Want = a.ToCapture
		return true
	}
	return false
}

// refundMutant undoes what the row has decided about an operation.
func (m *model) refundMutant(w *world, op string, amount int64, verdict RefundVerdict) RefundVerdict {
	a := w.Row.Current()
	if a == nil || amount == 0 {
		return verdict
	}
	add := func() RefundVerdict {
		a.Matters.Refunds = append(a.Matters.Refunds, &Refund{Op: op, Amount: amount, State: RefundWanted, At: t0})
		return RefundTaken
	}
	switch {
	case m.mutant == refundOfAHold && verdict == RefundNothing && a.State == Placed:
		a.State = Captured
		return add()
	case m.mutant == secondClickRefunds && verdict == RefundTaken && a.Matters.refund(op).Call != nil:
		a.Matters.refund(op).Op += "'"
		return add()
	case m.mutant == wantedIsNotCounted && verdict == RefundTooMuch && amount <= a.Seen.Received-a.Matters.refunded():
		return add()
	}
	return verdict
}

// reviewMutant changes what was read.
func (m *model) reviewMutant(done *worker) {
	switch m.mutant {
	case listIsNotMatched:
		done.List = slices.Clone(done.List)
		for i := range done.List {
			if done.List[i].Op != "" {
				done.List[i].Op = ""
			}
		}
	case listIsIgnored:
		done.List = nil
	}
}

// mutateClerk undoes what the core has decided.
func (m *model) mutateClerk(w *world) {
	r := w.Row
	a := r.last()
	if a == nil {
		return
	}
	switch m.mutant {
	case captureUnasked:
		if a.State == Placed && !a.Automatic && a.ToCapture == 0 && a.Call == nil && !a.Settled {
			a.ToCapture = a.Amount
		}
	case captureSurvivesTheVoid:
		if a.State == Cancelling && r.End != nil && r.End.Order != nil && w.Clerk.Want > 0 && w.Clerk.Of == a.ID && a.Seen.Status == "requires_capture" {
			r.Order, r.End = r.End.Order, nil
			a.State, a.ToCapture, a.Settled = Placed, w.Clerk.Want, false
		}
	case voidIsFinal:
		if a.State == Captured && slices.ContainsFunc(w.Host.Orders, func(o hostOrder) bool { return o.Said && o.Gen == a.Gen }) {
			r.Order, r.KeyClosed, r.Untold = nil, true, nil
		}
	case voidedBeforeProof:
		for _, o := range w.Host.Orders {
			if o.Said && o.Gen == r.Gen && a.State == Cancelling {
				w.Host.tell(o.Gen, "voided")
			}
		}
	case doubtIsDone:
		for _, f := range a.Matters.Refunds {
			if f.State == RefundWanted && f.Call != nil && f.Call.NotDone {
				f.State, f.Call = RefundSucceeded, nil
			}
		}
	}
}

var clerkMutants = []struct {
	name   string
	mutant mutant
	by     string
	model  string
	also   bool // models without clerks catch it too
}{
	{"a hold is captured on the strength of an offer", captureOnTheOffer, "B", "clerk and buyer", false},
	{"a part is asked for, and all is captured", captureAll, "K", "clerks, manual", false},
	{"a click is taken and nothing is sent", clickIsLost, "K", "clerks, manual", false},
	{"the last clerk wins while the first one's call is under way", lastClerkWins, "K", "clerks, manual", false},
	{"a capture that was refused is tried again", refusalIsForgotten, "K", "clerks, definite answers", false},
	{"a clerk's capture survives the void", captureSurvivesTheVoid, "BV", "capture and void", false},
	{"the order of a capture that won stays withdrawn", voidIsFinal, "BDV", "capture and void", true},
	{"voided is said before the cancel is read back", voidedBeforeProof, "V", "capture and void", true},
	{"captured although ⑬ is manual and nobody has asked", captureUnasked, "K", "clerks, manual", true},
	{"a hold is refunded", refundOfAHold, "R", "refunds", false},
	{"a fresh key when a refund is sent again", refundWithFreshKey, "R", "refunds, a loss", false},
	{"a second click is a second refund", secondClickRefunds, "R", "refunds", false},
	{"what is wanted does not count as gone", wantedIsNotCounted, "R", "refunds", false},
	{"a lost answer is a refund refused", lostRefundIsRefused, "R", "refunds, a loss", false},
	{"the list's refunds are not matched by operation", listIsNotMatched, "R", "refunds, a loss", false},
	{"the list is not looked at", listIsIgnored, "ER", "refunds, Dashboard", false},
	{"a refund in doubt counts as done", doubtIsDone, "R", "refunds, a loss", false},
}

func TestExplorerCatchesMutants_ofClerks(t *testing.T) {
	for _, mu := range clerkMutants {
		t.Run(mu.name, func(t *testing.T) {
			t.Parallel()
			caught(t, mu.mutant, mu.model, mu.by)
			if mu.also {
				return
			}
			for _, name := range []string{"prompt, manual", "one try, withdrawn"} {
				old := modelNamed(t, name)
				old.mutant, old.most = mu.mutant, 1_000
				if res := explore(&old); res.violation != "" {
					t.Errorf("%s, without clerks, catches it too: %s", name, res.violation)
				}
			}
		})
	}
}
