package admin

import (
	"strconv"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
)

func position(n int) string { return strconv.Itoa(n) }

// effect is one line of "what changes": the field, from what to what, and what
// buyers notice.
type effect struct {
	Field, Label, From, To string
	Says                   string
	Grave                  bool // money, or buyers who can no longer pay
}

// effects lists what a save changes, in the order of the form.
func (q *request) effects(old, next settings.Settings, lists settings.Lists) []effect {
	var out []effect
	for _, c := range settingChanges(old, next) {
		id := settings.FieldID(c.Field)
		e := effect{
			Field: c.Field, Label: q.fieldLabel(c.Field), From: q.showChanged(lists, c.Field, c.From), To: q.showChanged(lists, c.Field, c.To),
		}
		key := "effect." + c.Field
		switch id {
		case settings.FieldEnabled, settings.FieldEnvironment, settings.FieldCapture, settings.FieldSaveCard, settings.FieldThreeDSecure:
			key += "." + c.To
		case settings.FieldLiveSecret, settings.FieldTestSecret:
			if c.To == "" {
				key = "effect.secret.removed"
			} else {
				key = "effect.secret"
			}
		case settings.FieldLiveWebhookSecrets, settings.FieldTestWebhookSecrets:
			key = "effect.webhook"
		case settings.FieldAccountID:
			if c.From == "" {
				key = "effect.account_id.first"
			}
		case settings.FieldLivePublishable, settings.FieldTestPublishable:
			key = "effect.publishable"
		case settings.FieldLiveSweepOnly, settings.FieldTestSweepOnly:
			key = "effect.sweep." + c.To
		}
		e.Says = q.text(key)
		e.Grave = id == settings.FieldEnvironment || id == settings.FieldEnabled && c.To == "0" || key == "effect.secret.removed" ||
			id == settings.FieldAccountID && c.From != ""
		out = append(out, e)
	}
	return out
}

// fieldLabel is "⑬キャプチャ", or the name of a text of the wording.
func (q *request) fieldLabel(name string) string {
	for _, field := range settings.Fields(settings.Lists{}) {
		if string(field.ID) == name {
			return strings.TrimSpace(field.Number + " " + field.Label.In(string(q.lang)))
		}
	}
	return q.textLabel(name)
}

// showChanged is a value of the log for people.
func (q *request) showChanged(lists settings.Lists, field, value string) string {
	if value == "" && isText(field) {
		return q.text("standard")
	}
	if value == "" {
		return q.showValue(lists, settings.FieldID(field), nil)
	}
	return q.showValue(lists, settings.FieldID(field), strings.Split(value, ","))
}

func isText(field string) bool {
	_, text := texts(nil)[field]
	return text
}

// showValue is a value for people: the name of a choice, "on" and "off".
func (q *request) showValue(lists settings.Lists, id settings.FieldID, values []string) string {
	lang := string(q.lang)
	for _, field := range settings.Fields(lists) {
		if field.ID != id {
			continue
		}
		switch field.Input {
		case settings.InputSwitch:
			return q.text("switch." + strings.Join(append(values, "0")[:1], ""))
		case settings.InputChoice, settings.InputRegions:
			var names []string
			for _, value := range append(values, "")[:max(1, len(values))] {
				names = append(names, optionName(field, value, lang))
			}
			return strings.Join(names, q.text("comma"))
		case settings.InputSecret, settings.InputSecrets:
			if len(values) > 0 {
				return strings.Join(values, q.text("comma"))
			}
			return q.text("none")
		default:
		}
	}
	if text := strings.Join(values, ","); text != "" {
		return text
	}
	return q.text("none")
}

func optionName(field settings.Field, value, lang string) string {
	for _, o := range field.Options {
		if o.Value == value {
			return o.Label.In(lang)
		}
	}
	return value
}
