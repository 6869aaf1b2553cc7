package stripetest

import (
	"context"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"
)

// Fault is something that goes wrong with a call, see [Stripe.Fail].
type Fault struct {
	name   string
	refuse func(*call) *Error // answered before the endpoint begins
	breaks *Error             // answered by the endpoint, stored under the key
	after  bool               // the work is done all the same
	lost   where              // the connection breaks
	hang   bool               // … and the client notices only by its time-out
	body   func(answer) answer
	delay  time.Duration
	late   bool // the delay is on the way to Stripe, not inside
}

type where int

const (
	nowhere where = iota
	request
	reply
)

// The faults. All of them work over [Stripe.Transport] and over a socket.
var (
	// LoseRequest: the connection breaks before Stripe sees the request.
	LoseRequest = Fault{name: "lose_request", lost: request}
	// LoseAnswer: Stripe does the work, then the connection breaks.
	LoseAnswer = Fault{name: "lose_answer", lost: reply}
	// HangRequest: Stripe never sees the request; the client waits until its own
	// time-out.
	HangRequest = Fault{name: "hang_request", lost: request, hang: true}
	// HangAnswer: Stripe does the work; the client waits until its own time-out.
	HangAnswer = Fault{name: "hang_answer", lost: reply, hang: true}
	// Conflict is 409 idempotency_key_in_use (stripe-facts §1.4), without work.
	Conflict = Fault{name: "conflict", refuse: func(c *call) *Error {
		e := &Error{Type: "invalid_request_error", status: http.StatusConflict, transient: true, shouldRetry: "true", Message: "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): " + c.idem + ". Please try again later."}
		return e.withCode("idempotency_key_in_use")
	}}
	// RateLimit is 429 rate_limit: refused before the idempotency layer.
	RateLimit = Fault{name: "rate_limit", refuse: func(*call) *Error {
		e := &Error{Type: "invalid_request_error", status: http.StatusTooManyRequests, transient: true, Message: "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."}
		return e.withCode("rate_limit")
	}}
	// LockTimeout is 429 lock_timeout: another call changes the same object.
	LockTimeout = Fault{name: "lock_timeout", refuse: func(*call) *Error {
		e := &Error{Type: "invalid_request_error", status: http.StatusTooManyRequests, transient: true, shouldRetry: "true", Message: "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts."}
		return e.withCode("lock_timeout")
	}}
	// ServerError is a 500 without any work, stored under the idempotency key.
	ServerError = Fault{name: "server_error", breaks: apiError()}
	// ServerErrorAfterWork is a 500 after the work was done, stored under the key:
	// the reason why a 500 says nothing.
	ServerErrorAfterWork = Fault{name: "server_error_after_work", breaks: apiError(), after: true}
	// BadGateway is a 502 with an HTML page; Stripe saw nothing.
	BadGateway = Fault{name: "bad_gateway", refuse: func(*call) *Error { return apiError() }, body: htmlPage}
	// BadGatewayAfterWork is a 502 with an HTML page after the work was done.
	BadGatewayAfterWork = Fault{name: "bad_gateway_after_work", body: htmlPage}
	// NotJSON is a 200 whose body is no JSON, after the work was done.
	NotJSON = Fault{name: "not_json", body: func(a answer) answer {
		a.body = []byte("<!doctype html><title>Please sign in to the Wi-Fi</title>")
		return a
	}}
	// CutJSON is a 200 whose body ends in the middle, after the work was done.
	CutJSON = Fault{name: "cut_json", body: func(a answer) answer {
		a.body = a.body[:len(a.body)/2]
		return a
	}}
)

// Slow makes Stripe take d for the work; its idempotency key is in use
// meanwhile. A client that gives up earlier does not stop the work.
func Slow(d time.Duration) Fault { return Fault{name: "slow", delay: d} }

// Late makes a request arrive after d, also when its client has given up.
func Late(d time.Duration) Fault { return Fault{name: "late", delay: d, late: true} }

func apiError() *Error {
	return &Error{Type: "api_error", status: 500, Message: "An unknown error occurred"}
}

func htmlPage(a answer) answer {
	a.status = http.StatusBadGateway
	a.head.html = true
	a.body = []byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
	return a
}

// Script is a fault waiting for its call.
type Script struct {
	s       *Stripe
	pattern string
	fault   Fault
	skip    int
	left    int // -1: always
	where   func(Call) bool
	hits    int
	held    *Held
}

// Fail scripts a fault: the next call that fits the pattern meets it, once.
// Patterns are "POST /v1/payment_intents", "POST /v1/payment_intents/*/capture",
// "GET *", "*"; a "*" stands for one segment, at the end for anything.
// [Script.Nth], [Script.Times] and [Script.Always] say which calls.
//
//	s.Fail("POST /v1/payment_intents", stripetest.LoseAnswer)
//	s.Fail("* *", stripetest.RateLimit).Nth(2).Times(3)
func (s *Stripe) Fail(pattern string, f Fault) *Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &Script{s: s, pattern: pattern, fault: f, left: 1}
	s.faults = append(s.faults, one)
	return one
}

// Nth lets n-1 fitting calls pass first.
func (p *Script) Nth(n int) *Script { return p.set(func() { p.skip = n - 1 }) }

// Times makes the fault hit n calls.
func (p *Script) Times(n int) *Script { return p.set(func() { p.left = n }) }

// Always makes the fault hit every fitting call until [Script.Stop].
func (p *Script) Always() *Script { return p.set(func() { p.left = -1 }) }

// Where narrows the fault to calls for which match says so. Only method, path,
// form, key and idempotency key of the call are known by then. match must not
// call the emulator.
func (p *Script) Where(match func(Call) bool) *Script { return p.set(func() { p.where = match }) }

// Stop ends the script.
func (p *Script) Stop() { p.set(func() { p.left = 0 }) }

// Hits tells how many calls met the fault.
func (p *Script) Hits() int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.hits
}

func (p *Script) set(change func()) *Script {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	change()
	return p
}

// meet finds the script that a request meets, nil for none. The caller holds s.mu.
func (s *Stripe) meet(in *incoming) *Script {
	var hit *Script
	live := s.faults[:0]
	for _, p := range s.faults {
		if hit == nil && p.left != 0 && p.fits(in) {
			if p.skip > 0 {
				p.skip--
			} else {
				hit = p
				p.hits++
				if p.left > 0 {
					p.left--
				}
			}
		}
		if p.left != 0 {
			live = append(live, p)
		}
	}
	s.faults = live
	return hit
}

func (p *Script) fits(in *incoming) bool {
	if !fits(p.pattern, in.method, in.path) {
		return false
	}
	if p.where == nil {
		return true
	}
	form, _ := in.form(&parser{}) // nil when it is malformed
	c := Call{Method: in.method, Path: in.path, IdempotencyKey: in.idempotencyKey(), Form: form.flat()}
	c.Key = mask(bearer(in.header))
	c.Account = header(in.header, "Stripe-Account")
	return p.where(c)
}

// fits compares a call with a pattern.
func fits(pattern, method, where string) bool {
	wantMethod, wantPath, ok := strings.Cut(pattern, " ")
	if !ok {
		wantMethod, wantPath = "*", pattern
	}
	if wantMethod != "*" && wantMethod != method {
		return false
	}
	if wantPath == "*" {
		return true
	}
	if ok, _ := path.Match(wantPath, where); ok {
		return true
	}
	open, isOpen := strings.CutSuffix(wantPath, "/*")
	return isOpen && strings.HasPrefix(where, open+"/")
}

// errLost is what a client sees of a broken connection.
var errLost = errors.New("stripetest: connection reset by peer")

// sleeper waits, or returns early with the error of the context.
type sleeper func(context.Context, time.Duration) error

func timerSleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
