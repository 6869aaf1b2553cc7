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
//	by intent  payments by their id, orders by the payment intent that they name
//	by order   what found nothing there, by the order's id
//	rivals     payments that found nothing there, either, and the orders that
//	           they name, which have another payment
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
	unplaced  *spool // leftovers that found no order, by the same
	taken     *spool // order ids of paired orders that unplaced payments name, and their payment
	strays    int64  // the number of unplaced payments
	named     filter // the order ids that they carry

	ordersName, paymentsName string // for faults
	dropped                  map[int64]bool

	mu     sync.Mutex
	faults []*LineError
	tally  tally
}

// ownMemory is what the program needs apart from the rows. Of the rest, the rows
// get less than half: the others are open chunks, blocks, and what the garbage
// collector has not found yet.
const ownMemory = 32 << 20

func newJoin(s settings) *join {
	a := &arena{limit: (s.memory - ownMemory) * 42 / 100, chunk: s.chunk, slab: s.slab, dir: s.TempDir}
	j := &join{
		arena: a, findings: &findings{limit: s.findings, dir: s.TempDir}, seed: maphash.MakeSeed(), bits: s.bits, workers: s.workers,
		now: s.At.Unix(), since: unix(s.Since), until: unix(s.Until), keep: s.KeepGoing,
	}
	parts := 1 << s.bits
	for _, into := range []**spool{&j.payments, &j.byIntent, &j.byID, &j.leftovers, &j.keys, &j.unplaced, &j.taken} {
		*into = newSpool(a, parts)
	}
	return j
}

// place is where rows with a key are: their part, by the upper bits of the key's
// hash, and their tag, the lower ones.
type place struct {
	hash uint64
	part int
	tag  uint32
}

func (j *join) place(key []byte) place {
	hash := maphash.Bytes(j.seed, key)
	return place{hash, int(hash >> (64 - j.bits)), uint32(hash)}
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
	unplaced *spoolWriter
	taken    *spoolWriter

	payRows, orderRows, takenRows chunks
	table                         table
	hashes                        hashes
	found                         []int32 // the order's entry of each payment of a part, -1 for none
	strays                        int64
}

func (j *join) worker() *worker {
	return &worker{
		join: j, findings: j.findings.writer(),
		payments: j.payments.writer(), byIntent: j.byIntent.writer(), byID: j.byID.writer(), left: j.leftovers.writer(),
		keys: j.keys.writer(), unplaced: j.unplaced.writer(), taken: j.taken.writer(),
	}
}

// close hands over all that the worker has.
func (w *worker) close() error {
	for _, out := range []*spoolWriter{w.payments, w.byIntent, w.byID, w.left, w.keys, w.unplaced, w.taken} {
		if err := out.close(); err != nil {
			return err
		}
	}
	w.join.mu.Lock()
	w.join.tally.add(&w.tally)
	w.join.strays += w.strays
	w.join.mu.Unlock()
	return w.findings.close()
}

// addPayment and addOrder take one row that was read.
func (w *worker) addPayment(p *rawPayment) { w.payments.payment(w.join.place(p.id), p) }

func (w *worker) addOrder(o *rawOrder) {
	place := w.join.place(o.id)
	w.keys.key(place)
	if len(o.intent) == 0 {
		w.byID.order(place, o, true)
	} else {
		w.byIntent.order(w.join.place(o.intent), o, false)
	}
}

// addByID takes an order that is looked for by its id, after all.
func (w *worker) addByID(o *rawOrder) { w.byID.order(w.join.place(o.id), o, true) }

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
	if err := j.each(ctx, (*worker).byOrderID); err != nil {
		return err
	}
	if j.strays > 0 {
		j.named = newFilter(j.strays)
		if err := j.each(ctx, (*worker).name); err != nil {
			return err
		}
		if err := j.each(ctx, (*worker).bringTaken); err != nil {
			return err
		}
	}
	j.byIntent.dropAll()
	return j.each(ctx, (*worker).rivals)
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
	w.table.reset(&w.payRows)
	for at, row := range w.payRows.rows() {
		if entry, found := w.table.insert(row.tag(), row.first(), at); found {
			w.samePayment(&w.table.entries[entry], at)
		}
	}
	w.claim()
	var p rawPayment
	var o rawOrder
	for _, entry := range w.table.entries {
		payment := w.payRows.at(entry.at)
		if entry.agrees {
			w.agreed(payment.word())
			continue
		}
		payment.payment(&p)
		if entry.claim == 0 {
			if err := w.leave(&p); err != nil {
				return err
			}
			continue
		}
		w.orderRows.at(entry.claim-1).order(&o, false)
		if err := w.pair(&p, &o); err != nil {
			return err
		}
	}
	j.payments.drop(part)
	return w.byID.err
}

// samePayment decides between two rows of one id: the failed try of a Dashboard
// export gives way, anything else is a fault of the later line.
func (w *worker) samePayment(entry *entryOf, at address) {
	var before, now rawPayment
	w.payRows.at(entry.at).payment(&before)
	w.payRows.at(at).payment(&now)
	first, second := &before, &now
	if now.line < before.line {
		first, second = second, first
	}
	later := first.weak && !second.weak
	if !first.weak && !second.weak {
		w.join.duplicate(w.join.paymentsName, "id", second.line, string(second.id))
	}
	if (&now == second) == later {
		entry.at = at
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
func (w *worker) claim() {
	var o rawOrder
	var losers []address
	for at, row := range w.orderRows.rows() {
		if w.join.isDropped(row) {
			continue
		}
		number, found := w.table.find(row.tag(), row.first())
		if !found {
			row.order(&o, false)
			w.addByID(&o)
			continue
		}
		entry := &w.table.entries[number]
		payment := w.payRows.at(entry.at)
		if entry.claim == 0 {
			entry.claim, entry.agrees = at+1, w.join.agreeing(payment.word(), row.word())
			continue
		}
		if better(payment.second(), row.second(), w.orderRows.at(entry.claim-1).second()) {
			at, entry.claim = entry.claim-1, at+1
			entry.agrees = w.join.agreeing(payment.word(), row.word())
		}
		losers = append(losers, at)
	}
	for _, at := range losers {
		row := w.orderRows.at(at)
		row.order(&o, false)
		number, _ := w.table.find(row.tag(), row.first())
		o.rival = w.orderRows.at(w.table.entries[number].claim - 1).second()
		w.addByID(&o)
	}
}

// isDropped reports whether the order's id stood before.
func (j *join) isDropped(order encoded) bool { return len(j.dropped) > 0 && j.dropped[order.line()] }

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
	w.left.payment(w.join.place(p.order), p)
	return w.left.err
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
	w.table.reset(&w.orderRows)
	for at, row := range w.orderRows.rows() {
		if !j.isDropped(row) {
			w.table.insert(row.tag(), row.first(), at)
		}
	}
	w.choose()
	if err := w.second(); err != nil {
		return err
	}
	var o rawOrder
	for _, entry := range w.table.entries {
		if entry.claim == 0 {
			w.orderRows.at(entry.at).order(&o, true)
			if err := w.unpaid(&o); err != nil {
				return err
			}
		}
	}
	j.leftovers.drop(part)
	j.byID.drop(part)
	return nil
}

// choose gives each order the payment that names it, the best of several.
func (w *worker) choose() {
	var p, other rawPayment
	w.found = w.found[:0]
	for at, row := range w.payRows.rows() {
		number, found := w.table.find(row.tag(), row.second())
		if !found {
			w.found = append(w.found, -1)
			continue
		}
		w.found = append(w.found, int32(number))
		entry := &w.table.entries[number]
		if entry.claim != 0 {
			row.payment(&p)
			w.payRows.at(entry.claim - 1).payment(&other)
			if !before(&p, &other) {
				continue
			}
		}
		entry.claim = at + 1
	}
}

// second pairs the leftover payments with the orders that they were given to,
// names the rivals of the others, and passes on what found no order.
func (w *worker) second() error {
	j := w.join
	var p rawPayment
	var o rawOrder
	number := 0
	for at, row := range w.payRows.rows() {
		found := w.found[number]
		number++
		if found < 0 {
			row.payment(&p)
			w.strays++
			w.unplaced.payment(place{part: j.place(p.order).part, tag: row.tag()}, &p)
			continue
		}
		entry := w.table.entries[found]
		order := w.orderRows.at(entry.at)
		var err error
		switch {
		case entry.claim != at+1:
			row.payment(&p)
			err = w.alone(&p, w.payRows.at(entry.claim-1).first())
		case j.agreeing(row.word(), order.word()):
			w.agreed(row.word())
		default:
			row.payment(&p)
			order.order(&o, true)
			err = w.pair(&p, &o)
		}
		if err != nil {
			return err
		}
	}
	return w.unplaced.err
}

// name puts the order ids of one part of the unplaced payments into the filter.
func (w *worker) name(part int) error {
	if err := w.payRows.load(w.join.unplaced, part); err != nil {
		return err
	}
	for _, row := range w.payRows.rows() {
		w.join.named.add(w.join.place(row.second()).hash)
	}
	return nil
}

// bringTaken looks for the orders that unplaced payments name, in one part of
// those that were paired by their payment intent.
func (w *worker) bringTaken(part int) error {
	if err := w.orderRows.load(w.join.byIntent, part); err != nil {
		return err
	}
	for _, row := range w.orderRows.rows() {
		if place := w.join.place(row.second()); w.join.named.has(place.hash) && !w.join.isDropped(row) {
			w.taken.pair(place, row.second(), row.first())
		}
	}
	return w.taken.err
}

// rivals tells, for one part of the unplaced payments, which payment their order
// has instead, if there is such an order.
func (w *worker) rivals(part int) error {
	if err := w.payRows.load(w.join.unplaced, part); err != nil {
		return err
	}
	if err := w.takenRows.load(w.join.taken, part); err != nil {
		return err
	}
	w.table.reset(&w.takenRows)
	for at, row := range w.takenRows.rows() {
		w.table.insert(row.tag(), row.first(), at)
	}
	var p rawPayment
	for _, row := range w.payRows.rows() {
		row.payment(&p)
		var rival []byte
		if entry, found := w.table.find(row.tag(), row.second()); found {
			rival = w.takenRows.at(w.table.entries[entry].at).second()
		}
		if err := w.alone(&p, rival); err != nil {
			return err
		}
	}
	w.join.unplaced.drop(part)
	w.join.taken.drop(part)
	return nil
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

// checkOrders finds order ids that stand twice: by their hashes first, then by
// what has such a hash. The later lines are faults, and dropped.
func (j *join) checkOrders(ctx context.Context) error {
	suspects := map[uint64]bool{}
	err := j.each(ctx, func(w *worker, part int) error {
		if err := w.payRows.load(j.keys, part); err != nil {
			return err
		}
		w.hashes.reset()
		for _, data := range w.payRows.data {
			for ; len(data) > 0; data = data[8:] {
				if hash := binary.LittleEndian.Uint64(data); w.hashes.again(hash) {
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
			for _, row := range w.payRows.rows() {
				row.order(&o, from == j.byID)
				if suspects[j.place(o.id).hash] {
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
