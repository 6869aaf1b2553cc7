package wording

import "strings"

// Placeholder is a name in braces that is replaced when a text is shown.
type Placeholder string

// The placeholders of the five fields. [Fields] says which field may use which.
const (
	// PlaceholderName is the payment name ①, as shown.
	PlaceholderName Placeholder = "name"
	// PlaceholderBrands lists the cards that are accepted.
	PlaceholderBrands Placeholder = "brands"
	// PlaceholderAmount is the total of the order, with its currency.
	PlaceholderAmount Placeholder = "amount"
	// PlaceholderTiming is when the card is charged; it follows capture ⑬.
	PlaceholderTiming Placeholder = "timing"
	// PlaceholderDescriptor is what the card statement shows.
	PlaceholderDescriptor Placeholder = "descriptor"
	// PlaceholderPurpose is what a saved card is used for.
	PlaceholderPurpose Placeholder = "purpose"
)

var placeholderMeaning = map[Placeholder]local{
	PlaceholderName:       {"決済名称", "the payment name"},
	PlaceholderBrands:     {"ご利用いただけるカードの種類", "the cards that are accepted"},
	PlaceholderAmount:     {"お支払い金額", "the amount to pay"},
	PlaceholderTiming:     {"ご請求の時期（「キャプチャ」の設定に従います）", "when the card is charged (follows the setting Capture)"},
	PlaceholderDescriptor: {"カードのご利用明細の表記", "what the card statement shows"},
	PlaceholderPurpose:    {"カード情報の利用目的", "what the saved card is used for"},
}

// Placeholders returns all placeholders, in the order in which help texts list them.
func Placeholders() []Placeholder {
	return []Placeholder{PlaceholderName, PlaceholderBrands, PlaceholderAmount,
		PlaceholderTiming, PlaceholderDescriptor, PlaceholderPurpose}
}

// String returns the placeholder as it is written in a text: "{amount}".
func (p Placeholder) String() string { return "{" + string(p) + "}" }

// Meaning says what the placeholder becomes, for the help of a form.
func (p Placeholder) Meaning(lang Language) string { return placeholderMeaning[p].in(lang) }

// piece is a part of a text: plain text, or the name between two braces.
type piece struct {
	text  string // as written, braces included
	name  string // between the braces
	named bool
	loose bool // a brace without its partner
}

// pieces splits a text at its braces. Joined, the pieces are the text again. A
// name ends at the first closing brace and holds no brace and no line end.
func pieces(text string) []piece {
	var out []piece
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			return append(out, piece{text: text})
		}
		if i > 0 {
			out = append(out, piece{text: text[:i]})
			text = text[i:]
		}
		end := strings.IndexAny(text[1:], "{}\n")
		if text[0] == '{' && end >= 0 && text[1+end] == '}' {
			out = append(out, piece{text: text[:end+2], name: text[1 : end+1], named: true})
			text = text[end+2:]
			continue
		}
		out = append(out, piece{text: text[:1], loose: true})
		text = text[1:]
	}
	return out
}

// expand replaces the placeholders that value knows. All others, and braces
// without a partner, stay as they are: a page is shown whatever was stored. What
// value returns is not expanded again and not escaped.
func expand(text string, value func(name string) (string, bool)) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var b strings.Builder
	for _, p := range pieces(text) {
		if p.named {
			if v, ok := value(p.name); ok {
				b.WriteString(v)
				continue
			}
		}
		b.WriteString(p.text)
	}
	return b.String()
}
