package stripetest

import "net/http"

func (s *Stripe) browserRoutes(mux *http.ServeMux) {}
