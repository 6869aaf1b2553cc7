package reconcile

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/wording"
)

// listed is a report's findings in memory.
type listed []Finding

func (l listed) all() iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		for _, f := range l {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (l listed) of(class Class) iter.Seq2[Finding, error] {
	return listed(slices.DeleteFunc(slices.Clone(l), func(f Finding) bool { return f.Class != class })).all()
}

func (listed) Close() error { return nil }

// reportOf classifies pairs as a comparison does.
func reportOf(pairs ...Pair) *Report {
	r := &Report{At: testNow, Summary: map[Class]int64{}, Totals: map[string]map[Class]int64{}}
	var found listed
	for _, pair := range pairs {
		v := Classify(pair, testNow)
		f := Finding{Class: v.Class, Action: v.Action, Differences: v.Differences, Rival: pair.Rival, Payment: pair.Payment, Order: pair.Order}
		if pair.Order != nil {
			r.Orders++
			f.OrderID, f.PaymentIntent, f.Amount, f.Currency, f.Created = pair.Order.ID, pair.Order.PaymentIntent, pair.Order.Amount, pair.Order.Currency, pair.Order.Created
		}
		if p := pair.Payment; p != nil {
			r.Payments++
			f.PaymentIntent, f.Currency, f.Created, f.Amount = p.ID, p.Currency, p.Created, max(p.Received, 0)
			if f.Amount == 0 {
				f.Amount = p.Amount
			}
			if f.OrderID == "" {
				f.OrderID = p.OrderID
			}
		}
		r.Summary[v.Class]++
		if r.Totals[f.Currency] == nil {
			r.Totals[f.Currency] = map[Class]int64{}
		}
		r.Totals[f.Currency][v.Class] += f.Amount
		if v.Class != Matched {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return int(a.Class) - int(b.Class) })
	r.findings = found
	return r
}

// everything has pairs of every class but bad_line, n times, over two months.
func everything(n int) []Pair {
	var pairs []Pair
	for i := range n {
		number := 0
		make := func(status PaymentStatus, change func(*Payment, *Order)) Pair {
			number++
			p := pay(func(p *Payment) {
				p.ID, p.OrderID = fmt.Sprintf("pi_3QbT%020d", 1000*i+number), fmt.Sprintf("R-2026-%04d", 100*i+number)
				p.Status, p.Amount = status, int64(980+(i*7919+number*104729)%45000)
				p.Received, p.Created = p.Amount, days(2+float64((i*13+number*5)%29)+float64(number)/24)
			})
			o := order(func(o *Order) { o.ID, o.PaymentIntent, o.Amount, o.Created = p.OrderID, p.ID, p.Amount, p.Created })
			change(p, o)
			pair := Pair{Payment: p, Order: o}
			if o.ID == "" {
				pair.Order = nil
			}
			if p.ID == "" {
				pair.Payment = nil
			}
			return pair
		}
		gone := func(p *Payment, o *Order) { p.OrderID, o.ID = "", "" }
		pairs = append(pairs,
			make(Succeeded, gone), make(RequiresCapture, gone), make(RequiresAction, gone),
			make(Canceled, func(_ *Payment, o *Order) { o.ID = "" }), make(Succeeded, func(_ *Payment, o *Order) { o.ID = "" }),
			make(Succeeded, func(p *Payment, _ *Order) { p.ID = "" }), make(Succeeded, func(_ *Payment, o *Order) { o.Amount += 110 }),
			make(Succeeded, func(_ *Payment, o *Order) { o.Currency = "USD" }), make(RequiresCapture, func(*Payment, *Order) {}),
			make(Succeeded, func(_ *Payment, o *Order) { o.Status = Refunded }), make(Canceled, func(*Payment, *Order) {}),
			make(RequiresCapture, func(p *Payment, o *Order) {
				o.Status, p.CaptureBefore = Authorized, testNow.Add(30*time.Hour)
			}),
			make(RequiresCapture, func(p *Payment, o *Order) { o.Status, p.CaptureBefore = Authorized, testNow.Add(-time.Hour) }),
		)
		twice := make(Succeeded, func(_ *Payment, o *Order) { o.ID = "" })
		twice.Rival = "pi_3QbTother"
		pairs = append(pairs, twice)
		if i%3 == 0 {
			pairs = append(pairs, make(Succeeded, func(p *Payment, o *Order) { p.Currency, p.OrderID, o.ID = "USD", "", "" }))
		}
		for range 40 {
			pairs = append(pairs, make(Succeeded, func(*Payment, *Order) {}))
		}
	}
	return pairs
}

func pageOf(t *testing.T, r *Report, o HTMLOptions) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.WriteHTML(&out, o))
	return out.String()
}

// TestWriteSamples writes pages for people to look at, when asked to.
func TestWriteSamples(t *testing.T) {
	dir := os.Getenv("RECONCILE_SAMPLES")
	if dir == "" {
		t.Skip("RECONCILE_SAMPLES names no folder")
	}
	bad := &LineError{File: "/home/shop/orders.csv", Line: 17, Column: 3, Name: "amount", Code: FaultNumber, Detail: "hanako@example.com"}
	for name, n := range map[string]int{"few": 1, "many": 100, "none": 0} {
		r := reportOf(append(everything(n), Pair{pay(), order(), ""})...)
		if n > 0 {
			r.findings = append(r.findings.(listed), Finding{Class: BadLine, Action: FixLine, Line: bad})
			r.Summary[BadLine]++
		}
		for _, lang := range wording.Languages() {
			page := pageOf(t, r, HTMLOptions{Language: lang, Shop: "淡井商店 Awai", Environment: settings.Test, First: 5})
			require.NoError(t, os.WriteFile(dir+"/"+name+"-"+string(lang)+".html", []byte(page), 0o600))
		}
	}
	_ = strings.ToUpper
	_ = assert.Equal
}
