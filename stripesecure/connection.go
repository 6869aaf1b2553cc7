package stripesecure

import (
	"context"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// APIVersion is the version of Stripe's API that the library speaks.
const APIVersion = stripeapi.Version

// connectionBudget is how long a test of the connection may take.
const connectionBudget = 15 * time.Second

// Connection is what a test of a key has found (LC-10, GL-03). It holds no secret
// and nothing of Stripe's texts.
type Connection struct {
	// Answered: Stripe has answered. While it is false, nothing else is known.
	Answered bool
	// Accepted: Stripe takes the key, and lets it speak for the account ⑥ where
	// ⑧ is connect.
	Accepted bool
	// Account is whose key it is. Its ID is empty when a restricted key has no
	// permission to read its account.
	Account ConnectedAccount
	// Missing are the permissions that a restricted key needs and has not.
	Missing []Permission
	// Skew is Stripe's clock minus this server's, to about a second. Stripe
	// and signed events bear a few minutes.
	Skew time.Duration
	// APIVersion is the one in which Stripe answered: [APIVersion], unless
	// something between has changed it.
	APIVersion string
}

// ConnectedAccount is what Stripe says about an account.
type ConnectedAccount struct {
	ID, Name         string
	Country          string // ISO 3166-1 alpha-2
	Currency         string // in which Stripe settles, ISO 4217 in capitals
	ChargesEnabled   bool   // Stripe lets it take payments
	DetailsSubmitted bool   // the application is complete
}

// Permission is a permission of a restricted key, by its name in the Dashboard
// (LC-02): "PaymentIntents", "Write".
type Permission struct{ Resource, Access string }

// TestConnection asks Stripe, with the secret key of s for ⑦, who the key speaks
// for and whether it may do what the plugin does. s need not be stored: a
// merchant's page tests what was entered before it is saved. Nothing is changed
// at Stripe: permissions are tried on ids that do not exist. Up to eleven calls, at
// most 15 s. Without a key of ⑦ there is no answer. The context's end is an answer
// that did not come.
func (p *Plugin) TestConnection(ctx context.Context, s settings.Settings) Connection {
	secret := s.Active().Secret
	if secret.IsZero() {
		return Connection{}
	}
	account := ""
	if s.Authentication == settings.AuthConnect {
		account = s.AccountID
	}
	ctx, cancel := context.WithTimeout(ctx, connectionBudget)
	defer cancel()
	client, ok := p.stripe(secret.Reveal(), account, forBuyers).(prober)
	if !ok {
		return Connection{}
	}
	began := p.opts.Now()
	found := client.Probe(ctx, strings.HasPrefix(secret.Reveal(), "rk_"))
	took := p.opts.Now().Sub(began)
	c := Connection{
		Answered: found.Answered, Accepted: found.Accepted, APIVersion: found.Version,
		Account: ConnectedAccount{
			ID: found.Account.ID, Name: found.Account.Name, Country: found.Account.Country,
			Currency:       strings.ToUpper(found.Account.Currency),
			ChargesEnabled: found.Account.ChargesEnabled, DetailsSubmitted: found.Account.DetailsSubmitted,
		},
	}
	for _, need := range found.Missing {
		c.Missing = append(c.Missing, Permission(need))
	}
	if !found.Date.IsZero() {
		c.Skew = skew(found.Date, began, took)
	}
	return c
}

// prober asks what a key is good for. It is no part of the protocol, so the model
// of Stripe in the simulation has none.
type prober interface {
	Probe(ctx context.Context, restricted bool) stripeapi.Probe
}

// skew is how far another clock is ahead of ours, when it told its time, in whole
// seconds, somewhere within a call. What the call and the seconds may explain
// counts as none.
func skew(theirs, began time.Time, took time.Duration) time.Duration {
	switch ahead, behind := theirs.Sub(began.Add(took)), began.Sub(theirs.Add(time.Second)); {
	case ahead > 0:
		return ahead
	case behind > 0:
		return -behind
	}
	return 0
}
