package stripetest

// TokenOption changes the token that [Stripe.Token] makes.
type TokenOption func(*ConfirmationToken)

// ForLater sets setup_future_usage: "off_session" or "on_session".
func ForLater(usage string) TokenOption {
	return func(t *ConfirmationToken) { t.SetupFutureUsage = usage }
}

// ReturningTo sets the return_url of a token.
func ReturningTo(url string) TokenOption { return func(t *ConfirmationToken) { t.ReturnURL = url } }

// ByRedirect makes a token whose 3-D Secure goes by redirect instead of
// Stripe.js.
func ByRedirect() TokenOption { return func(t *ConfirmationToken) { t.UseStripeSDK = false } }

// BilledTo sets name and mail address of the card's owner.
func BilledTo(name, email string) TokenOption {
	return func(t *ConfirmationToken) {
		t.method.BillingDetails.Name, t.method.BillingDetails.Email = name, email
		t.PaymentMethodPreview.BillingDetails = t.method.BillingDetails
	}
}

// Token makes a confirmation token as Stripe.js would after the buyer typed a
// card: a test card number, or its pm_card_… name. It panics when there is no
// such test card.
func (s *Stripe) Token(card string, opts ...TokenOption) string {
	return s.View("").Token(card, opts...)
}

// Token is [Stripe.Token] for another account or mode.
func (v View) Token(card string, opts ...TokenOption) string {
	c := mustCard(card)
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.s.tick()
	m := v.mode()
	month, year := m.expiry()
	t := m.newToken(m.newCard(c, month, year))
	for _, opt := range opts {
		opt(t)
	}
	m.insert("confirmation_token", t)
	return t.ID
}
