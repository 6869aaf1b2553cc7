package stripetest

// EarlyFraudWarning is an issfr_: the issuer suspects fraud (stripe-facts §3).
type EarlyFraudWarning struct {
	ID            string `json:"id"`
	Object        string `json:"object"`
	Actionable    bool   `json:"actionable"`
	Charge        string `json:"charge" stripe:"expand=charge"`
	Created       int64  `json:"created"`
	FraudType     string `json:"fraud_type"`
	Livemode      bool   `json:"livemode"`
	PaymentIntent string `json:"payment_intent" stripe:"omit,expand=payment_intent"`
}

func (w *EarlyFraudWarning) key() string      { return w.ID }
func (w *EarlyFraudWarning) createdAt() int64 { return w.Created }

const fraudWarning = "radar.early_fraud_warning"

var _ = register(resource{name: fraudWarning, object: &EarlyFraudWarning{}, routes: []route{
	{method: "GET", path: "/v1/radar/early_fraud_warnings", list: true, do: listWarnings, params: spec(listParams + `
		charge         text
		created        range
		payment_intent text`)},
	{method: "GET", path: "/v1/radar/early_fraud_warnings/{id}", do: getWarning},
}})

func (m *mode) warn(pi *PaymentIntent, ch *Charge) {
	w := &EarlyFraudWarning{
		ID: m.s.newID("issfr"), Object: fraudWarning, Actionable: actionable(ch), Charge: ch.ID, Created: m.now(),
		FraudType: "unauthorized_use_of_card", Livemode: m.isLive, PaymentIntent: pi.ID,
	}
	m.insert(fraudWarning, w)
	m.emit(nil, "radar.early_fraud_warning.created", *w, nil)
}

// actionable: a charge that is disputed, or refunded in full, needs no refund any
// more (docs.stripe.com/api/radar/early_fraud_warnings/object).
func actionable(ch *Charge) bool { return !ch.Disputed && !ch.Refunded }

// settleWarnings says of a charge's warnings whether there is still something to
// do about them.
func (m *mode) settleWarnings(ch *Charge) {
	each(m, fraudWarning, func(w *EarlyFraudWarning) bool {
		if w.Charge == ch.ID && w.Actionable != actionable(ch) {
			before := *w
			w.Actionable = actionable(ch)
			m.emit(nil, "radar.early_fraud_warning.updated", *w, &before)
		}
		return true
	})
}

func getWarning(c *call) (any, error) {
	w, ok := find[*EarlyFraudWarning](c.m, c.values.of("id"))
	if !ok {
		return nil, c.m.noSuch("early fraud warning", c.values.of("id"), "id")
	}
	return w, nil
}

func listWarnings(c *call) (any, error) {
	charge, intent := c.form.text("charge"), c.form.text("payment_intent")
	return page(c, fraudWarning, func(w *EarlyFraudWarning) bool {
		return (charge == "" || w.Charge == charge) && (intent == "" || w.PaymentIntent == intent)
	})
}
