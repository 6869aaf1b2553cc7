package stripetest

import (
	"slices"
	"strings"
)

// balance is the money of an account: GET /v1/balance.
type balance struct {
	Object    string          `json:"object"`
	Available []balanceAmount `json:"available"`
	Livemode  bool            `json:"livemode"`
	Pending   []balanceAmount `json:"pending"`
}

type balanceAmount struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

var _ = register(resource{name: "balance", object: &balance{}, routes: []route{
	{method: "GET", path: "/v1/balance", do: func(c *call) (any, error) {
		return &balance{
			Object: "balance", Livemode: c.m.isLive,
			Available: c.m.total("available"), Pending: c.m.total("pending"),
		}, nil
	}},
}})

func (b *balance) key() string { return "" }

// total adds up the lines of the balance with a status.
func (m *mode) total(status string) []balanceAmount {
	sums := map[string]int64{m.account.DefaultCurrency: 0}
	each(m, "balance_transaction", func(t *BalanceTransaction) bool {
		if t.Status == status {
			sums[t.Currency] += t.Net
		}
		return true
	})
	out := []balanceAmount{}
	for currency, amount := range sums {
		out = append(out, balanceAmount{Amount: amount, Currency: currency})
	}
	slices.SortFunc(out, func(a, b balanceAmount) int { return strings.Compare(a.Currency, b.Currency) })
	return out
}
