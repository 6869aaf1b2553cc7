package wording

import (
	"fmt"
	"strings"
)

// Message is one message to a buyer, ready to show. Its text is plain: the page
// that shows it escapes it.
type Message struct {
	Code Code   `json:"code"`
	Text string `json:"text"`
}

// Facts is what the caller knows when it makes a message. The zero value claims
// nothing, and is right whenever there is doubt.
type Facts struct {
	// NotCharged: every attempt of the checkout has been read back as cancelled
	// at Stripe, or its create was refused with a definite 4xx, or none was ever
	// sent. A decline alone does not prove it, and an attempt that was closed as
	// "not found" forbids it.
	NotCharged bool
	// HoldReleased: money was held, and its release has been read back. The note
	// that this may take days to show is then appended to every message.
	HoldReleased bool
	// Items are the names of what is sold out, for OutOfStock. They come from
	// the host: control characters are removed, long names are cut, three names
	// are shown and the others counted.
	Items []string
	// Min and Max are amounts for AmountOutOfRange, formatted for the buyer and
	// with their currency ("50円", "¥50"). Either may be empty.
	Min, Max string
}

// For returns the message of a code in a language. It never fails: a code that
// this version does not know keeps its name and gets the text of SystemError.
func For(code Code, lang Language, facts Facts) Message {
	text := expand(textOf(code).in(lang), func(name string) (string, bool) {
		switch name {
		case "not_charged":
			return facts.notCharged(lang), true
		case "items":
			return facts.items(lang), true
		case "range":
			return facts.amounts(lang), true
		}
		return "", false
	})
	text = strings.TrimSpace(text)
	if facts.HoldReleased {
		text = joinSentences(lang, text, HoldNote(lang))
	}
	return Message{Code: code, Text: text}
}

// HoldNote returns the sentence "hold_note": a released hold may take days to
// show. [For] appends it when Facts.HoldReleased is set; it is exported for
// hosts that write mails of their own.
func HoldNote(lang Language) string { return holdNote.in(lang) }

func textOf(code Code) local {
	var fallback local
	for _, e := range catalogue {
		if e.code == code {
			return e.text
		}
		if e.code == SystemError {
			fallback = e.text
		}
	}
	return fallback
}

// notCharged is rule 8 of the design: the sentence is said when it is proven,
// and otherwise not said at all.
func (f Facts) notCharged(lang Language) string {
	switch {
	case !f.NotCharged:
		return ""
	case f.HoldReleased:
		return notChargedReleased.in(lang)
	default:
		return notCharged.in(lang)
	}
}

const (
	maxItems     = 3
	maxItemRunes = 40
	maxAmount    = 40
)

// items joins the names of what is sold out: 「茶」「菓子」ほか2点, or
// "Tea", "Cake" and 2 more.
func (f Facts) items(lang Language) string {
	var names []string
	seen := make(map[string]bool)
	for _, item := range f.Items {
		if name := plain(item, maxItemRunes); name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return itemUnknown.in(lang)
	}
	more := ""
	if n := len(names) - maxItems; n > 0 {
		names, more = names[:maxItems], fmt.Sprintf(itemsMore.in(lang), n)
	}
	if Parse(string(lang)) == Japanese {
		return "「" + strings.Join(names, "」「") + "」" + more
	}
	for i := range names {
		names[i] = `"` + names[i] + `"`
	}
	if more != "" {
		return strings.Join(names, ", ") + more
	}
	return joinAnd(names)
}

func (f Facts) amounts(lang Language) string {
	low, high := plain(f.Min, maxAmount), plain(f.Max, maxAmount)
	switch {
	case low != "" && high != "":
		return fmt.Sprintf(rangeBoth.in(lang), low, high)
	case low != "":
		return fmt.Sprintf(rangeMin.in(lang), low)
	case high != "":
		return fmt.Sprintf(rangeMax.in(lang), high)
	}
	return ""
}

// joinAnd makes an English list: "a", "a and b", "a, b and c".
func joinAnd(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func joinSentences(lang Language, first, second string) string {
	if Parse(string(lang)) == Japanese {
		return first + second
	}
	return first + " " + second
}
