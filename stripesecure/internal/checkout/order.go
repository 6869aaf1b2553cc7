package checkout

import (
	"cmp"
	"slices"
	"time"
)

// Why a generation ends, beside the host's own reasons.
const (
	AmountChanged = "amount_changed"
	Abandoned     = "abandoned"
)

// OrderVerdict is the answer to the host's order.
type OrderVerdict int

const (
	// OrderTaken: the slot holds this order, now or since before.
	OrderTaken OrderVerdict = iota
	// OrderConflict: the slot holds another one; nothing changed.
	OrderConflict
	// OrderWithdrawn: the host has refused or cancelled it before.
	OrderWithdrawn
)

// Place fills the order slot (rule 12). It is accepted in every live state;
// settle runs when order and hold both exist.
func (r *Row) Place(o Order, hostFirst bool, now time.Time) OrderVerdict {
	switch {
	case r.Order != nil && *r.Order == o:
		return OrderTaken
	case r.Order != nil:
		return OrderConflict
	case slices.Contains(r.Withdrawn, o.Ref), r.End != nil && r.End.Closed, r.KeyClosed:
		return OrderWithdrawn
	}
	r.fill(o, hostFirst, now)
	return OrderTaken
}

// Name places the order that a cart names. A cart carries no PaymentID, so an
// order that was withdrawn in an earlier generation stays out by its ref.
func (r *Row) Name(o Order, hostFirst bool, now time.Time) OrderVerdict {
	if slices.ContainsFunc(r.Ended, func(e Ended) bool { return e.Ref == o.Ref }) {
		return OrderWithdrawn
	}
	return r.Place(o, hostFirst, now)
}

func (r *Row) fill(o Order, hostFirst bool, now time.Time) {
	r.Order, r.OrderAt, r.Failed = &o, now, false
	if r.NotNeeded {
		if o.Total != 0 {
			r.find("amount_mismatch", now)
		}
		return
	}
	a := r.Current()
	if a == nil {
		return
	}
	matches := a.pays(o)
	if !matches && (a.State == Offered && !hostFirst || a.State == Captured) {
		r.find("amount_mismatch", now)
	}
	switch a.State {
	case Offered:
		if matches || !hostFirst {
			a.State = Placed
			a.Failures, a.NextAt = 0, time.Time{}
			return
		}
		r.cancel(a, now)
	case Waiting, Creating:
		if !matches {
			r.cancel(a, now)
		} else if a.Seen.Status == "requires_capture" {
			a.State = Placed
		}
	case Expired:
		r.news() // the order came when its hold was gone
	case Captured:
		r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool { return f.Code == "captured_without_order" })
		r.news()
	}
}

// Refusal is the host's "there is no order".
type Refusal struct {
	Reason string
	Items  []string
	Ref    string // of the order that it has cancelled; "" if it never made one
	// Allotted is the ref that an order would have had. It is written to Stripe
	// (LC-33) and means nothing else.
	Allotted string
}

// Refuse ends the present generation, unless the host's own key says that there
// is an order (rules 11 and 12).
func (r *Row) Refuse(ref Refusal, now time.Time) OrderVerdict {
	switch a := r.Current(); {
	case ref.Ref != "" && r.Order != nil && r.Order.Ref != ref.Ref:
		return OrderConflict
	case a != nil && a.State == Captured:
		if ref.Ref != "" && a.capturedState() == "captured" {
			r.find(stillPaid, now)
		}
		return OrderTaken
	case r.End != nil && r.End.Closed, slices.Contains(r.Withdrawn, ref.Ref):
		return OrderTaken
	case ref.Ref == "" && (r.KeyTaken || r.End != nil):
		return OrderTaken
	}
	// An end that is pending gives way: the order of this ref is no more,
	// whatever the key will say.
	end := &End{Reason: ref.Reason, Items: ref.Items, Ref: ref.Ref, Label: cmp.Or(ref.Ref, ref.Allotted), At: now}
	if ref.Ref != "" {
		r.Withdrawn = append(r.Withdrawn, ref.Ref)
		// The slot's order was committed under the key, so none can follow.
		end.Order, end.Closed = r.Order, r.Order != nil
		r.Order = nil
	}
	r.end(end)
	if end.Closed {
		r.closed(now)
	}
	return OrderTaken
}

// end begins the end of the generation. It is stored before the host is asked
// to close the key.
func (r *Row) end(e *End) { r.End = e }

// KeyAnswer records what CloseOrderKey said: the order under the key, or nil.
func (r *Row) KeyAnswer(gen int, o *Order, hostFirst bool, now time.Time) {
	if r.End == nil || gen != r.Gen || r.End.Closed {
		return
	}
	if o == nil && r.Order != nil {
		// The host reported an order that its own key does not know.
		r.find("order_key_missing", now)
		r.End, r.KeyTaken = nil, true
		return
	}
	if o != nil && !slices.Contains(r.Withdrawn, o.Ref) {
		r.End, r.KeyTaken = nil, true // an order that is found wins
		r.news()
		switch {
		case r.Order == nil:
			r.fill(*o, hostFirst, now)
		case *r.Order != *o:
			r.find("order_conflict", now)
		}
		return
	}
	r.End.Closed = true
	if o != nil {
		r.End.Order = o // withdrawn; it gets its place back if a capture won
	}
	r.closed(now)
}

// KeyFailed records that the host did not answer for its key.
func (r *Row) KeyFailed(now time.Time) {
	if r.End != nil {
		r.End.Fails++
		r.End.NextAt = now.Add(backoff(r.End.Fails))
	}
}

// closed: no order can come under the key any more, so what is live is voided.
func (r *Row) closed(now time.Time) {
	switch a := r.Current(); {
	case a == nil:
		r.nextGeneration(now)
	case a.State == Captured:
		r.captureWon(now)
		if r.Order == nil {
			r.find("captured_without_order", now)
		}
	case a.State == Cancelling:
		// its outcome starts the next generation
	case a.State.Live():
		r.cancel(a, now)
	default:
		r.nextGeneration(now)
	}
}

func (r *Row) nextGeneration(now time.Time) {
	end := r.End
	r.Ended = append(r.Ended, Ended{
		Gen: r.Gen, Reason: end.Reason, Ref: end.Ref, At: now, Proven: r.Proven(), Order: end.Order, OrderAt: r.OrderAt,
	})
	r.news()
	r.Gen++
	r.End, r.Order, r.OrderAt, r.Withdrawn = nil, nil, time.Time{}, nil
	r.Failed, r.NotNeeded, r.TooMany, r.KeyTaken = false, false, false, false
	r.PlaceAt, r.PlaceFails = time.Time{}, 0
	if n := noticeFor(end, now); n != nil {
		r.Notice = n
	}
}

// noticeFor is what the buyer reads where the order could not be made. Sold out
// belongs on the cart's page (LC-33), everything else on check & shipping.
func noticeFor(end *End, now time.Time) *Notice {
	switch end.Reason {
	case Abandoned, AmountChanged:
		return nil
	case "out_of_stock":
		return &Notice{Code: "out_of_stock", Page: "cart", Items: end.Items, At: now}
	case "price_changed":
		return &Notice{Code: "amount_changed", Page: "checkout", At: now}
	}
	if end.Order != nil { // a merchant's void, long after the buyer has gone
		return nil
	}
	return &Notice{Code: "order_refused", Page: "checkout", At: now}
}

// PlaceFailed records that the host did not answer whether there is an order.
func (r *Row) PlaceFailed(now time.Time) {
	r.PlaceFails++
	r.PlaceAt = now.Add(backoff(r.PlaceFails))
}

// HostTold records that the host took the news; failed: it did not.
func (r *Row) HostTold(gen, seq int, failed bool, now time.Time) {
	if failed {
		r.TellFails++
		r.TellAt = now.Add(tellBackoff(r.TellFails))
		r.Parked = r.TellFails >= maxTells
		return
	}
	r.TellFails, r.TellAt = 0, time.Time{}
	r.Untold = slices.DeleteFunc(r.Untold, func(n News) bool { return n.Gen == gen && n.Seq <= seq })
}

func (r *Row) restore(ref string) {
	r.Withdrawn = slices.DeleteFunc(r.Withdrawn, func(w string) bool { return w == ref })
}

// WantedRef is the order id that belongs into the metadata: of the order that
// exists, or of the one that was allotted and is no more (LC-33).
func (r *Row) WantedRef() string {
	switch {
	case r.Order != nil:
		return r.Order.Ref
	case r.End != nil:
		return r.End.Label
	}
	return ""
}
