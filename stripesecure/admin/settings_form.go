package admin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/settings"
)

// Names of the form beside the fields.
const (
	nameBase  = "base"
	nameDraft = "draft"
	nameDo    = "do"
	dropDraft = ".drop" // do not keep what was typed into a secret field

	doPreview = "preview"
	doSave    = "save"
	doEdit    = "edit"
)

// settingsForm is what a clerk has sent, and what it means.
type settingsForm struct {
	form

	state     State // as stored now
	lists     settings.Lists
	base      base
	draft     draft // what was typed into secret fields and is good
	next      settings.Settings
	faults    settings.Faults
	meanwhile map[settings.FieldID]meanwhile
	sort      string // ④ as typed, when it is no number
	stale     bool   // the hidden fields cannot be read any more
}

// settingNames are the names that a form may hold, by how often they may come.
func settingNames() (once, switches, many []string) {
	once = []string{nameBase, nameDraft, nameDo}
	for _, field := range settings.Fields(settings.Lists{}) {
		name := string(field.ID)
		switch field.Input {
		case settings.InputLink:
		case settings.InputSwitch:
			switches = append(switches, name)
		case settings.InputRegions:
			many = append(many, name)
		case settings.InputSecret:
			once = append(once, name, name+dropDraft)
			switches = append(switches, name+settings.ClearSuffix)
		case settings.InputSecrets:
			once = append(once, name, name+dropDraft)
			switches = append(switches, name+settings.ClearSuffix)
			many = append(many, name+settings.RemoveSuffix)
		default:
			once = append(once, name)
		}
	}
	return once, switches, many
}

// readSettings makes out what the form means, against what is stored now.
func (q *request) readSettings(f form, state State, lists settings.Lists, log []Change) *settingsForm {
	s := &settingsForm{form: f, state: state, lists: lists, meanwhile: map[settings.FieldID]meanwhile{}}
	var fresh bool
	if s.base, fresh = readBase(f.last(nameBase)); !fresh {
		s.stale = true
		s.base = base{Version: state.Version, Fields: state.Settings.Form()}
	}
	if s.draft, fresh = q.openDraft(f.last(nameDraft)); !fresh {
		s.stale = true
	}
	values := s.fields()
	s.typed(values)
	mine, _ := settings.FromForm(values, state.Settings)
	s.merge(q, values, mine.Form(), log)
	s.next, s.faults = settings.FromForm(values, state.Settings)
	s.faults = append(s.faults, lists.Check(s.next)...)
	if raw := f.last(string(settings.FieldSortOrder)); s.faults.Has(settings.CodeNotANumber) && utf8.RuneCountInString(raw) <= 12 {
		s.sort = raw // so short a text is no secret
	}
	s.keepGood()
	return s
}

// fields are the values of settings, without the rest of the form.
func (s *settingsForm) fields() url.Values {
	values := url.Values{}
	for name, v := range s.Values {
		if name != nameBase && name != nameDraft && name != nameDo && !strings.HasSuffix(name, dropDraft) {
			values[name] = slices.Clone(v)
		}
	}
	return values
}

// typed puts the secrets of the draft where they would stand if they had been
// typed just now. Of a single secret the newly typed one counts.
func (s *settingsForm) typed(values url.Values) {
	for _, env := range settings.Environments() {
		single, list := secretField(env), string(env)+".webhook_secrets"
		for _, name := range []string{single, list} {
			if s.last(name+dropDraft) != "" {
				delete(s.draft, name)
			}
		}
		if text := strings.TrimSpace(s.last(single)); text != "" {
			s.draft[single] = []string{text}
		}
		for line := range strings.Lines(s.last(list)) {
			if line = strings.TrimSpace(line); line != "" && !slices.Contains(s.draft[list], line) {
				s.draft[list] = append(s.draft[list], line)
			}
		}
		delete(values, single)
		delete(values, list)
		if typed := s.draft[single]; len(typed) > 0 {
			values[single] = typed
		}
		if typed := s.draft[list]; len(typed) > 0 {
			values[list] = []string{strings.Join(typed, "\n")}
		}
	}
}

// merge finds what somebody else has changed since the form was drawn. What the
// clerk has not touched becomes theirs; what both have changed stays as the clerk
// typed it. Either way the clerk sees it and sends the form again.
func (s *settingsForm) merge(q *request, values, mine url.Values, log []Change) {
	theirs := s.state.Settings.Form()
	for name := range s.base.Fields {
		if _, sent := values[name]; !sent || theirs[name] == nil {
			continue
		}
		changed, take := merged(s.base.Fields[name], mine[name], theirs[name])
		if !changed {
			continue
		}
		field := settings.FieldID(name)
		s.meanwhile[field] = q.otherClerk(log, s.base.Version, name, take, q.showValue(s.lists, field, theirs[name]))
		if take {
			values[name] = theirs[name]
		}
	}
	for _, env := range settings.Environments() {
		for _, name := range []string{secretField(env), string(env) + ".webhook_secrets"} {
			if _, changed := latest(log, s.base.Version, name); !changed {
				continue
			}
			touched := len(s.draft[name]) > 0
			for _, suffix := range []string{settings.ClearSuffix, settings.RemoveSuffix} {
				touched = touched || s.last(name+suffix) == "1" || suffix == settings.RemoveSuffix && len(s.Values[name+suffix]) > 0
				delete(values, name+suffix) // it was about another secret
				delete(s.Values, name+suffix)
			}
			s.meanwhile[settings.FieldID(name)] = q.otherClerk(log, s.base.Version, name, !touched, "")
		}
	}
}

func (q *request) otherClerk(log []Change, since int64, field string, taken bool, now string) meanwhile {
	change, _ := latest(log, since, field)
	return meanwhile{By: change.By, At: change.At, Now: now, Taken: taken}
}

// keepGood takes wrong secrets out of the draft: they have to be typed again. One
// that only does not fit ⑧ stays, for ⑧ may be what is wrong.
func (s *settingsForm) keepGood() {
	for _, env := range settings.Environments() {
		single, list := secretField(env), string(env)+".webhook_secrets"
		for _, fault := range s.faults.Of(settings.FieldID(single)) {
			if fault.Code != settings.CodeSecretKeyExpected && fault.Code != settings.CodeRestrictedKeyExpected {
				delete(s.draft, single)
			}
		}
		before := len(s.next.KeysFor(env).WebhookSecrets) - len(s.draft[list])
		var good []string
		for i, text := range s.draft[list] {
			wrong := slices.ContainsFunc(s.faults.Of(settings.FieldID(list)), func(f settings.Fault) bool {
				return f.Entry == before+i+1 && f.Code != settings.CodeWebhookSecretShared
			})
			if !wrong {
				good = append(good, text)
			}
		}
		if delete(s.draft, list); len(good) > 0 {
			s.draft[list] = good
		}
	}
}

// removals are the ticked boxes that take secrets away, for the confirmation.
func (s *settingsForm) removals() url.Values {
	kept := url.Values{}
	for _, env := range settings.Environments() {
		list := string(env) + ".webhook_secrets"
		for _, name := range []string{secretField(env) + settings.ClearSuffix, list + settings.ClearSuffix} {
			if s.last(name) == "1" {
				kept.Set(name, "1")
			}
		}
		for _, value := range s.Values[list+settings.RemoveSuffix] {
			if _, err := strconv.Atoi(value); err == nil {
				kept.Add(list+settings.RemoveSuffix, value)
			}
		}
	}
	return kept
}

// settingChanges are what a save changes, for the log: no secrets.
func settingChanges(old, next settings.Settings) []Changed {
	var changes []Changed
	was, is := old.Form(), next.Form()
	for _, field := range settings.Fields(settings.Lists{}) {
		name := string(field.ID)
		switch field.Input {
		case settings.InputLink:
		case settings.InputSecret, settings.InputSecrets:
			a, b := secretsOf(old, field), secretsOf(next, field)
			if !slices.EqualFunc(a, b, settings.Secret.Equal) {
				changes = append(changes, Changed{name, endings(a), endings(b)})
			}
		default:
			if !same(was[name], is[name]) {
				changes = append(changes, Changed{name, strings.Join(was[name], ","), strings.Join(is[name], ",")})
			}
		}
	}
	return changes
}

func secretsOf(s settings.Settings, field settings.Field) []settings.Secret {
	keys := s.KeysFor(field.Environment)
	if field.Input == settings.InputSecrets {
		return keys.WebhookSecrets
	}
	if keys.Secret.IsZero() {
		return nil
	}
	return []settings.Secret{keys.Secret}
}

// endings is how a log names secrets: "…4242", several with commas.
func endings(secrets []settings.Secret) string {
	var out []string
	for _, secret := range secrets {
		out = append(out, ending(secret))
	}
	return strings.Join(out, ",")
}

func ending(secret settings.Secret) string {
	if last := secret.Last4(); last != "" {
		return "…" + last
	}
	return HiddenSecret
}
