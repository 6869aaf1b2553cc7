package settings

import (
	"net/url"
	"strconv"
	"strings"
)

// ClearSuffix is appended to the name of a field of the kind [InputSecret] or
// [InputSecrets] for the checkbox that removes what is stored, since an empty
// field means unchanged: "live.webhook_secrets.clear".
const ClearSuffix = ".clear"

// RemoveSuffix is appended to the name of a field of the kind [InputSecrets] for
// the checkboxes that remove single ones of what is stored. Their value is the
// position in old, counted from 1: "live.webhook_secrets.remove" = "2".
const RemoveSuffix = ".remove"

// Form returns the values with which a form of these settings is drawn, by
// [FieldID]. Secrets are absent (SEC-02, SEC-04); say with [Secret.Last4] which
// one is stored.
func (s Settings) Form() url.Values {
	s = s.scrubbed()
	form := url.Values{}
	set := func(field FieldID, values ...string) { form[string(field)] = values }

	set(FieldEnabled, switchValue(s.Enabled))
	set(FieldRegions, s.Regions.Countries...)
	if s.Regions.All {
		set(FieldRegions, append([]string{AllRegions}, s.Regions.Countries...)...)
	}
	set(FieldOrderStatus, s.OrderStatus)
	set(FieldSortOrder, strconv.Itoa(s.SortOrder))
	set(FieldAccountName, s.AccountName)
	set(FieldAccountID, s.AccountID)
	set(FieldEnvironment, string(s.Environment))
	set(FieldAuthentication, string(s.Authentication))
	for _, environment := range Environments() {
		keys, fields := s.KeysFor(environment), fieldsOf(environment)
		set(fields.publishable, keys.Publishable)
		set(fields.sweepOnly, switchValue(keys.SweepOnly))
	}
	set(FieldCapture, string(s.Capture))
	set(FieldThreeDSecure, string(s.ThreeDSecure))
	set(FieldSaveCard, string(s.SaveCard))
	return form
}

// FromForm reads a form drawn from [Fields] and returns the settings that the
// merchant means, and everything that is wrong with them at once.
//
//   - A name that is absent from the form leaves the setting as in old. An HTML
//     checkbox that is not ticked sends nothing: draw a hidden input with "0"
//     before it. Of several values the last counts.
//   - An empty secret is unchanged (SEC-04). Webhook secrets are added to those
//     of old. The checkbox with [ClearSuffix] removes what old has first, those
//     with [RemoveSuffix] one of them each.
//   - Spaces and line breaks around a value are cut off: they come from copying.
//     Countries may be in small letters.
//   - Names that are no settings are ignored: a form has other things too.
//
// When there are faults the settings must not be stored. They are good for
// drawing the form again: with what was entered, wrong or not, except secrets
// in a place that people see, which are gone (SEC-06). A sort order that is no
// number stays as in old.
func FromForm(form url.Values, old Settings) (Settings, Faults) {
	r := formReader{form: form}
	s := old.Clone()
	r.boolean(FieldEnabled, &s.Enabled)
	r.regions(&s.Regions)
	r.text(FieldOrderStatus, &s.OrderStatus)
	r.number(FieldSortOrder, &s.SortOrder)
	r.text(FieldAccountName, &s.AccountName)
	r.text(FieldAccountID, &s.AccountID)
	r.text(FieldEnvironment, (*string)(&s.Environment))
	r.text(FieldAuthentication, (*string)(&s.Authentication))
	r.keys(Live, &s.Live)
	r.keys(Test, &s.Test)
	r.text(FieldCapture, (*string)(&s.Capture))
	r.text(FieldThreeDSecure, (*string)(&s.ThreeDSecure))
	r.text(FieldSaveCard, (*string)(&s.SaveCard))

	r.faults = append(r.faults, s.faults()...)
	if len(r.faults) > 0 {
		return s.scrubbed(), r.faults.sorted()
	}
	return s, nil
}

type formReader struct {
	form   url.Values
	faults Faults
}

// last returns the value that counts, and whether the form has the field.
func (r *formReader) last(name string) (string, bool) {
	values := r.form[name]
	if len(values) == 0 {
		return "", false
	}
	return strings.TrimSpace(values[len(values)-1]), true
}

func (r *formReader) text(field FieldID, value *string) {
	if entered, ok := r.last(string(field)); ok {
		*value = entered
	}
}

func (r *formReader) number(field FieldID, value *int) {
	entered, ok := r.last(string(field))
	if !ok {
		return
	}
	number, err := strconv.Atoi(entered)
	if err != nil {
		r.faults = append(r.faults, Fault{Field: field, Code: CodeNotANumber})
		return
	}
	*value = number
}

func (r *formReader) boolean(field FieldID, value *bool) {
	entered, ok := r.last(string(field))
	if !ok {
		return
	}
	on, ok := parseSwitch(entered)
	if !ok {
		r.faults = append(r.faults, Fault{Field: field, Code: CodeUnknownValue, Detail: "1, 0"})
		return
	}
	*value = on
}

func (r *formReader) regions(regions *Regions) {
	entered, ok := r.form[string(FieldRegions)]
	if !ok {
		return
	}
	*regions = Regions{}
	for _, value := range entered {
		switch value = strings.TrimSpace(value); {
		case value == "":
		case strings.EqualFold(value, AllRegions):
			regions.All = true
		default:
			regions.Countries = append(regions.Countries, normalCountry(value))
		}
	}
}

func (r *formReader) keys(environment Environment, keys *Keys) {
	fields := fieldsOf(environment)
	r.text(fields.publishable, &keys.Publishable)
	if r.clears(fields.secret) {
		keys.Secret = Secret{}
	}
	if entered, _ := r.last(string(fields.secret)); entered != "" {
		keys.Secret = NewSecret(entered)
	}
	r.removals(fields.webhookSecrets, &keys.WebhookSecrets)
	for _, lines := range r.form[string(fields.webhookSecrets)] {
		for line := range strings.Lines(lines) {
			if line = strings.TrimSpace(line); line != "" {
				keys.WebhookSecrets = append(keys.WebhookSecrets, NewSecret(line))
			}
		}
	}
	r.boolean(fields.sweepOnly, &keys.SweepOnly)
}

func (r *formReader) clears(field FieldID) bool {
	clears := false
	r.boolean(field+ClearSuffix, &clears)
	return clears
}

// removals takes away what the merchant has ticked.
func (r *formReader) removals(field FieldID, secrets *[]Secret) {
	if r.clears(field) {
		*secrets = nil
		return
	}
	gone := map[int]bool{}
	for _, value := range r.form[string(field+RemoveSuffix)] {
		position, err := strconv.Atoi(value)
		if err != nil || position < 1 || position > len(*secrets) {
			r.faults = append(r.faults, Fault{Field: field, Code: CodeNotInList})
			return
		}
		gone[position] = true
	}
	var kept []Secret
	for i, secret := range *secrets {
		if !gone[i+1] {
			kept = append(kept, secret)
		}
	}
	*secrets = kept
}

func switchValue(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func parseSwitch(value string) (on, ok bool) {
	switch value {
	case "1", "true", "on":
		return true, true
	case "", "0", "false", "off":
		return false, true
	default:
		return false, false
	}
}
