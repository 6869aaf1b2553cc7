package reconcile

import (
	"iter"
	"time"
)

// Report is what a comparison came to. It counts every pair and keeps only the
// findings; beyond a bound of memory they lie in a temporary file. Close it.
type Report struct {
	// At is the moment that the lists are from, which decides about holds.
	At time.Time
	// Orders and Payments are the rows read.
	Orders, Payments int64
	// Summary counts the pairs of each class, [Matched] included.
	Summary map[Class]int64
	// Totals is the money at stake by currency and class, in minor units.
	Totals map[string]map[Class]int64

	findings findingSource
}

// findingSource holds the findings, sorted by class, payment intent and order.
type findingSource interface {
	all() iter.Seq2[Finding, error]
	of(class Class) iter.Seq2[Finding, error]
	Close() error
}

// Count is the number of findings: every pair but the matched ones, and the
// lines that could not be read.
func (r *Report) Count() int64 {
	var n int64
	for class, count := range r.Summary {
		if class != Matched {
			n += count
		}
	}
	return n
}

// Findings yields the findings, sorted by class, payment intent and order id.
// It may be called again. An error means that the temporary file is lost.
func (r *Report) Findings() iter.Seq2[Finding, error] { return r.findings.all() }

// Of yields the findings of one class, sorted by payment intent and order id.
func (r *Report) Of(class Class) iter.Seq2[Finding, error] { return r.findings.of(class) }

// Close removes the temporary files. The counts stay.
func (r *Report) Close() error { return r.findings.Close() }

// report is what the join came to.
func (j *join) report(at time.Time, orders, payments int64) *Report {
	r := &Report{
		At: at, Orders: orders, Payments: payments, Summary: map[Class]int64{}, Totals: map[string]map[Class]int64{},
		findings: j.findings,
	}
	for class, n := range j.tally.counts {
		if n > 0 || Class(class) != BadLine {
			r.Summary[Class(class)] = n
		}
	}
	for i := range j.tally.totals {
		byClass := map[Class]int64{}
		for class, sum := range j.tally.totals[i].sums {
			if sum != 0 {
				byClass[Class(class)] = sum
			}
		}
		if len(byClass) > 0 {
			r.Totals[j.tally.totals[i].currency.String()] = byClass
		}
	}
	return r
}
