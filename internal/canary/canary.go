// Package canary finds secrets in what leaves the library: the tests of all
// modules look with it at every log record, error, row, answer and request of
// theirs, and CI at what the tests themselves print.
//
// It knows the shapes of Stripe's secrets and of card numbers, and the signing
// keys of the tests. It shares no code with the library, so that one mistake
// cannot blind both.
package canary

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// Kind is what was found.
type Kind string

// The kinds. Publishable keys are public and are none.
const (
	APIKey        Kind = "API key"        // sk_…, rk_…, ek_…
	WebhookSecret Kind = "webhook secret" // whsec_…
	ClientSecret  Kind = "client secret"  // pi_…_secret_…
	SigningKey    Kind = "signing key"    // the k's and z's of the tests
	Token         Kind = "card token"     // ctoken_…
	CardNumber    Kind = "card number"
)

// Place is where it was found.
type Place string

// The places where something leaves the library.
const (
	Log     Place = "log"
	Error   Place = "error"
	Row     Place = "stored row"
	Answer  Place = "answer to a browser"
	News    Place = "news for the host"
	Watch   Place = "metrics and traces"
	Request Place = "request to Stripe" // without its Authorization header
	Output  Place = "output of the tests"
)

// allowed is where a kind may stand. Everything that is not here is a leak.
// SECURITY.md has the same table for people.
var allowed = map[Kind][]Place{
	// The create's exact body is stored before it is sent.
	Token: {Row, Request, Output},
	// Stripe's test cards stand in names of tests.
	CardNumber: {Output},
}

// May reports whether a kind may stand in a place. A client secret in the JSON of
// a Result is not looked at here: see [Answered].
func May(kind Kind, place Place) bool { return slices.Contains(allowed[kind], place) }

// sign is how a kind is recognised: the needle is searched first, which costs next
// to nothing where there is none.
type sign struct {
	kind   Kind
	needle []byte
	shape  *regexp.Regexp
}

// The last parts are long enough that a masked key (sk_test_…0001) is none.
var signs = []sign{
	{APIKey, []byte("k_test_"), regexp.MustCompile(`(?:sk|rk|ek)_test_[0-9A-Za-z]{8,}`)},
	{APIKey, []byte("k_live_"), regexp.MustCompile(`(?:sk|rk|ek)_live_[0-9A-Za-z]{8,}`)},
	{WebhookSecret, []byte("whsec_"), regexp.MustCompile(`whsec_[0-9A-Za-z+/]{8,}`)},
	{ClientSecret, []byte("_secret_"), regexp.MustCompile(`[0-9A-Za-z]_secret_[0-9A-Za-z]{8,}`)},
	{Token, []byte("ctoken_"), regexp.MustCompile(`ctoken_[0-9A-Za-z_]{8,}`)},
	{SigningKey, []byte("kkkkkkkkkkkkkkkk"), nil},
	{SigningKey, []byte("zzzzzzzzzzzzzzzz"), nil},
	{SigningKey, []byte("107 107 107 107 107 107"), nil}, // printed as bytes
	{SigningKey, []byte("6b6b6b6b6b6b6b6b6b6b"), nil},
	{SigningKey, []byte("a2tra2tra2tra2tra2tr"), nil}, // in base64
}

// Secrets returns the kinds that a text contains and a place may not, without card
// numbers.
func Secrets(text []byte, place Place) []Kind {
	var found []Kind
	for _, s := range signs {
		if bytes.Contains(text, s.needle) && !May(s.kind, place) && (s.shape == nil || s.shape.Match(text)) && !slices.Contains(found, s.kind) {
			found = append(found, s.kind)
		}
	}
	return found
}

// Find returns the kinds that a text contains and a place may not.
func Find(text string, place Place) []Kind {
	found := Secrets([]byte(text), place)
	if !May(CardNumber, place) && hasCardNumber(text) {
		found = append(found, CardNumber)
	}
	return found
}

// result is the one field that hands a client secret to the buyer's browser.
var result = regexp.MustCompile(`"client_secret":"pi_[0-9A-Za-z]+_secret_[0-9A-Za-z]+"`)

// Answered is an answer's body without the client secret that it may have: one, in
// the JSON of a Result that says handle_action, kept by nobody.
func Answered(body, contentType, cacheControl string) string {
	if strings.HasPrefix(contentType, "application/json") && cacheControl == "no-store" && strings.Contains(body, `"do":"handle_action"`) {
		if at := result.FindStringIndex(body); at != nil {
			return body[:at[0]] + body[at[1]:]
		}
	}
	return body
}
