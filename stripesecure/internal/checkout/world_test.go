package checkout

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A world is the shipped core, a row and its functions, inside a small hostile
// model: a Stripe, a host, two workers that pause, crash and lose answers, and
// a buyer with any number of tabs. Time is adversarial: whatever is on the
// row's agenda may happen at any moment, so no time is kept in a world, and
// leases, which only are times, are not modelled at all.
type world struct {
	Row       *Row
	Intents   []pi      `json:",omitempty"`
	Flight    []request `json:",omitempty"` // sent, given up, may arrive any time
	Replies   []reply   `json:",omitempty"` // Stripe's idempotency store
	Workers   [2]worker
	Host      host
	Tickets   []ticket `json:",omitempty"` // "place the order", told to some tab
	Total     int64    // of the cart now
	Told      []string `json:",omitempty"` // attempts that were offered or placed once
	Clerk     clerk    // who works on the order later
	Left      budget
	Exhausted int    // the generation in which Stripe took no more confirms
	Guest     bool   // who pays now is not logged in
	Keys      int    // that are in use
	Bad       string // a violation in the last step
}

type budget struct {
	Pays, Edits, Crashes, Losses, Refusals, Withdrawals, Outside, Secrets, Rejects, Busy, Orders, Logins int8
	Captures, Refunds, Bounces                                                                           int8
}

// pi is a PaymentIntent at Stripe.
type pi struct {
	Attempt   string
	Customer  string
	Gen       int
	Amount    int64
	Status    string
	Ref       string `json:",omitempty"`
	Error     string `json:",omitempty"`
	Cancelled string `json:",omitempty"`
	Charges   int
	Received  int64
	ByUs      bool `json:",omitempty"` // captured by us
}

// request is a POST on its way to Stripe.
type request struct {
	Key     string
	Kind    Kind
	Attempt string
	Of      string // the customer
	Intent  string `json:",omitempty"`
	Gen     int
	Amount  int64
	Ref     string `json:",omitempty"`
	Capture bool   `json:",omitempty"` // of Amount, 0: all of it
	Op      string `json:",omitempty"` // of a refund
}

type reply struct {
	Key string
	Ans Answer
}

// worker is a request or a sweep at work on the row.
type worker struct {
	Phase phase
	Kind  Kind    `json:",omitempty"`
	Req   request `json:",omitzero"`
	Ans   Answer  `json:",omitzero"`
	In    *Intent `json:",omitempty"` // what was read or found
	Of    string  `json:",omitempty"` // the attempt that was read
	Gen   int
	Order *Order `json:",omitempty"`
	No    bool   `json:",omitempty"` // the host refuses
	Stale *Row   `json:",omitempty"` // for the mutant without compare-and-set
	List  []RefundSeen
	Early bool // the list was read when no refund was in doubt, or it may still have been under way
}

type phase int

const (
	idle phase = iota
	sending
	answered
	hasRead
	hasKey
	hasPlaced
)

type host struct {
	Keys   []key       `json:",omitempty"` // by generation, from 1
	Orders []hostOrder `json:",omitempty"`
	// Refused are the generations for which the host could not make the order;
	// it may say so late and again.
	Refused []int    `json:",omitempty"`
	Told    []string `json:",omitempty"` // last state told, by generation
}

type key struct {
	Taken bool
	Order int // index+1, 0: closed
}

type hostOrder struct {
	Gen       int
	Ref       string
	Total     int64
	Cancelled bool `json:",omitempty"`
	Said      bool `json:",omitempty"` // OrderRefused with its ref was answered
}

type ticket struct {
	Gen   int
	Total int64
}

var t0 = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

const yen = "JPY"

// cloneInto makes c a world like w and uses its memory again: most successors
// are known already, and nobody keeps them.
func (w *world) cloneInto(c *world) *world {
	old := *c
	*c = *w
	c.Row = cloneRowInto(old.Row, w.Row)
	c.Intents, c.Flight, c.Replies = refill(old.Intents, w.Intents), refill(old.Flight, w.Flight), refill(old.Replies, w.Replies)
	c.Host.Keys, c.Host.Orders = refill(old.Host.Keys, w.Host.Keys), refill(old.Host.Orders, w.Host.Orders)
	c.Host.Refused, c.Host.Told = refill(old.Host.Refused, w.Host.Refused), refill(old.Host.Told, w.Host.Told)
	c.Tickets, c.Told = refill(old.Tickets, w.Tickets), refill(old.Told, w.Told)
	c.Clerk.Refunds, c.Clerk.Ops = refill(old.Clerk.Refunds, w.Clerk.Refunds), refill(old.Clerk.Ops, w.Clerk.Ops)
	return c
}

func refill[T any](old, from []T) []T { return append(old[:0], from...) }

// cloneRow copies what the core changes in place. The explorer proves that
// nothing is shared: it checks that a world is unchanged after its successors.
func cloneRow(r *Row) *Row {
	if r == nil {
		return nil
	}
	return cloneRowInto(&Row{}, r)
}

func cloneRowInto(c, r *Row) *Row {
	if c == nil {
		c = &Row{}
	}
	old := *c
	*c = *r
	c.Attempts = old.Attempts[:0]
	for i, a := range r.Attempts {
		b := &Attempt{}
		if i < len(old.Attempts) {
			b = old.Attempts[i]
		}
		tries, call := b.Tries, b.Call
		*b = *a
		b.Tries = refill(tries, a.Tries)
		if call != nil && a.Call != nil {
			*call = *a.Call
			b.Call = call
		} else {
			b.Call = copied(a.Call)
		}
		b.Matters = a.Matters.clone()
		c.Attempts = append(c.Attempts, b)
	}
	c.Order, c.End, c.Notice = copied(r.Order), copied(r.End), copied(r.Notice)
	c.Withdrawn, c.Ended = refill(old.Withdrawn, r.Withdrawn), refill(old.Ended, r.Ended)
	c.Findings, c.Untold = refill(old.Findings, r.Findings), refill(old.Untold, r.Untold)
	return c
}

func (m Matters) clone() Matters {
	m.Refunds = slices.Clone(m.Refunds)
	for i, f := range m.Refunds {
		f = copied(f)
		f.Call = copied(f.Call)
		m.Refunds[i] = f
	}
	m.Disputes, m.Warnings = slices.Clone(m.Disputes), slices.Clone(m.Warnings)
	return m
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// flatten takes the times out of a row: they order what happens, and here
// everything happens in every order.
func flatten(r *Row) {
	now := func(t *time.Time) {
		if !t.IsZero() {
			*t = t0
		}
	}
	never := func(t *time.Time) { *t = time.Time{} }
	now(&r.OrderAt)
	now(&r.Touched)
	never(&r.PlaceAt)
	never(&r.TellAt)
	r.PlaceFails, r.TellFails, r.Notice, r.Lease = 0, 0, nil, Lease{}
	r.NewsSeq = len(r.Untold)
	for i := range r.Untold {
		r.Untold[i].Seq = i + 1
	}
	for i := range r.Findings {
		now(&r.Findings[i].At)
	}
	for i := range r.Ended {
		now(&r.Ended[i].At)
		r.Ended[i].Order, r.Ended[i].OrderAt = nil, time.Time{} // history only
	}
	if r.End != nil {
		now(&r.End.At)
		never(&r.End.NextAt)
		r.End.Fails = 0
	}
	for _, a := range r.Attempts {
		now(&a.At)
		now(&a.AuthorizedAt)
		now(&a.ClosedAt)
		now(&a.CapturedAt)
		now(&a.EndedAt)
		never(&a.NextAt)
		a.Failures, a.Looks = 0, 0
		for i := range a.Tries {
			now(&a.Tries[i].At)
		}
		a.Call.flatten()
		for _, f := range a.Matters.Refunds {
			now(&f.At)
			never(&f.NextAt)
			f.Failures = 0
			f.Call.flatten()
		}
	}
}

func (c *Call) flatten() {
	if c != nil {
		c.First, c.Last, c.Sends = t0, t0, 0
	}
}

// intent is the object as Stripe shows it now.
func (w *world) intent(i int) *Intent {
	p := w.Intents[i]
	in := &Intent{
		ID: piName(i), Amount: p.Amount, Currency: yen, Customer: p.Customer, CaptureMethod: "manual", Attempt: p.Attempt,
		Checkout: w.Row.ID, Ref: p.Ref, Signed: true, Cancelled: p.Cancelled,
		Seen: Seen{Status: p.Status, Error: p.Error},
	}
	if p.Charges > 0 {
		in.Seen.Charge = fmt.Sprint("ch_", p.Charges)
	}
	switch p.Status {
	case "requires_capture":
		in.Seen.CaptureBefore = t0.AddDate(0, 0, 7)
	case "succeeded":
		in.Seen.Received, in.Seen.Refunded = p.Received, w.refunded(i)
	}
	return in
}

func piName(i int) string { return fmt.Sprint("pi_", i+1) }

// ofAttempt is the PaymentIntent that carries the attempt's id, as the list of
// the customer's PaymentIntents shows it.
func (w *world) ofAttempt(id string) *Intent {
	for i, p := range w.Intents {
		if p.Attempt == id {
			return w.intent(i)
		}
	}
	return nil
}

// A card's fate at a create or confirm.
const (
	held = iota
	declined
	challenged
	exhausted // declined, and Stripe takes no more confirms
)

// execute does the work of a POST, or replays it.
func (w *world) execute(m *model, req request, fate int8) Answer {
	if req.Kind == CreateCustomer {
		return Answer{Customer: "guest"}
	}
	for _, r := range w.Replies {
		if r.Key == req.Key {
			ans := r.Ans
			ans.Replayed = true
			return ans
		}
	}
	ans := w.work(m, req, fate)
	w.Replies = append(w.Replies, reply{req.Key, ans})
	return ans
}

func (w *world) work(m *model, req request, fate int8) Answer {
	if req.Kind == CreateIntent {
		w.Intents = append(w.Intents, pi{Attempt: req.Attempt, Customer: req.Of, Gen: req.Gen, Amount: req.Amount, Ref: req.Ref})
		return w.card(m, len(w.Intents)-1, fate)
	}
	i := w.index(req.Intent)
	p := &w.Intents[i]
	wrong := Answer{Error: "payment_intent_unexpected_state"}
	switch req.Kind {
	case Confirm:
		if p.Status != "requires_payment_method" && p.Status != "requires_action" {
			return wrong
		}
		return w.card(m, i, fate)
	case Cancel:
		if p.Status == "succeeded" || p.Status == "canceled" {
			return wrong
		}
		w.checkCancel(m, i)
		p.Status, p.Cancelled = "canceled", "abandoned"
	case Settle:
		if req.Capture {
			if p.Status != "requires_capture" {
				return wrong
			}
			w.checkCapture(i, req)
			p.Status, p.ByUs, p.Received = "succeeded", true, cmp.Or(req.Amount, p.Amount)
		}
		p.Ref = req.Ref
	case MakeRefund:
		return w.refund(i, req)
	case Tag:
		p.Ref = req.Ref
	}
	return Answer{Intent: w.intent(i)}
}

func (w *world) index(name string) int {
	for i := range w.Intents {
		if piName(i) == name {
			return i
		}
	}
	panic("no " + name)
}

func (w *world) card(m *model, i int, fate int8) Answer {
	p := &w.Intents[i]
	p.Charges++
	p.Error = ""
	switch fate {
	case declined:
		p.Status, p.Error = "requires_payment_method", "card_declined"
		return Answer{Intent: w.intent(i), Error: "card_declined"}
	case exhausted:
		p.Status = "canceled"
		return Answer{Intent: w.intent(i), Error: "card_declined"}
	case challenged:
		p.Status = "requires_action"
	default:
		p.Status = "requires_capture"
		if m.mutant == captureAtOnce {
			p.Status, p.ByUs, p.Received = "succeeded", true, p.Amount
			w.checkCapture(i, request{Ref: p.Ref})
		}
	}
	return Answer{Intent: w.intent(i)}
}

// Below is the host.

func (h *host) key(gen int) *key {
	for len(h.Keys) < gen {
		h.Keys = append(h.Keys, key{})
	}
	return &h.Keys[gen-1]
}

// commit is the host's own transaction: the order and its key, or the order
// that is there, or nil when the key is closed.
func (h *host) commit(m *model, gen int, total int64) *hostOrder {
	k := h.key(gen)
	if k.Taken && m.mutant != hostWithoutKey {
		if k.Order == 0 {
			return nil
		}
		return &h.Orders[k.Order-1]
	}
	h.Orders = append(h.Orders, hostOrder{Gen: gen, Ref: fmt.Sprint("R", len(h.Orders)+1), Total: total})
	*k = key{true, len(h.Orders)}
	return &h.Orders[len(h.Orders)-1]
}

// closeKey is the host's CloseOrderKey.
func (h *host) closeKey(m *model, gen int) *Order {
	k := h.key(gen)
	if m.mutant == closeInsertsNothing && !k.Taken {
		return nil
	}
	k.Taken = true
	if k.Order == 0 || m.mutant == orderFoundIsIgnored {
		return nil
	}
	o := h.Orders[k.Order-1].order()
	return &o
}

func (o hostOrder) order() Order { return Order{Ref: o.Ref, Total: o.Total, Currency: yen} }

func (h *host) tell(gen int, state string) {
	for len(h.Told) < gen {
		h.Told = append(h.Told, "")
	}
	h.Told[gen-1] = state
}

func (h *host) told(gen int) string {
	if gen > len(h.Told) {
		return ""
	}
	return h.Told[gen-1]
}

func (h *host) byRef(ref string) *hostOrder {
	for i := range h.Orders {
		if h.Orders[i].Ref == ref {
			return &h.Orders[i]
		}
	}
	return nil
}
