package stripetest

import (
	"strconv"
	"strings"
)

// foreignTypes are the details of the types that are not emulated.
func foreignTypes() string {
	var lines strings.Builder
	lines.WriteString("\ninterac_present foreign\n")
	for name := range strings.FieldsSeq(methodTypes) {
		if name != "card" {
			lines.WriteString(name + " foreign\n")
		}
	}
	return lines.String()
}

// newCard makes a payment method of a test card. It is not yet in the store.
func (m *mode) newCard(card *testCard, month, year int64) *PaymentMethod {
	return &PaymentMethod{
		ID: m.s.newID("pm"), Object: "payment_method", AllowRedisplay: "unspecified", Created: m.now(),
		Livemode: m.isLive, Metadata: map[string]string{}, Type: "card", card: card, cvc: true,
		Card: Card{
			Brand: card.brand, Country: card.country, DisplayBrand: displayBrand(card.brand), ExpMonth: month, ExpYear: year,
			Fingerprint: card.fingerprint(m.account.ID), Funding: card.funding, Last4: card.number[len(card.number)-4:],
			Networks: CardNetworks{Available: []string{card.brand}}, ThreeDSecureUsage: Supported{Supported: card.auth != authUnsupported},
			Checks: CardChecks{CVCCheck: "unchecked"},
		},
	}
}

func displayBrand(brand string) string {
	switch brand {
	case "amex":
		return "american_express"
	case "diners":
		return "diners_club"
	case "unionpay":
		return "union_pay"
	}
	return brand
}

// typed makes a payment method of what was typed into a card form.
func (m *mode) typed(n *node) (*PaymentMethod, *Error) {
	if token := n.text("token"); token != "" {
		card := cardsByName["pm_card_"+strings.TrimPrefix(token, "tok_")]
		if card == nil {
			return nil, m.noSuch("token", token, "card[token]")
		}
		month, year := m.expiry()
		return m.newCard(card, month, year), nil
	}
	for _, name := range []string{"number", "exp_month", "exp_year"} {
		if !n.has(name) {
			return nil, invalid("parameter_missing", "card["+name+"]", "Missing required param: card["+name+"].")
		}
	}
	number := digits(n.text("number"))
	month, year := n.number("exp_month"), n.number("exp_year")
	if year < 100 {
		year += 2000
	}
	now := m.s.now()
	switch {
	case !luhn(number):
		return nil, cardFault("incorrect_number", "number", "Your card number is incorrect.")
	case month < 1 || month > 12:
		return nil, cardFault("invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.")
	case year < int64(now.Year()) || year > int64(now.Year())+50:
		return nil, cardFault("invalid_expiry_year", "exp_year", "Your card's expiration year is invalid.")
	case year == int64(now.Year()) && month < int64(now.Month()):
		return nil, cardFault("invalid_expiry_month", "exp_month", "Your card's expiration month is invalid.")
	}
	if cvc := n.text("cvc"); cvc != "" {
		if _, err := strconv.ParseUint(cvc, 10, 64); err != nil || len(cvc) < 3 || len(cvc) > 4 {
			return nil, cardFault("invalid_cvc", "cvc", "Your card's security code is invalid.")
		}
	}
	card := cardsByNumber[number]
	if card == nil {
		e := cardFault("card_declined", "", "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.")
		e.DeclineCode = "test_mode_live_card"
		return nil, e
	}
	pm := m.newCard(card, month, year)
	pm.cvc = n.text("cvc") != ""
	return pm, nil
}

// cardFault is a 402.
func cardFault(code, param, message string) *Error {
	e := &Error{Type: "card_error", Message: message, Param: param, status: 402}
	return e.withCode(code)
}

// expiry is the date of expiry of cards that were not typed.
func (m *mode) expiry() (month, year int64) {
	t := m.s.now().UTC()
	return int64(t.Month()), int64(t.Year()) + 1
}

// method finds a payment method; a pm_card_… name makes a fresh one, as at
// Stripe (stripe-facts §2.1).
func (m *mode) method(id, param string) (*PaymentMethod, *Error) {
	if pm, ok := find[*PaymentMethod](m, id); ok {
		return pm, nil
	}
	card := cardsByName[id]
	if card == nil || m.isLive {
		return nil, m.noSuch("PaymentMethod", id, param)
	}
	pm := m.newCard(card, 0, 0)
	pm.Card.ExpMonth, pm.Card.ExpYear = m.expiry()
	m.insert("payment_method", pm)
	return pm, nil
}

// usable finds a payment method that may still be used (stripe-facts §1.5).
func (m *mode) usable(id, param string) (*PaymentMethod, *Error) {
	pm, fault := m.method(id, param)
	if fault != nil {
		return nil, fault
	}
	if pm.spent {
		return nil, refused("payment_method_unexpected_state", "", "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.").withCode("")
	}
	return pm, nil
}

// attach gives a payment method to a customer. Stripe tries the card first.
func (m *mode) attach(pm *PaymentMethod, cus *Customer) *Error {
	if pm.Customer != "" {
		return refused("", "", "The payment method you provided has already been attached to a customer.")
	}
	if pm.card.decline != "" && !pm.card.noSave && pm.card.risk != "blocked" {
		return declined(pm)
	}
	pm.Customer = cus.ID
	pm.Card.Checks.CVCCheck = pm.cvcResult()
	m.emit(nil, "payment_method.attached", *pm, nil)
	return nil
}

// cvcResult is the outcome of the CVC check.
func (p *PaymentMethod) cvcResult() string {
	switch {
	case !p.cvc:
		return ""
	case p.card.decline == "incorrect_cvc":
		return "fail"
	}
	return "pass"
}
