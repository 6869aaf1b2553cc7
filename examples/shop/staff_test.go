package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// newClerk is a clerk without a browser.
func newClerk(t *testing.T, s *Shop) *client {
	t.Helper()
	c := newClient(t, s)
	c.post("/staff/login", url.Values{"clerk": {"aoi"}})
	return c
}

// buy sends a guest through the whole purchase.
func buy(t *testing.T, s *Shop, product, card string, options ...stripetest.TokenOption) order {
	t.Helper()
	c := newClient(t, s)
	c.post("/cart", url.Values{"product": {product}})
	c.post("/checkout/address", url.Values{"name": {"Nora Lind"}, "email": {"nora@example.com"}, "phone": {"03-5555-0199"},
		"country": {"JP"}, "postal": {"150-0002"}, "region": {"Tokyo"}, "city": {"Shibuya 2-21-1"}})
	page := c.post("/pay/pay", url.Values{"stripesecure_token": {s.stripe.own.Token(card, options...)}})
	c.sees(page, "Thank you for your order")
	var ref string
	if err := s.db.QueryRowContext(t.Context(), `select ref from orders order by rowid desc limit 1`).Scan(&ref); err != nil {
		t.Fatal(err)
	}
	o, err := s.findOrder(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// paymentOf is what the library has stored.
func paymentOf(t *testing.T, s *Shop, o order) stripesecure.Payment {
	t.Helper()
	p, err := s.plugin.Payment(t.Context(), stripesecure.PaymentID(o.Payment))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Nobody sees a staff page without a login, also not whether an order exists.
func TestStaffLogin(t *testing.T) {
	s := quietShop(t)
	o := buy(t, s, "bowl", goodCard)
	c := newClient(t, s)
	for _, path := range []string{"/staff/", "/staff/orders", "/staff/nothing", "/staff/orders/" + o.Ref, "/staff/orders/none"} {
		page := c.get(path, http.StatusOK)
		c.sees(page, "Staff login")
		if strings.Contains(page, o.Ref+"</") || strings.Contains(page, "Nora") {
			t.Errorf("%s tells a stranger of the order", path)
		}
	}
	c.do(http.MethodPost, "/staff/login", url.Values{"clerk": {"root"}}, http.StatusNotFound)
	c.sees(c.post("/staff/login", url.Values{"clerk": {"ren"}, "next": {"/staff/orders?show=held"}}), "Ren Mori")
	c.sees(c.get("/staff/orders", http.StatusOK), o.Ref)
	c.get("/staff/nothing", http.StatusNotFound)
	c.sees(c.post("/staff/logout", url.Values{}), "Staff login")
	c.sees(c.get("/staff/orders", http.StatusOK), "Staff login")
}

// A login leads to a page of the staff, and never to another site.
func TestWithin(t *testing.T) {
	for next, want := range map[string]string{
		"/staff/orders/1?x=y": "/staff/orders/1?x=y", "/staff/settings/": "/staff/settings/",
		"": "/staff/orders", "https://evil.example/staff/": "/staff/orders", "//evil.example/staff/": "/staff/orders",
		`/\evil.example`: "/staff/orders", "/orders": "/staff/orders", "javascript:alert(1)": "/staff/orders", "%zz": "/staff/orders",
	} {
		if got := within(next); got != want {
			t.Errorf("after the login %q leads to %q, want %q", next, got, want)
		}
	}
}
