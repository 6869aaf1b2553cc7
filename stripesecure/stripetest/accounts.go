package stripetest

import (
	"strings"
)

// AccountID is the id of the account that [New] makes.
const AccountID = "acct_1StripetestShopJP"

// AccountConfig describes an account, see [WithAccount].
type AccountConfig struct {
	ID              string // acct_…
	Country         string // ISO 3166-1, for example "JP"; decides how long a hold lives
	DefaultCurrency string // the settlement currency, lower case
	Name            string // business name; default: the name of [WithShopName]
}

// WithAccount replaces the account that [New] makes. Empty fields keep their
// defaults.
func WithAccount(a AccountConfig) Option {
	return func(o *options) { o.account = a.over(o.account) }
}

func (a AccountConfig) over(base AccountConfig) AccountConfig {
	if a.ID != "" {
		base.ID = a.ID
	}
	if a.Country != "" {
		base.Country = strings.ToUpper(a.Country)
	}
	if a.DefaultCurrency != "" {
		base.DefaultCurrency = strings.ToLower(a.DefaultCurrency)
	}
	if a.Name != "" {
		base.Name = a.Name
	}
	return base
}

// AddAccount adds a connected account, to be reached with the platform's key and
// the header Stripe-Account (stripe-facts §1.5).
func (s *Stripe) AddAccount(a AccountConfig) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addAccount(a.over(AccountConfig{Country: "JP", DefaultCurrency: "jpy"}))
}

// addAccount needs s.mu, or nobody else who knows s.
func (s *Stripe) addAccount(c AccountConfig) {
	if c.Name == "" {
		c.Name = s.opts.shopName
	}
	a := &account{AccountConfig: c, created: s.now().Unix()}
	a.test, a.live = newMode(s, a, false), newMode(s, a, true)
	s.accounts[c.ID] = a
}
