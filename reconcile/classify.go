package reconcile

import "time"

// Pair is what belongs together: an order and its payment, or one of the two
// alone.
type Pair struct {
	Payment *Payment // nil for an order without a payment
	Order   *Order   // nil for a payment without an order
	// Rival is why one is alone although it names a partner: for a payment the
	// payment that its order has already, for an order the order that has its
	// payment intent. "" when there is none.
	Rival string
}

// Verdict is what [Classify] says about a pair.
type Verdict struct {
	Class       Class
	Action      Action
	Differences Difference
}

// Difference is a set of what differs within a pair. The first one in the order
// of the constants gives the class; the others stand in the reason.
type Difference uint8

// The differences, by precedence.
const (
	DiffCurrency Difference = 1 << iota
	DiffStatus
	DiffRefund
	DiffAmount
	// DiffHoldEnded and DiffHoldEnding: the end of the hold, not a contradiction.
	DiffHoldEnded
	DiffHoldEnding
	// DiffOrderID: the payment names another order than the one that names it.
	// It alone makes no finding.
	DiffOrderID
)

// The three tables below are the whole classification of states; what follows
// them only compares amounts and dates. They read the same in SQL.

// standing is where a payment's money is.
type standing uint8

const (
	open       standing = iota // requires_payment_method, requires_confirmation, requires_action
	processing                 // processing
	held                       // requires_capture
	taken                      // succeeded, and not all of it given back
	returned                   // succeeded, and all of it given back
	gone                       // canceled
)

const numStandings = int(gone) + 1

// rule is one cell: the class and the advice. For pairs Matched means that the
// two statuses agree.
type rule struct {
	class  Class
	action Action
}

var ok = rule{Matched, None}

// differ is a status_mismatch with its advice.
func differ(a Action) rule { return rule{StatusMismatch, a} }

// pairRules: an order and its payment. Authorized against gone is hold_expired
// when the hold's time is over.
var pairRules = [numOrderStatuses][numStandings]rule{
	//           open                processing    held               taken             returned          gone
	Pending:    {ok, ok, differ(FixOrder), differ(FixOrder), differ(FixOrder), differ(AskPayment)},
	Authorized: {differ(AskPayment), differ(Wait), ok, differ(FixOrder), differ(FixOrder), differ(AskPayment)},
	Paid:       {differ(AskPayment), differ(Wait), differ(Capture), ok, ok, differ(AskPayment)},
	Cancelled:  {differ(Cancel), differ(Wait), differ(Cancel), differ(Refund), ok, ok},
	Refunded:   {differ(Cancel), differ(Wait), differ(Cancel), ok, ok, differ(FixOrder)},
}

// partner is what a payment without an order knows of one.
type partner uint8

const (
	noOrderID    partner = iota // it carries no order id
	noSuchOrder                 // it carries one that the shop does not have
	takenByRival                // its order has another payment
)

const numPartners = int(takenByRival) + 1

// paymentRules: a payment without an order.
var paymentRules = [numStandings][numPartners]rule{
	//           noOrderID                  noSuchOrder                   takenByRival
	open:       {{Incomplete, Cancel}, {Incomplete, Cancel}, {Incomplete, Cancel}},
	processing: {{Incomplete, Wait}, {OrderUnknown, Wait}, {DuplicatePayment, Wait}},
	held:       {{OrphanAuthorized, Cancel}, {OrderUnknown, OrderOrCancel}, {DuplicatePayment, Cancel}},
	taken:      {{OrphanCaptured, Refund}, {OrderUnknown, OrderOrRefund}, {DuplicatePayment, Refund}},
	returned:   {ok, {Refused, None}, ok},
	gone:       {ok, {Refused, None}, ok},
}

// orderRules: an order without a payment.
var orderRules = [numOrderStatuses]rule{
	Pending: ok, Authorized: {PaymentMissing, FindPayment}, Paid: {PaymentMissing, FindPayment}, Cancelled: ok,
	Refunded: {PaymentMissing, FindPayment},
}

const (
	// settling is how long a payment without an order may be one that is just
	// being made: until then the advice is to wait.
	settling = int64(time.Hour / time.Second)
	// holdWarning is how long before its end a hold is reported (design, rule 9).
	holdWarning = int64(2 * 24 * time.Hour / time.Second)
	// A hold ends after 7 days; in yen after 7 (American Express) to 30 days
	// (docs.stripe.com/payments/place-a-hold-on-a-payment-method).
	holdShort = int64(7 * 24 * time.Hour / time.Second)
	holdYen   = int64(30 * 24 * time.Hour / time.Second)
)

// Classify names the class of a pair, by precedence: currency, status (with it
// refunds), amount, the end of the hold. It is pure: now is the moment that the
// lists are from, and decides what is said about holds and about payments that
// may still be on their way.
func Classify(pair Pair, now time.Time) Verdict {
	var p paymentFacts
	var o orderFacts
	switch {
	case pair.Payment == nil && pair.Order == nil:
		return Verdict{Class: Matched}
	case pair.Payment == nil:
		o.of(pair.Order)
		return classifyOrder(&o)
	case pair.Order == nil:
		p.of(pair.Payment)
		return classifyPayment(&p, pair.Rival != "", now.Unix())
	}
	p.of(pair.Payment)
	o.of(pair.Order)
	v := classifyPair(&p, &o, now.Unix())
	if pair.Payment.OrderID != "" && pair.Payment.OrderID != pair.Order.ID {
		v.Differences |= DiffOrderID
	}
	return v
}

// paymentFacts is what of a payment decides. Times are Unix seconds, 0 for
// unknown.
type paymentFacts struct {
	amount, received, refunded int64
	created, captureBefore     int64
	currency                   currencyCode
	standing                   standing
	hasOrderID                 bool
}

// orderFacts is what of an order decides.
type orderFacts struct {
	amount, refunded int64
	currency         currencyCode
	status           OrderStatus
}

func standingOf(status PaymentStatus, received, refunded int64) standing {
	switch status {
	case Succeeded:
		if refunded > 0 && refunded >= received {
			return returned
		}
		return taken
	case RequiresCapture:
		return held
	case Processing:
		return processing
	case Canceled:
		return gone
	default:
		return open
	}
}

// stake is the money that a payment is about: what was taken, else what it is
// for.
func (p *paymentFacts) stake() int64 {
	if p.standing == taken || p.standing == returned {
		return p.received
	}
	return p.amount
}

// holdEnds is between when and when a hold ends. Unless Stripe told, it is
// reckoned from its creation. 0 means unknown.
func (p *paymentFacts) holdEnds() (earliest, latest int64) {
	switch {
	case p.captureBefore != 0:
		return p.captureBefore, p.captureBefore
	case p.created == 0:
		return 0, 0
	case p.currency == yen:
		return p.created + holdShort, p.created + holdYen
	default:
		return p.created + holdShort, p.created + holdShort
	}
}

func classifyOrder(o *orderFacts) Verdict {
	r := orderRules[o.status]
	return Verdict{Class: r.class, Action: r.action}
}

func classifyPayment(p *paymentFacts, rival bool, now int64) Verdict {
	with := noOrderID
	switch {
	case rival:
		with = takenByRival
	case p.hasOrderID:
		with = noSuchOrder
	}
	r := paymentRules[p.standing][with]
	if r.action != None && !rival && p.created > now-settling {
		r.action = Wait
	}
	return Verdict{Class: r.class, Action: r.action}
}

func classifyPair(p *paymentFacts, o *orderFacts, now int64) Verdict {
	status := pairRules[o.status][p.standing]
	var d Difference
	if p.currency != o.currency {
		d |= DiffCurrency
	}
	if status.class != Matched {
		d |= DiffStatus
	}
	if p.currency == o.currency {
		if p.stake() != o.amount {
			d |= DiffAmount
		}
		if refundWanted(p, o) != p.refunded {
			d |= DiffRefund
		}
	}
	d |= holdDifference(p, o, now)
	v := Verdict{Class: Matched, Differences: d}
	switch {
	case d == 0:
	case d&DiffCurrency != 0:
		v.Class, v.Action = CurrencyMismatch, Review
	case d&DiffStatus != 0:
		v.Class, v.Action = status.class, status.action
		if p.standing == gone && d&DiffHoldEnded != 0 {
			v.Class = HoldExpired
		}
	case d&DiffRefund != 0:
		v.Class, v.Action = RefundMismatch, refundAction(p, o)
	case d&DiffAmount != 0:
		v.Class, v.Action = AmountMismatch, amountAction(p, o)
	case d&DiffHoldEnded != 0:
		v.Class, v.Action = HoldExpired, AskPayment
	default:
		v.Class, v.Action = HoldExpiring, Capture
	}
	return v
}

// refundWanted is what Stripe should have given back, as the order says. Where
// nothing was taken there is nothing to compare; a cancelled order is judged by
// its status.
func refundWanted(p *paymentFacts, o *orderFacts) int64 {
	switch {
	case p.standing != taken && p.standing != returned, o.status == Cancelled:
		return p.refunded
	case o.status == Refunded:
		return p.received
	default:
		return o.refunded
	}
}

func refundAction(p *paymentFacts, o *orderFacts) Action {
	switch {
	case p.refunded > refundWanted(p, o):
		return FixOrder
	case o.status == Refunded:
		return Refund
	default:
		return RefundPart
	}
}

func amountAction(p *paymentFacts, o *orderFacts) Action {
	more := p.stake() > o.amount
	switch {
	case p.standing == taken && o.status == Paid && more:
		return RefundPart
	case p.standing == taken && o.status == Paid:
		return AskDifference
	case p.standing == held && more:
		return CapturePart
	case p.standing == held:
		return AskPayment
	default:
		return Review
	}
}

// holdDifference tells whether a hold that an order counts on has ended or
// ends soon.
func holdDifference(p *paymentFacts, o *orderFacts, now int64) Difference {
	earliest, latest := p.holdEnds()
	switch {
	case earliest == 0:
		return 0
	case p.standing == gone && o.status == Authorized && now >= earliest:
		return DiffHoldEnded
	case p.standing != held || o.status == Cancelled || o.status == Refunded:
		return 0
	case now >= latest:
		return DiffHoldEnded
	case now >= earliest-holdWarning:
		return DiffHoldEnding
	default:
		return 0
	}
}
