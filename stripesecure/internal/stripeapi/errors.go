package stripeapi

import (
	"encoding/json"
	"errors"
	"net/http"

	stripe "github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Error is a failed read: Stripe's code and request id, never its message,
// which holds client secrets.
type Error struct {
	Code      string
	Status    int
	RequestID string
}

func (e *Error) Error() string { return "stripe: " + e.Code }

// Denied reports whether the key was refused.
func (e *Error) Denied() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

// Gone reports whether the object does not exist for this key.
func (e *Error) Gone() bool { return e.Status == http.StatusNotFound || e.Code == "resource_missing" }

func fault(err error) error {
	var se *stripe.Error
	if !errors.As(err, &se) {
		return &Error{Code: "no_answer"}
	}
	code := codes(string(se.Code), string(se.DeclineCode))
	if code == "" {
		code = string(se.Type)
	}
	return &Error{Code: code, Status: se.HTTPStatusCode, RequestID: se.RequestID}
}

// answer sorts the failures of a POST: only a definite 4xx is a refusal. A
// time-out, a 5xx, a body that is not JSON and a key in use are no answer; a
// rate limit says that nothing was executed.
func (c Client) answer(err error) checkout.Answer {
	var se *stripe.Error
	if !errors.As(err, &se) {
		return checkout.Answer{NoAnswer: true}
	}
	switch status := se.HTTPStatusCode; {
	case status == http.StatusTooManyRequests:
		return checkout.Answer{NotDone: true}
	case status == http.StatusConflict, status < 400, status >= 500:
		return checkout.Answer{NoAnswer: true, Replayed: replayed(se.LastResponse)}
	}
	ans := checkout.Answer{
		Error: codes(string(se.Code), string(se.DeclineCode)), Param: se.Param, Replayed: replayed(se.LastResponse),
		Denied: se.HTTPStatusCode == http.StatusUnauthorized || se.HTTPStatusCode == http.StatusForbidden,
	}
	if ans.Error == "" {
		ans.Error = string(se.Type)
	}
	// A decline carries the PaymentIntent; a refusal about another object may
	// carry it as well, and is no decline.
	if se.PaymentIntent != nil && se.HTTPStatusCode == http.StatusPaymentRequired && se.LastResponse != nil {
		var decline wireDecline
		if json.Unmarshal(se.LastResponse.RawJSON, &decline) != nil || decline.Error.PaymentIntent == nil {
			// There is a PaymentIntent, and nobody could read it: not "nothing was made".
			return checkout.Answer{NoAnswer: true, Replayed: ans.Replayed}
		}
		in := c.intent(decline.Error.PaymentIntent)
		ans.Intent = &in
	}
	return ans
}

func tooMany(err error) bool {
	var se *stripe.Error
	return errors.As(err, &se) && se.HTTPStatusCode == http.StatusTooManyRequests
}

// codes is the code, with the decline code where there is one.
func codes(code, decline string) string {
	if decline != "" {
		return code + "/" + decline
	}
	return code
}
