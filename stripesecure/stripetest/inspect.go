package stripetest

// Everything here reads or changes the objects of the default account in test
// mode, unless a key says otherwise.

func (s *Stripe) home() *mode { return s.accounts[s.keys.account].test }

// all copies the objects of a table, oldest first.
func all[T any, P interface {
	*T
	object
}](s *Stripe, name string) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	var out []T
	for _, o := range s.home().table(name).rows {
		if p, ok := o.(P); ok {
			out = append(out, *p)
		}
	}
	return out
}

// one copies an object; ok tells whether it exists.
func one[T any, P interface {
	*T
	object
}](s *Stripe, id string) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	if p, ok := s.home().index[id].(P); ok {
		return *p, true
	}
	var zero T
	return zero, false
}

// Intents returns all PaymentIntents, oldest first.
func (s *Stripe) Intents() []PaymentIntent { return all[PaymentIntent](s, "payment_intent") }

// Intent returns a PaymentIntent, the zero value when there is none.
func (s *Stripe) Intent(id string) PaymentIntent { pi, _ := one[PaymentIntent](s, id); return pi }

// Charges returns all charges, oldest first.
func (s *Stripe) Charges() []Charge { return all[Charge](s, "charge") }

// Charge returns a charge, the zero value when there is none.
func (s *Stripe) Charge(id string) Charge { c, _ := one[Charge](s, id); return c }

// Customers returns all customers, oldest first; deleted ones have Deleted set.
func (s *Stripe) Customers() []Customer { return all[Customer](s, "customer") }

// Customer returns a customer, the zero value when there is none.
func (s *Stripe) Customer(id string) Customer { c, _ := one[Customer](s, id); return c }

// PaymentMethods returns all payment methods, oldest first.
func (s *Stripe) PaymentMethods() []PaymentMethod { return all[PaymentMethod](s, "payment_method") }

// Refunds returns all refunds, oldest first, the releases of holds included.
func (s *Stripe) Refunds() []Refund { return all[Refund](s, "refund") }

// Events returns all events, oldest first.
func (s *Stripe) Events() []Event { return all[Event](s, "event") }
