package plugintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"unicode"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

func placesOrder(ctx context.Context, s Shop) error {
	p, order, err := s.placed(ctx)
	if err != nil {
		return err
	}
	if order.Ref == "" || len(order.Ref) > 128 || !printableText(order.Ref) {
		return fmt.Errorf("the ref is %q, want 1 to 128 bytes of printable text", order.Ref)
	}
	if !order.Total.Equal(p.Total) {
		return fmt.Errorf("the order's total is %v, the money that is held %v", order.Total, p.Total)
	}
	return s.wantOrders(ctx, p.ID, order)
}

func printableText(s string) bool {
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// wantOrders holds which orders the shop has for a payment, where it can tell.
func (s Shop) wantOrders(ctx context.Context, id stripesecure.PaymentID, want ...stripesecure.Order) error {
	if s.Find == nil {
		return nil
	}
	got, err := s.Find(ctx, id)
	if err != nil {
		return fmt.Errorf("looking for the orders of %s: %w", id, err)
	}
	if !slices.EqualFunc(got, want, same) {
		return fmt.Errorf("the shop has the orders %v for payment %s, want %v", got, id, want)
	}
	return nil
}

func same(a, b stripesecure.Order) bool { return a.Ref == b.Ref && a.Total.Equal(b.Total) }

func placesOnce(ctx context.Context, s Shop) error {
	if s.Orders == nil {
		return errNoOrders
	}
	p, first, err := s.placed(ctx)
	if err != nil {
		return err
	}
	for n := range 10 {
		p.Version++ // the payment goes on, the question stays the same
		if n > 4 {
			p.State = stripesecure.StateCaptured
		}
		again, err := s.Orders.PlaceOrder(ctx, p)
		if err != nil {
			return fmt.Errorf("asked again: %w", err)
		}
		if !same(again, first) {
			return fmt.Errorf("asked again: %v, was %v", again, first)
		}
	}
	return s.wantOrders(ctx, p.ID, first)
}

// atOnce calls f n times at once.
func atOnce(n int, f func(i int) error) error {
	start, failed := make(chan struct{}), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			failed[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return errors.Join(failed...)
}

func placesOnceAtOnce(ctx context.Context, s Shop) error {
	if s.Orders == nil {
		return errNoOrders
	}
	for range 4 {
		p, err := s.newPayment(ctx)
		if err != nil {
			return err
		}
		orders := make([]stripesecure.Order, 16)
		err = atOnce(len(orders), func(i int) error {
			var err error
			orders[i], err = s.Orders.PlaceOrder(ctx, p)
			return err
		})
		if err != nil {
			return fmt.Errorf("asked %d times at once: %w", len(orders), err)
		}
		for _, order := range orders {
			if !same(order, orders[0]) {
				return fmt.Errorf("asked %d times at once: %v and %v", len(orders), order, orders[0])
			}
		}
		if err := s.wantOrders(ctx, p.ID, orders[0]); err != nil {
			return err
		}
	}
	return nil
}

// wantKey holds what CloseOrderKey answers, twice; nil: that there is no order.
func (s Shop) wantKey(ctx context.Context, id stripesecure.PaymentID, want *stripesecure.Order) error {
	for range 2 {
		got, found, err := s.Host.CloseOrderKey(ctx, id)
		switch {
		case err != nil:
			return fmt.Errorf("CloseOrderKey: %w", err)
		case want == nil && found:
			return fmt.Errorf("CloseOrderKey gives %v, want none", got)
		case want != nil && (!found || !same(got, *want)):
			return fmt.Errorf("CloseOrderKey gives %v, %t, want %v", got, found, *want)
		}
	}
	return nil
}

func keyGivesOrder(ctx context.Context, s Shop) error {
	p, order, err := s.placed(ctx)
	if err != nil {
		return err
	}
	return s.wantKey(ctx, p.ID, &order)
}

// wantRefused holds that no order can be made, and that the shop says so as a
// refusal: any other error is asked again for ever.
func (s Shop) wantRefused(ctx context.Context, p stripesecure.Payment) (*stripesecure.Refusal, error) {
	order, err := s.Orders.PlaceOrder(ctx, p)
	refusal := (*stripesecure.Refusal)(nil)
	switch {
	case err == nil:
		return nil, fmt.Errorf("PlaceOrder gives %v, want a *Refusal", order)
	case !errors.As(err, &refusal):
		return nil, fmt.Errorf("PlaceOrder: %w, want a *Refusal", err)
	case refusal.Ref != "":
		return nil, fmt.Errorf("the refusal names the order %q; there is none (Allotted is for a number that was given)", refusal.Ref)
	}
	return refusal, s.wantOrders(ctx, p.ID)
}

func closedStaysClosed(ctx context.Context, s Shop) error {
	p, err := s.newPayment(ctx)
	if err != nil {
		return err
	}
	if err := s.wantKey(ctx, p.ID, nil); err != nil {
		return err
	}
	if s.Orders == nil {
		return s.wantOrders(ctx, p.ID)
	}
	for range 2 {
		if _, err := s.wantRefused(ctx, p); err != nil {
			return fmt.Errorf("after CloseOrderKey: %w", err)
		}
	}
	return s.wantKey(ctx, p.ID, nil)
}

func oneDecision(ctx context.Context, s Shop) error {
	if s.Orders == nil {
		return errNoOrders
	}
	for round := range 30 {
		p, err := s.newPayment(ctx)
		if err != nil {
			return err
		}
		var order, key stripesecure.Order
		var found, refused bool
		err = atOnce(2, func(i int) (err error) {
			if (i+round)%2 == 0 { // each of them is the first one, about as often
				key, found, err = s.Host.CloseOrderKey(ctx, p.ID)
				return err
			}
			order, err = s.Orders.PlaceOrder(ctx, p)
			if refusal := (*stripesecure.Refusal)(nil); errors.As(err, &refusal) {
				refused = true
				return nil
			}
			return err
		})
		switch {
		case err != nil:
			return err
		case found == refused || found && !same(order, key):
			return fmt.Errorf("at once CloseOrderKey says %v, %t, and PlaceOrder %v (refused: %t)", key, found, order, refused)
		case found:
			err = errors.Join(s.wantKey(ctx, p.ID, &order), s.wantOrders(ctx, p.ID, order))
		default:
			err = errors.Join(s.wantKey(ctx, p.ID, nil), s.wantOrders(ctx, p.ID))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func nextGeneration(ctx context.Context, s Shop) error {
	p, err := s.newPayment(ctx)
	if err != nil {
		return err
	}
	if err := s.wantKey(ctx, p.ID, nil); err != nil {
		return err
	}
	if s.Orders == nil {
		return errNoOrders
	}
	next := p
	next.ID = stripesecure.PaymentID(p.Checkout + ".2")
	order, err := s.Orders.PlaceOrder(ctx, next)
	if err != nil {
		return fmt.Errorf("payment %s, after %s was closed: %w", next.ID, p.ID, err)
	}
	return errors.Join(s.wantKey(ctx, next.ID, &order), s.wantKey(ctx, p.ID, nil),
		s.wantOrders(ctx, next.ID, order), s.wantOrders(ctx, p.ID))
}

func twoOrders(ctx context.Context, s Shop) error {
	p, first, err := s.placed(ctx)
	if err != nil {
		return err
	}
	q, second, err := s.placed(ctx)
	if err != nil {
		return err
	}
	if p.Checkout == q.Checkout {
		return fmt.Errorf("two carts have one CheckoutID %q", p.Checkout)
	}
	if first.Ref == second.Ref {
		return fmt.Errorf("two payments have one ref %q", first.Ref)
	}
	return errors.Join(s.wantKey(ctx, p.ID, &first), s.wantKey(ctx, q.ID, &second),
		s.wantOrders(ctx, p.ID, first), s.wantOrders(ctx, q.ID, second))
}

func amountDiffers(ctx context.Context, s Shop) error {
	if s.Orders == nil {
		return errNoOrders
	}
	for _, other := range []func(stripesecure.Money) stripesecure.Money{
		func(m stripesecure.Money) stripesecure.Money { return plus(m, 1) },
		func(m stripesecure.Money) stripesecure.Money { return plus(m, -1) },
		func(m stripesecure.Money) stripesecure.Money {
			return stripesecure.Money{Amount: m.Amount, Currency: map[bool]string{true: "KRW", false: "JPY"}[m.Currency == "JPY"]}
		},
	} {
		p, err := s.newPayment(ctx)
		if err != nil {
			return err
		}
		held := p
		held.Total = other(p.Total)
		if _, err := s.wantRefused(ctx, held); err != nil {
			return fmt.Errorf("%v is held for a cart of %v: %w", held.Total, p.Total, err)
		}
		if err := s.wantKey(ctx, p.ID, nil); err != nil {
			return err
		}
	}
	return nil
}

// plus adds the smallest units of a currency.
func plus(m stripesecure.Money, units int64) stripesecure.Money {
	minor, err := m.Minor()
	if err != nil {
		return m
	}
	return stripesecure.FromMinor(minor+units, m.Currency)
}

func soldOut(ctx context.Context, s Shop) error {
	if s.Orders == nil || s.SellOut == nil {
		return skip("the shop has no Orders or no SellOut")
	}
	cart, err := s.NewCart(ctx)
	if err == nil {
		err = s.SellOut(ctx, cart)
	}
	if err != nil {
		return err
	}
	p := heldPayment(cart)
	refusal, err := s.wantRefused(ctx, p)
	if err != nil {
		return err
	}
	if refusal.Reason != stripesecure.OutOfStock || len(refusal.Items) == 0 {
		return fmt.Errorf("refused for %q with the items %q, want out_of_stock and their names", refusal.Reason, refusal.Items)
	}
	return s.wantKey(ctx, p.ID, nil)
}
