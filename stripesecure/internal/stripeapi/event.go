package stripeapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"
)

// Event is what is read of a Stripe event: which PaymentIntent to look at.
// Nothing else in it is believed (rule 6), so events of every API version are
// the same to us (SIG-06, SIG-13).
type Event struct {
	ID, Kind string
	Account  string // the connected account, "" for the key's own
	Version  string // of the API, in which the event is written
	Live     bool
	Created  time.Time
	Object   string // what it is about: payment_intent, charge, dispute, …
	ObjectID string
	Intent   string // the PaymentIntent behind the object, "" if it does not say
	Charge   string // of a dispute, refund or warning
	Foreign  bool   // a PaymentIntent whose metadata are not signed by this shop

	ObjectCreated time.Time
	Listed        bool // from the events list, not by webhook
}

// errEvent says nothing of the body: it may come from anybody.
var errEvent = errors.New("not an event")

// ReadEvent reads the body of a webhook, or an entry of the events list. verify
// tells whether metadata carry this shop's signature.
func ReadEvent(body []byte, verify func(shop, checkout, attempt, signature string) bool) (Event, error) {
	var w wireEvent
	if err := json.Unmarshal(body, &w); err != nil {
		// A foreign event may hold another type where we look; its id is enough.
		if mistyped := (*json.UnmarshalTypeError)(nil); !errors.As(err, &mistyped) {
			return Event{}, errEvent
		}
	}
	if !w.ID.quoted || !w.Type.quoted || w.ID.text == "" || w.Type.text == "" {
		return Event{}, errEvent
	}
	o := &w.Data.Object
	ev := Event{
		ID: w.ID.text, Kind: w.Type.text, Account: w.Account.text, Version: w.APIVersion.text,
		Live: w.Livemode.text == "true", Created: w.Created.time(), Object: o.Object.text, ObjectID: o.ID.text,
		ObjectCreated: o.Created.time(),
	}
	switch o.Object.text {
	case "payment_intent":
		ev.Intent = o.ID.text
		if m := o.Metadata; m != nil {
			ev.Foreign = !verify(m.Shop.text, m.Checkout.text, m.Attempt.text, m.Signature.text)
		}
	case "charge":
		ev.Intent, ev.Charge = o.PaymentIntent.text, o.ID.text
	case "dispute", "refund", "review", "radar.early_fraud_warning":
		ev.Intent, ev.Charge = o.PaymentIntent.text, o.Charge.text
	}
	return ev, nil
}

// Matters reports whether the event is about a refund, a dispute or a warning:
// the PaymentIntent itself need not show it.
func (e Event) Matters() bool {
	return e.Object == "dispute" || e.Object == "refund" || e.Object == "radar.early_fraud_warning"
}

// wireEvent is narrow on purpose: what is not named here costs no memory. The
// names of the metadata are those of bodies.go.
type wireEvent struct {
	ID         once `json:"id"`
	Type       once `json:"type"`
	Account    once `json:"account"`
	APIVersion once `json:"api_version"`
	Created    once `json:"created"`
	Livemode   once `json:"livemode"`
	Data       struct {
		Object struct {
			ID            once `json:"id"`
			Object        once `json:"object"`
			Created       once `json:"created"`
			PaymentIntent once `json:"payment_intent"`
			Charge        once `json:"charge"`
			Metadata      *struct {
				Shop      once `json:"stripesecure_shop"`
				Checkout  once `json:"stripesecure_checkout"`
				Attempt   once `json:"stripesecure_attempt"`
				Signature once `json:"stripesecure_signature"`
			} `json:"metadata"`
		} `json:"object"`
	} `json:"data"`
}

// once is a string, number or bool that may stand in a body a single time.
// encoding/json takes "ID" for "id" and the last of two: a body in which a name
// comes twice, in whatever case, is refused.
type once struct {
	text   string
	set    bool
	quoted bool // a string; not a number, true or false
}

// time is a number of seconds; what is none is long ago.
func (o once) time() time.Time {
	seconds, _ := strconv.ParseInt(o.text, 10, 64) // 0
	return time.Unix(seconds, 0).UTC()
}

// UnmarshalJSON implements [json.Unmarshaler].
func (o *once) UnmarshalJSON(raw []byte) error {
	if o.set {
		return errEvent
	}
	o.set = true
	switch raw[0] {
	case 'n', '{', '[': // null, or an expanded object
		return nil
	case '"':
		o.quoted = true
		if bytes.IndexByte(raw, '\\') >= 0 || !utf8.Valid(raw) {
			return json.Unmarshal(raw, &o.text)
		}
		raw = raw[1 : len(raw)-1]
	}
	o.text = string(raw)
	return nil
}
