package checkout

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// model is what one exploration may do.
type model struct {
	name      string
	policy    Policy
	automatic bool
	guest     bool
	saved     bool // cards may be saved ones
	prompt    bool // one worker, and its calls are answered at once
	fates     []int8
	left      budget
	most      int // states
	mutant    mutant
	calmed    *calmed
	scratch   *world // memory that is used again
	buffers   [2][]byte
	slow      bool // the host is told late, and of the end of a hold
	placed    bool // begins where a hold and its order belong together
}

// op is one atomic thing that may happen.
type op string

const (
	doEdit     op = "the buyer edits the cart"
	doPay      op = "the buyer pays"
	doLogin    op = "the buyer logs in or out"
	doReturn   op = "the buyer comes back"
	doGoOn     op = "a Pay that is under way asks again"
	doBank     op = "3-D Secure ends"
	doSecret   op = "the buyer confirms with the client secret"
	doItem     op = "a worker takes up"
	doExecute  op = "Stripe executes the call of worker"
	doReject   op = "Stripe refuses the call of worker (4xx, nothing done)"
	doDeny     op = "Stripe denies the key of worker (401)"
	doBusy     op = "Stripe is busy (429) for worker"
	doGiveUp   op = "the answer is lost, the call may still arrive: worker"
	doCrash    op = "crash of worker"
	doApply    op = "stores what it learned: worker"
	doArrive   op = "a late call arrives"
	doExpire   op = "the hold expires"
	doGrab     op = "somebody captures in the Dashboard"
	doKill     op = "somebody cancels in the Dashboard"
	doEvent    op = "an event, or the second janitor, reads"
	doCommit   op = "the host commits the order of a ticket"
	doRefuse   op = "the host cannot make the order of a ticket"
	doFirst    op = "the host commits its order first"
	doReport   op = "OrderPlaced"
	doRefused  op = "OrderRefused without a ref, generation"
	doWithdraw op = "the host cancels order"
	doSay      op = "OrderRefused with its ref, order"
	doTell     op = "the host is told"
	doCapture  op = "a clerk captures (0 all, 1 a part)"
	doRefund   op = "a clerk refunds (0 what is left, 1 a part)"
	doAgain    op = "a clerk asks again for refund"
	doBounce   op = "the bank does not take refund"
	doGiveBack op = "somebody refunds in the Dashboard"
	doMutant   op = "MUTANT"
)

type step struct {
	op   op
	a, b int8
}

func (s step) String() string { return fmt.Sprintf("%s %d/%d", s.op, s.a, s.b) }

// start is the world before the first Pay.
func (m *model) start() *world {
	w := &world{Row: New("shop", "c"), Total: 100, Left: m.left, Guest: m.guest}
	if !m.placed {
		return w
	}
	quick := *m
	quick.prompt = true
	w.Left.Pays++
	for _, s := range []step{{doPay, 0, 0}, {doItem, 0, 0}, {doCommit, 0, 0}, {doReport, 0, 0}} {
		quick.do(w, s)
	}
	return w
}

// steps lists what may happen next.
func (m *model) steps(w *world) []step {
	var s []step
	add := func(o op, a, b int) { s = append(s, step{o, int8(a), int8(b)}) }
	l := w.Left
	if l.Pays > 0 {
		add(doPay, 0, 0)
		for i := range w.Host.Orders { // a request that began before the order was cancelled may name it
			if m.policy.HostFirst {
				add(doPay, 0, i+1)
			}
		}
	}
	if l.Pays > 0 && m.saved && !w.Guest {
		add(doPay, 1, 0)
	}
	if l.Edits > 0 {
		add(doEdit, 0, 0)
	}
	if l.Logins > 0 {
		add(doLogin, 0, 0)
	}
	if a := w.Row.last(); a != nil {
		add(doGoOn, 0, 0)
		if a.State.Live() && a.Amount != w.Total {
			add(doReturn, 0, 0)
		}
	}
	m.stripeSteps(w, add)
	m.workerSteps(w, add)
	m.hostSteps(w, add)
	m.clerkSteps(w, add)
	m.mutantSteps(w, add)
	return s
}

func (m *model) stripeSteps(w *world, add func(op, int, int)) {
	l := w.Left
	for i, p := range w.Intents {
		switch p.Status {
		case "requires_action":
			add(doBank, i, held)
			add(doBank, i, declined)
		case "requires_payment_method":
			if l.Secrets > 0 {
				add(doSecret, i, 0)
			}
		case "requires_capture":
			if l.Outside > 0 {
				add(doExpire, i, 0)
				add(doGrab, i, 0)
				add(doKill, i, 0)
			}
		}
		if a := w.Row.attempt(p.Attempt); a != nil && (a.Intent == "" || a.Seen.Status != p.Status || w.unread(a, i)) {
			add(doEvent, i, 0)
		}
	}
	for i, r := range w.Flight {
		for _, f := range m.fatesOf(r) {
			add(doArrive, i, int(f))
		}
	}
}

func (m *model) fatesOf(r request) []int8 {
	switch r.Kind {
	case Confirm:
		return m.fates
	case CreateIntent: // the first confirm of a PaymentIntent is not one too many
		return slices.DeleteFunc(slices.Clone(m.fates), func(f int8) bool { return f == exhausted })
	}
	return []int8{0}
}

func (m *model) workerSteps(w *world, add func(op, int, int)) {
	l := w.Left
	for i, k := range w.Workers {
		switch k.Phase {
		case idle:
			if i == 1 && (w.Workers[0].Phase == idle || m.prompt) {
				continue // workers are alike
			}
			items, gone := w.Row.agenda(m.policy, true), w.Row.agenda(m.policy, false)
			for n, it := range items {
				add(doItem, i, n)
				if m.prompt {
					for _, f := range m.fatesOf(request{Kind: it.cmd.Kind})[1:] {
						add(doItem, i, n+int(f)*fateStep)
					}
				}
			}
			for n, it := range gone {
				if !slices.ContainsFunc(items, func(o item) bool { return sameItem(it, o) }) {
					add(doItem, i, -1-n)
				}
			}
		case sending:
			for _, f := range m.fatesOf(k.Req) {
				add(doExecute, i, int(f))
			}
			if l.Losses > 0 {
				add(doGiveUp, i, 0)
			}
			if l.Crashes > 0 {
				add(doCrash, i, 0)
			}
			if l.Rejects > 0 && (k.Req.Kind == CreateIntent || k.Req.Kind == MakeRefund || k.Req.Capture) {
				add(doReject, i, 0)
				add(doDeny, i, 0)
			}
			if l.Busy > 0 {
				add(doBusy, i, 0)
			}
		default:
			add(doApply, i, 0)
			if k.Phase == answered && l.Losses > 0 {
				add(doGiveUp, i, 0)
			}
			if l.Crashes > 0 {
				add(doCrash, i, 0)
			}
		}
	}
}

func sameItem(a, b item) bool {
	return a.cmd.Kind == b.cmd.Kind && a.cmd.Attempt == b.cmd.Attempt && a.cmd.Refund == b.cmd.Refund &&
		(a.deadline == nil) == (b.deadline == nil)
}

func (m *model) hostSteps(w *world, add func(op, int, int)) {
	l := w.Left
	for i := range w.Tickets {
		add(doCommit, i, 0)
		if l.Refusals > 0 {
			add(doRefuse, i, 0)
		}
	}
	for i, o := range w.Host.Orders {
		add(doReport, i, 0)
		if o.Cancelled && m.mutant != hostDropsOrders {
			add(doSay, i, 0)
		}
		if !o.Cancelled && l.Withdrawals > 0 {
			add(doWithdraw, i, 0)
		}
	}
	for _, gen := range w.Host.Refused {
		add(doRefused, gen, 0)
	}
	if m.policy.HostFirst && l.Orders > 0 && !slices.ContainsFunc(w.Host.Orders, func(o hostOrder) bool { return !o.Cancelled }) {
		add(doFirst, 0, 0)
	}
	if len(w.Row.Untold) > 0 {
		add(doTell, 0, 0)
	}
}

// do makes a step happen in w; false: it does not apply.
func (m *model) do(w *world, s step) bool {
	w.Bad = ""
	before := w.Row.Gen
	ok := m.buyer(w, s) || m.stripe(w, s) || m.worker(w, s) || m.host(w, s) || m.clerk(w, s) || m.mutantDo(w, s)
	m.mutate(w, before)
	m.settle(w)
	return ok
}

func (m *model) buyer(w *world, s step) bool {
	switch s.op {
	case doEdit:
		w.Left.Edits--
		w.Total = 300 - w.Total
	case doPay:
		m.pay(w, s.a == 1, int(s.b))
	case doLogin:
		w.Left.Logins--
		w.Guest = !w.Guest
	case doReturn:
		w.Row.Return(w.Total, yen, t0)
	case doGoOn:
		a := w.Row.last()
		attempts, tries := len(w.Row.Attempts), len(a.Tries)
		w.Row.Submit(m.submission(w, a.Tries[tries-1].ID, a.Amount), t0)
		if len(w.Row.Attempts) > attempts || len(a.Tries) > tries {
			w.bad("A", "one submission pays twice")
		}
	default:
		return false
	}
	return true
}

func (m *model) pay(w *world, saved bool, named int) {
	if named > 0 {
		w.Row.Name(w.Host.Orders[named-1].order(), m.policy.HostFirst, t0)
	}
	tries := 0
	for _, a := range w.Row.Attempts {
		tries += len(a.Tries)
	}
	id := fmt.Sprint("t", tries)
	if w.Total == 0 {
		w.Row.SubmitFree(Cart{Currency: yen}, t0)
		return
	}
	sub := m.submission(w, id, w.Total)
	if saved {
		sub.Token, sub.Saved = "", "pm"
	}
	if w.Row.Submit(sub, t0) != Taken {
		return
	}
	w.Left.Pays--
	if w.Exhausted == w.Row.Gen {
		w.bad("N", "another try after Stripe took no more")
	}
	if w.Host.key(w.Row.Gen).Taken && w.Host.key(w.Row.Gen).Order == 0 {
		w.bad("H", "a purchase begins under a closed key")
	}
}

func (m *model) submission(w *world, id string, total int64) Submission {
	sub := Submission{
		ID: id, Token: id, Cart: Cart{Total: total, Currency: yen, Member: "m"}, Scope: Scope{Environment: "test"},
		Customer: "cus", Automatic: m.automatic,
	}
	if w.Guest {
		sub.Cart.Member, sub.Customer = "", ""
	}
	return sub
}

func (w *world) bad(letter, what string) {
	if w.Bad == "" {
		w.Bad = letter + ": " + what
	}
}

func (m *model) stripe(w *world, s step) bool {
	i := int(s.a)
	switch s.op {
	case doBank:
		w.bank(i, s.b == held)
	case doSecret:
		w.Left.Secrets--
		w.card(m, i, held)
	case doExpire:
		w.Left.Outside--
		w.Intents[i].Status, w.Intents[i].Cancelled = "canceled", "automatic"
	case doGrab:
		w.Left.Outside--
		w.Intents[i].Status, w.Intents[i].Received = "succeeded", w.Intents[i].Amount
	case doKill:
		w.Left.Outside--
		w.Intents[i].Status = "canceled"
	case doEvent:
		w.event(m, i)
	case doArrive:
		r := w.Flight[i]
		w.Flight = slices.Delete(w.Flight, i, i+1)
		w.execute(m, r, s.b)
	default:
		return false
	}
	return true
}

func (w *world) bank(i int, passed bool) {
	p := &w.Intents[i]
	p.Status = "requires_capture"
	if !passed {
		p.Status, p.Error = "requires_payment_method", "authentication_failure"
		return
	}
	p.Charges++
}

// event: the object is read because of a webhook, or found by the second
// janitor.
func (w *world) event(m *model, i int) {
	if in := w.intent(i); w.Row.Knows(*in) && m.stray(w, in.Attempt) {
		w.Row.ReadIntent(in.Attempt, *in, t0)
		if w.unread(w.Row.attempt(in.Attempt), i) {
			w.Row.Told(in.Attempt)
		}
	}
}

func (w *world) found(m *model, attempt string, in *Intent, now time.Time) {
	if m.stray(w, attempt) {
		w.Row.Found(attempt, in, now)
	}
}

// stray is where mutants mistreat what a closed attempt's create left behind;
// false: they do not look.
func (m *model) stray(w *world, attempt string) bool {
	if a := w.Row.attempt(attempt); a.State == Vanished {
		switch m.mutant {
		case strayIsLeft:
			return false
		case strayIsAdopted:
			a.State = Creating
		}
	}
	return true
}

// take lets a worker begin what is on the agenda.
func (m *model) take(w *world, i int, n int) bool {
	k := &w.Workers[i]
	items := w.Row.agenda(m.policy, n >= 0)
	if n < 0 {
		n = -1 - n
	}
	it := items[n]
	if it.deadline != nil {
		it.deadline(t0)
		return true
	}
	cmd := it.cmd
	if cmd.Kind == Tell {
		return false // has a step of its own
	}
	*k = worker{Kind: cmd.Kind, Gen: cmd.Gen}
	switch cmd.Kind {
	case Read:
		k.Phase, k.Of, k.In = hasRead, cmd.Attempt.ID, w.intent(w.index(cmd.Attempt.Intent))
	case Review:
		k.Phase, k.Of, k.In = hasRead, cmd.Attempt.ID, w.intent(w.index(cmd.Attempt.Intent))
		k.List, k.Early = w.refunds(w.index(cmd.Attempt.Intent)), w.refunding() || !w.refundDoubt(cmd.Attempt)
	case Find:
		k.Phase, k.Of, k.In = hasRead, cmd.Attempt.ID, w.ofAttempt(cmd.Attempt.ID)
	case CloseKey:
		k.Phase, k.Order = hasKey, w.Host.closeKey(m, cmd.Gen)
	case PlaceOrder:
		k.Phase = hasPlaced
		if o := w.Host.commit(m, w.Row.Gen, w.offered()); o == nil || o.Cancelled {
			k.No = true
		} else {
			k.Order = copied(ptr(o.order()))
		}
	default:
		m.send(w, k, cmd)
	}
	return true
}

func ptr[T any](v T) *T { return &v }

// offered is the amount that a "place the order" names.
func (w *world) offered() int64 {
	if a := w.Row.Current(); a != nil && !w.Row.NotNeeded {
		return a.Amount
	}
	return 0
}

// send stores the call on the row, and then it is on its way.
func (m *model) send(w *world, k *worker, cmd Command) {
	a := cmd.Attempt
	if cmd.Kind == Settle && a.Call == nil && a.Tagged == w.Row.WantedRef() && !m.captures(w.Row, a) {
		a.Settled = true
		*k = worker{}
		return
	}
	if m.mutant == freshKeyOnResend && cmd.Kind == CreateIntent {
		a.Call = nil
	}
	if m.mutant == refundWithFreshKey && cmd.Refund != nil {
		cmd.Refund.Call = nil
	}
	path := "/v1"
	if cmd.Kind == Settle && m.captures(w.Row, a) {
		path = fmt.Sprintf("/v1/%d/capture", m.toCapture(a))
	}
	body := w.Row.WantedRef()
	if old := cmd.Call(); old != nil && old.Kind == cmd.Kind {
		path, body = old.Path, old.Body
	}
	call := cmd.Arm(fmt.Sprint("k", w.Keys+1), path, body, t0)
	w.Keys++
	k.Phase = sending
	k.Req = request{
		Key: call.Key, Kind: call.Kind, Attempt: a.ID, Of: a.Customer, Intent: a.Intent, Gen: a.Gen, Amount: a.Amount, Ref: call.Body,
		Capture: strings.HasSuffix(call.Path, "/capture"),
	}
	switch {
	case k.Req.Capture:
		_, _ = fmt.Sscanf(call.Path, "/v1/%d/capture", &k.Req.Amount)
		w.checkArmed(k.Req)
	case cmd.Refund != nil:
		k.Req.Op, k.Req.Amount = cmd.Refund.Op, cmd.Refund.Amount
	}
	switch m.mutant {
	case sendBeforeSave:
		a.Call = nil
	case storeBlindly:
		k.Stale = cloneRow(w.Row)
	}
}

func (m *model) captures(r *Row, a *Attempt) bool {
	return r.MayCapture(a) && (a.Automatic || a.ToCapture > 0)
}

func (m *model) worker(w *world, s step) bool {
	k := &w.Workers[max(s.a, 0)%2]
	switch s.op {
	case doItem:
		if s.b < 0 || !m.prompt {
			return m.take(w, int(s.a), int(s.b)) && (!m.prompt || m.finish(w, k, held))
		}
		return m.take(w, int(s.a), int(s.b%fateStep)) && m.finish(w, k, s.b/fateStep)
	case doExecute:
		k.Ans, k.Phase = w.execute(m, k.Req, s.b), answered
	case doReject:
		w.Left.Rejects--
		k.Ans, k.Phase = Answer{Error: "token_expired"}, answered
	case doDeny:
		w.Left.Rejects--
		k.Ans, k.Phase = Answer{Error: "api_key_expired", Denied: true}, answered
	case doBusy:
		w.Left.Busy--
		k.Ans, k.Phase = Answer{NotDone: true}, answered
	case doGiveUp:
		w.Left.Losses--
		w.late(k)
		k.Ans, k.Phase = Answer{NoAnswer: true}, answered
		m.apply(w, k)
	case doCrash:
		w.Left.Crashes--
		w.late(k)
		*k = worker{}
	case doApply:
		m.apply(w, k)
	default:
		return false
	}
	return true
}

// fateStep codes a card's fate into a step.
const fateStep = 32

// finish answers a prompt worker's call and stores the answer.
func (m *model) finish(w *world, k *worker, fate int8) bool {
	if k.Phase == sending {
		k.Ans, k.Phase = w.execute(m, k.Req, fate), answered
	}
	m.apply(w, k)
	return true
}

// late: nobody waits for the call any more, and it may still arrive.
func (w *world) late(k *worker) {
	if k.Phase == sending && k.Req.Kind != CreateCustomer {
		w.Flight = append(w.Flight, k.Req)
	}
}

// apply stores what a worker has learned, on the row as it is now.
func (m *model) apply(w *world, k *worker) {
	done := *k
	*k = worker{}
	r := w.Row
	switch done.Phase {
	case answered:
		if done.Stale != nil {
			r = cloneRow(done.Stale)
			w.Row = r
		}
		ans := done.Ans
		if m.mutant == unknownIsFailed && ans.NoAnswer {
			ans = Answer{Error: "timeout"}
		}
		if a := r.attempt(done.Req.Attempt); m.mutant == sendBeforeSave && a.Call == nil {
			a.Call = &Call{Kind: done.Req.Kind, Key: done.Req.Key}
		}
		w.tooMany(done)
		m.answered(w, done, ans, t0)
	case hasRead:
		switch done.Kind {
		case Find:
			w.found(m, done.Of, done.In, t0.Add(2*findAfter)) // surely after the last time-out
		case Review:
			m.reviewed(w, done, t0)
		default:
			r.ReadIntent(done.Of, *done.In, t0)
		}
	case hasKey:
		r.KeyAnswer(done.Gen, done.Order, m.policy.HostFirst, t0)
	case hasPlaced:
		if r.Gen != done.Gen {
			return
		}
		if done.No {
			r.Refuse(Refusal{Reason: "other"}, t0)
			return
		}
		r.Place(*done.Order, m.policy.HostFirst, t0)
	}
}

// tooMany notes that the row is told of a confirm too many.
func (w *world) tooMany(done worker) {
	a, in := w.Row.attempt(done.Req.Attempt), done.Ans.Intent
	if done.Req.Kind == Confirm && a.Call != nil && a.Call.Key == done.Req.Key && !done.Ans.Replayed &&
		done.Ans.Error != "" && in != nil && in.Seen.Status == "canceled" {
		w.Exhausted = a.Gen
	}
}

func (m *model) host(w *world, s step) bool {
	i := int(s.a)
	switch s.op {
	case doCommit:
		t := w.Tickets[i]
		if w.Total != t.Total && m.mutant != noTotalCheck {
			w.refuses(t.Gen) // the price has changed
			return true
		}
		w.Host.commit(m, t.Gen, w.Total)
	case doRefuse:
		w.Left.Refusals--
		w.refuses(w.Tickets[i].Gen)
	case doFirst:
		w.Left.Orders--
		if w.Host.commit(m, w.Row.Gen, w.Total) == nil {
			return false
		}
	case doReport:
		o := w.Host.Orders[i]
		if o.Gen == w.Row.Gen || m.mutant == callsWithoutPaymentID {
			w.Row.Place(o.order(), m.policy.HostFirst, t0)
		}
	case doRefused:
		if i == w.Row.Gen || m.mutant == callsWithoutPaymentID {
			w.Row.Refuse(Refusal{Reason: "out_of_stock"}, t0)
			if m.mutant == refusalSkipsTheKey {
				w.Row.KeyAnswer(w.Row.Gen, nil, m.policy.HostFirst, t0)
			}
		}
	case doWithdraw:
		w.Left.Withdrawals--
		w.Host.Orders[i].Cancelled = true
	case doSay:
		m.say(w, &w.Host.Orders[i])
	case doTell:
		m.hear(w)
	default:
		return false
	}
	return true
}

// hear: the host takes the oldest news.
func (m *model) hear(w *world) {
	n := w.Row.Untold[0]
	w.Host.tell(n.Gen, w.Row.State(n.Gen))
	w.Row.HostTold(n.Gen, n.Seq, false, t0)
}

func (w *world) refuses(gen int) {
	if !slices.Contains(w.Host.Refused, gen) {
		w.Host.Refused = append(w.Host.Refused, gen)
	}
}

// say is OrderRefused with the order's ref; its answer tells the host the state.
func (m *model) say(w *world, o *hostOrder) {
	o.Said = true
	if o.Gen == w.Row.Gen || m.mutant == callsWithoutPaymentID {
		w.Row.Refuse(Refusal{Reason: "cancelled", Ref: o.Ref}, t0)
	}
	w.Host.tell(o.Gen, w.Row.State(o.Gen))
}

// settle tidies up after a step: what was offered is a ticket that any tab may
// use at any time, replies that nobody can ask for are forgotten.
func (m *model) settle(w *world) {
	if !m.policy.Orders && w.Row.Outcome().Do == DoPlace {
		t := ticket{w.Row.Gen, w.offered()}
		if !slices.Contains(w.Tickets, t) {
			w.Tickets = append(w.Tickets, t)
		}
	}
	for _, a := range w.Row.Attempts {
		if (a.State == Offered || a.State == Placed) && !slices.Contains(w.Told, a.ID) {
			w.Told = append(w.Told, a.ID)
		}
	}
	w.Replies = slices.DeleteFunc(w.Replies, func(r reply) bool {
		inUse := func(k string) bool { return k == r.Key }
		for _, a := range w.Row.Attempts {
			if a.Call != nil && inUse(a.Call.Key) || slices.ContainsFunc(a.Matters.Refunds, func(f *Refund) bool {
				return f.Call != nil && inUse(f.Call.Key)
			}) {
				return false
			}
		}
		for _, k := range w.Workers {
			if k.Phase == sending && inUse(k.Req.Key) || k.Stale != nil {
				return false
			}
		}
		return !slices.ContainsFunc(w.Flight, func(f request) bool { return inUse(f.Key) })
	})
	m.canonical(w)
}
