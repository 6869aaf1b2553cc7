package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// said is one finding as the naive comparison says it.
type said struct {
	class, intent, order, currency, rival string
	amount                                int64
}

// naive compares two lists by looking at every pair. It shares nothing with the
// package but the words: no table, no hash, no verdict.
func naive(orders []Order, payments []Payment, at time.Time) (findings []said, counts map[string]int64) {
	counts = map[string]int64{}
	owner := make([]int, len(payments))    // of each payment: its order
	payment := make([]int, len(orders))    // of each order: its payment
	contest := make([]string, len(orders)) // of each order: who has the payment that it names
	for i := range owner {
		owner[i] = -1
	}
	for i := range payment {
		payment[i] = -1
	}
	for i, p := range payments {
		for k, o := range orders {
			if o.PaymentIntent == p.ID {
				if owner[i] < 0 {
					owner[i] = k
					continue
				}
				rival := orders[owner[i]]
				if p.OrderID == o.ID || p.OrderID != rival.ID && o.ID < rival.ID {
					owner[i] = k
				}
			}
		}
		if owner[i] < 0 {
			continue
		}
		payment[owner[i]] = i
		for k, o := range orders {
			if o.PaymentIntent == p.ID && k != owner[i] {
				contest[k] = orders[owner[i]].ID
			}
		}
	}
	rank := func(p Payment) string {
		place := map[string]int{"succeeded": 1, "requires_capture": 2, "processing": 3, "canceled": 6}[p.Status.String()]
		if place == 1 && p.Refunded > 0 && p.Refunded >= p.Received {
			place = 4
		} else if place == 0 {
			place = 5
		}
		return fmt.Sprintf("%d %d %s", place, p.Created.Unix(), p.ID)
	}
	byIntent := slices.Clone(owner)
	for k, o := range orders {
		if payment[k] >= 0 {
			continue
		}
		for i, p := range payments {
			if byIntent[i] < 0 && p.OrderID == o.ID && (payment[k] < 0 || rank(p) < rank(payments[payment[k]])) {
				payment[k] = i
			}
		}
		if payment[k] >= 0 {
			owner[payment[k]] = k
		}
	}
	say := func(s said) {
		counts[s.class]++
		if s.class != "matched" {
			findings = append(findings, s)
		}
	}
	for i, p := range payments {
		amount := p.Amount
		if p.Status == Succeeded {
			amount = p.Received
		}
		if owner[i] >= 0 {
			o := orders[owner[i]]
			say(said{naivePair(o, p, at), p.ID, o.ID, p.Currency, "", amount})
			continue
		}
		exists, rival := false, ""
		for k, o := range orders {
			if p.OrderID != "" && o.ID == p.OrderID {
				exists, rival = true, payments[payment[k]].ID
			}
		}
		say(said{naiveAlone(p, exists), p.ID, p.OrderID, p.Currency, rival, amount})
	}
	for k, o := range orders {
		if payment[k] < 0 {
			class := "payment_missing"
			if o.Status == Pending || o.Status == Cancelled {
				class = "matched"
			}
			say(said{class, o.PaymentIntent, o.ID, o.Currency, contest[k], o.Amount})
		}
	}
	slices.SortFunc(findings, func(a, b said) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.intent, b.intent), cmp.Compare(a.order, b.order))
	})
	return findings, counts
}

func naiveAlone(p Payment, orderExists bool) string {
	back := p.Status == Succeeded && p.Refunded > 0 && p.Refunded >= p.Received
	switch {
	case back || p.Status == Canceled:
		if p.OrderID != "" && !orderExists {
			return "refused"
		}
		return "matched"
	case p.Status < Processing, p.Status == Processing && p.OrderID == "":
		return "incomplete"
	case orderExists:
		return "duplicate_payment"
	case p.OrderID != "":
		return "order_unknown"
	case p.Status == RequiresCapture:
		return "orphan_authorized"
	}
	return "orphan_captured"
}

func naivePair(o Order, p Payment, at time.Time) string {
	if o.Currency != p.Currency {
		return "currency_mismatch"
	}
	early, late := p.Created.AddDate(0, 0, 7), p.Created.AddDate(0, 0, 7)
	if p.Currency == "JPY" {
		late = p.Created.AddDate(0, 0, 30)
	}
	if !p.CaptureBefore.IsZero() {
		early, late = p.CaptureBefore, p.CaptureBefore
	}
	wanted := map[OrderStatus][]PaymentStatus{
		Pending:    {RequiresPaymentMethod, RequiresConfirmation, RequiresAction, Processing},
		Authorized: {RequiresCapture}, Paid: {Succeeded}, Cancelled: {Canceled}, Refunded: {Succeeded},
	}[o.Status]
	back := p.Status == Succeeded && p.Refunded > 0 && p.Refunded >= p.Received
	if !slices.Contains(wanted, p.Status) && !(o.Status == Cancelled && back) {
		if o.Status == Authorized && p.Status == Canceled && !at.Before(early) {
			return "hold_expired"
		}
		return "status_mismatch"
	}
	if p.Status == Succeeded {
		if o.Status == Refunded && p.Refunded != p.Received || o.Status == Paid && p.Refunded != o.Refunded {
			return "refund_mismatch"
		}
		if o.Amount != p.Received {
			return "amount_mismatch"
		}
	} else if o.Amount != p.Amount {
		return "amount_mismatch"
	}
	if p.Status == RequiresCapture {
		if !at.Before(late) {
			return "hold_expired"
		}
		if !at.Before(early.AddDate(0, 0, -2)) {
			return "hold_expiring"
		}
	}
	return "matched"
}

// randomLists makes lists in which everything happens: few ids, so that orders
// and payments meet, contest and miss each other.
func randomLists(r *rand.Rand) (orders []Order, payments []Payment) {
	size := 1 + r.IntN(24)
	pick := func(prefix string) string {
		if r.IntN(4) == 0 {
			return ""
		}
		return fmt.Sprintf("%s%d", prefix, r.IntN(size+2))
	}
	currency := func() string { return []string{"JPY", "JPY", "JPY", "USD"}[r.IntN(4)] }
	amount := func() int64 { return []int64{1000, 1000, 1000, 2000}[r.IntN(4)] }
	created := func() time.Time { return days(float64(r.IntN(40)) + 0.2) }
	for _, i := range r.Perm(size) {
		o := Order{
			ID: fmt.Sprintf("o%d", i), PaymentIntent: pick("pi_"), Status: OrderStatus(1 + r.IntN(5)),
			Currency: currency(), Amount: amount(), Created: created(),
		}
		if r.IntN(5) == 0 {
			o.Refunded = amount() / 2
		}
		orders = append(orders, o)
	}
	for _, i := range r.Perm(1 + r.IntN(24)) {
		p := Payment{
			ID: fmt.Sprintf("pi_%d", i), OrderID: pick("o"), Status: PaymentStatus(1 + r.IntN(7)),
			Currency: currency(), Amount: amount(), Created: created(),
		}
		if r.IntN(2) == 0 {
			p.Status = Succeeded
		}
		if p.Status == Succeeded {
			p.Received = amount()
			p.Refunded = []int64{0, 0, 500, p.Received}[r.IntN(4)]
		}
		if r.IntN(4) == 0 {
			p.CaptureBefore = testNow.AddDate(0, 0, r.IntN(9)-4)
		}
		payments = append(payments, p)
	}
	return orders, payments
}

func sourceOf[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// TestNaive: for any two lists the report is that of the naive comparison
// (LC-37, LC-40).
func TestNaive(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 300
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 6))
		orders, payments := randomLists(r)
		want, counts := naive(orders, payments, testNow)
		report, err := Compare(context.Background(), sourceOf(orders), sourceOf(payments), Options{At: testNow, Workers: 1 + seed%3, MaxMemory: minMemory})
		require.NoError(t, err)
		have, haveCounts := sayings(t, report)
		if !assert.Equal(t, want, have, "seed %d", seed) || !assert.Equal(t, counts, haveCounts, "seed %d", seed) {
			t.Logf("orders %+v", orders)
			t.Logf("payments %+v", payments)
			return
		}
	}
}

func sayings(t *testing.T, report *Report) (findings []said, counts map[string]int64) {
	t.Helper()
	for f, err := range report.Findings() {
		require.NoError(t, err)
		findings = append(findings, said{f.Class.String(), f.PaymentIntent, f.OrderID, f.Currency, f.Rival, f.Amount})
	}
	counts = map[string]int64{}
	for class, n := range report.Summary {
		if n != 0 {
			counts[class.String()] = n
		}
	}
	require.NoError(t, report.Close())
	return findings, counts
}
