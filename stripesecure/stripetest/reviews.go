package stripetest

func (m *mode) review(*PaymentIntent, *Charge) {}

func (m *mode) closeReview(*Charge, string) {}
