package stripesecure

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/ec-plugins/stripesecure/wording"
)

// Do is the one thing to do next.
type Do string

const (
	// PlaceOrder: the money is held; commit the order under Payment.ID for
	// exactly Payment.Total, then call OrderPlaced. A host with
	// Options.Orders never sees it.
	PlaceOrder Do = "place_order"
	// HandleAction: give ClientSecret to Stripe.js (handleNextAction), then
	// call Resume.
	HandleAction Do = "handle_action"
	// GoTo: send the buyer to URL: the bank, the payment page, or the page of
	// the order that exists.
	GoTo Do = "go_to"
	// Show: show Message on Page; the buyer may try again there.
	Show Do = "show"
	// Wait: say Message and call Resume again in After.
	Wait Do = "wait"
)

// Page is the page of the shop on which a message belongs.
type Page string

const (
	// CheckoutPage is check & shipping, where the buyer pays.
	CheckoutPage Page = "checkout"
	// CartPage is the cart, where the buyer sees what is sold out.
	CartPage Page = "cart"
)

// Result is what a call found, and the one thing to do next. It marshals to the
// JSON that a browser may see: never the Payment.
//
// With [HandleAction] comes ClientSecret, with [GoTo] URL, with [Show] Page and
// mostly Message, with [Wait] After and Message.
type Result struct {
	Payment      Payment
	Do           Do
	ClientSecret ClientSecret
	URL          string
	Page         Page
	Message      wording.Message
	After        time.Duration
	// Tab names this browser tab's try. A browser that sends it back in
	// Cart.Tab is told when another tab has taken over (LC-32).
	Tab string
}

// Cancelled says, of the Result of OrderRefused, whether the host may cancel its
// order: nil when no money of the payment is held or taken any more. Otherwise an
// [Error]: captured (the money is taken and the buyer does not have it back: keep
// the order and refund), order_conflict (the order key says that there is an order:
// its money is held, or the buyer may still pay it; name it in Refusal.Ref), stripe (Stripe has not released it yet: Changed will say
// voided, or captured; calling OrderRefused again asks).
func (r Result) Cancelled() error {
	const op = "OrderRefused"
	switch r.Payment.State {
	case StateCaptured:
		return fail(op, CodeCaptured, nil)
	case StateHeld:
		return fail(op, CodeOrderConflict, nil)
	case StateProcessing, StateUnknown, StateNeedsAction:
		return fail(op, CodeStripe, nil)
	case StateRefunded:
		return nil
	default: // open, voided, expired, failed, not_needed
	}
	if r.Payment.Order != nil { // its slot was not emptied
		return fail(op, CodeOrderConflict, nil)
	}
	return nil
}

// MarshalJSON writes what the browser needs and nothing else.
func (r Result) MarshalJSON() ([]byte, error) {
	out := struct {
		Do           Do               `json:"do"`
		State        State            `json:"state"`
		ClientSecret string           `json:"client_secret,omitempty"`
		URL          string           `json:"url,omitempty"`
		Page         Page             `json:"page,omitempty"`
		Message      *wording.Message `json:"message,omitempty"`
		AfterMillis  int64            `json:"after_ms,omitempty"`
		Tab          string           `json:"tab,omitempty"`
	}{Do: r.Do, State: r.Payment.State, ClientSecret: r.ClientSecret.value, URL: r.URL, Page: r.Page,
		AfterMillis: r.After.Milliseconds(), Tab: r.Tab}
	if r.Message.Code != "" {
		out.Message = &r.Message
	}
	return json.Marshal(out)
}

// ClientSecret lets the buyer's browser finish one PaymentIntent. It is fetched
// for each authorised request, never stored, and prints as "***"; only the JSON
// of a [Result] and Reveal give it out. (Stripe: it "should not be stored,
// logged, embedded in URLs, or exposed to anyone other than the customer".)
type ClientSecret struct{ value string }

// Reveal returns the secret, for a host that writes its own page.
func (s ClientSecret) Reveal() string { return s.value }

// IsZero reports whether there is none.
func (s ClientSecret) IsZero() bool { return s.value == "" }

// Format prints *** for every verb.
func (s ClientSecret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// MarshalJSON writes "***": the secret leaves only inside a Result's own JSON.
func (s ClientSecret) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

// LogValue prints *** in logs.
func (s ClientSecret) LogValue() slog.Value { return slog.StringValue("***") }
