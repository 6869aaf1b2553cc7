package stripetest

import (
	"fmt"
	"strings"
)

// AddCustomer puts a customer into the default account in test mode and returns
// its id. Empty fields get what Stripe would give; ID may be chosen.
func (s *Stripe) AddCustomer(c Customer) string { return s.View("").AddCustomer(c) }

// AddCard attaches a test card (a number, or a pm_card_… name) to a customer and
// returns its id, which is the given one unless that is "".
func (s *Stripe) AddCard(customer, card, id string) string {
	return s.View("").AddCard(customer, card, id)
}

// AddIntent puts a PaymentIntent into the default account in test mode, see
// [View.AddIntent].
func (s *Stripe) AddIntent(pi PaymentIntent) string { return s.View("").AddIntent(pi) }

// AddCustomer is [Stripe.AddCustomer] for another account or mode.
func (v View) AddCustomer(c Customer) string {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	m := v.mode()
	if c.ID == "" {
		c.ID = "cus_" + v.s.random(14)
	}
	m.mustBeNew(c.ID)
	c.Object, c.Livemode = "customer", m.isLive
	fill(&c.Created, m.now())
	fill(&c.TaxExempt, "none")
	fill(&c.InvoicePrefix, v.s.random(8))
	fill(&c.NextInvoiceNumber, 1)
	if c.Metadata == nil {
		c.Metadata = map[string]string{}
	}
	if c.PreferredLocales == nil {
		c.PreferredLocales = []string{}
	}
	m.insert("customer", &c)
	m.changed(&c)
	return c.ID
}

// AddCard is [Stripe.AddCard] for another account or mode.
func (v View) AddCard(customer, card, id string) string {
	c := mustCard(card)
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	m := v.mode()
	month, year := m.expiry()
	pm := m.newCard(c, month, year)
	if id != "" {
		pm.ID = id
	}
	m.mustBeNew(pm.ID)
	if _, fault := m.customer(customer, "customer"); fault != nil {
		panic("stripetest: AddCard: " + fault.Message)
	}
	pm.Customer, pm.setUp = customer, true
	pm.Card.Checks.CVCCheck = "pass"
	m.insert("payment_method", pm)
	return pm.ID
}

// AddIntent is [Stripe.AddIntent] for another account or mode. An intent with
// the status requires_capture or succeeded gets a charge on a Visa card, with the
// events of one; its amount and currency must be set.
func (v View) AddIntent(pi PaymentIntent) string {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	m := v.mode()
	if pi.ID == "" {
		pi.ID = v.s.newID("pi")
	}
	m.mustBeNew(pi.ID)
	pi.Object, pi.Livemode, pi.Currency = "payment_intent", m.isLive, strings.ToLower(pi.Currency)
	fill(&pi.Created, m.now())
	fill(&pi.Status, StatusRequiresPaymentMethod)
	fill(&pi.CaptureMethod, "manual")
	fill(&pi.ConfirmationMethod, "automatic")
	fill(&pi.ClientSecret, pi.ID+"_secret_"+v.s.random(25))
	if pi.Metadata == nil {
		pi.Metadata = map[string]string{}
	}
	if pi.PaymentMethodTypes == nil {
		_ = pi.setTypes([]string{"card"}) // always valid
	}
	p := &pi
	m.insert("payment_intent", p)
	if pi.HeldMoney() {
		month, year := m.expiry()
		pm := m.newCard(cardsByName["pm_card_visa"], month, year)
		m.insert("payment_method", pm)
		done := pi.Status == StatusSucceeded
		_ = m.charge(nil, p, pm, nil) // this card is never declined
		if done && p.Status == StatusRequiresCapture {
			m.capture(nil, p, p.AmountCapturable)
		}
	}
	m.changed(p)
	return p.ID
}

// fill sets a field that was left empty.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (m *mode) mustBeNew(id string) {
	if m.index[id].object != nil {
		panic(fmt.Sprintf("stripetest: there is a %s already", id))
	}
}

// mustCard finds a test card by number or name.
func mustCard(card string) *testCard {
	c := cardsByNumber[digits(card)]
	if c == nil {
		c = cardsByName[card]
	}
	if c == nil {
		panic(fmt.Sprintf("stripetest: %q is no test card", card))
	}
	return c
}
