package plugintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// memShop is a right shop engine in memory, with switches that make it wrong.
type memShop struct {
	mu     sync.Mutex
	wrong  memWrong
	data   *memData
	plugin stripesecure.PaymentPlugin
}

// memData is its database.
type memData struct {
	carts  int
	gone   map[stripesecure.CheckoutID]bool // sold out
	keys   map[stripesecure.PaymentID]*stripesecure.Order
	orders map[stripesecure.PaymentID][]stripesecure.Order
	shown  map[stripesecure.PaymentID]stripesecure.Payment
	report map[stripesecure.PaymentID]stripesecure.Order // not answered yet
	cancel map[stripesecure.PaymentID]string             // likewise
}

// memWrong are the places where a fault can be put.
type memWrong struct {
	shop   func(*Shop)
	place  func(ctx context.Context, m *memShop, p stripesecure.Payment) (stripesecure.Order, error)
	close  func(ctx context.Context, m *memShop, id stripesecure.PaymentID) (stripesecure.Order, bool, error)
	change func(ctx context.Context, m *memShop, p stripesecure.Payment) error
	commit func(ctx context.Context, m *memShop, cart stripesecure.Cart) (stripesecure.Order, error)
	undo   func(ctx context.Context, m *memShop, ref string) error
	retry  func(ctx context.Context, m *memShop) error
}

func newMemShop(wrong memWrong) *memShop {
	return &memShop{wrong: wrong, data: &memData{
		gone: map[stripesecure.CheckoutID]bool{}, keys: map[stripesecure.PaymentID]*stripesecure.Order{},
		orders: map[stripesecure.PaymentID][]stripesecure.Order{}, shown: map[stripesecure.PaymentID]stripesecure.Payment{},
		report: map[stripesecure.PaymentID]stripesecure.Order{}, cancel: map[stripesecure.PaymentID]string{},
	}}
}

func (m *memShop) suite() Shop {
	s := Shop{
		Host: m, Orders: m, NewCart: m.newCart, Find: m.find, SellOut: m.sellOut, State: m.state,
		Restart: func(context.Context) (Shop, error) {
			return (&memShop{wrong: m.wrong, data: m.data}).suite(), nil
		},
		First: &CommitsFirst{
			Use:    func(p stripesecure.PaymentPlugin) { m.plugin = p },
			Commit: m.commitFirst, Retry: m.retry, Cancel: m.cancelOrder,
		},
	}
	if m.wrong.shop != nil {
		m.wrong.shop(&s)
	}
	return s
}

func (m *memShop) newCart(context.Context) (stripesecure.Cart, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data.carts++
	return stripesecure.Cart{
		ID: stripesecure.CheckoutID(fmt.Sprintf("cart-%d", m.data.carts)), Total: stripesecure.JPY(2400), Country: "JP",
		Language: wording.English, Snapshot: []byte("2400"), ReturnURL: "https://shop.example/back",
	}, nil
}

func (m *memShop) find(_ context.Context, id stripesecure.PaymentID) ([]stripesecure.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.data.orders[id]), nil
}

func (m *memShop) sellOut(_ context.Context, cart stripesecure.Cart) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data.gone[cart.ID] = true
	return nil
}

func (m *memShop) state(_ context.Context, id stripesecure.PaymentID) (stripesecure.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data.shown[id].State, nil
}

// CloseOrderKey implements stripesecure.Host.
func (m *memShop) CloseOrderKey(ctx context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.wrong.close != nil {
		return m.wrong.close(ctx, m, id)
	}
	return m.closeKey(id)
}

func (m *memShop) closeKey(id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	order, ok := m.data.keys[id]
	if !ok {
		m.data.keys[id] = nil
	}
	if order == nil {
		return stripesecure.Order{}, false, nil
	}
	return *order, true, nil
}

// PlaceOrder implements stripesecure.Orders.
func (m *memShop) PlaceOrder(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.wrong.place != nil {
		return m.wrong.place(ctx, m, p)
	}
	return m.place(ctx, p)
}

func (m *memShop) place(ctx context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	if err := ctx.Err(); err != nil {
		return stripesecure.Order{}, err
	}
	if order, taken := m.data.keys[p.ID]; taken {
		if order == nil {
			return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.Closed}
		}
		return *order, nil
	}
	if m.data.gone[p.Checkout] {
		return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"Sencha"}}
	}
	if !p.Total.Equal(stripesecure.JPY(2400)) || string(p.Snapshot) != "2400" {
		return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.PriceChanged}
	}
	return m.insert(p.ID), nil
}

// insert is the transaction: order and key.
func (m *memShop) insert(id stripesecure.PaymentID) stripesecure.Order {
	order := stripesecure.Order{Ref: "R-" + string(id), Total: stripesecure.JPY(2400)}
	m.data.keys[id] = &order
	m.data.orders[id] = append(m.data.orders[id], order)
	return order
}

// Changed implements stripesecure.Host.
func (m *memShop) Changed(ctx context.Context, p stripesecure.Payment) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.wrong.change != nil {
		return m.wrong.change(ctx, m, p)
	}
	return m.change(p)
}

func (m *memShop) change(p stripesecure.Payment) error {
	if m.data.shown[p.ID].Version < p.Version {
		m.data.shown[p.ID] = p
	}
	return nil
}

func (m *memShop) commitFirst(ctx context.Context, cart stripesecure.Cart) (stripesecure.Order, error) {
	if m.wrong.commit != nil {
		return m.wrong.commit(ctx, m, cart)
	}
	return m.commit(ctx, cart)
}

func (m *memShop) commit(ctx context.Context, cart stripesecure.Cart) (stripesecure.Order, error) {
	p, err := m.plugin.Current(ctx, cart.ID)
	if err != nil {
		return stripesecure.Order{}, err
	}
	m.mu.Lock()
	if _, taken := m.data.keys[p.ID]; taken {
		m.mu.Unlock()
		return stripesecure.Order{}, errors.New("this payment is decided")
	}
	order := m.insert(p.ID)
	m.data.report[p.ID] = order
	m.mu.Unlock()
	_ = m.retryAll(ctx) // again later
	return order, nil
}

func (m *memShop) cancelOrder(ctx context.Context, ref string) error {
	if m.wrong.undo != nil {
		return m.wrong.undo(ctx, m, ref)
	}
	return m.undo(ctx, ref)
}

func (m *memShop) undo(ctx context.Context, ref string) error {
	m.mu.Lock()
	for id, orders := range m.data.orders {
		for _, o := range orders {
			if o.Ref == ref {
				m.data.cancel[id] = ref
				delete(m.data.report, id)
			}
		}
	}
	m.mu.Unlock()
	return m.retryAll(ctx)
}

func (m *memShop) retry(ctx context.Context) error {
	if m.wrong.retry != nil {
		return m.wrong.retry(ctx, m)
	}
	return m.retryAll(ctx)
}

// retryAll tells the plugin what it has not answered yet.
func (m *memShop) retryAll(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var failed error
	for id, order := range m.data.report {
		if _, err := m.plugin.OrderPlaced(ctx, id, order); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		delete(m.data.report, id)
	}
	for id, ref := range m.data.cancel {
		if _, err := m.plugin.OrderRefused(ctx, id, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: ref}); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		delete(m.data.cancel, id)
	}
	return failed
}
