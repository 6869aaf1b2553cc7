package plugintest

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// MemoryHost is a right shop engine in memory, for tests of plugins: it makes
// every order that it is asked for, once, and keeps what it was told. It is
// Host, Orders and Carts.
type MemoryHost struct {
	mu      sync.Mutex
	keys    map[stripesecure.PaymentID]*stripesecure.Order // nil: closed
	orders  []stripesecure.Order
	asked   []stripesecure.Payment
	told    map[stripesecure.PaymentID]stripesecure.Payment
	paying  stripesecure.Cart
	refuses *stripesecure.Refusal
}

// NewMemoryHost returns a host without orders.
func NewMemoryHost() *MemoryHost {
	return &MemoryHost{
		keys: map[stripesecure.PaymentID]*stripesecure.Order{}, told: map[stripesecure.PaymentID]stripesecure.Payment{},
		paying: Cart("cart-1"),
	}
}

// Cart is that of a guest in Japan who owes ¥2400, in English.
func Cart(id stripesecure.CheckoutID) stripesecure.Cart {
	return stripesecure.Cart{
		ID: id, Total: stripesecure.JPY(2400), Country: "JP", Language: wording.English,
		Buyer:    stripesecure.Buyer{Name: "Hanako Yamada", Email: "hanako@example.com"},
		Snapshot: []byte("snapshot of " + id), ReturnURL: "https://shop.example/back",
	}
}

// CloseOrderKey implements [stripesecure.Host].
func (h *MemoryHost) CloseOrderKey(_ context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	order, taken := h.keys[id]
	if !taken {
		h.keys[id] = nil
	}
	if order == nil {
		return stripesecure.Order{}, false, nil
	}
	return *order, true, nil
}

// Changed implements [stripesecure.Host].
func (h *MemoryHost) Changed(_ context.Context, p stripesecure.Payment) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.told[p.ID].Version < p.Version {
		h.told[p.ID] = p
	}
	return nil
}

// PlaceOrder implements [stripesecure.Orders].
func (h *MemoryHost) PlaceOrder(_ context.Context, p stripesecure.Payment) (stripesecure.Order, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, p)
	order, taken := h.keys[p.ID]
	switch {
	case order != nil:
		return *order, nil
	case taken:
		return stripesecure.Order{}, &stripesecure.Refusal{Reason: stripesecure.Closed}
	case h.refuses != nil:
		return stripesecure.Order{}, h.refuses
	}
	order = &stripesecure.Order{Ref: "R-" + string(p.ID), Total: p.Total}
	h.keys[p.ID] = order
	h.orders = append(h.orders, *order)
	return *order, nil
}

// Cart implements [stripesecure.Carts]: every request pays for the cart of
// [MemoryHost.Pays].
func (h *MemoryHost) Cart(*http.Request) (stripesecure.Cart, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.paying, nil
}

// Pays sets the cart that requests pay for; at first Cart("cart-1").
func (h *MemoryHost) Pays(cart stripesecure.Cart) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.paying = cart
}

// Refuse makes the host refuse orders that it has not made yet; nil: no more.
func (h *MemoryHost) Refuse(why *stripesecure.Refusal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refuses = why
}

// Orders are those that were made, the oldest first.
func (h *MemoryHost) Orders() []stripesecure.Order {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.orders)
}

// Asked is what PlaceOrder was asked with, the oldest first.
func (h *MemoryHost) Asked() []stripesecure.Payment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.asked)
}

// Told is the newest that Changed has brought of a payment.
func (h *MemoryHost) Told(id stripesecure.PaymentID) stripesecure.Payment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told[id]
}
