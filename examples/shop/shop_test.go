package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// quietShop is a shop without a listener.
func quietShop(t *testing.T) *Shop {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "shop.db"))
}

func reopen(t *testing.T, file string) *Shop {
	t.Helper()
	const url = "http://127.0.0.1:8080"
	shop, err := newShop(t.Context(), file, url, ownStripe(url), testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shop.Close() }) // some tests have closed it before
	return shop
}

func (s *Shop) host() payment {
	return payment{s.store.OrderKeys("demo"), s}
}

// fullCart makes a session with a cart and its address.
func fullCart(t *testing.T, s *Shop, lines map[string]int64) cart {
	t.Helper()
	ctx, session := t.Context(), "session-of-"+strings.ReplaceAll(t.Name(), "/", "-")
	if _, err := s.db.ExecContext(ctx, `insert into sessions (id) values (?) on conflict do nothing`, session); err != nil {
		t.Fatal(err)
	}
	for product, n := range lines {
		if err := s.putInCart(ctx, session, product, n); err != nil {
			t.Fatal(err)
		}
	}
	c, err := openCart(ctx, s.db, session)
	if err != nil {
		t.Fatal(err)
	}
	if err := setAddress(ctx, s.db, c.ID, demoMembers[0].Address); err != nil {
		t.Fatal(err)
	}
	c.Address = demoMembers[0].Address
	return c
}

// paidFor is the payment of a cart as the library hands it to PlaceOrder.
func paidFor(c cart) stripesecure.Payment {
	id := stripesecure.CheckoutID(c.ID)
	return stripesecure.Payment{
		ID: stripesecure.PaymentID(id + ".1"), Checkout: id, Version: 3, State: stripesecure.StateHeld,
		Total: stripesecure.JPY(c.Bill().Total), Snapshot: c.snapshot("ja"), OrderStatus: "new", MailText: "お支払い方法:カード",
		Card: stripesecure.Card{Brand: "jcb", Last4: "0505"},
	}
}

func count(t *testing.T, s *Shop, table string) (n int) {
	t.Helper()
	if err := s.db.QueryRowContext(t.Context(), `select count(*) from `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func stock(t *testing.T, s *Shop, id string) int64 {
	t.Helper()
	p, err := findProduct(t.Context(), s.db, id)
	if err != nil {
		t.Fatal(err)
	}
	return p.Stock
}

// The order, its stock, its mail and the end of the cart are one transaction;
// asked again, it is the same order.
func TestPlaceOrder(t *testing.T) {
	s := quietShop(t)
	c := fullCart(t, s, map[string]int64{"bowl": 2, "sencha": 1})
	first, err := s.host().PlaceOrder(t.Context(), paidFor(c))
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.host().PlaceOrder(t.Context(), paidFor(c))
	if err != nil || again.Ref != first.Ref {
		t.Errorf("asked again: %v %v, want %s", again.Ref, err, first.Ref)
	}
	if o, m := count(t, s, "orders"), count(t, s, "mails"); o != 1 || m != 1 {
		t.Errorf("%d orders, %d mails", o, m)
	}
	if got := stock(t, s, "bowl"); got != 10 {
		t.Errorf("stock of bowls is %d, want 10", got)
	}
	o, err := s.findOrder(t.Context(), first.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if o.Status != "new" || o.Total != 2*3300+1296+shippingJapan || o.Card != "JCB •••• 0505" || o.Session != c.Session {
		t.Errorf("order %+v", o)
	}
	if next, err := openCart(t.Context(), s.db, c.Session); err != nil || next.ID == c.ID || len(next.Lines) != 0 {
		t.Errorf("the next cart is %+v, %v", next, err)
	}
}

// LC-33: what is sold out is named, all at once, and nothing is kept.
func TestPlaceOrderSoldOut(t *testing.T) {
	s := quietShop(t)
	c := fullCart(t, s, map[string]int64{"bowl": 1, "kettle": 1, "lamp": 2})
	for _, id := range []string{"kettle", "lamp"} {
		if _, err := s.db.ExecContext(t.Context(), `update products set stock = 0 where id = ?`, id); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.host().PlaceOrder(t.Context(), paidFor(c))
	var no *stripesecure.Refusal
	if !errors.As(err, &no) || no.Reason != stripesecure.OutOfStock || len(no.Items) != 2 {
		t.Fatalf("PlaceOrder: %v, want out of stock for two", err)
	}
	for _, item := range no.Items {
		if item != "鉄瓶 丸" && item != "和紙のあかり" {
			t.Errorf("sold out: %q", item)
		}
	}
	nothingKept(t, s)
}

func nothingKept(t *testing.T, s *Shop) {
	t.Helper()
	if o, m := count(t, s, "orders"), count(t, s, "mails"); o != 0 || m != 0 || stock(t, s, "bowl") != 12 {
		t.Errorf("%d orders, %d mails, %d bowls; want 0, 0, 12", o, m, stock(t, s, "bowl"))
	}
}

// A price that has changed while the buyer paid is not charged.
func TestPlaceOrderPriceChanged(t *testing.T) {
	s := quietShop(t)
	c := fullCart(t, s, map[string]int64{"bowl": 1})
	if _, err := s.db.ExecContext(t.Context(), `update products set price = 3500 where id = 'bowl'`); err != nil {
		t.Fatal(err)
	}
	_, err := s.host().PlaceOrder(t.Context(), paidFor(c))
	var no *stripesecure.Refusal
	if !errors.As(err, &no) || no.Reason != stripesecure.PriceChanged {
		t.Fatalf("PlaceOrder: %v, want price changed", err)
	}
	nothingKept(t, s)
}

// Rule 11: a key that was closed can never have an order.
func TestPlaceOrderKeyTaken(t *testing.T) {
	s := quietShop(t)
	c := fullCart(t, s, map[string]int64{"bowl": 1})
	if _, found, err := s.host().CloseOrderKey(t.Context(), paidFor(c).ID); found || err != nil {
		t.Fatal(found, err)
	}
	_, err := s.host().PlaceOrder(t.Context(), paidFor(c))
	var no *stripesecure.Refusal
	if !errors.As(err, &no) || no.Reason != stripesecure.Closed {
		t.Fatalf("PlaceOrder: %v, want closed", err)
	}
	nothingKept(t, s)
}

// One cart is one order, also under a second payment.
func TestPlaceOrderTwice(t *testing.T) {
	s := quietShop(t)
	paid := paidFor(fullCart(t, s, map[string]int64{"bowl": 1}))
	if _, err := s.host().PlaceOrder(t.Context(), paid); err != nil {
		t.Fatal(err)
	}
	paid.ID = stripesecure.PaymentID(paid.Checkout + ".2")
	_, err := s.host().PlaceOrder(t.Context(), paid)
	var no *stripesecure.Refusal
	if !errors.As(err, &no) || no.Reason != stripesecure.Closed || count(t, s, "orders") != 1 {
		t.Fatalf("PlaceOrder: %v, %d orders", err, count(t, s, "orders"))
	}
}

// Ten buyers pay for the one kettle at the same time.
func TestPlaceOrderRace(t *testing.T) {
	s := quietShop(t)
	var payments []stripesecure.Payment
	for i := range 10 {
		t.Run("cart"+string(rune('0'+i)), func(t *testing.T) {
			payments = append(payments, paidFor(fullCart(t, s, map[string]int64{"kettle": 1})))
		})
	}
	var wg sync.WaitGroup
	results := make([]error, len(payments))
	for i, paid := range payments {
		wg.Go(func() { _, results[i] = s.host().PlaceOrder(context.WithoutCancel(t.Context()), paid) })
	}
	wg.Wait()
	sold := 0
	for _, err := range results {
		var no *stripesecure.Refusal
		switch {
		case err == nil:
			sold++
		case !errors.As(err, &no) || no.Reason != stripesecure.OutOfStock:
			t.Errorf("PlaceOrder: %v, want out of stock", err)
		}
	}
	if sold != 1 || count(t, s, "orders") != 1 || stock(t, s, "kettle") != 0 {
		t.Errorf("sold %d times, stock %d", sold, stock(t, s, "kettle"))
	}
}

// News of a payment may come twice and late: the newest counts.
func TestChanged(t *testing.T) {
	s := quietShop(t)
	paid := paidFor(fullCart(t, s, map[string]int64{"bowl": 1}))
	order, err := s.host().PlaceOrder(t.Context(), paid)
	if err != nil {
		t.Fatal(err)
	}
	for _, news := range []struct {
		version int64
		state   stripesecure.State
		want    string
	}{{5, stripesecure.StateCaptured, "captured"}, {4, stripesecure.StateHeld, "captured"}, {6, stripesecure.StateRefunded, "refunded"}} {
		paid.Version, paid.State = news.version, news.state
		if err := s.host().Changed(t.Context(), paid); err != nil {
			t.Fatal(err)
		}
		if o, err := s.findOrder(t.Context(), order.Ref); err != nil || o.PaymentState != news.want {
			t.Errorf("after version %d: %q %v, want %q", news.version, o.PaymentState, err, news.want)
		}
	}
}

// Carts, orders and the signing key survive a restart.
func TestRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	s := reopen(t, file)
	ordered := fullCart(t, s, map[string]int64{"bowl": 1})
	order, err := s.host().PlaceOrder(t.Context(), paidFor(ordered))
	if err != nil {
		t.Fatal(err)
	}
	open := fullCart(t, s, map[string]int64{"lamp": 1})
	key := string(s.signingKey)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = reopen(t, file)
	c, err := openCart(t.Context(), s.db, open.Session)
	if err != nil || c.ID != open.ID || c.Bill().Total != open.Bill().Total || c.Address != open.Address {
		t.Errorf("cart %+v %v, want %+v", c, err, open)
	}
	if _, err := s.findOrder(t.Context(), order.Ref); err != nil {
		t.Error("order:", err)
	}
	if string(s.signingKey) != key || stock(t, s, "bowl") != 11 {
		t.Errorf("signing key kept: %v, bowls %d", string(s.signingKey) == key, stock(t, s, "bowl"))
	}
}

// Every page is served with its rules, and no page is for a foreign form.
func TestHeadersAndForms(t *testing.T) {
	s := quietShop(t)
	h := s.Handler()
	get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080/", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, get)
	csp := w.Header().Get("Content-Security-Policy")
	if w.Code != http.StatusOK || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%d, %q", w.Code, csp)
	}
	if strings.Contains(w.Body.String(), "style=") || strings.Contains(w.Body.String(), "<style") || strings.Contains(w.Body.String(), "⟦") {
		t.Error("a page has a style of its own, or a text is missing")
	}
	post := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/cart", strings.NewReader("product=bowl"))
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	post.Header.Set("Sec-Fetch-Site", "cross-site")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, post)
	if w.Code != http.StatusForbidden {
		t.Errorf("a form of another site gets %d, want 403", w.Code)
	}
	elsewhere := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost:8080/cart?a=1", nil)
	w = httptest.NewRecorder()
	h.ServeHTTP(w, elsewhere)
	if to := w.Header().Get("Location"); to != "http://127.0.0.1:8080/cart?a=1" {
		t.Errorf("localhost is sent to %q", to)
	}
}

// A database that is opened under another address may be a copy: with real keys
// a person decides, with a Stripe of one's own it does not matter (rule 10).
func TestClaim(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	real := realStripe(realKeys{publishable: "pk_" + "test_51publicpublic", secret: "sk_" + "test_51secretsecret"})
	for _, step := range []struct {
		url    string
		stripe stripe
		moved  bool
		copied bool
	}{
		{"http://127.0.0.1:1", real, false, false},
		{"http://127.0.0.1:2", real, false, true},
		{"http://127.0.0.1:2", real, true, false},
		{"http://127.0.0.1:3", ownStripe("http://127.0.0.1:3"), false, false},
	} {
		s, err := newShop(t.Context(), file, step.url, step.stripe, testLog(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.claim(t.Context(), step.moved); err != nil {
			t.Error(err)
		}
		site, err := s.plugin.Site(t.Context())
		if err != nil || site.Copy != step.copied {
			t.Errorf("at %s: %+v, %v; want copy %v", step.url, site, err, step.copied)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
