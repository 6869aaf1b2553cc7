package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// settingsView is the page 基本設定.
type settingsView struct {
	Sections  []sectionView
	Base      string
	Draft     string
	Saved     bool
	Notices   []string // names of texts: what happened to the form as a whole
	Faults    []faultLink
	Meanwhile bool
	Lines     []line // why ⑦ cannot be live
	Missing   []faultLink
	Version   int64
}

// faultLink leads from the head of the page to a field.
type faultLink struct{ Field, Text string }

// showSettings draws what is stored.
func (q *request) showSettings() error {
	state, lists, err := q.load()
	if err != nil {
		return err
	}
	s := &settingsForm{state: state, lists: lists, next: state.Settings, draft: draft{}}
	view, err := q.settingsView(s)
	if err != nil {
		return err
	}
	view.Saved = q.URL.Query().Has("saved")
	q.render(http.StatusOK, "settings", view)
	return nil
}

func (p *pages) showSettings(q *request) error { return q.showSettings() }

// load reads what is stored, and the host's choices.
func (q *request) load() (State, settings.Lists, error) {
	state, err := q.method.Store.Load(q.Context())
	if err != nil {
		return State{}, settings.Lists{}, err
	}
	lists, err := q.method.Lists(q.Context())
	return state, lists, err
}

// changeSettings takes the form: to show what it changes, to save it, or to go
// back to it. Whatever is wrong, nothing is saved and nothing typed is lost.
func (p *pages) changeSettings(q *request) error {
	f, err := q.readForm(settingNames())
	if err != nil {
		return err
	}
	const tries = 3 // while others save other things
	for range tries {
		s, err := q.openSettings(f)
		if err != nil {
			return err
		}
		if again, err := q.settingsAgain(s); again || err != nil {
			return err
		}
		gate := q.gate(s.state.Settings, s.next)
		if blocked(gate) {
			return q.refuseLive(s, gate)
		}
		if f.last(nameDo) != doSave {
			return q.confirmSettings(s, gate)
		}
		err = q.method.Store.Save(q.Context(), State{s.state.Version, s.next, s.state.Wording}, Change{
			At: p.opts.Now().UTC(), By: q.clerk.Name, Action: ActionSettings, Fields: settingChanges(s.state.Settings, s.next),
		})
		if err == nil {
			return q.redirect(p.address(q.method.ID, "settings?saved"))
		}
		if !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return ErrChanged
}

func (q *request) openSettings(f form) (*settingsForm, error) {
	state, lists, err := q.load()
	if err != nil {
		return nil, err
	}
	var log []Change
	if b, ok := readBase(f.last(nameBase)); ok && b.Version < state.Version {
		const enough = 50
		if log, err = q.method.Store.Changes(q.Context(), 0, enough); err != nil {
			return nil, err
		}
	}
	return q.readSettings(f, state, lists, log), nil
}

// settingsAgain shows the form again when it cannot go on as it is.
func (q *request) settingsAgain(s *settingsForm) (bool, error) {
	status := http.StatusOK
	var notices []string
	switch {
	case len(s.odd) > 0:
		status, notices = http.StatusBadRequest, []string{"form.odd"}
	case s.stale:
		status, notices = http.StatusConflict, []string{"form.stale"}
	case len(s.meanwhile) > 0:
		status, notices = http.StatusConflict, []string{"form.meanwhile"}
	case s.last(nameDo) == doEdit:
	case len(s.faults) > 0:
		status = http.StatusUnprocessableEntity
	case s.next.Equal(s.state.Settings):
		notices = []string{"form.unchanged"}
	default:
		return false, nil
	}
	view, err := q.settingsView(s)
	if err != nil {
		return true, err
	}
	view.Notices = notices
	q.render(status, "settings", view)
	return true, nil
}

func (q *request) refuseLive(s *settingsForm, gate []line) error {
	view, err := q.settingsView(s)
	if err != nil {
		return err
	}
	for i, l := range gate {
		if l.Field != "" { // it is on this page
			gate[i].Do, gate[i].Link = "", "#field-"+l.Field
		}
	}
	view.Lines = gate
	q.render(http.StatusUnprocessableEntity, "settings", view)
	return nil
}

// settingsView draws the form with what it means now.
func (q *request) settingsView(s *settingsForm) (settingsView, error) {
	hidden, err := base{s.state.Version, s.state.Settings.Form()}.hidden()
	if err != nil {
		return settingsView{}, err
	}
	view := settingsView{
		Base: hidden, Draft: q.sealDraft(s.draft), Sections: q.sections(s),
		Meanwhile: len(s.meanwhile) > 0, Version: s.state.Version,
	}
	for _, fault := range s.faults {
		view.Faults = append(view.Faults, faultLink{string(fault.Field), fault.Message(string(q.lang))})
	}
	if len(s.Values) == 0 {
		for _, fault := range settings.FaultsOf(s.state.Settings.Ready()) {
			view.Missing = append(view.Missing, faultLink{string(fault.Field), fault.Message(string(q.lang))})
		}
	}
	return view, nil
}

// confirmView is the page between the form and the store.
type confirmView struct {
	Effects  []effect
	Warnings []string
	Lines    []line
	Before   []checkoutView
	After    []checkoutView // nil when the checkout page looks the same
	Hidden   []hiddenField
	GoesLive bool
}

type hiddenField struct{ Name, Value string }

// confirmSettings shows what a save changes, for the shop and for its buyers.
func (q *request) confirmSettings(s *settingsForm, gate []line) error {
	hidden, err := base{s.state.Version, s.state.Settings.Form()}.hidden()
	if err != nil {
		return err
	}
	view := confirmView{
		Effects: q.effects(s.state.Settings, s.next, s.lists), Lines: gate,
		GoesLive: s.next.Environment == settings.Live && s.state.Settings.Environment != settings.Live,
		Hidden:   []hiddenField{{nameBase, hidden}, {nameDraft, q.sealDraft(s.draft)}},
	}
	old := map[settings.Code]bool{}
	for _, warning := range s.state.Settings.Warnings() {
		old[warning.Code] = true
	}
	for _, warning := range s.next.Warnings() {
		if !old[warning.Code] {
			view.Warnings = append(view.Warnings, warning.Message(string(q.lang)))
		}
	}
	before, after := q.checkouts(s.state.Settings, s.state.Wording), q.checkouts(s.next, s.state.Wording)
	if differ(before, after) {
		view.Before, view.After = before, after
	}
	for _, values := range []url.Values{s.sent(), s.removals()} {
		for name, list := range values {
			for _, value := range list {
				view.Hidden = append(view.Hidden, hiddenField{name, value})
			}
		}
	}
	q.render(http.StatusOK, "confirm", view)
	return nil
}

// sent are the fields that the form had, as they are meant, without secrets.
func (s *settingsForm) sent() url.Values {
	out := url.Values{}
	for name, values := range s.next.Form() {
		if _, there := s.Values[name]; there {
			out[name] = values
		}
	}
	return out
}

// gate tests the connection and the webhook endpoint with what is about to be
// saved, where real money is at stake: nil when nothing has to be tested.
func (q *request) gate(old, next settings.Settings) []line {
	starts := next.Environment == settings.Live && (old.Environment != settings.Live || next.Enabled && !old.Enabled)
	moves := old.Authentication != next.Authentication || old.AccountID != next.AccountID
	changes := next.Environment == settings.Live && (!old.Live.Equal(next.Live) || moves)
	if !starts && !changes {
		return nil
	}
	lines := q.readyLines(next)
	if !next.Active().Secret.IsZero() {
		found := q.test(next)
		lines = append(lines, q.connectionLines(next, found)...)
		if found.Accepted {
			endpoint, _ := q.endpointLines(next)
			if !starts && !moves { // a key that has to be rolled must not wait for the endpoint
				soften(endpoint, levelBad)
			}
			lines = append(lines, endpoint...)
		}
	}
	if !starts { // a shop that sells must be able to change a key while Stripe does not answer
		soften(lines, levelUnknown)
	}
	return lines
}

// soften makes what would block a warning.
func soften(lines []line, level string) {
	for i := range lines {
		if lines[i].Level == level {
			lines[i].Level = levelWarn
		}
	}
}

func (q *request) test(s settings.Settings) stripesecure.Connection {
	return q.method.Plugin.TestConnection(context.WithoutCancel(q.Context()), s)
}

// blocked reports a line that has to be green or yellow first.
func blocked(lines []line) bool {
	for _, l := range lines {
		if l.Level == levelBad || l.Level == levelUnknown {
			return true
		}
	}
	return false
}

// differ reports whether buyers see another page.
func differ(a, b []checkoutView) bool {
	for i := range a {
		if a[i].Texts != b[i].Texts || a[i].Offered != b[i].Offered {
			return true
		}
	}
	return false
}

// checkouts are the checkout page as a guest and as a member see it.
func (q *request) checkouts(s settings.Settings, w wording.Wording) []checkoutView {
	var out []checkoutView
	for _, member := range []bool{false, true} {
		out = append(out, checkout(q.lang, s, w, member))
	}
	return out
}
