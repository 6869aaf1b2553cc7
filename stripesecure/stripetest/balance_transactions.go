package stripetest

import "time"

// BalanceTransaction is a txn_ (stripe-facts §2.4). Every currency settles in
// itself here: exchange_rate is null.
type BalanceTransaction struct {
	ID                string      `json:"id"`
	Object            string      `json:"object"`
	Amount            int64       `json:"amount"`
	AvailableOn       int64       `json:"available_on"`
	Created           int64       `json:"created"`
	Currency          string      `json:"currency"`
	Description       string      `json:"description" stripe:"null"`
	ExchangeRate      *int64      `json:"exchange_rate"`
	Fee               int64       `json:"fee"`
	FeeDetails        []FeeDetail `json:"fee_details"`
	Net               int64       `json:"net"`
	ReportingCategory string      `json:"reporting_category"`
	Source            string      `json:"source" stripe:"null,expand=charge|refund|dispute"`
	Status            string      `json:"status"`
	Type              string      `json:"type"`
}

// FeeDetail is one part of a fee.
type FeeDetail struct {
	Amount      int64  `json:"amount"`
	Application string `json:"application" stripe:"null"`
	Currency    string `json:"currency"`
	Description string `json:"description" stripe:"null"`
	Type        string `json:"type"`
}

func (b *BalanceTransaction) key() string      { return b.ID }
func (b *BalanceTransaction) createdAt() int64 { return b.Created }

var _ = register(resource{name: "balance_transaction", object: &BalanceTransaction{}, routes: []route{
	{method: "GET", path: "/v1/balance_transactions", list: true, do: listBalance, params: spec(listParams + `
		created  range
		currency text
		payout   text
		source   text
		type     text`)},
	{method: "GET", path: "/v1/balance_transactions/{id}", do: getBalance},
}})

// settleAfter is how long money is pending; feeRate the fee in tenths of a
// percent (Stripe's price for domestic cards in Japan).
const (
	settleAfter = 4 * 24 * time.Hour
	feeRate     = 36
)

// book writes a captured charge into the balance.
func (m *mode) book(ch *Charge) *BalanceTransaction {
	fee := ch.AmountCaptured * feeRate / 1000
	t := m.entry("charge", ch.ID, ch.Currency, ch.AmountCaptured, fee)
	t.Description = ch.Description
	if ch.card.ready {
		t.Status, t.AvailableOn = "available", t.Created
	}
	return t
}

// entry adds a line to the balance.
func (m *mode) entry(kind, source, currency string, amount, fee int64) *BalanceTransaction {
	t := &BalanceTransaction{
		ID: m.s.newID("txn"), Object: "balance_transaction", Amount: amount, Created: m.now(),
		AvailableOn: m.s.now().Add(settleAfter).Unix(), Currency: currency, Fee: fee, Net: amount - fee,
		ReportingCategory: kind, Source: source, Status: "pending", Type: kind, FeeDetails: []FeeDetail{},
	}
	if fee != 0 {
		t.FeeDetails = append(t.FeeDetails, FeeDetail{Amount: fee, Currency: currency, Description: "Stripe processing fees", Type: "stripe_fee"})
	}
	m.insert("balance_transaction", t)
	m.s.later(time.Unix(t.AvailableOn, 0), func() { t.Status = "available" })
	return t
}

func getBalance(c *call) (any, error) {
	t, ok := find[*BalanceTransaction](c.m, c.values.of("id"))
	if !ok {
		return nil, c.m.noSuch("balance transaction", c.values.of("id"), "id")
	}
	return t, nil
}

func listBalance(c *call) (any, error) {
	f := c.form
	currency, source, kind, payout := f.text("currency"), f.text("source"), f.text("type"), f.text("payout")
	return page(c, "balance_transaction", func(t *BalanceTransaction) bool {
		return (currency == "" || t.Currency == currency) && (source == "" || t.Source == source) &&
			(kind == "" || t.Type == kind) && payout == ""
	})
}
