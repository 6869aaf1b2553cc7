package stripeapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	stripe "github.com/stripe/stripe-go/v79"
)

// metaDefault is the time, in milliseconds, at which a member chose this card as
// the default one.
const metaDefault = "stripesecure_default"

// maxCardPages bounds the list of a customer's cards: a thousand.
const maxCardPages = 10

// SavedCard is a card that is attached to a customer.
type SavedCard struct {
	ID, Brand, Last4, Country, Funding, Wallet, Fingerprint string
	ExpMonth, ExpYear                                       int
	Preferred                                               time.Time // chosen as the default; zero: never
}

// SavedCards lists the customer's cards, the newest first.
func (c Client) SavedCards(ctx context.Context, customer string) ([]SavedCard, error) {
	query := url.Values{"type": {"card"}, "limit": {"100"}}
	path := "/v1/customers/" + url.PathEscape(customer) + "/payment_methods"
	var cards []SavedCard
	for range maxCardPages {
		var list stripe.PaymentMethodList
		if err := c.call(ctx, http.MethodGet, path, "", query.Encode(), &list); err != nil {
			return nil, fault(err)
		}
		for _, pm := range list.Data {
			query.Set("starting_after", pm.ID)
			if pm.Card != nil {
				cards = append(cards, savedCard(pm))
			}
		}
		if !list.HasMore || len(list.Data) == 0 {
			break
		}
	}
	return cards, nil
}

func savedCard(pm *stripe.PaymentMethod) SavedCard {
	card := SavedCard{
		ID: pm.ID, Brand: string(pm.Card.Brand), Last4: pm.Card.Last4, Country: pm.Card.Country,
		Funding: string(pm.Card.Funding), Fingerprint: pm.Card.Fingerprint,
		ExpMonth: int(pm.Card.ExpMonth), ExpYear: int(pm.Card.ExpYear),
	}
	if pm.Card.Wallet != nil {
		card.Wallet = string(pm.Card.Wallet.Type)
	}
	if at, err := strconv.ParseInt(pm.Metadata[metaDefault], 10, 64); err == nil {
		card.Preferred = time.UnixMilli(at).UTC()
	}
	return card
}

// PreferCard writes to a saved card that it was chosen as the default at that
// time; the card that was chosen last is it.
func (c Client) PreferCard(ctx context.Context, card string, at time.Time, key string) error {
	var f form
	f.metadata(map[string]string{metaDefault: strconv.FormatInt(at.UnixMilli(), 10)})
	var pm wireObject
	if err := c.call(ctx, http.MethodPost, "/v1/payment_methods/"+url.PathEscape(card), key, f.body(), &pm); err != nil {
		return fault(err)
	}
	return nil
}

// CustomerCheckout returns the shop and the checkout that a customer was made
// for, as its metadata say.
func (c Client) CustomerCheckout(ctx context.Context, customer string) (shop, checkout string, err error) {
	var cus stripe.Customer
	if err := c.call(ctx, http.MethodGet, "/v1/customers/"+url.PathEscape(customer), "", "", &cus); err != nil {
		return "", "", fault(err)
	}
	return cus.Metadata[metaShop], cus.Metadata[metaCheckout], nil
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
