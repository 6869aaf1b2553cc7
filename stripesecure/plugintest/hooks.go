package plugintest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// TestHooks proves that each hook that a host gives in Options.Hooks is reached
// from every path that it promises: the browser's calls, webhooks and the sweep.
// A plugin that is built on this one appends its own hooks to the host's, and
// must lose none of them.
func TestHooks(t *testing.T, newPlugin MakePlugin) {
	t.Helper()
	runRules(t, HookRules(), func(*testing.T) MakePlugin { return newPlugin })
}

// HookRules are the rules of TestHooks.
func HookRules() []Rule[MakePlugin] {
	return []Rule[MakePlugin]{
		{"HOOK-01", "Offer is asked by Offer, and what it changes is drawn",
			"a method that the shop has withdrawn for this cart is offered", hookOffer},
		{"HOOK-02", "BeforePay is asked by Pay, the form's address and the payment page; its no is shown and sends nothing",
			"a buyer whom the shop refuses pays by another way in", hookBeforePay},
		{"HOOK-03", "BeforePay is not asked by webhooks and sweeps",
			"a payment that was accepted is stopped half way, with the money held", hookBeforePayOnly},
		{"HOOK-04", "Challenge is asked when an address has used up its tries, and lets those through who pass",
			"card testers go on, or an office full of buyers is shut out", hookChallenge},
		{"HOOK-05", "Describe writes what Stripe shows, for every create, whichever way in, and when the order is known",
			"some payments carry no campaign, no department, no description in the merchant's books", hookDescribe},
		{"HOOK-06", "Capture decides when the buyer's own request settles the order",
			"money is taken that was to be taken at shipping", captureFrom(byBrowser)},
		{"HOOK-07", "Capture decides when a webhook settles the order",
			"as HOOK-06, for buyers whose event is faster than their browser", captureFrom(byWebhook)},
		{"HOOK-08", "Capture decides when the sweep settles the order",
			"as HOOK-06, for buyers who closed the window", captureFrom(bySweep)},
		{"HOOK-09", "OrderStatus sets the status of an order that the buyer's own request makes",
			"orders begin in a status that nobody works on", statusFrom(byBrowser)},
		{"HOOK-10", "OrderStatus is in the news that a webhook brings",
			"the shop hears of a status that its order never had", hookStatusNews},
		{"HOOK-11", "OrderStatus sets the status of an order that the sweep makes",
			"as HOOK-09, for buyers who closed the window", statusFrom(bySweep)},
		{"HOOK-12", "Stray is told of a late payment of a closed try, by browser, webhook and sweep, and it is cancelled",
			"nobody hears that a buyer's money was held twice for a while", hookStray},
		{"HOOK-13", "Stray is told of a payment that no checkout knows, by the sweep, and its money is left alone",
			"after a restored backup nobody hears of payments without orders", hookUnknown},
		{"HOOK-14", "several hooks are asked in their order, each with what those before have done",
			"the plugin's hook undoes the host's", hookOrder},
		{"HOOK-15", "an error of Describe, OrderStatus or Stray stops no payment, and one of Capture leaves the money held",
			"a broken campaign service closes the shop", hookErrors},
	}
}

// probe notes which hooks were asked.
type probe struct {
	mu    sync.Mutex
	calls []string
}

func (p *probe) note(call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
}

func (p *probe) count(call string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if c == call {
			n++
		}
	}
	return n
}

// hooked is a world whose host has these hooks.
func (newPlugin MakePlugin) hooked(h []stripesecure.Hooks, change ...func(*stripesecure.Options)) (*world, error) {
	return newPlugin.world(append(change, func(o *stripesecure.Options) { o.Hooks = append(o.Hooks, h...) })...)
}

// way is how a payment goes on after the buyer was at the bank.
type way struct {
	name string
	goOn func(ctx context.Context, w *world, cart stripesecure.Cart) error
}

var (
	byBrowser = way{"browser", func(ctx context.Context, w *world, cart stripesecure.Cart) error {
		_, err := w.plugin.Resume(ctx, cart)
		return err
	}}
	byWebhook = way{"webhook", func(ctx context.Context, w *world, _ stripesecure.Cart) error {
		w.Advance(31 * time.Second) // so long the buyer's own request has time
		return w.deliver(ctx)
	}}
	bySweep = way{"sweep", func(ctx context.Context, w *world, _ stripesecure.Cart) error {
		return w.sweep(ctx, w.sweeper, 2*time.Minute)
	}}
)

// atBank is a buyer who has authenticated and not come back.
func (w *world) atBank(ctx context.Context, cart stripesecure.Cart) error {
	res, err := w.pay(ctx, cart, cardAuthenticate)
	if err := wantDo("Pay", res, err, stripesecure.HandleAction); err != nil {
		return err
	}
	if !w.Stripe.Challenge(res.Payment.Intent, stripetest.Pass) {
		return errors.New("the bank does not know the payment")
	}
	return nil
}

func hookOffer(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.hooked([]stripesecure.Hooks{{Offer: func(_ context.Context, cart stripesecure.Cart, o *stripesecure.Offer) error {
		if cart.ID == "cart-2" {
			o.Available = false
		}
		o.Description = "from the host"
		return nil
	}}})
	if err != nil {
		return err
	}
	first, err := w.plugin.Offer(ctx, Cart("cart-1"))
	second, err2 := w.plugin.Offer(ctx, Cart("cart-2"))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if !first.Available || second.Available || !strings.Contains(first.Description, "from the host") {
		return fmt.Errorf("offered %t with %q, and where it was withdrawn %t", first.Available, first.Description, second.Available)
	}
	return nil
}

// refusing is a host's BeforePay that says no to everybody.
func refusing(p *probe) []stripesecure.Hooks {
	return []stripesecure.Hooks{{BeforePay: func(context.Context, stripesecure.Cart) error {
		p.note("before_pay")
		return &stripesecure.Refused{Message: wording.Message{Code: "closed_today", Text: "We are closed today."}}
	}}}
}

// post sends a form to an address of the plugin, as the page's script does.
func (w *world) post(ctx context.Context, address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	answer := httptest.NewRecorder()
	w.plugin.Handler().ServeHTTP(answer, r)
	return answer
}

// ways in for a card: the host's call, the form's address, the payment page.
func (w *world) waysIn(ctx context.Context, cart stripesecure.Cart) (map[string]func() (string, error), error) {
	w.host.Pays(cart)
	form := func() url.Values { return url.Values{"stripesecure_token": {w.Stripe.Token(cardGood)}} }
	page, err := w.plugin.Pay(ctx, cart, stripesecure.Input{})
	if err != nil {
		return nil, err
	}
	return map[string]func() (string, error){
		"Pay": func() (string, error) {
			res, err := w.pay(ctx, cart, cardGood)
			return res.Message.Text, err
		},
		"POST /pay":        func() (string, error) { return w.post(ctx, w.Options.Prefix+"/pay", form()).Body.String(), nil },
		"the payment page": func() (string, error) { return w.post(ctx, page.URL, form()).Body.String(), nil },
	}, nil
}

func hookBeforePay(ctx context.Context, newPlugin MakePlugin) error {
	p := &probe{}
	open := true
	w, err := newPlugin.hooked([]stripesecure.Hooks{{BeforePay: func(ctx context.Context, cart stripesecure.Cart) error {
		if open {
			return nil
		}
		return refusing(p)[0].BeforePay(ctx, cart)
	}}})
	if err != nil {
		return err
	}
	ways, err := w.waysIn(ctx, Cart("cart-1"))
	if err != nil {
		return err
	}
	open = false
	for name, pay := range ways {
		before := p.count("before_pay")
		text, err := pay()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if p.count("before_pay") == before || !strings.Contains(text, "We are closed today.") {
			return fmt.Errorf("%s: asked %d times, and the buyer reads %q", name, p.count("before_pay")-before, text)
		}
	}
	return w.wantNothingSent()
}

func hookBeforePayOnly(ctx context.Context, newPlugin MakePlugin) error {
	for _, way := range []way{byWebhook, bySweep} {
		p := &probe{}
		w, err := newPlugin.hooked([]stripesecure.Hooks{{BeforePay: func(context.Context, stripesecure.Cart) error {
			p.note("before_pay")
			return nil
		}}}, withOrders)
		if err == nil {
			err = w.atBank(ctx, Cart("cart-1"))
		}
		if err != nil {
			return err
		}
		before := p.count("before_pay")
		if err := way.goOn(ctx, w, Cart("cart-1")); err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		if before == 0 || p.count("before_pay") != before {
			return fmt.Errorf("asked %d times by Pay, and then %d times by the %s", before, p.count("before_pay")-before, way.name)
		}
	}
	return nil
}

func hookChallenge(ctx context.Context, newPlugin MakePlugin) error {
	p := &probe{}
	w, err := newPlugin.hooked([]stripesecure.Hooks{{Challenge: func(_ context.Context, _ stripesecure.Cart, answer string) error {
		p.note("challenge")
		if answer == "a person" {
			return nil
		}
		return &stripesecure.Refused{}
	}}}, func(o *stripesecure.Options) { o.Limits.Address = 1 })
	if err != nil {
		return err
	}
	cart := Cart("cart-1")
	cart.Buyer.IP = "198.51.100.7"
	if _, err := w.pay(ctx, cart, cardDeclined); err != nil {
		return err
	}
	cart.ID = "cart-2"
	res, err := w.pay(ctx, cart, cardGood)
	if err := wantDo("Pay of a robot", res, err, stripesecure.Show); err != nil {
		return err
	}
	if p.count("challenge") == 0 || res.Message.Code != wording.ChallengeRequired {
		return fmt.Errorf("asked %d times, and the buyer reads %q", p.count("challenge"), res.Message.Code)
	}
	res, err = w.plugin.Pay(ctx, cart, stripesecure.Input{Token: w.Stripe.Token(cardGood), Challenge: "a person"})
	return wantDo("Pay of a person", res, err, stripesecure.PlaceOrder)
}

func hookDescribe(ctx context.Context, newPlugin MakePlugin) error {
	tea := []stripesecure.Hooks{{Describe: func(_ context.Context, cart stripesecure.Cart, d *stripesecure.Description) error {
		d.Text = "Tea for " + string(cart.ID)
		d.Metadata = map[string]string{"campaign": "autumn"}
		return nil
	}}}
	w, err := newPlugin.hooked(tea)
	if err == nil {
		w.Configure(byHand)
		_, err = w.order(ctx)
	}
	if err != nil {
		return err
	}
	if pi := w.Stripe.Intents()[0]; !strings.Contains(pi.Description, "Tea for cart-1") || pi.Metadata["campaign"] != "autumn" {
		return fmt.Errorf("with its order Stripe shows %q with the campaign %q", pi.Description, pi.Metadata["campaign"])
	}
	for _, name := range []string{"Pay", "POST /pay", "the payment page"} {
		w, err := newPlugin.hooked(tea)
		if err != nil {
			return err
		}
		for range 2 { // the second is the next generation's create
			ways, err := w.waysIn(ctx, Cart("cart-1"))
			if err == nil {
				_, err = ways[name]()
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			all := w.Stripe.Intents()
			if len(all) == 0 {
				return fmt.Errorf("%s makes no PaymentIntent", name)
			}
			if pi := all[len(all)-1]; !strings.Contains(pi.Description, "Tea for cart-1") || pi.Metadata["campaign"] != "autumn" {
				return fmt.Errorf("%s: Stripe shows %q with the campaign %q", name, pi.Description, pi.Metadata["campaign"])
			}
			current, err := w.plugin.Current(ctx, "cart-1")
			if err == nil {
				_, err = w.plugin.OrderRefused(ctx, current.ID, stripesecure.Refusal{Reason: stripesecure.Other})
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// captureFrom: ⑬ is automatic and the host's hook says later; then the other way
// round. The order is there before the buyer is back, so that the way settles it.
func captureFrom(by way) func(ctx context.Context, newPlugin MakePlugin) error {
	return func(ctx context.Context, newPlugin MakePlugin) error {
		p := &probe{}
		w, err := newPlugin.hooked([]stripesecure.Hooks{{Capture: func(context.Context, stripesecure.Payment) (stripesecure.CaptureWhen, error) {
			p.note("capture")
			return stripesecure.CaptureLater, nil
		}}}, func(o *stripesecure.Options) { o.HostCommitsFirst = true })
		if err != nil {
			return err
		}
		cart := Cart("cart-1")
		current, err := w.plugin.Current(ctx, cart.ID)
		if err != nil {
			return err
		}
		current.Total = cart.Total
		order, err := w.host.PlaceOrder(ctx, current)
		if err == nil {
			_, err = w.plugin.OrderPlaced(ctx, current.ID, order)
		}
		if err == nil {
			err = w.atBank(ctx, cart)
		}
		if err != nil {
			return err
		}
		before := p.count("capture")
		if err := by.goOn(ctx, w, cart); err != nil {
			return fmt.Errorf("%s: %w", by.name, err)
		}
		if p.count("capture") == before {
			return fmt.Errorf("the %s has not asked", by.name)
		}
		return w.wantIntent(held)
	}
}

// statusFrom: the plugin places the order by one way, with the status that the
// hook has chosen, and the host hears the same later.
func statusFrom(by way) func(ctx context.Context, newPlugin MakePlugin) error {
	return func(ctx context.Context, newPlugin MakePlugin) error {
		w, err := newPlugin.hooked(express(), withOrders)
		cart := Cart("cart-1")
		cart.Snapshot = []byte("express")
		if err == nil {
			err = w.atBank(ctx, cart)
		}
		if err == nil {
			err = by.goOn(ctx, w, cart)
		}
		if err != nil {
			return err
		}
		asked := w.host.Asked()
		if len(asked) == 0 {
			return fmt.Errorf("the %s has not placed the order", by.name)
		}
		for _, p := range asked {
			if !strings.Contains(p.OrderStatus, "new/express") {
				return fmt.Errorf("the %s places the order with the status %q, want new/express", by.name, p.OrderStatus)
			}
		}
		return nil
	}
}

// express adds the buyer's choice, which is in the snapshot, to the status.
func express() []stripesecure.Hooks {
	return []stripesecure.Hooks{{OrderStatus: func(_ context.Context, p stripesecure.Payment) (string, error) {
		return p.OrderStatus + "/" + string(p.Snapshot), nil
	}}}
}

// hookStatusNews: a webhook makes no order (the host may need longer for it than
// Stripe waits); it brings news.
func hookStatusNews(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.hooked(express(), withOrders)
	if err != nil {
		return err
	}
	w.Configure(byHand)
	cart := Cart("cart-1")
	cart.Snapshot = []byte("express")
	res, err := w.pay(ctx, cart, cardGood)
	if err := wantDo("Pay", res, err, stripesecure.GoTo); err != nil {
		return err
	}
	if err := w.Stripe.Dashboard().Capture(res.Payment.Intent, 0); err != nil {
		return err
	}
	if err := w.deliver(ctx); err != nil {
		return err
	}
	if told := w.host.Told(res.Payment.ID); told.State != stripesecure.StateCaptured || !strings.Contains(told.OrderStatus, "new/express") {
		return fmt.Errorf("the webhook tells of %q with the status %q, want captured and new/express", told.State, told.OrderStatus)
	}
	return nil
}

// hookOrder: the host's hooks come before those of the plugin, and in their order.
func hookOrder(ctx context.Context, newPlugin MakePlugin) error {
	add := func(word string) stripesecure.Hooks {
		return stripesecure.Hooks{
			Describe: func(_ context.Context, _ stripesecure.Cart, d *stripesecure.Description) error {
				d.Text += word
				return nil
			},
			OrderStatus: func(_ context.Context, p stripesecure.Payment) (string, error) { return p.OrderStatus + word, nil },
			Offer: func(_ context.Context, _ stripesecure.Cart, o *stripesecure.Offer) error {
				o.Description += word
				return nil
			},
		}
	}
	w, err := newPlugin.hooked([]stripesecure.Hooks{add("-one"), add("-two")}, withOrders)
	if err != nil {
		return err
	}
	offer, err := w.plugin.Offer(ctx, Cart("cart-1"))
	if err != nil {
		return err
	}
	if _, err := w.pay(ctx, Cart("cart-1"), cardGood); err != nil {
		return err
	}
	if len(w.Stripe.Intents()) != 1 || len(w.host.Asked()) == 0 {
		return errors.New("nothing was bought")
	}
	for what, text := range map[string]string{
		"Offer": offer.Description, "Describe": w.Stripe.Intents()[0].Description, "OrderStatus": w.host.Asked()[0].OrderStatus,
	} {
		if !strings.Contains(text, "-one-two") {
			return fmt.Errorf("%s gives %q, want both in their order", what, text)
		}
	}
	return nil
}

var errHook = errors.New("the campaign service is down")

func hookErrors(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.hooked([]stripesecure.Hooks{{
		Name: "broken",
		Describe: func(context.Context, stripesecure.Cart, *stripesecure.Description) error {
			return errHook
		},
		OrderStatus: func(context.Context, stripesecure.Payment) (string, error) { return "", errHook },
		Capture: func(context.Context, stripesecure.Payment) (stripesecure.CaptureWhen, error) {
			return stripesecure.CaptureNow, errHook
		},
	}}, withOrders)
	if err != nil {
		return err
	}
	w.Configure(func(s *settings.Settings) { s.Capture = settings.CaptureAutomatic })
	res, err := w.pay(ctx, Cart("cart-1"), cardGood)
	if err := wantDo("Pay", res, err, stripesecure.GoTo); err != nil {
		return err
	}
	if asked := w.host.Asked(); len(asked) != 1 || !strings.HasPrefix(asked[0].OrderStatus, "new") {
		return fmt.Errorf("orders were asked for with %v", statuses(asked))
	}
	return w.wantIntent(held)
}

func statuses(all []stripesecure.Payment) (texts []string) {
	for _, p := range all {
		texts = append(texts, p.OrderStatus)
	}
	slices.Sort(texts)
	return texts
}
