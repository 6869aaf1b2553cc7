package stripetest

// Customer is a cus_ (stripe-facts §2.1).
type Customer struct {
	ID                string            `json:"id"`
	Object            string            `json:"object"`
	Address           *Address          `json:"address"`
	Balance           int64             `json:"balance"`
	Created           int64             `json:"created"`
	Currency          string            `json:"currency" stripe:"null"`
	DefaultSource     string            `json:"default_source" stripe:"null,expand=-"`
	Delinquent        bool              `json:"delinquent"`
	Description       string            `json:"description" stripe:"null"`
	Discount          *struct{}         `json:"discount"`
	Email             string            `json:"email" stripe:"null"`
	InvoicePrefix     string            `json:"invoice_prefix"`
	InvoiceSettings   InvoiceSettings   `json:"invoice_settings"`
	Livemode          bool              `json:"livemode"`
	Metadata          map[string]string `json:"metadata"`
	Name              string            `json:"name" stripe:"null"`
	NextInvoiceNumber int64             `json:"next_invoice_sequence"`
	Phone             string            `json:"phone" stripe:"null"`
	PreferredLocales  []string          `json:"preferred_locales"`
	Shipping          *Shipping         `json:"shipping"`
	TaxExempt         string            `json:"tax_exempt"`
	TestClock         string            `json:"test_clock" stripe:"null,expand=-"`

	Deleted bool `json:"-"`
}

// InvoiceSettings is the part of a [Customer] that invoices use.
type InvoiceSettings struct {
	CustomFields         *struct{} `json:"custom_fields"`
	DefaultPaymentMethod string    `json:"default_payment_method" stripe:"null,expand=payment_method"`
	Footer               string    `json:"footer" stripe:"null"`
	RenderingOptions     *struct{} `json:"rendering_options"`
}

// Address is a postal address.
type Address struct {
	City       string `json:"city" stripe:"null"`
	Country    string `json:"country" stripe:"null"`
	Line1      string `json:"line1" stripe:"null"`
	Line2      string `json:"line2" stripe:"null"`
	PostalCode string `json:"postal_code" stripe:"null"`
	State      string `json:"state" stripe:"null"`
}

// Shipping is where the goods go.
type Shipping struct {
	Address        Address `json:"address"`
	Carrier        string  `json:"carrier" stripe:"null"`
	Name           string  `json:"name" stripe:"null"`
	Phone          string  `json:"phone" stripe:"null"`
	TrackingNumber string  `json:"tracking_number" stripe:"null"`
}

// deletedObject is what remains of a deleted object.
type deletedObject struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Deleted bool   `json:"deleted"`
}

func (cus *Customer) key() string { return cus.ID }

func (cus *Customer) shape() any {
	if cus.Deleted {
		return &deletedObject{ID: cus.ID, Object: cus.Object, Deleted: true}
	}
	return nil
}

const customerParams = `
	address        @address?
	balance        int
	cash_balance   foreign
	description    text
	email          text<=512
	invoice_prefix text
	invoice_settings[custom_fields]          foreign
	invoice_settings[default_payment_method] text
	invoice_settings[footer]                 text
	invoice_settings[rendering_options]      foreign
	metadata       metadata
	name           text<=256
	next_invoice_sequence int
	phone          text<=20
	preferred_locales list
	shipping       @recipient?
	source         foreign
	coupon         foreign
	promotion_code foreign
	tax            foreign
	tax_exempt     enum:none|exempt|reverse?`

var _ = register(resource{name: "customer", object: &Customer{}, routes: []route{
	{method: "POST", path: "/v1/customers", do: createCustomer, params: spec(customerParams + `
		payment_method text
		tax_id_data    foreign
		test_clock     text`)},
	{method: "GET", path: "/v1/customers", list: true, do: listCustomers, params: spec(listParams + `
		created    range
		email      text<=512
		test_clock text`)},
	{method: "GET", path: "/v1/customers/{customer}", do: getCustomer},
	{method: "POST", path: "/v1/customers/{customer}", do: updateCustomer, params: spec(customerParams + `
		bank_account   foreign
		card           foreign
		default_alipay_account foreign
		default_bank_account   foreign
		default_card   foreign
		default_source foreign`)},
	{method: "DELETE", path: "/v1/customers/{customer}", do: deleteCustomer},
}})

// customer finds a customer that a parameter names.
func (m *mode) customer(id, param string) (*Customer, *Error) {
	if c, ok := find[*Customer](m, id); ok && !c.Deleted {
		return c, nil
	}
	return nil, m.noSuch("customer", id, param)
}

func createCustomer(c *call) (any, error) {
	cus := &Customer{
		ID: "cus_" + c.s.random(14), Object: "customer", Created: c.now(), Livemode: c.m.isLive,
		InvoicePrefix: c.s.random(8), NextInvoiceNumber: 1, TaxExempt: "none",
		Metadata: map[string]string{}, PreferredLocales: []string{},
	}
	if fault := cus.apply(c); fault != nil {
		return nil, fault
	}
	c.m.insert("customer", cus)
	if id := c.form.text("payment_method"); id != "" {
		pm, fault := c.m.usable(id, "payment_method")
		if fault == nil {
			fault = c.m.attach(pm, cus)
		}
		if fault != nil {
			c.m.remove("customer", cus.ID)
			return nil, fault
		}
	}
	c.m.emit(c, "customer.created", c.m.changed(cus), nil)
	return cus, nil
}

// apply takes over the parameters of create and update.
func (cus *Customer) apply(c *call) *Error {
	f := c.form
	meta, fault := mergeMetadata(cus.Metadata, f.at("metadata"))
	if fault != nil {
		return fault
	}
	cus.Metadata = meta
	if pm := f.text("invoice_settings", "default_payment_method"); pm != "" {
		if found, ok := find[*PaymentMethod](c.m, pm); !ok || found.Customer != cus.ID {
			return refused("resource_missing", "invoice_settings[default_payment_method]", "The customer does not have a payment method with the ID "+clip(pm, 80)+". The payment method must be attached to the customer.")
		}
	}
	cus.Email = f.or(cus.Email, "email")
	cus.Name = f.or(cus.Name, "name")
	cus.Phone = f.or(cus.Phone, "phone")
	cus.Description = f.or(cus.Description, "description")
	cus.InvoicePrefix = f.or(cus.InvoicePrefix, "invoice_prefix")
	cus.InvoiceSettings.DefaultPaymentMethod = f.or(cus.InvoiceSettings.DefaultPaymentMethod, "invoice_settings", "default_payment_method")
	cus.InvoiceSettings.Footer = f.or(cus.InvoiceSettings.Footer, "invoice_settings", "footer")
	if f.has("balance") {
		cus.Balance = f.number("balance")
	}
	if f.has("preferred_locales") {
		cus.PreferredLocales = append([]string{}, f.strings("preferred_locales")...)
	}
	if v := f.text("tax_exempt"); v != "" {
		cus.TaxExempt = v
	}
	if f.has("address") {
		cus.Address = readAddress(f.at("address"))
	}
	if f.has("shipping") {
		cus.Shipping = readShipping(f.at("shipping"))
	}
	return nil
}

func readAddress(n *node) *Address {
	if n == nil || !n.hash {
		return nil
	}
	return &Address{
		City: n.text("city"), Country: n.text("country"), Line1: n.text("line1"), Line2: n.text("line2"),
		PostalCode: n.text("postal_code"), State: n.text("state"),
	}
}

func readShipping(n *node) *Shipping {
	if n == nil || !n.hash {
		return nil
	}
	s := &Shipping{Carrier: n.text("carrier"), Name: n.text("name"), Phone: n.text("phone"), TrackingNumber: n.text("tracking_number")}
	if a := readAddress(n.at("address")); a != nil {
		s.Address = *a
	}
	return s
}

func getCustomer(c *call) (any, error) {
	cus, ok := find[*Customer](c.m, c.values.of("customer"))
	if !ok {
		return nil, c.m.noSuch("customer", c.values.of("customer"), "id")
	}
	return cus, nil
}

func updateCustomer(c *call) (any, error) {
	cus, fault := c.m.customer(c.values.of("customer"), "id")
	if fault != nil {
		return nil, fault
	}
	next := *cus
	if fault := next.apply(c); fault != nil {
		return nil, fault
	}
	before := *cus
	*cus = next
	c.m.emit(c, "customer.updated", c.m.changed(cus), &before)
	return cus, nil
}

func deleteCustomer(c *call) (any, error) {
	cus, fault := c.m.customer(c.values.of("customer"), "id")
	if fault != nil {
		return nil, fault
	}
	c.m.deleteCustomer(c, cus)
	return cus, nil
}

func (m *mode) deleteCustomer(c *call, cus *Customer) {
	m.emit(c, "customer.deleted", *cus, nil)
	for _, o := range m.table("payment_method").rows {
		if pm, ok := o.(*PaymentMethod); ok && pm.Customer == cus.ID {
			pm.Customer, pm.spent = "", true
		}
	}
	cus.Deleted = true
}

func listCustomers(c *call) (any, error) {
	email, byEmail := c.form.text("email"), c.form.has("email")
	return page(c, "customer", func(cus *Customer) bool {
		return !cus.Deleted && (!byEmail || cus.Email == email)
	})
}
