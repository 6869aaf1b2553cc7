package stripetest

import (
	"fmt"
	"strings"
)

// Error is the error object of the API (stripe-facts §1.5): the body of an error
// answer, and the last_payment_error of an intent. Absent keys are left out.
type Error struct {
	Charge            string         `json:"charge" stripe:"omit"`
	Code              string         `json:"code" stripe:"omit"`
	DeclineCode       string         `json:"decline_code" stripe:"omit"`
	DocURL            string         `json:"doc_url" stripe:"omit"`
	Message           string         `json:"message"`
	Param             string         `json:"param" stripe:"omit"`
	PaymentIntent     *PaymentIntent `json:"payment_intent" stripe:"omit"`
	PaymentMethod     *PaymentMethod `json:"payment_method" stripe:"omit"`
	PaymentMethodType string         `json:"payment_method_type" stripe:"omit"`
	RequestLogURL     string         `json:"request_log_url" stripe:"omit"`
	SetupIntent       *SetupIntent   `json:"setup_intent" stripe:"omit"`
	Type              string         `json:"type"`

	status      int    // HTTP status
	shouldRetry string // header Stripe-Should-Retry
	transient   bool   // not stored under the idempotency key: the endpoint did not begin
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("stripe: %d %s %s: %s", e.status, e.Type, e.Code, e.Message)
}

// withCode sets the code and the documentation link that goes with it.
func (e *Error) withCode(code string) *Error {
	e.Code = code
	if code != "" {
		e.DocURL = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(code, "_", "-")
	}
	return e
}

// invalid is a refused parameter: 400, not stored under the idempotency key.
func invalid(code, param, message string) *Error {
	e := &Error{Type: "invalid_request_error", Message: message, Param: param, status: 400, transient: true}
	return e.withCode(code)
}

// refused is a 400 of an endpoint that had begun: it is stored under the key.
func refused(code, param, message string) *Error {
	e := invalid(code, param, message)
	e.transient = false
	return e
}

// missing is the 404 for an object that does not exist (in this mode).
func missing(what, id, param string) *Error {
	e := refused("resource_missing", param, "No such "+what+": '"+clip(id, 80)+"'")
	e.status = 404
	return e
}

// unauthorized is a 401: no key, or one that nobody knows.
func unauthorized(message string) *Error {
	return &Error{Type: "invalid_request_error", Message: message, status: 401, transient: true}
}

// forbidden is a 403: the key exists and may not do this.
func forbidden(code, message string) *Error {
	e := &Error{Type: "invalid_request_error", Message: message, status: 403, transient: true}
	return e.withCode(code)
}

// wrongState is the 400 of a PaymentIntent that is not in the needed status.
func wrongState(pi *PaymentIntent, message string) *Error {
	e := refused("payment_intent_unexpected_state", "", message)
	e.PaymentIntent = pi
	return e
}

// errorBody is the envelope of every error answer.
type errorBody struct {
	Error *Error `json:"error"`
}
