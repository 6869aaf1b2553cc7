package reconcile

import (
	"encoding/binary"
	"math"
)

// rawPayment and rawOrder are rows as the join handles them: ids stay bytes, so
// that millions of rows that match make no garbage.
type rawPayment struct {
	id, order []byte
	status    PaymentStatus
	// weak marks a failed try in a Dashboard export, which has a row of its own
	// beside the payment that it belongs to.
	weak  bool
	facts paymentFacts
	line  int64
}

type rawOrder struct {
	id, intent []byte
	facts      orderFacts
	created    int64
	line       int64
	rival      []byte // the order that has this one's payment intent
}

// maxID is the longest id; Stripe's metadata values have 500 characters.
const maxID = 500

// maxEncoded is the most that a row needs when encoded: three ids and numbers.
const maxEncoded = 3*(maxID+2) + 80

// A row is encoded as a head of fixed places, its two ids, the key first, and
// what is seldom there:
//
//	created u32 · line u32 · amount 40 bits · flags 8 bits · currency u16 ·
//	length of the first id u16 · of the second u16 · ids · words
const (
	headSize   = 20
	amountBits = 40
)

const (
	flagStatus        = 0x07
	flagReceived      = 0x08 // received is not what the status lets expect
	flagRefunded      = 0x10
	flagCaptureBefore = 0x20
	flagWeak          = 0x40 // of a payment
	flagRival         = 0x40 // of an order
	flagLarge         = 0x80 // the amount needs a word of its own
)

// head is what payments and orders have in common.
type head struct {
	created, line, amount int64
	flags                 byte
	currency              currencyCode
}

func (h *head) append(b, first, second []byte) []byte {
	n := len(b)
	b = append(b, make([]byte, headSize)...)
	to := b[n : n+headSize]
	amount := uint64(h.amount)
	if amount>>amountBits != 0 {
		h.flags |= flagLarge
	}
	binary.LittleEndian.PutUint64(to, uint64(uint32(h.created))|uint64(min(h.line, math.MaxUint32))<<32)
	binary.LittleEndian.PutUint64(to[8:], amount&(1<<amountBits-1)|uint64(h.flags)<<amountBits|uint64(h.currency)<<48)
	binary.LittleEndian.PutUint32(to[16:], uint32(len(first))|uint32(len(second))<<16)
	b = append(append(b, first...), second...)
	if h.flags&flagLarge != 0 {
		b = binary.LittleEndian.AppendUint64(b, amount)
	}
	return b
}

// decoder reads what append wrote. It reads only what this process has written,
// so it checks nothing.
type decoder struct{ b []byte }

func (d *decoder) head(h *head) (first, second []byte) {
	b := d.b
	times, word, lengths := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint32(b[16:])
	h.created, h.line = int64(uint32(times)), int64(times>>32)
	h.amount, h.flags, h.currency = int64(word&(1<<amountBits-1)), byte(word>>amountBits), currencyCode(word>>48)
	middle := headSize + int(lengths&0xffff)
	end := middle + int(lengths>>16)
	first, second = b[headSize:middle:middle], b[middle:end:end]
	d.b = b[end:]
	if h.flags&flagLarge != 0 {
		h.amount = d.word()
	}
	return first, second
}

// firstIs reports whether the row here has this key.
func (d *decoder) firstIs(key []byte) bool {
	n := int(binary.LittleEndian.Uint16(d.b[16:]))
	return n == len(key) && string(d.b[headSize:headSize+n]) == string(key)
}

func (d *decoder) word() int64 {
	v := binary.LittleEndian.Uint64(d.b)
	d.b = d.b[8:]
	return int64(v)
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	d.b = d.b[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) byte() byte {
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func appendBytes(b, value []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(value))), value...)
}

func (p *rawPayment) expected() int64 {
	if p.status == Succeeded {
		return p.facts.amount
	}
	return 0
}

// append encodes the payment under its id.
func (p *rawPayment) append(b []byte) []byte {
	h := head{created: p.facts.created, line: p.line, amount: p.facts.amount, flags: byte(p.status), currency: p.facts.currency}
	if p.facts.received != p.expected() {
		h.flags |= flagReceived
	}
	if p.facts.refunded != 0 {
		h.flags |= flagRefunded
	}
	if p.facts.captureBefore != 0 {
		h.flags |= flagCaptureBefore
	}
	if p.weak {
		h.flags |= flagWeak
	}
	b = h.append(b, p.id, p.order)
	if h.flags&flagReceived != 0 {
		b = binary.LittleEndian.AppendUint64(b, uint64(p.facts.received))
	}
	if h.flags&flagRefunded != 0 {
		b = binary.LittleEndian.AppendUint64(b, uint64(p.facts.refunded))
	}
	if h.flags&flagCaptureBefore != 0 {
		b = binary.LittleEndian.AppendUint64(b, uint64(p.facts.captureBefore))
	}
	return b
}

func (d *decoder) payment(p *rawPayment) {
	var h head
	p.id, p.order = d.head(&h)
	p.status, p.weak = PaymentStatus(h.flags&flagStatus), h.flags&flagWeak != 0
	p.line = h.line
	p.facts = paymentFacts{amount: h.amount, created: h.created, currency: h.currency}
	p.facts.received = p.expected()
	if h.flags&(flagReceived|flagRefunded|flagCaptureBefore) != 0 {
		if h.flags&flagReceived != 0 {
			p.facts.received = d.word()
		}
		if h.flags&flagRefunded != 0 {
			p.facts.refunded = d.word()
		}
		if h.flags&flagCaptureBefore != 0 {
			p.facts.captureBefore = d.word()
		}
	}
	p.settle()
}

// settle fills in the facts that follow from the others.
func (p *rawPayment) settle() {
	p.facts.standing = standingOf(p.status, p.facts.received, p.facts.refunded)
	p.facts.hasOrderID = len(p.order) > 0
}

// append encodes the order under its payment intent, or under its id where it
// is looked for by that.
func (o *rawOrder) append(b []byte, byID bool) []byte {
	h := head{created: o.created, line: o.line, amount: o.facts.amount, flags: byte(o.facts.status), currency: o.facts.currency}
	if o.facts.refunded != 0 {
		h.flags |= flagRefunded
	}
	if len(o.rival) > 0 {
		h.flags |= flagRival
	}
	first, second := o.intent, o.id
	if byID {
		first, second = o.id, o.intent
	}
	b = h.append(b, first, second)
	if h.flags&flagRefunded != 0 {
		b = binary.LittleEndian.AppendUint64(b, uint64(o.facts.refunded))
	}
	if h.flags&flagRival != 0 {
		b = appendBytes(b, o.rival)
	}
	return b
}

func (d *decoder) order(o *rawOrder, byID bool) {
	var h head
	o.intent, o.id = d.head(&h)
	if byID {
		o.intent, o.id = o.id, o.intent
	}
	o.created, o.line, o.rival = h.created, h.line, nil
	o.facts = orderFacts{amount: h.amount, currency: h.currency, status: OrderStatus(h.flags & flagStatus)}
	if h.flags&flagRefunded != 0 {
		o.facts.refunded = d.word()
	}
	if h.flags&flagRival != 0 {
		o.rival = d.bytes()
	}
}

func (p *rawPayment) row() *Payment {
	return &Payment{
		ID: string(p.id), OrderID: string(p.order), Status: p.status, Currency: p.facts.currency.String(),
		Amount: p.facts.amount, Received: p.facts.received, Refunded: p.facts.refunded,
		Created: fromUnix(p.facts.created), CaptureBefore: fromUnix(p.facts.captureBefore),
	}
}

func (o *rawOrder) row() *Order {
	return &Order{
		ID: string(o.id), PaymentIntent: string(o.intent), Status: o.facts.status, Currency: o.facts.currency.String(),
		Amount: o.facts.amount, Refunded: o.facts.refunded, Created: fromUnix(o.created),
	}
}

func (p *rawPayment) from(row *Payment) {
	p.id, p.order = append(p.id[:0], row.ID...), append(p.order[:0], row.OrderID...)
	p.status = row.Status
	p.facts.of(row)
}

func (o *rawOrder) from(row *Order) {
	o.id, o.intent = append(o.id[:0], row.ID...), append(o.intent[:0], row.PaymentIntent...)
	o.facts.of(row)
	o.created = unix(row.Created)
}
