package reconcile

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
)

// CompareFiles compares two files, with all cores and within a bound of memory.
// A file is canonical CSV, JSON lines or, for payments, the Dashboard's
// "payments" export, each perhaps packed by gzip; which it is shows in its
// beginning.
//
// A file that cannot be read as it is gives an error that is an [ErrInput] and
// holds one or more [LineError], found by errors.As or [LineErrors]; with
// Options.KeepGoing such lines become findings, and only a file without a usable
// header is an error. Options that cannot be are [ErrOptions]; the end of ctx is
// its error. After an error nothing is left behind.
func CompareFiles(ctx context.Context, orders, payments string, options Options) (*Report, error) {
	s, err := options.work(0)
	if err != nil {
		return nil, err
	}
	ordersFrom, faults := openFile(orders, &orderForm, &s)
	defer ordersFrom.close()
	paymentsFrom, more := openFile(payments, &paymentForm, &s)
	defer paymentsFrom.close()
	if faults = append(faults, more...); len(faults) > 0 {
		return nil, joined(faults)
	}
	size := ordersFrom.size + paymentsFrom.size
	if s, err = options.work(size); err != nil {
		return nil, err
	}
	c := &comparison{join: newJoin(s), settings: s, size: size, read: [2]*atomic.Int64{ordersFrom.read, paymentsFrom.read}}
	c.join.ordersName, c.join.paymentsName = orders, payments
	return c.run(ctx,
		func() (int64, error) { return readFile(ctx, c, ordersFrom, &orderReader, (*worker).addOrder) },
		func() (int64, error) { return readFile(ctx, c, paymentsFrom, &paymentReader, (*worker).addPayment) })
}

// Compare compares any two sources. An error that a source yields stops the
// comparison and is returned, unless it is a [LineError] and
// Options.KeepGoing is set. A row that cannot be (no id, no status, no currency,
// a negative amount) and an id that comes twice are [LineError]s with the row's
// number as line.
func Compare(ctx context.Context, orders iter.Seq2[Order, error], payments iter.Seq2[Payment, error], options Options) (*Report, error) {
	s, err := options.work(0)
	if err != nil {
		return nil, err
	}
	c := &comparison{join: newJoin(s), settings: s}
	c.join.ordersName, c.join.paymentsName = "orders", "payments"
	return c.run(ctx,
		func() (int64, error) { return addAll(ctx, c, orders, checkOrder, (*worker).takeOrder) },
		func() (int64, error) { return addAll(ctx, c, payments, checkPayment, (*worker).takePayment) })
}

// LineErrors takes the faults of an input out of an error.
func LineErrors(err error) []*LineError {
	var one *LineError
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.As(err, &many):
		var all []*LineError
		for _, err := range many.Unwrap() {
			all = append(all, LineErrors(err)...)
		}
		return all
	case errors.As(err, &one):
		return []*LineError{one}
	}
	return nil
}

func joined(faults []*LineError) error {
	errs := make([]error, len(faults))
	for i, fault := range faults {
		errs[i] = fault
	}
	return errors.Join(errs...)
}

// comparison is one run.
type comparison struct {
	settings

	join *join
	size int64
	read [2]*atomic.Int64
	rows atomic.Int64
	turn sync.Mutex // of telling
}

// run reads the orders, then the payments, and pairs them.
func (c *comparison) run(ctx context.Context, orders, payments func() (int64, error)) (*Report, error) {
	j := c.join
	report, err := c.steps(ctx, orders, payments)
	if closing := j.arena.close(); err == nil {
		err = closing
	}
	if err == nil && len(j.faults) > 0 && !c.KeepGoing {
		err = joined(sortedFaults(j.faults))
	}
	if err != nil {
		_ = j.findings.Close()
		return nil, err
	}
	return report, nil
}

func (c *comparison) steps(ctx context.Context, orders, payments func() (int64, error)) (*Report, error) {
	j := c.join
	nOrders, err := orders()
	if err != nil {
		return nil, err
	}
	if err := j.checkOrders(ctx); err != nil {
		return nil, err
	}
	nPayments, err := payments()
	if err != nil || j.failed() {
		return nil, err
	}
	c.tell(false)
	if err := j.run(ctx); err != nil || j.failed() {
		return nil, err
	}
	if err := c.duplicates(); err != nil {
		return nil, err
	}
	return j.report(c.At, nOrders, nPayments), nil
}

// duplicates makes findings of the faults that the join found.
func (c *comparison) duplicates() error {
	w := c.join.worker()
	for _, fault := range c.join.faults {
		if err := w.badLine(fault); err != nil {
			return err
		}
	}
	return w.close()
}

func (w *worker) badLine(fault *LineError) error {
	w.tally.counts[BadLine]++
	return w.findings.addLine(fault)
}

func (c *comparison) tell(reading bool) {
	if c.Progress == nil {
		return
	}
	p := Progress{Rows: c.rows.Load(), Size: c.size, Reading: reading}
	for _, read := range c.read {
		if read != nil {
			p.Bytes += read.Load()
		}
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	c.Progress(p)
}

// readFile reads a file with all cores. Without KeepGoing its first bad line,
// in the order of the file, stops it.
func readFile[T any](ctx context.Context, c *comparison, src *source, read *listReader[T], add func(*worker, *T)) (int64, error) {
	var rows atomic.Int64
	var mu sync.Mutex
	var first *LineError
	err := c.join.parallel(func(w *worker) error {
		p, s := src.parser, splitter{}
		var buffer []byte
		n := int64(0)
		defer func() { rows.Add(n) }()
		var failed error
		bad := func(fault *LineError) bool {
			n++
			if c.KeepGoing {
				failed = w.badLine(fault)
				return failed == nil
			}
			mu.Lock()
			defer mu.Unlock()
			if first == nil || fault.Line < first.Line {
				first = fault
			}
			src.blocks.stop()
			return false
		}
		take := func(row *T) bool {
			n++
			add(w, row)
			return true
		}
		for {
			got, ok, err := src.blocks.next(buffer)
			if err != nil {
				return &LineError{File: src.name, Code: FaultFile, Detail: reason(err)}
			}
			if !ok {
				return nil
			}
			before := n
			if !records(src, &p, &s, got, read, take, bad) {
				return failed
			}
			buffer = got.data
			c.rows.Add(n - before)
			c.tell(true)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return 0, err
	}
	if first != nil {
		c.join.faults = append(c.join.faults, first)
	}
	return rows.Load(), nil
}

// addAll takes the rows of a source.
func addAll[T any](ctx context.Context, c *comparison, rows iter.Seq2[T, error],
	check func(*T) *LineError, take func(*worker, *T, int64),
) (int64, error) {
	w := c.join.worker()
	var n int64
	for row, err := range rows {
		n++
		var fault *LineError
		switch {
		case err == nil:
			if fault = check(&row); fault != nil {
				fault.Line = n
			}
		case !errors.As(err, &fault):
			return n, fmt.Errorf("reconcile: reading: %w", err)
		}
		if n&0xfff == 0 {
			c.rows.Add(0x1000)
			c.tell(true)
			if err := ctx.Err(); err != nil {
				return n, err
			}
		}
		switch {
		case fault == nil:
			take(w, &row, n)
		case !c.KeepGoing:
			return n, fault
		default:
			if err := w.badLine(fault); err != nil {
				return n, err
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return n, err
	}
	return n, w.close()
}

func (w *worker) takeOrder(row *Order, line int64) {
	var raw rawOrder
	raw.from(row)
	raw.line = line
	w.addOrder(&raw)
}

func (w *worker) takePayment(row *Payment, line int64) {
	var raw rawPayment
	raw.from(row)
	raw.line = line
	w.addPayment(&raw)
}

func checkOrder(o *Order) *LineError {
	switch {
	case o.ID == "":
		return &LineError{File: "orders", Name: "ID", Code: FaultMissing}
	case len(o.ID) > maxID || len(o.PaymentIntent) > maxID:
		return &LineError{File: "orders", Name: "ID", Code: FaultTooLong, Detail: short(o.ID)}
	case isSecret([]byte(o.ID)) || isSecret([]byte(o.PaymentIntent)):
		return &LineError{File: "orders", Name: "ID", Code: FaultSecret}
	case o.Status == 0 || int(o.Status) >= numOrderStatuses:
		return &LineError{File: "orders", Name: "Status", Code: FaultStatus, Detail: o.Status.String()}
	}
	return checkMoney("orders", o.Currency, o.Amount, o.Refunded, unix(o.Created))
}

func checkPayment(p *Payment) *LineError {
	switch {
	case p.ID == "":
		return &LineError{File: "payments", Name: "ID", Code: FaultMissing}
	case len(p.ID) > maxID || len(p.OrderID) > maxID:
		return &LineError{File: "payments", Name: "ID", Code: FaultTooLong, Detail: short(p.ID)}
	case isSecret([]byte(p.ID)) || isSecret([]byte(p.OrderID)):
		return &LineError{File: "payments", Name: "ID", Code: FaultSecret}
	case p.Status == 0 || int(p.Status) >= numPaymentStatuses:
		return &LineError{File: "payments", Name: "Status", Code: FaultStatus, Detail: p.Status.String()}
	}
	return checkMoney("payments", p.Currency, min(p.Amount, p.Received), p.Refunded, unix(p.Created))
}

func checkMoney(file, currency string, amount, refunded, created int64) *LineError {
	switch {
	case packCurrency(currency) == 0 || strings.ToUpper(currency) != currency:
		return &LineError{File: file, Name: "Currency", Code: FaultCurrency, Detail: short(currency)}
	case amount < 0 || refunded < 0 || amount > maxMinor || refunded > maxMinor:
		return &LineError{File: file, Name: "Amount", Code: FaultRange}
	case created != 0 && (created < firstSecond || created >= lastSecond):
		return &LineError{File: file, Name: "Created", Code: FaultDate}
	}
	return nil
}
