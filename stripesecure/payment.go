package stripesecure

import (
	"strconv"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/wording"
)

// CheckoutID names one buyer paying one cart. The host makes it once per cart,
// persists it before the payment page is drawn and keeps it through edits,
// reloads, logins, declines and second tabs; a new one only after an order. It
// is 1 to 64 of the characters A–Z a–z 0–9 - _ : and is no secret: the host
// authorises before each call. Digits alone may look like a card number (of random
// numbers of 16 digits one in 27) and are refused then (fault card_number): put a
// letter before them, as in "c4539148803436467".
type CheckoutID string

// PaymentID is CheckoutID "." generation, given out with every [Result]. It is
// the order key: under it the host decides once whether there is an order, and
// stores it with the order. The host never makes one up.
type PaymentID string

// Checkout is the part before the generation; "" when id is not well formed.
func (id PaymentID) Checkout() CheckoutID {
	checkout, _, ok := id.split()
	if !ok {
		return ""
	}
	return checkout
}

func (id PaymentID) split() (CheckoutID, int, bool) {
	at := strings.LastIndexByte(string(id), '.')
	if at < 0 {
		return "", 0, false
	}
	checkout, gen := CheckoutID(id[:at]), string(id[at+1:])
	n, err := strconv.Atoi(gen)
	if err != nil || n < 1 || strconv.Itoa(n) != gen || !checkout.valid() {
		return "", 0, false
	}
	return checkout, n, true
}

func paymentID(checkout string, gen int) PaymentID {
	return PaymentID(checkout + "." + strconv.Itoa(gen))
}

func (id CheckoutID) valid() bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '-', c == '_', c == ':':
		default:
			return false
		}
	}
	return true
}

// State is where a payment stands.
type State string

const (
	// StateOpen: nothing is held; the buyer may pay (again).
	StateOpen State = "open"
	// StateNeedsAction: the buyer has to authenticate (3-D Secure).
	StateNeedsAction State = "needs_action"
	// StateProcessing: a call is under way; ask again.
	StateProcessing State = "processing"
	// StateUnknown: Stripe's answer is missing; the library finds out.
	StateUnknown State = "unknown"
	// StateHeld: the money is authorised and not captured.
	StateHeld State = "held"
	// StateCaptured: the money is captured, or what is left after refunds.
	StateCaptured State = "captured"
	// StateRefunded: all captured money was given back.
	StateRefunded State = "refunded"
	// StateVoided: the hold was released, or there is nothing held any more,
	// and this payment will not be paid. It does not say "not charged": where a
	// create was never answered its hold may still come, and is then released.
	// Only a message says so, when it is proven.
	StateVoided State = "voided"
	// StateExpired: Stripe released the hold because nobody captured it.
	StateExpired State = "expired"
	// StateFailed: there is an order and no money; it may be paid again.
	StateFailed State = "failed"
	// StateNotNeeded: the total is zero; there is nothing to pay.
	StateNotNeeded State = "not_needed"
)

// Order is the host's order: Ref is one opaque string of the host's (1 to 128
// bytes of printable text), Total what the buyer owes for it.
type Order struct {
	Ref   string `json:"ref"`
	Total Money  `json:"total"`
}

// Payment is the stored state of a payment: the same type in [Result],
// [Orders].PlaceOrder, [Host].Changed and the merchant's calls. It holds
// personal data and never goes to a browser.
type Payment struct {
	ID       PaymentID
	Checkout CheckoutID
	Version  int64 // grows with every change; older news may be dropped
	// News is the id of what [Host].Changed tells, the same when it is told
	// again; "" everywhere else.
	News     string
	State    State
	Total    Money // what is or was to be paid
	Captured Money
	Refunded Money // of the captured money, by us and in the Dashboard
	// Capturing is a capture that the merchant has asked for and that is not
	// proven yet; the library goes on. Zero: none.
	Capturing Money
	Member    string // the host's member id; "" for a guest
	Snapshot  []byte // the host's own bytes from Cart.Snapshot
	Order     *Order // the host's order once it is known
	Language  wording.Language

	// OrderStatus is setting ③, the status that a new order gets (LC-07).
	OrderStatus string
	// MailText is text ③, for the payment part of the order mail (LC-22).
	MailText string
	// Notice is the last message for the buyer, such as "sold out", for pages
	// of the host that a buyer is sent to.
	Notice     wording.Message
	NoticePage Page // on which of them it belongs

	Intent         string    // Stripe's PaymentIntent id, for support
	Began          time.Time // when the buyer first submitted it, UTC; zero before
	Card           Card
	CaptureBefore  time.Time // when Stripe releases the hold, UTC
	ThreeDSecure   string    // result of the authentication, as Stripe names it
	LiabilityShift bool
	RiskLevel      string
	InReview       bool // Radar has stopped it for a look; ⑬ automatic waits for that
	Disputed       bool // a dispute is undecided
	Refunds        []Refunded
	Disputes       []Dispute
	Warnings       []FraudWarning
	Environment    settings.Environment
	Account        string
	Findings       []Finding
}

// Finding is something that a person should know about a payment.
type Finding struct {
	Code string    `json:"code"`
	At   time.Time `json:"at"`
}

// Paid reports whether the order exists and its money is held or captured, or
// nothing was to be paid.
func (p Payment) Paid() bool {
	if p.Order == nil {
		return false
	}
	return p.State == StateHeld || p.State == StateCaptured || p.State == StateNotNeeded
}

// brandNames are the card brands as their owners write them.
var brandNames = map[string]string{
	"visa": "Visa", "mastercard": "Mastercard", "jcb": "JCB", "amex": "American Express", "diners": "Diners Club",
	"discover": "Discover", "unionpay": "UnionPay", "cartes_bancaires": "Cartes Bancaires", "eftpos_au": "eftpos",
}

// Name is the brand as people know it: "JCB", "American Express".
func (c Card) Name() string {
	if name, ok := brandNames[c.Brand]; ok {
		return name
	}
	return "Card"
}

// Refundable is what a refund can still give back: the captured money without
// what was refunded or is being refunded.
func (p Payment) Refundable() Money {
	left := p.Captured.Amount.Sub(p.Refunded.Amount)
	for _, r := range p.Refunds {
		if r.State == RefundWanted {
			left = left.Sub(r.Amount.Amount)
		}
	}
	return Money{Amount: left, Currency: p.Captured.Currency}
}

// Released is what a capture of a part has left of the hold; it went back to
// the buyer. Zero before the capture.
func (p Payment) Released() Money {
	if p.Captured.IsZero() {
		return Money{Amount: p.Captured.Amount, Currency: p.Total.Currency}
	}
	return Money{Amount: p.Total.Amount.Sub(p.Captured.Amount), Currency: p.Total.Currency}
}

// Card is what may be shown of a card. This library never sees its number.
type Card struct {
	ID       string // of a saved card; "" otherwise
	Brand    string // visa, mastercard, jcb, amex, …
	Last4    string
	ExpMonth int
	ExpYear  int
	Country  string
	Funding  string // credit, debit, prepaid
	Wallet   string // apple_pay, google_pay, …; "" for a plain card
	Expired  bool
}
