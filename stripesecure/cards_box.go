package stripesecure

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// cardBox are the cards at one customer, as Stripe has them, the newest first.
//
// Which one is the default stands in the card's own metadata, as the time at
// which it was chosen: one write that no other one can undo half, nothing for our
// store to lose, gone with the card, and no further call to list it. The
// customer's invoice_settings.default_payment_method would be Stripe's own place;
// but that decides what invoices and subscriptions of the same customer charge,
// and choosing a card at a checkout must not change them.
type cardBox struct {
	client   stripePort
	customer string
	saved    []stripeapi.SavedCard
}

// cardBox reads the cards of a customer; one that was deleted at Stripe has none
// (CUS-02), and the member's next Pay makes a new one.
func (p *Plugin) cardBox(ctx context.Context, scope checkout.Scope, customer string) (*cardBox, error) {
	client, err := p.client(ctx, scope, forBuyers)
	if err != nil {
		return nil, err
	}
	saved, err := client.SavedCards(ctx, customer)
	if gone := (*stripeapi.Error)(nil); errors.As(err, &gone) && gone.Gone() {
		saved, err = nil, nil
	}
	return &cardBox{client, customer, saved}, err
}

func (b *cardBox) find(id string) int {
	return slices.IndexFunc(b.saved, func(c stripeapi.SavedCard) bool { return c.ID == id })
}

// twins are one card that was saved several times. Stripe keeps each of them; a
// card without a fingerprint has no twin (SAV-05).
func twins(a, b stripeapi.SavedCard) bool {
	return a.ID == b.ID || a.Fingerprint != "" && a.Fingerprint == b.Fingerprint
}

// cards shows each card once, as it was saved last. Older twins are hidden and
// not detached, because a subscription may use them.
func (b *cardBox) cards(now time.Time) []Card {
	var shown []stripeapi.SavedCard
	for _, c := range b.saved {
		i := slices.IndexFunc(shown, func(other stripeapi.SavedCard) bool { return twins(c, other) })
		if i < 0 {
			shown = append(shown, c)
		} else if c.Preferred.After(shown[i].Preferred) {
			shown[i].Preferred = c.Preferred // an older twin was chosen: it is the same card
		}
	}
	good := func(c stripeapi.SavedCard) bool { return !expired(c.ExpYear, c.ExpMonth, now) }
	var first time.Time // when the default was chosen
	for _, c := range shown {
		if good(c) && c.Preferred.After(first) {
			first = c.Preferred
		}
	}
	rank := func(c stripeapi.SavedCard) int {
		switch {
		case !good(c):
			return 2
		case !first.IsZero() && c.Preferred.Equal(first):
			return 0
		}
		return 1
	}
	slices.SortStableFunc(shown, func(a, b stripeapi.SavedCard) int { return rank(a) - rank(b) })
	cards := make([]Card, len(shown))
	for i, c := range shown {
		cards[i] = Card{
			ID: c.ID, Brand: c.Brand, Last4: c.Last4, ExpMonth: c.ExpMonth, ExpYear: c.ExpYear,
			Country: c.Country, Funding: c.Funding, Wallet: c.Wallet, Expired: !good(c),
		}
	}
	return cards
}

// removeFrom detaches a card and its twins, the card itself last: while it is
// there the same call can be made again.
func (p *Plugin) removeFrom(ctx context.Context, op string, box *cardBox, cardID string) error {
	i := box.find(cardID)
	if i < 0 {
		return fail(op, CodeNotFound, nil)
	}
	card := box.saved[i]
	for _, c := range append(slices.Delete(slices.Clone(box.saved), i, i+1), card) {
		if !twins(c, card) {
			continue
		}
		if err := box.client.Detach(ctx, c.ID, p.opts.NewID()); err != nil && !p.detached(ctx, box, c.ID, err) {
			return stripeError(op, err)
		}
	}
	return nil
}

// detached: Stripe refused because the card was gone already, deleted in another
// tab or in the Dashboard.
func (p *Plugin) detached(ctx context.Context, box *cardBox, id string, err error) bool {
	var refused *stripeapi.Error
	if !errors.As(err, &refused) || !refused.Definite() || refused.Denied() {
		return false
	}
	left, err := box.client.SavedCards(ctx, box.customer)
	return err == nil && !slices.ContainsFunc(left, func(c stripeapi.SavedCard) bool { return c.ID == id })
}
