package stripeapi

import (
	"context"
	"net/http"
	"net/url"

	stripe "github.com/stripe/stripe-go/v79"
)

// SavedCard is a card that is attached to a customer.
type SavedCard struct {
	ID, Brand, Last4, Country, Funding, Wallet, Fingerprint string
	ExpMonth, ExpYear                                       int
}

// SavedCards lists the customer's cards, the newest first.
func (c Client) SavedCards(ctx context.Context, customer string) ([]SavedCard, error) {
	var list stripe.PaymentMethodList
	query := url.Values{"type": {"card"}, "limit": {"100"}}
	path := "/v1/customers/" + url.PathEscape(customer) + "/payment_methods"
	if err := c.call(ctx, http.MethodGet, path, "", query.Encode(), &list); err != nil {
		return nil, fault(err)
	}
	cards := make([]SavedCard, 0, len(list.Data))
	for _, pm := range list.Data {
		if pm.Card == nil {
			continue
		}
		card := SavedCard{
			ID: pm.ID, Brand: string(pm.Card.Brand), Last4: pm.Card.Last4, Country: pm.Card.Country,
			Funding: string(pm.Card.Funding), Fingerprint: pm.Card.Fingerprint,
			ExpMonth: int(pm.Card.ExpMonth), ExpYear: int(pm.Card.ExpYear),
		}
		if pm.Card.Wallet != nil {
			card.Wallet = string(pm.Card.Wallet.Type)
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// Detach removes a saved card from its customer.
func (c Client) Detach(ctx context.Context, card, key string) error {
	var pm stripe.PaymentMethod
	if err := c.call(ctx, http.MethodPost, "/v1/payment_methods/"+url.PathEscape(card)+"/detach", key, "", &pm); err != nil {
		return fault(err)
	}
	return nil
}

// Account returns the id of the account that the key and the Stripe-Account
// header speak for (LC-10).
func (c Client) Account(ctx context.Context) (string, error) {
	var account stripe.Account
	if err := c.call(ctx, http.MethodGet, "/v1/account", "", "", &account); err != nil {
		return "", fault(err)
	}
	return account.ID, nil
}
