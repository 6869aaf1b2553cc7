package stripesecure

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// Code is the stable name of a failure. It is meant for programs, logs and
// support; buyers read [Error.Message].
type Code string

// The codes of errors. An error means misuse, or that nothing was sent to
// Stripe; a doubt about Stripe's answer is a [Result] with [StateUnknown].
const (
	// CodeInvalid: the input has faults; Error.Faults names all of them.
	CodeInvalid Code = "invalid"
	// CodeNotReady: the settings do not allow payments (keys missing,
	// disabled, wrong environment).
	CodeNotReady Code = "not_ready"
	// CodeNotFound: there is no such payment, or it is not yours to see; the
	// two are not told apart.
	CodeNotFound Code = "not_found"
	// CodeOrderConflict: the checkout has another order already.
	CodeOrderConflict Code = "order_conflict"
	// CodeRefused: the host has refused or cancelled this order before.
	CodeRefused Code = "refused"
	// CodeCaptured: the money is captured; refund it instead.
	CodeCaptured Code = "captured"
	// CodeNotHeld: there is no hold to capture, or nothing to refund.
	CodeNotHeld Code = "not_held"
	// CodeTooMuch: more than was held, or more than is left to refund.
	CodeTooMuch Code = "too_much"
	// CodeCopy: the store is that of another shop address, a copy of a live
	// shop: nothing is made or deleted at Stripe from here. See Plugin.Site.
	CodeCopy Code = "copy"
	// CodeStore: the store failed; nothing was sent that is not stored.
	CodeStore Code = "store"
	// CodeStripe: Stripe could not be asked, or refused to do it. Nothing
	// changed that the next call does not find again.
	CodeStripe Code = "stripe"
	// CodeCanceled: the caller's context ended first.
	CodeCanceled Code = "canceled"
	// CodeInternal: none of the above.
	CodeInternal Code = "internal"
)

// Sentinels for errors.Is, one for each code.
var (
	ErrInvalid       = errors.New("invalid input")
	ErrNotReady      = errors.New("payment method is not ready")
	ErrNotFound      = errors.New("no such payment")
	ErrOrderConflict = errors.New("checkout has another order")
	ErrRefused       = errors.New("order was refused before")
	ErrCaptured      = errors.New("payment is captured")
	ErrNotHeld       = errors.New("no money is held")
	ErrTooMuch       = errors.New("amount is too large")
	ErrCopy          = errors.New("this is a copy of a live shop")
	ErrStore         = errors.New("store failed")
	ErrStripe        = errors.New("stripe failed")
	ErrCanceled      = errors.New("call was canceled")
	ErrInternal      = errors.New("internal error")
)

var sentinels = map[Code]error{
	CodeInvalid: ErrInvalid, CodeNotReady: ErrNotReady, CodeNotFound: ErrNotFound,
	CodeOrderConflict: ErrOrderConflict, CodeRefused: ErrRefused, CodeCaptured: ErrCaptured,
	CodeNotHeld: ErrNotHeld, CodeTooMuch: ErrTooMuch, CodeCopy: ErrCopy, CodeStore: ErrStore, CodeStripe: ErrStripe,
	CodeCanceled: ErrCanceled, CodeInternal: ErrInternal,
}

// Fault is one thing that is wrong with an input. Field is a path such as
// "cart.total"; Code is stable. The value itself is never repeated.
type Fault struct {
	Field string `json:"field"`
	Code  string `json:"code"`
}

// Error is what every call of this package returns on failure. Its text is for
// logs: the operation, the code, the faults, and what the store said; never
// Stripe's message and never a secret. Buyers read [Error.Message].
type Error struct {
	Code   Code
	Op     string  // the call that failed: "Pay", "OrderPlaced"
	Faults []Fault // all faults at once: of an input (CodeInvalid), of the settings (CodeNotReady)
	cause  error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("stripesecure: " + e.Op + ": " + string(e.Code))
	if faults := faultsOf(e); faults != "" {
		b.WriteString(": " + faults)
	}
	if e.Code == CodeStore && e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// faultsOf names the faults of an error: fields and codes, never a value.
func faultsOf(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	names := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		names[i] = f.Field + " " + f.Code
	}
	return strings.Join(names, ", ")
}

// Unwrap gives the sentinel of the code, and the cause where it is one of the
// caller's own (a context error, an error of the store or the host).
func (e *Error) Unwrap() []error {
	chain := []error{sentinels[e.Code]}
	if e.cause != nil {
		chain = append(chain, e.cause)
	}
	return chain
}

// Message is a text that a buyer may read.
func (e *Error) Message(lang wording.Language) wording.Message {
	code := wording.TemporarilyUnavailable
	switch e.Code {
	case CodeInvalid:
		code = wording.FormIncomplete
		for _, f := range e.Faults {
			if f.Field == "cart.return_url" {
				code = wording.InvalidReturn
			}
			if f.Code == faultCardNumber && slices.Contains(hostIDs, f.Field) {
				code = wording.MethodUnavailable
			} else if f.Code == faultCardNumber {
				code = wording.CardNumberMisplaced
				break
			}
		}
	case CodeNotFound:
		code = wording.NotFound
	case CodeOrderConflict, CodeCaptured:
		code = wording.AlreadyPaid
	case CodeRefused:
		code = wording.OrderRefused
	case CodeNotReady:
		code = wording.MethodUnavailable
	}
	return wording.For(code, lang, wording.Facts{})
}

// CodeOf returns the code of err: "" for nil, [CodeInternal] for an error that
// is not of this package.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return CodeCanceled
	}
	return CodeInternal
}

// made sees every error; the tests look there whether one tells a secret.
var made = func(e *Error) *Error { return e }

func fail(op string, code Code, cause error) *Error {
	return made(&Error{Code: code, Op: op, cause: cause})
}

func invalid(op string, faults []Fault) *Error {
	return made(&Error{Code: CodeInvalid, Op: op, Faults: faults})
}
