package plugintest

import (
	"context"
	"fmt"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// newsOf is a payment with its order as Changed brings it.
func newsOf(p stripesecure.Payment, order stripesecure.Order, version int64, state stripesecure.State) stripesecure.Payment {
	p.Version, p.State, p.Order = version, state, &order
	p.News = fmt.Sprintf("%s#%d", p.ID, version)
	if state == stripesecure.StateCaptured {
		p.Captured = p.Total
	}
	return p
}

// wantState holds what the shop shows, and that no news has changed the orders.
func (s Shop) wantState(ctx context.Context, id stripesecure.PaymentID, order stripesecure.Order, want stripesecure.State) error {
	got, err := s.State(ctx, id)
	if err != nil {
		return fmt.Errorf("looking for the state of %s: %w", id, err)
	}
	if got != want {
		return fmt.Errorf("the shop shows %q, want %q", got, want)
	}
	return s.wantOrders(ctx, id, order)
}

func (s Shop) tell(ctx context.Context, p stripesecure.Payment) error {
	if err := s.Host.Changed(ctx, p); err != nil {
		return fmt.Errorf("Changed to %s at version %d: %w", p.State, p.Version, err)
	}
	return nil
}

func newsTwice(ctx context.Context, s Shop) error {
	p, order, err := s.placedAndShown(ctx)
	if err != nil {
		return err
	}
	news := newsOf(p, order, 10, stripesecure.StateCaptured)
	for range 3 {
		if err := s.tell(ctx, news); err != nil {
			return err
		}
		if err := s.wantState(ctx, p.ID, order, stripesecure.StateCaptured); err != nil {
			return err
		}
	}
	return s.wantKey(ctx, p.ID, &order)
}

// placedAndShown is placed, for a shop that shows the state of payments.
func (s Shop) placedAndShown(ctx context.Context) (stripesecure.Payment, stripesecure.Order, error) {
	if s.State == nil {
		return stripesecure.Payment{}, stripesecure.Order{}, skip("the shop has no State")
	}
	return s.placed(ctx)
}

func newsLate(ctx context.Context, s Shop) error {
	p, order, err := s.placedAndShown(ctx)
	if err != nil {
		return err
	}
	for _, news := range []stripesecure.Payment{
		newsOf(p, order, 20, stripesecure.StateRefunded),
		newsOf(p, order, 12, stripesecure.StateCaptured),
		newsOf(p, order, 11, stripesecure.StateFailed),
		newsOf(p, order, 20, stripesecure.StateRefunded),
	} {
		if err := s.tell(ctx, news); err != nil {
			return err
		}
		if err := s.wantState(ctx, p.ID, order, stripesecure.StateRefunded); err != nil {
			return fmt.Errorf("after version 20 came version %d: %w", news.Version, err)
		}
	}
	if err := s.tell(ctx, newsOf(p, order, 21, stripesecure.StateVoided)); err != nil {
		return err
	}
	return s.wantState(ctx, p.ID, order, stripesecure.StateVoided)
}

func newsAtOnce(ctx context.Context, s Shop) error {
	states := []stripesecure.State{
		stripesecure.StateFailed, stripesecure.StateVoided, stripesecure.StateHeld, stripesecure.StateExpired,
		stripesecure.StateCaptured, stripesecure.StateVoided, stripesecure.StateFailed, stripesecure.StateRefunded,
	}
	for range 4 {
		p, order, err := s.placedAndShown(ctx)
		if err != nil {
			return err
		}
		err = atOnce(len(states), func(i int) error {
			i = (i*5 + 7) % len(states) // the last one is not the last
			return s.tell(ctx, newsOf(p, order, 10+int64(i), states[i]))
		})
		if err != nil {
			return err
		}
		if err := s.wantState(ctx, p.ID, order, stripesecure.StateRefunded); err != nil {
			return err
		}
	}
	return nil
}

func newsOfNothing(ctx context.Context, s Shop) error {
	p, err := s.newPayment(ctx)
	if err != nil {
		return err
	}
	for _, state := range []stripesecure.State{stripesecure.StateVoided, stripesecure.StateFailed, stripesecure.StateCaptured} {
		p.State, p.News = state, fmt.Sprintf("%s#%s", p.ID, state)
		p.Version++
		if err := s.tell(ctx, p); err != nil {
			return err
		}
	}
	if err := s.wantOrders(ctx, p.ID); err != nil {
		return err
	}
	if s.Orders == nil {
		return nil
	}
	// What was told before does not keep the order from being made.
	order, err := s.Orders.PlaceOrder(ctx, p)
	if err != nil {
		return fmt.Errorf("PlaceOrder after news: %w", err)
	}
	return s.wantOrders(ctx, p.ID, order)
}
