package stripesecure

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

var pageTemplate = template.Must(template.ParseFS(assets, "assets/page.html"))

// pageView is what Handler's own pages show: shop and amount, and no personal
// data.
type pageView struct {
	Language  wording.Language
	Label     map[string]string
	Shop      string
	Amount    string
	Message   string
	Action    string
	Fragment  template.HTML
	Back      string
	Again     string // address that the page asks again by itself
	Seconds   int
	PageStyle string
}

// servePage draws the ready payment page. Its handle pays this cart and nothing
// else, until Cart.PayBy.
func (p *Plugin) servePage(w http.ResponseWriter, r *http.Request) {
	j, cart, ok := p.pageCart(w, r)
	if !ok {
		return
	}
	here := p.address("/page/" + r.PathValue("handle"))
	if out := j.row.Outcome(); out.Do != checkout.DoShow && out.Do != checkout.DoAction {
		p.serveWaiting(w, r, cart, Result{}, here+"/resume")
		return
	}
	offer, err := p.pageOffer(r.Context(), cart)
	if err != nil {
		p.serveError(w, r, cart.Language, err)
		return
	}
	offer.Resume = here + "/resume"
	p.renderPage(w, http.StatusOK, pageView{
		Language: cart.Language, Shop: cmp.Or(p.opts.ShopName, p.base.Host), Amount: FormatMoney(cart.Total, cart.Language),
		Message: offer.Reason.Text, Action: here, Fragment: offer.HTML(),
	})
}

// pageOffer is the offer without what belongs to a person: whoever has the
// address sees neither saved cards nor the consent of a member.
func (p *Plugin) pageOffer(ctx context.Context, cart Cart) (Offer, error) {
	cart.Buyer = Buyer{}
	return p.Offer(ctx, cart)
}

func (p *Plugin) servePagePay(w http.ResponseWriter, r *http.Request) {
	j, cart, ok := p.pageCart(w, r)
	if !ok {
		return
	}
	in, err := ReadInput(r)
	if err != nil {
		p.serveError(w, r, cart.Language, err)
		return
	}
	if in.SavedCard != "" || in.Token == "" {
		p.serveError(w, r, cart.Language, invalid("Pay", []Fault{{"input.token", "missing"}}))
		return
	}
	in.Save = false // consent is a member's, and the page does not know who this is
	if p.elsewhere(j, in.Tab) {
		res := j.say(r.Context(), wording.DuplicateTab)
		p.servePageResult(w, r, cart, res, nil)
		return
	}
	cart.Redirect = !wantsJSON(r)
	res, err := p.Pay(r.Context(), cart, in)
	p.servePageResult(w, r, cart, res, err)
}

// elsewhere reports whether a buyer is at the bank in another tab just now: the
// holder of the page's address must not end that.
func (p *Plugin) elsewhere(j *job, tab string) bool {
	const atTheBank = 10 * time.Minute
	a := j.row.Live()
	if a == nil || a.Seen.Status != "requires_action" || p.now().Sub(a.Tries[len(a.Tries)-1].At) > atTheBank {
		return false
	}
	own, ok := p.sign.verify(handleTab, tab, p.now())
	return !ok || own.checkout != CheckoutID(j.row.ID) || own.attempt != j.row.Number(a)
}

func (p *Plugin) servePageResume(w http.ResponseWriter, r *http.Request) {
	_, cart, ok := p.pageCart(w, r)
	if !ok {
		return
	}
	if err := readTab(r, &cart); err != nil {
		p.serveError(w, r, cart.Language, err)
		return
	}
	res, err := p.Resume(r.Context(), cart)
	p.servePageResult(w, r, cart, res, err)
}

// servePageResult: what only the host can do next (its order, its pages) is
// done on the host's own page.
func (p *Plugin) servePageResult(w http.ResponseWriter, r *http.Request, cart Cart, res Result, err error) {
	if err == nil && res.Do == PlaceOrder {
		res = Result{Payment: res.Payment, Do: GoTo, URL: cmp.Or(cart.ReturnURL, p.page(CheckoutPage))}
	}
	if err != nil || wantsJSON(r) || res.Do == GoTo || res.Message.Code == wording.TryLater {
		p.ServeResult(w, r, cart, res, err)
		return
	}
	here := p.address("/page/" + r.PathValue("handle"))
	if res.Do == Show {
		p.keepNotice(r.Context(), cart.ID, res)
		http.Redirect(w, r, here, http.StatusSeeOther)
		return
	}
	p.serveWaiting(w, r, cart, res, here+"/resume")
}

// pageCart verifies the handle and loads the stored cart.
func (p *Plugin) pageCart(w http.ResponseWriter, r *http.Request) (*job, Cart, bool) {
	gone := func(code wording.Code) (*job, Cart, bool) {
		p.serveMessage(w, r, languageOf(r), http.StatusNotFound, wording.For(code, languageOf(r), wording.Facts{}))
		return nil, Cart{}, false
	}
	h, ok := p.sign.verify(handlePage, r.PathValue("handle"), p.now())
	if !ok {
		return gone(wording.PaymentPageExpired)
	}
	j := p.newJob(false)
	if err := j.open(r.Context(), h.checkout); err != nil {
		p.serveError(w, r, languageOf(r), storeError("Page", err))
		return nil, Cart{}, false
	}
	if j.row.Version == 0 {
		return gone(wording.PaymentPageExpired)
	}
	cart := cartOf(j.row)
	cart.byLink = true
	if p.opts.ClientIP != nil {
		if ip, err := parseIP(p.opts.ClientIP(r)); err == nil {
			cart.Buyer.IP = ip.String()
		}
	}
	return j, cart, true
}

func (p *Plugin) renderPage(w http.ResponseWriter, status int, view pageView) {
	view.Label = labels[view.Language]
	if view.Label == nil {
		view.Language, view.Label = wording.English, labels[wording.English]
	}
	view.Back = p.page(CheckoutPage)
	view.PageStyle = p.address("/assets/" + hashedName()["page.css"])
	var b strings.Builder
	if err := pageTemplate.Execute(&b, view); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", p.stripePolicy().String())
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, b.String())
}
