package stripesecure

import (
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// The invariants that hold after every step. I1 to I13 are those of the
// reliability page, A to H those of the protocol's explorer:
//
//	A   at most one PaymentIntent backs an order or is captured by us (I1)
//	B   no capture before the host's order, or above its total (I2)
//	B2  none for an order whose cancellation was answered
//	C   no hold that the host may build on is cancelled by us
//	D   at rest: an order with its money, or neither (I4, I5, I13)
//	E   nothing is stuck: rest is reached, nothing stays unfinished (I10, I13)
//	F   nobody is told "not charged" while money may be held
//	G   one order for one cart; an honest host is never told of a conflict (I11)
//	H   no purchase begins under a closed key
//	I3  who is told "there is your order" has one
//	I6  attempt n+1 comes when attempt n is proven to be over
//	I7  a key is stored before it is sent, carries one body, is not used for long
//	I8  state only moves forward
//	I9  nothing local is final while Stripe is live
//	R   after the order: see sim_clerk_check_test.go
//	S   no secret stands in a row or in the log (see canary_test.go for errors)
//	T   Pay and Resume answer within 25 s
//	I12 nobody else's payments are touched

// simSeen is what the checks remember.
type simSeen struct {
	keys   map[string]simKey // stored with a row
	told   map[string]bool   // attempts and PaymentIntents that may have an order
	coming []string          // keys of creates on their way
}

type simKey struct {
	body  string
	first time.Duration
}

// checkSend is before a POST leaves the server.
func (w *simWorld) checkSend(call checkout.Call) {
	switch k, stored := w.seen.keys[call.Key]; {
	case !stored:
		w.failf("I7", "the key of %s is sent and not stored", call.Kind)
	case k.body != call.Path+" "+call.Body:
		w.failf("I7", "%s: one key, two bodies", call.Kind)
	case w.now-k.first > 23*time.Hour+5*time.Minute:
		w.failf("I7", "the key of %s is %s old", call.Kind, w.now-k.first)
	}
}

// checkStripe is after something has changed at Stripe.
func (w *simWorld) checkStripe() {
	captured := 0
	for _, i := range w.stripe.intents {
		if i.byUs {
			captured++
		}
	}
	if captured > 1 {
		w.failf("A", "%d PaymentIntents are captured", captured)
	}
	if r := w.store.now; r != nil && len(r.Attempts) > 0 && r.Proven() && w.mayHold() {
		w.failf("F", "a payment lives, and \"not charged\" may be said")
	}
}

// mayHold: money is held or taken, or may come to be.
func (w *simWorld) mayHold() bool {
	unknown := func(key string) bool { _, known := w.stripe.replies[key]; return !known }
	return slices.ContainsFunc(w.seen.coming, unknown) || slices.ContainsFunc(w.stripe.intents, func(i *simIntent) bool {
		return i.ours() && i.status != canceled
	})
}

func (i *simIntent) ours() bool { return i.signed && i.shop == simShop }

// checkCapture is when a capture takes effect.
func (w *simWorld) checkCapture(i *simIntent, amount int64) {
	o := w.host.byRef(i.ref)
	switch {
	case !i.ours():
		w.failf("I12", "a foreign payment is captured")
	case o == nil:
		w.failf("B", "%s is captured without an order", i.id)
	case amount > o.total || i.currency != "JPY":
		w.failf("B", "%s: %d captured for an order of %d", i.id, amount, o.total)
	case o.gen != i.gen:
		w.failf("B", "%s of generation %d is captured for the order of %d", i.id, i.gen, o.gen)
	default:
		w.checkAsked(i, o, amount)
	}
}

// checkCancel is when a cancel of ours takes effect.
func (w *simWorld) checkCancel(i *simIntent) {
	if !i.ours() {
		w.failf("I12", "a foreign payment is cancelled")
	}
	if i.status != needsCapture || !w.seen.told[i.attempt] && !w.seen.told[i.id] {
		return
	}
	for _, o := range w.host.orders {
		if o.gen == i.gen && !o.cancelled && (o.total == i.amount || !w.hostFirst) {
			w.failf("C", "the hold %s behind order %s is cancelled", i.id, o.ref)
		}
	}
}

func (w *simWorld) checkOrders() {
	live := 0
	for _, o := range w.host.orders {
		if !o.cancelled {
			live++
		}
	}
	if live > 1 {
		w.failf("G", "%d orders for one cart", live)
	}
}

// checkOffer is when the host is told that it may make the order.
func (w *simWorld) checkOffer(p Payment) {
	if p.Intent == "" {
		w.failf("I3", "an order is offered without a payment")
	}
	w.tell(p.Intent)
}

func (w *simWorld) tell(id string) {
	if w.seen.told == nil {
		w.seen.told = map[string]bool{}
	}
	w.seen.told[id] = true
}

// checkResult is what a buyer is told.
func (w *simWorld) checkResult(res Result) {
	if ref, ok := strings.CutPrefix(res.URL, "https://shop.example/orders/"); ok && w.host.byRef(ref) == nil {
		w.failf("I3", "the buyer is sent to order %s, which does not exist", ref)
	}
	if w.orders && res.Do == PlaceOrder {
		w.failf("I3", "a host with Orders is told to place the order itself")
	}
	w.checkSentence(res)
}

// checkSentence: "not charged" is said when it is proven, to buyers and to hosts.
func (w *simWorld) checkSentence(res Result) {
	fresh := w.store.now != nil && res.Payment.Version == w.store.now.Version
	if fresh && strings.Contains(res.Message.Text+res.Payment.Notice.Text, "You have not been charged") && w.mayHold() {
		w.failf("F", "\"not charged\" is said, and a payment lives or may come")
	}
}

// checkRefused is what a host is told that has refused.
func (w *simWorld) checkRefused(res Result) {
	w.checkSentence(res)
	_, gen, _ := res.Payment.ID.split()
	for _, i := range w.stripe.intents {
		if res.Payment.State == StateVoided && i.gen == gen && i.ours() && (i.status == needsCapture || i.status == succeeded) && w.linked(i) {
			w.failf("F", "the host is told voided, and %s is %s", i.id, i.status)
		}
	}
}

// linked reports whether the row knows the PaymentIntent, and not as a stray of
// a create that was closed as not found.
func (w *simWorld) linked(i *simIntent) bool {
	return w.store.now != nil && !w.rowFound("stray_payment") &&
		slices.ContainsFunc(w.store.now.Attempts, func(a *checkout.Attempt) bool { return a.Intent == i.id })
}

func (w *simWorld) rowFound(code string) bool {
	return w.store.now != nil && slices.ContainsFunc(w.store.now.Findings, func(f checkout.Finding) bool { return f.Code == code })
}

// checkConflict: an honest host makes no conflicts.
func (w *simWorld) checkConflict(err error) {
	switch CodeOf(err) {
	case CodeOrderConflict, CodeNotFound, CodeInvalid:
		w.failf("G", "an honest host is answered %v", err)
	}
}
