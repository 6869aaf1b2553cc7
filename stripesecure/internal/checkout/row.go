package checkout

import (
	"slices"
	"time"
)

// Row is one checkout.
type Row struct {
	Shop    string `json:"-"` // the store's own columns
	ID      string `json:"-"`
	Version int64  `json:"-"`

	Gen      int        `json:"gen"` // generation: PaymentID is ID "." Gen
	Cart     Cart       `json:"cart"`
	Attempts []*Attempt `json:"attempts,omitempty"`

	// Order is the slot (rule 12); OrderAt is when it was filled.
	Order   *Order    `json:"order,omitempty"`
	OrderAt time.Time `json:"order_at,omitzero"`
	// Failed says that the host was told payment_failed for the order.
	Failed bool `json:"failed,omitempty"`
	// Withdrawn are the refs that the host has cancelled in this generation.
	Withdrawn []string `json:"withdrawn,omitempty"`
	// End is set while the generation is being ended.
	End *End `json:"end,omitempty"`
	// Ended says how the earlier generations ended, the first one first.
	Ended []Ended `json:"ended,omitempty"`

	// NotNeeded: the total is zero, there is nothing to pay.
	NotNeeded bool `json:"not_needed,omitempty"`
	// TooMany: Stripe cancelled the PaymentIntent after too many confirms.
	TooMany bool `json:"too_many,omitempty"`

	Notice   *Notice   `json:"notice,omitempty"`
	Findings []Finding `json:"findings,omitempty"`

	// PlaceAt and PlaceFails space out the calls of the host's PlaceOrder.
	PlaceAt    time.Time `json:"place_at,omitzero"`
	PlaceFails int       `json:"place_fails,omitempty"`

	// KeyTaken: the host's key says that there is an order; it says so for ever.
	KeyTaken bool `json:"key_taken,omitempty"`
	// KeyClosed: the present key was closed without an order, yet its money was
	// captured by somebody else; so there is no next generation.
	KeyClosed bool `json:"key_closed,omitempty"`

	// Untold is what the host has to be told, by generation.
	Untold    []News    `json:"untold,omitempty"`
	NewsSeq   int       `json:"news_seq,omitempty"`
	TellAt    time.Time `json:"tell_at,omitzero"` // not before: back-off
	TellFails int       `json:"tell_fails,omitempty"`
	// Parked: the host has refused the news for days; RetryNews tries again.
	Parked bool `json:"parked,omitempty"`

	Lease Lease `json:"lease,omitzero"`
	// Touched is when the buyer was last here.
	Touched time.Time `json:"touched,omitzero"`
}

// Cart is what a PaymentIntent and an order are made from. It holds personal
// data and no card data.
type Cart struct {
	Total     int64     `json:"total"`
	Currency  string    `json:"currency"` // capitals
	Country   string    `json:"country,omitempty"`
	Language  string    `json:"language"`
	Member    string    `json:"member,omitempty"`
	Name      string    `json:"name,omitempty"`
	Email     string    `json:"email,omitempty"`
	Phone     string    `json:"phone,omitempty"`
	Snapshot  []byte    `json:"snapshot,omitempty"`
	ReturnURL string    `json:"return_url,omitempty"`
	Redirect  bool      `json:"redirect,omitempty"`
	PayBy     time.Time `json:"pay_by,omitzero"`
}

// Order is the host's order.
type Order struct {
	Ref   string `json:"ref"`
	Total int64  `json:"total"`
	// Currency is in capitals, as everywhere in a row.
	Currency string `json:"currency"`
}

// Scope is a Stripe account in one environment. Ids of one scope mean nothing
// in another.
type Scope struct {
	Environment string `json:"env"`
	Account     string `json:"account,omitempty"`
}

// Attempt is one PaymentIntent.
type Attempt struct {
	ID       string `json:"id"` // random; in the metadata of the PaymentIntent
	Gen      int    `json:"gen"`
	State    State  `json:"state"`
	Scope    Scope  `json:"scope"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Member   string `json:"member,omitempty"`
	Customer string `json:"customer,omitempty"`
	// Automatic is ⑬ as the buyer saw it: capture right after the order.
	Automatic    bool   `json:"automatic,omitempty"`
	ThreeDSecure string `json:"three_ds"` // ⑭

	Intent string `json:"intent,omitempty"` // pi_…
	Seen   Seen   `json:"seen,omitzero"`    // the PaymentIntent as last read
	Tries  []Try  `json:"tries"`
	Call   *Call  `json:"call,omitempty"` // the POST that is under way or in doubt

	At           time.Time `json:"at"`
	AuthorizedAt time.Time `json:"authorized_at,omitzero"`
	NextAt       time.Time `json:"next_at,omitzero"` // not before: back-off
	Failures     int       `json:"failures,omitempty"`
	Looks        int       `json:"looks,omitempty"` // so many of the planned ones are over
	ClosedAt     time.Time `json:"closed_at,omitzero"`
	// ToCapture is how much the merchant has asked to be captured, at most the
	// hold; 0: nobody has.
	ToCapture int64 `json:"to_capture,omitempty"`
	// CaptureError is the code with which Stripe refused the last one.
	CaptureError    string    `json:"capture_error,omitempty"`
	CaptureRefusals int       `json:"capture_refusals,omitempty"`
	CapturedAt      time.Time `json:"captured_at,omitzero"`
	EndedAt         time.Time `json:"ended_at,omitzero"` // cancelled, or expired
	// Matters are refunds and disputes of the captured money. Refresh: Stripe
	// has more to tell of them than the row knows.
	Matters Matters `json:"matters,omitzero"`
	Refresh bool    `json:"refresh,omitempty"`
	// Settled: the order's ref is at Stripe, and the money is captured if it
	// has to be by now.
	Settled bool   `json:"settled,omitempty"`
	Tagged  string `json:"tagged,omitempty"` // the ref in the metadata
	// Undecided: whether to capture is still to be asked of the host.
	Undecided bool `json:"undecided,omitempty"`
	// Reread: the last answer contradicts what the row believes.
	Reread bool `json:"reread,omitempty"`
	// Refusal is why Stripe refused to create the PaymentIntent.
	Refusal string `json:"refusal,omitempty"`
}

// State of an attempt. At most one attempt of a row is live.
type State string

const (
	// Creating: the create may or may not have reached Stripe.
	Creating State = "creating"
	// Waiting: the PaymentIntent exists, and nobody was told "authorised".
	Waiting State = "waiting"
	// Offered: it is held, and the host may commit the order any time.
	Offered State = "offered"
	// Placed: hold and order belong together.
	Placed State = "placed"
	// Captured: the money is taken.
	Captured State = "captured"
	// Cancelling: it must be cancelled at Stripe, whatever it is there.
	Cancelling State = "cancelling"
	// Cancelled: read back as canceled.
	Cancelled State = "cancelled"
	// Refused: a definite answer says that it was never created.
	Refused State = "refused"
	// Vanished: it was not found at Stripe. A create in flight may still bring
	// it; then it is a stray and is cancelled, because its row is closed.
	Vanished State = "vanished"
	// Expired: Stripe released the hold.
	Expired State = "expired"
)

// Live reports whether the attempt may still hold or take money by what we do.
func (s State) Live() bool {
	switch s {
	case Creating, Waiting, Offered, Placed, Cancelling:
		return true
	}
	return false
}

// Try is one submission by the buyer.
type Try struct {
	ID    string    `json:"id"` // random; of the call of Pay that brought it
	Token string    `json:"token,omitempty"`
	Saved string    `json:"saved,omitempty"`
	Save  bool      `json:"save,omitempty"` // ⑮ says: attach the card
	At    time.Time `json:"at"`
	// Sent: its confirm was stored, so it may have been sent.
	Sent bool `json:"sent,omitempty"`
	// Decline is Stripe's code of the decline, "code" or "code/decline_code".
	Decline string `json:"decline,omitempty"`
}

// Call is a POST to Stripe, stored before it is first sent. The same key always
// carries the same body; a call whose answer is missing is in doubt.
type Call struct {
	Kind  Kind      `json:"kind"`
	Key   string    `json:"key"`
	Path  string    `json:"path"`
	Body  string    `json:"body"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Sends int       `json:"sends"`
	// NotDone: the last answer said that it was not executed (rate limit), so
	// the same key and body may be sent again.
	NotDone bool `json:"not_done,omitempty"`
	// Doubt: nobody knows what became of an earlier sending.
	Doubt bool `json:"doubt,omitempty"`
}

// Kind is what a command does.
type Kind string

// The commands. Those up to Tag are POSTs to Stripe and are stored first.
const (
	CreateCustomer Kind = "customer"
	CreateIntent   Kind = "create"
	Confirm        Kind = "confirm"
	Cancel         Kind = "cancel"
	Settle         Kind = "settle" // capture, or only write the order's ref
	Tag            Kind = "tag"    // write the ref of an order that is no more
	MakeRefund     Kind = "refund"

	Read       Kind = "read"        // GET the PaymentIntent
	Review     Kind = "review"      // GET it with its refunds and disputes
	Find       Kind = "find"        // list the customer's PaymentIntents
	CloseKey   Kind = "close_key"   // ask the host for the order under the key
	PlaceOrder Kind = "place_order" // ask the host to make the order
	Tell       Kind = "tell"        // tell the host what changed
)

// Post reports whether the command writes to Stripe.
func (k Kind) Post() bool {
	switch k {
	case CreateCustomer, CreateIntent, Confirm, Cancel, Settle, Tag, MakeRefund:
		return true
	}
	return false
}

// End is the ending of a generation. The key is closed at the host before an
// offered hold is voided (rule 11); a withdrawn order has its key already.
type End struct {
	Reason string    `json:"reason"`
	Items  []string  `json:"items,omitempty"`
	Ref    string    `json:"ref,omitempty"`   // of the order that was withdrawn
	Label  string    `json:"label,omitempty"` // what is written to Stripe as the order's id
	Order  *Order    `json:"order,omitempty"` // the order that was withdrawn
	Closed bool      `json:"closed,omitempty"`
	At     time.Time `json:"at"`
	NextAt time.Time `json:"next_at,omitzero"`
	Fails  int       `json:"fails,omitempty"`
}

// Ended says how a generation ended: always without an order.
type Ended struct {
	Gen    int       `json:"gen"`
	Reason string    `json:"reason"`
	Ref    string    `json:"ref,omitempty"`
	At     time.Time `json:"at"`
	Proven bool      `json:"proven"` // every attempt of it was read back as cancelled
	// Order is the one that it had and that was withdrawn, and OrderAt when its
	// slot was filled: for the history, which nothing is decided by.
	Order   *Order    `json:"order,omitempty"`
	OrderAt time.Time `json:"order_at,omitzero"`
}

// Notice is a message for the buyer that survives a redirect.
type Notice struct {
	Code  string    `json:"code"`
	Page  string    `json:"page"`
	Items []string  `json:"items,omitempty"`
	At    time.Time `json:"at"`
}

// Finding is something that a person should know.
type Finding struct {
	Code string    `json:"code"`
	At   time.Time `json:"at"`
}

// News is that the payment of a generation has changed.
type News struct {
	Gen int `json:"gen"`
	Seq int `json:"seq"`
}

// Lease keeps other workers from sending while one has a call under way. It is
// fenced by the row's version: a paused server's late write fails.
type Lease struct {
	Owner string    `json:"owner"`
	Until time.Time `json:"until"`
}

// New returns the row of a checkout that nobody has paid for yet.
func New(shop, id string) *Row { return &Row{Shop: shop, ID: id, Gen: 1} }

// Live returns the attempt that may hold or take money: none or one. A captured
// attempt is not live: nothing of ours changes it any more.
func (r *Row) Live() *Attempt {
	if a := r.last(); a != nil && a.State.Live() {
		return a
	}
	return nil
}

func (r *Row) last() *Attempt {
	if len(r.Attempts) == 0 {
		return nil
	}
	return r.Attempts[len(r.Attempts)-1]
}

// Current is the last attempt of the present generation, or nil.
func (r *Row) Current() *Attempt {
	if a := r.last(); a != nil && a.Gen == r.Gen {
		return a
	}
	return nil
}

// Number is the attempt's place in the row, counted from 1.
func (r *Row) Number(a *Attempt) int { return slices.Index(r.Attempts, a) + 1 }

// Proven reports whether every attempt of the checkout is known not to hold
// money: only then may a buyer be told "you have not been charged" (rule 8).
func (r *Row) Proven() bool {
	for _, a := range r.Attempts {
		switch a.State {
		case Cancelled, Refused, Expired:
		default:
			return false
		}
	}
	return true
}

// Held reports whether a hold of this checkout has been released.
func (r *Row) Held() bool {
	return slices.ContainsFunc(r.Attempts, func(a *Attempt) bool {
		return !a.AuthorizedAt.IsZero() && (a.State == Cancelled || a.State == Expired)
	})
}

// Find notes a finding once.
func (r *Row) find(code string, now time.Time) {
	for _, f := range r.Findings {
		if f.Code == code {
			return
		}
	}
	r.Findings = append(r.Findings, Finding{code, now})
	r.news()
}

// news notes that the host has to be told of the present generation. What
// changes before it was told is told once.
func (r *Row) news() {
	r.NewsSeq++
	r.RetryNews()
	r.Untold = slices.DeleteFunc(r.Untold, func(n News) bool { return n.Gen == r.Gen })
	r.Untold = append(r.Untold, News{r.Gen, r.NewsSeq})
}

// RetryNews makes news due at once that the host would not take.
func (r *Row) RetryNews() { r.Parked, r.TellFails, r.TellAt = false, 0, time.Time{} }

func (r *Row) lastTry(a *Attempt) *Try { return &a.Tries[len(a.Tries)-1] }
