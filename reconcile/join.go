package reconcile

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// join pairs two lists of any size. Rows are dealt to parts by the hash of what
// they are looked for by, so that a part fits into memory and its pairs are
// found without looking at another:
//
//	intents   payments by their id, orders by the payment intent that they name
//	orders    what found nothing there, by the order's id
//
// In between, an order that found its payment is brought to the second round
// where a payment without an order names it: that is a rival's payment.
type join struct {
	arena    *arena
	findings *findings
	seed     maphash.Seed
	bits     int // parts are 1<<bits
	workers  int
	now      int64
	since    int64 // 0 for no bound
	until    int64
	keep     bool // go on after a duplicate id

	payments  *spool // by id
	byIntent  *spool // orders that name a payment
	byID      *spool // orders that name none, or one that is not theirs
	leftovers *spool // payments that no order names, by the order id that they carry
	keys      *spool // hashes of all order ids, to find duplicates
	taken     *spool // order ids of paired orders, and their payment
	left      int64  // the number of leftovers
	named     filter // the order ids that leftovers carry

	ordersName, paymentsName string // for faults
	dropped                  map[int64]bool

	mu     sync.Mutex
	faults []*LineError
	tally  tally
}

func newJoin(s settings) *join {
	a := &arena{limit: s.memory * 34 / 100, chunk: s.chunk, dir: s.TempDir}
	j := &join{
		arena: a, findings: &findings{limit: s.findings, dir: s.TempDir}, seed: maphash.MakeSeed(), bits: s.bits, workers: s.workers,
		now: s.At.Unix(), since: unix(s.Since), until: unix(s.Until), keep: s.KeepGoing,
		tally: tally{totals: map[currencyCode]*[numClasses]int64{}},
	}
	parts := 1 << s.bits
	for _, into := range []**spool{&j.payments, &j.byIntent, &j.byID, &j.leftovers, &j.keys, &j.taken} {
		*into = newSpool(a, parts)
	}
	return j
}

func (j *join) hash(key []byte) (hash uint64, part int) {
	hash = maphash.Bytes(j.seed, key)
	return hash, int(hash >> (64 - j.bits))
}

// worker is what one goroutine has for itself.
type worker struct {
	join     *join
	findings *findingWriter
	tally    tally
	payments *spoolWriter
	byIntent *spoolWriter
	byID     *spoolWriter
	left     *spoolWriter
	keys     *spoolWriter
	taken    *spoolWriter

	payRows, orderRows, takenRows chunks
	table, rivals                 table
	claims                        []address
	leftovers                     int64
}

func (j *join) worker() *worker {
	return &worker{
		join: j, findings: j.findings.writer(), tally: tally{totals: map[currencyCode]*[numClasses]int64{}},
		payments: j.payments.writer(), byIntent: j.byIntent.writer(), byID: j.byID.writer(),
		left: j.leftovers.writer(), keys: j.keys.writer(), taken: j.taken.writer(),
	}
}

// close hands over all that the worker has.
func (w *worker) close() error {
	for _, out := range []*spoolWriter{w.payments, w.byIntent, w.byID, w.left, w.keys, w.taken} {
		if err := out.close(); err != nil {
			return err
		}
	}
	w.join.mu.Lock()
	w.join.tally.add(&w.tally)
	w.join.left += w.leftovers
	w.join.mu.Unlock()
	return w.findings.close()
}

// addPayment and addOrder take one row that was read.
func (w *worker) addPayment(p *rawPayment) {
	_, part := w.join.hash(p.id)
	w.payments.payment(part, p)
}

func (w *worker) addOrder(o *rawOrder) {
	hash, part := w.join.hash(o.id)
	if len(o.intent) == 0 {
		w.byID.order(part, o, true)
	} else {
		_, intent := w.join.hash(o.intent)
		w.byIntent.order(intent, o, false)
	}
	w.keys.key(part, hash)
}

// each runs do for every part, on all cores.
func (j *join) each(ctx context.Context, do func(w *worker, part int) error) error {
	var next atomic.Int64
	return j.parallel(func(w *worker) error {
		for {
			part := int(next.Add(1)) - 1
			if part >= 1<<j.bits {
				return nil
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(w, part); err != nil {
				return err
			}
		}
	})
}

// parallel runs do once for each core and returns the first error.
func (j *join) parallel(do func(w *worker) error) error {
	errs := make(chan error, j.workers)
	for range j.workers {
		go func() {
			w := j.worker()
			err := do(w)
			if closing := w.close(); err == nil {
				err = closing
			}
			errs <- err
		}()
	}
	var first error
	for range j.workers {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// run pairs everything that was added.
func (j *join) run(ctx context.Context) error {
	if err := j.each(ctx, (*worker).byPaymentIntent); err != nil {
		return err
	}
	if j.failed() {
		return nil
	}
	if j.left > 0 && !j.byIntent.empty() {
		j.named = newFilter(j.left)
		if err := j.each(ctx, (*worker).name); err != nil {
			return err
		}
		if err := j.each(ctx, (*worker).bringTaken); err != nil {
			return err
		}
	}
	j.byIntent.dropAll()
	return j.each(ctx, (*worker).byOrderID)
}

func (j *join) failed() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.faults) > 0 && !j.keep
}

// byPaymentIntent is the first round, for one part.
func (w *worker) byPaymentIntent(part int) error {
	j := w.join
	if err := w.payRows.load(j.payments, part); err != nil {
		return err
	}
	if err := w.orderRows.load(j.byIntent, part); err != nil {
		return err
	}
	w.table.reset()
	var p, other rawPayment
	for at, d := range w.payRows.rows() {
		d.payment(&p)
		hash, _ := j.hash(p.id)
		entry, found := w.table.insert(hash, at, func(a address) bool { return w.payRows.keyIs(a, p.id) })
		if !found {
			continue
		}
		before := w.payRows.at(w.table.addresses[entry])
		before.payment(&other)
		w.samePayment(entry, at, &other, &p)
	}
	w.claims = append(w.claims[:0], make([]address, len(w.table.addresses))...)
	if err := w.claim(); err != nil {
		return err
	}
	for entry, at := range w.table.addresses {
		d := w.payRows.at(at)
		d.payment(&p)
		if claim := w.claims[entry]; claim != 0 {
			var o rawOrder
			d := w.orderRows.at(claim - 1)
			d.order(&o, false)
			if err := w.pair(&p, &o); err != nil {
				return err
			}
			continue
		}
		if err := w.leave(&p); err != nil {
			return err
		}
	}
	j.payments.drop(part)
	return nil
}

// samePayment decides between two rows of one id: the failed try of a Dashboard
// export gives way, anything else is a fault of the later line.
func (w *worker) samePayment(entry int, at address, before, now *rawPayment) {
	first, second := before, now
	if now.line < before.line {
		first, second = now, before
	}
	later := first.weak && !second.weak
	if !first.weak && !second.weak {
		w.join.duplicate(w.join.paymentsName, "id", second.line, string(second.id))
	}
	if (now == second) == later {
		w.table.addresses[entry] = at
	}
}

// duplicate notes an id that stood before. A run that stops names the first one
// of a list only.
func (j *join) duplicate(file, name string, line int64, id string) {
	fault := &LineError{File: file, Line: line, Name: name, Code: FaultDuplicate, Detail: short(id)}
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := 0; !j.keep && i < len(j.faults); i++ {
		if other := j.faults[i]; other.File == file && other.Code == FaultDuplicate {
			if line < other.Line {
				j.faults[i] = fault
			}
			return
		}
	}
	j.faults = append(j.faults, fault)
}

// claim gives each payment the order that names it. Of several, the one that the
// payment names, else the one with the least id; the others look on by their own
// id.
func (w *worker) claim() error {
	j := w.join
	var o, other rawOrder
	var losers []address
	var p rawPayment
	for at, d := range w.orderRows.rows() {
		d.order(&o, false)
		if j.dropped[o.line] {
			continue
		}
		hash, _ := j.hash(o.intent)
		entry, found := w.table.find(hash, func(a address) bool { return w.payRows.keyIs(a, o.intent) })
		if !found {
			_, part := j.hash(o.id)
			w.byID.order(part, &o, true)
			continue
		}
		if w.claims[entry] == 0 {
			w.claims[entry] = at + 1
			continue
		}
		named := w.payRows.at(w.table.addresses[entry])
		named.payment(&p)
		claimed := w.orderRows.at(w.claims[entry] - 1)
		claimed.order(&other, false)
		if better(p.order, o.id, other.id) {
			w.claims[entry], at = at+1, w.claims[entry]-1
		}
		losers = append(losers, at)
	}
	for _, at := range losers {
		d := w.orderRows.at(at)
		d.order(&o, false)
		hash, _ := j.hash(o.intent)
		entry, _ := w.table.find(hash, func(a address) bool { return w.payRows.keyIs(a, o.intent) })
		d = w.orderRows.at(w.claims[entry] - 1)
		d.order(&other, false)
		o.rival = other.id
		_, part := j.hash(o.id)
		w.byID.order(part, &o, true)
	}
	return w.byID.err
}

// better reports whether the order id a has more right to a payment that names
// an order than b.
func better(named, a, b []byte) bool {
	if bytes.Equal(named, a) || bytes.Equal(named, b) {
		return bytes.Equal(named, a)
	}
	return bytes.Compare(a, b) < 0
}

// leave passes on a payment that no order names.
func (w *worker) leave(p *rawPayment) error {
	if len(p.order) == 0 {
		return w.alone(p, nil)
	}
	_, part := w.join.hash(p.order)
	w.leftovers++
	w.left.payment(part, p)
	return w.left.err
}

// name puts the order ids of one part of the leftovers into the filter.
func (w *worker) name(part int) error {
	if err := w.payRows.load(w.join.leftovers, part); err != nil {
		return err
	}
	var p rawPayment
	for _, d := range w.payRows.rows() {
		d.payment(&p)
		hash, _ := w.join.hash(p.order)
		w.join.named.add(hash)
	}
	return nil
}

// bringTaken is what happens between the rounds, for one part.
func (w *worker) bringTaken(part int) error {
	if err := w.orderRows.load(w.join.byIntent, part); err != nil {
		return err
	}
	var o rawOrder
	for _, d := range w.orderRows.rows() {
		d.order(&o, false)
		if hash, to := w.join.hash(o.id); w.join.named.has(hash) && !w.join.dropped[o.line] {
			w.taken.pair(to, o.id, o.intent)
		}
	}
	return w.taken.err
}

// byOrderID is the second round, for one part.
func (w *worker) byOrderID(part int) error {
	j := w.join
	if err := w.payRows.load(j.leftovers, part); err != nil {
		return err
	}
	if err := w.orderRows.load(j.byID, part); err != nil {
		return err
	}
	if err := w.takenRows.load(j.taken, part); err != nil {
		return err
	}
	w.table.reset()
	var o rawOrder
	var p, other rawPayment
	for at, d := range w.orderRows.rows() {
		d.order(&o, true)
		if !j.dropped[o.line] {
			hash, _ := j.hash(o.id)
			w.table.insert(hash, at, func(a address) bool { return w.orderRows.keyIs(a, o.id) })
		}
	}
	w.claims = append(w.claims[:0], make([]address, len(w.table.addresses))...)
	for at, d := range w.payRows.rows() {
		d.payment(&p)
		entry, found := w.findOrder(p.order)
		if !found {
			continue
		}
		if w.claims[entry] != 0 {
			d := w.payRows.at(w.claims[entry] - 1)
			if d.payment(&other); !before(&p, &other) {
				continue
			}
		}
		w.claims[entry] = at + 1
	}
	w.rivals.reset()
	var h head
	for at, d := range w.takenRows.rows() {
		id, _ := d.head(&h)
		hash, _ := j.hash(id)
		w.rivals.insert(hash, at, func(a address) bool { return w.takenRows.keyIs(a, id) })
	}
	if err := w.second(); err != nil {
		return err
	}
	for entry, at := range w.table.addresses {
		if w.claims[entry] == 0 {
			d := w.orderRows.at(at)
			d.order(&o, true)
			if err := w.unpaid(&o); err != nil {
				return err
			}
		}
	}
	j.leftovers.drop(part)
	j.byID.drop(part)
	j.taken.drop(part)
	return nil
}

func (w *worker) findOrder(id []byte) (entry int, found bool) {
	hash, _ := w.join.hash(id)
	return w.table.find(hash, func(a address) bool { return w.orderRows.keyIs(a, id) })
}

// second pairs the leftover payments with the orders that they were given to,
// and names the rivals of the others.
func (w *worker) second() error {
	var p, other rawPayment
	var o rawOrder
	for at, d := range w.payRows.rows() {
		d.payment(&p)
		entry, found := w.findOrder(p.order)
		var err error
		switch {
		case found && w.claims[entry] == at+1:
			d := w.orderRows.at(w.table.addresses[entry])
			d.order(&o, true)
			err = w.pair(&p, &o)
		case found:
			d := w.payRows.at(w.claims[entry] - 1)
			d.payment(&other)
			err = w.alone(&p, other.id)
		default:
			err = w.alone(&p, w.rival(p.order))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rival is the payment of an order that was paired in the first round.
func (w *worker) rival(order []byte) []byte {
	hash, _ := w.join.hash(order)
	entry, found := w.rivals.find(hash, func(a address) bool { return w.takenRows.keyIs(a, order) })
	if !found {
		return nil
	}
	d := w.takenRows.at(w.rivals.addresses[entry])
	_, intent := d.head(new(head))
	return intent
}

// preference is which payment an order without a payment intent gets: the one
// with the money.
var preference = [numStandings]int{taken: 0, held: 1, processing: 2, returned: 3, open: 4, gone: 5}

// before reports whether a has more right to its order than b: by its standing,
// then the earlier one, then the lesser id.
func before(a, b *rawPayment) bool {
	if x, y := preference[a.facts.standing], preference[b.facts.standing]; x != y {
		return x < y
	}
	if a.facts.created != b.facts.created {
		return a.facts.created < b.facts.created
	}
	return bytes.Compare(a.id, b.id) < 0
}

// keyIs reports whether the row at a has this key.
func (c *chunks) keyIs(a address, key []byte) bool {
	d := c.at(a)
	return d.firstIs(key)
}

// rows yields each row's address and a decoder on it; what the decoder has read
// is where the next row begins.
func (c *chunks) rows() func(yield func(address, *decoder) bool) {
	return func(yield func(address, *decoder) bool) {
		for i, data := range c.data {
			for d := (decoder{data}); len(d.b) > 0; {
				if !yield(addressOf(i, len(data)-len(d.b)), &d) {
					return
				}
			}
		}
	}
}

// checkOrders finds order ids that stand twice: by their hashes first, then by
// what has such a hash. The later lines are faults, and dropped.
func (j *join) checkOrders(ctx context.Context) error {
	suspects := map[uint64]bool{}
	err := j.each(ctx, func(w *worker, part int) error {
		if err := w.payRows.load(j.keys, part); err != nil {
			return err
		}
		w.table.reset()
		for _, data := range w.payRows.data {
			for ; len(data) > 0; data = data[8:] {
				if hash := binary.LittleEndian.Uint64(data); w.table.again(hash) {
					j.mu.Lock()
					suspects[hash] = true
					j.mu.Unlock()
				}
			}
		}
		j.keys.drop(part)
		return nil
	})
	if err != nil || len(suspects) == 0 {
		return err
	}
	lines := map[string][]int64{}
	err = j.each(ctx, func(w *worker, part int) error {
		for _, from := range []*spool{j.byIntent, j.byID} {
			if err := w.payRows.load(from, part); err != nil {
				return err
			}
			var o rawOrder
			for _, d := range w.payRows.rows() {
				d.order(&o, from == j.byID)
				if hash, _ := j.hash(o.id); suspects[hash] {
					j.mu.Lock()
					lines[string(o.id)] = append(lines[string(o.id)], o.line)
					j.mu.Unlock()
				}
			}
		}
		return nil
	})
	j.dropped = map[int64]bool{}
	for id, at := range lines {
		first := at[0]
		for _, line := range at {
			first = min(first, line)
		}
		for _, line := range at {
			if line != first {
				j.dropped[line] = true
				j.duplicate(j.ordersName, "order_id", line, id)
			}
		}
	}
	return err
}
