package stripesecure

import (
	"context"
	"maps"
	"sync"
	"time"
)

// WebhookReport is what this process has made of Stripe's events since it
// began, for the merchant's page. Other servers have reports of their own.
type WebhookReport struct {
	// Since is when this process took its first event; zero: none yet.
	Since time.Time
	// Answers counts what became of the events: applied, stored (tried again
	// later, see [Plugin.Inbox]), not_ours, no_payment, other_mode,
	// other_account, gone, copy (see [Plugin.Site]); refused; and failed (answered so that Stripe sends
	// it again).
	Answers map[string]int64
	// Accepted is when the last event with a good signature came.
	Accepted time.Time
	// RefusedSince is when the first event was refused after the last good one;
	// zero: none was. Reason is why the last one was: "signature" (another
	// endpoint's secret), "time" (one of the clocks is wrong, by Skew), "header",
	// "body" or "size".
	RefusedSince time.Time
	Reason       string
	// Skew is by how much the sender's clock was behind ours then.
	Skew time.Duration
}

// heard collects a WebhookReport.
type heard struct {
	mu       sync.Mutex
	report   WebhookReport
	versions bool // a foreign API version has been logged
}

func (h *heard) note(now time.Time, answer string, why *forged) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := &h.report
	if r.Answers == nil {
		r.Since, r.Answers = now, map[string]int64{}
	}
	r.Answers[answer]++
	if why == nil {
		r.Accepted, r.RefusedSince, r.Reason, r.Skew = now, time.Time{}, "", 0
		return
	}
	if r.RefusedSince.IsZero() {
		r.RefusedSince = now
	}
	r.Reason, r.Skew = why.reason, why.skew
}

// note counts an event, and tells whoever watches.
func (p *Plugin) note(ctx context.Context, ev event, answer string, why *forged) {
	p.heard.note(p.now(), answer, why)
	if p.opts.Watch.Event != nil {
		p.opts.Watch.Event(ctx, EventSeen{Shop: p.opts.ShopID, ID: ev.ID, Type: ev.Kind, Answer: answer})
	}
}

// strange reports the first event of another API version (SIG-06).
func (h *heard) strange(version string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.versions || version == APIVersion {
		return false
	}
	h.versions = true
	return true
}

// Webhooks returns the report of this process. Nothing is asked of anybody.
func (p *Plugin) Webhooks() WebhookReport {
	p.heard.mu.Lock()
	defer p.heard.mu.Unlock()
	report := p.heard.report
	report.Answers = maps.Clone(report.Answers)
	return report
}
