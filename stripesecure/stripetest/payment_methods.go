package stripetest

// PaymentMethod is a pm_, here always a card (stripe-facts §2.1).
type PaymentMethod struct {
	ID             string            `json:"id"`
	Object         string            `json:"object"`
	AllowRedisplay string            `json:"allow_redisplay"`
	BillingDetails BillingDetails    `json:"billing_details"`
	Card           Card              `json:"card"`
	Created        int64             `json:"created"`
	Customer       string            `json:"customer" stripe:"null,expand=customer"`
	Livemode       bool              `json:"livemode"`
	Metadata       map[string]string `json:"metadata" stripe:"private"`
	Type           string            `json:"type"`

	card  *testCard
	cvc   bool // a CVC was given
	spent bool // used without a customer, or detached: may not be used again
	setUp bool // authenticated for later use off session
}

// BillingDetails is who owns a card.
type BillingDetails struct {
	Address Address `json:"address"`
	Email   string  `json:"email" stripe:"null"`
	Name    string  `json:"name" stripe:"null"`
	Phone   string  `json:"phone" stripe:"null"`
}

// Card is the card of a [PaymentMethod].
type Card struct {
	Brand             string       `json:"brand"`
	Checks            CardChecks   `json:"checks"`
	Country           string       `json:"country"`
	DisplayBrand      string       `json:"display_brand"`
	ExpMonth          int64        `json:"exp_month"`
	ExpYear           int64        `json:"exp_year"`
	Fingerprint       string       `json:"fingerprint" stripe:"private"`
	Funding           string       `json:"funding"`
	GeneratedFrom     *struct{}    `json:"generated_from"`
	Last4             string       `json:"last4"`
	Networks          CardNetworks `json:"networks"`
	ThreeDSecureUsage Supported    `json:"three_d_secure_usage"`
	Wallet            *struct{}    `json:"wallet"`
}

// CardChecks are the results of the checks of a card.
type CardChecks struct {
	AddressLine1Check      string `json:"address_line1_check" stripe:"null"`
	AddressPostalCodeCheck string `json:"address_postal_code_check" stripe:"null"`
	CVCCheck               string `json:"cvc_check" stripe:"null"`
}

// CardNetworks are the networks that can process a card.
type CardNetworks struct {
	Available []string `json:"available"`
	Preferred string   `json:"preferred" stripe:"null"`
}

// Supported says whether a card supports something.
type Supported struct {
	Supported bool `json:"supported"`
}

func (p *PaymentMethod) key() string      { return p.ID }
func (p *PaymentMethod) createdAt() int64 { return p.Created }

var _ = register(resource{name: "payment_method", object: &PaymentMethod{}, routes: []route{
	{method: "POST", path: "/v1/payment_methods", public: true, do: createPaymentMethod, params: spec(`
		allow_redisplay enum:always|limited|unspecified
		billing_details @billing_details
		card            @card_number
		customer        text
		metadata        metadata
		payment_method  text
		radar_options   @radar_options
		type            enum:` + oneOfTypes("") + foreignTypes())},
	{method: "GET", path: "/v1/payment_methods", list: true, do: listPaymentMethods, params: spec(listParams + `
		customer text
		type     enum:` + oneOfTypes(""))},
	{method: "GET", path: "/v1/payment_methods/{payment_method}", do: getPaymentMethod},
	{method: "POST", path: "/v1/payment_methods/{payment_method}", do: updatePaymentMethod, params: spec(`
		allow_redisplay enum:always|limited|unspecified
		billing_details @billing_details
		card[exp_month] int
		card[exp_year]  int
		card[networks][preferred] enum:cartes_bancaires|mastercard|visa?
		link            foreign
		metadata        metadata
		us_bank_account foreign`)},
	{method: "POST", path: "/v1/payment_methods/{payment_method}/attach", do: attachPaymentMethod, params: spec(`
		customer! text`)},
	{method: "POST", path: "/v1/payment_methods/{payment_method}/detach", do: detachPaymentMethod},
	{method: "GET", path: "/v1/customers/{customer}/payment_methods", list: true, do: listCustomerPaymentMethods, params: spec(listParams + `
		allow_redisplay enum:always|limited|unspecified
		type            enum:` + oneOfTypes(""))},
	{method: "GET", path: "/v1/customers/{customer}/payment_methods/{payment_method}", do: getCustomerPaymentMethod},
}})

func createPaymentMethod(c *call) (any, error) {
	f := c.form
	if f.text("type") != "card" {
		if f.text("type") == "" {
			return nil, invalid("parameter_missing", "type", "Missing required param: type.")
		}
		return nil, refused("", "type", "stripetest emulates payment methods of type card only.")
	}
	if !f.has("card") {
		return nil, invalid("parameter_missing", "card", "Missing required param: card.")
	}
	pm, fault := c.m.typed(f.at("card"))
	if fault == nil {
		fault = pm.apply(f)
	}
	if fault != nil {
		return nil, fault
	}
	c.m.insert("payment_method", pm)
	return pm, nil
}

// apply takes over what create and update have in common.
func (p *PaymentMethod) apply(f *node) *Error {
	meta, fault := mergeMetadata(p.Metadata, f.at("metadata"))
	if fault != nil {
		return fault
	}
	p.Metadata = meta
	p.AllowRedisplay = f.or(p.AllowRedisplay, "allow_redisplay")
	b := f.at("billing_details")
	p.BillingDetails.Email = b.or(p.BillingDetails.Email, "email")
	p.BillingDetails.Name = b.or(p.BillingDetails.Name, "name")
	p.BillingDetails.Phone = b.or(p.BillingDetails.Phone, "phone")
	if b.has("address") {
		p.BillingDetails.Address = Address{}
		if a := readAddress(b.at("address")); a != nil {
			p.BillingDetails.Address = *a
		}
	}
	return nil
}

func getPaymentMethod(c *call) (any, error) {
	pm, fault := c.m.method(c.values.of("payment_method"), "payment_method")
	if fault != nil {
		return nil, fault
	}
	return pm, nil
}

func updatePaymentMethod(c *call) (any, error) {
	pm, fault := c.m.method(c.values.of("payment_method"), "payment_method")
	if fault != nil {
		return nil, fault
	}
	if pm.Customer == "" {
		return nil, refused("", "", "You must save this PaymentMethod to a customer before you can update it.")
	}
	next := *pm
	if fault := next.apply(c.form); fault != nil {
		return nil, fault
	}
	if v := c.form.number("card", "exp_month"); v != 0 {
		next.Card.ExpMonth = v
	}
	if v := c.form.number("card", "exp_year"); v != 0 {
		next.Card.ExpYear = v
	}
	before := *pm
	*pm = next
	c.m.emit(c, "payment_method.updated", *pm, &before)
	return pm, nil
}

func attachPaymentMethod(c *call) (any, error) {
	pm, fault := c.m.usable(c.values.of("payment_method"), "payment_method")
	if fault != nil {
		return nil, fault
	}
	cus, fault := c.m.customer(c.form.text("customer"), "customer")
	if fault != nil {
		return nil, fault
	}
	if fault := c.m.attach(pm, cus); fault != nil {
		return nil, fault
	}
	return pm, nil
}

func detachPaymentMethod(c *call) (any, error) {
	pm, fault := c.m.method(c.values.of("payment_method"), "payment_method")
	if fault != nil {
		return nil, fault
	}
	if pm.Customer == "" {
		return nil, refused("", "", "The payment method you provided is not attached to a customer so detachment is impossible.")
	}
	before := *pm
	pm.Customer, pm.spent = "", true
	if cus, ok := find[*Customer](c.m, before.Customer); ok && cus.InvoiceSettings.DefaultPaymentMethod == pm.ID {
		cus.InvoiceSettings.DefaultPaymentMethod = ""
	}
	c.m.emit(c, "payment_method.detached", *pm, &before)
	return pm, nil
}

func listPaymentMethods(c *call) (any, error) {
	id := c.form.text("customer")
	if id != "" {
		if _, fault := c.m.customer(id, "customer"); fault != nil {
			return nil, fault
		}
	}
	kind := c.form.text("type")
	return page(c, "payment_method", func(pm *PaymentMethod) bool {
		return id != "" && pm.Customer == id && (kind == "" || pm.Type == kind)
	})
}

func listCustomerPaymentMethods(c *call) (any, error) {
	cus, fault := c.m.customer(c.values.of("customer"), "customer")
	if fault != nil {
		return nil, fault
	}
	kind, shown := c.form.text("type"), c.form.text("allow_redisplay")
	return page(c, "payment_method", func(pm *PaymentMethod) bool {
		return pm.Customer == cus.ID && (kind == "" || pm.Type == kind) && (shown == "" || pm.AllowRedisplay == shown)
	})
}

func getCustomerPaymentMethod(c *call) (any, error) {
	pm, ok := find[*PaymentMethod](c.m, c.values.of("payment_method"))
	if !ok || pm.Customer != c.values.of("customer") || pm.Customer == "" {
		return nil, c.m.noSuch("PaymentMethod", c.values.of("payment_method"), "payment_method")
	}
	return pm, nil
}
