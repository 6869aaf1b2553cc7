package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ec-plugins/stripesecure/internal/canary"
)

// client is a visitor without a browser.
type client struct {
	t    *testing.T
	shop *Shop
	http *http.Client
}

func newClient(t *testing.T, s *Shop) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t, s, &http.Client{Jar: jar, Transport: handlerTransport{lookedAt(t, s.Handler())}}}
}

// lookedAt looks for secrets in every answer. The page of the demonstration lists
// Stripe's test cards.
func lookedAt(t *testing.T, shop http.Handler) http.Handler {
	looked := canary.HTTP(t, shop)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/demo") {
			shop.ServeHTTP(w, r)
			return
		}
		looked.ServeHTTP(w, r)
	})
}

// handlerTransport calls the shop without a socket.
type handlerTransport struct{ http.Handler }

func (h handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r = r.Clone(r.Context())
	r.Host = r.URL.Host // as a server sees it
	if r.Body == nil {
		r.Body = http.NoBody
	}
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

func (c *client) get(path string, want int) string {
	c.t.Helper()
	return c.do(http.MethodGet, path, nil, want)
}

func (c *client) post(path string, form url.Values) string {
	c.t.Helper()
	return c.do(http.MethodPost, path, form, http.StatusOK)
}

func (c *client) do(method, path string, form url.Values, want int) string {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.shop.baseURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "en")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if w.StatusCode != want {
		c.t.Errorf("%s %s: %d, want %d", method, path, w.StatusCode, want)
	}
	return string(body)
}

func (c *client) sees(page, part string) {
	c.t.Helper()
	if !strings.Contains(page, part) {
		c.t.Errorf("page does not show %q", part)
	}
}

// session is what the visitor's cookie says.
func (c *client) session() string {
	c.t.Helper()
	home, err := url.Parse(c.shop.baseURL)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cookie := range c.http.Jar.Cookies(home) {
		if cookie.Name == sessionCookie {
			return cookie.Value
		}
	}
	return ""
}

func TestCart(t *testing.T) {
	s := quietShop(t)
	c := newClient(t, s)
	c.sees(c.get("/cart", http.StatusOK), "nothing in your cart")
	if c.session() != "" {
		t.Error("looking around begins a session")
	}
	c.sees(c.post("/cart", url.Values{"product": {"lamp"}, "quantity": {"9"}}), `value="3"`) // there are three
	c.sees(c.post("/cart/line", url.Values{"product": {"lamp"}, "quantity": {"4"}}), "Only 3 left")
	c.sees(c.get("/checkout", http.StatusOK), "Only 3 left") // back in the cart
	c.sees(c.post("/cart/line", url.Values{"product": {"lamp"}, "quantity": {"2"}}), "¥26,400")
	c.sees(c.get("/checkout", http.StatusOK), "Delivery address")
	c.sees(c.post("/cart/line", url.Values{"product": {"lamp"}, "quantity": {"2"}, "remove": {"1"}}), "nothing in your cart")
	c.sees(c.get("/checkout/address", http.StatusOK), "nothing in your cart")
	for _, quantity := range []string{"-3", "", "many", "99999999999999999999"} {
		c.post("/cart", url.Values{"product": {"sencha"}, "quantity": {quantity}})
	}
	c.sees(c.get("/cart", http.StatusOK), `value="40"`) // as many as there are
	c.do(http.MethodPost, "/cart", url.Values{"product": {"gold"}}, http.StatusNotFound)
	c.get("/products/gold", http.StatusNotFound)
}

func TestAddressPage(t *testing.T) {
	s := quietShop(t)
	c := newClient(t, s)
	c.post("/cart", url.Values{"product": {"bowl"}})
	page := c.do(http.MethodPost, "/checkout/address", url.Values{"name": {"<b>Nora</b>"}, "email": {"nora"}, "country": {"JP"}},
		http.StatusUnprocessableEntity)
	c.sees(page, "&lt;b&gt;Nora&lt;/b&gt;") // kept, and harmless
	c.sees(page, "does not look like an e-mail address")
	if n := strings.Count(page, `aria-invalid="true"`); n != 5 {
		t.Errorf("%d fields are wrong at once, want 5", n)
	}
}

// A login gives the session a new id and the cart keeps its CheckoutID; logging
// out leaves nothing for the next person.
func TestLogin(t *testing.T) {
	s := quietShop(t)
	c := newClient(t, s)
	c.post("/cart", url.Values{"product": {"bowl"}})
	old := c.session()
	before, err := openCart(t.Context(), s.db, old)
	if err != nil {
		t.Fatal(err)
	}
	c.sees(c.post("/member/login", url.Values{"member": {"hana"}}), "佐藤 花")
	after, err := openCart(t.Context(), s.db, c.session())
	if err != nil || after.ID != before.ID || after.Member != "hana" || c.session() == old {
		t.Errorf("cart %s of %q in session %s, %v; want %s of hana in another session", after.ID, after.Member, c.session(), err, before.ID)
	}
	c.sees(c.get("/checkout/address", http.StatusOK), "604-8155")
	c.post("/member/logout", url.Values{})
	c.sees(c.get("/cart", http.StatusOK), "nothing in your cart")
	c.do(http.MethodPost, "/member/login", url.Values{"member": {"root"}}, http.StatusNotFound)
}

// Whose order is it? The buyer's, the member's, or of whoever has the link.
func TestOrderPrivacy(t *testing.T) {
	s := quietShop(t)
	buyer, stranger := newClient(t, s), newClient(t, s)
	buyer.post("/cart", url.Values{"product": {"bowl"}})
	bought, err := openCart(t.Context(), s.db, buyer.session())
	if err != nil {
		t.Fatal(err)
	}
	bought.Address = demoMembers[1].Address
	placed, err := s.host().PlaceOrder(t.Context(), paidFor(bought))
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.findOrder(t.Context(), placed.Ref)
	if err != nil {
		t.Fatal(err)
	}
	page := "/orders/" + o.Ref
	buyer.sees(buyer.get(page, http.StatusOK), "Thank you")
	buyer.sees(buyer.get("/orders", http.StatusOK), o.Ref)
	stranger.get(page, http.StatusNotFound)
	stranger.get(page+"?key=", http.StatusNotFound)
	stranger.get(page+"?key="+o.LinkKey[1:], http.StatusNotFound)
	stranger.sees(stranger.get("/orders", http.StatusOK), "no orders yet")
	stranger.sees(stranger.get(page+"?key="+o.LinkKey, http.StatusOK), o.Ref)

	// A second tab of the buyer finds the order, and not an empty cart.
	again, err := checkoutCart(t.Context(), s.db, buyer.session())
	if err != nil || again.ID != bought.ID || again.Ordered != o.Ref {
		t.Errorf("the second tab pays for %s %s, %v", again.ID, again.Ordered, err)
	}
}

func TestDemoRefuses(t *testing.T) {
	s := quietShop(t)
	c := newClient(t, s)
	c.post("/demo", url.Values{"region": {"XX"}, "capture": {"later"}, "three_d_secure": {"off"}, "save_card": {"always"}})
	if d, err := s.demoSettings(t.Context()); err != nil || d != demoDefaults {
		t.Errorf("settings %+v, %v", d, err)
	}
}
