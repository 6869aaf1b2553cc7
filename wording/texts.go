package wording

import "strings"

// Texts are the five fields ① to ⑤ in one language, as the merchant wrote them.
// An empty field means the default, so a shop that changes nothing gets the
// better texts of a later version, and a description ② that follows ⑬.
type Texts struct {
	Name        string `json:"name,omitempty"`         // ① 決済名称 (LC-20)
	Description string `json:"description,omitempty"`  // ② 決済説明文 (LC-21)
	OrderMail   string `json:"order_mail,omitempty"`   // ③ 注文メール転記文 (LC-22)
	SaveConsent string `json:"save_consent,omitempty"` // ④ カード情報の保存に関する同意確認文 (LC-23)
	SaveNotice  string `json:"save_notice,omitempty"`  // ⑤ カード情報の保存に関する説明文 (LC-24)
}

// Wording is what the merchant wrote, by language. The zero value is complete:
// every text is the default.
type Wording map[Language]Texts

// Get returns a field by its name; "" for a field that does not exist.
func (t Texts) Get(field Field) string {
	if p := t.at(field); p != nil {
		return *p
	}
	return ""
}

// With returns a copy with one field replaced. A field that does not exist
// changes nothing.
func (t Texts) With(field Field, text string) Texts {
	if p := t.at(field); p != nil {
		*p = text
	}
	return t
}

func (t *Texts) at(field Field) *string {
	switch field {
	case FieldName:
		return &t.Name
	case FieldDescription:
		return &t.Description
	case FieldOrderMail:
		return &t.OrderMail
	case FieldSaveConsent:
		return &t.SaveConsent
	case FieldSaveNotice:
		return &t.SaveNotice
	}
	return nil
}

// Text returns the text of a field with its placeholders still in it: the
// merchant's own, or else the default. Forms show it.
func (w Wording) Text(lang Language, field Field, capture Capture) string {
	lang = Parse(string(lang))
	if text := w[lang].Get(field); text != "" {
		return strings.ReplaceAll(text, "\r\n", "\n")
	}
	return DefaultText(lang, field, capture)
}

// Compact returns the wording as it should be stored: line ends as \n, no white
// space around a text, and every field empty that says what a default says, so
// that a form filled with defaults does not freeze them. In particular ② stays
// right when ⑬ is changed later (requirements 3.3). A field of nothing but white
// space is kept for [Wording.Validate] to refuse.
func (w Wording) Compact() Wording {
	out := make(Wording, len(w))
	for lang, texts := range w {
		for _, info := range Fields() {
			texts = texts.With(info.Field, compact(lang, info.Field, texts.Get(info.Field)))
		}
		if texts != (Texts{}) {
			out[lang] = texts
		}
	}
	return out
}

func compact(lang Language, field Field, text string) string {
	trimmed := strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	for _, capture := range []Capture{CaptureManual, CaptureAutomatic} {
		if trimmed == DefaultText(lang, field, capture) {
			return ""
		}
	}
	if trimmed == "" {
		return text
	}
	return trimmed
}
