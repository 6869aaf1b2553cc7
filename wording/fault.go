package wording

import (
	"slices"
	"strconv"
	"strings"
)

// FaultCode says what is wrong with a text. Codes are stable.
type FaultCode string

// What [Wording.Validate] finds.
const (
	FaultBlank                FaultCode = "blank"                 // white space only; leave it empty for the default
	FaultTooLong              FaultCode = "too_long"              // Detail: the limit in characters
	FaultInvalidUTF8          FaultCode = "invalid_utf8"          //
	FaultControlCharacter     FaultCode = "control_character"     // Detail: U+0007
	FaultLineBreak            FaultCode = "line_break"            // in a field of one line
	FaultUnknownPlaceholder   FaultCode = "unknown_placeholder"   // Detail: {brand}
	FaultMisplacedPlaceholder FaultCode = "misplaced_placeholder" // Detail: {amount}; it belongs to another field
	FaultFullWidthBrace       FaultCode = "full_width_brace"      // Detail: ｛amount｝, typed with a Japanese keyboard
	FaultUnbalancedBrace      FaultCode = "unbalanced_brace"      //
	FaultCardNumber           FaultCode = "card_number"           // never quoted
	FaultSecretKey            FaultCode = "secret_key"            // never quoted
	FaultUnknownLanguage      FaultCode = "unknown_language"      //
)

// What [Decode] and [Encode] find besides.
const (
	FaultSyntax       FaultCode = "syntax"        // not JSON
	FaultTooLarge     FaultCode = "too_large"     // Detail: the limit in bytes
	FaultUnknownField FaultCode = "unknown_field" //
	FaultWrongType    FaultCode = "wrong_type"    //
	FaultDuplicate    FaultCode = "duplicate"     // a name that stands twice
)

// {detail} is what was found; a form shows the sentence beside the field.
var faultMessages = map[FaultCode]local{
	FaultBlank:                {"空白だけの文言は使えません。標準の文言を使う場合は空欄にしてください。", "The text is blank. Leave it empty to use the standard text."},
	FaultTooLong:              {"{detail}文字以内でご入力ください。", "Please use at most {detail} characters."},
	FaultInvalidUTF8:          {"文字コードが正しくありません（UTF-8でご入力ください）。", "The text is not valid UTF-8."},
	FaultControlCharacter:     {"使用できない制御文字（{detail}）が含まれています。", "The text contains a control character ({detail})."},
	FaultLineBreak:            {"改行せず、1行でご入力ください。", "Please write one line, without a line break."},
	FaultUnknownPlaceholder:   {"差し込み項目{detail}はありません。", "There is no placeholder {detail}."},
	FaultMisplacedPlaceholder: {"差し込み項目{detail}は、この欄では使えません。", "The placeholder {detail} cannot be used in this field."},
	FaultFullWidthBrace:       {"差し込み項目{detail}のかっこは半角でご入力ください。", "Please type the braces of {detail} as half-width characters."},
	FaultUnbalancedBrace:      {"半角の波かっこの対応が取れていません。", "A brace has no partner."},
	FaultCardNumber:           {"カード番号と思われる数字が含まれています。削除してください。", "The text contains what looks like a card number. Please remove it."},
	FaultSecretKey:            {"シークレットキーと思われる文字列が含まれています。削除し、キーを再発行してください。", "The text contains what looks like a secret key. Please remove it and roll the key."},
	FaultUnknownLanguage:      {"対応していない言語です。", "This language is not supported."},
	FaultSyntax:               {"JSONとして読み取れません。", "This is not valid JSON."},
	FaultTooLarge:             {"データが大きすぎます（上限は{detail}バイトです）。", "The data is too large (the limit is {detail} bytes)."},
	FaultUnknownField:         {"この項目はありません。", "There is no such field."},
	FaultWrongType:            {"値の型が正しくありません。", "The value has the wrong type."},
	FaultDuplicate:            {"同じ項目が2回あります。", "The same name stands twice."},
}

// Fault is one thing that is wrong, and where.
type Fault struct {
	Language Language // empty: the data as a whole
	Field    Field    // empty: the language as a whole
	Code     FaultCode
	Detail   string // what was found, safe to show and to log; often empty
}

// Message says what is wrong, for the merchant.
func (f Fault) Message(lang Language) string {
	return expand(faultMessages[f.Code].in(lang), func(name string) (string, bool) {
		return f.Detail, name == "detail"
	})
}

// Error is for logs: "ja.description: unknown_placeholder {brand}".
func (f Fault) Error() string {
	where := string(f.Language)
	if f.Field != "" {
		where += "." + string(f.Field)
	}
	if where != "" {
		where += ": "
	}
	return strings.TrimSpace(where + string(f.Code) + " " + f.Detail)
}

// Faults are all the faults of a wording at once, so that a form can show each
// at its field. It is the error that [Wording.Validate], [Encode] and [Decode]
// return: get it back with errors.As.
type Faults []Fault

// Error lists the faults, the first ten of them.
func (f Faults) Error() string {
	var b strings.Builder
	b.WriteString("wording: ")
	for i, fault := range f {
		if i == 10 {
			b.WriteString("; and " + strconv.Itoa(len(f)-i) + " more")
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(fault.Error())
	}
	return b.String()
}

// At returns the faults of one field.
func (f Faults) At(lang Language, field Field) Faults {
	var out Faults
	for _, fault := range f {
		if fault.Language == lang && fault.Field == field {
			out = append(out, fault)
		}
	}
	return out
}

// orNil keeps an empty list from becoming an error that is not nil.
func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// maxFaults bounds the faults of one text: nobody reads more.
const maxFaults = 100

// add appends a fault unless it is there already.
func (f *Faults) add(fault Fault) {
	if len(*f) < maxFaults && !slices.Contains(*f, fault) {
		*f = append(*f, fault)
	}
}

// quote makes something from outside fit to be named in a fault: short, one
// line, and never a card number or a key.
func quote(text string) string {
	if hasCardNumber(text) || hasSecretKey(text) {
		return "***"
	}
	return plain(text, 40)
}
