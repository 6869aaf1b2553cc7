package main

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/wording"
)

// Shop is a small shop. Everything about cards is in payment.go.
type Shop struct {
	baseURL    string
	admin      http.Handler // the merchant's pages
	db         *sql.DB
	job        *reconcile.Job // compares orders with Stripe
	log        *slog.Logger
	now        func() time.Time
	office     *admin.RowStore // settings ①–⑮ and texts ①–⑤
	pages      map[wording.Language]pages
	plugin     *stripesecure.Plugin
	csp        string          // Content-Security-Policy of every page
	ring       *vault.Ring     // encrypts the secrets among the settings
	settings   *settings.Cache // of office
	store      *sqlstore.Store
	signingKey []byte
	stripe     stripe
	posting    sync.Mutex // of the own Stripe's events
	texts      map[wording.Language]texts
}

// newShop opens the shop that lives in the database file.
func newShop(ctx context.Context, file, baseURL string, stripe stripe, log *slog.Logger) (*Shop, error) {
	db, err := openDB(ctx, file)
	if err != nil {
		return nil, err
	}
	s := &Shop{baseURL: baseURL, db: db, log: log, now: time.Now, stripe: stripe}
	if err := s.prepare(ctx, file); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func (s *Shop) prepare(ctx context.Context, file string) (err error) {
	if s.texts, err = readTexts(); err != nil {
		return err
	}
	if s.pages, err = readPages(s.texts); err != nil {
		return err
	}
	if s.signingKey, err = signingKey(ctx, s.db); err != nil {
		return err
	}
	if s.store, err = sqlstore.New(s.db, sqlstore.SQLite); err != nil {
		return err
	}
	if err := s.store.Migrate(ctx); err != nil {
		return err
	}
	if err := s.openOffice(ctx, file); err != nil {
		return err
	}
	if s.plugin, err = newPlugin(s); err != nil {
		return err
	}
	if s.csp, err = s.plugin.ContentSecurity(""); err != nil {
		return err
	}
	if s.job, err = s.newJob(); err != nil {
		return err
	}
	s.admin, err = newAdmin(s)
	return err
}

// claim says that the database belongs to this address; the library sweeps only
// then. A shop with a Stripe of its own may open anywhere; with real keys the
// database may be a copy, and only a person can tell.
func (s *Shop) claim(ctx context.Context, moved bool) error {
	site, err := s.plugin.Site(ctx)
	if err != nil || !site.Copy {
		return err
	}
	if moved || s.stripe.own != nil {
		return s.plugin.ConfirmSite(ctx)
	}
	s.log.WarnContext(ctx, "the database belongs to another address: interrupted payments wait until you start with -moved", "address", site.Recorded)
	return nil
}

// Close closes the database. Stop serving before.
func (s *Shop) Close() error { return s.db.Close() }

// maxForm is for the longest texts that a clerk may write, and for Stripe's events.
const maxForm = 1 << 20

// Handler serves the whole shop.
func (s *Shop) Handler() http.Handler {
	pages := http.NewServeMux()
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /{$}":               s.showCatalog,
		"GET /products/{id}":     s.showProduct,
		"GET /cart":              s.showCart,
		"POST /cart":             s.addToCart,
		"POST /cart/line":        s.changeCart,
		"GET /checkout/address":  s.showAddress,
		"POST /checkout/address": s.saveAddress,
		"GET /checkout":          s.showCheckout,
		"GET /orders":            s.showOrders,
		"GET /orders/{ref}":      s.showOrder,
		"GET /member":            s.showMember,
		"POST /member/login":     s.login,
		"POST /member/logout":    s.logout,
		"POST /member/card":      s.removeCard,
		"GET /mails":             s.showMails,
		"GET /law":               s.showLaw,
		"GET /demo":              s.showDemo,
		"POST /demo":             s.changeDemo,
		"/":                      func(http.ResponseWriter, *http.Request) error { return errNotFound },
	} {
		pages.Handle(pattern, s.page(handle))
	}
	pages.Handle("/staff/", s.staffPages())
	mux := http.NewServeMux()
	mux.Handle("/", s.withLanguage(s.withVisitor(pages)))
	mux.Handle("GET /assets/", http.StripPrefix("/assets", assets()))
	mux.Handle("/pay/", s.plugin.Handler())
	mux.Handle("/staff/stripe/", s.admin)
	if s.stripe.own != nil {
		mux.Handle("/stripe/", http.StripPrefix("/stripe", s.stripe.own.Handler()))
	}
	safe := http.NewCrossOriginProtection().Handler(mux)
	return s.atHome(http.MaxBytesHandler(safe, maxForm))
}

func assets() http.Handler {
	files, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	serve := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		serve.ServeHTTP(w, r)
	})
}

// showLaw is the page that Japanese law wants of every shop that sells at a
// distance (特定商取引法に基づく表記).
func (s *Shop) showLaw(w http.ResponseWriter, r *http.Request) error {
	d, err := s.demoSettings(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, "law", d)
}
