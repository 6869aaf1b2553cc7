package stripesecure

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/wording"
)

// Cart is the host's own data about what the buyer pays for, the same value for
// Offer, Pay and Resume. Nothing in it may come from the browser unchecked.
type Cart struct {
	ID    CheckoutID
	Total Money
	// Country decides the region ② (LC-06): the delivery address, or the
	// billing address where nothing is delivered; ISO 3166-1, "" if unknown.
	Country  string
	Buyer    Buyer
	Language wording.Language

	// Order is set by hosts that make the order before the buyer pays.
	Order *Order

	// Snapshot is the host's: enough to make the order when the buyer does not
	// come back. At most 64 KiB.
	Snapshot []byte

	// ReturnURL is a page of the shop, below Options.BaseURL, that calls
	// Resume. Empty: Handler's own page, which needs Options.Carts.
	ReturnURL string

	// Redirect makes 3-D Secure a full-page redirect instead of a dialog in
	// the page: for checkouts without JavaScript.
	Redirect bool

	// PayBy is until when the ready payment page takes this cart. Zero: 60
	// minutes from the Pay that asked for the page.
	PayBy time.Time

	// Tab is what Result.Tab gave this browser tab, if it sends it back (see
	// Input.Tab). With it Resume can tell a tab that has lost against another
	// one (LC-32).
	Tab string

	// byLink: the holder of a payment page's address pays, who may be anybody.
	byLink bool
}

// Buyer is the person who pays. Member is the host's member id, "" for a guest
// (guests are never looked up by mail, LC-29). Member and Session, as [CheckoutID],
// are refused when they are digits alone that look like a card number.
type Buyer struct {
	Member string `json:"member,omitempty"`
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	Phone  string `json:"phone,omitempty"`
	// IP is the buyer's own address (with a port or without), never that of a
	// proxy; Session names the browser's session. [TryLimits] count by them, as
	// keyed hashes.
	IP      string `json:"ip,omitempty"`
	Session string `json:"session,omitempty"`
}

// Input is what the browser sent. Nothing in it is trusted.
type Input struct {
	Token     string // confirmation token made by Stripe.js, for a new card
	SavedCard string // id of a saved card, instead of a token
	Save      bool   // the buyer consents to saving the card (④)
	Shown     Money  // the amount that the page showed; zero if it showed none
	// Tab names the tab's earlier try. Without token and saved card it means
	// that the script asks where its payment stands: Pay answers as Resume.
	Tab string
	// Challenge is the answer to the host's captcha, for Hooks.Challenge.
	Challenge string
}

const (
	maxSnapshot = 64 << 10
	maxField    = 500
)

// check returns every fault of the cart at once.
func (c Cart) check(base *url.URL, needReturn bool) []Fault {
	var faults []Fault
	bad := func(field, code string) { faults = append(faults, Fault{"cart." + field, code}) }
	if !c.ID.valid() {
		bad("id", "malformed")
	}
	faults = append(faults, checkMoney("cart.total", c.Total)...)
	if c.Country != "" && !twoCapitals(c.Country) {
		bad("country", "malformed")
	}
	if c.Language != wording.Japanese && c.Language != wording.English {
		bad("language", "unknown")
	}
	for field, value := range map[string]string{
		"buyer.member": c.Buyer.Member, "buyer.name": c.Buyer.Name, "buyer.email": c.Buyer.Email,
		"buyer.phone": c.Buyer.Phone, "buyer.ip": c.Buyer.IP, "buyer.session": c.Buyer.Session,
	} {
		if code := textFault(value); code != "" {
			bad(field, code)
		}
	}
	if _, err := parseIP(c.Buyer.IP); c.Buyer.IP != "" && err != nil {
		bad("buyer.ip", "malformed")
	}
	if c.Order != nil {
		faults = append(faults, c.Order.check("cart.order")...)
	}
	if len(c.Snapshot) > maxSnapshot {
		bad("snapshot", "too_long")
	}
	if c.ReturnURL == "" && needReturn {
		bad("return_url", "missing")
	}
	if c.ReturnURL != "" && !below(base, c.ReturnURL) {
		bad("return_url", "outside_shop")
	}
	return sorted(withCards(faults, c.cardFaults()))
}

func (o Order) check(field string) []Fault {
	var faults []Fault
	if o.Ref == "" || len(o.Ref) > 128 || textFault(o.Ref) != "" {
		faults = append(faults, Fault{field + ".ref", "malformed"})
	}
	return append(faults, checkMoney(field+".total", o.Total)...)
}

func checkMoney(field string, m Money) []Fault {
	if _, ok := currencies[m.Currency]; !ok {
		return []Fault{{field, "unknown_currency"}}
	}
	if _, err := m.Minor(); err != nil {
		return []Fault{{field, "not_exact"}}
	}
	return nil
}

// check returns every fault of what the browser sent.
func (in Input) check() []Fault {
	var faults []Fault
	if in.Token != "" && in.SavedCard != "" {
		faults = append(faults, Fault{"input", "token_and_saved_card"})
	}
	if in.Token != "" && !stripeID(in.Token, "ctoken_") {
		faults = append(faults, Fault{"input.token", "malformed"})
	}
	if in.SavedCard != "" && !stripeID(in.SavedCard, "pm_") {
		faults = append(faults, Fault{"input.saved_card", "malformed"})
	}
	if in.Shown != (Money{}) {
		faults = append(faults, checkMoney("input.shown", in.Shown)...)
	}
	return withCards(faults, in.cardFaults())
}

func stripeID(id, prefix string) bool {
	rest, ok := strings.CutPrefix(id, prefix)
	if !ok || rest == "" || len(id) > 255 {
		return false
	}
	return strings.IndexFunc(rest, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	}) < 0
}

func twoCapitals(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func textFault(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "not_utf8"
	case utf8.RuneCountInString(s) > maxField:
		return "too_long"
	case strings.ContainsFunc(s, unicode.IsControl):
		return "control_character"
	}
	return ""
}

// below reports whether raw is an absolute address of the shop: same scheme and
// host as base, at or below its path. Everything that browsers and servers read
// differently (backslashes, user names, dot segments) is refused.
func below(base *url.URL, raw string) bool {
	if strings.ContainsAny(raw, "\\\r\n\t ") || len(raw) > 2000 {
		return false
	}
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Opaque != "" || u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) {
		return false
	}
	if strings.Contains(u.Path, "/../") || strings.HasSuffix(u.Path, "/..") || strings.Contains(u.Path, "\\") {
		return false
	}
	root := strings.TrimSuffix(base.Path, "/")
	return root == "" || u.Path == root || strings.HasPrefix(u.Path, root+"/")
}
