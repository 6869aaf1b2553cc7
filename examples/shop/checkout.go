package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

type checkoutPage struct {
	Cart    cart
	Offer   stripesecure.Offer
	Cards   []testCard       // to try it with
	Capture settings.Capture // ⑬: when the buyer is charged
}

// showCheckout is check & shipping: what is bought, where it goes, how it is
// paid, and everything that the law wants on the last page before an order.
func (s *Shop) showCheckout(w http.ResponseWriter, r *http.Request) error {
	c, err := openCart(r.Context(), s.db, s.session(r))
	switch {
	case err != nil:
		return err
	case len(c.Lines) == 0 || c.Short():
		return redirect(w, r, "/cart")
	case c.Address.isZero():
		return redirect(w, r, "/checkout/address")
	}
	set, err := s.demoSettings(r.Context())
	if err != nil {
		return err
	}
	paying, err := payment{shop: s}.Cart(r)
	if err != nil {
		return err
	}
	offer, err := s.plugin.Offer(r.Context(), paying)
	if err != nil {
		return err
	}
	return s.render(w, r, "checkout", checkoutPage{Cart: c, Offer: offer, Cards: testCards, Capture: set.Capture})
}

// payingCart finds the cart that the request pays for.
func (s *Shop) payingCart(r *http.Request) (cart, error) {
	session := s.session(r)
	if session == "" {
		return cart{}, errNotFound
	}
	c, err := checkoutCart(r.Context(), s.db, session)
	if err == nil && c.Address.isZero() {
		err = errNotFound
	}
	return c, err
}

// notice is what the payment has to tell on a page of the shop: that something
// was sold out while the buyer was paying.
func (s *Shop) notice(r *http.Request, c cart) string {
	if c.ID == "" {
		return ""
	}
	p, err := s.plugin.Current(r.Context(), stripesecure.CheckoutID(c.ID))
	if err != nil && !errors.Is(err, stripesecure.ErrNotFound) {
		s.log.WarnContext(r.Context(), "notice", "error", err)
	}
	if p.NoticePage != stripesecure.CartPage {
		return ""
	}
	return p.Notice.Text
}

// cards are a member's saved cards. A page without them is better than none.
func (s *Shop) cards(ctx context.Context, memberID string) []stripesecure.Card {
	cards, err := s.plugin.Cards(ctx, memberID)
	if err != nil {
		s.log.WarnContext(ctx, "saved cards", "error", err)
	}
	return cards
}
