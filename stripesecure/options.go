package stripesecure

import (
	"cmp"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/wording"
)

// Options are what a host gives to [New]. Required: BaseURL, Host, Settings,
// ShopID, SigningKeys, Store. Everything else has a default.
type Options struct {
	// BaseURL is the shop's own address, such as https://shop.example. Buyers
	// are only ever sent to pages below it, and to Stripe. http is for ⑦ test and
	// for a server that only this machine reaches (localhost, 127.0.0.1); with ⑦
	// live no buyer may pay there: see [Plugin.Ready].
	BaseURL string

	// Carts turns on the checkout calls of Handler. Nil: they answer 404.
	Carts Carts

	// ClientIP gives the buyer's address of a request for the payment page, where
	// no Cart is asked for; only the host knows which header its proxy sets.
	// Default: not known, so that Limits count there by checkout alone.
	ClientIP func(*http.Request) string

	// Descriptor is added to the shop's name on the buyer's card statement.
	// Default: nothing is added.
	Descriptor Descriptor

	// Hooks change behaviour, in order.
	Hooks []Hooks

	// Host is the required part of the port.
	Host Host

	// HostCommitsFirst says that the host makes the order before the buyer
	// pays (Cart.Order, or OrderPlaced before Pay). A hold of another amount
	// than the order is then released and the buyer pays the order's total.
	HostCommitsFirst bool

	// Limits stop card testing. Default: on, with the numbers of [TryLimits].
	Limits TryLimits

	// Watch is told of calls, transitions, events and sweeps, for metrics.
	Watch Watch

	// Logger gets ids and codes, never personal data or secrets. Default:
	// discard.
	Logger *slog.Logger

	// NewID makes random ids and idempotency keys, for several goroutines at once.
	// Default: 128 bits of crypto/rand.
	NewID func() string

	// Now is the clock. Default: time.Now.
	Now func() time.Time

	// Orders lets the library place orders, also when the buyer is gone.
	// Recommended: without it the hold of a buyer who has paid and closed the
	// window is released after 30 minutes.
	Orders Orders

	// Pages are the host's pages that buyers are sent to.
	Pages Pages

	// Prefix is where Handler is mounted, such as "/pay", below BaseURL. A path
	// in BaseURL is the host's to strip before. Default: "/stripesecure".
	Prefix string

	// Settings gives the snapshot of ①–⑮; asked on every call, cached for 5
	// seconds. A host that wants a merchant's change to count at once gives a
	// *settings.Cache of its own and calls its Forget after saving.
	Settings settings.Source

	// ShopID tells the shops of one store and one Stripe account apart:
	// 1 to 64 of A–Z a–z 0–9 - _ :.
	ShopID string

	// ShopName is what buyers read on the payment page. Default: BaseURL's host.
	ShopName string

	// SigningKeys sign what the library reads back from outside: metadata and
	// return addresses. The first signs, all verify; at least 32 bytes each.
	SigningKeys [][]byte

	// Store keeps the checkouts.
	Store Store

	// StripeJS is the address of Stripe.js. Default:
	// https://js.stripe.com/v3/. Only tests and demonstrations change it.
	StripeJS string

	// StripeURL is the address of Stripe's API. Default: the real one. Only
	// tests and demonstrations change it.
	StripeURL string

	// Transport carries the calls to Stripe. Default: one of our own with
	// HTTP/2 and enough idle connections.
	Transport http.RoundTripper

	// Wording are the merchant's texts ①–⑤: a [wording.Wording] that stays, or
	// a source that is asked whenever texts are shown. While it fails, the
	// default texts are shown. Default: wording.Default().
	Wording wording.Source
}

// Pages are addresses of the shop, absolute or below BaseURL.
type Pages struct {
	Cart     string // default "/cart"
	Checkout string // default "/checkout"
	// Order is the page of an order; {ref} becomes its ref. Whoever holds the
	// address of a payment page is sent there: authorise it, the ref is no
	// secret. Default "/orders/{ref}".
	Order string
}

// Descriptor is what is added to the statement descriptor of the Stripe
// account. The issuer chooses which form it prints, so set all three. What is
// illegal is left out and never makes a payment fail (LIM-01).
type Descriptor struct {
	Latin string // up to 22 characters, at least one letter, none of < > \ ' " *
	Kana  string // up to 22 characters of katakana
	Kanji string // up to 17 characters
}

// WithDefaults returns a copy in which every unset option that has a default
// has it.
func (o Options) WithDefaults() Options {
	o.Prefix = "/" + strings.Trim(cmp.Or(o.Prefix, "/stripesecure"), "/")
	o.Pages.Cart = cmp.Or(o.Pages.Cart, "/cart")
	o.Pages.Checkout = cmp.Or(o.Pages.Checkout, "/checkout")
	o.Pages.Order = cmp.Or(o.Pages.Order, "/orders/{ref}")
	o.StripeJS = cmp.Or(o.StripeJS, "https://js.stripe.com/v3/")
	o.Limits = o.Limits.withDefaults()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = rand.Text
	}
	if o.Wording == nil {
		o.Wording = wording.Default()
	}
	return o
}

// check returns every fault of the options at once, and the parsed BaseURL.
func (o Options) check() (*url.URL, []Fault) {
	var faults []Fault
	bad := func(field, code string) { faults = append(faults, Fault{"options." + field, code}) }
	base, err := url.Parse(o.BaseURL)
	switch {
	case o.BaseURL == "":
		bad("base_url", "missing")
	case err != nil || (base.Scheme != "https" && base.Scheme != "http") || base.Host == "" ||
		base.User != nil || base.RawQuery != "" || base.Fragment != "":
		bad("base_url", "malformed")
	default:
		if s, fixed := settings.FixedOf(o.Settings); fixed && insecure(base.Scheme, base.Hostname(), s.Environment) {
			bad("base_url", "insecure")
		}
	}
	if o.Host == nil {
		bad("host", "missing")
	}
	if o.Settings == nil {
		bad("settings", "missing")
	}
	if !CheckoutID(o.ShopID).valid() {
		bad("shop_id", "malformed")
	}
	if len(o.SigningKeys) == 0 {
		bad("signing_keys", "missing")
	}
	for _, key := range o.SigningKeys {
		if len(key) < 32 {
			bad("signing_keys", "too_short")
			break
		}
	}
	if o.Store == nil {
		bad("store", "missing")
	}
	if !plainPath(o.Prefix) {
		bad("prefix", "malformed")
	}
	if !strings.Contains(o.Pages.Order, "{ref}") {
		bad("pages.order", "no_ref")
	}
	if w, fixed := o.Wording.(wording.Wording); fixed && w.Validate() != nil {
		bad("wording", "invalid")
	}
	for field, page := range map[string]string{"pages.cart": o.Pages.Cart, "pages.checkout": o.Pages.Checkout, "pages.order": o.Pages.Order} {
		if err == nil && base.Host != "" && !below(base, absolute(base, page)) {
			bad(field, "outside_shop")
		}
	}
	return base, sorted(append(append(faults, o.Descriptor.check()...), o.Limits.check()...))
}

// plainPath: segments of letters, digits, - and _, so that a prefix means the
// same to a mux, a browser and Stripe.
func plainPath(path string) bool {
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if segment == "" || strings.ContainsFunc(segment, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
		}) {
			return false
		}
	}
	return true
}

// absolute makes an address of the shop from one that may be relative to base.
func absolute(base *url.URL, page string) string {
	if strings.HasPrefix(page, "/") && !strings.HasPrefix(page, "//") {
		return strings.TrimSuffix(base.String(), "/") + page
	}
	return page
}
