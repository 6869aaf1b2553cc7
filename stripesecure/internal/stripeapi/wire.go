package stripeapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	stripe "github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// wireIntent is what is read of a PaymentIntent. It is narrow on purpose, like
// [wireEvent]: stripe-go's own type reads ten times as much, which takes longer
// than everything else in a checkout.
type wireIntent struct {
	stripe.APIResource

	ID                 string            `json:"id"`
	Amount             int64             `json:"amount"`
	AmountReceived     int64             `json:"amount_received"`
	CancellationReason string            `json:"cancellation_reason"`
	CaptureMethod      string            `json:"capture_method"`
	ClientSecret       string            `json:"client_secret"`
	Created            int64             `json:"created"`
	Currency           string            `json:"currency"`
	Customer           idOf              `json:"customer"`
	LastPaymentError   *wireError        `json:"last_payment_error"`
	LatestCharge       *wireCharge       `json:"latest_charge"`
	Livemode           bool              `json:"livemode"`
	Metadata           map[string]string `json:"metadata"`
	NextAction         *struct {
		RedirectToURL struct {
			URL string `json:"url"`
		} `json:"redirect_to_url"`
	} `json:"next_action"`
	Review *wireReview `json:"review"`
	Status string      `json:"status"`
}

// wireObject is what is read of an object that is only made.
type wireObject struct {
	stripe.APIResource

	ID string `json:"id"`
}

// wirePage is a page of a list. Data is nil where there is no list at all: that says
// nothing of what is there (rule 7).
type wirePage[T any] struct {
	stripe.APIResource

	Data    []T  `json:"data"`
	HasMore bool `json:"has_more"`
}

// page reads one page of a list.
func page[T any](ctx context.Context, c Client, path string, query url.Values) (wirePage[T], error) {
	var list wirePage[T]
	if err := c.call(ctx, http.MethodGet, path, "", query.Encode(), &list); err != nil {
		return list, fault(err)
	}
	if list.Data == nil {
		return list, &Error{Code: "no_object"}
	}
	return list, nil
}

type wireError struct {
	Code        string `json:"code"`
	DeclineCode string `json:"decline_code"`
}

// wireDecline is an error that carries the PaymentIntent.
type wireDecline struct {
	Error struct {
		PaymentIntent *wireIntent `json:"payment_intent"`
	} `json:"error"`
}

// wireReview may stand there as its id.
type wireReview struct {
	Open bool `json:"open"`
}

// UnmarshalJSON implements [json.Unmarshaler].
func (r *wireReview) UnmarshalJSON(raw []byte) error {
	type object wireReview
	return orID(raw, new(idOf), (*object)(r))
}

// wireCharge may stand there as its id.
type wireCharge struct {
	ID             idOf  `json:"id"`
	Amount         int64 `json:"amount"`
	AmountCaptured int64 `json:"amount_captured"`
	AmountRefunded int64 `json:"amount_refunded"`
	Captured       bool  `json:"captured"`
	Created        int64 `json:"created"`
	Disputed       bool  `json:"disputed"`
	Outcome        struct {
		RiskLevel string `json:"risk_level"`
	} `json:"outcome"`
	PaymentMethodDetails struct {
		Card struct {
			Brand         string `json:"brand"`
			CaptureBefore int64  `json:"capture_before"`
			Country       string `json:"country"`
			ExpMonth      int    `json:"exp_month"`
			ExpYear       int    `json:"exp_year"`
			Funding       string `json:"funding"`
			Last4         string `json:"last4"`
			ThreeDSecure  struct {
				Result string `json:"result"`
			} `json:"three_d_secure"`
			Wallet struct {
				Type string `json:"type"`
			} `json:"wallet"`
		} `json:"card"`
	} `json:"payment_method_details"`
}

// UnmarshalJSON implements [json.Unmarshaler].
func (ch *wireCharge) UnmarshalJSON(raw []byte) error {
	type object wireCharge
	return orID(raw, &ch.ID, (*object)(ch))
}

// idOf is the id of an object that may be expanded.
type idOf string

// UnmarshalJSON implements [json.Unmarshaler].
func (id *idOf) UnmarshalJSON(raw []byte) error {
	var object struct {
		ID string `json:"id"`
	}
	if err := orID(raw, (*string)(id), &object); err != nil || object.ID == "" {
		return err
	}
	*id = idOf(object.ID)
	return nil
}

// orID reads an id or the object in its place.
func orID(raw []byte, id, object any) error {
	if raw[0] == '{' {
		return json.Unmarshal(raw, object)
	}
	return json.Unmarshal(raw, id)
}

func (c Client) intent(p *wireIntent) checkout.Intent {
	m := p.Metadata
	in := checkout.Intent{
		ID: p.ID, Amount: p.Amount, Currency: strings.ToUpper(p.Currency), Livemode: p.Livemode, Customer: string(p.Customer),
		CaptureMethod: p.CaptureMethod, Attempt: m[metaAttempt], Checkout: m[metaCheckout], Ref: m[metaOrder],
		Signed:    c.backend.verify(m[metaShop], m[metaCheckout], m[metaAttempt], m[metaSignature]),
		Cancelled: p.CancellationReason, ClientSecret: p.ClientSecret,
		Seen: checkout.Seen{Status: p.Status, Received: p.AmountReceived, InReview: p.Review != nil && p.Review.Open},
	}
	if p.NextAction != nil {
		in.RedirectURL = p.NextAction.RedirectToURL.URL
	}
	if e := p.LastPaymentError; e != nil {
		in.Seen.Error = codes(e.Code, e.DeclineCode)
	}
	if p.LatestCharge != nil {
		p.LatestCharge.seen(&in.Seen)
	}
	return in
}

func (ch *wireCharge) seen(seen *checkout.Seen) {
	seen.Charge = string(ch.ID)
	seen.Disputed = ch.Disputed
	if ch.Created > 0 {
		seen.ChargedAt = time.Unix(ch.Created, 0).UTC()
	}
	if ch.Captured {
		seen.Refunded = ch.AmountRefunded - max(0, ch.Amount-ch.AmountCaptured)
	}
	seen.Risk = ch.Outcome.RiskLevel
	card := &ch.PaymentMethodDetails.Card
	seen.Brand, seen.Last4, seen.Country = card.Brand, card.Last4, card.Country
	seen.ExpMonth, seen.ExpYear, seen.Funding = card.ExpMonth, card.ExpYear, card.Funding
	if card.CaptureBefore > 0 {
		seen.CaptureBefore = time.Unix(card.CaptureBefore, 0).UTC()
	}
	seen.Wallet, seen.ThreeDSecure = card.Wallet.Type, card.ThreeDSecure.Result
}
