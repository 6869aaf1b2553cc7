package stripesecure

import (
	"context"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// CardBox is the optional part of a payment plugin that knows the saved cards
// of a member. *Plugin has it.
type CardBox interface {
	// Cards lists the member's saved cards, each card once, the newest first;
	// expired ones are marked. A guest has none. Errors: not_ready, stripe,
	// store, canceled.
	Cards(ctx context.Context, member string) ([]Card, error)

	// RemoveCard deletes a saved card at Stripe. A card that is not there and
	// one that is not the member's are both not_found. Errors also: not_ready,
	// stripe, store, canceled.
	RemoveCard(ctx context.Context, member, cardID string) error
}

var _ CardBox = (*Plugin)(nil)

// Cards implements [CardBox].
func (p *Plugin) Cards(ctx context.Context, member string) ([]Card, error) {
	const op = "Cards"
	s, err := p.ready(ctx, op)
	if err != nil {
		return nil, err
	}
	cards, err := p.cards(ctx, scopeOf(s), member)
	if err != nil {
		return nil, stripeError(op, err)
	}
	return cards, nil
}

// cards hides duplicates by fingerprint; they are not detached, because a
// subscription may use them (SAV-05).
func (p *Plugin) cards(ctx context.Context, scope checkout.Scope, member string) ([]Card, error) {
	customer, err := p.storedCustomer(ctx, scope, member)
	if customer == "" || err != nil {
		return nil, err
	}
	client, err := p.client(ctx, scope, forBuyers)
	if err != nil {
		return nil, err
	}
	saved, err := client.SavedCards(ctx, customer)
	var gone *stripeapi.Error
	if errors.As(err, &gone) && gone.Gone() {
		return nil, nil // deleted at Stripe (CUS-02); the next Pay makes a new one
	}
	seen := map[string]bool{}
	var cards []Card
	for _, c := range saved {
		if c.Fingerprint != "" && seen[c.Fingerprint] {
			continue
		}
		seen[c.Fingerprint] = true
		cards = append(cards, Card{
			ID: c.ID, Brand: c.Brand, Last4: c.Last4, ExpMonth: c.ExpMonth, ExpYear: c.ExpYear,
			Country: c.Country, Funding: c.Funding, Wallet: c.Wallet, Expired: expired(c.ExpYear, c.ExpMonth, p.now()),
		})
	}
	return cards, err
}

// expired: a card is good to the end of its month, counted where the shop is.
func expired(year, month int, now time.Time) bool {
	end := time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, tokyo)
	return year > 0 && !now.Before(end)
}

var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// RemoveCard implements [CardBox].
func (p *Plugin) RemoveCard(ctx context.Context, member, cardID string) error {
	const op = "RemoveCard"
	s, err := p.ready(ctx, op)
	if err != nil {
		return err
	}
	client, err := p.client(ctx, scopeOf(s), forBuyers)
	if err != nil {
		return fail(op, CodeNotReady, nil)
	}
	customer, err := p.storedCustomer(ctx, scopeOf(s), member)
	if err != nil {
		return storeError(op, err)
	}
	if customer == "" || !stripeID(cardID, "pm_") {
		return fail(op, CodeNotFound, nil)
	}
	saved, err := client.SavedCards(ctx, customer)
	if err != nil {
		return stripeError(op, err)
	}
	fingerprint := ""
	for _, c := range saved {
		if c.ID == cardID {
			fingerprint = c.Fingerprint + " " // found, even without a fingerprint
		}
	}
	if fingerprint == "" {
		return fail(op, CodeNotFound, nil)
	}
	for _, c := range saved {
		// The duplicates that were hidden go with it.
		if c.ID == cardID || c.Fingerprint != "" && c.Fingerprint+" " == fingerprint {
			if err := client.Detach(ctx, c.ID, p.opts.NewID()); err != nil {
				return stripeError(op, err)
			}
		}
	}
	return nil
}

// stripeError tells a store's error from one of Stripe's, whose text stays here.
func stripeError(op string, err error) error {
	var se *stripeapi.Error
	switch {
	case errors.Is(err, errNoCredentials), errors.As(err, &se) && se.Denied():
		return fail(op, CodeNotReady, nil)
	case errors.As(err, &se):
		return fail(op, CodeStripe, nil)
	}
	return storeError(op, err)
}
