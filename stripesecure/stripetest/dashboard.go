package stripetest

import "fmt"

// Dashboard is the merchant at work in the Stripe Dashboard: changes that the
// plugin did not ask for. It acts on the objects of the default account in test
// mode, see [Dashboard.Of].
type Dashboard struct{ v View }

// Dashboard opens the Dashboard of the default account in test mode.
func (s *Stripe) Dashboard() Dashboard { return Dashboard{s.View("")} }

// Of opens the Dashboard of another account or mode.
func (d Dashboard) Of(v View) Dashboard { return Dashboard{v} }

// do runs act under the lock.
func (d Dashboard) do(act func(m *mode) error) error {
	d.v.s.mu.Lock()
	defer d.v.s.mu.Unlock()
	d.v.s.tick()
	return act(d.v.mode())
}

// Capture takes held money; amount 0 takes all.
func (d Dashboard) Capture(intent string, amount int64) error {
	return d.do(func(m *mode) error {
		pi, ok := find[*PaymentIntent](m, intent)
		if !ok || pi.Status != StatusRequiresCapture || amount > pi.AmountCapturable {
			return fmt.Errorf("stripetest: %s cannot be captured", intent)
		}
		if amount == 0 {
			amount = pi.AmountCapturable
		}
		m.capture(nil, pi, amount)
		return nil
	})
}

// Cancel cancels an intent and releases what it holds.
func (d Dashboard) Cancel(intent, reason string) error {
	return d.do(func(m *mode) error {
		pi, ok := find[*PaymentIntent](m, intent)
		if !ok || pi.Status == StatusSucceeded || pi.Status == StatusCanceled {
			return fmt.Errorf("stripetest: %s cannot be cancelled", intent)
		}
		m.cancel(nil, pi, reason)
		return nil
	})
}

// Refund returns captured money of an intent or charge; amount 0 returns all
// that is left.
func (d Dashboard) Refund(id string, amount int64) error {
	return d.do(func(m *mode) error {
		ch := m.chargeOf(id)
		if ch == nil || !ch.Captured || amount > ch.Amount-ch.AmountRefunded {
			return fmt.Errorf("stripetest: %s cannot be refunded", id)
		}
		if amount == 0 {
			amount = ch.Amount - ch.AmountRefunded
		}
		m.refund(nil, ch, amount, "requested_by_customer", map[string]string{})
		return nil
	})
}

// Expire lets the hold of an intent end now, as Stripe does when nobody captures
// in time. Time itself does not move: see [Stripe.Advance] for that.
func (d Dashboard) Expire(intent string) error {
	return d.do(func(m *mode) error {
		pi, ok := find[*PaymentIntent](m, intent)
		if !ok || pi.Status != StatusRequiresCapture {
			return fmt.Errorf("stripetest: %s holds nothing", intent)
		}
		m.cancel(nil, pi, "automatic")
		return nil
	})
}

// Warn makes the card's issuer warn of fraud about an intent or charge.
func (d Dashboard) Warn(id string) error {
	return d.do(func(m *mode) error {
		ch := m.chargeOf(id)
		if ch == nil || !ch.Captured {
			return fmt.Errorf("stripetest: %s is not captured", id)
		}
		pi, _ := find[*PaymentIntent](m, ch.PaymentIntent)
		m.warn(pi, ch)
		return nil
	})
}

// Dispute makes the buyer dispute an intent or charge, for a reason of Stripe's
// list ("fraudulent", "product_not_received", …), or "inquiry".
func (d Dashboard) Dispute(id, reason string) error {
	return d.do(func(m *mode) error {
		ch := m.chargeOf(id)
		if ch == nil || !ch.Captured || ch.Disputed {
			return fmt.Errorf("stripetest: %s cannot be disputed", id)
		}
		m.dispute(ch, reason)
		return nil
	})
}

// Decide ends the open dispute of an intent or charge.
func (d Dashboard) Decide(id string, won bool) error {
	return d.do(func(m *mode) error {
		if ch := m.chargeOf(id); ch != nil {
			if dp, ok := find[*Dispute](m, ch.Dispute); ok && !among(" won lost warning_closed ", dp.Status) {
				m.decide(nil, dp, won)
				return nil
			}
		}
		return fmt.Errorf("stripetest: %s has no open dispute", id)
	})
}

// Review opens a Radar review of an intent or charge.
func (d Dashboard) Review(id string) error {
	return d.do(func(m *mode) error {
		ch := m.chargeOf(id)
		if ch == nil || ch.Review != "" {
			return fmt.Errorf("stripetest: %s cannot be put under review", id)
		}
		pi, _ := find[*PaymentIntent](m, ch.PaymentIntent)
		m.openReview(pi, ch, "manual")
		return nil
	})
}

// Approve ends the review of an intent or charge.
func (d Dashboard) Approve(id string) error {
	return d.do(func(m *mode) error {
		ch := m.chargeOf(id)
		if ch == nil || ch.Review == "" {
			return fmt.Errorf("stripetest: %s is not under review", id)
		}
		m.closeReview(ch, "approved")
		return nil
	})
}

// SetMetadata changes the metadata of an intent; an empty value drops the key.
func (d Dashboard) SetMetadata(intent, key, value string) error {
	return d.do(func(m *mode) error {
		pi, ok := find[*PaymentIntent](m, intent)
		if !ok {
			return fmt.Errorf("stripetest: there is no %s", intent)
		}
		sent := &node{hash: true, kids: []*node{{name: key, value: value}}}
		meta, fault := mergeMetadata(pi.Metadata, sent)
		if fault != nil {
			return fault
		}
		pi.Metadata = meta
		m.changed(pi)
		return nil
	})
}

// DeleteCustomer deletes a customer and detaches its cards.
func (d Dashboard) DeleteCustomer(id string) error {
	return d.do(func(m *mode) error {
		cus, fault := m.customer(id, "id")
		if fault != nil {
			return fault
		}
		m.deleteCustomer(nil, cus)
		return nil
	})
}

// chargeOf finds the charge of a ch_ or of a pi_, nil for none.
func (m *mode) chargeOf(id string) *Charge {
	if pi, ok := find[*PaymentIntent](m, id); ok {
		id = pi.LatestCharge
	}
	ch, _ := find[*Charge](m, id)
	return ch
}
