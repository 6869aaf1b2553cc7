package admin

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/wording"
)

// wordingView is the page 文言設定.
type wordingView struct {
	Languages []textsView
	Base      string
	Saved     bool
	Notices   []string
	Faults    []faultLink
	Captures  []optionView
	SaveCards []optionView
}

// textsView are the five texts of one language, and how buyers see them.
type textsView struct {
	Language wording.Language
	Fields   []textView
	Pages    []checkoutView
	Mail     string
}

type textView struct {
	ID, Sign, Label, Help, Where string
	Value                        string
	Standard                     bool // the field has the standard text
	MultiLine                    bool
	MaxRunes, Rows               int
	Placeholders                 []placeholderView
	Faults                       []string
	Meanwhile                    *meanwhile
	Described                    string
}

type placeholderView struct{ Name, Meaning string }

// Names of the form beside the texts: what the preview assumes for ⑬ and ⑮.
const (
	nameCapture  = "preview.capture"
	nameSaveCard = "preview.save_card"
)

// wordingForm is what a clerk has sent, and what it means.
type wordingForm struct {
	form

	state     State
	base      base
	next      wording.Wording
	faults    wording.Faults
	meanwhile map[string]meanwhile
	stale     bool
}

func textID(lang wording.Language, field wording.Field) string {
	return string(lang) + "." + string(field)
}

func textNames() []string {
	names := []string{nameBase, nameDo, nameCapture, nameSaveCard}
	for _, lang := range wording.Languages() {
		for _, info := range wording.Fields() {
			names = append(names, textID(lang, info.Field))
		}
	}
	return names
}

// texts are all ten as a form has them; an empty one is the standard text.
func texts(w wording.Wording) map[string][]string {
	out := map[string][]string{}
	for _, lang := range wording.Languages() {
		for _, info := range wording.Fields() {
			out[textID(lang, info.Field)] = []string{w[lang].Get(info.Field)}
		}
	}
	return out
}

func (p *pages) showWording(q *request) error {
	state, err := q.method.Store.Load(q.Context())
	if err != nil {
		return err
	}
	view, err := q.wordingView(&wordingForm{state: state, next: state.Wording})
	if err != nil {
		return err
	}
	view.Saved = q.URL.Query().Has("saved")
	q.render(http.StatusOK, "wording", view)
	return nil
}

// changeWording takes the form: to draw the preview, or to save.
func (p *pages) changeWording(q *request) error {
	f, err := q.readForm(textNames(), nil, nil)
	if err != nil {
		return err
	}
	const tries = 3
	for range tries {
		w, err := q.openWording(f)
		if err != nil {
			return err
		}
		if again, err := q.wordingAgain(w); again || err != nil {
			return err
		}
		err = q.method.Store.Save(q.Context(), State{w.state.Version, w.state.Settings, w.next}, Change{
			At: p.opts.Now().UTC(), By: q.clerk.Name, Action: ActionWording, Fields: wordingChanges(w.state.Wording, w.next),
		})
		if err == nil {
			return q.redirect(p.address(q.method.ID, "wording?saved"))
		}
		if !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return ErrChanged
}

// wordingAgain shows the form again when it cannot be saved as it is, or is not
// to be saved yet.
func (q *request) wordingAgain(w *wordingForm) (bool, error) {
	status := http.StatusOK
	var notices []string
	switch {
	case len(w.odd) > 0:
		status, notices = http.StatusBadRequest, []string{"form.odd"}
	case w.stale:
		status, notices = http.StatusConflict, []string{"form.stale"}
	case len(w.meanwhile) > 0:
		status, notices = http.StatusConflict, []string{"form.meanwhile"}
	case w.last(nameDo) != doSave && len(w.faults) == 0:
		notices = []string{"form.previewed"}
	case len(w.faults) > 0:
		status = http.StatusUnprocessableEntity
	case len(wordingChanges(w.state.Wording, w.next)) == 0:
		notices = []string{"form.unchanged"}
	default:
		return false, nil
	}
	view, err := q.wordingView(w)
	if err != nil {
		return true, err
	}
	view.Notices = notices
	q.render(status, "wording", view)
	return true, nil
}

// openWording makes out what the form means, against what is stored now.
func (q *request) openWording(f form) (*wordingForm, error) {
	state, err := q.method.Store.Load(q.Context())
	if err != nil {
		return nil, err
	}
	w := &wordingForm{form: f, state: state, next: wording.Wording{}, meanwhile: map[string]meanwhile{}}
	var fresh bool
	if w.base, fresh = readBase(f.last(nameBase)); !fresh {
		w.stale, w.base = true, base{state.Version, texts(state.Wording)}
	}
	sent := wording.Wording{}
	for _, lang := range wording.Languages() {
		t := state.Wording[lang]
		for _, info := range wording.Fields() {
			if id := textID(lang, info.Field); f.Has(id) {
				t = t.With(info.Field, f.last(id))
			}
		}
		sent[lang] = t
	}
	w.next = sent.Compact()
	if err := q.mergeTexts(w); err != nil {
		return nil, err
	}
	errors.As(w.next.Validate(), &w.faults)
	for _, fault := range w.faults {
		if fault.Code == wording.FaultSecretKey || fault.Code == wording.FaultCardNumber {
			// It must not come back in a page: the field has its old text again,
			// and the fault says why.
			w.next[fault.Language] = w.next[fault.Language].With(fault.Field, state.Wording[fault.Language].Get(fault.Field))
		}
	}
	return w, nil
}

// mergeTexts is for texts what settingsForm.merge is for settings.
func (q *request) mergeTexts(w *wordingForm) error {
	var log []Change
	if w.base.Version < w.state.Version {
		const enough = 50
		var err error
		if log, err = q.method.Store.Changes(q.Context(), 0, enough); err != nil {
			return err
		}
	}
	mine, theirs := texts(w.next), texts(w.state.Wording)
	for _, lang := range wording.Languages() {
		for _, info := range wording.Fields() {
			id := textID(lang, info.Field)
			if w.base.Fields[id] == nil {
				continue
			}
			changed, take := merged(w.base.Fields[id], mine[id], theirs[id])
			if !changed {
				continue
			}
			stored := w.state.Wording.Text(lang, info.Field, wording.Capture(w.state.Settings.Capture))
			w.meanwhile[id] = q.otherClerk(log, w.base.Version, id, take, stored)
			if take {
				w.next[lang] = w.next[lang].With(info.Field, theirs[id][0])
			}
		}
	}
	return nil
}

// wordingView draws the form, and beside it what buyers see.
func (q *request) wordingView(w *wordingForm) (wordingView, error) {
	hidden, err := base{w.state.Version, texts(w.state.Wording)}.hidden()
	if err != nil {
		return wordingView{}, err
	}
	assumed := w.assumed()
	view := wordingView{
		Base:      hidden,
		Captures:  chosen(settings.FieldCapture, string(assumed.Capture), string(q.lang)),
		SaveCards: chosen(settings.FieldSaveCard, string(assumed.SaveCard), string(q.lang)),
	}
	languages := wording.Languages()
	if q.lang == wording.English {
		slices.Reverse(languages)
	}
	for _, lang := range languages {
		t := textsView{Language: lang, Mail: mail(lang, assumed, w.next)}
		for _, member := range []bool{false, true} {
			t.Pages = append(t.Pages, checkout(lang, assumed, w.next, member))
		}
		for _, info := range wording.Fields() {
			t.Fields = append(t.Fields, q.textView(w, lang, info))
		}
		view.Languages = append(view.Languages, t)
	}
	for _, fault := range w.faults {
		id := textID(fault.Language, fault.Field)
		view.Faults = append(view.Faults, faultLink{id, q.textLabel(id) + q.text("colon") + fault.Message(q.lang)})
	}
	return view, nil
}

// assumed are the settings that the preview is drawn with.
func (w *wordingForm) assumed() settings.Settings {
	s := w.state.Settings
	if c := settings.Capture(w.last(nameCapture)); c.Valid() {
		s.Capture = c
	}
	if c := settings.SaveCard(w.last(nameSaveCard)); c.Valid() {
		s.SaveCard = c
	}
	return s
}

func chosen(id settings.FieldID, value, lang string) []optionView {
	for _, field := range settings.Fields(settings.Lists{}) {
		if field.ID == id {
			return options(field, []string{value}, lang)
		}
	}
	return nil
}

func (q *request) textView(w *wordingForm, lang wording.Language, info wording.FieldInfo) textView {
	id := textID(lang, info.Field)
	v := textView{
		ID: id, Sign: info.Sign, Label: info.Label(q.lang), Help: info.Help(q.lang), Where: info.Where(q.lang),
		Value:    w.next.Text(lang, info.Field, wording.Capture(w.state.Settings.Capture)),
		Standard: w.next[lang].Get(info.Field) == "", MultiLine: info.MultiLine, MaxRunes: info.MaxRunes,
	}
	v.Rows = max(2, min(8, 1+strings.Count(v.Value, "\n")+len([]rune(v.Value))/38))
	if lang == wording.English {
		v.Rows = max(2, min(8, 1+strings.Count(v.Value, "\n")+len(v.Value)/64))
	}
	for _, p := range info.Placeholders {
		v.Placeholders = append(v.Placeholders, placeholderView{p.String(), p.Meaning(q.lang)})
	}
	for _, fault := range w.faults.At(lang, info.Field) {
		v.Faults = append(v.Faults, fault.Message(q.lang))
	}
	if m, there := w.meanwhile[id]; there {
		v.Meanwhile = &m
	}
	v.Described = describedBy(fieldView{ID: id, Faults: v.Faults, Meanwhile: v.Meanwhile})
	return v
}

// textLabel names a text of the wording, with its language.
func (q *request) textLabel(id string) string {
	lang, name, _ := strings.Cut(id, ".")
	for _, info := range wording.Fields() {
		if string(info.Field) == name {
			return info.Sign + " " + info.Label(q.lang) + q.text("language.in."+lang)
		}
	}
	return q.text("log.field." + id)
}

// wordingChanges are what a save changes, for the log.
func wordingChanges(old, next wording.Wording) []Changed {
	const longest = 300
	was, is := texts(old), texts(next)
	var changes []Changed
	for _, lang := range wording.Languages() {
		for _, info := range wording.Fields() {
			if id := textID(lang, info.Field); was[id][0] != is[id][0] {
				changes = append(changes, Changed{id, shorten(was[id][0], longest), shorten(is[id][0], longest)})
			}
		}
	}
	return changes
}

func pageContext(s settings.Settings) wording.Context {
	return wording.Context{Capture: wording.Capture(s.Capture), SaveCard: wording.SaveCard(s.SaveCard)}
}
