package reconcile

// tally counts pairs and sums what is at stake.
type tally struct {
	counts [numClasses]int64
	totals []total
}

// total is the sums of a currency.
type total struct {
	currency currencyCode
	sums     [numClasses]int64
}

func (t *tally) count(class Class, currency currencyCode, stake int64) {
	t.counts[class]++
	t.of(currency)[class] += stake
}

// of is the sums of a currency. A list has few of them.
func (t *tally) of(currency currencyCode) *[numClasses]int64 {
	for i := range t.totals {
		if t.totals[i].currency == currency {
			return &t.totals[i].sums
		}
	}
	t.totals = append(t.totals, total{currency: currency})
	return &t.totals[len(t.totals)-1].sums
}

func (t *tally) add(other *tally) {
	for class, n := range other.counts {
		t.counts[class] += n
	}
	for i := range other.totals {
		into := t.of(other.totals[i].currency)
		for class, sum := range other.totals[i].sums {
			into[class] += sum
		}
	}
}

// within reports whether a pair of this age is asked for.
func (j *join) within(created int64) bool {
	return (j.since == 0 || created >= j.since) && (j.until == 0 || created < j.until)
}

// agreeing reports whether a pair shows at a glance to be in order, as nearly all
// pairs are, by one word of each row: the same amount and currency, taken and
// paid or both cancelled, and nothing else to look at. (Where only a part of the
// pairs is asked for, all are looked at.)
func (j *join) agreeing(payment, order uint64) bool {
	const flags = 0xff << amountBits
	const taken, paid = uint64(Succeeded) << amountBits, uint64(Paid) << amountBits
	const gone, cancelled = uint64(Canceled) << amountBits, uint64(Cancelled) << amountBits
	if (payment^order)&^flags != 0 || j.since != 0 || j.until != 0 {
		return false
	}
	p, o := payment&flags, order&flags
	return p == taken && o == paid || p == gone && o == cancelled
}

// agreed counts such a pair.
func (w *worker) agreed(payment uint64) {
	w.tally.count(Matched, currencyCode(payment>>(64-16)), int64(payment&(1<<amountBits-1)))
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
