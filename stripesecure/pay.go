package stripesecure

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

// pageLife is how long the ready payment page takes a cart that names no time.
const pageLife = 60 * time.Minute

// Pay takes the buyer's submission: see [PaymentPlugin].
func (p *Plugin) Pay(ctx context.Context, cart Cart, in Input) (Result, error) {
	const op = "Pay"
	if err := ctx.Err(); err != nil {
		return Result{}, fail(op, CodeCanceled, err)
	}
	if faults := append(cart.check(p.base, p.opts.Carts == nil), in.check()...); len(faults) > 0 {
		return Result{}, invalid(op, faults)
	}
	if in.Token == "" && in.SavedCard == "" && in.Tab != "" {
		cart.Tab = in.Tab
		return p.Resume(ctx, cart)
	}
	s, err := p.ready(ctx, op)
	if err != nil {
		return Result{}, err
	}
	if refusal := p.refuse(s, cart, in); refusal != nil {
		return *refusal, nil
	}
	for _, h := range p.opts.Hooks {
		if h.BeforePay == nil {
			continue
		}
		if err := h.BeforePay(ctx, cart); err != nil {
			return p.hookSaysNo(op, cart, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), payBudget)
	defer cancel()
	if cart.Total.IsZero() {
		return p.payNothing(ctx, cart)
	}
	if in.Token == "" && in.SavedCard == "" {
		return p.paymentPage(ctx, cart)
	}
	return p.payCard(ctx, s, cart, in)
}

// refuse answers what needs no call and no row: the cart stays as it is.
func (p *Plugin) refuse(s settings.Settings, cart Cart, in Input) *Result {
	show := func(code wording.Code, facts wording.Facts) *Result {
		facts.NotCharged = false // other attempts of this checkout may be live
		return &Result{
			Payment: Payment{Checkout: cart.ID, State: StateOpen, Total: cart.Total, Language: cart.Language},
			Do:      Show, Page: CheckoutPage, Message: wording.For(code, cart.Language, facts),
		}
	}
	switch code, facts := p.unavailable(s, cart); {
	case code != "":
		return show(code, facts)
	case in.Shown != (Money{}) && !in.Shown.Equal(cart.Total):
		return show(wording.AmountChanged, wording.Facts{})
	case in.SavedCard != "" && cart.Buyer.Member == "":
		return show(wording.SavedCardUnavailable, wording.Facts{}) // a guest has none
	}
	return nil
}

func (p *Plugin) hookSaysNo(op string, cart Cart, err error) (Result, error) {
	var no *Refused
	if !errors.As(err, &no) {
		return Result{}, fail(op, CodeInternal, err)
	}
	return Result{
		Payment: Payment{Checkout: cart.ID, State: StateOpen, Total: cart.Total, Language: cart.Language},
		Do:      Show, Page: CheckoutPage, Message: no.Message,
	}, nil
}

func (p *Plugin) payCard(ctx context.Context, s settings.Settings, cart Cart, in Input) (Result, error) {
	j, err := p.browserJob(ctx, cart.ID, cart.Language)
	if err != nil {
		return Result{}, storeError("Pay", err)
	}
	member := cart.Buyer.Member
	if cart.byLink {
		member = ""
	}
	want := checkout.Submission{
		Cart: storedCart(cart), Token: in.Token, Saved: in.SavedCard, Save: saves(s.SaveCard, member != "", in), ByLink: cart.byLink,
		Scope: scopeOf(s), Automatic: s.Capture == settings.CaptureAutomatic, ThreeDSecure: string(s.ThreeDSecure),
		ID: p.opts.NewID(),
	}
	if want.Customer, err = p.storedCustomer(ctx, want.Scope, member); err != nil {
		return Result{}, storeError("Pay", err)
	}
	before := fruitless(j.row, p.now())
	if no, err := p.admit(ctx, j.row, want, cart, in); no != nil {
		return *no, nil
	} else if err != nil {
		return Result{}, err
	}
	var verdict checkout.Verdict
	renewed := false
	err = j.run(ctx, func(r *checkout.Row) bool {
		p.orderFirst(r, cart)
		if a := r.Current(); a != nil && a.ID == want.ID && a.Refusal == checkout.NoCustomer && !renewed {
			want.Customer, want.ID, renewed = "", p.opts.NewID(), true
		}
		verdict = r.Submit(want, p.now())
		return verdict == checkout.OtherAmount || verdict != checkout.Blocked && !unsettled(r)
	})
	if err != nil {
		return Result{}, storeError("Pay", err)
	}
	p.tried(ctx, j.row, cart, 1, before)
	if verdict == checkout.OtherAmount {
		return j.say(ctx, wording.AmountChanged), nil
	}
	return p.answer(ctx, j, false)
}

// unsettled: Stripe's answer is missing, so the wish is worth waiting for.
func unsettled(r *checkout.Row) bool {
	state := r.Outcome().State
	return state == "unknown" || state == "processing"
}

// answer makes the Result of a browser's call. When the bank has to be visited
// and this request has not read the PaymentIntent itself, it reads it now: the
// client secret is never stored.
func (p *Plugin) answer(ctx context.Context, j *job, resume bool) (Result, error) {
	if j.taken() && unsettled(j.row) {
		res := j.say(ctx, wording.AskAgain)
		res.Do, res.Page, res.After = Wait, "", time.Second
		return res, nil
	}
	var in *checkout.Intent
	if a := j.row.Current(); a != nil && j.row.Outcome().Action && !resume {
		if _, ok := j.intents[a.ID]; !ok {
			j.learned = append(j.learned, j.read(ctx, a))
			if err := j.run(ctx, func(*checkout.Row) bool { return true }); err != nil {
				return Result{}, storeError("Pay", err)
			}
		}
		if a := j.row.Current(); a != nil {
			if read, ok := j.intents[a.ID]; ok {
				in = &read
			}
		}
	}
	res := j.result(ctx, in, resume)
	if res.Do == PlaceOrder && p.opts.Orders != nil {
		// The host did not answer; it is asked again, and never asked to do it itself.
		res.Do, res.After = Wait, 2*time.Second
		res.Message = wording.For(wording.Processing, j.language(), wording.Facts{})
	}
	return res, nil
}

// say is a message about a row whose own outcome is not the answer.
func (j *job) say(ctx context.Context, code wording.Code) Result {
	return Result{
		Payment: j.p.payment(ctx, j.row, j.row.Gen), Do: Show, Page: CheckoutPage,
		Message: wording.For(code, j.language(), j.p.facts(j.row, nil)),
	}
}

// payNothing: a total of zero needs no Stripe (AMT-14).
func (p *Plugin) payNothing(ctx context.Context, cart Cart) (Result, error) {
	j, err := p.browserJob(ctx, cart.ID, cart.Language)
	if err != nil {
		return Result{}, storeError("Pay", err)
	}
	var verdict checkout.Verdict
	err = j.run(ctx, func(r *checkout.Row) bool {
		p.orderFirst(r, cart)
		verdict = r.SubmitFree(storedCart(cart), p.now())
		return verdict == checkout.OtherAmount || verdict != checkout.Blocked && !unsettled(r)
	})
	if err != nil {
		return Result{}, storeError("Pay", err)
	}
	if verdict == checkout.OtherAmount {
		return j.say(ctx, wording.AmountChanged), nil
	}
	return p.answer(ctx, j, false)
}

// paymentPage stores the cart and sends the buyer to the ready payment page,
// unless the checkout has got further than that.
func (p *Plugin) paymentPage(ctx context.Context, cart Cart) (Result, error) {
	j, err := p.browserJob(ctx, cart.ID, cart.Language)
	if err != nil {
		return Result{}, storeError("Pay", err)
	}
	if cart.PayBy.IsZero() {
		cart.PayBy = p.now().Add(pageLife)
	}
	if !cart.PayBy.After(p.now()) {
		return j.say(ctx, wording.PaymentPageExpired), nil
	}
	err = j.run(ctx, func(r *checkout.Row) bool {
		p.orderFirst(r, cart)
		if r.Live() == nil && r.Outcome().Do == checkout.DoShow {
			r.Cart = storedCart(cart)
		}
		return true
	})
	if err != nil {
		return Result{}, storeError("Pay", err)
	}
	if out := j.row.Outcome(); out.Do == checkout.DoPlace || out.Do == checkout.DoOrder || out.Do == checkout.DoWait {
		return p.answer(ctx, j, false)
	}
	page := handle{kind: handlePage, checkout: cart.ID, expires: cart.PayBy}
	return Result{
		Payment: p.payment(ctx, j.row, j.row.Gen), Do: GoTo, URL: p.address("/page/" + p.sign.sign(page)),
	}, nil
}

// orderFirst fills the slot for hosts that make the order before the payment.
// What the host may not do with it (another ref) is told by OrderPlaced.
func (p *Plugin) orderFirst(r *checkout.Row, cart Cart) {
	if cart.Order == nil {
		return
	}
	if order, faults := minorOrder(*cart.Order); len(faults) == 0 {
		r.Name(order, p.opts.HostCommitsFirst, p.now())
	}
}

// Resume finds out where the checkout stands: see [PaymentPlugin].
func (p *Plugin) Resume(ctx context.Context, cart Cart) (Result, error) {
	const op = "Resume"
	if err := ctx.Err(); err != nil {
		return Result{}, fail(op, CodeCanceled, err)
	}
	if faults := cart.check(p.base, p.opts.Carts == nil); len(faults) > 0 {
		return Result{}, invalid(op, faults)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), payBudget)
	defer cancel()
	j, err := p.browserJob(ctx, cart.ID, cart.Language)
	if err != nil {
		return Result{}, storeError(op, err)
	}
	total, _ := cart.Total.Minor() // checked before
	changed, before := false, fruitless(j.row, p.now())
	if err := p.look(ctx, j, func(r *checkout.Row) {
		p.orderFirst(r, cart)
		changed = r.Return(total, cart.Total.Currency, p.now()) || changed
	}); err != nil {
		return Result{}, storeError(op, err)
	}
	p.tried(ctx, j.row, cart, 0, before)
	if changed && j.row.Outcome().Do == checkout.DoShow {
		return j.say(ctx, wording.AmountChanged), nil
	}
	if tab, ok := p.sign.verify(handleTab, cart.Tab, p.now()); ok && tab.checkout == cart.ID && p.lost(j.row, tab) {
		return j.say(ctx, wording.DuplicateTab), nil
	}
	return p.answer(ctx, j, true)
}

// look reads the PaymentIntent that waits for its buyer and works on from what
// it finds.
func (p *Plugin) look(ctx context.Context, j *job, also func(*checkout.Row)) error {
	if a := j.row.Live(); a != nil && a.State == checkout.Waiting && a.Call == nil && !j.taken() {
		j.learned = append(j.learned, j.read(ctx, a))
	}
	return j.run(ctx, func(r *checkout.Row) bool {
		also(r)
		return !unsettled(r)
	})
}

// lost reports whether this tab's attempt was overtaken by another tab's that
// is still undecided (LC-32). Where there is an order, or one can be made, both
// tabs are sent there.
func (p *Plugin) lost(r *checkout.Row, tab handle) bool {
	out := r.Outcome()
	return r.Overtaken(tab.attempt) && out.Do != checkout.DoPlace && out.Do != checkout.DoOrder
}

// browserJob speaks the language of the page that the buyer is on; "" is the
// one in which the buyer last paid.
func (p *Plugin) browserJob(ctx context.Context, id CheckoutID, lang wording.Language) (*job, error) {
	j := p.newJob(true)
	j.lang = lang
	j.tell = p.opts.Orders != nil
	return j, j.open(ctx, id)
}

func storedCart(c Cart) checkout.Cart {
	total, _ := c.Total.Minor() // checked before
	return checkout.Cart{
		Total: total, Currency: c.Total.Currency, Country: c.Country, Language: string(c.Language),
		Member: c.Buyer.Member, Name: c.Buyer.Name, Email: c.Buyer.Email, Phone: c.Buyer.Phone,
		Snapshot: c.Snapshot, ReturnURL: c.ReturnURL, Redirect: c.Redirect, PayBy: c.PayBy.UTC(),
	}
}

// saves is the table LC-25. A consent that was not asked for is ignored, and a
// card that is saved already is not saved again.
func saves(mode settings.SaveCard, member bool, in Input) bool {
	switch {
	case in.SavedCard != "":
		return false
	case mode == settings.SaveRequired:
		return true
	case mode == settings.SaveOptional:
		return member && in.Save
	}
	return false
}

func storeError(op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fail(op, CodeCanceled, err)
	}
	if errors.Is(err, errTooManySteps) {
		return fail(op, CodeInternal, err)
	}
	return fail(op, CodeStore, err)
}

func sorted(faults []Fault) []Fault {
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Field+" "+a.Code, b.Field+" "+b.Code) })
	return faults
}
