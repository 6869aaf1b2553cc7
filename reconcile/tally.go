package reconcile

// tally counts pairs and sums what is at stake.
type tally struct {
	counts [numClasses]int64
	totals map[currencyCode]*[numClasses]int64
	last   currencyCode
	sums   *[numClasses]int64
}

func (t *tally) count(class Class, currency currencyCode, stake int64) {
	t.counts[class]++
	if t.sums == nil || currency != t.last {
		t.last, t.sums = currency, t.totals[currency]
		if t.sums == nil {
			t.sums = new([numClasses]int64)
			t.totals[currency] = t.sums
		}
	}
	t.sums[class] += stake
}

func (t *tally) add(other *tally) {
	for class, n := range other.counts {
		t.counts[class] += n
	}
	for currency, sums := range other.totals {
		into := t.totals[currency]
		if into == nil {
			into = new([numClasses]int64)
			t.totals[currency] = into
		}
		for class, sum := range sums {
			into[class] += sum
		}
	}
}

// within reports whether a pair of this age is asked for.
func (j *join) within(created int64) bool {
	return (j.since == 0 || created >= j.since) && (j.until == 0 || created < j.until)
}

// agree counts a pair that shows at a glance to be in order, as nearly all pairs
// are, and reports whether it did: the same amount and currency, taken and paid
// or both cancelled, and nothing else to look at.
func (w *worker) agree(payment, order encoded) bool {
	p, o := payment.word(), order.word()
	if w.join.since != 0 || w.join.until != 0 || !agreeing(p, o) {
		return false
	}
	w.tally.count(Matched, currencyCode(p>>48), int64(p&(1<<amountBits-1)))
	return true
}

func agreeing(payment, order uint64) bool {
	const flags = 0xff << amountBits
	const taken, paid = uint64(Succeeded) << amountBits, uint64(Paid) << amountBits
	const gone, cancelled = uint64(Canceled) << amountBits, uint64(Cancelled) << amountBits
	if (payment^order)&^flags != 0 {
		return false
	}
	p, o := payment&flags, order&flags
	return p == taken && o == paid || p == gone && o == cancelled
}

// pair, alone and unpaid take the verdict on what was found to belong together.
func (w *worker) pair(p *rawPayment, o *rawOrder) error {
	if !w.join.within(p.facts.created) {
		return nil
	}
	v := classifyPair(&p.facts, &o.facts, w.join.now)
	w.tally.count(v.Class, p.facts.currency, p.facts.stake())
	if v.Class == Matched {
		return nil
	}
	if len(p.order) > 0 && string(p.order) != string(o.id) {
		v.Differences |= DiffOrderID
	}
	return w.findings.add(v, p, o, nil)
}

func (w *worker) alone(p *rawPayment, rival []byte) error {
	if !w.join.within(p.facts.created) {
		return nil
	}
	v := classifyPayment(&p.facts, len(rival) > 0, w.join.now)
	w.tally.count(v.Class, p.facts.currency, p.facts.stake())
	if v.Class == Matched {
		return nil
	}
	return w.findings.add(v, p, nil, rival)
}

func (w *worker) unpaid(o *rawOrder) error {
	if !w.join.within(o.created) {
		return nil
	}
	v := classifyOrder(&o.facts)
	w.tally.count(v.Class, o.facts.currency, o.facts.amount)
	if v.Class == Matched {
		return nil
	}
	return w.findings.add(v, nil, o, o.rival)
}
