package stripesecure

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
	"github.com/ec-plugins/stripesecure/wording"
)

const (
	leaseTime    = 30 * time.Second       // longer than any single call
	patience     = 5 * time.Second        // how long a call waits for others or for Stripe to recover
	pollInterval = 100 * time.Millisecond // while somebody else has the row
	storeTimeout = 5 * time.Second
	hostTimeout  = 20 * time.Second        // for PlaceOrder
	payBudget    = 24 * time.Second        // Pay and Resume answer within 25 s
	placeBudget  = 5 * time.Second         // OrderPlaced tries to settle
	maxSteps     = 100                     // a whole checkout takes about ten
	leastCall    = 1500 * time.Millisecond // no call is begun with less time than this
)

// job is the work of one request, or of one pass of the sweep, on one row:
// store, then call, then store. It is the only thing that runs commands.
type job struct {
	p       *Plugin
	present bool // a buyer waits for the answer
	lang    wording.Language
	tell    bool // tell the host what changed, now
	owner   string

	row    *checkout.Row
	stored []byte // the row's body as the store has it
	was    standing

	// learned are observations that are not stored yet. When the row has
	// changed meanwhile they are applied again, to the row as it is now.
	learned []func(*checkout.Row)
	// intents are the PaymentIntents that this request has read, by attempt,
	// for the client secrets that are never stored.
	intents map[string]checkout.Intent
	waited  time.Duration
	// background calls leave the rate limit to buyers; seen are PaymentIntents
	// that this sweep has read by list pages just now.
	background bool
	seen       map[string]checkout.Intent
	closed     map[string]bool // attempts that were closed without a PaymentIntent
	takes      bool            // the settle that comes next is a capture
	mended     bool            // a server with a wrong clock has put the row off
}

func (p *Plugin) newJob(present bool) *job {
	return &job{p: p, present: present, owner: p.opts.NewID(), intents: map[string]checkout.Intent{}}
}

// open loads the row, or makes a new one that is not stored yet.
func (j *job) open(ctx context.Context, id CheckoutID) error {
	stored, err := j.p.opts.Store.Get(ctx, j.p.opts.ShopID, string(id))
	switch {
	case errors.Is(err, ErrNoRow):
		// Looking at a checkout that nobody has paid for stores nothing.
		j.row = checkout.New(j.p.opts.ShopID, string(id))
		j.stored, err = j.p.encode(j.row)
		j.was = j.standing()
		return err
	case err != nil:
		return err
	}
	row := &checkout.Row{}
	if err := j.p.decode(stored.Body, row); err != nil {
		return errUnreadable
	}
	row.Shop, row.ID, row.Version = stored.Shop, stored.Checkout, stored.Version
	j.mended = row.Mend(j.p.now())
	j.row, j.stored, j.closed = row, stored.Body, closedTries(row)
	j.was = j.standing()
	return nil
}

var (
	// errTooManySteps ends a job that makes no progress; the row stays due.
	errTooManySteps = errors.New("too many steps")
	// errUnreadable is a row that this version cannot read: a newer one has stored
	// it, or somebody has changed it.
	errUnreadable = errors.New("unreadable row")
)

// language in which to speak to the buyer.
func (j *job) language() wording.Language {
	return cmp.Or(j.lang, wording.Language(j.row.Cart.Language))
}

// wish puts what the caller wants into the row. It is asked again after every
// step, and after every conflict on the fresh row; true: it is in the row, or
// will never be.
type wish func(*checkout.Row) bool

// run works until the wish is in the row and nothing is left to do, or the time
// is up. An error is the store's: nothing was sent that is not stored.
func (j *job) run(ctx context.Context, w wish) error {
	for range maxSteps {
		for _, apply := range j.learned {
			apply(j.row)
		}
		granted := w(j.row)
		cmd, ok := j.next(ctx)
		if ok && j.taken() {
			ok = false // somebody else is at work on this row
			granted = false
		}
		if ok && !j.time(ctx, cmd) {
			ok, granted = false, true
		}
		if ok {
			j.prepare(ctx, cmd)
		} else if j.row.Lease.Owner == j.owner {
			j.row.Lease = checkout.Lease{}
		}
		if err := j.save(ctx); errors.Is(err, ErrConflict) {
			if err := j.open(ctx, CheckoutID(j.row.ID)); err != nil {
				return err
			}
			continue
		} else if err != nil {
			return err
		}
		j.learned = nil
		if ok {
			j.learned = []func(*checkout.Row){j.execute(ctx, cmd)}
			continue
		}
		if granted || !j.wait(ctx) {
			return nil
		}
		if err := j.open(ctx, CheckoutID(j.row.ID)); err != nil {
			return err
		}
	}
	return errTooManySteps
}

func (j *job) next(ctx context.Context) (checkout.Command, bool) {
	for {
		cmd, ok := j.row.Next(j.p.policy(), j.p.now(), j.present)
		switch {
		case !ok, cmd.Kind == checkout.Tell && !j.tell:
			return checkout.Command{}, false
		case cmd.Kind == checkout.Settle && cmd.Attempt.Call == nil && !j.needsSettling(ctx, cmd.Attempt):
			continue
		}
		return cmd, true
	}
}

func (j *job) taken() bool {
	l := j.row.Lease
	return l.Owner != "" && l.Owner != j.owner && l.Until.After(j.p.now())
}

// time reports whether there is enough of it to begin the command. The host may
// take 20 seconds for an order, and Pay answers within 25: where Stripe was slow
// the order is left to the next call of Resume.
func (j *job) time(ctx context.Context, cmd checkout.Command) bool {
	need := leastCall
	if cmd.Kind == checkout.PlaceOrder {
		need = hostTimeout
	}
	return ctx.Err() == nil && j.p.left(ctx) > need
}

// prepare stores a call's key and body on the row and takes the lease; the
// caller saves both before anything is sent.
func (j *job) prepare(ctx context.Context, cmd checkout.Command) {
	if cmd.Kind.Post() {
		path, body := j.body(ctx, cmd)
		cmd.Arm(j.p.opts.NewID(), path, body, j.p.now())
	}
	switch cmd.Kind {
	case checkout.Read, checkout.Find, checkout.Tell, checkout.Review:
	default:
		j.row.Lease = checkout.Lease{Owner: j.owner, Until: j.p.now().Add(leaseTime)}
	}
}

// save is one compare-and-set, and none when nothing has changed.
func (j *job) save(ctx context.Context) error {
	body, err := j.p.encode(j.row)
	if err != nil {
		return err
	}
	if bytes.Equal(body, j.stored) {
		return nil
	}
	// What was learned is stored although the time may be up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	row := Row{
		Shop: j.row.Shop, Checkout: j.row.ID, Version: j.row.Version, Body: body,
		Due: j.row.Due(j.p.policy(), false),
	}
	if err := j.p.opts.Store.Put(ctx, row); err != nil {
		return err
	}
	j.row.Version++
	j.stored = body
	j.watchRow(ctx)
	j.tellStrays(ctx)
	return nil
}

// wait lets some time pass for a row that somebody else works on, or for a call
// that may be repeated soon. It gives up after five seconds.
func (j *job) wait(ctx context.Context) bool {
	pause := pollInterval + j.waited/2 // more and more seldom
	if due := j.row.Due(j.p.policy(), j.present); !j.taken() {
		if due.IsZero() {
			return false
		}
		pause = max(due.Sub(j.p.now()), pollInterval)
	}
	if j.waited+pause > patience {
		return false
	}
	j.waited += pause
	return j.p.sleep(ctx, pause)
}

// execute runs a command and returns what was learned, to be applied to the
// row as it is then.
func (j *job) execute(ctx context.Context, cmd checkout.Command) func(*checkout.Row) {
	switch cmd.Kind {
	case checkout.Read:
		return j.read(ctx, cmd.Attempt)
	case checkout.Find:
		return j.find(ctx, cmd.Attempt)
	case checkout.CloseKey:
		return j.closeKey(ctx, cmd.Gen)
	case checkout.PlaceOrder:
		return j.placeOrder(ctx)
	case checkout.Tell:
		return j.tellHost(ctx, cmd)
	case checkout.Review:
		return j.review(ctx, cmd.Attempt)
	}
	return j.send(ctx, cmd)
}

func (j *job) send(ctx context.Context, cmd checkout.Command) func(*checkout.Row) {
	a := cmd.Attempt
	call, id := *cmd.Call(), a.ID
	client, err := j.p.client(ctx, a.Scope, j.background)
	var ans checkout.Answer
	if err != nil { // nothing was sent
		ans = checkout.Answer{NotDone: true, Denied: errors.Is(err, errNoCredentials)}
	} else {
		ans = client.Send(ctx, call)
	}
	if ans.Intent != nil {
		j.intents[id] = *ans.Intent
	}
	j.p.log(ctx, "stripe call", "checkout", j.row.ID, "call", call.Kind, "sends", call.Sends,
		"answer", answerCode(ans))
	switch {
	case ans.Customer != "":
		ans.Customer = j.p.keepCustomer(ctx, a, ans.Customer)
	case ans.Error == "resource_missing" && ans.Param == "customer":
		j.p.forgetCustomer(ctx, a)
	}
	if cmd.Refund != nil {
		op := cmd.Refund.Op
		return func(r *checkout.Row) { r.RefundAnswered(id, op, call.Key, ans, j.p.now()) }
	}
	return func(r *checkout.Row) { r.Answered(id, call.Key, ans, j.p.now()) }
}

func answerCode(ans checkout.Answer) string {
	switch {
	case ans.NoAnswer:
		return "none"
	case ans.NotDone:
		return "not_done"
	case ans.Error != "":
		return ans.Error
	}
	return "ok"
}

func (j *job) read(ctx context.Context, a *checkout.Attempt) func(*checkout.Row) {
	id, intent := a.ID, a.Intent
	if in, ok := j.seen[intent]; ok && a.Call == nil && !a.Reread { // a doubt needs a fresh one
		j.seen = nil // good for the first look
		return func(r *checkout.Row) { r.ReadIntent(id, in, j.p.now()) }
	}
	client, err := j.p.client(ctx, a.Scope, j.background)
	if err == nil {
		var in checkout.Intent
		if in, err = client.Read(ctx, intent); err == nil {
			j.intents[id] = in
			return func(r *checkout.Row) { r.ReadIntent(id, in, j.p.now()) }
		}
	}
	return j.unread(id, err)
}

// review reads a payment with its refunds and disputes. What is not among them
// was not there when the list was asked for, however late that is stored.
func (j *job) review(ctx context.Context, a *checkout.Attempt) func(*checkout.Row) {
	id, intent, asked := a.ID, a.Intent, j.p.now()
	client, err := j.p.client(ctx, a.Scope, j.background)
	if err == nil {
		var seen checkout.MattersSeen
		if seen, err = client.Matters(ctx, intent); err == nil {
			return func(r *checkout.Row) { r.Reviewed(id, seen, asked) }
		}
	}
	return j.unread(id, err)
}

func (j *job) find(ctx context.Context, a *checkout.Attempt) func(*checkout.Row) {
	id, customer := a.ID, a.Customer
	client, err := j.p.client(ctx, a.Scope, j.background)
	if err != nil {
		return j.unread(id, err)
	}
	in, err := client.FindAttempt(ctx, customer, id)
	if err != nil && !isGone(err) {
		return j.unread(id, err)
	}
	if in == nil {
		// "Not there" is only an answer of the account in which it was sent: the
		// customer is there, even one that was deleted since. ⑥ or the key may
		// have changed.
		if _, _, err = client.CustomerCheckout(ctx, customer); isGone(err) {
			return func(r *checkout.Row) { r.ReadFailed(id, checkout.ReadFault{Denied: true}, j.p.now()) }
		} else if err != nil {
			return j.unread(id, err)
		}
	}
	return func(r *checkout.Row) { r.Found(id, in, j.p.now()) }
}

// isGone: the key's account has no such object.
func isGone(err error) bool {
	var gone *stripeapi.Error
	return errors.As(err, &gone) && gone.Gone()
}

// unread: a GET or a list told nothing.
func (j *job) unread(attempt string, err error) func(*checkout.Row) {
	why := checkout.ReadFault{Denied: errors.Is(err, errNoCredentials)}
	if se := (*stripeapi.Error)(nil); errors.As(err, &se) {
		why = checkout.ReadFault{Denied: se.Denied(), Gone: se.Gone()}
	}
	return func(r *checkout.Row) { r.ReadFailed(attempt, why, j.p.now()) }
}

func (j *job) closeKey(ctx context.Context, gen int) func(*checkout.Row) {
	order, found, err := j.p.opts.Host.CloseOrderKey(ctx, paymentID(j.row.ID, gen))
	if err != nil {
		j.p.log(ctx, "order key", "checkout", j.row.ID, "answer", "error")
		return func(r *checkout.Row) { r.KeyFailed(j.p.now()) }
	}
	var o *checkout.Order
	if found {
		stored, faults := minorOrder(order)
		if len(faults) > 0 {
			return func(r *checkout.Row) { r.KeyFailed(j.p.now()) }
		}
		o = &stored
	}
	return func(r *checkout.Row) { r.KeyAnswer(gen, o, j.p.opts.HostCommitsFirst, j.p.now()) }
}

// placeOrder asks the host for the order of a buyer whose money is held. The
// request's own cancellation no longer counts.
func (j *job) placeOrder(ctx context.Context) func(*checkout.Row) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hostTimeout)
	defer cancel()
	gen := j.row.Gen
	order, err := j.p.opts.Orders.PlaceOrder(ctx, j.p.payment(ctx, j.row, gen))
	if refusal := (*Refusal)(nil); errors.As(err, &refusal) {
		return func(r *checkout.Row) {
			if r.Gen == gen {
				// Only the key says that there is no order: another tab may
				// have committed one.
				r.Refuse(checkout.Refusal{Reason: string(refusal.Reason), Items: withoutCards(refusal.Items), Allotted: cmp.Or(refusal.Allotted, refusal.Ref)}, j.p.now())
				if r.End == nil { // captured by somebody: it cannot be ended, only asked for again
					r.PlaceFailed(j.p.now())
				}
			}
		}
	}
	stored, faults := minorOrder(order)
	if err != nil || len(faults) > 0 {
		j.p.log(ctx, "place order", "checkout", j.row.ID, "answer", "error")
		return func(r *checkout.Row) { r.PlaceFailed(j.p.now()) }
	}
	return func(r *checkout.Row) {
		if r.Gen != gen {
			return
		}
		if r.Place(stored, j.p.opts.HostCommitsFirst, j.p.now()) != checkout.OrderTaken {
			r.PlaceFailed(j.p.now())
		}
	}
}

func (j *job) tellHost(ctx context.Context, cmd checkout.Command) func(*checkout.Row) {
	payment := j.p.payment(ctx, j.row, cmd.Gen)
	payment.News = newsID(j.row.ID, cmd.Gen, cmd.Seq)
	err := j.p.opts.Host.Changed(ctx, payment)
	if err != nil && j.row.TellFails+1 >= untoldSoon {
		j.p.listUntold(ctx, j.row.ID)
	}
	return func(r *checkout.Row) { r.HostTold(cmd.Gen, cmd.Seq, err != nil, j.p.now()) }
}

func newsID(checkout string, gen, seq int) string {
	return string(paymentID(checkout, gen)) + "#" + strconv.Itoa(seq)
}

func minorOrder(o Order) (checkout.Order, []Fault) {
	if faults := o.check("order"); len(faults) > 0 {
		return checkout.Order{}, faults
	}
	total, _ := o.Total.Minor()
	return checkout.Order{Ref: o.Ref, Total: total, Currency: o.Total.Currency}, nil
}
