package reconcile

import "time"

// unix is a time as Unix seconds, 0 for none.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// fromUnix is the time of Unix seconds, none for 0.
func fromUnix(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

func (p *paymentFacts) of(row *Payment) {
	*p = paymentFacts{
		amount: row.Amount, received: row.Received, refunded: row.Refunded,
		created: unix(row.Created), captureBefore: unix(row.CaptureBefore),
		currency:   packCurrency(row.Currency),
		standing:   standingOf(row.Status, row.Received, row.Refunded),
		hasOrderID: row.OrderID != "",
	}
}

func (o *orderFacts) of(row *Order) {
	*o = orderFacts{amount: row.Amount, refunded: row.Refunded, currency: packCurrency(row.Currency), status: row.Status}
}
