package reconcile

import (
	"io"
	"iter"
)

// ReadOrders yields the orders of an input in the forms that [CompareFiles]
// reads, one after the other. What cannot be read comes as a [LineError] that
// bears name; a loop that goes on gets the rows after it.
func ReadOrders(name string, in io.Reader, options Options) iter.Seq2[Order, error] {
	return read(name, in, &orderForm, options, &orderReader, (*rawOrder).row)
}

// ReadPayments yields the payments of an input, as [ReadOrders] does.
func ReadPayments(name string, in io.Reader, options Options) iter.Seq2[Payment, error] {
	return read(name, in, &paymentForm, options, &paymentReader, (*rawPayment).row)
}

func read[R, T any](name string, in io.Reader, f *form, options Options, reader *listReader[R], public func(*R) *T) iter.Seq2[T, error] {
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
		take := func(row *R) bool {
			more = yield(*public(row), nil)
			return more
		}
		bad := func(fault *LineError) bool {
			more = yield(none, fault)
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
			records(src, &src.parser, &split, got, reader, take, bad)
			buffer = got.data
		}
	}
}
