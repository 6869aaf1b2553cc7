package reconcile

import (
	"io"
	"iter"
)

// ReadOrders yields the orders of an input in the forms that [CompareFiles]
// reads, one after the other. What cannot be read comes as a [LineError] that
// bears name; a loop that goes on gets the rows after it.
func ReadOrders(name string, in io.Reader, options Options) iter.Seq2[Order, error] {
	return read(name, in, &orderForm, options, func(p *parser) (Order, bool) {
		var row rawOrder
		if !p.orderRow(&row) {
			return Order{}, false
		}
		return *row.row(), true
	})
}

// ReadPayments yields the payments of an input, as [ReadOrders] does.
func ReadPayments(name string, in io.Reader, options Options) iter.Seq2[Payment, error] {
	return read(name, in, &paymentForm, options, func(p *parser) (Payment, bool) {
		var row rawPayment
		if !p.payment(&row) {
			return Payment{}, false
		}
		return *row.row(), true
	})
}

func read[T any](name string, in io.Reader, f *form, options Options, one func(*parser) (T, bool)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		s, err := options.work(0)
		if err != nil {
			yield(none, err)
			return
		}
		s.KeepGoing = true // the loop decides whether to go on
		src, faults := openReader(name, in, f, &s)
		if faults != nil {
			yield(none, joined(faults))
			return
		}
		var split splitter
		var buffer []byte
		more := true
		row := func() bool {
			value, ok := one(&src.parser)
			if ok {
				more = yield(value, nil)
			}
			return ok && more
		}
		bad := func(fault *LineError) bool {
			more = more && yield(none, fault)
			return more
		}
		for more {
			got, ok, err := src.blocks.next(buffer)
			if err != nil {
				yield(none, &LineError{File: name, Code: FaultFile, Detail: reason(err)})
				return
			}
			if !ok {
				return
			}
			src.records(&src.parser, &split, got, row, bad)
			buffer = got.data
		}
	}
}
