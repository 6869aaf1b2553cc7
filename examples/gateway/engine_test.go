package gateway

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

const returnURL = "https://shop.example/back"

func openEngine(t *testing.T, file string) *Engine {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(file)+"?_pragma=busy_timeout(1000)&_pragma=journal_mode(WAL)&_txlock=immediate")
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
	e, err := NewEngine(t.Context(), store.OrderKeys("shop"))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// suite says to the suite how this engine is used and looked at.
func suite(t *testing.T, file string) plugintest.Shop {
	t.Helper()
	e := openEngine(t, file)
	return plugintest.Shop{
		Host: e,
		NewCart: func(ctx context.Context) (stripesecure.Cart, error) {
			c, err := e.NewCart(ctx, 2400, returnURL)
			return stripesecure.Cart{ID: stripesecure.CheckoutID(c.ID), Total: stripesecure.JPY(c.Yen), Language: wording.Japanese}, err
		},
		Find: func(ctx context.Context, id stripesecure.PaymentID) ([]stripesecure.Order, error) {
			p, err := e.find(ctx, "payment", string(id))
			if errors.Is(err, sql.ErrNoRows) || err == nil && p.ref == "" {
				return nil, nil
			}
			return []stripesecure.Order{{Ref: p.ref, Total: stripesecure.JPY(p.cart.Yen)}}, err
		},
		State: func(ctx context.Context, id stripesecure.PaymentID) (stripesecure.State, error) {
			p, err := e.find(ctx, "payment", string(id))
			return stripesecure.State(p.paymentState), err
		},
		Restart: func(context.Context) (plugintest.Shop, error) { return suite(t, file), nil },
		First:   first(e),
	}
}

func first(e *Engine) *plugintest.CommitsFirst {
	return &plugintest.CommitsFirst{
		Use: e.Use, Retry: e.Retry, Cancel: e.Cancel,
		Commit: func(ctx context.Context, cart stripesecure.Cart) (stripesecure.Order, error) {
			// The buyer's click, up to the order. What comes after it needs a buyer.
			p, err := e.find(ctx, "cart", string(cart.ID))
			if err == nil {
				err = e.createPayment(ctx, p)
			}
			if err == nil {
				p, err = e.find(ctx, "cart", string(cart.ID))
			}
			if err == nil {
				err = e.placeOrder(ctx, p)
			}
			if err == nil {
				p, err = e.find(ctx, "cart", string(cart.ID))
			}
			return stripesecure.Order{Ref: p.ref, Total: stripesecure.JPY(p.cart.Yen)}, err
		},
	}
}

func TestHost(t *testing.T) {
	newShop := func(t *testing.T) plugintest.Shop { return suite(t, filepath.Join(t.TempDir(), "engine.db")) }
	plugintest.TestHost(t, newShop)
	plugintest.TestHostFirst(t, newShop)
}

// world is the engine with the real plugin.
type world struct {
	*testing.T
	*plugintest.Bench

	engine *Engine
	cart   Cart
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, engine: openEngine(t, filepath.Join(t.TempDir(), "engine.db"))}
	w.Bench = plugintest.New(t, w.engine, func(o *stripesecure.Options) {
		o.HostCommitsFirst = true
		*o = guard.Around(t, *o)
	})
	w.engine.Use(w.Plugin)
	var err error
	if w.cart, err = w.engine.NewCart(t.Context(), 2400, returnURL); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) process(state string) Step {
	w.Helper()
	step, err := w.engine.Process(w.Context(), w.cart.ID)
	if err != nil || step.State != state {
		w.Fatalf("the process is %+v, %v, want %s", step, err, state)
	}
	return step
}

// payPage is the buyer on the payment page, without JavaScript for 3-D Secure.
func (w *world) payPage(address, card string) *httptest.ResponseRecorder {
	w.Helper()
	form := url.Values{"stripesecure_token": {w.Stripe.Token(card)}}
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	canary.HTTP(w, w.Plugin.Handler()).ServeHTTP(answer, r)
	return answer
}

// The order is there first; the buyer is declined, pays with another card, goes
// to the bank, and comes back to an order with its money.
func TestPurchase(t *testing.T) {
	w := newWorld(t)
	step := w.process("validate_payment")
	if step.Ref == "" || step.URL == "" || len(w.Stripe.Intents()) != 0 {
		t.Fatalf("before the payment: %+v", step)
	}
	w.payPage(step.URL, "4000000000000002") // declined
	step = w.process("validate_payment")
	if step.URL == "" || step.Message == "" {
		t.Fatalf("after a decline: %+v", step)
	}
	bank := w.payPage(step.URL, "4000002760003184").Header().Get("Location")
	pi := w.Stripe.Intents()[0]
	if !strings.Contains(bank, "/3ds/") || !w.Stripe.Challenge(pi.ID, stripetest.Pass) {
		t.Fatalf("the buyer is sent to %q", bank)
	}
	step = w.process("success")
	pi = w.Stripe.Intents()[0]
	if pi.Status != stripetest.StatusSucceeded || pi.Metadata["order_id"] != step.Ref {
		t.Errorf("%s for order %q", pi.Status, pi.Metadata["order_id"])
	}
	payment, err := w.engine.gateway.OrderPayment(t.Context(), w.cart.ID+".1")
	if err != nil || payment != (OrderPayment{Status: "captured", Yen: 2400, Card: "Visa 3184"}) {
		t.Errorf("the order shows %+v, %v", payment, err)
	}
	if methods := w.engine.gateway.Methods(); len(methods) != 1 {
		t.Errorf("methods %q", methods)
	}
}

// An order that is paid is cancelled: its money does not come back by that, and
// the engine does not believe it.
func TestCancelledAfterTheMoneyWasTaken(t *testing.T) {
	w := newWorld(t)
	step := w.process("validate_payment")
	w.payPage(step.URL, "4242424242424242")
	w.process("success")
	id := stripesecure.PaymentID(w.cart.ID + ".1")
	if p, err := w.Plugin.Payment(t.Context(), id); err != nil || p.State != stripesecure.StateCaptured {
		t.Fatal(p.State, err)
	}
	if err := w.engine.Cancel(t.Context(), step.Ref); !errors.Is(err, stripesecure.ErrCaptured) {
		t.Errorf("cancelled: %v", err)
	}
	if err := w.engine.Retry(t.Context()); !errors.Is(err, stripesecure.ErrCaptured) {
		t.Errorf("told again: %v", err)
	}
	if _, err := w.Plugin.Refund(t.Context(), id, stripesecure.Refund{ID: "r-1"}); err != nil {
		t.Fatal(err)
	}
	if err := w.engine.Retry(t.Context()); err != nil {
		t.Errorf("after the refund: %v", err)
	}
}

// Nobody pays: the engine cancels by payment id, and what the buyer does then
// holds no money.
func TestCancelled(t *testing.T) {
	w := newWorld(t)
	step := w.process("validate_payment")
	if err := w.engine.Cancel(t.Context(), step.Ref); err != nil {
		t.Fatal(err)
	}
	w.process("cancelled")
	w.payPage(step.URL, "4242424242424242")
	if err := w.Sweep(t.Context(), 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, pi := range w.Stripe.Intents() {
		if pi.HeldMoney() {
			t.Errorf("%s after the order was cancelled", pi.Status)
		}
	}
}
