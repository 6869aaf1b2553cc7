package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
)

// Options are what a host gives to [NewHandler]. Required: Keys, Login, Methods.
type Options struct {
	// Client asks the shop's own webhook address whether anything stands in
	// Stripe's way there. Default: http.DefaultClient.
	Client *http.Client

	// Keys encrypt what a merchant has typed and not saved yet: see draft.go.
	// Usually the ring of the [RowStore].
	Keys *vault.Ring

	// Logger gets what failed, with ids and codes only. Default: discard.
	Logger *slog.Logger

	// Login says who asks. It is called for every request but those for the
	// style sheet and the script, and must check the host's own session of its
	// staff: these pages hold the shop's money. An error, or a clerk without a
	// name, means that nobody is logged in.
	Login func(*http.Request) (Clerk, error)

	// LoginPage is the host's page where staff log in: who is not logged in is
	// sent there. {page} in it becomes the address to come back to, as in
	// "/login?next={page}". Default: a page without a link.
	LoginPage string

	// Methods are the payment methods that these pages set up.
	Methods []Method

	// Now is the clock. Default: time.Now.
	Now func() time.Time

	// Prefix is where the handler is mounted: "/admin/stripe". Requests come
	// with it. Default: "" (the root).
	Prefix string

	// ShopName stands in the head of every page. Default: nothing.
	ShopName string

	// ShopPage is the way back to the host's own pages. Default: no link.
	ShopPage string

	// Zone is the time zone in which times are shown. Default: Asia/Tokyo.
	Zone *time.Location
}

// Clerk is a person who works at the shop.
type Clerk struct {
	// Name goes to the log of changes: a name or login of the host's. At most
	// 100 characters.
	Name string
}

// Method is one payment method on the merchant's pages.
type Method struct {
	// ID stands in addresses: 1 to 32 of a–z 0–9 -. Default: "card".
	ID string
	// Compare compares orders and payments now and keeps the report, as
	// [reconcile.Job.Once] does; the page 決済 has a button for it. One that runs
	// already is no failure. Default: no button.
	Compare func(context.Context) error
	// Lists are the countries of the host's tax table, for ②, and the host's
	// order statuses, for ③. They are asked for with every page. Default: Japan,
	// and the host's usual status.
	Lists func(context.Context) (settings.Lists, error)
	// Order is the host's order as it is now, for the repairs of a comparison: the
	// hold of a cancelled order is released only when the host says so again.
	// Default: that is left to a person.
	Order func(ctx context.Context, id string) (reconcile.Order, error)
	// Payments lists the payments of the host's orders, the newest first: up to
	// limit of them after the first offset ones. Default: the page 決済 finds
	// payments by their id only.
	Payments func(ctx context.Context, offset, limit int) ([]stripesecure.PaymentID, error)
	// Plugin is what the settings are for. A type that embeds a plugin gives the
	// one inside.
	Plugin *stripesecure.Plugin
	// Report gives the last comparison of orders and payments (package reconcile),
	// nil while there is none. Default: the pages show no comparison.
	Report func(context.Context) (*reconcile.Digest, error)
	// Store keeps settings, texts and log.
	Store Store
}

// withDefaults returns a copy in which every unset option that has a default has
// it.
func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("JST", 9*60*60)
	}
	o.Prefix = strings.TrimSuffix(o.Prefix, "/")
	o.Methods = append([]Method(nil), o.Methods...)
	for i := range o.Methods {
		m := &o.Methods[i]
		if m.ID == "" {
			m.ID = "card"
		}
		if m.Lists == nil {
			m.Lists = func(context.Context) (settings.Lists, error) { return japanOnly, nil }
		}
	}
	return o
}

var japanOnly = settings.Lists{Countries: []settings.Option{{Value: "JP", Label: settings.Text{JA: "日本", EN: "Japan"}}}}

// ErrOptions is matched by the error of [NewHandler].
var ErrOptions = errors.New("admin: options are not usable")

// check returns every fault of the options at once.
func (o Options) check() error {
	faults := []error{ErrOptions}
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if o.Login == nil {
		bad("Login is missing: these pages must not be open to everybody")
	}
	if o.Keys == nil {
		bad("Keys are missing")
	}
	if o.Prefix != "" && (!strings.HasPrefix(o.Prefix, "/") || strings.ContainsAny(o.Prefix, "{}?#% \\\"") || strings.Contains(o.Prefix, "//")) {
		bad("Prefix %q is no path", o.Prefix)
	}
	if len(o.Methods) == 0 {
		bad("Methods are missing")
	}
	ids := map[string]bool{"assets": true}
	for i, m := range o.Methods {
		if !goodMethodID(m.ID) || ids[m.ID] {
			bad("Methods[%d]: ID %q is malformed, reserved, or stands twice", i, m.ID)
		}
		ids[m.ID] = true
		if m.Plugin == nil {
			bad("Methods[%d]: Plugin is missing", i)
		}
		if m.Store == nil {
			bad("Methods[%d]: Store is missing", i)
		}
	}
	if len(faults) == 1 {
		return nil
	}
	return errors.Join(faults...)
}

func goodMethodID(id string) bool {
	return id != "" && len(id) <= 32 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

func (c Clerk) valid() bool {
	return strings.TrimSpace(c.Name) != "" && utf8.ValidString(c.Name) && utf8.RuneCountInString(c.Name) <= 100
}
