package stripesecure

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

// TryLimits say how many tries may come to nothing before no more are taken
// (card testing, クレジットマスター; FRD-01, FRD-02). A try is a card that is sent to
// Stripe; it has come to something when money was held. Tries that did so do not
// count, so that a busy address (an office, a mobile carrier) is not stopped: every
// two of them allow its address one more that came to nothing.
//
// The numbers are shared by all servers of one store. Zero means the default.
// Whoever is stopped reads [wording.TryLater], which gives no reason, and nothing
// is sent to Stripe.
type TryLimits struct {
	// Off switches all of it off, for hosts that limit elsewhere.
	Off bool

	// Address is how many tries of one address (/24 of IPv4, /56 of IPv6;
	// Buyer.IP) may come to nothing within AddressWindow. Default: 5 in 10
	// minutes.
	Address       int
	AddressWindow time.Duration

	// AddressDay is the same within 24 hours. Default: 30.
	AddressDay int

	// AddressCustomers is how many of those may be by new customers (guests, and
	// members who have never paid). Default: 20.
	AddressCustomers int

	// Cards is how many cards of one checkout, one buyer (member, or mail of a
	// guest) or one session may be declined or left unfinished within 24 hours.
	// Default: 10.
	Cards int

	// When ShopTries tries were made in 10 minutes in the whole shop, and of
	// them ShopPercent in a hundred came to nothing, buyers with a new card are
	// asked by Hooks.Challenge. Default: 50 in a hundred of 30.
	ShopTries   int
	ShopPercent int
}

func (l TryLimits) withDefaults() TryLimits {
	for field, usual := range map[*int]int{
		&l.Address: 5, &l.AddressDay: 30, &l.AddressCustomers: 20, &l.Cards: 10, &l.ShopTries: 30, &l.ShopPercent: 50,
	} {
		if *field == 0 {
			*field = usual
		}
	}
	if l.AddressWindow == 0 {
		l.AddressWindow = 10 * time.Minute
	}
	return l
}

func (l TryLimits) check() []Fault {
	if min(l.Address, l.AddressDay, l.AddressCustomers, l.Cards, l.ShopTries, l.ShopPercent) < 0 ||
		l.ShopPercent > 100 || l.AddressWindow < 0 || l.AddressWindow > limitDay {
		return []Fault{{"options.limits", "out_of_range"}}
	}
	return nil
}

const (
	limitDay = 24 * time.Hour
	// passedFactor: who has passed the host's challenge may try so many times more
	// from an address, because others may have used it up.
	passedFactor = 4
)

// admit decides whether a card may be sent, and counts the try before it is: only
// so can several servers keep one limit. That is one transaction more for a new
// card of a buyer whose address is known, and none for a saved card, with which
// nothing can be tested. nil: go on.
//
// When the store fails it says yes: the same store has to take the try itself,
// and nothing is sent while it does not.
func (p *Plugin) admit(ctx context.Context, r *checkout.Row, s checkout.Submission, cart Cart, in Input) (*Result, error) {
	if p.opts.Limits.Off || !beginsTry(r, s) {
		return nil, nil
	}
	if fruitless(r, p.now()) >= p.opts.Limits.Cards || p.personOver(ctx, cart) {
		return p.tryLater(ctx, cart, "cards"), nil
	}
	if s.Saved != "" {
		return nil, nil
	}
	passed := false
	if p.challenges() && p.alarm.on(ctx, p) {
		if no, err := p.challenge(ctx, cart, in); no != nil || err != nil {
			return no, err
		}
		passed = true
	}
	key := p.limitKey("address", addressPrefix(cart.Buyer.IP))
	try := limitTry{Checkout: string(cart.ID), ID: s.ID, At: p.now().UnixMilli(), New: s.Customer == ""}
	if p.reserve(ctx, key, try, 1) {
		return nil, nil
	}
	if p.challenges() {
		if no, err := p.challenge(ctx, cart, in); !passed && (no != nil || err != nil) {
			return no, err
		}
		if p.reserve(ctx, key, try, passedFactor) {
			return nil, nil
		}
	}
	return p.tryLater(ctx, cart, "address"), nil
}

// beginsTry reports whether the submission would send a card: not what repeats an
// earlier one, and not what asks for the order of money that is held.
func beginsTry(r *checkout.Row, s checkout.Submission) bool {
	for _, a := range r.Attempts {
		for _, t := range a.Tries {
			if s.Token != "" && t.Token == s.Token {
				return false
			}
		}
	}
	a := r.Current()
	if a == nil {
		return true
	}
	switch a.State {
	case checkout.Offered, checkout.Placed, checkout.Captured:
		return a.Amount != s.Cart.Total
	}
	return true
}

// fruitless counts the tries of a checkout within a day that came to nothing.
func fruitless(r *checkout.Row, now time.Time) (n int) {
	for _, a := range r.Attempts {
		for i, t := range a.Tries {
			last := i == len(a.Tries)-1
			over := last && a.AuthorizedAt.IsZero() && (!a.State.Live() || a.State == checkout.Cancelling)
			if (t.Decline != "" || over) && now.Sub(t.At) < limitDay {
				n++
			}
		}
	}
	return n
}

// tried counts what has come to nothing since before, for the buyer, the session
// and the shop. Nothing is written for a try that holds money.
func (p *Plugin) tried(ctx context.Context, r *checkout.Row, cart Cart, tries, before int) {
	if p.opts.Limits.Off {
		return
	}
	n := fruitless(r, p.now()) - before
	if n > 0 {
		p.log(ctx, "limiter", "checkout", r.ID, "answer", "fruitless", "tries", before+n)
		for _, key := range p.personKeys(cart) {
			p.addFruitless(ctx, key, n)
		}
	}
	p.alarm.count(ctx, p, tries, max(n, 0))
}

func (p *Plugin) tryLater(ctx context.Context, cart Cart, limit string) *Result {
	p.log(ctx, "limiter", "checkout", cart.ID, "answer", "refused", "limit", limit)
	return &Result{
		Payment: Payment{Checkout: cart.ID, State: StateOpen, Total: cart.Total, Language: cart.Language},
		Do:      Show, Page: CheckoutPage, Message: wording.For(wording.TryLater, cart.Language, wording.Facts{}),
	}
}

// personKeys name the buyer and the session, where they are known.
func (p *Plugin) personKeys(cart Cart) []string {
	var keys []string
	if b := cart.Buyer; b.Member != "" {
		keys = append(keys, p.limitKey("member", b.Member))
	} else if b.Email != "" {
		keys = append(keys, p.limitKey("mail", strings.ToLower(b.Email)))
	}
	if cart.Buyer.Session != "" {
		keys = append(keys, p.limitKey("session", cart.Buyer.Session))
	}
	return keys
}

// addressPrefix is the network that an address stands for: one customer of a
// provider has a /56 of IPv6 and may change the rest at will. "" for what is no
// public address: a proxy's own would put all buyers together.
func addressPrefix(ip string) string {
	addr, err := parseIP(ip)
	if err != nil || !addr.IsGlobalUnicast() || addr.IsPrivate() || carrierInside.Contains(addr) || thisNetwork.Contains(addr) {
		return ""
	}
	bits := 56
	if addr.Is4() {
		bits = 24
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// Addresses that are never a buyer's own: the shared space inside carriers (RFC
// 6598), and 0.0.0.0/8.
var (
	carrierInside = netip.MustParsePrefix("100.64.0.0/10")
	thisNetwork   = netip.MustParsePrefix("0.0.0.0/8")
)

// parseIP reads an address, with a port or a zone as servers know it.
func parseIP(s string) (netip.Addr, error) {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		withPort, errPort := netip.ParseAddrPort(s)
		if errPort != nil {
			return netip.Addr{}, err
		}
		addr = withPort.Addr()
	}
	return addr.WithZone("").Unmap(), nil
}
