package plugintest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// Stripe's test cards.
const (
	cardGood         = "4242424242424242"
	cardDeclined     = "4000000000000002"
	cardAuthenticate = "4000002760003184" // 3-D Secure
)

func survivesRestart(ctx context.Context, s Shop) error {
	if s.Restart == nil {
		return skip("the shop has no Restart")
	}
	p, order, err := s.placed(ctx)
	if err != nil {
		return err
	}
	closed, err := s.newPayment(ctx)
	if err != nil {
		return err
	}
	if err := s.wantKey(ctx, closed.ID, nil); err != nil {
		return err
	}
	again, err := s.Restart(ctx)
	if err != nil {
		return err
	}
	if again.Orders != nil {
		repeated, err := again.Orders.PlaceOrder(ctx, p)
		if err != nil || !same(repeated, order) {
			return fmt.Errorf("PlaceOrder after a restart: %v, %v, was %v", repeated, err, order)
		}
		if _, err := again.wantRefused(ctx, closed); err != nil {
			return fmt.Errorf("after a restart: %w", err)
		}
	}
	return errors.Join(again.wantKey(ctx, p.ID, &order), again.wantOrders(ctx, p.ID, order), again.wantKey(ctx, closed.ID, nil))
}

func callerGone(ctx context.Context, s Shop) error {
	if s.Orders == nil {
		return errNoOrders
	}
	for n := range 5 {
		p, err := s.newPayment(ctx)
		if err != nil {
			return err
		}
		gone, cancel := context.WithTimeout(ctx, time.Duration(n)*100*time.Microsecond)
		order, err := s.Orders.PlaceOrder(gone, p)
		cancel()
		if refusal := (*stripesecure.Refusal)(nil); errors.As(err, &refusal) {
			return fmt.Errorf("a caller who has gone is a refusal: %w", err)
		}
		again, errAgain := s.Orders.PlaceOrder(ctx, p)
		if errAgain != nil || err == nil && !same(again, order) {
			return fmt.Errorf("asked again after the caller had gone: %v, %v, was %v", again, errAgain, order)
		}
		if err := errors.Join(s.wantOrders(ctx, p.ID, again), s.wantKey(ctx, p.ID, &again)); err != nil {
			return err
		}
	}
	return nil
}

// story is a shop with the real plugin.
type story struct {
	*Bench
	shop Shop
	cart stripesecure.Cart
}

// newStory is a buyer with a new cart. orders may stand between plugin and shop.
func newStory(ctx context.Context, s Shop, orders stripesecure.Orders) (*story, error) {
	b := newBench(s.Host, func(o *stripesecure.Options) { o.Orders = orders })
	var err error
	if b.Plugin, err = stripesecure.New(b.Options); err != nil {
		return nil, err
	}
	b.Runner = stripesecure.NewRunner(b.Options.Store, b.Plugin)
	cart, err := s.NewCart(ctx)
	cart.ReturnURL = "https://shop.example/back"
	cart.Country = "JP" // ②
	return &story{Bench: b, shop: s, cart: cart}, err
}

// authenticated is a buyer who was at the bank and has not come back.
func (y *story) authenticated(ctx context.Context) error {
	res, err := y.Plugin.Pay(ctx, y.cart, stripesecure.Input{Token: y.Stripe.Token(cardAuthenticate)})
	switch {
	case err != nil:
		return fmt.Errorf("Pay: %w", err)
	case res.Do != stripesecure.HandleAction:
		return fmt.Errorf("Pay says %q (%s), want handle_action", res.Do, res.Message.Code)
	case !y.Stripe.Challenge(res.Payment.Intent, stripetest.Pass):
		return errors.New("the bank does not know the payment")
	}
	return nil
}

// wantSold holds that there is one order, with its money.
func (y *story) wantSold(ctx context.Context) error {
	p, err := y.Plugin.Current(ctx, y.cart.ID)
	if err != nil {
		return err
	}
	if p.Order == nil || p.State != stripesecure.StateCaptured || !p.Captured.Equal(p.Order.Total) {
		return fmt.Errorf("the payment is %s with order %v and %v captured", p.State, p.Order, p.Captured)
	}
	if err := errors.Join(y.shop.wantOrders(ctx, p.ID, *p.Order), y.shop.wantKey(ctx, p.ID, p.Order)); err != nil {
		return err
	}
	if y.shop.State != nil {
		return y.shop.wantState(ctx, p.ID, *p.Order, stripesecure.StateCaptured)
	}
	return nil
}

// losingOrders loses the first answers of a shop.
type losingOrders struct {
	stripesecure.Orders

	left atomic.Int64
}

var errLost = errors.New("the answer was lost")

// PlaceOrder implements [stripesecure.Orders].
func (l *losingOrders) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	order, err := l.Orders.PlaceOrder(ctx, p)
	if l.left.Add(-1) >= 0 {
		return stripesecure.Order{}, errors.Join(errLost, err)
	}
	return order, err
}

func answerLost(ctx context.Context, s Shop) error {
	if s.Orders == nil {
		return errNoOrders
	}
	losing := &losingOrders{Orders: s.Orders}
	losing.left.Store(2)
	y, err := newStory(ctx, s, losing)
	if err == nil {
		err = y.authenticated(ctx)
	}
	if err == nil {
		err = y.Sweep(ctx, 15*time.Minute)
	}
	if err != nil {
		return err
	}
	return y.wantSold(ctx)
}

func buyerGone(ctx context.Context, s Shop) error {
	if s.Orders == nil {
		return errNoOrders
	}
	y, err := newStory(ctx, s, s.Orders)
	if err == nil {
		err = y.authenticated(ctx)
	}
	if err == nil {
		err = y.Sweep(ctx, 5*time.Minute)
	}
	if err != nil {
		return err
	}
	return y.wantSold(ctx)
}

func refusalReleases(ctx context.Context, s Shop) error {
	if s.Orders == nil || s.SellOut == nil {
		return skip("the shop has no Orders or no SellOut")
	}
	y, err := newStory(ctx, s, s.Orders)
	if err == nil {
		err = y.authenticated(ctx)
	}
	if err == nil {
		err = s.SellOut(ctx, y.cart)
	}
	if err == nil {
		err = y.Sweep(ctx, 5*time.Minute)
	}
	if err != nil {
		return err
	}
	for _, pi := range y.Stripe.Intents() {
		if pi.HeldMoney() {
			return fmt.Errorf("the money is still there: %s", pi.Status)
		}
	}
	return s.wantOrders(ctx, stripesecure.PaymentID(y.cart.ID+".1"))
}
