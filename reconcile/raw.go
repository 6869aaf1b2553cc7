package reconcile

import (
	"encoding/binary"
	"math"
	"math/bits"
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

// A row is encoded as a head of fixed places, its two ids, the key first, and
// what is seldom there:
//
//	created u32 · line u32 · amount 40 bits · flags 8 bits · currency u16 ·
//	length of the first id 10 bits · of the second 10 bits · of the row 12 bits ·
//	tag u32 · ids · words
//
// The tag is a part of the key's hash (see join.place).
const (
	headSize   = 24
	amountBits = 40
	idBits     = 10
	// maxEncoded is the most that a row needs: three ids and numbers.
	maxEncoded = headSize + 3*maxID + 2 + 4*8
)

// A row's length fits into its bits.
const _ = uint(1<<(32-2*idBits) - 1 - maxEncoded)

const (
	flagStatus        = 0x07
	flagReceived      = 0x08 // received is not what the status lets expect
	flagRefunded      = 0x10
	flagCaptureBefore = 0x20
	flagWeak          = 0x40 // of a payment
	flagRival         = 0x40 // of an order
	flagLarge         = 0x80 // the amount needs a word of its own
	// flagWords are followed by a word each.
	flagWords = flagReceived | flagRefunded | flagCaptureBefore | flagLarge
)

// head is what payments and orders have in common.
type head struct {
	created, line, amount int64
	flags                 byte
	currency              currencyCode
}

// putHead writes the head and the ids of a row that fills to, and gives what is
// left for its words. (A struct of this many fields would be copied on the way.)
func putHead(to []byte, created, line, amount int64, flags byte, currency currencyCode, tag uint32, first, second []byte) []byte {
	word := uint64(amount)&(1<<amountBits-1) | uint64(flags)<<amountBits | uint64(currency)<<48
	sizes := uint32(len(first)) | uint32(len(second))<<idBits | uint32(len(to))<<(2*idBits)
	_ = to[headSize-1]
	binary.LittleEndian.PutUint64(to, uint64(uint32(created))|uint64(min(line, math.MaxUint32))<<32)
	binary.LittleEndian.PutUint64(to[8:], word)
	binary.LittleEndian.PutUint64(to[16:], uint64(sizes)|uint64(tag)<<32)
	copy(to[headSize:], first)
	end := headSize + len(first)
	copy(to[end:], second)
	end += len(second)
	if flags&flagLarge != 0 {
		binary.LittleEndian.PutUint64(to[end:], uint64(amount))
		end += 8
	}
	return to[end:]
}

func putWord(to []byte, word int64) []byte {
	binary.LittleEndian.PutUint64(to, uint64(word))
	return to[8:]
}

// encoded is a row as it lies in a chunk. It was written by this process, so
// reading checks nothing.
type encoded []byte

func (e encoded) sizes() uint32 { return binary.LittleEndian.Uint32(e[16:]) }
func (e encoded) size() int     { return int(e.sizes() >> (2 * idBits)) }
func (e encoded) tag() uint32   { return binary.LittleEndian.Uint32(e[20:]) }
func (e encoded) line() int64   { return int64(binary.LittleEndian.Uint32(e[4:])) }

// word is the amount, the flags and the currency.
func (e encoded) word() uint64 { return binary.LittleEndian.Uint64(e[8:]) }

// first is the key, second the other id.
func (e encoded) first() []byte {
	return e[headSize : headSize+e.sizes()&(1<<idBits-1)]
}

func (e encoded) second() []byte {
	sizes := e.sizes()
	begin := headSize + sizes&(1<<idBits-1)
	return e[begin : begin+sizes>>idBits&(1<<idBits-1)]
}

// payment and order read the row.
func (e encoded) payment(p *rawPayment) {
	d := decoder{e}
	d.payment(p)
}

func (e encoded) order(o *rawOrder, byID bool) {
	d := decoder{e}
	d.order(o, byID)
}

// decoder reads what put wrote. It reads only what this process has written, so
// it checks nothing.
type decoder struct{ b []byte }

func (d *decoder) head(h *head) (first, second []byte) {
	e := encoded(d.b)
	times, word := binary.LittleEndian.Uint64(e), e.word()
	h.created, h.line = int64(uint32(times)), int64(times>>32)
	h.amount, h.flags, h.currency = int64(word&(1<<amountBits-1)), byte(word>>amountBits), currencyCode(word>>48)
	first, second = e.first(), e.second()
	d.b = d.b[headSize+len(first)+len(second):]
	if h.flags&flagLarge != 0 {
		h.amount = d.word()
	}
	return first, second
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

// flags tell what follows the ids of the encoded payment.
func (p *rawPayment) flags() byte {
	flags := byte(p.status)
	if p.facts.received != p.expected() {
		flags |= flagReceived
	}
	if p.facts.refunded != 0 {
		flags |= flagRefunded
	}
	if p.facts.captureBefore != 0 {
		flags |= flagCaptureBefore
	}
	if p.weak {
		flags |= flagWeak
	}
	if p.facts.amount>>amountBits != 0 {
		flags |= flagLarge
	}
	return flags
}

func (p *rawPayment) size(flags byte) int {
	return headSize + len(p.id) + len(p.order) + 8*bits.OnesCount8(flags&flagWords)
}

// put writes the payment under its id, with a tag.
func (p *rawPayment) put(to []byte, flags byte, tag uint32) {
	to = putHead(to, p.facts.created, p.line, p.facts.amount, flags, p.facts.currency, tag, p.id, p.order)
	if flags&flagReceived != 0 {
		to = putWord(to, p.facts.received)
	}
	if flags&flagRefunded != 0 {
		to = putWord(to, p.facts.refunded)
	}
	if flags&flagCaptureBefore != 0 {
		putWord(to, p.facts.captureBefore)
	}
}

// append encodes the payment behind b.
func (p *rawPayment) append(b []byte) []byte {
	flags := p.flags()
	b = append(b, make([]byte, p.size(flags))...)
	p.put(b[len(b)-p.size(flags):], flags, 0)
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

// flags tell what follows the ids of the encoded order.
func (o *rawOrder) flags() byte {
	flags := byte(o.facts.status)
	if o.facts.refunded != 0 {
		flags |= flagRefunded
	}
	if len(o.rival) > 0 {
		flags |= flagRival
	}
	if o.facts.amount>>amountBits != 0 {
		flags |= flagLarge
	}
	return flags
}

func (o *rawOrder) size(flags byte) int {
	size := headSize + len(o.id) + len(o.intent) + 8*bits.OnesCount8(flags&flagWords)
	if flags&flagRival != 0 {
		size += 2 + len(o.rival)
	}
	return size
}

// put writes the order under its payment intent, or under its id where it is
// looked for by that.
func (o *rawOrder) put(to []byte, flags byte, tag uint32, byID bool) {
	first, second := o.intent, o.id
	if byID {
		first, second = o.id, o.intent
	}
	to = putHead(to, o.created, o.line, o.facts.amount, flags, o.facts.currency, tag, first, second)
	if flags&flagRefunded != 0 {
		to = putWord(to, o.facts.refunded)
	}
	if flags&flagRival != 0 {
		binary.LittleEndian.PutUint16(to, uint16(len(o.rival)))
		copy(to[2:], o.rival)
	}
}

// append encodes the order behind b.
func (o *rawOrder) append(b []byte, byID bool) []byte {
	flags := o.flags()
	b = append(b, make([]byte, o.size(flags))...)
	o.put(b[len(b)-o.size(flags):], flags, 0, byID)
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
		n := 2 + int(binary.LittleEndian.Uint16(d.b))
		o.rival, d.b = d.b[2:n:n], d.b[n:]
	}
}

// row is the payment for people.
func (p *rawPayment) row() *Payment { return new(Finding).payment(p) }

func (o *rawOrder) row() *Order { return new(Finding).order(o) }

// payment and order make the sides of a finding, which has most of the ids
// already.
func (f *Finding) payment(p *rawPayment) *Payment {
	return &Payment{
		ID: f.text(p.id), OrderID: f.text(p.order), Status: p.status, Currency: p.facts.currency.String(),
		Amount: p.facts.amount, Received: p.facts.received, Refunded: p.facts.refunded,
		Created: fromUnix(p.facts.created), CaptureBefore: fromUnix(p.facts.captureBefore),
	}
}

func (f *Finding) order(o *rawOrder) *Order {
	return &Order{
		ID: f.text(o.id), PaymentIntent: f.text(o.intent), Status: o.facts.status, Currency: o.facts.currency.String(),
		Amount: o.facts.amount, Refunded: o.facts.refunded, Created: fromUnix(o.created),
	}
}

func (f *Finding) text(b []byte) string {
	switch string(b) {
	case f.PaymentIntent:
		return f.PaymentIntent
	case f.OrderID:
		return f.OrderID
	default:
		return string(b)
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
