package stripesecure

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

// Handler implements [PaymentPlugin]. Below Options.Prefix it serves
//
//	GET  /assets/…            the script of Offer.HTML, and its style sheet
//	POST /pay, /resume        the checkout calls, with Options.Carts
//	GET  /resume              the same for a browser without JavaScript
//	GET  /return/{handle}     the way back from the bank
//	GET, POST /page/{handle}  the ready payment page
//	POST /webhook             Stripe's events
//
// Mount it at Prefix+"/" with the prefix in place. It needs no session of its
// own: /pay and /resume are authorised by Options.Carts, the others by a signed
// handle. Requests from other sites are refused.
func (p *Plugin) Handler() http.Handler {
	mux := http.NewServeMux()
	at := func(pattern string) string {
		method, path, _ := strings.Cut(pattern, " ")
		return method + " " + p.opts.Prefix + path
	}
	mux.HandleFunc(at("GET /assets/{asset}"), serveAsset)
	if p.opts.Carts != nil {
		mux.HandleFunc(at("POST /pay"), p.servePay)
		mux.HandleFunc(at("POST /resume"), p.serveResume)
		mux.HandleFunc(at("GET /resume"), p.serveResume)
	}
	mux.HandleFunc(at("GET /return/{handle}"), p.serveReturn)
	mux.HandleFunc(at("GET /page/{handle}"), p.servePage)
	mux.HandleFunc(at("POST /page/{handle}"), p.servePagePay)
	mux.HandleFunc(at("GET /page/{handle}/resume"), p.servePageResume)
	mux.HandleFunc(at("POST /page/{handle}/resume"), p.servePageResume)
	mux.HandleFunc(at("POST /webhook"), p.serveWebhook)
	mux.HandleFunc(at("POST /webhook/{$}"), p.serveWebhook)
	guard := http.NewCrossOriginProtection()
	// Stripe proves itself by its signature, whatever a proxy adds (SIG-11).
	guard.AddInsecureBypassPattern(at("POST /webhook"))
	guard.AddInsecureBypassPattern(at("POST /webhook/{$}"))
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.serveMessage(w, r, languageOf(r), http.StatusForbidden, wording.For(wording.RequestRefused, languageOf(r), wording.Facts{}))
	}))
	return private(guard.Handler(mux))
}

// private keeps what Handler answers out of caches, referrers and frames; assets
// and pages set their own.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Robots-Tag", "noindex")
		next.ServeHTTP(w, r)
	})
}

func languageOf(r *http.Request) wording.Language {
	return wording.Match(r.Header.Get("Accept-Language"))
}

func (p *Plugin) servePay(w http.ResponseWriter, r *http.Request) {
	in, err := ReadInput(r)
	if err != nil {
		p.serveError(w, r, languageOf(r), err)
		return
	}
	cart, err := p.requestCart(r)
	if err != nil {
		p.serveError(w, r, languageOf(r), err)
		return
	}
	if !wantsJSON(r) {
		cart.Redirect = true // a plain form cannot open a dialog
	}
	res, err := p.Pay(r.Context(), cart, in)
	p.ServeResult(w, r, cart, res, err)
}

func (p *Plugin) serveResume(w http.ResponseWriter, r *http.Request) {
	cart, err := p.requestCart(r)
	if err != nil {
		p.serveError(w, r, languageOf(r), err)
		return
	}
	if err := readTab(r, &cart); err != nil {
		p.serveError(w, r, cart.Language, err)
		return
	}
	res, err := p.Resume(r.Context(), cart)
	p.ServeResult(w, r, cart, res, err)
}

// requestCart asks the host whose cart this is. Not there and not yours look
// the same.
func (p *Plugin) requestCart(r *http.Request) (Cart, error) {
	cart, err := p.opts.Carts.Cart(r)
	switch {
	case errors.Is(err, ErrStore):
		return Cart{}, fail("Cart", CodeStore, err)
	case err != nil:
		return Cart{}, fail("Cart", CodeNotFound, err)
	}
	return cart, nil
}

// ServeResult answers a browser's submission: a script (it sends Accept:
// application/json) with the Result's JSON, a plain browser with the page that
// the Result means; an error with its text for buyers. A message is kept for the
// page that shows it. Handler uses it, and so can hosts that serve Pay and Resume
// themselves; such a host places the order before, and gives the Result of
// OrderPlaced.
func (p *Plugin) ServeResult(w http.ResponseWriter, r *http.Request, cart Cart, res Result, err error) {
	if err != nil {
		p.serveError(w, r, cart.Language, err)
		return
	}
	if res.Message.Code == wording.TryLater {
		// For the host's own tools that watch status codes (FRD-05). Nothing is
		// kept of it: who is stopped writes nothing to the store.
		p.serveMessage(w, r, cart.Language, http.StatusTooManyRequests, res.Message)
		return
	}
	if res.Do == Show && (!wantsJSON(r) || res.Page == CartPage) {
		p.keepNotice(r.Context(), cart.ID, res)
	}
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, res)
		return
	}
	switch res.Do {
	case GoTo:
		http.Redirect(w, r, res.URL, http.StatusSeeOther)
	case Show:
		http.Redirect(w, r, p.page(res.Page), http.StatusSeeOther)
	default:
		p.serveWaiting(w, r, cart, res, cmp.Or(cart.ReturnURL, p.address("/resume")))
	}
}

func (p *Plugin) keepNotice(ctx context.Context, id CheckoutID, res Result) {
	j := p.newJob(false)
	if err := j.open(ctx, id); err != nil {
		p.log(ctx, "notice", "checkout", id, "answer", "error")
		return
	}
	if err := p.notice(ctx, j, res); err != nil {
		p.log(ctx, "notice", "checkout", id, "answer", "error")
	}
}

func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// statuses of the errors; everything else is 500.
var statuses = map[Code]int{
	CodeInvalid: http.StatusUnprocessableEntity, CodeNotReady: http.StatusServiceUnavailable, CodeNotFound: http.StatusNotFound,
	CodeOrderConflict: http.StatusConflict, CodeRefused: http.StatusConflict, CodeCaptured: http.StatusConflict,
	CodeStore: http.StatusServiceUnavailable, CodeStripe: http.StatusBadGateway, CodeCanceled: http.StatusServiceUnavailable,
}

// serveError answers with the text for a buyer: as a Result to show for
// scripts, as a small page for browsers.
func (p *Plugin) serveError(w http.ResponseWriter, r *http.Request, lang wording.Language, err error) {
	answer := []any{"answer", string(CodeOf(err))}
	if faults := faultsOf(err); faults != "" {
		answer = append(answer, "faults", faults)
	}
	p.log(r.Context(), "request", answer...)
	status, ok := statuses[CodeOf(err)]
	if !ok {
		status = http.StatusInternalServerError
	}
	message := wording.For(wording.SystemError, lang, wording.Facts{})
	var own *Error
	if errors.As(err, &own) {
		message = own.Message(lang)
	}
	p.serveMessage(w, r, lang, status, message)
}

func (p *Plugin) serveMessage(w http.ResponseWriter, r *http.Request, lang wording.Language, status int, message wording.Message) {
	if wantsJSON(r) {
		writeJSON(w, status, Result{Do: Show, Page: CheckoutPage, Message: message})
		return
	}
	p.renderPage(w, status, pageView{Language: lang, Message: message.Text})
}

// serveReturn is where Stripe sends the buyer after 3-D Secure. The handle is
// all it needs: no cookie survives every bank. What the address says about the
// result is not read; the PaymentIntent is.
func (p *Plugin) serveReturn(w http.ResponseWriter, r *http.Request) {
	h, ok := p.sign.verify(handleReturn, r.PathValue("handle"), p.now())
	if !ok {
		p.serveMessage(w, r, languageOf(r), http.StatusNotFound, wording.For(wording.InvalidReturn, languageOf(r), wording.Facts{}))
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), payBudget)
	defer cancel()
	j, err := p.browserJob(ctx, h.checkout, "")
	if err == nil {
		err = p.look(ctx, j, func(*checkout.Row) {})
	}
	if err != nil {
		p.serveError(w, r, languageOf(r), storeError("Return", err))
		return
	}
	if p.lost(j.row, h) {
		err = p.notice(ctx, j, j.say(ctx, wording.DuplicateTab))
	} else if res := j.result(ctx, nil, true); res.Do == Show {
		err = p.notice(ctx, j, res)
	}
	if err != nil {
		p.log(ctx, "notice", "checkout", h.checkout, "answer", "error")
	}
	http.Redirect(w, r, p.backTo(j.row), http.StatusSeeOther)
}

// backTo is the host's page that takes the buyer back, without additions.
func (p *Plugin) backTo(r *checkout.Row) string {
	if r.Cart.ReturnURL != "" && below(p.base, r.Cart.ReturnURL) {
		return r.Cart.ReturnURL
	}
	return p.address("/resume")
}

// serveWaiting is a page that asks again by itself.
func (p *Plugin) serveWaiting(w http.ResponseWriter, _ *http.Request, cart Cart, res Result, again string) {
	text := res.Message.Text
	if text == "" {
		text = wording.For(wording.Processing, cart.Language, wording.Facts{}).Text
	}
	after := max(res.After, time.Second)
	p.renderPage(w, http.StatusOK, pageView{
		Language: cart.Language, Message: text, Again: again, Seconds: int(after.Seconds()),
	})
}
