package stripetest

// View looks at the objects of one account in one mode; the inspecting methods of
// [Stripe] are those of its default account in test mode. What a View returns
// are copies: changing them changes nothing.
type View struct {
	s       *Stripe
	account string
	live    bool
}

// View looks at the test objects of an account, "" for the default one.
func (s *Stripe) View(account string) View { return View{s: s, account: account} }

// Live is the same account in live mode.
func (v View) Live() View { v.live = true; return v }

// mode finds the objects of a view; an unknown account has none. The caller
// holds s.mu.
func (v View) mode() *mode {
	id := v.account
	if id == "" {
		id = v.s.keys.account
	}
	a := v.s.accounts[id]
	switch {
	case a == nil:
		return newMode(v.s, &account{}, v.live)
	case v.live:
		return a.live
	}
	return a.test
}

func (s *Stripe) home() *mode { return s.accounts[s.keys.account].test }

// all copies the objects of a table, oldest first.
func all[T any, P interface {
	*T
	object
}](v View, name string) []T {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.s.tick()
	var out []T
	for _, o := range v.mode().table(name).rows {
		if s, ok := o.(shaped); ok {
			s.shape() // an event completes itself
		}
		if p, ok := o.(P); ok {
			out = append(out, *p)
		}
	}
	return out
}

// one copies an object, the zero value when there is none.
func one[T any, P interface {
	*T
	object
}](v View, id string) T {
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.s.tick()
	if p, ok := v.mode().index[id].object.(P); ok {
		return *p
	}
	var zero T
	return zero
}

// Intents returns all PaymentIntents, oldest first.
func (v View) Intents() []PaymentIntent { return all[PaymentIntent](v, "payment_intent") }

// Intent returns a PaymentIntent, the zero value when there is none.
func (v View) Intent(id string) PaymentIntent { return one[PaymentIntent](v, id) }

// Charges returns all charges, oldest first.
func (v View) Charges() []Charge { return all[Charge](v, "charge") }

// Charge returns a charge, the zero value when there is none.
func (v View) Charge(id string) Charge { return one[Charge](v, id) }

// Customers returns all customers, oldest first; deleted ones have Deleted set.
func (v View) Customers() []Customer { return all[Customer](v, "customer") }

// Customer returns a customer, the zero value when there is none.
func (v View) Customer(id string) Customer { return one[Customer](v, id) }

// PaymentMethods returns all payment methods, oldest first.
func (v View) PaymentMethods() []PaymentMethod { return all[PaymentMethod](v, "payment_method") }

// Cards returns the cards that are attached to a customer, oldest first.
func (v View) Cards(customer string) []PaymentMethod {
	var out []PaymentMethod
	for _, pm := range v.PaymentMethods() {
		if pm.Customer == customer && customer != "" {
			out = append(out, pm)
		}
	}
	return out
}

// SetupIntents returns all SetupIntents, oldest first.
func (v View) SetupIntents() []SetupIntent { return all[SetupIntent](v, "setup_intent") }

// Refunds returns all refunds, oldest first, the releases of holds included.
func (v View) Refunds() []Refund { return all[Refund](v, "refund") }

// Disputes returns all disputes, oldest first.
func (v View) Disputes() []Dispute { return all[Dispute](v, "dispute") }

// Reviews returns all reviews, oldest first.
func (v View) Reviews() []Review { return all[Review](v, "review") }

// Events returns the events of the last 30 days, oldest first; with patterns
// ("charge.*") those that fit one of them.
func (v View) Events(types ...string) []Event {
	events := all[Event](v, "event")
	if len(types) == 0 {
		return events
	}
	var out []Event
	for _, e := range events {
		if wanted(types, e.Type) {
			out = append(out, e)
		}
	}
	return out
}

// Intents is [View.Intents] of the default account.
func (s *Stripe) Intents() []PaymentIntent { return s.View("").Intents() }

// Intent is [View.Intent] of the default account.
func (s *Stripe) Intent(id string) PaymentIntent { return s.View("").Intent(id) }

// Charges is [View.Charges] of the default account.
func (s *Stripe) Charges() []Charge { return s.View("").Charges() }

// Charge is [View.Charge] of the default account.
func (s *Stripe) Charge(id string) Charge { return s.View("").Charge(id) }

// Customers is [View.Customers] of the default account.
func (s *Stripe) Customers() []Customer { return s.View("").Customers() }

// Customer is [View.Customer] of the default account.
func (s *Stripe) Customer(id string) Customer { return s.View("").Customer(id) }

// PaymentMethods is [View.PaymentMethods] of the default account.
func (s *Stripe) PaymentMethods() []PaymentMethod { return s.View("").PaymentMethods() }

// Cards is [View.Cards] of the default account.
func (s *Stripe) Cards(customer string) []PaymentMethod { return s.View("").Cards(customer) }

// SetupIntents is [View.SetupIntents] of the default account.
func (s *Stripe) SetupIntents() []SetupIntent { return s.View("").SetupIntents() }

// Refunds is [View.Refunds] of the default account.
func (s *Stripe) Refunds() []Refund { return s.View("").Refunds() }

// Disputes is [View.Disputes] of the default account.
func (s *Stripe) Disputes() []Dispute { return s.View("").Disputes() }

// Reviews is [View.Reviews] of the default account.
func (s *Stripe) Reviews() []Review { return s.View("").Reviews() }

// Events is [View.Events] of the default account.
func (s *Stripe) Events(types ...string) []Event { return s.View("").Events(types...) }

// HeldMoney tells whether the intent holds or has taken money: what a test of a
// cancelled checkout wants to be false.
func (p PaymentIntent) HeldMoney() bool {
	return p.Status == StatusRequiresCapture || p.Status == StatusSucceeded
}
