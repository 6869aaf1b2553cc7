package wording

// Field is one of the five texts that a merchant may write.
type Field string

// The five fields of 文言設定, ① to ⑤. Their values are the names in JSON.
const (
	// FieldName is ①: on the page whenever the method is shown (LC-20).
	FieldName Field = "name"
	// FieldDescription is ②: on the page whenever the method is shown (LC-21).
	FieldDescription Field = "description"
	// FieldOrderMail is ③: in the order mail, never on the page (LC-22).
	FieldOrderMail Field = "order_mail"
	// FieldSaveConsent is ④: on the page for members when ⑮ is optional (LC-23).
	FieldSaveConsent Field = "save_consent"
	// FieldSaveNotice is ⑤: on the page for everybody when ⑮ is required (LC-24).
	FieldSaveNotice Field = "save_notice"
)

// FieldInfo describes a field for a form: what to call it, what to say beside
// it, and what it may hold. [Wording.Validate] checks by the same values.
type FieldInfo struct {
	Field        Field
	Sign         string        // "①", as merchants know it
	MaxRunes     int           // the longest text
	MultiLine    bool          // whether line ends are allowed
	Placeholders []Placeholder // those that may stand in it
	label        local
	help         local
	where        local
}

// Label is the field's name: 決済名称.
func (i FieldInfo) Label(lang Language) string { return i.label.in(lang) }

// Help says what to write.
func (i FieldInfo) Help(lang Language) string { return i.help.in(lang) }

// Where says on which page or mail, and when, the text is shown.
func (i FieldInfo) Where(lang Language) string { return i.where.in(lang) }

// Fields describes the five fields in the order ① to ⑤. The slice is the caller's.
func Fields() []FieldInfo {
	return []FieldInfo{
		{
			Field: FieldName, Sign: "①", MaxRunes: 50,
			label: local{"決済名称", "Payment name"},
			help:  local{"お支払い方法の名称を、1行でご入力ください。", "The name of the payment method, in one line."},
			where: local{"お支払い方法の選択画面に、常に表示されます。", "On the checkout page, whenever the method is shown."},
		},
		{
			Field: FieldDescription, Sign: "②", MaxRunes: 1000, MultiLine: true,
			Placeholders: []Placeholder{PlaceholderName, PlaceholderBrands, PlaceholderTiming},
			label:        local{"決済説明文", "Payment description"},
			help: local{"ご利用いただけるカードと、ご請求の時期をご説明ください。空欄の場合は、「キャプチャ」の設定に合った標準の文言になります。",
				"Say which cards you accept and when the card is charged. Left empty, it is the standard text that fits the setting Capture."},
			where: local{"お支払い方法の選択画面に、常に表示されます。", "On the checkout page, whenever the method is shown."},
		},
		{
			Field: FieldOrderMail, Sign: "③", MaxRunes: 2000, MultiLine: true,
			Placeholders: []Placeholder{PlaceholderName, PlaceholderAmount, PlaceholderTiming, PlaceholderDescriptor},
			label:        local{"注文メール転記文", "Text for the order mail"},
			help: local{"注文確認メールのお支払い方法の欄に転記する文言です。値のない差し込み項目を含む行は省かれます。",
				"Copied to the place of the payment method in the order mail. A line whose placeholder has no value is left out."},
			where: local{"注文確認メールにのみ記載され、画面には表示されません。", "In the order mail only, never on a page."},
		},
		{
			Field: FieldSaveConsent, Sign: "④", MaxRunes: 500,
			Placeholders: []Placeholder{PlaceholderPurpose},
			label:        local{"カード情報の保存に関する同意確認文", "Consent to saving the card"},
			help:         local{"カード情報の保存に同意いただくチェックボックスの文言を、1行でご入力ください。", "The text beside the check box, in one line."},
			where: local{"「カード情報の保存」が「任意」のとき、会員にのみ表示されます。",
				"On the checkout page, for members only, when Saving of card details is optional."},
		},
		{
			Field: FieldSaveNotice, Sign: "⑤", MaxRunes: 1000, MultiLine: true,
			Placeholders: []Placeholder{PlaceholderPurpose},
			label:        local{"カード情報の保存に関する説明文", "Notice that the card is saved"},
			help: local{"カード情報が決済会社に保存されることと、その利用目的をご説明ください。",
				"Say that the card is stored with the payment company, and what for."},
			where: local{"「カード情報の保存」が「必須」のとき、会員・非会員を問わず表示されます。",
				"On the checkout page, for members and guests, when Saving of card details is required."},
		},
	}
}
