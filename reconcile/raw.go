package reconcile

import (
	"encoding/binary"
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

const (
	flagStatus        = 0x07
	flagReceived      = 0x08 // received is not what the status lets expect
	flagRefunded      = 0x10
	flagCaptureBefore = 0x20
	flagWeak          = 0x40
	flagRival         = 0x80
)

func appendBytes(b, value []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(value))), value...)
}

func (p *rawPayment) expected() int64 {
	if p.status == Succeeded {
		return p.facts.amount
	}
	return 0
}

// append encodes the payment; the key comes first.
func (p *rawPayment) append(b []byte) []byte {
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
	b = appendBytes(b, p.id)
	b = appendBytes(b, p.order)
	b = append(b, flags)
	b = binary.LittleEndian.AppendUint16(b, uint16(p.facts.currency))
	b = binary.AppendUvarint(b, uint64(p.facts.amount))
	if flags&flagReceived != 0 {
		b = binary.AppendUvarint(b, uint64(p.facts.received))
	}
	if flags&flagRefunded != 0 {
		b = binary.AppendUvarint(b, uint64(p.facts.refunded))
	}
	if flags&flagCaptureBefore != 0 {
		b = binary.AppendUvarint(b, uint64(p.facts.captureBefore))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(p.facts.created))
	return binary.AppendUvarint(b, uint64(p.line))
}

// decoder reads what append wrote. It reads only what this process has written,
// so it checks nothing.
type decoder struct{ b []byte }

func (d *decoder) uvarint() uint64 {
	if v := d.b[0]; v < 0x80 {
		d.b = d.b[1:]
		return uint64(v)
	}
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

func (d *decoder) currency() currencyCode {
	v := binary.LittleEndian.Uint16(d.b)
	d.b = d.b[2:]
	return currencyCode(v)
}

func (d *decoder) seconds() int64 {
	v := binary.LittleEndian.Uint32(d.b)
	d.b = d.b[4:]
	return int64(v)
}

func (d *decoder) payment(p *rawPayment) {
	p.id, p.order = d.bytes(), d.bytes()
	flags := d.byte()
	p.status, p.weak = PaymentStatus(flags&flagStatus), flags&flagWeak != 0
	p.facts.currency = d.currency()
	p.facts.amount = int64(d.uvarint())
	p.facts.received = p.expected()
	if flags&flagReceived != 0 {
		p.facts.received = int64(d.uvarint())
	}
	p.facts.refunded, p.facts.captureBefore = 0, 0
	if flags&flagRefunded != 0 {
		p.facts.refunded = int64(d.uvarint())
	}
	if flags&flagCaptureBefore != 0 {
		p.facts.captureBefore = int64(d.uvarint())
	}
	p.facts.created = d.seconds()
	p.line = int64(d.uvarint())
	p.settle()
}

// settle fills in the facts that follow from the others.
func (p *rawPayment) settle() {
	p.facts.standing = standingOf(p.status, p.facts.received, p.facts.refunded)
	p.facts.hasOrderID = len(p.order) > 0
}

// append encodes the order; the key comes first: the payment intent, or the id
// where the order is looked for by its id.
func (o *rawOrder) append(b []byte, byID bool) []byte {
	flags := byte(o.facts.status)
	if o.facts.refunded != 0 {
		flags |= flagRefunded
	}
	if len(o.rival) > 0 {
		flags |= flagRival
	}
	first, second := o.intent, o.id
	if byID {
		first, second = o.id, o.intent
	}
	b = appendBytes(b, first)
	b = appendBytes(b, second)
	b = append(b, flags)
	b = binary.LittleEndian.AppendUint16(b, uint16(o.facts.currency))
	b = binary.AppendUvarint(b, uint64(o.facts.amount))
	if flags&flagRefunded != 0 {
		b = binary.AppendUvarint(b, uint64(o.facts.refunded))
	}
	if flags&flagRival != 0 {
		b = appendBytes(b, o.rival)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(o.created))
	return binary.AppendUvarint(b, uint64(o.line))
}

func (d *decoder) order(o *rawOrder, byID bool) {
	o.intent, o.id = d.bytes(), d.bytes()
	if byID {
		o.intent, o.id = o.id, o.intent
	}
	flags := d.byte()
	o.facts.status = OrderStatus(flags & flagStatus)
	o.facts.currency = d.currency()
	o.facts.amount = int64(d.uvarint())
	o.facts.refunded, o.rival = 0, nil
	if flags&flagRefunded != 0 {
		o.facts.refunded = int64(d.uvarint())
	}
	if flags&flagRival != 0 {
		o.rival = d.bytes()
	}
	o.created = d.seconds()
	o.line = int64(d.uvarint())
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
