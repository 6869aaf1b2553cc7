package stripetest

import (
	"net/http"
	"slices"
)

// SetupIntent is a seti_: a card is saved without a payment (stripe-facts §2.1).
type SetupIntent struct {
	ID                      string             `json:"id"`
	Object                  string             `json:"object"`
	Application             string             `json:"application" stripe:"null,private,expand=-"`
	AttachToSelf            bool               `json:"attach_to_self" stripe:"omit,private"`
	AutomaticPaymentMethods *AutomaticMethods  `json:"automatic_payment_methods"`
	CancellationReason      string             `json:"cancellation_reason" stripe:"null"`
	ClientSecret            string             `json:"client_secret"`
	Created                 int64              `json:"created"`
	Customer                string             `json:"customer" stripe:"null,private,expand=customer"`
	Description             string             `json:"description" stripe:"null"`
	FlowDirections          []string           `json:"flow_directions" stripe:"null,private"`
	LastSetupError          *Error             `json:"last_setup_error"`
	LatestAttempt           string             `json:"latest_attempt" stripe:"null,private,expand=setup_attempt"`
	Livemode                bool               `json:"livemode"`
	Mandate                 string             `json:"mandate" stripe:"null,private,expand=-"`
	Metadata                map[string]string  `json:"metadata" stripe:"private"`
	NextAction              *NextAction        `json:"next_action"`
	OnBehalfOf              string             `json:"on_behalf_of" stripe:"null,private,expand=-"`
	PaymentMethod           string             `json:"payment_method" stripe:"null,expand=payment_method"`
	ConfigurationDetails    *Configuration     `json:"payment_method_configuration_details"`
	PaymentMethodOptions    SetupMethodOptions `json:"payment_method_options" stripe:"private"`
	PaymentMethodTypes      []string           `json:"payment_method_types"`
	SingleUseMandate        string             `json:"single_use_mandate" stripe:"null,private,expand=-"`
	Status                  string             `json:"status"`
	Usage                   string             `json:"usage"`

	returnURL string
	challenge *challenge
}

// SetupMethodOptions is payment_method_options of a SetupIntent.
type SetupMethodOptions struct {
	Card *SetupCardOptions `json:"card" stripe:"omit"`
}

// SetupCardOptions is payment_method_options.card of a SetupIntent.
type SetupCardOptions struct {
	MandateOptions      *struct{} `json:"mandate_options"`
	Network             string    `json:"network" stripe:"null"`
	RequestThreeDSecure string    `json:"request_three_d_secure"`
}

func (i *SetupIntent) key() string      { return i.ID }
func (i *SetupIntent) createdAt() int64 { return i.Created }

const setupParams = `
	attach_to_self         bool
	customer               text
	description            text<=1000
	flow_directions        list:inbound|outbound
	metadata               metadata
	payment_method         text
	payment_method_configuration text<=100
	payment_method_data    @method_data
	payment_method_options @setup_method_options
	payment_method_types   list`

const setupConfirmParams = `
	confirmation_token     text
	mandate_data           @mandate_data?
	payment_method         text
	payment_method_data    @method_data
	payment_method_options @setup_method_options
	return_url             text
	use_stripe_sdk         bool`

var _ = register(resource{name: "setup_intent", object: &SetupIntent{}, routes: []route{
	{method: "POST", path: "/v1/setup_intents", do: createSetup, params: spec(setupParams + setupConfirmParams + `
		automatic_payment_methods[enabled]! bool
		automatic_payment_methods[allow_redirects] enum:always|never
		confirm      bool
		on_behalf_of text
		single_use   foreign
		usage        enum:on_session|off_session`)},
	{method: "GET", path: "/v1/setup_intents", list: true, do: listSetups, params: spec(listParams + `
		attach_to_self bool
		created        range
		customer       text
		payment_method text`)},
	{method: "GET", path: "/v1/setup_intents/{intent}", public: true, do: getSetup, params: spec(`
		client_secret text`)},
	{method: "POST", path: "/v1/setup_intents/{intent}", do: updateSetup, params: spec(setupParams)},
	{method: "POST", path: "/v1/setup_intents/{intent}/confirm", public: true, do: confirmSetup, params: spec(setupConfirmParams + `
		client_secret text`)},
	{method: "POST", path: "/v1/setup_intents/{intent}/cancel", do: cancelSetup, params: spec(`
		cancellation_reason enum:abandoned|duplicate|requested_by_customer`)},
}})

// setup finds the SetupIntent of a call.
func (c *call) setup() (*SetupIntent, *Error) {
	id, secret := c.values.of("intent"), c.form.text("client_secret")
	si, ok := find[*SetupIntent](c.m, id)
	switch {
	case !ok:
		return nil, c.m.noSuch("setupintent", id, "intent")
	case c.key.isPublic() && secret == "":
		return nil, invalid("parameter_missing", "client_secret", "Missing required param: client_secret.")
	case (c.key.isPublic() || secret != "") && secret != si.ClientSecret:
		return nil, refused("setup_intent_invalid_parameter", "client_secret", "The client_secret provided does not match the client_secret associated with the SetupIntent.")
	}
	return si, nil
}

func createSetup(c *call) (any, error) {
	f, id := c.form, c.s.newID("seti")
	si := &SetupIntent{
		ID: id, Object: "setup_intent", ClientSecret: id + "_secret_" + c.s.random(31), Created: c.now(),
		Livemode: c.m.isLive, Metadata: map[string]string{}, Status: StatusRequiresPaymentMethod,
		Usage: f.or("off_session", "usage"), PaymentMethodTypes: []string{"card"},
		PaymentMethodOptions: SetupMethodOptions{Card: &SetupCardOptions{RequestThreeDSecure: "automatic"}},
	}
	if types := f.strings("payment_method_types"); len(types) > 0 {
		si.PaymentMethodTypes = slices.Clone(types)
	} else {
		auto := f.at("automatic_payment_methods")
		if auto == nil || auto.yes("enabled") {
			si.AutomaticPaymentMethods = &AutomaticMethods{Enabled: true, AllowRedirects: auto.or("always", "allow_redirects")}
			si.ConfigurationDetails = &Configuration{ID: "pmc_stripetestDefault"}
		}
	}
	if fault := c.applySetup(si); fault != nil {
		return nil, fault
	}
	events := c.m.table("event").count()
	c.m.insert("setup_intent", si)
	c.m.emit(c, "setup_intent.created", *si, nil)
	if f.yes("confirm") {
		if fault := c.confirmSetupIntent(si); fault != nil {
			if fault.status != http.StatusPaymentRequired {
				c.m.remove("setup_intent", si.ID)
				c.m.table("event").truncate(c.m, events)
				fault.SetupIntent = nil
			}
			return nil, fault
		}
	}
	return si, nil
}

func (c *call) applySetup(si *SetupIntent) *Error {
	f := c.form
	meta, fault := mergeMetadata(si.Metadata, f.at("metadata"))
	if fault != nil {
		return fault
	}
	si.Metadata = meta
	si.Description = f.or(si.Description, "description")
	if id := f.text("customer"); id != "" {
		cus, fault := c.m.customer(id, "customer")
		if fault != nil {
			return fault
		}
		si.Customer = cus.ID
	}
	if f.has("flow_directions") {
		si.FlowDirections = f.strings("flow_directions")
	}
	si.override(f)
	if id := f.text("payment_method"); id != "" && !f.yes("confirm") {
		pm, fault := c.m.usableFor(si, id)
		if fault != nil {
			return fault
		}
		si.PaymentMethod, si.Status = pm.ID, StatusRequiresConfirmation
	}
	return nil
}

func (i *SetupIntent) override(f *node) {
	card := f.at("payment_method_options", "card")
	if card == nil {
		return
	}
	o := SetupCardOptions{RequestThreeDSecure: "automatic"}
	if i.PaymentMethodOptions.Card != nil {
		o = *i.PaymentMethodOptions.Card
	}
	o.RequestThreeDSecure = card.or(o.RequestThreeDSecure, "request_three_d_secure")
	o.Network = card.or(o.Network, "network")
	i.PaymentMethodOptions.Card = &o
}

// usableFor finds a payment method that this intent may set up.
func (m *mode) usableFor(si *SetupIntent, id string) (*PaymentMethod, *Error) {
	pm, fault := m.usable(id, "payment_method")
	if fault != nil {
		return nil, fault
	}
	if pm.Customer != "" && pm.Customer != si.Customer {
		return nil, refused("resource_missing", "payment_method", "The customer does not have a payment method with the ID "+pm.ID+". The payment method must be attached to the customer.")
	}
	return pm, nil
}

func getSetup(c *call) (any, error) {
	si, fault := c.setup()
	if fault != nil {
		return nil, fault
	}
	return si, nil
}

func listSetups(c *call) (any, error) {
	customer, method := c.form.text("customer"), c.form.text("payment_method")
	return page(c, "setup_intent", func(si *SetupIntent) bool {
		return (customer == "" || si.Customer == customer) && (method == "" || si.PaymentMethod == method)
	})
}

func updateSetup(c *call) (any, error) {
	si, fault := c.setup()
	if fault != nil {
		return nil, fault
	}
	if (si.Status == StatusSucceeded || si.Status == StatusCanceled) && c.form.has("payment_method") {
		return nil, setupState(si, "You cannot update this SetupIntent's payment method because it has a status of "+si.Status+".")
	}
	next := *si
	if fault := c.applySetup(&next); fault != nil {
		return nil, fault
	}
	*si = next
	return si, nil
}

func setupState(si *SetupIntent, message string) *Error {
	e := refused("setup_intent_unexpected_state", "", message)
	shown := *si
	e.SetupIntent = &shown
	return e
}

func cancelSetup(c *call) (any, error) {
	si, fault := c.setup()
	if fault != nil {
		return nil, fault
	}
	if si.Status == StatusSucceeded || si.Status == StatusCanceled {
		return nil, setupState(si, "You cannot cancel this SetupIntent because it has a status of "+si.Status+". Only a SetupIntent with one of the following statuses may be canceled: requires_payment_method, requires_confirmation, requires_action.")
	}
	si.Status, si.CancellationReason, si.NextAction, si.challenge = StatusCanceled, c.form.text("cancellation_reason"), nil, nil
	c.m.emit(c, "setup_intent.canceled", *si, nil)
	return si, nil
}
