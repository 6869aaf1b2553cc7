package plugintest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// byHand sets ⑬ to manual.
func byHand(s *settings.Settings) { s.Capture = settings.CaptureManual }

func placedTwice(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	order, err := w.order(ctx)
	if err != nil {
		return err
	}
	for range 3 {
		res, err := w.plugin.OrderPlaced(ctx, "cart-1.1", order)
		if err := wantDo("OrderPlaced again", res, err, stripesecure.GoTo); err != nil {
			return err
		}
		if !res.Payment.Paid() || !strings.Contains(res.URL, order.Ref) {
			return fmt.Errorf("OrderPlaced again: %s, page %q", res.Payment.State, res.URL)
		}
	}
	if n := len(w.Stripe.Calls("POST /v1/payment_intents/*/capture")); n > 1 {
		return fmt.Errorf("captured %d times", n)
	}
	pi := w.Stripe.Intents()[0]
	if pi.AmountReceived > 2400 || pi.Metadata["order_id"] != order.Ref {
		return fmt.Errorf("taken %d, order %q at Stripe", pi.AmountReceived, pi.Metadata["order_id"])
	}
	return w.wantIntent(held, captured)
}

func conflicts(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	order, err := w.order(ctx)
	if err != nil {
		return err
	}
	_, err = w.plugin.OrderPlaced(ctx, "cart-1.1", stripesecure.Order{Ref: "R-other", Total: order.Total})
	if err := wantError("OrderPlaced with another ref", err, stripesecure.CodeOrderConflict, stripesecure.ErrOrderConflict); err != nil {
		return err
	}
	p, err := w.plugin.Payment(ctx, "cart-1.1")
	if err != nil || p.Order == nil || p.Order.Ref != order.Ref {
		return fmt.Errorf("after the conflict the order is %v, %v", p.Order, err)
	}
	return nil
}

func refuses(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	p, err := w.hold(ctx)
	if err != nil {
		return err
	}
	res, err := w.plugin.OrderRefused(ctx, p.ID, stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"Sencha"}})
	if err := errors.Join(wantDo("OrderRefused", res, err, stripesecure.Show), w.wantIntent(canceled)); err != nil {
		return err
	}
	if res.Payment.State != stripesecure.StateVoided || !strings.Contains(res.Message.Text, "Sencha") {
		return fmt.Errorf("after a refusal: %s, %q", res.Payment.State, res.Message.Text)
	}
	next, err := w.hold(ctx)
	if err == nil && next.ID == p.ID {
		err = fmt.Errorf("the next Pay is payment %s again", p.ID)
	}
	return errors.Join(err, w.wantMoney(1))
}

func cancels(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	w.Configure(byHand)
	order, err := w.order(ctx)
	if err == nil {
		_, err = w.plugin.OrderRefused(ctx, "cart-1.1", stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: order.Ref})
	}
	if err := errors.Join(err, w.wantIntent(canceled)); err != nil {
		return err
	}
	// It is repeated, late.
	if res, err := w.plugin.OrderPlaced(ctx, "cart-1.1", order); err == nil && res.Payment.Paid() {
		return fmt.Errorf("OrderPlaced of a cancelled order: %s", res.Payment.State)
	}
	if err := w.sweep(ctx, w.sweeper, 5*time.Minute); err != nil {
		return err
	}
	return w.wantIntent(canceled)
}

func looks(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	p, err := w.plugin.Current(ctx, "cart-1")
	if err != nil || p.ID.Checkout() != "cart-1" || p.State != stripesecure.StateOpen {
		return fmt.Errorf("Current before the first Pay: %s of %q, %v", p.State, p.ID.Checkout(), err)
	}
	rows, err := w.Options.Store.List(ctx, w.Options.ShopID, "cart-1", "", 1)
	if err != nil || len(rows) > 0 {
		return fmt.Errorf("looking has stored %d rows, %v", len(rows), err)
	}
	if _, err := w.order(ctx); err != nil {
		return err
	}
	before := len(w.Stripe.Calls())
	current, err := w.plugin.Current(ctx, "cart-1")
	paid, errPaid := w.plugin.Payment(ctx, p.ID)
	if err := errors.Join(err, errPaid); err != nil {
		return err
	}
	if current.ID != p.ID || paid.ID != p.ID || !paid.Paid() || current.Version != paid.Version {
		return fmt.Errorf("Current gives %s at version %d, Payment %s at version %d (%s)", current.ID, current.Version, paid.ID, paid.Version, paid.State)
	}
	if after := len(w.Stripe.Calls()); after != before {
		return fmt.Errorf("looking has asked Stripe %d times", after-before)
	}
	return nil
}

func badInput(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	bad := Cart("cart 1")
	bad.Country, bad.ReturnURL = "Japan", "https://evil.example/"
	_, err = w.plugin.Pay(ctx, bad, stripesecure.Input{Token: w.Stripe.Token(cardGood)})
	faults := (*stripesecure.Error)(nil)
	if !errors.As(err, &faults) || faults.Code != stripesecure.CodeInvalid || len(faults.Faults) != 3 {
		return fmt.Errorf("Pay with three faults: %w", err)
	}
	order := stripesecure.Order{Ref: "R-1", Total: stripesecure.JPY(2400)}
	_, offer := w.plugin.Offer(ctx, bad)
	_, resume := w.plugin.Resume(ctx, bad)
	_, current := w.plugin.Current(ctx, bad.ID)
	for op, err := range map[string]error{"Offer": offer, "Resume": resume, "Current": current} {
		if err := wantError(op, err, stripesecure.CodeInvalid, stripesecure.ErrInvalid); err != nil {
			return err
		}
	}
	for _, id := range []stripesecure.PaymentID{"cart-1.7", "cart-1", "../cart.1"} {
		_, placed := w.plugin.OrderPlaced(ctx, id, order)
		_, refused := w.plugin.OrderRefused(ctx, id, stripesecure.Refusal{Reason: stripesecure.Other})
		_, payment := w.plugin.Payment(ctx, id)
		_, capture := w.plugin.Capture(ctx, id, stripesecure.Money{})
		_, refund := w.plugin.Refund(ctx, id, stripesecure.Refund{ID: "op-1"})
		for op, err := range map[string]error{"OrderPlaced": placed, "OrderRefused": refused, "Payment": payment, "Capture": capture, "Refund": refund} {
			if err := wantError(op+" of "+string(id), err, stripesecure.CodeNotFound, stripesecure.ErrNotFound); err != nil {
				return err
			}
		}
	}
	return w.wantNothingSent()
}

func capturesOnce(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	w.Configure(byHand)
	if _, err := w.order(ctx); err != nil {
		return err
	}
	_, err = w.plugin.Capture(ctx, "cart-1.1", stripesecure.JPY(2401))
	if err := errors.Join(wantError("Capture of too much", err, stripesecure.CodeTooMuch, stripesecure.ErrTooMuch), w.wantIntent(held)); err != nil {
		return err
	}
	for range 2 {
		p, err := w.plugin.Capture(ctx, "cart-1.1", stripesecure.Money{})
		if err != nil || p.State != stripesecure.StateCaptured || !p.Captured.Equal(stripesecure.JPY(2400)) {
			return fmt.Errorf("Capture: %s, %v, %v", p.State, p.Captured, err)
		}
	}
	_, err = w.plugin.Capture(ctx, "cart-1.1", stripesecure.JPY(100))
	if err := wantError("Capture again", err, stripesecure.CodeCaptured, stripesecure.ErrCaptured); err != nil {
		return err
	}
	if n := len(w.Stripe.Calls("POST /v1/payment_intents/*/capture")); n != 1 {
		return fmt.Errorf("captured %d times", n)
	}
	return nil
}

func refundsOnce(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	w.Configure(byHand)
	_, err = w.order(ctx)
	if err == nil {
		_, err = w.plugin.Refund(ctx, "cart-1.1", stripesecure.Refund{ID: "op-0"})
		err = wantError("Refund of a hold", err, stripesecure.CodeNotHeld, stripesecure.ErrNotHeld)
	}
	if err == nil {
		_, err = w.plugin.Capture(ctx, "cart-1.1", stripesecure.Money{})
	}
	if err != nil {
		return err
	}
	for range 3 {
		p, err := w.plugin.Refund(ctx, "cart-1.1", stripesecure.Refund{ID: "op-1", Amount: stripesecure.JPY(400)})
		if err != nil || !p.Refunded.Equal(stripesecure.JPY(400)) {
			return fmt.Errorf("Refund: %v, %v, want 400 JPY", p.Refunded, err)
		}
	}
	_, err = w.plugin.Refund(ctx, "cart-1.1", stripesecure.Refund{ID: "op-2", Amount: stripesecure.JPY(2001)})
	return wantError("Refund of too much", err, stripesecure.CodeTooMuch, stripesecure.ErrTooMuch)
}

// event posts a body to the webhook address.
func (w *world) event(ctx context.Context, signature string) int {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, w.Options.Prefix+"/webhook", strings.NewReader(`{"id":"evt_1","object":"event"}`))
	if signature != "" {
		r.Header.Set("Stripe-Signature", signature)
	}
	answer := httptest.NewRecorder()
	w.plugin.Handler().ServeHTTP(answer, r)
	return answer.Code
}

// deliver brings Stripe's events to the plugin.
func (w *world) deliver(ctx context.Context) error {
	return w.Stripe.DeliverTo(ctx, w.plugin.Handler(), w.Options.Prefix+"/webhook")
}

func takesEvents(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	forged := stripetest.Signature(w.Now(), []byte(`{"id":"evt_1","object":"event"}`), "whsec_another")
	for _, signature := range []string{"", "t=1,v1=00", forged} {
		if status := w.event(ctx, signature); status != http.StatusBadRequest {
			return fmt.Errorf("an event with the signature %q is answered with %d, want 400", signature, status)
		}
	}
	if _, err := w.order(ctx); err != nil {
		return err
	}
	if err := w.deliver(ctx); err != nil {
		return err
	}
	if err := w.Stripe.Dashboard().Refund(w.Stripe.Intents()[0].ID, 0); err == nil {
		if err := w.deliver(ctx); err != nil {
			return err
		}
		p, err := w.plugin.Payment(ctx, "cart-1.1")
		if err != nil || p.State != stripesecure.StateRefunded {
			return fmt.Errorf("after the event of a refund: %s, %v", p.State, err)
		}
		return nil
	}
	if err := w.Stripe.Dashboard().Capture(w.Stripe.Intents()[0].ID, 0); err != nil {
		return err
	}
	if err := w.deliver(ctx); err != nil {
		return err
	}
	p, err := w.plugin.Payment(ctx, "cart-1.1")
	if err != nil || p.State != stripesecure.StateCaptured {
		return fmt.Errorf("after the event of a capture: %s, %v", p.State, err)
	}
	return nil
}

func canceledCaller(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, pay := w.pay(gone, Cart("cart-1"), cardGood)
	_, resume := w.plugin.Resume(gone, Cart("cart-1"))
	_, placed := w.plugin.OrderPlaced(gone, "cart-1.1", stripesecure.Order{Ref: "R-1", Total: stripesecure.JPY(2400)})
	for op, err := range map[string]error{"Pay": pay, "Resume": resume, "OrderPlaced": placed} {
		if err := wantError(op, err, stripesecure.CodeCanceled, stripesecure.ErrCanceled); err != nil {
			return err
		}
	}
	return w.wantNothingSent()
}

// failing is a store that can be switched off.
type failing struct {
	stripesecure.Store

	off atomic.Bool
}

var errOff = errors.New("the database is away")

// Put implements [stripesecure.Store].
func (f *failing) Put(ctx context.Context, row stripesecure.Row) error {
	if f.off.Load() {
		return errOff
	}
	return f.Store.Put(ctx, row)
}

func storeFails(ctx context.Context, newPlugin MakePlugin) error {
	store := &failing{Store: stripesecure.NewMemory()}
	w, err := newPlugin.world(func(o *stripesecure.Options) { o.Store = store })
	if err != nil {
		return err
	}
	store.off.Store(true)
	_, err = w.pay(ctx, Cart("cart-1"), cardGood)
	if err := errors.Join(wantError("Pay", err, stripesecure.CodeStore, stripesecure.ErrStore), w.wantNothingSent()); err != nil {
		return err
	}
	store.off.Store(false)
	_, err = w.hold(ctx)
	return err
}

func sweepPlaces(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world(withOrders)
	if err != nil {
		return err
	}
	res, err := w.pay(ctx, Cart("cart-1"), cardAuthenticate)
	if err := wantDo("Pay", res, err, stripesecure.HandleAction); err != nil {
		return err
	}
	w.Stripe.Challenge(res.Payment.Intent, stripetest.Pass)
	if err := w.sweep(ctx, w.sweeper, 5*time.Minute); err != nil {
		return err
	}
	if n := len(w.host.Orders()); n != 1 {
		return fmt.Errorf("%d orders, want 1", n)
	}
	p, err := w.plugin.Payment(ctx, "cart-1.1")
	if err != nil || !p.Paid() {
		return fmt.Errorf("the payment is %s, %v", p.State, err)
	}
	return w.wantIntent(held, captured)
}
