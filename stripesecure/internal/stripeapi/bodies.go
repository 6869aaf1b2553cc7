package stripeapi

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
)

// The metadata that this library writes. The names are fixed (LIM-06); order_id
// is the one that people search for in the Dashboard.
const (
	metaShop      = "stripesecure_shop"
	metaCheckout  = "stripesecure_checkout"
	metaPayment   = "stripesecure_payment"
	metaAttempt   = "stripesecure_attempt"
	metaVersion   = "stripesecure_version"
	metaSignature = "stripesecure_signature"
	metaOrder     = "order_id"
)

// Labels are what ties an object at Stripe to the shop.
type Labels struct {
	Shop, Checkout, Payment, Attempt string
	Version                          string
	Signature                        string
	Ref                              string            // the order's, "" while there is none
	Extra                            map[string]string // a hook's own
}

func (l Labels) metadata() map[string]string {
	m := make(map[string]string, 7+len(l.Extra))
	maps.Copy(m, l.Extra)
	for _, label := range [...]struct{ key, value string }{
		{metaShop, l.Shop}, {metaCheckout, l.Checkout}, {metaPayment, l.Payment}, {metaAttempt, l.Attempt},
		{metaVersion, l.Version}, {metaSignature, l.Signature}, {metaOrder, l.Ref},
	} {
		if label.value != "" {
			m[label.key] = label.value
		}
	}
	return m
}

// Customer is the buyer as Stripe's customer shows them. Empty fields are not
// sent (LIM-08).
type Customer struct {
	Name, Email, Phone string
	Description        string
	Labels             Labels
}

// Body is the body of POST /v1/customers.
func (c Customer) Body() Body {
	var f form
	f.add("description", c.Description)
	f.add("email", c.Email)
	f.metadata(c.Labels.metadata())
	f.add("name", c.Name)
	f.add("phone", c.Phone)
	return f.body()
}

// Card is how one try pays.
type Card struct {
	Token, Saved string
	Save         bool
	ThreeDSecure string // automatic, any, challenge
	ReturnURL    string
	Redirect     bool // 3-D Secure by full-page redirect
}

// Create is a PaymentIntent to be created and confirmed.
type Create struct {
	Amount      int64
	Currency    string
	Customer    string
	Card        Card
	Description string
	Suffix      string // of the statement descriptor, Latin
	SuffixKana  string
	SuffixKanji string
	Labels      Labels
}

// Body is the body of POST /v1/payment_intents: always captured by hand, always
// with a customer, cards only (rules 1 and 2).
func (c Create) Body() Body {
	var f form
	f.expand()
	f.set("amount", strconv.FormatInt(c.Amount, 10))
	f.set("capture_method", "manual")
	f.set("confirm", "true")
	f.add("confirmation_token", c.Card.Token)
	f.set("currency", strings.ToLower(c.Currency))
	f.set("customer", c.Customer)
	f.add("description", c.Description)
	f.metadata(c.Labels.metadata())
	f.add("payment_method", c.Card.Saved)
	f.set(optionThreeDSecure, c.Card.ThreeDSecure)
	f.add("payment_method_options[card][statement_descriptor_suffix_kana]", c.SuffixKana)
	f.add("payment_method_options[card][statement_descriptor_suffix_kanji]", c.SuffixKanji)
	f.set("payment_method_types[0]", "card")
	f.set("return_url", c.Card.ReturnURL)
	if c.Card.Save {
		f.set("setup_future_usage", "off_session")
	}
	f.add("statement_descriptor_suffix", c.Suffix)
	f.set("use_stripe_sdk", strconv.FormatBool(!c.Card.Redirect))
	return f.body()
}

const optionThreeDSecure = "payment_method_options[card][request_three_d_secure]"

// ConfirmBody is the body of POST /v1/payment_intents/{id}/confirm for another
// card on the same PaymentIntent. setup_future_usage is always sent: "" clears
// what an earlier try asked for.
func (c Card) ConfirmBody() Body {
	save := ""
	if c.Save {
		save = "off_session"
	}
	var f form
	f.expand()
	f.add("confirmation_token", c.Token)
	f.add("payment_method", c.Saved)
	f.set(optionThreeDSecure, c.ThreeDSecure)
	f.set("return_url", c.ReturnURL)
	f.set("setup_future_usage", save)
	f.set("use_stripe_sdk", strconv.FormatBool(!c.Redirect))
	return f.body()
}

// CaptureBody is the body of POST …/capture, with the order's ref in the
// metadata: all of the hold when amount is 0; otherwise the rest is released.
func CaptureBody(ref string, amount int64) Body {
	var f form
	f.expand()
	if amount > 0 {
		f.set("amount_to_capture", strconv.FormatInt(amount, 10))
	}
	f.metadata(map[string]string{metaOrder: ref})
	return f.body()
}

// TagBody is the body of POST /v1/payment_intents/{id} that writes the order's
// ref into metadata and description.
func TagBody(ref, description string) Body {
	var f form
	f.expand()
	f.add("description", description)
	f.metadata(map[string]string{metaOrder: ref})
	return f.body()
}

// CancelBody is the body of POST …/cancel.
func CancelBody() Body {
	var f form
	f.expand()
	f.set("cancellation_reason", "abandoned")
	return f.body()
}

// expanded is what a PaymentIntent has to carry in every answer: unexpanded, a
// review would not say whether it is still open.
var expanded = []string{"latest_charge", "review"}

// expandQuery is the same for a GET; prefix is "data." for lists.
func expandQuery(query url.Values, prefix string) url.Values {
	for i, field := range expanded {
		query.Set("expand["+strconv.Itoa(i)+"]", prefix+field)
	}
	return query
}
