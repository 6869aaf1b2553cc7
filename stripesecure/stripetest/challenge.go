package stripetest

// Authentication is how a 3-D Secure prompt ends, see [Stripe.Challenge].
type Authentication int

// What a buyer can do at a 3-D Secure prompt.
const (
	Pass    Authentication = iota // authenticates
	Fail                          // fails to authenticate
	Abandon                       // closes the window: the intent stays as it is
)

// Challenge does what the buyer would do at the 3-D Secure prompt of an intent
// in requires_action. It reports whether there was a prompt.
func (s *Stripe) Challenge(intent string, what Authentication) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	for _, a := range s.accounts {
		for _, m := range []*mode{a.test, a.live} {
			if ch := m.pending(intent); ch != nil {
				if what != Abandon {
					m.answer(ch, what == Pass)
				}
				return true
			}
		}
	}
	return false
}

// pending is the open prompt of an intent, nil for none.
func (m *mode) pending(intent string) *challenge {
	if pi, ok := find[*PaymentIntent](m, intent); ok {
		return pi.challenge
	}
	if si, ok := find[*SetupIntent](m, intent); ok {
		return si.challenge
	}
	return nil
}

// answer ends a prompt.
func (m *mode) answer(ch *challenge, passed bool) {
	if pi, ok := find[*PaymentIntent](m, ch.intent); ok {
		m.resolve(pi, passed)
	}
	if si, ok := find[*SetupIntent](m, ch.intent); ok {
		m.resolveSetup(si, passed)
	}
}

// browserState is what the hosted pages need to know.
type browserState struct {
	prompts map[string]*challenge
	order   []string
}

// maxPrompts bounds how many prompts are remembered for the hosted page.
const maxPrompts = 100_000

func (b *browserState) add(ch *challenge) {
	if b.prompts == nil {
		b.prompts = map[string]*challenge{}
	}
	b.prompts[ch.token] = ch
	b.order = append(b.order, ch.token)
	if len(b.order) > maxPrompts {
		delete(b.prompts, b.order[0])
		b.order = b.order[1:]
	}
}
