package stripesecure

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
	"github.com/ec-plugins/stripesecure/wording"
)

// Version is written to the metadata of every PaymentIntent.
const Version = "0.1.0"

// returnLife is how long the address that Stripe sends a buyer back to works.
const returnLife = 24 * time.Hour

func (p *Plugin) now() time.Time { return p.opts.Now().UTC() }

func (p *Plugin) policy() checkout.Policy {
	return checkout.Policy{Orders: p.opts.Orders != nil, HostFirst: p.opts.HostCommitsFirst}
}

func scopeOf(s settings.Settings) checkout.Scope {
	return checkout.Scope{Environment: string(s.Environment), Account: s.AccountID}
}

var errNoCredentials = errors.New("no credentials for this account and environment")

// client speaks for the pair that an attempt belongs to, with the newest key
// that is configured for it.
func (p *Plugin) client(ctx context.Context, scope checkout.Scope, background bool) (stripePort, error) {
	s, err := p.opts.Settings.Settings(ctx)
	if err != nil {
		return nil, err
	}
	keys := s.KeysFor(settings.Environment(scope.Environment))
	if keys.Secret.IsZero() || scope.Account != "" && s.AccountID != "" && scope.Account != s.AccountID {
		return nil, errNoCredentials
	}
	account := ""
	if s.Authentication == settings.AuthConnect {
		account = cmp.Or(scope.Account, s.AccountID)
	}
	return p.stripe(keys.Secret.Reveal(), account, background), nil
}

// body builds the path and the exact body of a POST, or takes those that were
// stored before.
func (j *job) body(ctx context.Context, cmd checkout.Command) (path, body string) {
	a := cmd.Attempt
	if call := cmd.Call(); call != nil && call.Kind == cmd.Kind {
		return call.Path, call.Body
	}
	intent := "/v1/payment_intents/" + a.Intent
	switch cmd.Kind {
	case checkout.CreateCustomer:
		return "/v1/customers", j.customerBody(a)
	case checkout.CreateIntent:
		return "/v1/payment_intents", j.createBody(ctx, a)
	case checkout.Confirm:
		return intent + "/confirm", j.card(a).ConfirmBody()
	case checkout.Cancel:
		return intent + "/cancel", stripeapi.CancelBody()
	case checkout.Settle:
		if j.takes {
			return intent + "/capture", stripeapi.CaptureBody(j.row.Order.Ref, a.ToCapture)
		}
	case checkout.MakeRefund:
		return "/v1/refunds", j.refundBody(a, cmd.Refund)
	}
	ref := j.row.WantedRef()
	return intent, stripeapi.TagBody(ref, j.describe(ctx, "Order "+ref).Text)
}

func (j *job) labels(a *checkout.Attempt) stripeapi.Labels {
	l := stripeapi.Labels{
		Shop: j.row.Shop, Checkout: j.row.ID, Payment: string(paymentID(j.row.ID, a.Gen)), Attempt: a.ID,
		Version: Version, Signature: j.p.sign.metadata(j.row.ID, a.ID),
	}
	if j.row.Order != nil {
		l.Ref = j.row.Order.Ref
	}
	return l
}

func (j *job) customerBody(a *checkout.Attempt) string {
	c := j.row.Cart
	description := "Guest, checkout " + j.row.ID
	if a.Member != "" {
		description = "Member " + cut(a.Member, 200)
	}
	return stripeapi.Customer{
		Name: c.Name, Email: c.Email, Phone: cut(c.Phone, 20), Description: description,
		Labels: stripeapi.Labels{Shop: j.row.Shop, Checkout: j.row.ID, Version: Version},
	}.Body()
}

func (j *job) createBody(ctx context.Context, a *checkout.Attempt) string {
	text := "Checkout " + j.row.ID
	if j.row.Order != nil {
		text = "Order " + j.row.Order.Ref
	}
	d := j.describe(ctx, text)
	labels := j.labels(a)
	labels.Extra = d.Metadata
	return stripeapi.Create{
		Amount: a.Amount, Currency: a.Currency, Customer: a.Customer, Card: j.card(a), Description: d.Text,
		Suffix: d.Descriptor.Latin, SuffixKana: d.Descriptor.Kana, SuffixKanji: d.Descriptor.Kanji, Labels: labels,
	}.Body()
}

// describe is what is written for people, with what the hooks make of it.
func (j *job) describe(ctx context.Context, text string) Description {
	d := Description{Text: text, Descriptor: j.p.opts.Descriptor}
	for _, h := range j.p.opts.Hooks {
		if h.Describe == nil {
			continue
		}
		if err := h.Describe(ctx, cartOf(j.row), &d); err != nil {
			// What is written for people never makes a payment fail.
			j.p.log(ctx, "hook", "hook", h.Name, "call", "describe", "answer", "error")
		}
	}
	return d.clean()
}

// card is the attempt's last try.
func (j *job) card(a *checkout.Attempt) stripeapi.Card {
	try := a.Tries[len(a.Tries)-1]
	back := handle{kind: handleReturn, checkout: CheckoutID(j.row.ID), attempt: j.row.Number(a), expires: j.p.now().Add(returnLife)}
	return stripeapi.Card{
		Token: try.Token, Saved: try.Saved, Save: try.Save, ThreeDSecure: a.ThreeDSecure,
		ReturnURL: j.p.address("/return/" + j.p.sign.sign(back)), Redirect: j.row.Cart.Redirect,
	}
}

// captures decides whether settling takes the money: ⑬ as the buyer saw it,
// unless a hook says otherwise, and never against the protocol.
func (j *job) captures(ctx context.Context, a *checkout.Attempt) (bool, error) {
	if may := j.row.MayCapture(a); !may || a.ToCapture > 0 {
		return may, nil // the merchant has said how much
	}
	for _, h := range j.p.opts.Hooks {
		if h.Capture == nil {
			continue
		}
		when, err := h.Capture(ctx, j.p.payment(ctx, j.row, j.row.Gen))
		switch {
		case err != nil:
			j.p.log(ctx, "hook", "hook", h.Name, "call", "capture", "answer", "error")
			return false, err
		case when == CaptureLater:
			return false, nil // money that is in doubt is left on hold
		case when == CaptureNow:
			return true, nil
		}
	}
	return a.Automatic, nil
}

// needsSettling reports whether there is something to send, and decides what: an
// order that was known at the create has its ref at Stripe. A hook that fails is
// asked again until the hold ends; meanwhile the money stays on hold.
func (j *job) needsSettling(ctx context.Context, a *checkout.Attempt) bool {
	takes, err := j.captures(ctx, a)
	j.takes, a.Undecided = takes, err != nil
	switch {
	case takes || a.Tagged != j.row.WantedRef():
		return true
	case err != nil:
		a.Postpone(j.p.now())
	default:
		a.Settled = true
	}
	return false
}

// keepCustomer stores a member's new customer once; when another request was
// faster, its customer counts.
func (p *Plugin) keepCustomer(ctx context.Context, a *checkout.Attempt, id string) string {
	if a.Member == "" {
		return id
	}
	key := p.customerKey(a.Scope, a.Member)
	err := p.opts.Store.SetCustomer(ctx, key, "", id)
	if errors.Is(err, ErrConflict) {
		if stored, err := p.opts.Store.Customer(ctx, key); err == nil {
			return stored
		}
	}
	return id
}

// forgetCustomer drops a member's customer that Stripe does not know any more.
func (p *Plugin) forgetCustomer(ctx context.Context, a *checkout.Attempt) {
	if a.Member == "" {
		return
	}
	if err := p.opts.Store.SetCustomer(ctx, p.customerKey(a.Scope, a.Member), a.Customer, ""); err != nil {
		p.log(ctx, "forget customer", "answer", "error")
	}
}

func (p *Plugin) customerKey(scope checkout.Scope, member string) CustomerKey {
	return CustomerKey{Shop: p.opts.ShopID, Environment: scope.Environment, Account: scope.Account, Member: member}
}

// storedCustomer is the member's customer, "" if there is none yet.
func (p *Plugin) storedCustomer(ctx context.Context, scope checkout.Scope, member string) (string, error) {
	if member == "" {
		return "", nil
	}
	id, err := p.opts.Store.Customer(ctx, p.customerKey(scope, member))
	if errors.Is(err, ErrNoRow) {
		return "", nil
	}
	return id, err
}

// cartOf is the stored cart, for hooks that may run when the buyer is gone.
func cartOf(r *checkout.Row) Cart {
	c := r.Cart
	cart := Cart{
		ID: CheckoutID(r.ID), Total: FromMinor(c.Total, c.Currency), Country: c.Country,
		Buyer:    Buyer{Member: c.Member, Name: c.Name, Email: c.Email, Phone: c.Phone},
		Language: wording.Language(c.Language), Snapshot: c.Snapshot, ReturnURL: c.ReturnURL, Redirect: c.Redirect, PayBy: c.PayBy,
	}
	if r.Order != nil {
		cart.Order = &Order{Ref: r.Order.Ref, Total: FromMinor(r.Order.Total, r.Order.Currency)}
	}
	return cart
}

// address of a page of Handler.
func (p *Plugin) address(path string) string { return absolute(p.base, p.opts.Prefix+path) }

func (p *Plugin) log(ctx context.Context, message string, args ...any) {
	p.opts.Logger.InfoContext(ctx, message, append([]any{"shop", p.opts.ShopID}, args...)...)
}
