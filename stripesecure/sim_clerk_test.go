package stripesecure

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// simTill is what the shop's clerks have decided, and what they were answered.
type simTill struct {
	ops      []*simOp
	captures map[PaymentID]*simCapture
}

// simOp is a refund that a clerk has decided on: one, however often and by
// however many it is asked for.
type simOp struct {
	id      string
	payment PaymentID
	amount  int64 // 0: everything that is left
	asking  int   // calls under way
	taken   bool  // answered: it is done, or will be
	refused bool  // answered: it was not done, and will not be
}

// simCapture is what was asked to be captured of a payment.
type simCapture struct {
	asked []int64
	taken int64 // answered: it is done, or will be
}

// serves is a clerk: captures, refunds, and cancels, all on the same orders as
// the other one.
func (a *simActor) serves() {
	w := a.w
	a.draw()
	for range 8 {
		a.pass(a.rnd.between(0, []time.Duration{20 * time.Second, 2 * time.Minute, 10 * time.Minute, 2 * time.Hour}[a.rnd.n(4)]))
		if len(w.host.orders) == 0 {
			continue
		}
		o := w.host.orders[a.rnd.n(len(w.host.orders))]
		if !a.acts(700) {
			continue
		}
		switch n := a.rnd.n(100); {
		case n < 40:
			a.captures(o, []int64{0, 0, o.total, o.total / 2, o.total / 4, o.total + 100}[a.rnd.n(6)], 1)
		case n < 90 || o.cancelled:
			a.givesBack(a.operation(o), 1)
		default:
			a.cancels(o)
		}
	}
}

// twice: clerks click twice, at once or later.
func (a *simActor) twice(times int, what func(*simActor)) {
	if times > 0 && a.acts(300) {
		a.w.again(a, what)
	}
}

// captures is false when nobody has answered.
func (a *simActor) captures(o *simOrder, amount int64, times int) bool {
	w := a.w
	c := w.till.captures[o.id]
	if c == nil {
		c = &simCapture{}
		w.till.captures[o.id] = c
	}
	c.asked = append(c.asked, amount)
	a.twice(times, func(b *simActor) { b.captures(o, amount, times-1) })
	var paid Payment
	var err error
	w.notef("captures %d of %s", amount, o.ref)
	if !a.on(a.someServer(), payBudget, func(p *Plugin) { paid, err = p.Capture(context.Background(), o.id, someMoney(amount)) }) {
		return false
	}
	w.notef("… Capture: %s %v", paid.State, err)
	w.checkCaptured(o, amount, paid, err)
	return err == nil
}

func someMoney(minor int64) Money {
	if minor == 0 {
		return Money{}
	}
	return FromMinor(minor, "JPY")
}

// operation is one that some clerk has begun, or a new one.
func (a *simActor) operation(o *simOrder) *simOp {
	w := a.w
	if n := len(w.till.ops); n > 0 && a.rnd.yes(500) {
		return w.till.ops[a.rnd.n(n)]
	}
	op := &simOp{
		id: "op-" + strconv.Itoa(len(w.till.ops)+1), payment: o.id,
		amount: []int64{0, o.total, o.total / 2, o.total / 4, 100, o.total + 100}[a.rnd.n(6)],
	}
	w.till.ops = append(w.till.ops, op)
	return op
}

// givesBack is false when nobody has answered.
func (a *simActor) givesBack(op *simOp, times int) bool {
	w := a.w
	op.refused = false // asked again, it may be done
	op.asking++
	a.twice(times, func(b *simActor) { b.givesBack(op, times-1) })
	var paid Payment
	var err error
	w.notef("refunds %d of %s as %s", op.amount, op.payment, op.id)
	id := op.id
	if w.mutant.is("each click is an operation") {
		id += "-" + strconv.FormatUint(a.id, 10) + "-" + strconv.FormatUint(a.step, 10)
	}
	ok := a.on(a.someServer(), payBudget, func(p *Plugin) {
		paid, err = p.Refund(context.Background(), op.payment, Refund{ID: id, Amount: someMoney(op.amount)})
	})
	op.asking--
	if !ok {
		op.asking++ // a server that has died may have stored it: nobody knows for good
		return false
	}
	w.notef("… Refund: %s %s %v", paid.State, paid.Refunded, err)
	w.checkRefunded(op, paid, err)
	return err == nil
}

func (w *simWorld) op(id string) *simOp {
	n := slices.IndexFunc(w.till.ops, func(op *simOp) bool { return op.id == id })
	if n < 0 {
		return nil
	}
	return w.till.ops[n]
}
