package admin

import (
	"context"
	"slices"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

// nameEnvironment says for which environment a button is.
const nameEnvironment = "environment"

// endpointLines say how the webhook endpoint stands at Stripe for settings that
// need not be saved yet. mend: a button can put it right.
func (q *request) endpointLines(s settings.Settings) (lines []line, mend bool) {
	if s.Active().SweepOnly && len(s.Active().WebhookSecrets) == 0 {
		return nil, false // chosen: a line of its own says so
	}
	found, err := q.method.Plugin.CheckEndpointOf(q.Context(), s)
	if err != nil {
		return []line{q.line(levelUnknown, "endpoint", "unknown")}, false
	}
	lines = append(lines, q.probeLine(found.URL))
	if found.OK() {
		return append(lines, q.line(levelGood, "endpoint", "ok", found.URL)), false
	}
	for _, fault := range found.Faults {
		level, do := levelBad, ""
		switch fault {
		case stripesecure.EndpointVersion, stripesecure.EndpointDuplicate, stripesecure.EndpointNotConnect:
			level = levelWarn
		case stripesecure.EndpointMissing, stripesecure.EndpointDisabled, stripesecure.EndpointEvents:
			mend = true
			do = q.text("test.endpoint.prepare.do")
		default:
		}
		lines = append(lines, line{Level: level, Title: q.text("test.endpoint.title"), Says: fault.Text(q.lang), Do: do})
	}
	blocked := slices.Contains(found.Faults, stripesecure.EndpointNotPublic) || slices.Contains(found.Faults, stripesecure.EndpointTooMany)
	return lines, mend && !blocked
}

// probeLine says what this server finds at its own webhook address: a redirect or
// a login there would stop Stripe too (SIG-11).
func (q *request) probeLine(address string) line {
	fault, err := q.method.Plugin.ProbeEndpoint(q.Context(), q.p.opts.Client)
	switch {
	case err != nil:
		return q.line(levelUnknown, "probe", "unknown")
	case fault == "":
		return q.line(levelGood, "probe", "ok", address)
	}
	level := levelBad
	if fault == stripesecure.EndpointSilent { // a server may not see its own public address
		level = levelWarn
	}
	return line{Level: level, Title: q.text("test.probe.title"), Says: fault.Text(q.lang)}
}

// deliveryLine says what this server has made of Stripe's events so far.
func (q *request) deliveryLine(report stripesecure.WebhookReport) line {
	switch {
	case !report.RefusedSince.IsZero():
		l := q.line(levelBad, "delivery", "refused", q.date(report.RefusedSince))
		if report.Reason == "time" {
			l.Do = q.text("test.delivery.refused.time.do")
		}
		return l
	case !report.Accepted.IsZero():
		return q.line(levelGood, "delivery", "ok", q.date(report.Accepted))
	}
	return q.line(levelUnknown, "delivery", "none")
}

func (q *request) date(at time.Time) string {
	return at.In(q.p.opts.Zone).Format(q.text("format.date"))
}

// ensureEndpoint registers or mends the endpoint, and keeps the signing secret
// that Stripe tells once: in the environment ⑦, or in the one that is being
// prepared.
func (p *pages) ensureEndpoint(q *request) error {
	f, err := q.readForm([]string{nameEnvironment}, nil, nil)
	if err != nil {
		return err
	}
	state, err := q.method.Store.Load(q.Context())
	if err != nil {
		return err
	}
	environment := state.Settings.Environment
	if asked := f.last(nameEnvironment); asked != "" {
		environment = settings.Environment(asked)
	}
	if !environment.Valid() {
		return errBadForm
	}
	// The clerk may go away; a secret that Stripe has told must not be lost.
	ctx := context.WithoutCancel(q.Context())
	made, err := q.method.Plugin.EnsureEndpoint(ctx, environment)
	if err != nil {
		return err
	}
	change := Change{Action: ActionEndpoint, Fields: []Changed{{Field: "endpoint", To: made.URL}}}
	if err := q.edit(ctx, change, func(next *State, change *Change) {
		keys := keysOf(&next.Settings, environment)
		if made.Secret.IsZero() || slices.ContainsFunc(keys.WebhookSecrets, made.Secret.Equal) {
			return
		}
		old := next.Settings.Clone()
		keys.WebhookSecrets = append(keys.WebhookSecrets, made.Secret)
		change.Fields = append(change.Fields, settingChanges(old, next.Settings)...)
	}); err != nil {
		return err
	}
	return q.redirect(p.address(q.method.ID, "connection?done="+ActionEndpoint))
}
