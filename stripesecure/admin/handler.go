package admin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
	"github.com/ec-plugins/stripesecure/wording"
)

// pages is the handler.
type pages struct {
	opts    Options
	methods map[string]*Method
	shown   map[wording.Language]shelf // templates
}

// NewHandler checks the options, all faults at once (the error matches
// [ErrOptions]), and returns the merchant's pages. It reads nothing yet.
func NewHandler(opts Options) (http.Handler, error) {
	opts = opts.withDefaults()
	if err := opts.check(); err != nil {
		return nil, err
	}
	p := &pages{opts: opts, methods: map[string]*Method{}}
	for i := range opts.Methods {
		p.methods[opts.Methods[i].ID] = &opts.Methods[i]
	}
	var err error
	if p.shown, err = p.readTemplates(); err != nil {
		return nil, err
	}
	return p.routes(), nil
}

func (p *pages) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, do := range map[string]action{
		"GET /{$}":                  p.showMethods,
		"GET /{method}/settings":    p.showSettings,
		"POST /{method}/settings":   p.changeSettings,
		"GET /{method}/wording":     p.showWording,
		"POST /{method}/wording":    p.changeWording,
		"GET /{method}/connection":  p.showConnection,
		"POST /{method}/connection": p.testConnection,
		"POST /{method}/endpoint":   p.ensureEndpoint,
		"POST /{method}/site":       p.confirmSite,
		"POST /{method}/inbox":      p.workOnInbox,
		"GET /{method}/log":         p.showLog,
		"GET /{method}/payments":    p.showPayments,
		"GET /{method}/report":      p.showReport,
		"POST /{method}/report":     p.compareNow,
		"GET /{method}/repairs":     p.showRepairs,
		"POST /{method}/repairs":    p.repair,
		"POST /{method}/news":       p.retryNews,

		"GET /{method}/payments/{payment}":  p.showPayment,
		"POST /{method}/payments/{payment}": p.actOnPayment,
		"/":                                 func(*request) error { return errNotFound },
	} {
		mux.Handle(pattern, p.serve(do))
	}
	safe := http.NewCrossOriginProtection()
	safe.SetDenyHandler(p.serve(func(*request) error { return errForeign }))
	outer := http.NewServeMux()
	outer.Handle("/", safe.Handler(mux))
	outer.Handle("GET /assets/", http.HandlerFunc(serveAsset))
	return http.StripPrefix(p.opts.Prefix, atRoot(outer, p.opts.Prefix))
}

// atRoot sends "/admin" to "/admin/": links on the pages are absolute, and one
// address is enough.
func atRoot(next http.Handler, prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" {
			http.Redirect(w, r, prefix+"/", http.StatusPermanentRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// request is one request of a clerk.
type request struct {
	*http.Request

	w      http.ResponseWriter
	p      *pages
	clerk  Clerk
	lang   wording.Language
	method *Method // nil on pages of no method
}

type action func(*request) error

// Failures that have a page of their own.
var (
	errNotFound  = errors.New("no such page")
	errForeign   = errors.New("request came from another site")
	errNoLogin   = errors.New("nobody is logged in")
	errTooLarge  = errors.New("form is too large")
	errMediaType = errors.New("no form")
	errBadForm   = errors.New("form cannot be read")
)

var failures = []struct {
	err    error
	status int
	name   string // of its texts: trouble.<name>
}{
	{errNotFound, http.StatusNotFound, "not_found"},
	{errForeign, http.StatusForbidden, "foreign"},
	{errNoLogin, http.StatusUnauthorized, "no_login"},
	{errTooLarge, http.StatusRequestEntityTooLarge, "too_large"},
	{errMediaType, http.StatusUnsupportedMediaType, "media_type"},
	{errBadForm, http.StatusBadRequest, "bad_form"},
	{stripesecure.ErrNotFound, http.StatusNotFound, "not_found"},
	{vault.ErrUnknownKey, http.StatusInternalServerError, "sealed"},
	{vault.ErrSealed, http.StatusInternalServerError, "sealed"},
	{context.Canceled, http.StatusServiceUnavailable, "failed"},
}

// serve finds out who asks and for which method, and shows what went wrong.
func (p *pages) serve(do action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{Request: r, w: w, p: p, lang: language(r)}
		err := q.open()
		if err == nil {
			err = do(q)
		}
		if err != nil {
			q.trouble(err) //nolint:contextcheck // a request carries its context
		}
	})
}

func (q *request) open() error {
	if q.switchLanguage() {
		return errAnswered
	}
	clerk, err := q.p.opts.Login(q.Request)
	if err != nil || !clerk.valid() {
		return errNoLogin
	}
	q.clerk = clerk
	if id := q.PathValue("method"); id != "" {
		if q.method = q.p.methods[id]; q.method == nil {
			return errNotFound
		}
	}
	return nil
}

// errAnswered: the request has its answer already.
var errAnswered = errors.New("answered")

func (q *request) trouble(err error) {
	if errors.Is(err, errAnswered) {
		return
	}
	status, name := http.StatusInternalServerError, "failed"
	for _, f := range failures {
		if errors.Is(err, f.err) {
			status, name = f.status, f.name
			break
		}
	}
	if status == http.StatusInternalServerError {
		q.p.opts.Logger.ErrorContext(q.Context(), "admin", "path", q.URL.Path, "error", err)
	}
	if name == "no_login" && q.Method == http.MethodGet && q.p.opts.LoginPage != "" {
		q.header()
		http.Redirect(q.w, q.Request, q.loginPage(), http.StatusSeeOther)
		return
	}
	q.method = nil // what is not known to be there, or not for this person, is not named
	q.render(status, "trouble", troubleView{Name: name, Sent: q.Method == http.MethodPost, LoginPage: q.loginPage()})
}

// loginPage is the host's login, with the way back to this page.
func (q *request) loginPage() string {
	back := q.p.opts.Prefix + q.URL.Path
	return strings.ReplaceAll(q.p.opts.LoginPage, "{page}", url.QueryEscape(back))
}

type troubleView struct {
	Name      string
	Sent      bool // a form was sent, and nothing was saved
	LoginPage string
}

// address is a page of the handler.
func (p *pages) address(path ...string) string { return p.opts.Prefix + "/" + strings.Join(path, "/") }

func (q *request) redirect(to string) error {
	q.header()
	http.Redirect(q.w, q.Request, to, http.StatusSeeOther)
	return nil
}
