package reconcile

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ec-plugins/stripesecure/wording"
)

var testNow = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// days is a moment so many days before testNow.
func days(n float64) time.Time { return testNow.Add(-time.Duration(n * 24 * float64(time.Hour))) }

func pay(change ...func(*Payment)) *Payment {
	p := &Payment{ID: "pi_1", OrderID: "o1", Status: Succeeded, Currency: "JPY", Amount: 1200, Received: 1200, Created: days(1)}
	for _, c := range change {
		c(p)
	}
	if p.Status != Succeeded {
		p.Received = 0
	}
	return p
}

func order(change ...func(*Order)) *Order {
	o := &Order{ID: "o1", PaymentIntent: "pi_1", Status: Paid, Currency: "JPY", Amount: 1200, Created: days(1)}
	for _, c := range change {
		c(o)
	}
	return o
}

func TestClassify(t *testing.T) {
	status := func(s PaymentStatus) func(*Payment) { return func(p *Payment) { p.Status = s } }
	created := func(at time.Time) func(*Payment) { return func(p *Payment) { p.Created = at } }
	captureBefore := func(at time.Time) func(*Payment) { return func(p *Payment) { p.CaptureBefore = at } }
	orderID := func(id string) func(*Payment) { return func(p *Payment) { p.OrderID = id } }
	amount := func(n int64) func(*Payment) { return func(p *Payment) { p.Amount, p.Received = n, n } }
	received := func(n int64) func(*Payment) { return func(p *Payment) { p.Received = n } }
	refunded := func(n int64) func(*Payment) { return func(p *Payment) { p.Refunded = n } }
	usd := func(p *Payment) { p.Currency = "USD" }
	is := func(s OrderStatus) func(*Order) { return func(o *Order) { o.Status = s } }
	gave := func(n int64) func(*Order) { return func(o *Order) { o.Refunded = n } }

	for _, c := range []struct {
		name        string
		pair        Pair
		class       Class
		action      Action
		differences Difference
	}{
		{"nothing at all", Pair{}, Matched, None, 0},
		{"paid and captured", Pair{pay(), order(), ""}, Matched, None, 0},
		{"authorized and held", Pair{pay(status(RequiresCapture)), order(is(Authorized)), ""}, Matched, None, 0},
		{"pending and left", Pair{pay(status(RequiresAction)), order(is(Pending)), ""}, Matched, None, 0},
		{"cancelled on both sides", Pair{pay(status(Canceled)), order(is(Cancelled)), ""}, Matched, None, 0},
		{"cancelled and given back", Pair{pay(refunded(1200)), order(is(Cancelled)), ""}, Matched, None, 0},
		{"refunded and given back", Pair{pay(refunded(1200)), order(is(Refunded)), ""}, Matched, None, 0},
		{"part given back on both sides", Pair{pay(refunded(200)), order(gave(200)), ""}, Matched, None, 0},
		{"captured in part, as ordered", Pair{pay(amount(2000), received(1200)), order(), ""}, Matched, None, 0},
		{"another order id in Stripe is no finding", Pair{pay(orderID("o9")), order(), ""}, Matched, None, DiffOrderID},

		{"LC-40 currency", Pair{pay(usd), order(), ""}, CurrencyMismatch, Review, DiffCurrency},
		{"LC-40 currency before status", Pair{pay(usd, status(Canceled)), order(), ""}, CurrencyMismatch, Review, DiffCurrency | DiffStatus},
		{"LC-40 status: paid, only held", Pair{pay(status(RequiresCapture)), order(), ""}, StatusMismatch, Capture, DiffStatus},
		{"LC-40 status before amount", Pair{pay(status(RequiresCapture), amount(5)), order(), ""}, StatusMismatch, Capture, DiffStatus | DiffAmount},
		{"paid, never paid", Pair{pay(status(RequiresPaymentMethod)), order(), ""}, StatusMismatch, AskPayment, DiffStatus},
		{"paid, cancelled at Stripe", Pair{pay(status(Canceled)), order(), ""}, StatusMismatch, AskPayment, DiffStatus},
		{"paid, being processed", Pair{pay(status(Processing)), order(), ""}, StatusMismatch, Wait, DiffStatus},
		{"CAP-10 cancelled, hold stays", Pair{pay(status(RequiresCapture)), order(is(Cancelled)), ""}, StatusMismatch, Cancel, DiffStatus},
		{"CAP-11 cancelled, money stays", Pair{pay(), order(is(Cancelled)), ""}, StatusMismatch, Refund, DiffStatus},
		{"CAP-14 captured in the Dashboard", Pair{pay(), order(is(Authorized)), ""}, StatusMismatch, FixOrder, DiffStatus},
		{"paid, order still pending", Pair{pay(), order(is(Pending)), ""}, StatusMismatch, FixOrder, DiffStatus},

		{"LC-40 amount: too much", Pair{pay(amount(1300)), order(), ""}, AmountMismatch, RefundPart, DiffAmount},
		{"LC-40 amount: too little", Pair{pay(amount(1100)), order(), ""}, AmountMismatch, AskDifference, DiffAmount},
		{"CAP-04 captured in part", Pair{pay(received(500)), order(), ""}, AmountMismatch, AskDifference, DiffAmount},
		{"CAP-05 order lowered, still held", Pair{pay(status(RequiresCapture), amount(1300)), order(is(Authorized)), ""}, AmountMismatch, CapturePart, DiffAmount},
		{"CAP-05 order raised, still held", Pair{pay(status(RequiresCapture), amount(1100)), order(is(Authorized)), ""}, AmountMismatch, AskPayment, DiffAmount},

		{"refunded here, not there", Pair{pay(), order(is(Refunded)), ""}, RefundMismatch, Refund, DiffRefund},
		{"refunded there, not here", Pair{pay(refunded(1200)), order(), ""}, RefundMismatch, FixOrder, DiffRefund},
		{"part refunded here, not there", Pair{pay(), order(gave(200)), ""}, RefundMismatch, RefundPart, DiffRefund},
		{"refund before amount", Pair{pay(amount(1300)), order(is(Refunded)), ""}, RefundMismatch, Refund, DiffRefund | DiffAmount},

		{"hold told by Stripe, 49 h left", Pair{pay(status(RequiresCapture), captureBefore(days(-49.0/24))), order(is(Authorized)), ""}, Matched, None, 0},
		{"hold told by Stripe, 48 h left", Pair{pay(status(RequiresCapture), captureBefore(days(-2))), order(is(Authorized)), ""}, HoldExpiring, Capture, DiffHoldEnding},
		{"hold told by Stripe, over", Pair{pay(status(RequiresCapture), captureBefore(testNow)), order(is(Authorized)), ""}, HoldExpired, AskPayment, DiffHoldEnded},
		{"hold in yen, 6 days", Pair{pay(status(RequiresCapture), created(days(6))), order(is(Authorized)), ""}, HoldExpiring, Capture, DiffHoldEnding},
		{"hold in yen, 29 days", Pair{pay(status(RequiresCapture), created(days(29))), order(is(Authorized)), ""}, HoldExpiring, Capture, DiffHoldEnding},
		{"hold in yen, 30 days", Pair{pay(status(RequiresCapture), created(days(30))), order(is(Authorized)), ""}, HoldExpired, AskPayment, DiffHoldEnded},
		{"hold is cancelled at Stripe, early", Pair{pay(status(Canceled)), order(is(Authorized)), ""}, StatusMismatch, AskPayment, DiffStatus},
		{"hold is cancelled at Stripe, late", Pair{pay(status(Canceled), created(days(8))), order(is(Authorized)), ""}, HoldExpired, AskPayment, DiffStatus | DiffHoldEnded},
		{"amount before the hold's end", Pair{pay(status(RequiresCapture), amount(5), created(days(6))), order(is(Authorized)), ""}, AmountMismatch, AskPayment, DiffAmount | DiffHoldEnding},

		{"LC-31 left during approval", Pair{pay(status(RequiresAction), orderID("")), nil, ""}, Incomplete, Cancel, 0},
		{"LC-31 perhaps still at the bank", Pair{pay(status(RequiresAction), orderID(""), created(days(1.0/48))), nil, ""}, Incomplete, Wait, 0},
		{"LC-32 LC-39 several tabs", Pair{pay(status(RequiresCapture), orderID("")), nil, ""}, OrphanAuthorized, Cancel, 0},
		{"LC-35 LC-39 charged without an order", Pair{pay(orderID("")), nil, ""}, OrphanCaptured, Refund, 0},
		{"cancelled and never ordered", Pair{pay(status(Canceled), orderID("")), nil, ""}, Matched, None, 0},
		{"LC-33 LC-40 sold out", Pair{pay(status(Canceled)), nil, ""}, Refused, None, 0},
		{"LC-36 sold out, given back", Pair{pay(refunded(1200)), nil, ""}, Refused, None, 0},
		{"LC-40 order id without an order, captured", Pair{pay(), nil, ""}, OrderUnknown, OrderOrRefund, 0},
		{"LC-40 order id without an order, held", Pair{pay(status(RequiresCapture)), nil, ""}, OrderUnknown, OrderOrCancel, 0},
		{"order id without an order, left", Pair{pay(status(RequiresPaymentMethod)), nil, ""}, Incomplete, Cancel, 0},
		{"DUP-15 captured twice", Pair{pay(), nil, "pi_0"}, DuplicatePayment, Refund, 0},
		{"DUP-15 held twice", Pair{pay(status(RequiresCapture)), nil, "pi_0"}, DuplicatePayment, Cancel, 0},
		{"an earlier try of a paid order", Pair{pay(status(Canceled)), nil, "pi_0"}, Matched, None, 0},

		{"paid, unknown to Stripe", Pair{nil, order(), ""}, PaymentMissing, FindPayment, 0},
		{"authorized, unknown to Stripe", Pair{nil, order(is(Authorized)), ""}, PaymentMissing, FindPayment, 0},
		{"pending, nothing at Stripe", Pair{nil, order(is(Pending)), ""}, Matched, None, 0},
		{"cancelled, nothing at Stripe", Pair{nil, order(is(Cancelled)), ""}, Matched, None, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, Verdict{c.class, c.action, c.differences}, Classify(c.pair, testNow))
		})
	}
}

// TestTablesAreWhole: no cell was forgotten, and each class can be reached.
func TestTablesAreWhole(t *testing.T) {
	reached := map[Class]bool{BadLine: true}
	for _, status := range []PaymentStatus{RequiresPaymentMethod, RequiresConfirmation, RequiresAction, Processing, RequiresCapture, Succeeded, Canceled} {
		for _, orderStatus := range []OrderStatus{0, Pending, Authorized, Paid, Cancelled, Refunded} {
			for i := range 128 {
				p := pay(func(p *Payment) {
					p.Status, p.Created = status, days(float64(i%4)*9)
					p.Refunded = int64(i / 4 % 2 * 1200)
					p.OrderID = []string{"", "o1"}[i/8%2]
				})
				o := order(func(o *Order) {
					o.Status = orderStatus
					o.Amount += int64(i / 16 % 2)
					o.Currency = []string{"JPY", "USD"}[i/32%2]
				})
				pair := Pair{p, o, ""}
				if orderStatus == 0 {
					pair = Pair{p, nil, []string{"", "pi_0"}[i/64]}
				} else if i/64 == 1 {
					pair = Pair{nil, o, ""}
				}
				v := Classify(pair, testNow)
				reached[v.Class] = true
				assert.NotEqual(t, BadLine, v.Class)
				switch v.Class {
				case Matched, Refused:
					assert.Equal(t, None, v.Action)
				default:
					assert.NotEqual(t, None, v.Action, "%v %v %v", v.Class, status, orderStatus)
				}
			}
		}
	}
	assert.Len(t, reached, numClasses)
}

// TestNames: stable, sorted, whole, and written in both languages.
func TestNames(t *testing.T) {
	assert.True(t, slices.IsSorted(classNames[:]), "the order of a report is the order of the names")
	assert.Len(t, byUrgency, numClasses)
	for _, class := range Classes() {
		text, _ := class.MarshalText()
		var back Class
		assert.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, class, back)
		assert.NotEmpty(t, class.Title(wording.Japanese))
		assert.NotEmpty(t, class.Title(wording.English))
	}
	for i := range numActions {
		action := Action(i)
		var back Action
		assert.NoError(t, back.UnmarshalText([]byte(action.String())))
		assert.Equal(t, action, back)
		assert.NotEmpty(t, action.Text(wording.Japanese))
		assert.NotEmpty(t, action.Text(wording.English))
	}
	var class Class
	assert.Error(t, class.UnmarshalText([]byte("lost")))
	var status OrderStatus
	assert.Error(t, status.UnmarshalText(nil))
}

// TestAgreeing: what shows at a glance to be in order is what the classification
// finds in order, for every status, and for amounts and holds of every kind.
func TestAgreeing(t *testing.T) {
	glances := 0
	for _, p := range manyPayments() {
		for status := Pending; int(status) < numOrderStatuses; status++ {
			for _, amount := range []int64{500, 1000, 1 << amountBits} {
				for _, refunded := range []int64{0, 500} {
					for _, currency := range []currencyCode{yen, packCurrency("USD")} {
						o := rawOrder{id: []byte("o"), facts: orderFacts{amount: amount, refunded: refunded, currency: currency, status: status}}
						if !new(join).agreeing(encoded(p.append(nil)).word(), encoded(o.append(nil, true)).word()) {
							continue
						}
						glances++
						v := classifyPair(&p.facts, &o.facts, testNow.Unix())
						assert.Equal(t, Verdict{Class: Matched}, v, "%+v %+v", p, o)
						assert.Equal(t, amount, p.facts.stake())
					}
				}
			}
		}
	}
	assert.Positive(t, glances)
}

func manyPayments() (many []rawPayment) {
	for status := RequiresPaymentMethod; int(status) < numPaymentStatuses; status++ {
		for _, amount := range []int64{1000, 1 << amountBits} {
			for _, received := range []int64{0, 500, amount} {
				for _, refunded := range []int64{0, 500, amount} {
					for _, ends := range []int64{0, testNow.Unix() - 1, testNow.Unix() + 10} {
						p := rawPayment{id: []byte("p"), status: status, weak: ends == 0 && refunded == amount}
						p.facts = paymentFacts{
							amount: amount, received: received, refunded: refunded, captureBefore: ends, currency: yen,
							created: testNow.Unix() - holdYen,
						}
						p.settle()
						many = append(many, p)
					}
				}
			}
		}
	}
	return many
}
