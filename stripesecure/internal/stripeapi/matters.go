package stripeapi

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	stripe "github.com/stripe/stripe-go/v79"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// metaOperation is the host's operation that a refund belongs to.
const (
	metaOperation = "stripesecure_operation"
	metaNote      = "note"
)

// Refund is money to be given back.
type Refund struct {
	Intent    string
	Operation string
	Amount    int64
	Reason    string // one of Stripe's three, or ""
	Note      string // at most 500 characters
	Ref       string // the order's
}

// Body is the body of POST /v1/refunds.
func (r Refund) Body() Body {
	meta := map[string]string{metaOperation: r.Operation}
	if r.Note != "" {
		meta[metaNote] = r.Note
	}
	if r.Ref != "" {
		meta[metaOrder] = r.Ref
	}
	var f form
	f.set("amount", strconv.FormatInt(r.Amount, 10))
	f.metadata(meta)
	f.set("payment_intent", r.Intent)
	f.add("reason", r.Reason)
	return f.body()
}

// sendRefund sends a stored refund and says what became of it.
func (c Client) sendRefund(ctx context.Context, call checkout.Call) checkout.Answer {
	var refund stripe.Refund
	if err := c.call(ctx, http.MethodPost, call.Path, call.Key, call.Body, &refund); err != nil {
		return c.answer(err)
	}
	if refund.ID == "" {
		return checkout.Answer{NoAnswer: true}
	}
	seen := refundSeen(&refund)
	return checkout.Answer{Refund: &seen, Replayed: replayed(refund.LastResponse)}
}

// Matters reads everything that a merchant should know of captured money: the
// PaymentIntent first, then its refunds, disputes and early fraud warnings.
// The oldest of each come first.
func (c Client) Matters(ctx context.Context, intent string) (checkout.MattersSeen, error) {
	var seen checkout.MattersSeen
	in, err := c.Read(ctx, intent)
	if err != nil {
		return seen, err
	}
	seen.Intent = in
	of := url.Values{"payment_intent": {intent}}
	refunds, err := everything(ctx, c, "/v1/refunds", of, func(r *stripe.Refund) string { return r.ID })
	if err != nil {
		return seen, err
	}
	disputes, err := everything(ctx, c, "/v1/disputes", of, func(d *stripe.Dispute) string { return d.ID })
	if err != nil {
		return seen, err
	}
	warnings, err := everything(ctx, c, "/v1/radar/early_fraud_warnings", of, func(w *stripe.RadarEarlyFraudWarning) string { return w.ID })
	if err != nil {
		return seen, err
	}
	for _, r := range refunds {
		seen.Refunds = append(seen.Refunds, refundSeen(r))
	}
	for _, d := range disputes {
		seen.Disputes = append(seen.Disputes, disputeSeen(d))
	}
	for _, w := range warnings {
		seen.Warnings = append(seen.Warnings, checkout.Warning{
			ID: w.ID, Kind: string(w.FraudType), Created: unix(w.Created), Actionable: w.Actionable,
		})
	}
	slices.Reverse(seen.Refunds)
	slices.Reverse(seen.Disputes)
	slices.Reverse(seen.Warnings)
	return seen, nil
}

// IntentOf is the PaymentIntent of a charge, "" if it has none.
func (c Client) IntentOf(ctx context.Context, charge string) (string, error) {
	var ch stripe.Charge
	if err := c.call(ctx, http.MethodGet, "/v1/charges/"+url.PathEscape(charge), "", "", &ch); err != nil {
		return "", fault(err)
	}
	if ch.PaymentIntent == nil {
		return "", nil
	}
	return ch.PaymentIntent.ID, nil
}

// everything reads a list to its end.
func everything[T any](ctx context.Context, c Client, path string, filter url.Values, id func(*T) string) (all []*T, err error) {
	query := url.Values{"limit": {"100"}}
	maps.Copy(query, filter)
	for {
		list, err := page[*T](ctx, c, path, query)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Data...)
		last := ""
		if len(list.Data) > 0 {
			last = id(all[len(all)-1])
		}
		if !list.HasMore || last == "" {
			return all, nil
		}
		query.Set("starting_after", last)
	}
}

// refundSeen: a partial capture makes Stripe list a refund of what was never
// taken. It has no entry in the balance, and is no refund to anybody.
func refundSeen(r *stripe.Refund) checkout.RefundSeen {
	op := r.Metadata[metaOperation]
	return checkout.RefundSeen{
		ID: r.ID, Op: op, Amount: r.Amount, State: checkout.RefundState(r.Status), Failure: string(r.FailureReason),
		Reason: string(r.Reason), Created: unix(r.Created),
		Release: op == "" && r.BalanceTransaction == nil && r.Status == stripe.RefundStatusSucceeded,
	}
}

// EvidenceBody is the body of POST /v1/disputes/{id}. Stripe's default is to
// submit, so a draft says that it is one.
func EvidenceBody(fields map[string]string, submit bool) Body {
	values := url.Values{"submit": {strconv.FormatBool(submit)}}
	for name, text := range fields {
		if text != "" {
			values.Set("evidence["+name+"]", text)
		}
	}
	return values.Encode()
}

// SubmitEvidence sends evidence and returns the dispute as it is then.
func (c Client) SubmitEvidence(ctx context.Context, dispute, key string, body Body) (checkout.Dispute, error) {
	var d stripe.Dispute
	if err := c.call(ctx, http.MethodPost, "/v1/disputes/"+url.PathEscape(dispute), key, body, &d); err != nil {
		return checkout.Dispute{}, fault(err)
	}
	if d.ID == "" {
		return checkout.Dispute{}, &Error{Code: "no_object"}
	}
	return disputeSeen(&d), nil
}

func disputeSeen(d *stripe.Dispute) checkout.Dispute {
	seen := checkout.Dispute{
		ID: d.ID, Status: string(d.Status), Reason: string(d.Reason), Amount: d.Amount,
		Currency: strings.ToUpper(string(d.Currency)), Created: unix(d.Created),
	}
	if e := d.EvidenceDetails; e != nil {
		seen.Submissions = int(e.SubmissionCount)
		seen.DueBy = unix(e.DueBy)
	}
	return seen
}

func unix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
