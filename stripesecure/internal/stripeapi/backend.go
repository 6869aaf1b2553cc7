package stripeapi

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	stripe "github.com/stripe/stripe-go/v79"
)

// Backend is the connection to Stripe that all keys and accounts share.
type Backend struct {
	stripe *stripe.BackendImplementation
	verify func(shop, checkout, attempt, signature string) bool
	limits limits
	watch  func(ctx context.Context, call Call)
}

// Config is what a Backend is made from.
type Config struct {
	URL       string            // "" for the real Stripe
	Transport http.RoundTripper // nil for one of our own
	Timeout   time.Duration
	// Verify tells whether metadata carry our signature.
	Verify func(shop, checkout, attempt, signature string) bool
	// Watch is told of every call that has ended; nil: nobody is.
	Watch func(ctx context.Context, call Call)
}

// Call is a call that has ended.
type Call struct {
	Method, Route string // "*" stands for each id
	Status        int    // 0: no answer
	Code          string // of an error
	RequestID     string
	Duration      time.Duration
	Background    bool
}

// NewBackend connects to nothing yet. Retries inside stripe-go are off, because
// its sleep ignores the context and the protocol retries; telemetry is off; the
// logger is off, because its texts hold whole answers.
func NewBackend(c Config) *Backend {
	if c.Transport == nil {
		c.Transport = NewTransport()
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: stripe.String(cmp.Or(c.URL, stripe.APIURL)),
		HTTPClient: &http.Client{
			Transport:     c.Transport,
			Timeout:       c.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		MaxNetworkRetries: stripe.Int64(0),
		EnableTelemetry:   stripe.Bool(false),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
	own := backend.(*stripe.BackendImplementation) //nolint:forcetypeassert // what GetBackendWithConfig makes; its interface encodes a body again
	return &Backend{stripe: own, verify: c.Verify, watch: c.Watch}
}

// NewTransport keeps enough idle connections for a busy shop. stripe-go's own
// switches HTTP/2 off and keeps two, which costs most calls a TLS handshake.
func NewTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          200,
		MaxIdleConnsPerHost:   100,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// Version is the API version that stripe-go pins.
const Version = stripe.APIVersion

// Client calls Stripe with one key, and on behalf of one account if set.
type Client struct {
	backend    *Backend
	key        string
	account    string
	background bool
}

// Client returns a client for the secret key. account is the Stripe-Account
// header, "" for the key's own account.
func (b *Backend) Client(secretKey, account string) Client {
	return Client{backend: b, key: secretKey, account: account}
}

// Background returns a client whose calls wait until buyers leave enough of the
// account's rate limit.
func (c Client) Background() Client {
	c.background = true
	return c
}

func (c Client) call(ctx context.Context, method, path, idempotencyKey string, body Body, into stripe.LastResponseSetter) error {
	if c.background {
		if err := c.backend.limits.wait(ctx, c.key+c.account); err != nil {
			return err
		}
	}
	params := &stripe.Params{Context: ctx}
	if idempotencyKey != "" {
		params.IdempotencyKey = stripe.String(idempotencyKey)
	}
	if c.account != "" {
		params.SetStripeAccount(c.account)
	}
	began := time.Now()
	err := c.backend.send(method, path, c.key, body, params, into)
	if c.backend.watch != nil {
		c.backend.watch(ctx, c.ended(method, path, err, time.Since(began)))
	}
	c.backend.limits.answered(c.key+c.account, tooMany(err))
	return err
}

func (c Client) ended(method, path string, err error, took time.Duration) Call {
	call := Call{Method: method, Route: route(path), Status: http.StatusOK, Duration: took, Background: c.background}
	if se := (*stripe.Error)(nil); errors.As(err, &se) {
		call.Status, call.Code, call.RequestID = se.HTTPStatusCode, codes(string(se.Code), string(se.DeclineCode)), se.RequestID
	} else if err != nil {
		call.Status, call.Code = 0, "no_answer"
	}
	return call
}

// route is the path without its ids: a segment with a digit or a capital letter
// is one, "v1" apart.
func route(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if i > 1 && strings.ContainsAny(segment, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ%") {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}

// send puts a stored body on the way as it is: sent again, it is the same to
// the byte, which is what an idempotency key stands for.
func (b *Backend) send(method, path, key string, body Body, params *stripe.Params, into stripe.LastResponseSetter) error {
	if method == http.MethodGet && body != "" {
		path, body = path+"?"+body, ""
	}
	r, err := b.stripe.NewRequest(method, path, key, "application/x-www-form-urlencoded", params)
	if err != nil {
		return err
	}
	return b.stripe.Do(r, bytes.NewBufferString(body), into)
}
