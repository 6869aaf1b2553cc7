package stripetest

// Failer is the part of [testing.TB] that [Stripe.Strict] needs.
type Failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// Strict fails the test on every request that Stripe's API description would
// refuse: an unknown address, a parameter that does not exist, is missing or has
// the wrong type, a key that nobody knows. Without it such a request is only
// answered with the error that Stripe gives.
func (s *Stripe) Strict(t Failer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strict = t
}

// complain tells a strict test. The caller holds s.mu.
func (s *Stripe) complain(j *job, e *Error) {
	if s.strict == nil || !e.transient || e.Type == "idempotency_error" || (e.status != 400 && e.status != 401 && e.status != 404) {
		return
	}
	s.strict.Helper()
	s.strict.Errorf("stripetest: %s %s was refused: %s", j.in.method, j.in.path, e.Message)
}
