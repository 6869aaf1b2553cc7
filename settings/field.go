package settings

// FieldID names a setting: in faults, in the stored JSON ("live.secret" is
// secret within live) and in forms. The names are stable.
type FieldID string

// The settings in the order of the form. ⑨–⑫ and what belongs to them stand
// side by side for each environment.
const (
	FieldEnabled            FieldID = "enabled"
	FieldWording            FieldID = "wording" // ①, a link: never in JSON, forms or faults
	FieldRegions            FieldID = "regions"
	FieldOrderStatus        FieldID = "order_status"
	FieldSortOrder          FieldID = "sort_order"
	FieldAccountName        FieldID = "account_name"
	FieldAccountID          FieldID = "account_id"
	FieldEnvironment        FieldID = "environment"
	FieldAuthentication     FieldID = "authentication"
	FieldLivePublishable    FieldID = "live.publishable"
	FieldLiveSecret         FieldID = "live.secret"
	FieldLiveWebhookSecrets FieldID = "live.webhook_secrets"
	FieldLiveSweepOnly      FieldID = "live.sweep_only"
	FieldTestPublishable    FieldID = "test.publishable"
	FieldTestSecret         FieldID = "test.secret"
	FieldTestWebhookSecrets FieldID = "test.webhook_secrets"
	FieldTestSweepOnly      FieldID = "test.sweep_only"
	FieldCapture            FieldID = "capture"
	FieldThreeDSecure       FieldID = "three_d_secure"
	FieldSaveCard           FieldID = "save_card"
)

// Input is the control that a host draws for a setting.
type Input string

const (
	InputLink    Input = "link"    // a link to another tab; no value
	InputSwitch  Input = "switch"  // a checkbox: "1" or "0"
	InputRegions Input = "regions" // "all", or one or several countries
	InputChoice  Input = "choice"  // one of Options
	InputText    Input = "text"    // one line
	InputNumber  Input = "number"  // a whole number
	InputSecret  Input = "secret"  // written, never read back: empty means unchanged
	InputSecrets Input = "secrets" // several of them, one in a line: added to what is stored
)

// AllRegions is the form value and the stored value of ② 全ての地域.
const AllRegions = "all"

// Option is one value that a merchant can choose, with its name.
type Option struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
	// Help says what the choice means; empty where its name says it.
	Help Text `json:"help,omitzero"`
}

// Field describes one setting, so that any host can draw the form of 基本設定
// (LC-04) with its own means.
type Field struct {
	ID FieldID `json:"id"`
	// Number is the manual's ① to ⑮; empty for what stands beside its list.
	Number string `json:"number,omitempty"`
	Input  Input  `json:"input"`
	Label  Text   `json:"label"`
	Help   Text   `json:"help"`
	// Options are what can be chosen, in order.
	Options []Option `json:"options,omitempty"`
	// Default is the value in [Default], as a form sends it.
	Default []string `json:"default,omitempty"`
	// MaxLength is the most characters that a value may have; 0 means that
	// there is nothing to limit.
	MaxLength int `json:"max_length,omitempty"`
	// Environment is set for what belongs to one environment only.
	Environment Environment `json:"environment,omitempty"`
}

// Lists are the choices that only the host knows.
type Lists struct {
	// Countries are those of the host's tax table (税率管理), for ② (LC-06).
	Countries []Option
	// OrderStatuses are those of the host, for ③ (LC-07).
	OrderStatuses []Option
}

// Check reports the settings that are not among the host's choices. A list
// that is empty is not checked.
func (l Lists) Check(s Settings) Faults {
	var faults Faults
	if countries := choices(l.Countries); len(countries) > 0 {
		for i, code := range s.Regions.Countries {
			if !countries.has(code) {
				faults = append(faults, Fault{Field: FieldRegions, Entry: i + 1, Code: CodeNotInList})
			}
		}
	}
	if statuses := choices(l.OrderStatuses); len(statuses) > 0 && s.OrderStatus != "" && !statuses.has(s.OrderStatus) {
		faults = append(faults, Fault{Field: FieldOrderStatus, Code: CodeNotInList})
	}
	return faults
}

// Fields describes every setting, in the order of the manual, with Enabled
// before ① and what belongs to a pair of keys behind it. The result is the
// caller's own.
func Fields(lists Lists) []Field {
	defaults := Default().Form()
	fields := fieldTable()
	for i := range fields {
		field := &fields[i]
		field.Default = defaults[string(field.ID)]
		field.MaxLength = maxLength(field.ID)
		switch field.ID {
		case FieldRegions:
			field.Options = append([]Option{{Value: AllRegions, Label: Text{"全ての地域", "All regions"}}}, lists.Countries...)
		case FieldOrderStatus:
			field.Options = append([]Option{{Value: "", Label: Text{"ショップの標準", "The shop's usual status"}}}, lists.OrderStatuses...)
		}
	}
	return fields
}

// title is the field's number and label, for messages.
func (id FieldID) title(lang string) string {
	if title, ok := fieldTitles[id]; ok {
		return title.In(lang)
	}
	if id == "" {
		return Text{"設定データ", "The document"}.In(lang)
	}
	return string(id)
}

// fieldOrder counts from 1; what is no field, such as the whole document, is 0.
var fieldOrder = func() map[FieldID]int {
	order := map[FieldID]int{}
	for i, field := range fieldTable() {
		order[field.ID] = i + 1
	}
	return order
}()

var fieldTitles = func() map[FieldID]Text {
	titles := map[FieldID]Text{}
	for _, field := range fieldTable() {
		titles[field.ID] = Text{field.Number + field.Label.JA, field.Label.EN}
		if field.Number != "" {
			titles[field.ID] = Text{field.Number + field.Label.JA, field.Number + " " + field.Label.EN}
		}
	}
	return titles
}()
