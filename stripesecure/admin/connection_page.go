package admin

import (
	"errors"
	"net/http"
	"slices"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

// connectionView is the page 接続テスト.
type connectionView struct {
	Environment string
	Tested      bool
	Groups      []lineGroup
	Worst       string
	Copy        bool
	Mend        bool // the webhook endpoint can be put right by a button
	Prepare     bool // and that of the live environment, before ⑦ is live
	Site        stripesecure.Site
	Inbox       []stripesecure.Pending
	Unknown     []stripesecure.Unknown
	Done        string // what a button has just done: name of a text
}

type lineGroup struct {
	Name  string
	Lines []line
}

// showConnection shows what can be seen without asking Stripe.
func (p *pages) showConnection(q *request) error {
	view, _, err := q.health()
	if err != nil {
		return err
	}
	switch done := q.URL.Query().Get("done"); done {
	case ActionSite, ActionInbox, ActionDismiss, ActionEndpoint:
		view.Done = "done." + done
	}
	q.renderConnection(view)
	return nil
}

// testConnection asks Stripe, and changes nothing there.
func (p *pages) testConnection(q *request) error {
	if _, err := q.readForm(nil, nil, nil); err != nil {
		return err
	}
	view, s, err := q.health()
	if err != nil {
		return err
	}
	view.Tested = true
	if !s.Active().Secret.IsZero() {
		found := q.test(s)
		group := lineGroup{"stripe", q.connectionLines(s, found)}
		view.Groups = append([]lineGroup{group}, view.Groups...)
		if found.Accepted {
			var lines []line
			lines, view.Mend = q.endpointLines(s)
			webhook := &view.Groups[2]
			if len(lines) > 0 { // they know more about the address
				webhook.Lines = slices.DeleteFunc(webhook.Lines, func(l line) bool { return l.Title == q.text("test.reach.title") })
			}
			webhook.Lines = append(webhook.Lines, lines...)
		}
	}
	q.renderConnection(view)
	return nil
}

func (q *request) renderConnection(view connectionView) {
	view.Worst = levelGood
	rank := map[string]int{levelGood: 0, levelUnknown: 1, levelWarn: 2, levelBad: 3}
	for _, group := range view.Groups {
		for i, l := range group.Lines {
			if l.Field != "" {
				group.Lines[i].Link = q.p.address(q.method.ID, "settings") + "#field-" + l.Field
			}
			if rank[l.Level] > rank[view.Worst] {
				view.Worst = l.Level
			}
		}
	}
	q.render(http.StatusOK, "connection", view)
}

// health is what the shop's own store tells.
func (q *request) health() (connectionView, settings.Settings, error) {
	state, err := q.method.Store.Load(q.Context())
	if err != nil {
		return connectionView{}, settings.Settings{}, err
	}
	plugin, s := q.method.Plugin, state.Settings
	view := connectionView{Environment: s.Environment.Label(string(q.lang))}
	if view.Site, err = plugin.Site(q.Context()); err != nil {
		return view, s, err
	}
	if view.Inbox, err = plugin.Inbox(q.Context()); err != nil {
		return view, s, err
	}
	if view.Unknown, err = plugin.Unknown(q.Context()); err != nil {
		return view, s, err
	}
	health, err := plugin.Health(q.Context())
	if err != nil {
		return view, s, err
	}
	view.Copy = view.Site.Copy
	view.Prepare = s.Environment == settings.Test && !s.Live.Secret.IsZero() && !s.Live.SweepOnly
	setup := q.readyLines(s)
	for _, warning := range s.Warnings() {
		setup = append(setup, line{
			Level: levelWarn, Title: q.fieldLabel(string(warning.Field)), Says: warning.Message(string(q.lang)), Field: string(warning.Field),
		})
	}
	shop := []line{q.line(levelGood, "site", "ok", view.Site.Here)}
	if view.Copy {
		shop = []line{q.line(levelBad, "site", "copy", view.Site.Recorded, view.Site.Here)}
	}
	view.Groups = []lineGroup{{"setup", setup}, {"webhook", q.webhookLines(s, view.Site.Here)}, {"shop", append(shop, q.backlog(health, view.Inbox)...)}}
	return view, s, nil
}

// backlog says what waits for somebody.
func (q *request) backlog(h stripesecure.Health, inbox []stripesecure.Pending) []line {
	loop := q.line(levelGood, "loop", "ok", q.date(h.SweptAt))
	switch {
	case h.Overdue > 0:
		loop = q.line(levelBad, "loop", "behind", h.Overdue)
	case h.SweptAt.IsZero():
		loop = q.line(levelUnknown, "loop", "none")
	}
	parked := 0
	for _, entry := range inbox {
		if entry.Parked {
			parked++
		}
	}
	events := q.line(levelGood, "inbox", "ok")
	switch {
	case parked > 0:
		events = q.line(levelBad, "inbox", "parked", parked)
	case h.Inbox > 0:
		events = q.line(levelWarn, "inbox", "waiting", h.Inbox)
	}
	news := q.line(levelGood, "outbox", "ok")
	if h.Outbox > 0 {
		news = q.line(levelBad, "outbox", "waiting", h.Outbox)
	}
	stuck := q.line(levelGood, "stuck", "ok")
	if h.Stuck > 0 {
		stuck = q.line(levelBad, "stuck", "found", h.Stuck)
	}
	unknown := q.line(levelGood, "unknown", "ok")
	if h.Unknown > 0 {
		unknown = q.line(levelBad, "unknown", "found", h.Unknown)
	}
	return []line{loop, q.scanLine(h), stuck, events, news, unknown}
}

// scanLine says whether Stripe's payments are compared with the store in time.
func (q *request) scanLine(h stripesecure.Health) line {
	switch {
	case h.ScanLate && h.ScannedAt.IsZero():
		return q.scanTrouble(q.line(levelBad, "scan", "never"), h)
	case h.ScanLate:
		return q.scanTrouble(q.line(levelBad, "scan", "late", q.date(h.ScannedAt)), h)
	case h.ScannedAt.IsZero():
		return q.line(levelUnknown, "scan", "none")
	}
	return q.line(levelGood, "scan", "ok", q.date(h.ScannedAt))
}

func (q *request) scanTrouble(l line, h stripesecure.Health) line {
	if h.ScanTrouble == stripesecure.CodeNotReady {
		l.Do = q.text("test.scan.key.do")
	}
	return l
}

// confirmSite says that this is the live shop, and not a copy of it (CUS-08).
func (p *pages) confirmSite(q *request) error {
	if _, err := q.readForm(nil, nil, nil); err != nil {
		return err
	}
	if err := q.method.Plugin.ConfirmSite(q.Context()); err != nil {
		return err
	}
	site, err := q.method.Plugin.Site(q.Context())
	if err != nil {
		return err
	}
	if err := q.note(Change{Action: ActionSite, Fields: []Changed{{Field: "site", To: site.Here}}}); err != nil {
		return err
	}
	return q.redirect(p.address(q.method.ID, "connection?done="+ActionSite))
}

// workOnInbox makes an entry of the inbox due again, or takes out a parked one.
func (p *pages) workOnInbox(q *request) error {
	f, err := q.readForm([]string{"intent", nameDo}, nil, nil)
	if err != nil {
		return err
	}
	action, field, work := ActionInbox, "inbox", q.method.Plugin.RetryInbox
	switch f.last(nameDo) {
	case "", ActionInbox:
	case ActionDismiss:
		action, field, work = ActionDismiss, "dismissed", q.method.Plugin.DismissInbox
	default:
		return errBadForm
	}
	intent := f.last("intent")
	err = work(q.Context(), intent)
	if errors.Is(err, stripesecure.ErrInvalid) { // an event has come meanwhile: it is tried again anyway
		return q.redirect(p.address(q.method.ID, "connection?done="+ActionInbox))
	}
	if err != nil {
		return err
	}
	if err := q.note(Change{Action: action, Fields: []Changed{{Field: field, To: shorten(intent, 80)}}}); err != nil {
		return err
	}
	return q.redirect(p.address(q.method.ID, "connection?done="+action))
}
