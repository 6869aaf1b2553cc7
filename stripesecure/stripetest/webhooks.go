package stripetest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// WebhookSecret signs what [Stripe.Deliver] sends, until
// [Stripe.SetWebhookSecrets] says otherwise.
const WebhookSecret = "whsec_" + "stripetestNotARealSecret0000001"

// WithWebhookClient sets the client that posts events to webhook endpoints. The
// default is [http.DefaultClient].
func WithWebhookClient(c *http.Client) Option { return func(o *options) { o.webhooks = c } }

// Bounds of the queue.
const (
	maxQueued  = 10_000
	maxRetries = 3 // test mode: three times over a few hours (stripe-facts §5)
)

// delivery is the queue of events on their way: to webhook endpoints, and to
// whoever calls Deliver.
type delivery struct {
	outbox  []parcel // for Deliver
	queue   []parcel // for endpoints
	secrets []string
	faults  []*eventScript
}

// parcel is an event on its way.
type parcel struct {
	event    *Event
	endpoint *WebhookEndpoint // nil in the outbox
	due      time.Time
	tries    int
}

// enqueue sends a new event on its way. The caller holds s.mu.
func (s *Stripe) enqueue(m *mode, e *Event) {
	w := &s.webhooks
	copies, due := w.mistreat(e, s.now())
	for range copies {
		w.outbox = append(w.outbox, parcel{event: e, due: due})
		for _, o := range m.table("webhook_endpoint").rows {
			if ep, ok := o.(*WebhookEndpoint); ok {
				s.address(e, ep, due)
			}
		}
		if e.Account != "" { // Connect endpoints of the platform hear of it too
			home := s.accounts[s.keys.account]
			for _, pm := range []*mode{home.test, home.live} {
				for _, o := range pm.table("webhook_endpoint").rows {
					if ep, ok := o.(*WebhookEndpoint); ok && ep.connect && (pm.isLive || !m.isLive) { // a live one hears test events too (stripe-facts §5)
						s.address(e, ep, due)
					}
				}
			}
		}
	}
	w.outbox, w.queue = last(w.outbox, maxQueued), last(w.queue, maxQueued)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Stripe) address(e *Event, ep *WebhookEndpoint, due time.Time) {
	if ep.Status != "enabled" || !wanted(ep.EnabledEvents, e.Type) {
		return
	}
	e.PendingWebhooks++
	s.webhooks.queue = append(s.webhooks.queue, parcel{event: e, endpoint: ep, due: due})
}

// SetWebhookSecrets sets the secrets that sign what [Stripe.Deliver] sends: one
// v1 signature for each, as while a secret is being rolled (stripe-facts §5).
func (s *Stripe) SetWebhookSecrets(secrets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhooks.secrets = slices.Clone(secrets)
}

// AddWebhook adds an enabled webhook endpoint with a chosen secret; without
// types it hears of every event. It returns the endpoint's id.
func (s *Stripe) AddWebhook(url, secret string, types ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(types) == 0 {
		types = []string{"*"}
	}
	m := s.home()
	e := &WebhookEndpoint{
		ID: s.newID("we"), Object: "webhook_endpoint", Created: m.now(), Livemode: m.isLive, URL: url,
		Metadata: map[string]string{}, Status: "enabled", EnabledEvents: types, secrets: []string{secret},
	}
	m.insert("webhook_endpoint", e)
	return e.ID
}

// RollWebhookSecret gives an endpoint a new secret; the old one signs too for 24
// hours.
func (s *Stripe) RollWebhookSecret(endpoint, secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := find[*WebhookEndpoint](s.home(), endpoint)
	if !ok {
		return false
	}
	e.secrets = append([]string{secret}, e.secrets[0])
	s.later(s.now().Add(24*time.Hour), func() { e.secrets = e.secrets[:1] })
	return true
}

// Signature makes the Stripe-Signature header of a payload (stripe-facts §5).
func Signature(at time.Time, payload []byte, secrets ...string) string {
	t := strconv.FormatInt(at.Unix(), 10)
	var header strings.Builder
	header.WriteString("t=" + t)
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(t + "."))
		mac.Write(payload)
		header.WriteString(",v1=" + hex.EncodeToString(mac.Sum(nil)))
	}
	return header.String()
}

// request makes the POST of an event. The caller does not hold s.mu.
func (s *Stripe) request(ctx context.Context, p parcel, url string) (*http.Request, error) {
	s.mu.Lock()
	shown := *p.event
	secrets := s.webhooks.secrets
	if len(secrets) == 0 {
		secrets = []string{WebhookSecret}
	}
	if p.endpoint != nil {
		secrets = p.endpoint.secrets
		if p.endpoint.APIVersion != "" {
			shown.APIVersion = p.endpoint.APIVersion
		}
	}
	body := p.event.m.encode(&shown, nil, false)
	header := Signature(s.now(), body, secrets...)
	s.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	r.Header.Set("Stripe-Signature", header)
	return r, nil
}

// Deliver posts events to a webhook handler at "/webhook", signed, one after the
// other, in the caller's goroutine (a plugin's Handler has another path: take
// DeliverTo). Without events it posts those that happened (and became
// due, see [Stripe.FailEvent]) since the last such call. The answers that were
// not 2xx come back joined, each a [*DeliveryError]; give such an event again to
// retry it.
func (s *Stripe) Deliver(ctx context.Context, h http.Handler, events ...Event) error {
	return s.DeliverTo(ctx, h, "/webhook", events...)
}

// DeliverTo is [Stripe.Deliver] for a handler that looks at the path, as that of a
// plugin does: its Prefix with "/webhook", for example "/pay/webhook".
func (s *Stripe) DeliverTo(ctx context.Context, h http.Handler, path string, events ...Event) error {
	parcels := make([]parcel, 0, len(events))
	for i := range events {
		parcels = append(parcels, parcel{event: &events[i]})
	}
	if len(events) == 0 {
		parcels = s.collect()
	}
	var all []error
	for _, p := range parcels {
		r, err := s.request(ctx, p, "https://shop.example"+path)
		if err != nil {
			return err
		}
		r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "192.0.2.1:443"
		rec := &recorder{header: http.Header{}, status: http.StatusOK}
		h.ServeHTTP(rec, r)
		if rec.status/100 != 2 {
			all = append(all, &DeliveryError{Event: *p.event, Path: path, Status: rec.status, Body: clip(rec.body.String(), 500)})
		}
	}
	return errors.Join(all...)
}

// collect takes what is due out of the outbox.
func (s *Stripe) collect() []parcel {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	return take(&s.webhooks.outbox, s.now())
}

// take removes the parcels that are due, in the order in which they became so.
func take(from *[]parcel, now time.Time) []parcel {
	var due, rest []parcel
	for _, p := range *from {
		if p.due.After(now) {
			rest = append(rest, p)
		} else {
			due = append(due, p)
		}
	}
	*from = rest
	slices.SortStableFunc(due, func(a, b parcel) int { return a.due.Compare(b.due) })
	return due
}

// DeliveryError is an event that a handler did not take.
type DeliveryError struct {
	Event  Event
	Path   string // where it was posted
	Status int    // of the answer, 0 when there was none
	Body   string
	Err    error
}

// Error implements error.
func (e *DeliveryError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("stripetest: %s %s was not delivered: %v", e.Event.Type, e.Event.ID, e.Err)
	}
	text := fmt.Sprintf("stripetest: %s %s to %s was answered with %d: %s", e.Event.Type, e.Event.ID, e.Path, e.Status, strings.TrimSpace(e.Body))
	if e.Status == http.StatusNotFound {
		text += " (is the webhook mounted elsewhere? DeliverTo takes the path)"
	}
	return text
}

// Unwrap gives the error of the connection.
func (e *DeliveryError) Unwrap() error { return e.Err }

// Flush posts everything that is due to the webhook endpoints, in the caller's
// goroutine, and plans the retries of what fails.
func (s *Stripe) Flush(ctx context.Context) error {
	s.mu.Lock()
	s.tick()
	parcels := take(&s.webhooks.queue, s.now())
	s.mu.Unlock()
	var all []error
	for _, p := range parcels {
		if err := s.post(ctx, p); err != nil {
			all = append(all, err)
			s.retry(p)
			continue
		}
		s.mu.Lock()
		p.event.PendingWebhooks--
		s.mu.Unlock()
	}
	return errors.Join(all...)
}

func (s *Stripe) post(ctx context.Context, p parcel) error {
	r, err := s.request(ctx, p, p.endpoint.URL)
	if err != nil {
		return err
	}
	res, err := s.opts.webhooks.Do(r)
	if err != nil {
		return &DeliveryError{Event: *p.event, Path: r.URL.Path, Err: err}
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 2000)) // shown in an error only
	if res.StatusCode/100 != 2 {
		return &DeliveryError{Event: *p.event, Path: r.URL.Path, Status: res.StatusCode, Body: clip(string(body), 500)}
	}
	return nil
}

// retry puts a failed parcel back: after one hour, then two, then no more.
func (s *Stripe) retry(p parcel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.tries++; p.tries >= maxRetries {
		return
	}
	p.due = s.now().Add(time.Duration(p.tries) * time.Hour)
	s.webhooks.queue = append(s.webhooks.queue, p)
}

// StartWebhooks posts events to the webhook endpoints as they happen, in a
// goroutine, until stop is called.
func (s *Stripe) StartWebhooks() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		look := time.NewTicker(time.Second) // for retries and late events
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			case <-look.C:
			}
			_ = s.Flush(ctx) // failures are retried
		}
	}()
	return func() { cancel(); <-done }
}
