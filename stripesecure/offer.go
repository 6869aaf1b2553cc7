package stripesecure

import (
	"context"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

// savedCardsBudget is how long a page waits for a member's saved cards.
const savedCardsBudget = 1500 * time.Millisecond

// Offer is what a checkout page draws. It holds no secret.
type Offer struct {
	Available bool
	// Reason is the message of why the method is not offered, for a host that
	// shows methods that cannot be chosen.
	Reason wording.Message

	Name, Description       string // ① ②
	SaveConsent, SaveNotice string // ④ ⑤, "" where they are not shown
	Notice                  wording.Message

	Total    Money
	Language wording.Language
	Cards    []Card // of a member

	PublishableKey string
	AccountID      string         // for Stripe.js when ⑧ is connect
	Elements       map[string]any // options of stripe.elements(), nil when nothing is to pay
	StripeJS       string         // address of Stripe.js
	Nonce          string         // for the tags of HTML, if the host sets it (see ContentSecurity)
	Script         string         // address of Handler's own script
	Style          string         // address of Handler's own style sheet
	Action         string         // address that the form is posted to, "" without Options.Carts
	Resume         string         // address that the script asks, "" without Options.Carts
	CheckoutPage   string
	CartPage       string
}

// Offer says whether the method is offered for the cart, and what the checkout page
// draws: see [PaymentPlugin].
func (p *Plugin) Offer(ctx context.Context, cart Cart) (Offer, error) {
	const op = "Offer"
	if faults := cart.check(p.base, false); len(faults) > 0 {
		return Offer{}, invalid(op, faults)
	}
	s, err := p.opts.Settings.Settings(ctx)
	if err != nil {
		return Offer{}, fail(op, CodeNotReady, err)
	}
	offer := Offer{Total: cart.Total, Language: cart.Language}
	if p.opts.Carts != nil {
		offer.Action = p.address("/pay")
	}
	if code, facts := p.unavailable(s, cart); code != "" {
		offer.Reason = wording.For(code, cart.Language, facts)
		return offer, nil
	}
	offer.Available = true
	p.texts(ctx, &offer, s, cart)
	if !cart.Total.IsZero() {
		p.form(ctx, &offer, s, cart)
	}
	if err := p.offerNotice(ctx, &offer, cart); err != nil {
		return Offer{}, storeError(op, err)
	}
	for _, h := range p.opts.Hooks {
		if h.Offer == nil {
			continue
		}
		if err := h.Offer(ctx, cart, &offer); err != nil {
			return Offer{}, fail(op, CodeInternal, err)
		}
	}
	return offer, nil
}

// unavailable says why the method is not offered for this cart, "" if it is.
func (p *Plugin) unavailable(s settings.Settings, cart Cart) (wording.Code, wording.Facts) {
	smallest, largest := Limits(cart.Total.Currency)
	minor, _ := cart.Total.Minor()
	least, _ := smallest.Minor()
	most, _ := largest.Minor()
	switch {
	case p.Ready(s) != nil:
		return wording.MethodUnavailable, wording.Facts{}
	case !s.OffersIn(cart.Country):
		return wording.RegionUnavailable, wording.Facts{}
	case minor != 0 && (minor < least || minor > most):
		return wording.AmountOutOfRange, wording.Facts{
			Min: FormatMoney(smallest, cart.Language), Max: FormatMoney(largest, cart.Language),
		}
	}
	return "", wording.Facts{}
}

func (p *Plugin) texts(ctx context.Context, o *Offer, s settings.Settings, cart Cart) {
	mode := wording.SaveCard(s.SaveCard)
	if cart.Total.IsZero() {
		mode = wording.SaveNone // no card is asked for
	}
	page := p.wording(ctx).Page(cart.Language, wording.Context{
		Capture: wording.Capture(s.Capture), SaveCard: mode, Member: cart.Buyer.Member != "",
	})
	o.Name, o.Description, o.SaveConsent, o.SaveNotice = page.Name, page.Description, page.SaveConsent, page.SaveNotice
	if cart.Total.IsZero() {
		o.Description = wording.For(wording.NothingToPay, cart.Language, wording.Facts{}).Text
	}
	o.Script, o.Style = p.address("/assets/"+scriptName()), p.address("/assets/"+styleName())
	o.CheckoutPage, o.CartPage = p.page(CheckoutPage), p.page(CartPage)
	if p.opts.Carts != nil {
		o.Resume = p.address("/resume")
	}
}

// wording are the merchant's texts, or the default ones while they cannot be read.
func (p *Plugin) wording(ctx context.Context) wording.Wording {
	w, err := p.opts.Wording.Wording(ctx)
	if err != nil {
		p.log(ctx, "wording", "answer", "error")
		return wording.Default()
	}
	return w
}

// form is what Stripe's Payment Element needs, and the member's saved cards.
// Amount, currency, capture and saving must agree with the PaymentIntent that
// Pay makes.
func (p *Plugin) form(ctx context.Context, o *Offer, s settings.Settings, cart Cart) {
	minor, _ := cart.Total.Minor()
	o.PublishableKey, o.StripeJS = s.Active().BrowserKey(), p.opts.StripeJS
	if s.Authentication == settings.AuthConnect {
		o.AccountID = s.AccountID
	}
	o.Elements = map[string]any{
		"mode": "payment", "amount": minor, "currency": strings.ToLower(cart.Total.Currency),
		"captureMethod": "manual", "paymentMethodTypes": []string{"card"}, "locale": string(cart.Language),
	}
	if s.SaveCard == settings.SaveRequired {
		o.Elements["setupFutureUsage"] = "off_session"
	}
	if cart.Buyer.Member == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, savedCardsBudget)
	defer cancel()
	cards, err := p.cards(ctx, scopeOf(s), cart.Buyer.Member)
	if err != nil {
		p.log(ctx, "saved cards", "checkout", cart.ID, "answer", "error")
		return
	}
	for _, c := range cards {
		if !c.Expired {
			o.Cards = append(o.Cards, c)
		}
	}
}

// offerNotice is a message that survived a redirect.
func (p *Plugin) offerNotice(ctx context.Context, o *Offer, cart Cart) error {
	j := p.newJob(false)
	if err := j.open(ctx, cart.ID); err != nil {
		return err
	}
	if n := j.row.Notice; n != nil && n.Page != string(CartPage) && p.now().Sub(n.At) < noticeLife {
		o.Notice = wording.For(wording.Code(n.Code), cart.Language, p.facts(j.row, n.Items))
	}
	return nil
}

// notice keeps a message for the page that the buyer is sent to.
func (p *Plugin) notice(ctx context.Context, j *job, res Result) error {
	if res.Do != Show || res.Message.Code == "" {
		return nil
	}
	j.learned = append(j.learned, func(r *checkout.Row) {
		if r.Notice == nil || r.Notice.Code != string(res.Message.Code) {
			r.Notice = &checkout.Notice{Code: string(res.Message.Code), Page: string(res.Page), At: p.now()}
		}
	})
	return j.run(ctx, func(*checkout.Row) bool { return true })
}
