package checkout

import (
	"slices"
	"strings"
	"testing"
)

// mutant is a shell, a host or a Stripe that breaks a rule. The shipped core
// has no such switches: a mutant misuses it, or undoes what it decided.
type mutant int

const (
	none mutant = iota
	hostWithoutKey
	closeInsertsNothing
	orderFoundIsIgnored
	refusalSkipsTheKey
	callsWithoutPaymentID
	hostDropsOrders
	noTotalCheck
	freshKeyOnResend
	sendBeforeSave
	storeBlindly
	unknownIsFailed
	strayIsLeft
	strayIsAdopted
	notFoundIsProof
	captureAtOnce
	cancelBeforeFence
	cancelOffered
	offerUnderCancelling
	anotherBeforeProof
	nextGenerationTooEarly
	generationStays
	noTombstone
	redirectIsBelieved
	tooManyForgotten
)

func (m *model) mutantSteps(w *world, add func(op, int, int)) {
	a := w.Row.Live()
	if a == nil || a.Intent == "" {
		return
	}
	status := w.Intents[w.index(a.Intent)].Status
	switch {
	case m.mutant == cancelBeforeFence && a.State == Waiting,
		m.mutant == cancelOffered && a.State == Offered && status == "requires_capture":
		if w.Workers[1].Phase == idle {
			add(doMutant, 0, 0)
		}
	case m.mutant == redirectIsBelieved && status == "requires_action" && a.State == Waiting:
		add(doMutant, 1, 0)
	}
}

func (m *model) mutantDo(w *world, s step) bool {
	if s.op != doMutant {
		return false
	}
	a := w.Row.Live()
	i := w.index(a.Intent)
	if s.a == 1 {
		in := w.intent(i)
		in.Seen.Status = "requires_capture"
		w.Row.Observe(a, *in, t0)
		return true
	}
	w.Workers[1] = worker{Phase: sending, Kind: Cancel, Req: request{Key: "bare", Kind: Cancel, Attempt: a.ID, Intent: a.Intent, Gen: a.Gen}}
	return true
}

// mutate undoes what the core has decided.
func (m *model) mutate(w *world, genBefore int) {
	r := w.Row
	switch m.mutant {
	case offerUnderCancelling:
		if a := r.Live(); a != nil && a.State == Cancelling && a.Seen.Status == "requires_capture" && r.End == nil {
			a.State = Offered
		}
	case anotherBeforeProof:
		if a := r.Live(); a != nil && a.State == Cancelling && a.Intent != "" && r.End == nil {
			a.State = Cancelled
		}
	case nextGenerationTooEarly:
		if r.End != nil && r.End.Closed {
			r.nextGeneration(t0)
		}
	case generationStays:
		if r.Gen > genBefore {
			r.Gen, r.Ended = genBefore, slices.Delete(r.Ended, len(r.Ended)-1, len(r.Ended))
		}
	case noTombstone:
		r.Withdrawn = nil
	case tooManyForgotten:
		r.TooMany = false
	}
	if m.mutant > none && m.left.Captures+m.left.Refunds+m.left.Withdrawals > 0 {
		m.mutateClerk(w)
	}
}

// mutants are what the explorer must catch, and by which invariants.
var mutants = []struct {
	name   string
	mutant mutant
	by     string // letters, any of which will do
	model  string // the configuration that reaches it
}{
	{"the host has no order key", hostWithoutKey, "CDG", "prompt"},
	{"CloseOrderKey inserts nothing", closeInsertsNothing, "CDG", "prompt"},
	{"the order found under the key is ignored", orderFoundIsIgnored, "CD", "prompt"},
	{"a refusal does not ask for the key", refusalSkipsTheKey, "CDG", "prompt"},
	{"calls of the host without PaymentID", callsWithoutPaymentID, "BCD", "prompt"},
	{"the host drops orders without a word", hostDropsOrders, "D", "prompt, manual"},
	{"the host does not compare the total", noTotalCheck, "BD", "prompt"},
	{"a fresh key when a create is sent again", freshKeyOnResend, "ADF", "faults"},
	{"a create is sent before it is stored", sendBeforeSave, "DF", "faults"},
	{"an outcome is stored without compare-and-set", storeBlindly, "ACDF", "faults"},
	{"unknown counts as failed", unknownIsFailed, "DF", "faults"},
	{"nobody looks for strays of closed attempts", strayIsLeft, "D", "faults"},
	{"a stray of a closed attempt is adopted", strayIsAdopted, "ACDE", "faults"},
	{"not found counts as not charged", notFoundIsProof, "F", "faults"},
	{"captured at once by Stripe", captureAtOnce, "B", "faults"},
	{"a cancel is sent before the attempt leaves waiting", cancelBeforeFence, "CDE", "faults"},
	{"an offered hold is cancelled while its key is open", cancelOffered, "C", "tabs"},
	{"a hold is offered under cancelling", offerUnderCancelling, "CD", "tabs"},
	{"attempt n+1 before the cancel is proven", anotherBeforeProof, "ADF", "tabs"},
	{"the next generation before the cancel is proven", nextGenerationTooEarly, "ABDFV", "withdrawn"},
	{"a closed generation stays", generationStays, "DEH", "prompt"},
	{"a withdrawn ref is forgotten", noTombstone, "BD", "withdrawn"},
	{"the redirect's word is taken", redirectIsBelieved, "DE", "faults"},
	{"another PaymentIntent after too many confirms", tooManyForgotten, "N", "prompt, too many confirms"},
}

func TestExplorerCatchesMutants(t *testing.T) {
	for _, mu := range mutants {
		t.Run(mu.name, func(t *testing.T) {
			t.Parallel()
			caught(t, mu.mutant, mu.model, mu.by)
		})
	}
}

// caught holds that exploring a model finds the mutant, by one of these letters.
func caught(t *testing.T, mu mutant, in, by string) {
	t.Helper()
	m := modelNamed(t, in)
	m.mutant, m.most = mu, 200_000
	res := explore(&m)
	if res.violation == "" {
		t.Fatalf("not caught in %d states", res.states)
	}
	t.Logf("%s, after %d states", res.violation, res.states)
	if letter := res.violation[:1]; !strings.Contains(by, letter) {
		t.Fatalf("want one of %s: %s\n%s", by, res.violation, m.tell(res.trace))
	}
}

func modelNamed(t *testing.T, name string) model {
	t.Helper()
	for _, m := range models {
		if m.name == name {
			return m
		}
	}
	t.Fatalf("no model %q", name)
	return model{}
}
