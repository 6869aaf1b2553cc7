package admin

import (
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
)

// sectionView is a part of the form.
type sectionView struct {
	Name   string // of its texts
	Fields []fieldView
}

// fieldView is one setting as it is drawn.
type fieldView struct {
	ID, Number, Label, Help string
	Input                   settings.Input
	Value                   string
	On                      bool
	Options                 []optionView
	MaxLength               int
	Faults, Warnings        []string
	Meanwhile               *meanwhile
	Stored                  []storedSecret
	Typed                   []string // how the secrets of the draft end
	Clear                   bool
	Described               string // ids of help and faults
}

type optionView struct {
	Value, Label, Help, Warning string
	Checked                     bool
}

// storedSecret is a secret that is stored: of it nothing but its end is shown.
type storedSecret struct {
	Position int
	End      string
	Remove   bool
}

// sectionOf groups the fields; their order is the manual's.
var sectionOf = map[settings.FieldID]string{
	settings.FieldEnabled: "offer", settings.FieldAccountName: "account", settings.FieldLivePublishable: "live",
	settings.FieldTestPublishable: "test", settings.FieldCapture: "payment",
}

// sections are the fields of the form, with what they hold.
func (q *request) sections(s *settingsForm) []sectionView {
	values := s.next.Form()
	if s.sort != "" {
		values.Set(string(settings.FieldSortOrder), s.sort)
	}
	var out []sectionView
	for _, field := range settings.Fields(s.lists) {
		if name, begins := sectionOf[field.ID]; begins {
			out = append(out, sectionView{Name: name})
		}
		in := &out[len(out)-1]
		in.Fields = append(in.Fields, q.field(s, field, values[string(field.ID)]))
	}
	return out
}

func (q *request) field(s *settingsForm, field settings.Field, values []string) fieldView {
	lang, id := string(q.lang), string(field.ID)
	v := fieldView{
		ID: id, Number: field.Number, Label: field.Label.In(lang), Help: field.Help.In(lang), Input: field.Input,
		Value: strings.Join(values, ","), MaxLength: field.MaxLength,
	}
	switch field.Input {
	case settings.InputSwitch:
		v.On = v.Value == "1"
	case settings.InputRegions, settings.InputChoice:
		v.Options = options(field, values, lang)
	case settings.InputSecret, settings.InputSecrets:
		q.secretField(s, field, &v)
	}
	for _, fault := range s.faults.Of(field.ID) {
		v.Faults = append(v.Faults, fault.Message(lang))
	}
	for _, warning := range s.next.Warnings() {
		if _, beside := optionWarnings[field.ID]; warning.Field == field.ID && !beside {
			v.Warnings = append(v.Warnings, warning.Message(lang))
		}
	}
	if m, there := s.meanwhile[field.ID]; there {
		v.Meanwhile = &m
	}
	v.Described = describedBy(v)
	return v
}

func describedBy(v fieldView) string {
	ids := []string{"help-" + v.ID}
	if len(v.Faults) > 0 {
		ids = append(ids, "fault-"+v.ID)
	}
	if len(v.Warnings) > 0 {
		ids = append(ids, "warn-"+v.ID)
	}
	if v.Meanwhile != nil {
		ids = append(ids, "meanwhile-"+v.ID)
	}
	return strings.Join(ids, " ")
}

// optionWarnings are the choices that the merchant should think twice about: the
// warning stands beside the choice and shows as soon as it is chosen.
var optionWarnings = map[settings.FieldID]settings.Fault{
	settings.FieldRegions:  {Field: settings.FieldRegions, Code: settings.WarnRegionAll},
	settings.FieldCapture:  {Field: settings.FieldCapture, Code: settings.WarnCaptureAutomatic},
	settings.FieldSaveCard: {Field: settings.FieldSaveCard, Code: settings.WarnSaveCardRequired},
}

var warnedOption = map[settings.FieldID]string{
	settings.FieldRegions:  settings.AllRegions,
	settings.FieldCapture:  string(settings.CaptureAutomatic),
	settings.FieldSaveCard: string(settings.SaveRequired),
}

func options(field settings.Field, values []string, lang string) []optionView {
	var out []optionView
	for _, o := range field.Options {
		v := optionView{Value: o.Value, Label: o.Label.In(lang), Help: o.Help.In(lang), Checked: slices.Contains(values, o.Value)}
		if warned, there := warnedOption[field.ID]; there && warned == o.Value {
			v.Warning = optionWarnings[field.ID].Message(lang)
		}
		out = append(out, v)
	}
	// What is stored and no longer in the host's list is drawn too: a form must
	// not change silently what nobody has touched.
	if field.ID == settings.FieldRegions || field.ID == settings.FieldOrderStatus {
		for _, value := range values {
			if value != "" && !slices.ContainsFunc(out, func(o optionView) bool { return o.Value == value }) {
				out = append(out, optionView{Value: value, Label: value, Checked: true})
			}
		}
	}
	return out
}

// secretField shows how stored and typed secrets end, and never more.
func (q *request) secretField(s *settingsForm, field settings.Field, v *fieldView) {
	v.Value = ""
	v.Clear = s.last(v.ID+settings.ClearSuffix) == "1"
	remove := s.Values[v.ID+settings.RemoveSuffix]
	for i, secret := range secretsOf(s.state.Settings, field) {
		v.Stored = append(v.Stored, storedSecret{i + 1, ending(secret), slices.Contains(remove, position(i+1))})
	}
	for _, text := range s.draft[v.ID] {
		v.Typed = append(v.Typed, ending(settings.NewSecret(text)))
	}
}
