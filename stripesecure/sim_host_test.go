package stripesecure

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// simHost is a shop engine that does its duty: orders and their keys in one
// transaction, nothing dropped without a word.
type simHost struct {
	w      *simWorld
	keys   map[PaymentID]*simOrder // nil: closed without an order
	orders []*simOrder
	told   map[PaymentID]Payment // the newest news
}

type simOrder struct {
	id        PaymentID
	gen       int
	ref       string
	total     int64
	cancelled bool
	said      bool // OrderRefused with its ref was answered
	captured  bool // … with "captured": the merchant refunds
}

func (o *simOrder) order() Order { return Order{Ref: o.ref, Total: FromMinor(o.total, "JPY")} }

var errSimHost = errors.New("host is down")

// commit is the host's transaction: the order and its key, or the order that is
// there, or nil because the key is closed.
func (h *simHost) commit(id PaymentID, total int64) *simOrder {
	order, taken := h.keys[id]
	if taken && !h.w.mutant.is("a host without order keys") {
		return order
	}
	if h.w.mutant.is("the host commits another total") {
		total += 100
	}
	_, gen, _ := id.split()
	order = &simOrder{id: id, gen: gen, ref: "R" + strconv.Itoa(len(h.orders)+1), total: total}
	h.set(id, order)
	h.orders = append(h.orders, order)
	h.w.stirred = h.w.now
	h.w.notef("host: commits %s of %d under %s", order.ref, total, id)
	h.w.checkOrders()
	return order
}

func (h *simHost) set(id PaymentID, order *simOrder) {
	if h.keys == nil {
		h.keys = map[PaymentID]*simOrder{}
	}
	h.keys[id] = order
}

// reach is the way to the host's database; unsure: the answer is lost.
func (h *simHost) reach() (unsure bool, err error) {
	w, a := h.w, h.w.cur
	w.mayCrash(crashBefore)
	w.mayPause()
	a.pass(a.rnd.between(time.Millisecond, 50*time.Millisecond))
	if w.happens(hostFails) {
		if a.rnd.yes(300) {
			a.pass(h.patience())
		}
		return false, errSimHost
	}
	return w.happens(hostUnsure), nil
}

// patience is how long the plugin waits for the host.
func (h *simHost) patience() time.Duration {
	return max(0, min(hostTimeout, h.w.cur.deadline-h.w.now))
}

// leave is the way back.
func (h *simHost) leave(unsure bool) error {
	a := h.w.cur
	h.w.mayCrash(crashAfter)
	if unsure {
		a.pass(a.rnd.between(0, h.patience()))
		return errSimHost
	}
	a.pass(a.rnd.between(time.Millisecond, 20*time.Millisecond))
	return nil
}

// CloseOrderKey implements [Host].
func (h *simHost) CloseOrderKey(_ context.Context, id PaymentID) (Order, bool, error) {
	unsure, err := h.reach()
	if err != nil {
		return Order{}, false, err
	}
	order, taken := h.keys[id]
	if !taken && !h.w.mutant.is("closing inserts nothing") {
		h.set(id, nil)
	}
	if h.w.mutant.is("an order that is found is ignored") {
		order = nil
	}
	h.w.notef("host: close %s: %v", id, order != nil)
	if err := h.leave(unsure); err != nil || order == nil {
		return Order{}, false, err
	}
	return order.order(), true, nil
}

// Changed implements [Host]. Older news are dropped.
func (h *simHost) Changed(_ context.Context, p Payment) error {
	unsure, err := h.reach()
	if err != nil {
		return err
	}
	h.hear(p)
	return h.leave(unsure)
}

func (h *simHost) hear(p Payment) {
	if h.told == nil {
		h.told = map[PaymentID]Payment{}
	}
	if p.Version >= h.told[p.ID].Version {
		h.told[p.ID] = p
		h.w.notef("host: told %s is %s", p.ID, p.State)
	}
}

// PlaceOrder implements [Orders].
func (h *simHost) PlaceOrder(_ context.Context, p Payment) (Order, error) {
	a := h.w.cur
	h.w.checkOffer(p)
	unsure, err := h.reach()
	if err != nil {
		return Order{}, err
	}
	if a.rnd.yes(h.w.refuses) && a.w.fire(a, action) {
		h.w.notef("host: sold out")
		return Order{}, &Refusal{Reason: OutOfStock, Items: []string{"tea"}}
	}
	total, _ := p.Total.Minor()
	order := h.commit(p.ID, total)
	if err := h.leave(unsure); err != nil {
		return Order{}, err
	}
	if order == nil || order.cancelled {
		return Order{}, &Refusal{Reason: Closed}
	}
	return order.order(), nil
}

// live is the order that counts now, the last one that is not cancelled.
func (h *simHost) live() *simOrder {
	for _, o := range slices.Backward(h.orders) {
		if !o.cancelled {
			return o
		}
	}
	return nil
}

func (h *simHost) byRef(ref string) *simOrder {
	for _, o := range h.orders {
		if o.ref == ref {
			return o
		}
	}
	return nil
}
