package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// Cards of Stripe's test environment.
const (
	goodCard     = "4242424242424242"
	asksCard     = "4000002760003184"
	declinedCard = "4000000000000002"
)

// The button and the message of the checkout page.
const (
	payButton = ".flow .go button"
	message   = ".stripesecure-message:not([hidden])"
)

func (w *window) putIn(product string) {
	w.t.Helper()
	w.open("/products/" + product)
	w.click(".add button")
	w.at("cart")
}

// guest fills in the address of a guest and goes on to the payment.
func (w *window) guest() {
	w.t.Helper()
	w.open("/checkout/address")
	w.at("address")
	guest := [][2]string{{"name", "高橋 ゆき"}, {"email", "yuki@example.jp"}, {"phone", "090-5555-0123"},
		{"postal", "110-0001"}, {"region", "東京都"}, {"city", "台東区谷中3-1-8"}, {"building", "谷中荘 2階"}}
	if w.look.lang == "en" {
		guest = [][2]string{{"name", "Nora Lind"}, {"email", "nora@example.com"}, {"phone", "03-5555-0199"},
			{"postal", "150-0002"}, {"region", "Tokyo"}, {"city", "Shibuya 2-21-1, Shibuya-ku"}, {"building", "Room 804"}}
	}
	for _, field := range guest {
		w.fill("#"+field[0], field[1])
	}
	w.click(".fields .go button")
	w.at("checkout")
}

// member logs in and goes on to the payment with the address of the account.
func (w *window) member(id string) {
	w.t.Helper()
	w.open("/member?next=checkout")
	w.click(`button[value="` + id + `"]`)
	w.at("address")
	w.click(".fields .go button")
	w.at("checkout")
}

// card types a card into the form.
func (w *window) card(number string) {
	w.t.Helper()
	w.fill("#stripetest-number", number)
	w.fill("#stripetest-expiry", "1240")
	w.fill("#stripetest-cvc", "123")
}

// pay submits the checkout with a card.
func (w *window) pay(number string) {
	w.t.Helper()
	w.card(number)
	w.click(payButton)
}

// reads waits for the message on the checkout page and checks its text.
func (w *window) reads(part string) {
	w.t.Helper()
	if text := w.see(message); !strings.Contains(text, part) {
		w.t.Errorf("message %q does not say %q", text, part)
	}
}

// books is what the shop and its Stripe have written down.
type books struct {
	orders, mails int
	paid          []stripetest.PaymentIntent // held or captured
	open          []stripetest.PaymentIntent // neither paid nor cancelled
	stock         map[string]int64
}

func (s *testShop) books() books {
	s.t.Helper()
	b := books{stock: map[string]int64{}}
	for query, n := range map[string]*int{`select count(*) from orders`: &b.orders, `select count(*) from mails`: &b.mails} {
		if err := s.db.QueryRowContext(s.t.Context(), query).Scan(n); err != nil {
			s.t.Fatal(err)
		}
	}
	products, err := s.products(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range products {
		b.stock[p.ID] = p.Stock
	}
	for _, pi := range s.stripe.own.Intents() {
		switch pi.Status {
		case "requires_capture", "succeeded":
			b.paid = append(b.paid, pi)
		case "canceled":
		default:
			b.open = append(b.open, pi)
		}
	}
	return b
}

// bought checks a purchase of one piece each, from the thank-you page to
// Stripe: exactly one order with status ③, its money, its mail, its stock.
func (w *window) bought(before books, products ...string) order {
	w.t.Helper()
	w.at("order")
	ref := w.see(".ref")
	after := w.shop.books()
	if after.orders != before.orders+1 || after.mails != before.mails+1 {
		w.t.Errorf("%d orders and %d mails more, want one each", after.orders-before.orders, after.mails-before.mails)
	}
	for _, p := range products {
		if got, want := after.stock[p], before.stock[p]-1; got != want {
			w.t.Errorf("stock of %s is %d, want %d", p, got, want)
		}
	}
	o, err := w.shop.findOrder(w.t.Context(), ref)
	if err != nil {
		w.t.Fatal(err)
	}
	want := "new" // ③, until the money is taken
	if o.PaymentState == "captured" {
		want = statusPaid
	}
	if o.Status != want {
		w.t.Errorf("status is %q, want %q", o.Status, want)
	}
	w.paidOnce(before, after, o)
	w.wroteMail(o)
	return o
}

func (w *window) paidOnce(before, after books, o order) {
	w.t.Helper()
	if len(after.paid) != len(before.paid)+1 {
		w.t.Fatalf("%d payments held or captured more, want 1", len(after.paid)-len(before.paid))
	}
	pi := after.paid[len(after.paid)-1]
	if pi.Amount != o.Total || pi.Currency != "jpy" || pi.Customer == "" {
		w.t.Errorf("paid %d %s by customer %q, want %d jpy by one", pi.Amount, pi.Currency, pi.Customer, o.Total)
	}
	if !hasValue(pi.Metadata, o.Ref) {
		w.t.Errorf("metadata %v does not name the order %s", pi.Metadata, o.Ref)
	}
}

func hasValue(m map[string]string, want string) bool {
	for _, v := range m {
		if v == want {
			return true
		}
	}
	return false
}

func (w *window) wroteMail(o order) {
	w.t.Helper()
	mails, err := w.shop.mails(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	m := mails[0]
	if m.Ref != o.Ref || m.To != o.Address.Email || m.Language != w.look.lang || !strings.Contains(m.Body, o.LinkKey) {
		w.t.Errorf("mail %+v does not belong to order %s in %s", m, o.Ref, w.look.lang)
	}
	text := map[string]string{"ja": "お支払い方法", "en": "Paid by"}[w.look.lang] // text ③
	if !strings.Contains(m.Body, text) {
		w.t.Errorf("mail does not hold the merchant's text ③:\n%s", m.Body)
	}
}

// until waits for something that happens in the background.
func (s *testShop) until(what string, done func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			s.t.Fatal("waited in vain until " + what)
		case <-tick.C:
		}
	}
}

// parallel opens a shop for a test that runs beside the others.
func parallel(t *testing.T) *testShop {
	t.Helper()
	t.Parallel()
	return openTestShop(t)
}
