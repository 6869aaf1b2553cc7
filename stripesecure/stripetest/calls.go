package stripetest

import (
	"slices"
	"time"
)

// Call is one request that was sent to the API, for a test to look at.
type Call struct {
	Method         string
	Path           string            // without the query
	Form           map[string]string // parameters of body or query, flat: "payment_method_options[card][network]"
	IdempotencyKey string
	Account        string // the account it was for: Stripe-Account, or the key's
	Key            string // the API key, masked
	Live           bool
	RequestID      string
	Time           time.Time
	Status         int    // of the answer; 0 when the request never arrived or is held
	Answer         []byte // the body of the answer, as it would have been sent
	Fault          string // the scripted fault that it met
	Replayed       bool   // answered from the idempotency store
}

// String is method and path.
func (c Call) String() string { return c.Method + " " + c.Path }

// callLog keeps the last calls.
type callLog struct {
	list []*logged
	size int // bytes of parameters and answers
}

// maxCallBytes bounds what all remembered calls hold together.
const maxCallBytes = 64 << 20

// grew forgets the oldest calls when too much is remembered.
func (l *callLog) grew(bytes int) {
	l.size += bytes
	for l.size > maxCallBytes && len(l.list) > 1 {
		l.size -= l.list[0].size()
		l.list = last(l.list, len(l.list)-1)
	}
}

func (c *logged) size() int { return len(c.params) + len(c.Answer) }

// logged is a call as it is remembered; what costs time is done when somebody
// looks.
type logged struct {
	Call

	params string // as they were sent
	key    string // the API key
}

// begin notes the arrival of a request. The caller holds s.mu.
func (l *callLog) begin(j *job) *logged {
	c := &logged{Call: Call{
		Method: j.in.method, Path: j.in.path, IdempotencyKey: header(j.in.header, "Idempotency-Key"),
		RequestID: j.call.id, Time: j.s.now(), Fault: j.fault.name,
	}}
	l.list = append(l.list, c)
	if over := len(l.list) - j.s.opts.maxCalls; over > 0 {
		for _, old := range l.list[:over] {
			l.size -= old.size()
		}
		l.list = last(l.list, j.s.opts.maxCalls)
	}
	return c
}

// last keeps the last n of a list. It forgets from the front without moving the
// rest.
func last[T any](list []T, n int) []T {
	over := max(0, len(list)-n)
	clear(list[:over])
	return list[over:]
}

// learn adds what is known after the request was read.
func (c *logged) learn(j *job) {
	if j.call.form != nil {
		c.params = j.in.params()
		j.s.calls.grew(len(c.params))
	}
	if m := j.call.m; m != nil {
		c.Account, c.Live = m.account.ID, m.isLive
	}
	if j.call.key != nil {
		c.key = j.call.key.Text
	}
}

// Calls returns what was asked so far, oldest first. With patterns ("POST
// /v1/payment_intents", "GET *", "POST /v1/payment_intents/*/capture") only the
// calls that fit one of them.
func (s *Stripe) Calls(patterns ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls.list {
		if len(patterns) > 0 && !slices.ContainsFunc(patterns, func(p string) bool { return fits(p, c.Method, c.Path) }) {
			continue
		}
		one := c.Call
		form, _ := new(parser).parse(c.params) // nil when it is malformed
		one.Form = form.flat()
		if keyShape.MatchString(one.Form["key"]) { // Stripe.js sends the key so
			delete(one.Form, "key")
		}
		if c.key != "" {
			one.Key = mask(c.key)
		}
		out = append(out, one)
	}
	return out
}

// ForgetCalls empties the list of [Stripe.Calls], so that a test can look at one
// step by itself.
func (s *Stripe) ForgetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = callLog{}
}
