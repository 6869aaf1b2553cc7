package stripetest

import "time"

// sessionLifetime of a customer session; the true one is not documented
// (stripe-facts §10.4).
const sessionLifetime = 30 * time.Minute

// CustomerSession lets the browser see a customer's cards (stripe-facts §2.1).
type CustomerSession struct {
	Object       string            `json:"object"`
	ClientSecret string            `json:"client_secret"`
	Components   SessionComponents `json:"components"`
	Created      int64             `json:"created"`
	Customer     string            `json:"customer" stripe:"expand=customer"`
	ExpiresAt    int64             `json:"expires_at"`
	Livemode     bool              `json:"livemode"`
}

// SessionComponents says what a session may be used for.
type SessionComponents struct {
	BuyButton      Enabled          `json:"buy_button"`
	PaymentElement ElementComponent `json:"payment_element"`
	PricingTable   Enabled          `json:"pricing_table"`
}

// Enabled says whether a component is on.
type Enabled struct {
	Enabled bool `json:"enabled"`
}

// ElementComponent is the payment element of a session.
type ElementComponent struct {
	Enabled  bool             `json:"enabled"`
	Features *ElementFeatures `json:"features"`
}

// ElementFeatures is what the payment element may do with saved cards.
type ElementFeatures struct {
	AllowRedisplayFilters []string `json:"payment_method_allow_redisplay_filters"`
	Redisplay             string   `json:"payment_method_redisplay"`
	RedisplayLimit        int64    `json:"payment_method_redisplay_limit" stripe:"null"`
	Remove                string   `json:"payment_method_remove"`
	Save                  string   `json:"payment_method_save"`
	SaveUsage             string   `json:"payment_method_save_usage" stripe:"null"`
}

func (s *CustomerSession) key() string { return s.ClientSecret }

var _ = register(resource{name: "customer_session", object: &CustomerSession{}, routes: []route{
	{method: "POST", path: "/v1/customer_sessions", do: createCustomerSession, params: spec(`
		customer! text
		components! hash
		components[buy_button][enabled]!      bool
		components[payment_element][enabled]! bool
		components[payment_element][features][payment_method_allow_redisplay_filters] list:always|limited|unspecified
		components[payment_element][features][payment_method_redisplay]       enum:enabled|disabled
		components[payment_element][features][payment_method_redisplay_limit] int
		components[payment_element][features][payment_method_remove]          enum:enabled|disabled
		components[payment_element][features][payment_method_save]            enum:enabled|disabled
		components[payment_element][features][payment_method_save_usage]      enum:on_session|off_session
		components[pricing_table][enabled]!   bool`)},
}})

func createCustomerSession(c *call) (any, error) {
	cus, fault := c.m.customer(c.form.text("customer"), "customer")
	if fault != nil {
		return nil, fault
	}
	parts := c.form.at("components")
	if len(parts.kids) != 1 {
		return nil, invalid("", "components", "You must enable exactly one component.")
	}
	s := &CustomerSession{
		Object: "customer_session", ClientSecret: "cuss_secret_" + c.s.random(56), Created: c.now(),
		Customer: cus.ID, ExpiresAt: c.s.now().Add(sessionLifetime).Unix(), Livemode: c.m.isLive,
	}
	s.Components.BuyButton.Enabled = parts.yes("buy_button", "enabled")
	s.Components.PricingTable.Enabled = parts.yes("pricing_table", "enabled")
	if e := parts.at("payment_element"); e.yes("enabled") {
		s.Components.PaymentElement = ElementComponent{Enabled: true, Features: readFeatures(e.at("features"))}
	}
	c.m.insert("customer_session", s)
	c.s.later(c.s.now().Add(sessionLifetime), func() { c.m.remove("customer_session", s.ClientSecret) })
	return s, nil
}

func readFeatures(f *node) *ElementFeatures {
	if f == nil {
		return nil
	}
	out := &ElementFeatures{
		AllowRedisplayFilters: f.strings("payment_method_allow_redisplay_filters"),
		Redisplay:             f.or("disabled", "payment_method_redisplay"), RedisplayLimit: f.number("payment_method_redisplay_limit"),
		Remove: f.or("disabled", "payment_method_remove"), Save: f.or("disabled", "payment_method_save"),
		SaveUsage: f.text("payment_method_save_usage"),
	}
	if len(out.AllowRedisplayFilters) == 0 {
		out.AllowRedisplayFilters = []string{"always"}
	}
	return out
}
