package stripesecure

import (
	"errors"
	"net/url"
	"regexp"
	"slices"

	"github.com/ec-plugins/stripesecure/wording"
)

// No call of ours takes a card number (LC-27): what looks like one is refused at
// the door, with a fault that does not repeat it. How closely a field is looked at
// follows from who fills it:
//
//   - What people type (names, mail, items, the merchant's notes, the browser's
//     fields and every other value of its form): 13 to 19 digits, also in groups,
//     also full-width, that begin as a brand's cards do and have the check digit.
//     JAN codes, 法人番号 and telephone numbers are none.
//   - What the host makes (checkout, member, session, snapshot, return address):
//     only 14 to 19 digits that stand alone, in one piece or in the groups of a
//     card. Only what begins as a brand's cards do, in a length that it issues, counts;
//     still, of random numbers of 16 digits one in 27 looks so, and no closer look can
//     tell it from a card. It would be the name of rows and stand at Stripe, so it is
//     refused: a host with such ids puts a letter before them, or encodes its snapshot.
//     Time stamps, dates with counters, JAN codes, UUIDs and ids with letters never do.
//   - Refs of orders: not at all. The order exists when we are told of it, and to
//     refuse its ref would leave money without an order.
const faultCardNumber = "card_number"

// hostIDs are the fields that no buyer fills: who reads of them can do nothing.
var hostIDs = []string{"cart.id", "cart.buyer.member", "cart.buyer.session"}

// typedCard looks at what a person has typed.
func typedCard(text string) bool { return wording.HasCardNumber(text, 13) }

// longCard is for fields that hold telephone numbers, of which people leave out the
// plus.
func longCard(text string) bool { return wording.HasCardNumber(text, 14) }

// alone are digits as a card number is written, touching neither letters nor
// more digits.
var alone = regexp.MustCompile(`(?:^|[^\pL\pN])([0-9０-９]{14,19}|(?:[0-9０-９]{4}[ \-　]){3}[0-9０-９]{4}|[0-9０-９]{4}[ \-　][0-9０-９]{6}[ \-　][0-9０-９]{4,5})(?:[^\pL\pN]|$)`)

// madeCard looks at what the host has made.
func madeCard(text string) bool {
	if digits(text) < 14 {
		return false // almost every id, and the expression takes its time
	}
	for len(text) > 0 {
		at := alone.FindStringSubmatchIndex(text)
		if at == nil {
			return false
		}
		if wording.HasCardNumber(text[at[2]:at[3]], 14) {
			return true
		}
		text = text[at[3]:] // what ends one may begin the next
	}
	return false
}

func digits(text string) (n int) {
	for _, r := range text {
		if '0' <= r && r <= '9' || '０' <= r && r <= '９' {
			n++
		}
	}
	return n
}

// cardFaults finds card numbers in a cart.
func (c Cart) cardFaults() []Fault {
	var faults []Fault
	bad := func(field string, found bool) {
		if found {
			faults = append(faults, Fault{"cart." + field, faultCardNumber})
		}
	}
	bad("id", madeCard(string(c.ID)))
	bad("buyer.member", madeCard(c.Buyer.Member))
	bad("buyer.session", madeCard(c.Buyer.Session))
	bad("buyer.name", typedCard(c.Buyer.Name))
	bad("buyer.email", typedCard(c.Buyer.Email))
	bad("buyer.phone", longCard(c.Buyer.Phone))
	bad("snapshot", madeCard(string(c.Snapshot)))
	plain, err := url.QueryUnescape(c.ReturnURL)
	bad("return_url", err == nil && madeCard(plain) || madeCard(c.ReturnURL))
	bad("tab", typedCard(c.Tab))
	return faults
}

// cardFaults finds card numbers in what the browser sent as ours.
func (in Input) cardFaults() []Fault {
	var faults []Fault
	for _, f := range []struct{ field, value string }{
		{"input.token", in.Token}, {"input.saved_card", in.SavedCard}, {"input.tab", in.Tab}, {"input.challenge", in.Challenge},
	} {
		if typedCard(f.value) {
			faults = append(faults, Fault{f.field, faultCardNumber})
		}
	}
	return faults
}

// formCard reports whether any value of a browser's form looks like a card
// number, the host's own fields included: a page that names its card field by
// mistake must fail at its first test, and not reach logs and databases.
func formCard(values map[string][]string) bool {
	for _, list := range values {
		if slices.ContainsFunc(list, longCard) {
			return true
		}
	}
	return false
}

// withoutCards drops names that look like card numbers: the refusal itself counts.
func withoutCards(items []string) []string {
	return slices.DeleteFunc(slices.Clone(items), typedCard)
}

// withCards adds card numbers to the faults of an input, where a field has none
// yet.
func withCards(faults, cards []Fault) []Fault {
	for _, c := range cards {
		if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Field == c.Field }) {
			faults = append(faults, c)
		}
	}
	return faults
}

// cardError reports whether an error says that there was a card number.
func cardError(err error) bool {
	var e *Error
	return errors.As(err, &e) && slices.ContainsFunc(e.Faults, func(f Fault) bool { return f.Code == faultCardNumber })
}

// withoutCard drops a text that looks like a card number from what is written to
// Stripe for people: that never makes a payment fail.
func withoutCard(text string) string {
	if typedCard(text) {
		return ""
	}
	return text
}
