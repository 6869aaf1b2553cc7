package stripetest

func captureIntent(c *call) (any, error) {
	pi, fault := c.intent()
	if fault != nil {
		return nil, fault
	}
	if pi.Status != StatusRequiresCapture {
		return nil, wrongState(pi, "This PaymentIntent could not be captured because it has a status of "+pi.Status+". Only a PaymentIntent with one of the following statuses may be captured: requires_capture.")
	}
	amount := pi.AmountCapturable
	if c.form.has("amount_to_capture") {
		amount = c.form.number("amount_to_capture")
	}
	if amount < 1 {
		return nil, refused("parameter_invalid_integer", "amount_to_capture", "This value must be greater than or equal to 1.")
	}
	if amount > pi.AmountCapturable {
		return nil, refused("amount_too_large", "amount_to_capture", "The requested capture amount is greater than the amount you can capture for this PaymentIntent.")
	}
	meta, fault := mergeMetadata(pi.Metadata, c.form.at("metadata"))
	if fault != nil {
		return nil, fault
	}
	pi.Metadata = meta
	pi.StatementDescriptorSuffix = c.form.or(pi.StatementDescriptorSuffix, "statement_descriptor_suffix")
	c.m.capture(c, pi, amount)
	return pi, nil
}

// capture takes held money; what is left over is released (stripe-facts §1.1).
func (m *mode) capture(c *call, pi *PaymentIntent, amount int64) {
	ch, _ := find[*Charge](m, pi.LatestCharge)
	before := *ch
	ch.Captured, ch.AmountCaptured = true, amount
	if rest := ch.Amount - amount; rest > 0 {
		ch.AmountRefunded = rest
		m.insert("refund", m.newRefund(ch, rest, ""))
	}
	ch.StatementDescriptorSuffix = pi.StatementDescriptorSuffix
	ch.CalculatedStatementDescriptor = descriptor(m.account.Name, pi.StatementDescriptorSuffix)
	ch.BalanceTransaction = m.book(ch).ID
	pi.Status, pi.AmountReceived, pi.AmountCapturable = StatusSucceeded, amount, 0
	m.emit(c, "charge.captured", m.changed(ch), &before)
	m.emit(c, "payment_intent.succeeded", m.changed(pi), nil)
	m.trouble(pi, ch)
}

func cancelIntent(c *call) (any, error) {
	pi, fault := c.intent()
	if fault != nil {
		return nil, fault
	}
	switch pi.Status {
	case StatusSucceeded, StatusCanceled, StatusProcessing:
		return nil, wrongState(pi, "You cannot cancel this PaymentIntent because it has a status of "+pi.Status+". Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action.")
	}
	c.m.cancel(c, pi, c.form.text("cancellation_reason"))
	return pi, nil
}

// cancel ends an intent and releases what it holds (stripe-facts §1.1, §5).
func (m *mode) cancel(c *call, pi *PaymentIntent, reason string) {
	held := pi.Status == StatusRequiresCapture
	pi.Status, pi.CanceledAt, pi.CancellationReason = StatusCanceled, m.now(), reason
	pi.AmountCapturable, pi.NextAction, pi.challenge = 0, nil, nil
	if ch, ok := find[*Charge](m, pi.LatestCharge); ok && held {
		refundReason := reason
		if reason == "automatic" {
			refundReason = "expired_uncaptured_charge"
		} else if reason == "abandoned" {
			refundReason = ""
		}
		before := *ch
		ch.Refunded, ch.AmountRefunded = true, ch.Amount
		m.insert("refund", m.newRefund(ch, ch.Amount, refundReason))
		kind := "charge.refunded"
		if reason == "automatic" {
			kind = "charge.expired"
		}
		m.emit(c, kind, m.changed(ch), &before)
		m.closeReview(ch, "refunded")
	}
	m.emit(c, "payment_intent.canceled", m.changed(pi), nil)
}

// expire ends an authorisation that nobody captured in time.
func (m *mode) expire(pi *PaymentIntent, ch *Charge) {
	if pi.Status == StatusRequiresCapture && pi.LatestCharge == ch.ID {
		m.cancel(nil, pi, "automatic")
	}
}

// resolve ends a pending prompt of a PaymentIntent (stripe-facts §1.1).
func (m *mode) resolve(pi *PaymentIntent, passed bool) {
	pm := pi.challenge.pm
	pi.challenge, pi.NextAction = nil, nil
	if !passed {
		e := authenticationFailed(false)
		_ = m.failIntent(nil, pi, pm, e) // kept as last_payment_error
		return
	}
	if pi.ConfirmationMethod == "manual" {
		pi.Status, pi.passed = StatusRequiresConfirmation, pm.ID
		m.changed(pi)
		return
	}
	_ = m.charge(nil, pi, pm, authenticated(m.s.newID("3ds"))) // kept as last_payment_error
}
