package stripesecure

import (
	"context"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// CardBox is the optional part of a payment plugin that knows the saved cards
// of a member. *Plugin has it. It works while the method is not offered, so that
// a member can always delete a card.
type CardBox interface {
	// Cards lists the member's saved cards, each card once: first the default,
	// which is the one that is preselected, then the newest, and the expired ones
	// last. A guest has none. Errors: not_ready, stripe, store, canceled.
	Cards(ctx context.Context, member string) ([]Card, error)

	// SetDefaultCard makes a saved card the default until another one is chosen;
	// without a choice it is the newest. A card that is not there and one that is
	// not the member's are both not_found; an expired one is invalid. Errors also:
	// copy, not_ready, stripe, store, canceled.
	SetDefaultCard(ctx context.Context, member, cardID string) error

	// RemoveCard deletes a saved card at Stripe, together with its duplicates that
	// Cards does not show. Stripe detaches it also from subscriptions that somebody
	// else has made with it. An error says that some of it may still be there: call
	// it again. A card that is not there and one that is not the member's are both
	// not_found. Errors also: copy (a copy of a live shop deletes no card of its
	// members, see [Plugin.Site]), not_ready, stripe, store, canceled.
	RemoveCard(ctx context.Context, member, cardID string) error
}

var _ CardBox = (*Plugin)(nil)

// Cards implements [CardBox].
func (p *Plugin) Cards(ctx context.Context, member string) ([]Card, error) {
	const op = "Cards"
	s, err := p.Settings(ctx)
	if err != nil {
		return nil, fail(op, CodeNotReady, nil)
	}
	cards, err := p.cards(ctx, scopeOf(s), member)
	if err != nil {
		return nil, stripeError(op, err)
	}
	return cards, nil
}

// cards are those of the member's customer at this account.
func (p *Plugin) cards(ctx context.Context, scope checkout.Scope, member string) ([]Card, error) {
	box, err := p.memberBox(ctx, scope, member)
	if box == nil || err != nil {
		return nil, err
	}
	return box.cards(p.now()), nil
}

// SetDefaultCard implements [CardBox].
func (p *Plugin) SetDefaultCard(ctx context.Context, member, cardID string) error {
	const op = "SetDefaultCard"
	box, err := p.openMemberBox(ctx, op, member)
	if err != nil {
		return err
	}
	i := box.find(cardID)
	switch {
	case i < 0:
		return fail(op, CodeNotFound, nil)
	case expired(box.saved[i].ExpYear, box.saved[i].ExpMonth, p.now()):
		return invalid(op, []Fault{{"card", "expired"}})
	}
	if err := box.client.PreferCard(ctx, cardID, p.now(), p.opts.NewID()); err != nil {
		return stripeError(op, err)
	}
	return nil
}

// RemoveCard implements [CardBox].
func (p *Plugin) RemoveCard(ctx context.Context, member, cardID string) error {
	const op = "RemoveCard"
	box, err := p.openMemberBox(ctx, op, member)
	if err != nil {
		return err
	}
	return p.removeFrom(ctx, op, box, cardID)
}

// openMemberBox is for calls that change something; a member without a customer
// has an empty box.
func (p *Plugin) openMemberBox(ctx context.Context, op, member string) (*cardBox, error) {
	if err := p.notACopy(ctx, op); err != nil {
		return nil, err
	}
	s, err := p.Settings(ctx)
	if err != nil {
		return nil, fail(op, CodeNotReady, nil)
	}
	box, err := p.memberBox(ctx, scopeOf(s), member)
	switch {
	case err != nil:
		return nil, stripeError(op, err)
	case box == nil:
		return &cardBox{}, nil
	}
	return box, nil
}

func (p *Plugin) memberBox(ctx context.Context, scope checkout.Scope, member string) (*cardBox, error) {
	customer, err := p.storedCustomer(ctx, scope, member)
	if customer == "" || err != nil {
		return nil, err
	}
	return p.cardBox(ctx, scope, customer)
}

// expired: a card is good to the end of its month, counted where the shop is.
func expired(year, month int, now time.Time) bool {
	end := time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, tokyo)
	return year > 0 && !now.Before(end)
}

var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

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
