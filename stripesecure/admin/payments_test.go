package admin_test

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// sell makes an order of ¥4,840 with its money held.
func (o *office) sell(ref string) stripesecure.PaymentID {
	o.Helper()
	res, err := o.plugin.Pay(o.Context(), stripesecure.Cart{
		ID: stripesecure.CheckoutID("cart-" + ref), Total: stripesecure.JPY(4840), Country: "JP", Language: wording.Japanese,
		Buyer: stripesecure.Buyer{Name: "Personal Name", Email: "personal@example.com"}, ReturnURL: "https://shop.example/back",
	}, stripesecure.Input{Token: o.stripe.Token("4242424242424242")})
	require.NoError(o, err)
	require.Equal(o, stripesecure.PlaceOrder, res.Do)
	_, err = o.plugin.OrderPlaced(o.Context(), res.Payment.ID, stripesecure.Order{Ref: ref, Total: stripesecure.JPY(4840)})
	require.NoError(o, err)
	o.paid = append(o.paid, res.Payment.ID)
	return res.Payment.ID
}

func (o *office) payment(id stripesecure.PaymentID) stripesecure.Payment {
	o.Helper()
	pay, err := o.plugin.Payment(o.Context(), id)
	require.NoError(o, err)
	return pay
}

// ask presses a button on the payment's page and then says yes.
func (o *office) ask(id stripesecure.PaymentID, what string, pairs ...string) (asked, done page) {
	o.Helper()
	path := "/card/payments/" + string(id)
	form := url.Values{"ask": {what}, "operation": {"op-1"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	asked = o.post(path, form)
	require.Equal(o, http.StatusOK, asked.status, asked.text())
	return asked, o.post(path, asked.with("do", what))
}

func TestPaymentsAreListed(t *testing.T) {
	o := open(t)
	for i := range 32 {
		o.sell("A-" + strconv.Itoa(100+i))
	}
	page := o.get("/card/payments")
	page.says("A-131", "¥4,840", "Authorised", "Visa •••• 4242", "Older payments")
	assert.Equal(t, 30, strings.Count(page.body, `<th scope="row">`))
	assert.Less(t, strings.Index(page.body, "A-131"), strings.Index(page.body, "A-102"))
	page = o.get("/card/payments?page=2")
	page.says("A-100", "Newer payments")
	for _, personal := range []string{"Personal Name", "personal@example.com"} {
		assert.NotContains(t, page.body, personal)
	}
	found := o.get("/card/payments?find=cart-A-105.1")
	assert.Equal(t, "/admin/card/payments/cart-A-105.1", found.header.Get("Location"))
	o.get("/card/payments?find=nothing").says("There is no payment with this ID.")
	assert.Equal(t, http.StatusNotFound, o.get("/card/payments/nothing.1").status)
}

// Capture, in part, after a question; pressed twice it happens once.
func TestCapture(t *testing.T) {
	o := open(t)
	id := o.sell("A-1")
	page := o.get("/card/payments/" + string(id))
	page.says("Order A-1", "Authorised", "Order placed", "Amount to capture", "Cancel the order and release the hold")
	asked, done := o.ask(id, "capture", "amount", "￥４，０００")
	asked.says("Capture ¥4,000?", "The buyer is charged.")
	require.Equal(t, http.StatusSeeOther, done.status, done.text())
	assert.Equal(t, "4000", o.payment(id).Captured.Amount.String())
	again := o.post("/card/payments/"+string(id), asked.with("do", "capture"))
	assert.Equal(t, http.StatusSeeOther, again.status, "the same again is the same")
	assert.Equal(t, int64(4000), o.stripe.Intents()[0].AmountReceived)
	assert.Len(t, o.stripe.Calls("POST /v1/payment_intents/*/capture"), 1)
	other := o.post("/card/payments/"+string(id), url.Values{"do": {"capture"}, "amount": {"4840"}})
	assert.Equal(t, http.StatusConflict, other.status)
	other.says("Another amount has been captured already")
	assert.Equal(t, admin.ActionCapture, o.changes()[0].Action)
	o.get("/card/log").says("Captured", "cart-A-1.1 → after 4000 JPY")
	o.get("/card/payments/" + string(id) + "?done=capture").says("The capture was taken.")
}

// Refunds in parts; the same form sent twice is one refund (idempotent buttons).
func TestRefund(t *testing.T) {
	o := open(t)
	id := o.sell("A-1")
	o.ask(id, "capture")
	asked, done := o.ask(id, "refund", "amount", "1,000", "reason", "requested_by_customer", "note", "one cup was broken")
	asked.says("Refund ¥1,000?")
	require.Equal(t, http.StatusSeeOther, done.status, done.text())
	o.post("/card/payments/"+string(id), asked.with("do", "refund"))
	assert.Equal(t, "1000", o.payment(id).Refunded.Amount.String())
	page := o.get("/card/payments/" + string(id))
	page.says("Up to ¥3,840 can be refunded.", "one cup was broken")

	for amount, status := range map[string]int{"9999": http.StatusConflict, "-1": 422, "12.5": 422, "48,40": 422, "1e9": 422, "twelve": 422, "0": 422} {
		refused := o.post("/card/payments/"+string(id), url.Values{"do": {"refund"}, "amount": {amount}, "operation": {"op-" + amount}})
		assert.Equal(t, status, refused.status, amount)
		refused.says("This was not done")
	}
	card := o.post("/card/payments/"+string(id), url.Values{"do": {"refund"}, "amount": {"1"}, "operation": {"op-9"}, "note": {"card 4242 4242 4242 4242"}})
	card.says("A note must not hold a card number.")
	assert.Equal(t, "1000", o.payment(id).Refunded.Amount.String())
}

// The hold is released together with the order.
func TestVoid(t *testing.T) {
	o := open(t)
	id := o.sell("A-1")
	asked, done := o.ask(id, "void")
	asked.says("Release the hold of ¥4,840?")
	require.Equal(t, http.StatusSeeOther, done.status, done.text())
	assert.Equal(t, stripesecure.StateVoided, o.payment(id).State)
	assert.Equal(t, "canceled", o.stripe.Intents()[0].Status)
	page := o.get("/card/payments/" + string(id))
	page.says("Cancelled", "The hold is released and the buyer is not charged.")
	assert.NotContains(t, page.body, "What you can do")

	id = o.sell("A-2")
	o.ask(id, "capture")
	before := o.payment(id).Version
	late := o.post("/card/payments/"+string(id), url.Values{"do": {"void"}})
	assert.Equal(t, http.StatusConflict, late.status)
	late.says("The money is captured, so the payment cannot be cancelled.")
	assert.Equal(t, before, o.payment(id).Version, "nothing has changed")
}

// A void without an order, of a hold whose order the host's own key knows: the order
// wins, and the clerk is not told that it was cancelled.
func TestVoid_theKeyHasAnOrder(t *testing.T) {
	o := open(t)
	res, err := o.plugin.Pay(t.Context(), stripesecure.Cart{
		ID: "cart-committed", Total: stripesecure.JPY(4840), Country: "JP", Language: wording.Japanese,
		Buyer: stripesecure.Buyer{Name: "Personal Name", Email: "personal@example.com"}, ReturnURL: "https://shop.example/back",
	}, stripesecure.Input{Token: o.stripe.Token("4242424242424242")})
	require.NoError(t, err)
	id := res.Payment.ID
	_, done := o.ask(id, "void")
	assert.Equal(t, http.StatusConflict, done.status)
	done.says("Look at the order.")
	assert.Equal(t, stripesecure.StateHeld, o.payment(id).State)
	assert.Empty(t, o.changes())

	_, done = o.ask(id, "void") // now the page knows the order, and names it
	require.Equal(t, http.StatusSeeOther, done.status, done.text())
	assert.Equal(t, stripesecure.StateVoided, o.payment(id).State)
}

// Where the hold has expired the order is the merchant's to decide: the page says
// what can be done, in the clerk's language.
func TestExpiredHold(t *testing.T) {
	o := open(t)
	id := o.sell("A-1")
	require.NoError(t, o.stripe.Dashboard().Expire(o.payment(id).Intent))
	_, err := o.plugin.Recheck(t.Context(), o.payment(id).Intent)
	require.NoError(t, err)
	page := o.get("/card/payments/" + string(id))
	page.says("Hold expired", "Do not ship.", "ask the buyer to order again", "cancel the order")
	o.lang = "ja"
	o.get("/card/payments/"+string(id)).says("発送しないでください。", "もう一度ご注文いただくか")
}

// A second payment of the same purchase was captured in the Dashboard: it goes back
// by its PaymentIntent, after a question, and the order's money stays.
func TestDuplicateIsRefunded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t)
		sweeps := func(d time.Duration) {
			for range d / (30 * time.Second) {
				<-time.After(30 * time.Second)
				require.NoError(t, stripesecure.NewRunner(o.memory, o.plugin).Sweep(t.Context()))
			}
		}
		token := o.stripe.Token("4242424242424242")
		late := o.stripe.Hold("POST /v1/payment_intents").Times(1000).Where(func(c stripetest.Call) bool {
			return c.Form["confirmation_token"] == token
		})
		_, err := o.plugin.Pay(t.Context(), stripesecure.Cart{
			ID: "cart-A-1", Total: stripesecure.JPY(4840), Country: "JP", Language: wording.Japanese, ReturnURL: "https://shop.example/back",
		}, stripesecure.Input{Token: token})
		require.NoError(t, err)
		sweeps(5 * time.Minute)
		id := o.sell("A-1")
		late.Release()
		own := o.payment(id).Intent
		i := slices.IndexFunc(o.stripe.Intents(), func(pi stripetest.PaymentIntent) bool { return pi.ID != own })
		other := o.stripe.Intents()[i].ID
		require.NoError(t, o.stripe.Dashboard().Capture(other, 0))
		sweeps(2 * time.Hour)

		path := "/card/payments/" + string(id)
		o.get(path).says("Captured beside this payment", "Refund ¥4,840 "+other)
		form := url.Values{"ask": {"duplicate"}, "intent": {other}, "operation": {"op-1"}}
		asked := o.post(path, form)
		asked.says("Refund the ¥4,840 that were captured beside the order?")
		assert.Empty(t, o.stripe.Refunds())
		for range 2 { // pressed twice
			assert.Contains(t, []int{http.StatusSeeOther, http.StatusConflict}, o.post(path, asked.with("do", "duplicate")).status)
		}
		require.Len(t, o.stripe.Refunds(), 1)
		assert.Equal(t, other, o.stripe.Refunds()[0].PaymentIntent)
		assert.Equal(t, "duplicate", o.stripe.Refunds()[0].Reason)
		assert.Equal(t, admin.ActionDuplicate, o.changes()[0].Action)
		assert.Contains(t, o.changes()[0].Fields[0].From, other)
		page := o.get(path + "?done=duplicate")
		page.says("What was captured beside the order was refunded.", "Refunded ¥4,840")
		assert.NotContains(t, page.body, `value="duplicate"`)
		assert.Equal(t, stripesecure.StateHeld, o.payment(id).State, "the order's own hold stays")
		for _, foreign := range []string{own, "pi_none", ""} {
			assert.Equal(t, http.StatusBadRequest, o.post(path, url.Values{"do": {"duplicate"}, "intent": {foreign}}).status, foreign)
		}
	})
}

// A payment whose create was never answered is closed as not found: that nothing is
// held, and nobody charged, is not proven, and not said (rule 8).
func TestVoided_withoutProof(t *testing.T) {
	o := open(t)
	require.NoError(t, o.memory.Put(t.Context(), stripesecure.Row{Shop: "shop", Checkout: "cart-lost", Body: []byte(`{"gen":2,
		"cart":{"total":1200,"currency":"JPY","country":"JP","language":"ja"},"attempts":[{"id":"a-1","gen":1,"state":"vanished",
		"scope":{"env":"test"},"amount":1200,"currency":"JPY","customer":"cus_1","tries":[{"id":"a-1","at":"2026-01-01T00:00:00Z"}],
		"at":"2026-01-01T00:00:00Z"}],"ended":[{"gen":1,"reason":"price_changed","at":"2026-01-01T00:00:00Z","proven":false}]}`)}))
	page := o.get("/card/payments/cart-lost.1")
	page.says("Cancelled")
	assert.NotContains(t, page.text(), "is not charged")
}

// Odd forms move nothing.
func TestPaymentBadRequests(t *testing.T) {
	o := open(t)
	id := string(o.sell("A-1"))
	for _, form := range []url.Values{{}, {"do": {"steal"}}, {"ask": {"everything"}}, {"do": {"void", "capture"}}, {"do": {"capture"}, "to": {"me"}}} {
		assert.Equal(t, http.StatusBadRequest, o.post("/card/payments/"+id, form).status, form)
	}
	o.clerk = ""
	assert.Equal(t, http.StatusUnauthorized, o.post("/card/payments/"+id, url.Values{"do": {"capture"}}).status)
	assert.Equal(t, "requires_capture", o.stripe.Intents()[0].Status)
}

// The last comparison: how it ended, and the report itself (LC-37).
func TestReport_LC37(t *testing.T) {
	o := open(t)
	assert.NotContains(t, o.get("/card/payments").body, "Open the report")
	assert.Equal(t, http.StatusNotFound, o.get("/card/report").status)
	report, err := reconcile.Compare(t.Context(), func(func(reconcile.Order, error) bool) {}, func(yield func(reconcile.Payment, error) bool) {
		yield(reconcile.Payment{ID: "pi_Lonely1", Amount: 4840, Currency: "JPY", Status: reconcile.RequiresCapture, Created: o.now.AddDate(0, 0, -3)}, nil)
	}, reconcile.Options{At: o.now})
	require.NoError(t, err)
	defer report.Close()
	o.digest, err = report.Digest(0)
	require.NoError(t, err)
	o.get("/card/payments").says("differences: 1.")
	page := o.get("/card/report")
	page.says("pi_Lonely1")
	assert.NotContains(t, page.header.Get("Content-Security-Policy"), "unsafe")
	assert.Equal(t, http.StatusNotFound, o.post("/card/report", nil).status, "this host has no comparison to begin")
	assert.NotContains(t, o.get("/card/payments").body, "Compare orders and payments now")
}

// What a comparison has found is repaired by a button, after Stripe was asked again;
// what needs a person is left alone (rule 10).
func TestRepairs(t *testing.T) {
	o := open(t)
	assert.Equal(t, http.StatusNotFound, o.get("/card/repairs").status, "nothing was compared")
	id := o.sell("A-1")
	intent := o.payment(id).Intent
	require.NoError(t, o.stripe.Dashboard().Capture(intent, 4840))
	o.compares(
		[]reconcile.Order{{ID: "A-1", PaymentIntent: intent, Amount: 4840, Currency: "JPY", Status: reconcile.Authorized, Created: o.now}},
		[]reconcile.Payment{
			{ID: intent, OrderID: "A-1", Amount: 4840, Received: 4840, Currency: "JPY", Status: reconcile.Succeeded, Created: o.now},
			{ID: "pi_Lonely1", Amount: 500, Received: 500, Currency: "JPY", Status: reconcile.Succeeded, Created: o.now.AddDate(0, 0, -3)},
		})
	o.get("/card/payments").says("What can be repaired")
	page := o.get("/card/repairs")
	page.says(intent, "Take over what Stripe says", "pi_Lonely1", "A person has to decide", "Repair what needs no person: 1")
	assert.Equal(t, stripesecure.StateHeld, o.payment(id).State, "looking changes nothing")

	page = o.post("/card/repairs", nil)
	page.says("This is what was done.", "What Stripe says (succeeded) was taken over.", "A person has to decide")
	assert.NotContains(t, page.body, "Repair what needs no person")
	assert.Equal(t, stripesecure.StateCaptured, o.payment(id).State)
	assert.Empty(t, o.stripe.Refunds())
	o.get("/card/log").says("Differences repaired", intent)
}

// A report of many differences is gone through a part at a time; what asks for
// nothing does not count.
func TestRepairs_theFirst(t *testing.T) {
	o := open(t)
	var payments []reconcile.Payment
	for i := range 25 {
		payments = append(payments, reconcile.Payment{
			ID: "pi_Lonely" + strconv.Itoa(100+i), Amount: 500, Received: 500, Currency: "JPY", Status: reconcile.Succeeded, Created: o.now.AddDate(0, 0, -3),
		})
	}
	o.compares(nil, payments)
	page := o.get("/card/repairs")
	page.says("Further differences: 5.")
	assert.Equal(t, 20, strings.Count(page.body, "pi_Lonely"))
	assert.NotContains(t, page.body, "Repair what needs no person")
}

// compares keeps the report of a comparison.
func (o *office) compares(orders []reconcile.Order, payments []reconcile.Payment) {
	o.Helper()
	report, err := reconcile.Compare(o.Context(), listed(orders), listed(payments), reconcile.Options{At: o.now})
	require.NoError(o, err)
	defer report.Close()
	o.digest, err = report.Digest(0)
	require.NoError(o, err)
}

func listed[T any](rows []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}
