package stripetest

// Account is an acct_ as its own key sees it (stripe-facts §2.5). Onboarding is
// not emulated: every account is ready.
type Account struct {
	ID               string            `json:"id"`
	Object           string            `json:"object"`
	BusinessProfile  BusinessProfile   `json:"business_profile"`
	BusinessType     string            `json:"business_type" stripe:"null"`
	Capabilities     map[string]string `json:"capabilities"`
	ChargesEnabled   bool              `json:"charges_enabled"`
	Country          string            `json:"country"`
	Created          int64             `json:"created"`
	DefaultCurrency  string            `json:"default_currency"`
	DetailsSubmitted bool              `json:"details_submitted"`
	Email            string            `json:"email" stripe:"null"`
	Metadata         map[string]string `json:"metadata"`
	PayoutsEnabled   bool              `json:"payouts_enabled"`
	Settings         AccountSettings   `json:"settings"`
	Type             string            `json:"type"`
}

// BusinessProfile is what buyers are told about an account.
type BusinessProfile struct {
	MCC          string `json:"mcc" stripe:"null"`
	Name         string `json:"name" stripe:"null"`
	SupportEmail string `json:"support_email" stripe:"null"`
	SupportPhone string `json:"support_phone" stripe:"null"`
	SupportURL   string `json:"support_url" stripe:"null"`
	URL          string `json:"url" stripe:"null"`
}

// AccountSettings are the settings that a payment plugin reads.
type AccountSettings struct {
	BACSDebitPayments struct{}            `json:"bacs_debit_payments"`
	Branding          Branding            `json:"branding"`
	CardPayments      CardPaymentSettings `json:"card_payments"`
	Dashboard         DashboardSettings   `json:"dashboard"`
	Payments          PaymentSettings     `json:"payments"`
}

// Branding is empty here.
type Branding struct {
	Icon           string `json:"icon" stripe:"null,expand=-"`
	Logo           string `json:"logo" stripe:"null,expand=-"`
	PrimaryColor   string `json:"primary_color" stripe:"null"`
	SecondaryColor string `json:"secondary_color" stripe:"null"`
}

// CardPaymentSettings hold the prefix of the statement descriptor.
type CardPaymentSettings struct {
	StatementDescriptorPrefix      string `json:"statement_descriptor_prefix" stripe:"null"`
	StatementDescriptorPrefixKana  string `json:"statement_descriptor_prefix_kana" stripe:"null"`
	StatementDescriptorPrefixKanji string `json:"statement_descriptor_prefix_kanji" stripe:"null"`
}

// DashboardSettings name the account.
type DashboardSettings struct {
	DisplayName string `json:"display_name" stripe:"null"`
	Timezone    string `json:"timezone"`
}

// PaymentSettings hold the statement descriptor.
type PaymentSettings struct {
	StatementDescriptor      string `json:"statement_descriptor" stripe:"null"`
	StatementDescriptorKana  string `json:"statement_descriptor_kana" stripe:"null"`
	StatementDescriptorKanji string `json:"statement_descriptor_kanji" stripe:"null"`
}

var _ = register(resource{name: "account", object: &Account{}, routes: []route{
	{method: "GET", path: "/v1/account", do: func(c *call) (any, error) { return c.m.account.show(), nil }},
	{method: "GET", path: "/v1/accounts/{account}", do: getAccount},
}})

func (a *account) show() *Account {
	zone := "Etc/UTC"
	if a.Country == "JP" {
		zone = "Asia/Tokyo"
	}
	return &Account{
		ID: a.ID, Object: "account", BusinessProfile: BusinessProfile{Name: a.Name}, BusinessType: "company",
		Capabilities:   map[string]string{"card_payments": "active", "jcb_payments": "active", "transfers": "active"},
		ChargesEnabled: true, Country: a.Country, Created: a.created, DefaultCurrency: a.DefaultCurrency,
		DetailsSubmitted: true, Metadata: map[string]string{}, PayoutsEnabled: true, Type: "standard",
		Settings: AccountSettings{
			CardPayments: CardPaymentSettings{StatementDescriptorPrefix: clip(a.Name, 10)},
			Dashboard:    DashboardSettings{DisplayName: a.Name, Timezone: zone},
			Payments:     PaymentSettings{StatementDescriptor: clip(a.Name, 22)},
		},
	}
}

func getAccount(c *call) (any, error) {
	id := c.values.of("account")
	other := c.s.accounts[id]
	if other == nil || (id != c.m.account.ID && c.m.account.ID != c.s.keys.account) {
		return nil, forbidden("account_invalid", "The provided key '"+mask(c.key.Text)+"' does not have access to account '"+clip(id, 60)+"' (or that account does not exist). Application access may have been revoked.")
	}
	return other.show(), nil
}
