package plugintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// CommitsFirst is the part of a shop engine that makes the order before the buyer
// pays (Options.HostCommitsFirst; design rule 12).
type CommitsFirst struct {
	// Use gives the engine the plugin that it calls from now on.
	Use func(plugin stripesecure.PaymentPlugin)

	// Commit is the buyer's last click: the engine makes the order of the cart,
	// and reports it.
	Commit func(ctx context.Context, cart stripesecure.Cart) (stripesecure.Order, error)

	// Retry is the engine's own job that repeats what was not answered.
	Retry func(ctx context.Context) error

	// Cancel is a clerk, or a time-out of the engine, that cancels an order.
	Cancel func(ctx context.Context, ref string) error
}

// TestHostFirst holds an engine that makes the order before the buyer pays to its
// rules, those of Shop.First. TestHost has the others.
func TestHostFirst(t *testing.T, newShop func(t *testing.T) Shop) {
	t.Helper()
	runRules(t, HostFirstRules(), newShop)
}

// HostFirstRules are the rules of TestHostFirst.
func HostFirstRules() []Rule[Shop] {
	return []Rule[Shop]{
		{"FIRST-01", "the order is made under the PaymentID that Current gives, and the key knows it",
			"the plugin finds no order under the key and releases the buyer's money", firstKey},
		{"FIRST-02", "OrderPlaced is called until it is answered",
			"the plugin never learns of the order, and nobody says that it is unpaid", firstReports},
		{"FIRST-03", "a cancelled order is reported by OrderRefused with its ref, until it is answered",
			"the money of a cancelled order is captured", firstCancels},
		{"FIRST-04", "an order whose payment failed is kept until OrderRefused was called with its ref",
			"the buyer pays after all, and there is no order any more", firstKeeps},
		{"FIRST-05", "no order can be made under a key that was closed",
			"the buyer pays for an order that the plugin has refused", firstClosed},
		{"FIRST-06", "the whole purchase: commit, 3-D Secure, and the sweep takes the order's money",
			"the order stays unpaid although the buyer has paid", firstSells},
		{"FIRST-07", "the whole purchase, cancelled before the money was taken: the hold is released",
			"the buyer's money stays held for a cancelled order", firstReleases},
	}
}

// scripted is a plugin that knows nothing and notes what the engine calls.
type scripted struct {
	stripesecure.PaymentPlugin // nil: what the engine has no reason to call

	mu      sync.Mutex
	id      stripesecure.PaymentID
	failing int // calls that fail before one is answered
	placed  []string
	refused []string
	answers []string // those of both that were answered
}

func (p *scripted) Current(_ context.Context, id stripesecure.CheckoutID) (stripesecure.Payment, error) {
	return stripesecure.Payment{ID: p.id, Checkout: id, State: stripesecure.StateOpen}, nil
}

func (p *scripted) OrderPlaced(_ context.Context, id stripesecure.PaymentID, o stripesecure.Order) (stripesecure.Result, error) {
	return p.answer("OrderPlaced", id, &p.placed, o.Ref)
}

func (p *scripted) OrderRefused(_ context.Context, id stripesecure.PaymentID, r stripesecure.Refusal) (stripesecure.Result, error) {
	return p.answer("OrderRefused", id, &p.refused, r.Ref)
}

func (p *scripted) answer(op string, id stripesecure.PaymentID, calls *[]string, ref string) (stripesecure.Result, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*calls = append(*calls, fmt.Sprintf("%s %s", id, ref))
	if p.failing > 0 {
		p.failing--
		return stripesecure.Result{}, &stripesecure.Error{Op: op, Code: stripesecure.CodeStore}
	}
	p.answers = append(p.answers, fmt.Sprintf("%s %s %s", op, id, ref))
	return stripesecure.Result{Do: stripesecure.Show, Payment: stripesecure.Payment{ID: id, State: stripesecure.StateOpen}}, nil
}

func (p *scripted) answered(call string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.answers, call)
}

// begin is a cart whose present payment is of the seventh generation: an engine
// that makes the id up itself gets it wrong.
func (s Shop) begin(ctx context.Context) (*scripted, stripesecure.Cart, error) {
	if s.First == nil {
		return nil, stripesecure.Cart{}, skip("the shop makes its orders when the money is held")
	}
	cart, err := s.NewCart(ctx)
	plugin := &scripted{id: stripesecure.PaymentID(cart.ID + ".7")}
	s.First.Use(plugin)
	return plugin, cart, err
}

// commit is begin, and the order.
func (s Shop) commit(ctx context.Context, failing int) (*scripted, stripesecure.Order, error) {
	plugin, cart, err := s.begin(ctx)
	if err != nil {
		return plugin, stripesecure.Order{}, err
	}
	plugin.failing = failing
	order, err := s.First.Commit(ctx, cart)
	if err != nil {
		return plugin, order, fmt.Errorf("making the order: %w", err)
	}
	return plugin, order, nil
}

// placed is an order of such an engine, and its payment.
func (f *CommitsFirst) placed(ctx context.Context, s Shop) (stripesecure.Payment, stripesecure.Order, error) {
	plugin, order, err := s.commit(ctx, 0)
	return stripesecure.Payment{ID: plugin.id, Checkout: plugin.id.Checkout(), Total: order.Total}, order, err
}

// retry lets the engine's job run until done, ten times at most.
func (f *CommitsFirst) retry(ctx context.Context, done func() bool) error {
	for range 10 {
		if done() {
			return nil
		}
		if err := f.Retry(ctx); err != nil && !errors.Is(err, stripesecure.ErrStore) {
			return fmt.Errorf("repeating: %w", err)
		}
	}
	return nil
}

func firstKey(ctx context.Context, s Shop) error {
	plugin, order, err := s.commit(ctx, 0)
	if err != nil {
		return err
	}
	return errors.Join(s.wantOrders(ctx, plugin.id, order), s.wantKey(ctx, plugin.id, &order))
}

func firstReports(ctx context.Context, s Shop) error {
	for failing := range 4 {
		plugin, order, err := s.commit(ctx, failing)
		if err != nil {
			return err
		}
		want := fmt.Sprintf("OrderPlaced %s %s", plugin.id, order.Ref)
		if err := s.First.retry(ctx, func() bool { return plugin.answered(want) }); err != nil {
			return err
		}
		if !plugin.answered(want) {
			return fmt.Errorf("%s was not answered after %d failures; the engine called %q", want, failing, plugin.placed)
		}
		if err := s.wantOrders(ctx, plugin.id, order); err != nil {
			return err
		}
	}
	return nil
}

func firstCancels(ctx context.Context, s Shop) error {
	for failing := range 4 {
		plugin, order, err := s.commit(ctx, 0)
		if err != nil {
			return err
		}
		plugin.mu.Lock()
		plugin.failing = failing
		plugin.mu.Unlock()
		if err := s.First.Cancel(ctx, order.Ref); err != nil && !errors.Is(err, stripesecure.ErrStore) {
			return fmt.Errorf("cancelling: %w", err)
		}
		want := fmt.Sprintf("OrderRefused %s %s", plugin.id, order.Ref)
		if err := s.First.retry(ctx, func() bool { return plugin.answered(want) }); err != nil {
			return err
		}
		if !plugin.answered(want) {
			return fmt.Errorf("%s was not answered after %d failures; the engine called %q", want, failing, plugin.refused)
		}
	}
	return nil
}

func firstKeeps(ctx context.Context, s Shop) error {
	plugin, order, err := s.commit(ctx, 0)
	if err != nil {
		return err
	}
	p := stripesecure.Payment{ID: plugin.id, Checkout: plugin.id.Checkout(), Total: order.Total}
	if err := s.tell(ctx, newsOf(p, order, 9, stripesecure.StateFailed)); err != nil {
		return err
	}
	if err := s.First.retry(ctx, func() bool { return false }); err != nil {
		return err
	}
	if plugin.answered(fmt.Sprintf("OrderRefused %s %s", plugin.id, order.Ref)) {
		return nil // dropped, and said so
	}
	return errors.Join(s.wantOrders(ctx, plugin.id, order), s.wantKey(ctx, plugin.id, &order))
}

func firstClosed(ctx context.Context, s Shop) error {
	plugin, cart, err := s.begin(ctx)
	if err == nil {
		err = s.wantKey(ctx, plugin.id, nil)
	}
	if err != nil {
		return err
	}
	if order, err := s.First.Commit(ctx, cart); err == nil {
		return fmt.Errorf("order %v was made under the closed key %s", order, plugin.id)
	}
	if plugin.placed != nil {
		return fmt.Errorf("an order was reported under the closed key: %q", plugin.placed)
	}
	return errors.Join(s.wantOrders(ctx, plugin.id), s.wantKey(ctx, plugin.id, nil))
}

// sells is a buyer whose order was made and who has been at the bank.
func (s Shop) sells(ctx context.Context) (*story, stripesecure.Order, error) {
	if s.First == nil {
		return nil, stripesecure.Order{}, skip("the shop makes its orders when the money is held")
	}
	y, err := newStory(ctx, s, nil)
	if err != nil {
		return nil, stripesecure.Order{}, err
	}
	y.Options.HostCommitsFirst = true
	if y.Plugin, err = stripesecure.New(y.Options); err != nil {
		return nil, stripesecure.Order{}, err
	}
	y.Runner = stripesecure.NewRunner(y.Options.Store, y.Plugin)
	s.First.Use(y.Plugin)
	order, err := s.First.Commit(ctx, y.cart)
	if err == nil {
		y.cart.Total = order.Total
		err = y.authenticated(ctx)
	}
	return y, order, err
}

func firstSells(ctx context.Context, s Shop) error {
	y, _, err := s.sells(ctx)
	if err == nil {
		err = y.Sweep(ctx, 5*time.Minute)
	}
	if err != nil {
		return err
	}
	return y.wantSold(ctx)
}

func firstReleases(ctx context.Context, s Shop) error {
	y, order, err := s.sells(ctx)
	if err == nil {
		err = s.First.Cancel(ctx, order.Ref)
	}
	if err == nil {
		err = y.Sweep(ctx, 5*time.Minute)
	}
	if err != nil {
		return err
	}
	for _, pi := range y.Stripe.Intents() {
		if pi.Status != stripetest.StatusCanceled {
			return fmt.Errorf("the payment is %s", pi.Status)
		}
	}
	return nil
}
