package stripesecure

import (
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Dispute is a buyer's objection to the charge at their bank: a chargeback, or
// the inquiry before one. It never changes the order and never moves money by
// this library: the merchant decides (DSP-02).
// Source: docs.stripe.com/api/disputes.
type Dispute struct {
	ID     string
	Status string // needs_response, under_review, won, lost; warning_… for an inquiry
	Reason string // fraudulent, product_not_received, …
	Amount Money  // in the currency of the dispute
	// DueBy is when the evidence has to be there, UTC; zero when none is taken.
	DueBy       time.Time
	Created     time.Time
	Submissions int  // so often was evidence sent to the bank
	Open        bool // undecided
}

// FraudWarning says that the card's issuer believes the payment to be fraud. A
// refund before a dispute follows saves its fee.
// Source: docs.stripe.com/api/radar/early_fraud_warnings.
type FraudWarning struct {
	ID         string
	Kind       string // card_never_received, made_with_stolen_card, …
	Created    time.Time
	Actionable bool // neither refunded in full nor disputed yet
}

func disputesView(a *checkout.Attempt) []Dispute {
	var all []Dispute
	for _, d := range a.Matters.Disputes {
		all = append(all, Dispute{
			ID: d.ID, Status: d.Status, Reason: d.Reason, Amount: FromMinor(d.Amount, d.Currency), DueBy: d.DueBy,
			Created: d.Created, Submissions: d.Submissions, Open: d.Open(),
		})
	}
	return all
}

func warningsView(a *checkout.Attempt) []FraudWarning {
	var all []FraudWarning
	for _, w := range a.Matters.Warnings {
		view := FraudWarning(w)
		// Our own refund may be newer than what Stripe last said of the warning.
		view.Actionable = w.Actionable && !a.Seen.Disputed && len(a.Matters.Disputes) == 0 && a.Seen.Refunded < a.Seen.Received
		all = append(all, view)
	}
	return all
}
