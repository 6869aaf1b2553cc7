package stripetest

// delivery is the queue of events on their way to endpoints.
type delivery struct{}

func (s *Stripe) enqueue(*mode, *Event) {}
