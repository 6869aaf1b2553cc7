package stripetest

// Review is a prv_: Radar wants a person to look at a payment (stripe-facts §3:
// the card with elevated risk).
type Review struct {
	ID                string    `json:"id"`
	Object            string    `json:"object"`
	BillingZip        string    `json:"billing_zip" stripe:"null"`
	Charge            string    `json:"charge" stripe:"null,expand=charge"`
	ClosedReason      string    `json:"closed_reason" stripe:"null"`
	Created           int64     `json:"created"`
	IPAddress         string    `json:"ip_address" stripe:"null"`
	IPAddressLocation *struct{} `json:"ip_address_location"`
	Livemode          bool      `json:"livemode"`
	Open              bool      `json:"open"`
	OpenedReason      string    `json:"opened_reason"`
	PaymentIntent     string    `json:"payment_intent" stripe:"omit,expand=payment_intent"`
	Reason            string    `json:"reason"`
	Session           *struct{} `json:"session"`
}

func (r *Review) key() string      { return r.ID }
func (r *Review) createdAt() int64 { return r.Created }

var _ = register(resource{name: "review", object: &Review{}, routes: []route{
	{method: "GET", path: "/v1/reviews", list: true, do: func(c *call) (any, error) {
		return page(c, "review", func(r *Review) bool { return r.Open })
	}, params: spec(listParams + `
		created range`)},
	{method: "GET", path: "/v1/reviews/{review}", do: getReview},
	{method: "POST", path: "/v1/reviews/{review}/approve", do: approveReview},
}})

// review puts a payment of elevated risk into the queue.
func (m *mode) review(pi *PaymentIntent, ch *Charge) {
	if ch.card.risk == "elevated" {
		m.openReview(pi, ch, "rule")
	}
}

// openReview asks a person, for a reason: rule or manual.
func (m *mode) openReview(pi *PaymentIntent, ch *Charge, why string) {
	r := &Review{
		ID: m.s.newID("prv"), Object: "review", Charge: ch.ID, Created: m.now(), Livemode: m.isLive, Open: true,
		OpenedReason: why, Reason: why, PaymentIntent: pi.ID,
	}
	m.insert("review", r)
	pi.Review, ch.Review = r.ID, r.ID
	m.changed(pi)
	m.changed(ch)
	m.emit(nil, "review.opened", *r, nil)
}

// closeReview ends the review of a charge: approved, refunded, disputed.
func (m *mode) closeReview(ch *Charge, why string) {
	r, ok := find[*Review](m, ch.Review)
	if !ok || !r.Open {
		return
	}
	r.Open, r.ClosedReason, r.Reason = false, why, why
	m.emit(nil, "review.closed", *r, nil)
}

func getReview(c *call) (any, error) {
	r, ok := find[*Review](c.m, c.values.of("review"))
	if !ok {
		return nil, c.m.noSuch("review", c.values.of("review"), "review")
	}
	return r, nil
}

func approveReview(c *call) (any, error) {
	r, ok := find[*Review](c.m, c.values.of("review"))
	if !ok {
		return nil, c.m.noSuch("review", c.values.of("review"), "review")
	}
	if !r.Open {
		return nil, refused("", "", "This review has already been closed.")
	}
	ch, _ := find[*Charge](c.m, r.Charge)
	c.m.closeReview(ch, "approved")
	return r, nil
}
