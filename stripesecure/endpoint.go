package stripesecure

import (
	"context"
	"slices"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// handledEvents are the types that this library works on: those that the webhook
// endpoint hears, and those that are read when some were missed. Stripe lists at
// most twenty types at once.
var handledEvents = []string{
	"charge.captured", "charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_reinstated",
	"charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.expired", "charge.failed",
	"charge.refund.updated", "charge.refunded", "charge.succeeded", "charge.updated",
	"payment_intent.amount_capturable_updated", "payment_intent.canceled", "payment_intent.payment_failed",
	"payment_intent.requires_action", "payment_intent.succeeded", "radar.early_fraud_warning.created",
	"review.closed", "review.opened",
}

// maxEndpoints is how many endpoints Stripe permits an account.
const maxEndpoints = 16

// Endpoint is how the webhook endpoint of this shop stands at Stripe, in one
// environment.
type Endpoint struct {
	ID  string // "we_…"; "" when there is none
	URL string // where Stripe has to post: BaseURL, Prefix, /webhook

	// Faults are what is missing or different. Those that EnsureEndpoint has
	// mended stand in Mended instead; what is left needs a person.
	Faults []EndpointFault
	Mended []EndpointFault
	// Missing are the event types that the endpoint does not hear, before
	// anything was mended.
	Missing []string

	// Secret is the signing secret of an endpoint that was created just now.
	// Stripe tells it this once: store it in settings.Keys.WebhookSecrets.
	Secret settings.Secret
}

// OK reports whether events arrive here.
func (e Endpoint) OK() bool { return len(e.Faults) == 0 }

// CheckEndpoint compares the webhook endpoint at Stripe with what this shop
// needs, in the live or the test environment, whichever is active (SIG-03,
// WHK-05). It changes nothing: it is for the merchant's "test the connection".
// Where ⑧ is connect, the endpoint is the platform's and hears connected
// accounts. Errors: invalid (an unknown environment), not_ready (no key, or one
// that Stripe refuses; a restricted key needs "Webhook Endpoints"), stripe,
// canceled.
func (p *Plugin) CheckEndpoint(ctx context.Context, environment settings.Environment) (Endpoint, error) {
	look, err := p.storedEndpoint(ctx, "CheckEndpoint", environment)
	if err != nil {
		return Endpoint{}, err
	}
	return look.report, nil
}

// CheckEndpointOf is CheckEndpoint with settings that need not be stored, in their
// environment ⑦: a merchant's page looks at what was entered before it is saved.
// Errors as CheckEndpoint.
func (p *Plugin) CheckEndpointOf(ctx context.Context, s settings.Settings) (Endpoint, error) {
	look, err := p.endpoint(ctx, "CheckEndpointOf", s, s.Environment)
	if err != nil {
		return Endpoint{}, err
	}
	return look.report, nil
}

// EnsureEndpoint is CheckEndpoint, and then creates the endpoint where there is
// none, switches it on, and adds the event types that it does not hear. It
// touches no endpoint of another address, takes no event type away and deletes
// nothing. An answer that was lost is asked for again by the next call, with the
// same key, so that the secret is not lost with it. Errors as CheckEndpoint, and
// copy: on a copy of a live shop nothing is made (see [Plugin.Site]); store.
func (p *Plugin) EnsureEndpoint(ctx context.Context, environment settings.Environment) (Endpoint, error) {
	const op = "EnsureEndpoint"
	if err := p.notACopy(ctx, op); err != nil {
		return Endpoint{}, err
	}
	look, err := p.storedEndpoint(ctx, op, environment)
	if err != nil {
		return Endpoint{}, err
	}
	if look.blocked() {
		return look.report, nil
	}
	record, _, err := p.endpointRecord(ctx, look)
	switch {
	case err != nil:
		return Endpoint{}, storeError(op, err)
	case look.report.ID == "" || record.Key != "" && record.Made == "":
		err = p.createEndpoint(ctx, &look)
	default:
		err = p.repairEndpoint(ctx, &look)
	}
	if err != nil {
		return Endpoint{}, stripeError(op, err)
	}
	return look.report, nil
}

// endpointLook is the endpoint as it was found, and the means to mend it.
type endpointLook struct {
	environment settings.Environment
	client      stripePort
	body        stripeapi.Body // to create it
	found       stripeapi.Endpoint
	report      Endpoint
	at          time.Time // nothing is known of what was made later
}

// storedEndpoint looks with the settings that count now.
func (p *Plugin) storedEndpoint(ctx context.Context, op string, environment settings.Environment) (endpointLook, error) {
	s, err := p.opts.Settings.Settings(ctx)
	if err != nil {
		return endpointLook{}, fail(op, CodeNotReady, nil)
	}
	return p.endpoint(ctx, op, s, environment)
}

func (p *Plugin) endpoint(ctx context.Context, op string, s settings.Settings, environment settings.Environment) (endpointLook, error) {
	if !environment.Valid() {
		return endpointLook{}, invalid(op, []Fault{{"environment", "unknown"}})
	}
	keys := s.KeysFor(environment)
	if keys.Secret.IsZero() {
		return endpointLook{}, fail(op, CodeNotReady, nil)
	}
	// The platform's own endpoint, also where ⑧ is connect: no Stripe-Account.
	connect := s.Authentication == settings.AuthConnect
	look := endpointLook{environment: environment, client: p.stripe(keys.Secret.Reveal(), "", forBuyers), at: p.now()}
	look.report.URL = p.address("/webhook")
	look.body = stripeapi.EndpointBody(look.report.URL, p.opts.ShopID, handledEvents, connect)
	all, err := look.client.Endpoints(ctx)
	if err != nil {
		return endpointLook{}, stripeError(op, err)
	}
	look.compare(all, connect)
	if !slices.ContainsFunc(keys.WebhookSecrets, settings.Secret.SignsEvents) {
		look.fault(EndpointNoSecret)
	}
	if !p.reachable(environment) {
		look.fault(EndpointNotPublic)
	}
	return look, nil
}

func (l *endpointLook) fault(f EndpointFault) { l.report.Faults = append(l.report.Faults, f) }

func (l *endpointLook) compare(all []stripeapi.Endpoint, connect bool) {
	var here []stripeapi.Endpoint
	for _, e := range all {
		if sameAddress(e.URL, l.report.URL) {
			here = append(here, e)
		}
	}
	if len(here) == 0 {
		l.fault(EndpointMissing)
		if len(all) >= maxEndpoints {
			l.fault(EndpointTooMany)
		}
		return
	}
	// Of several the best one counts: enabled, and ours for connected accounts.
	l.found = slices.MaxFunc(here, func(a, b stripeapi.Endpoint) int { return worth(a, connect) - worth(b, connect) })
	l.report.ID = l.found.ID
	for _, kind := range handledEvents {
		if !slices.Contains(l.found.Events, kind) && !slices.Contains(l.found.Events, "*") {
			l.report.Missing = append(l.report.Missing, kind)
		}
	}
	for f, is := range map[EndpointFault]bool{
		EndpointDuplicate: len(here) > 1, EndpointDisabled: !l.found.Enabled, EndpointEvents: len(l.report.Missing) > 0,
		EndpointVersion: l.found.Version != stripeapi.APIVersion, EndpointNotConnect: connect && !l.found.Connect,
	} {
		if is {
			l.fault(f)
		}
	}
	slices.Sort(l.report.Faults)
}

func worth(e stripeapi.Endpoint, connect bool) int {
	worth := 0
	if e.Enabled {
		worth++
	}
	if connect && e.Connect {
		worth += 2
	}
	return worth
}

// blocked: Stripe would refuse, or post to nobody.
func (l *endpointLook) blocked() bool {
	return slices.Contains(l.report.Faults, EndpointTooMany) || slices.Contains(l.report.Faults, EndpointNotPublic)
}

// mended moves faults to what was mended.
func (l *endpointLook) mended(faults ...EndpointFault) {
	l.report.Faults = slices.DeleteFunc(l.report.Faults, func(f EndpointFault) bool {
		if !slices.Contains(faults, f) {
			return false
		}
		l.report.Mended = append(l.report.Mended, f)
		return true
	})
}

func (p *Plugin) repairEndpoint(ctx context.Context, l *endpointLook) error {
	if l.found.Enabled && len(l.report.Missing) == 0 {
		return nil
	}
	events := slices.Sorted(slices.Values(append(slices.Clone(l.found.Events), l.report.Missing...)))
	if _, err := l.client.PostEndpoint(ctx, l.found.ID, stripeapi.RepairBody(events), p.opts.NewID()); err != nil {
		return err
	}
	l.mended(EndpointDisabled, EndpointEvents)
	return nil
}
