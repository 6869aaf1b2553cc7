package stripesecure

import (
	"context"
	"strings"
	"time"
)

// simPeople is what buyers and merchants share.
type simPeople struct {
	total int64 // of the cart now
	tabs  uint64
}

// populate lets the people in.
func (w *simWorld) populate() {
	w.people.total = 1000
	w.stripe.foreigners()
	for n := range w.tabs {
		w.start("tab"+string(rune('1'+n)), uint64(n+1), time.Duration(n)*3*time.Second, true, (*simActor).buys)
	}
	if w.cancels {
		w.start("merchant", 50, 0, true, (*simActor).sells)
	}
	for n := range w.clerks {
		w.start("clerk"+string(rune('1'+n)), uint64(70+n), 0, true, (*simActor).serves)
	}
	if w.dashboard {
		w.start("dashboard", 60, 0, true, (*simActor).meddles)
	}
}

// foreigners are payments of another shop and of nobody, with the same ids: no
// call of ours may touch them (I12).
func (s *simStripe) foreigners() {
	s.intents = append(s.intents,
		&simIntent{id: "pi_other", customer: "cus_other", amount: 1000, currency: "JPY", attempt: "id", of: string(simCart), shop: "other", gen: 1,
			capture: "manual", signed: true, status: needsCapture, charges: 1, holds: 400 * 24 * time.Hour},
		&simIntent{id: "pi_forged", customer: "cus_other", amount: 1000, currency: "JPY", attempt: "id", of: string(simCart), shop: simShop, gen: 1,
			capture: "manual", status: needsAction})
}

func (a *simActor) thinks() {
	switch n := a.rnd.n(100); {
	case n < 60:
		a.pass(a.rnd.between(0, 2*time.Second))
	case n < 90:
		a.pass(a.rnd.between(2*time.Second, time.Minute))
	case n < 98:
		a.pass(a.rnd.between(time.Minute, 10*time.Minute))
	default:
		a.pass(a.rnd.between(10*time.Minute, 100*time.Minute))
	}
}

func (a *simActor) someServer() *simServer { return a.w.servers[a.rnd.n(len(a.w.servers))] }

// buys is the life of a browser tab.
func (a *simActor) buys() {
	w := a.w
	a.draw()
	if w.hostFirst {
		a.orders()
	}
	for range 6 {
		a.thinks()
		if w.edits && !w.hostFirst && w.host.live() == nil && a.acts(150) {
			w.people.total = int64(1000 + 100*a.rnd.n(5))
			w.notef("edits the cart to %d", w.people.total)
		}
		if a.acts(60) {
			w.notef("leaves")
			return
		}
		var res Result
		var ok bool
		if a.rnd.yes(750) {
			res, ok = a.pays(a.card())
		} else {
			res, ok = a.resumes()
		}
		if !a.follows(res, ok) {
			return
		}
	}
}

func (a *simActor) card() Input {
	kind := "ok"
	switch n := a.rnd.n(100); {
	case n < 20:
		kind = "declined"
	case n < 50:
		kind = "3ds"
	}
	if a.w.member && a.rnd.yes(300) {
		return Input{SavedCard: "pm_" + kind}
	}
	return Input{Token: a.w.stripe.token(kind, a)}
}

// pays submits, and now and then twice.
func (a *simActor) pays(in Input) (Result, bool) {
	w := a.w
	if a.acts(100) {
		w.people.tabs++
		w.notef("clicks twice")
		w.start(a.name+"'", 100+a.id*20+w.people.tabs, a.rnd.between(0, 300*time.Millisecond), true, func(b *simActor) {
			b.draw()
			b.follows(b.submits(in))
		})
	}
	return a.submits(in)
}

func (a *simActor) submits(in Input) (res Result, ok bool) {
	w, began := a.w, a.w.now
	var err error
	cart := a.cart()
	w.notef("pays %d with %s%s", w.people.total, in.Token, in.SavedCard)
	ok = a.on(a.someServer(), payBudget, func(p *Plugin) { res, err = p.Pay(context.Background(), cart, in) })
	return a.answered(res, ok, err, began)
}

func (a *simActor) resumes() (res Result, ok bool) {
	w, began := a.w, a.w.now
	var err error
	cart := a.cart()
	w.notef("resumes")
	ok = a.on(a.someServer(), payBudget, func(p *Plugin) { res, err = p.Resume(context.Background(), cart) })
	return a.answered(res, ok, err, began)
}

func (a *simActor) cart() Cart {
	c := a.w.cart(a.w.people.total)
	if o := a.w.host.live(); a.w.hostFirst && o != nil {
		c.Total = FromMinor(o.total, "JPY")
		if a.rnd.yes(500) {
			order := o.order()
			c.Order = &order
		}
		if a.rnd.yes(30) {
			c.Total, c.Order = FromMinor(o.total+100, "JPY"), nil // an old page
		}
	}
	return c
}

// answered checks what the buyer was told.
func (a *simActor) answered(res Result, ok bool, err error, began time.Duration) (Result, bool) {
	if ok && !a.paused {
		took := a.w.now - began
		a.w.slowest = max(a.w.slowest, took)
		if took > 25*time.Second {
			a.w.failf("T", "the buyer is answered after %s", took)
		}
	}
	switch {
	case !ok:
		a.w.notef("… no answer")
		return Result{}, false
	case err != nil:
		a.w.notef("… error %v", err)
		return Result{}, false
	}
	a.w.notef("… %s %s %s %s", res.Do, res.Payment.State, res.Message.Code, res.Payment.ID)
	a.w.checkResult(res)
	return res, true
}

// follows does what the result says. false: the tab is done.
func (a *simActor) follows(res Result, ok bool) bool {
	for range 6 {
		switch {
		case !ok:
			a.pass(a.rnd.between(time.Second, 5*time.Second))
		case res.Do == PlaceOrder:
			a.places(res.Payment)
		case res.Do == HandleAction:
			if !a.authenticates(res) {
				return false
			}
		case res.Do == GoTo:
			a.w.notef("reads the order's page")
			return false
		case res.Do == Wait:
			a.pass(max(res.After, time.Second))
		default:
			return true
		}
		if a.acts(30) {
			a.w.notef("leaves")
			return false
		}
		res, ok = a.resumes()
	}
	return true
}

// authenticates is 3-D Secure in the browser. The browser may do it whenever it
// likes, also when the buyer has closed the page.
func (a *simActor) authenticates(res Result) bool {
	w := a.w
	i := w.stripe.find(strings.TrimSuffix(res.ClientSecret.Reveal(), simSecret))
	if i == nil {
		w.failf("I3", "handle_action without a client secret")
		return false
	}
	i.secretOut = true
	a.thinks()
	if a.acts(150) {
		w.notef("leaves the bank's page")
		return false
	}
	w.stripe.authenticate(i, a.rnd.yes(800))
	if a.acts(150) {
		w.notef("closes the window")
		return false
	}
	return true
}

// meddles works in the Dashboard.
func (a *simActor) meddles() {
	a.draw()
	for range 3 + 3*a.w.clerks {
		a.pass(a.rnd.between(0, 10*time.Minute))
		for _, i := range a.w.stripe.intents {
			switch {
			case i.of != string(simCart) || !i.signed || i.shop != simShop:
			case i.status == needsCapture && a.acts(300):
				a.ends(i)
			case i.status == succeeded && a.w.clerks > 0 && a.acts(300):
				a.returns(i)
			}
		}
	}
}

// ends captures a hold in the Dashboard, or releases it.
func (a *simActor) ends(i *simIntent) {
	w := a.w
	i.outside = true
	amount := int64(0)
	switch n := a.rnd.n(100); {
	case n < 50:
		i.status, i.reason = canceled, "requested_by_customer"
	case n < 70 && w.clerks > 0:
		amount = i.amount / 2
		i.take(amount)
	default:
		amount = i.amount
		i.take(amount)
	}
	w.stripe.twin.meddles(i, amount)
	w.notef("Dashboard: %s is %s, %d", i.id, i.status, amount)
	w.stripe.changed(i)
}

// returns refunds in the Dashboard, or a buyer goes to the bank.
func (a *simActor) returns(i *simIntent) {
	w := a.w
	left := i.received - i.refunded()
	if i.disputed == "" && a.rnd.yes(300) {
		i.backOutside = true
		w.stripe.twin.disputes(i)
		w.stripe.dispute(i, a.rnd.between(time.Minute, 3*time.Hour), a.rnd.yes(500))
		return
	}
	amount := []int64{left, left / 2, 100}[a.rnd.n(3)]
	if i.disputed != "" || amount <= 0 || amount > left {
		return
	}
	i.backOutside = true
	w.stripe.twin.refunds(i, amount)
	w.stripe.giveBack(i, "", amount)
	w.notef("Dashboard: refunds %d of %s", amount, i.id)
	w.stripe.changed(i)
	w.stripe.tellOf(i, "refund")
}
