package stripesecure

import (
	"context"
	"time"
)

// What the host does around the plugin: it places, refuses and cancels orders.

// orders is a host that commits first: the order and its key before the buyer
// pays, and OrderPlaced until it is answered.
func (a *simActor) orders() {
	w := a.w
	for range 5 {
		if w.host.live() != nil {
			return
		}
		var pay Payment
		var err error
		ok := a.on(a.someServer(), payBudget, func(p *Plugin) { pay, err = p.Current(context.Background(), simCart) })
		if !ok || err != nil {
			a.pass(time.Second)
			continue
		}
		a.pass(a.rnd.between(time.Millisecond, time.Second))
		if w.host.live() != nil {
			return // another tab was faster
		}
		if order := w.host.commit(pay.ID, w.people.total); order != nil && !order.cancelled {
			a.reports(order, 1)
			return
		}
	}
}

// places is a host without Options.Orders: it commits when it is told to.
func (a *simActor) places(pay Payment) {
	w := a.w
	w.checkOffer(pay)
	total, _ := pay.Total.Minor()
	a.pass(a.rnd.between(time.Millisecond, 2*time.Second))
	switch {
	case a.acts(30):
		w.notef("the host dies before the order")
		return
	case a.rnd.yes(w.refuses) && w.fire(a, action):
		a.refuses(pay.ID, Refusal{Reason: OutOfStock, Items: []string{"tea"}}, 1)
		return
	case w.mutant.is("nobody compares the amounts"), w.mutant.is("the host does not compare the amounts"):
		total = w.people.total
	case total != w.people.total && !w.hostFirst:
		a.refuses(pay.ID, Refusal{Reason: PriceChanged}, 1)
		return
	}
	order := w.host.commit(pay.ID, total)
	if a.acts(50) {
		w.notef("the host dies after the order")
		return
	}
	if order != nil && !order.cancelled {
		a.reports(order, 1)
	}
}

// reports calls OrderPlaced once, and now and then again much later. A host
// that commits first goes on until it is answered, whatever the buyer does.
func (a *simActor) reports(order *simOrder, times int) {
	w := a.w
	if !a.report(order) && w.hostFirst {
		w.again(a, func(b *simActor) { b.reports(order, times) })
		return
	}
	if times > 0 && a.acts(100) {
		w.again(a, func(b *simActor) { b.reports(order, times-1) })
	}
}

func (a *simActor) report(order *simOrder) (answered bool) {
	var res Result
	var err error
	if !a.on(a.someServer(), placeBudget, func(p *Plugin) { res, err = p.OrderPlaced(context.Background(), order.id, order.order()) }) {
		a.w.mutant.rollBack(a.w.host, order)
		return false
	}
	a.w.notef("… OrderPlaced %s: %s %v", order.ref, res.Payment.State, err)
	a.w.checkConflict(err)
	return err == nil || CodeOf(err) == CodeRefused
}

// refuses says that the host could not make the order, perhaps again later.
func (a *simActor) refuses(id PaymentID, why Refusal, times int) {
	w := a.w
	var res Result
	var err error
	w.notef("refuses %s: %s", id, why.Reason)
	if a.on(a.someServer(), payBudget, func(p *Plugin) { res, err = p.OrderRefused(context.Background(), id, why) }) {
		w.notef("… OrderRefused: %s %v", res.Payment.State, err)
		w.checkConflict(err)
		if err == nil {
			w.checkRefused(res)
		}
	}
	if times > 0 && a.acts(150) {
		w.again(a, func(b *simActor) { b.refuses(id, why, times-1) })
	}
}

// again lets a call be repeated, seconds or an hour later.
func (w *simWorld) again(a *simActor, call func(*simActor)) {
	w.people.tabs++
	after := a.rnd.between(0, []time.Duration{5 * time.Second, 5 * time.Minute, time.Hour}[a.rnd.n(3)])
	if w.heal != nil {
		after = 5 * time.Second
	}
	w.start("late", 1000+w.people.tabs, after, true, func(b *simActor) {
		b.draw()
		call(b)
	})
}

// sells is a merchant who cancels an order, and whose shop says so until it is
// answered.
func (a *simActor) sells() {
	w := a.w
	a.draw()
	a.pass(a.rnd.between(0, 5*time.Minute))
	for range 20 {
		a.pass(a.rnd.between(0, 30*time.Second))
		if o := w.host.live(); o != nil && a.acts(400) {
			a.cancels(o)
			return
		}
	}
}

func (a *simActor) cancels(o *simOrder) {
	w := a.w
	o.cancelled, w.stirred = true, w.now
	w.notef("host: cancels %s", o.ref)
	if w.mutant.is("the host drops an order without a word") {
		return
	}
	for n := 0; !o.said && w.violation == ""; n++ {
		var res Result
		var err error
		ok := a.on(a.someServer(), payBudget, func(p *Plugin) {
			res, err = p.OrderRefused(context.Background(), o.id, Refusal{Reason: Cancelled, Ref: o.ref})
		})
		if !ok {
			err = nil
		} else if err == nil {
			o.said, o.captured = true, captured(res.Payment.State)
			w.notef("… OrderRefused %s: %s", o.ref, res.Payment.State)
			w.checkRefused(res)
			return
		}
		w.checkConflict(err)
		a.pass(time.Duration(min(n+1, 60)) * time.Second)
	}
}
