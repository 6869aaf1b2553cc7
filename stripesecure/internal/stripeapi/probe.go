package stripeapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	stripe "github.com/stripe/stripe-go/v79"
)

// Probe is what Stripe tells about a key, found out without changing anything.
type Probe struct {
	Answered bool // there was an answer at all
	Accepted bool // Stripe knows the key and lets it speak for the account
	Account  AccountFacts
	Missing  []Permission
	Date     time.Time // Stripe's clock, to the second; zero when it was not told
	Version  string    // of the API, as Stripe answered
}

// AccountFacts are what decides whether an account can take payments. ID is
// empty when a restricted key may not read its account.
type AccountFacts struct {
	ID, Name, Country, Currency      string
	ChargesEnabled, DetailsSubmitted bool
}

// Permission is one that a restricted key needs, by its name in the Dashboard.
type Permission struct {
	Resource string // "PaymentIntents"
	Access   string // "Read" or "Write"
}

// permissions are tried with ids that do not exist: Stripe checks the permission
// first, so 404 means that the key has it, 403 that it has not, and nothing is
// ever changed.
var permissions = []struct {
	Permission

	method, path string
}{
	{Permission{"PaymentIntents", "Write"}, http.MethodPost, "/v1/payment_intents/pi_stripesecureProbe"},
	{Permission{"Customers", "Write"}, http.MethodPost, "/v1/customers/cus_stripesecureProbe"},
	{Permission{"PaymentMethods", "Write"}, http.MethodPost, "/v1/payment_methods/pm_stripesecureProbe"},
	{Permission{"Charges", "Read"}, http.MethodGet, "/v1/charges/ch_stripesecureProbe"},
	// Payments go on without these; refunds, disputes, missed events and the
	// endpoint do not.
	{Permission{"Refunds", "Write"}, http.MethodPost, "/v1/refunds/re_stripesecureProbe"},
	{Permission{"Disputes", "Write"}, http.MethodPost, "/v1/disputes/dp_stripesecureProbe"},
	{Permission{"Early fraud warnings", "Read"}, http.MethodGet, "/v1/radar/early_fraud_warnings/issfr_stripesecureProbe"},
	{Permission{"Reviews", "Read"}, http.MethodGet, "/v1/reviews/prv_stripesecureProbe"},
	{Permission{"Events", "Read"}, http.MethodGet, "/v1/events/evt_stripesecureProbe"},
	{Permission{"Webhook Endpoints", "Write"}, http.MethodPost, "/v1/webhook_endpoints/we_stripesecureProbe"},
}

// Probe asks for the account and, with restricted set, tries each permission.
func (c Client) Probe(ctx context.Context, restricted bool) Probe {
	var account stripe.Account
	err := c.call(ctx, http.MethodGet, "/v1/account", "", "", &account)
	var p Probe
	var se *stripe.Error
	answer := account.LastResponse
	switch {
	case errors.As(err, &se):
		answer = se.LastResponse
		p.Answered = se.HTTPStatusCode > 0 && se.HTTPStatusCode < 500 && se.HTTPStatusCode != http.StatusTooManyRequests
		// A restricted key may be good and not permitted to read its account.
		p.Accepted = se.HTTPStatusCode == http.StatusForbidden && se.Code == "" && restricted
	case err == nil:
		p.Answered, p.Accepted = true, true
		p.Account = factsOf(&account)
	}
	p.header(answer)
	for _, need := range permissions {
		if !p.Accepted || !restricted {
			break
		}
		var got stripe.APIResource
		err := c.call(ctx, need.method, need.path, "", "", &got)
		if errors.As(err, &se) && se.HTTPStatusCode == http.StatusForbidden {
			p.Missing = append(p.Missing, need.Permission)
		} else if !errors.As(err, &se) && err != nil {
			p.Answered = false // lost on the way: nothing is known about this permission
		}
	}
	return p
}

func factsOf(a *stripe.Account) AccountFacts {
	facts := AccountFacts{
		ID: a.ID, Country: a.Country, Currency: string(a.DefaultCurrency),
		ChargesEnabled: a.ChargesEnabled, DetailsSubmitted: a.DetailsSubmitted,
	}
	if a.Settings != nil && a.Settings.Dashboard != nil {
		facts.Name = a.Settings.Dashboard.DisplayName
	}
	if facts.Name == "" && a.BusinessProfile != nil {
		facts.Name = a.BusinessProfile.Name
	}
	return facts
}

func (p *Probe) header(answer *stripe.APIResponse) {
	if answer == nil {
		return
	}
	p.Version = answer.Header.Get("Stripe-Version")
	if at, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		p.Date = at
	}
}
