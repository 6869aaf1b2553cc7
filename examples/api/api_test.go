package api

import (
	"bytes"
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	_ "modernc.org/sqlite"

	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

//go:embed openapi.yaml
var description []byte

const baseURL = "https://shop.example"

func openShop(t *testing.T, file string) *Shop {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(file)+"?_pragma=busy_timeout(1000)&_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	store, err := sqlstore.New(db, sqlstore.SQLite)
	if err == nil {
		err = store.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewShop(t.Context(), store.OrderKeys("shop"), baseURL)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func suite(t *testing.T, file string) plugintest.Shop {
	t.Helper()
	s := openShop(t, file)
	return plugintest.Shop{
		Host: s, Orders: s,
		NewCart: func(ctx context.Context) (stripesecure.Cart, error) {
			c, err := s.newCart(ctx, 2, wording.English)
			return s.paying(c), err
		},
		Find: func(ctx context.Context, id stripesecure.PaymentID) (found []stripesecure.Order, err error) {
			rows, err := s.DB.QueryContext(ctx, `select ref, yen from orders where payment = ?`, string(id))
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			for rows.Next() {
				var o order
				if err := rows.Scan(&o.ref, &o.yen); err != nil {
					return nil, err
				}
				found = append(found, stripesecure.Order{Ref: o.ref, Total: stripesecure.JPY(o.yen)})
			}
			return found, rows.Err()
		},
		SellOut: func(ctx context.Context, _ stripesecure.Cart) error {
			_, err := s.DB.ExecContext(ctx, `update stock set quantity = 0`)
			return err
		},
		State: func(ctx context.Context, id stripesecure.PaymentID) (state stripesecure.State, err error) {
			err = s.DB.QueryRowContext(ctx, `select payment_state from orders where payment = ?`, string(id)).Scan(&state)
			return state, err
		},
		Restart: func(context.Context) (plugintest.Shop, error) { return suite(t, file), nil },
	}
}

func TestHost(t *testing.T) {
	plugintest.TestHost(t, func(t *testing.T) plugintest.Shop { return suite(t, filepath.Join(t.TempDir(), "shop.db")) })
}

// front is a front end that holds every request and answer against openapi.yaml.
type front struct {
	*testing.T
	*plugintest.Bench

	shop  *Shop
	api   http.Handler
	paths routers.Router
	doc   *openapi3.T
	seen  map[string]bool // operations that have succeeded
	token string
}

func newFront(t *testing.T) *front {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(description)
	if err == nil {
		err = doc.Validate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	f := &front{T: t, doc: doc, shop: openShop(t, filepath.Join(t.TempDir(), "shop.db")), seen: map[string]bool{}}
	if f.paths, err = gorillamux.NewRouter(doc); err != nil {
		t.Fatal(err)
	}
	f.Bench = plugintest.New(t, f.shop, func(o *stripesecure.Options) {
		o.Orders = f.shop
		*o = guard.Around(t, *o)
	})
	f.shop.Use(f.Plugin)
	f.api = f.shop.Handler()
	return f
}

// call makes a call and decodes its answer. wrong: the request is not as described,
// on purpose.
func (f *front) call(method, path string, body any, want int, wrong bool) map[string]any {
	f.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	r := httptest.NewRequest(method, baseURL+path, bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", "en")
	if f.token != "" {
		r.Header.Set("Authorization", "Bearer "+f.token)
	}
	route, params, err := f.paths.FindRoute(r)
	if err != nil {
		f.Fatalf("%s %s is not described: %v", method, path, err)
	}
	asked := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateRequest(f.Context(), asked); (err != nil) != wrong {
		f.Fatalf("%s %s: the request is as described: %t, %v", method, path, err == nil, err)
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	answer := httptest.NewRecorder()
	f.api.ServeHTTP(answer, r)
	if answer.Code != want {
		f.Fatalf("%s %s: %d, want %d: %s", method, path, answer.Code, want, answer.Body)
	}
	got := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: answer.Code, Header: answer.Header(), Options: asked.Options,
	}
	got.SetBodyBytes(answer.Body.Bytes())
	if err := openapi3filter.ValidateResponse(f.Context(), got); err != nil {
		f.Fatalf("%s %s: %v", method, path, err)
	}
	f.seen[route.Operation.OperationID] = f.seen[route.Operation.OperationID] || answer.Code < 300
	var out map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil {
		f.Fatal(err)
	}
	return out
}

// newCart makes a cart and keeps its token.
func (f *front) newCart() string {
	f.Helper()
	f.token = ""
	made := f.call("POST", "/api/carts", map[string]any{"quantity": 2}, http.StatusCreated, false)
	f.token, _ = made["token"].(string)
	id, _ := made["id"].(string)
	return "/api/carts/" + id
}

func (f *front) pay(cart, card string) map[string]any {
	f.Helper()
	return f.call("POST", cart+"/payment", map[string]any{
		"stripesecure_token": f.Stripe.Token(card), "stripesecure_amount": "2400", "stripesecure_currency": "JPY",
	}, http.StatusOK, false)
}

func want(t *testing.T, got map[string]any, do, state string) {
	t.Helper()
	if got["do"] != do || got["state"] != state {
		t.Fatalf("%v, want %s and %s", got, do, state)
	}
}

// A purchase as a single-page shop makes it: every answer is as described.
func TestPurchase(t *testing.T) {
	f := newFront(t)
	cart := f.newCart()
	if got := f.call("GET", cart, nil, http.StatusOK, false); got["token"] != nil {
		t.Error("the token is given out again")
	}
	form := f.call("GET", cart+"/payment", nil, http.StatusOK, false)
	if form["available"] != true || form["publishable_key"] != stripetest.TestPublishableKey || form["elements"] == nil {
		t.Errorf("the form is %v", form)
	}
	want(t, f.pay(cart, "4000000000000002"), "show", "open")
	action := f.pay(cart, "4000002760003184")
	want(t, action, "handle_action", "needs_action")
	pi := f.Stripe.Intents()[len(f.Stripe.Intents())-1]
	if secret, _ := action["client_secret"].(string); !strings.HasPrefix(secret, pi.ID) || !f.Stripe.Challenge(pi.ID, stripetest.Pass) {
		t.Fatalf("the client secret is %q", action["client_secret"])
	}
	done := f.call("POST", cart+"/payment/resume", map[string]any{"stripesecure_tab": action["tab"]}, http.StatusOK, false)
	want(t, done, "go_to", "captured")
	page, err := url.Parse(done["url"].(string))
	if err != nil {
		t.Fatal(err)
	}
	order := f.call("GET", "/api"+page.Path, nil, http.StatusOK, false)
	if total, _ := order["total"].(map[string]any); total["amount"] != "2400" || page.Path != "/orders/"+order["ref"].(string) {
		t.Errorf("the order is %v at %s", order, page)
	}
	for path, item := range f.doc.Paths.Map() {
		for method, op := range item.Operations() {
			if !f.seen[op.OperationID] {
				t.Errorf("%s %s is described and was never answered", method, path)
			}
		}
	}
}

// What goes wrong is described too, and tells nothing about other buyers.
func TestProblems(t *testing.T) {
	f := newFront(t)
	f.call("POST", "/api/carts", map[string]any{"quantity": 0}, http.StatusUnprocessableEntity, true)
	cart := f.newCart()
	changed := f.call("POST", cart+"/payment", map[string]any{
		"stripesecure_token": f.Stripe.Token("4242424242424242"), "stripesecure_amount": "2000", "stripesecure_currency": "JPY",
	}, http.StatusOK, false)
	want(t, changed, "show", "open")
	f.call("POST", cart+"/payment", map[string]any{"stripesecure_token": "4242424242424242"}, http.StatusUnprocessableEntity, false)
	f.call("POST", cart+"/payment/resume", map[string]any{"stripesecure_token": "no token"}, http.StatusUnprocessableEntity, false)
	want(t, f.pay(cart, "4242424242424242"), "go_to", "captured")

	var ref string
	if err := f.shop.DB.QueryRowContext(t.Context(), `select ref from orders`).Scan(&ref); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "guessed"} {
		f.token = token
		var texts []any
		for _, path := range []string{cart, cart + "/payment", "/api/carts/none", "/api/orders/" + ref, "/api/orders/none"} {
			texts = append(texts, f.call("GET", path, nil, http.StatusNotFound, false)["message"].(map[string]any)["text"])
		}
		f.call("POST", cart+"/payment", map[string]any{}, http.StatusNotFound, false)
		f.call("POST", cart+"/payment/resume", map[string]any{}, http.StatusNotFound, false)
		for _, text := range texts {
			if text != texts[0] {
				t.Errorf("not there and not yours are told apart: %q", texts)
			}
		}
	}

	cart = f.newCart()
	f.Configure(func(s *settings.Settings) { s.Enabled = false })
	if form := f.call("GET", cart+"/payment", nil, http.StatusOK, false); form["available"] != false || form["reason"] == nil {
		t.Errorf("switched off: %v", form)
	}
	f.call("POST", cart+"/payment", map[string]any{}, http.StatusServiceUnavailable, false)
	_ = f.shop.DB.Close()
	f.call("GET", cart, nil, http.StatusServiceUnavailable, false)
	f.call("POST", "/api/carts", map[string]any{"quantity": 1}, http.StatusServiceUnavailable, false)
}

// Sold out while the buyer paid: the message names it, and belongs on the cart.
func TestSoldOut(t *testing.T) {
	f := newFront(t)
	cart := f.newCart()
	if _, err := f.shop.DB.ExecContext(t.Context(), `update stock set quantity = 1`); err != nil {
		t.Fatal(err)
	}
	got := f.pay(cart, "4242424242424242")
	want(t, got, "show", "open") // another payment may begin
	if got["page"] != "cart" || !strings.Contains(got["message"].(map[string]any)["text"].(string), "Sencha") {
		t.Errorf("sold out: %v", got)
	}
}

// LC-32: the tab that another one has overtaken is told so.
func TestTwoTabs(t *testing.T) {
	f := newFront(t)
	cart := f.newCart()
	first := f.pay(cart, "4000002760003184")
	want(t, f.pay(cart, "4000002760003184"), "handle_action", "needs_action")
	got := f.call("POST", cart+"/payment/resume", map[string]any{"stripesecure_tab": first["tab"]}, http.StatusOK, false)
	if message, _ := got["message"].(map[string]any); got["do"] != "show" || message["code"] != "duplicate_tab" {
		t.Errorf("the first tab reads %v", got)
	}
}
