package plugintest

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// brokenPlugin wraps the shipped one, as an author does who changes too much.
type brokenPlugin struct {
	*stripesecure.Plugin

	options  func(*stripesecure.Options)
	settings func() (settings.Settings, error)
	offer    func(ctx context.Context, cart stripesecure.Cart) (stripesecure.Offer, error)
	pay      func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error)
	resume   func(ctx context.Context, cart stripesecure.Cart) (stripesecure.Result, error)
	placed   func(ctx context.Context, id stripesecure.PaymentID, o stripesecure.Order) (stripesecure.Result, error)
	refused  func(ctx context.Context, id stripesecure.PaymentID, r stripesecure.Refusal) (stripesecure.Result, error)
	payment  func(ctx context.Context, id stripesecure.PaymentID) (stripesecure.Payment, error)
	current  func(ctx context.Context, id stripesecure.CheckoutID) (stripesecure.Payment, error)
	capture  func(ctx context.Context, id stripesecure.PaymentID, m stripesecure.Money) (stripesecure.Payment, error)
	refund   func(ctx context.Context, id stripesecure.PaymentID, r stripesecure.Refund) (stripesecure.Payment, error)
	handler  func() http.Handler
	sweep    func(ctx context.Context) error
}

func (b *brokenPlugin) Settings(ctx context.Context) (settings.Settings, error) {
	if b.settings != nil {
		return b.settings()
	}
	return b.Plugin.Settings(ctx)
}

func (b *brokenPlugin) Offer(ctx context.Context, cart stripesecure.Cart) (stripesecure.Offer, error) {
	if b.offer != nil {
		return b.offer(ctx, cart)
	}
	return b.Plugin.Offer(ctx, cart)
}

func (b *brokenPlugin) Pay(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
	if b.pay != nil {
		return b.pay(ctx, cart, in)
	}
	return b.Plugin.Pay(ctx, cart, in)
}

func (b *brokenPlugin) Resume(ctx context.Context, cart stripesecure.Cart) (stripesecure.Result, error) {
	if b.resume != nil {
		return b.resume(ctx, cart)
	}
	return b.Plugin.Resume(ctx, cart)
}

func (b *brokenPlugin) OrderPlaced(ctx context.Context, id stripesecure.PaymentID, o stripesecure.Order) (stripesecure.Result, error) {
	if b.placed != nil {
		return b.placed(ctx, id, o)
	}
	return b.Plugin.OrderPlaced(ctx, id, o)
}

func (b *brokenPlugin) OrderRefused(ctx context.Context, id stripesecure.PaymentID, r stripesecure.Refusal) (stripesecure.Result, error) {
	if b.refused != nil {
		return b.refused(ctx, id, r)
	}
	return b.Plugin.OrderRefused(ctx, id, r)
}

func (b *brokenPlugin) Payment(ctx context.Context, id stripesecure.PaymentID) (stripesecure.Payment, error) {
	if b.payment != nil {
		return b.payment(ctx, id)
	}
	return b.Plugin.Payment(ctx, id)
}

func (b *brokenPlugin) Current(ctx context.Context, id stripesecure.CheckoutID) (stripesecure.Payment, error) {
	if b.current != nil {
		return b.current(ctx, id)
	}
	return b.Plugin.Current(ctx, id)
}

func (b *brokenPlugin) Capture(ctx context.Context, id stripesecure.PaymentID, m stripesecure.Money) (stripesecure.Payment, error) {
	if b.capture != nil {
		return b.capture(ctx, id, m)
	}
	return b.Plugin.Capture(ctx, id, m)
}

func (b *brokenPlugin) Refund(ctx context.Context, id stripesecure.PaymentID, r stripesecure.Refund) (stripesecure.Payment, error) {
	if b.refund != nil {
		return b.refund(ctx, id, r)
	}
	return b.Plugin.Refund(ctx, id, r)
}

func (b *brokenPlugin) Handler() http.Handler {
	if b.handler != nil {
		return b.handler()
	}
	return b.Plugin.Handler()
}

// Sweep is that of the runner.
func (b *brokenPlugin) Sweep(ctx context.Context) error { return b.sweep(ctx) }

func (b *brokenPlugin) make(o stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error) {
	if b.options != nil {
		b.options(&o)
	}
	var err error
	if b.Plugin, err = stripesecure.New(o); err != nil {
		return nil, nil, err
	}
	if b.sweep == nil {
		b.sweep = stripesecure.NewRunner(o.Store, b.Plugin).Sweep
	}
	return b, b, nil
}

// pluginMutants break each rule once.
var pluginMutants = map[string]func(*brokenPlugin){
	"PLUGIN-01": func(b *brokenPlugin) { // reads them once
		first := Settings()
		b.settings = func() (settings.Settings, error) { return first, nil }
	},
	"PLUGIN-02": func(b *brokenPlugin) { // offered everywhere
		b.offer = func(ctx context.Context, cart stripesecure.Cart) (stripesecure.Offer, error) {
			cart.Country = "JP"
			return b.Plugin.Offer(ctx, cart)
		}
	},
	"PLUGIN-03": func(b *brokenPlugin) { // wants a card
		b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
			if in.Token == "" && in.SavedCard == "" {
				return b.Plugin.Resume(ctx, cart)
			}
			return b.Plugin.Pay(ctx, cart, in)
		}
	},
	"PLUGIN-04": func(b *brokenPlugin) { // adds a fee
		b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
			cart.Total = plus(cart.Total, 100)
			return b.Plugin.Pay(ctx, cart, in)
		}
	},
	"PLUGIN-05": freshCarts,
	"PLUGIN-06": freshCarts,
	"PLUGIN-07": func(b *brokenPlugin) { // takes it for news
		var times atomic.Int64
		b.placed = func(ctx context.Context, id stripesecure.PaymentID, o stripesecure.Order) (stripesecure.Result, error) {
			if times.Add(1) > 1 {
				return stripesecure.Result{}, &stripesecure.Error{Op: "OrderPlaced", Code: stripesecure.CodeOrderConflict}
			}
			return b.Plugin.OrderPlaced(ctx, id, o)
		}
	},
	"PLUGIN-08": func(b *brokenPlugin) { // the first one counts, silently
		b.placed = func(ctx context.Context, id stripesecure.PaymentID, o stripesecure.Order) (stripesecure.Result, error) {
			if p, err := b.Payment(ctx, id); err == nil && p.Order != nil {
				o = *p.Order
			}
			return b.Plugin.OrderPlaced(ctx, id, o)
		}
	},
	"PLUGIN-09": func(b *brokenPlugin) { // believes that the hold ends by itself
		b.refused = func(ctx context.Context, id stripesecure.PaymentID, _ stripesecure.Refusal) (stripesecure.Result, error) {
			p, err := b.Payment(ctx, id)
			return stripesecure.Result{Payment: p, Do: stripesecure.Show}, err
		}
	},
	"PLUGIN-10": func(b *brokenPlugin) { // forgets which order
		b.refused = func(ctx context.Context, id stripesecure.PaymentID, r stripesecure.Refusal) (stripesecure.Result, error) {
			r.Ref = ""
			return b.Plugin.OrderRefused(ctx, id, r)
		}
	},
	"PLUGIN-11": func(b *brokenPlugin) { // does not read the form
		b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
			in.Shown = stripesecure.Money{}
			return b.Plugin.Pay(ctx, cart, in)
		}
	},
	"PLUGIN-12": func(b *brokenPlugin) { // a decline is an error
		b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
			res, err := b.Plugin.Pay(ctx, cart, in)
			if err == nil && res.Do == stripesecure.Show {
				err = &stripesecure.Error{Op: "Pay", Code: stripesecure.CodeStripe}
			}
			return res, err
		}
	},
	"PLUGIN-13": func(b *brokenPlugin) { // looks at Stripe, to be sure
		b.current = func(ctx context.Context, id stripesecure.CheckoutID) (stripesecure.Payment, error) {
			_ = b.TestConnection(ctx, Settings())
			return b.Plugin.Current(ctx, id)
		}
	},
	"PLUGIN-14": func(b *brokenPlugin) { // knows every payment
		b.payment = func(ctx context.Context, id stripesecure.PaymentID) (stripesecure.Payment, error) {
			p, err := b.Plugin.Payment(ctx, id)
			if stripesecure.CodeOf(err) == stripesecure.CodeNotFound {
				return stripesecure.Payment{ID: id}, nil
			}
			return p, err
		}
	},
	"PLUGIN-15": func(b *brokenPlugin) { // asks once, and calls it a failure
		b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
			res, err := b.Plugin.Pay(ctx, cart, in)
			if err == nil {
				res.Do = stripesecure.Show
			}
			return res, err
		}
	},
	"PLUGIN-16": func(b *brokenPlugin) { // believes the browser
		b.resume = func(ctx context.Context, cart stripesecure.Cart) (stripesecure.Result, error) {
			res, err := b.Plugin.Resume(ctx, cart)
			res.Do = stripesecure.PlaceOrder
			return res, err
		}
	},
	"PLUGIN-17": func(b *brokenPlugin) { // everything is everything
		b.capture = func(ctx context.Context, id stripesecure.PaymentID, _ stripesecure.Money) (stripesecure.Payment, error) {
			return b.Plugin.Capture(ctx, id, stripesecure.Money{})
		}
	},
	"PLUGIN-18": func(b *brokenPlugin) { // an id of its own for each click
		b.refund = func(ctx context.Context, id stripesecure.PaymentID, r stripesecure.Refund) (stripesecure.Payment, error) {
			r.ID = rand.Text()
			return b.Plugin.Refund(ctx, id, r)
		}
	},
	"PLUGIN-19": func(b *brokenPlugin) { // acknowledges everything
		b.handler = func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
		}
	},
	"PLUGIN-20": func(b *brokenPlugin) { // must not be disturbed
		b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
			return b.Plugin.Pay(context.WithoutCancel(ctx), cart, in)
		}
	},
	"PLUGIN-21": func(b *brokenPlugin) { // a store of its own, for speed
		b.options = func(o *stripesecure.Options) { o.Store = stripesecure.NewMemory() }
	},
	"PLUGIN-22": func(b *brokenPlugin) {
		b.sweep = func(context.Context) error { return nil }
	},
	"PLUGIN-23": func(b *brokenPlugin) { // a card is always wanted
		b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
			if cart.Total.IsZero() {
				return stripesecure.Result{}, &stripesecure.Error{Op: "Pay", Code: stripesecure.CodeInvalid}
			}
			return b.Plugin.Pay(ctx, cart, in)
		}
	},
	"PLUGIN-24": func(b *brokenPlugin) { // keys of its own
		b.options = func(o *stripesecure.Options) {
			s := Settings()
			s.AccountID = stripetest.AccountID
			o.Settings = settings.Fixed(s)
		}
	},
}

// freshCarts makes every submission a checkout of its own.
func freshCarts(b *brokenPlugin) {
	var mu sync.Mutex
	b.pay = func(ctx context.Context, cart stripesecure.Cart, in stripesecure.Input) (stripesecure.Result, error) {
		mu.Lock()
		cart.ID = stripesecure.CheckoutID(rand.Text())
		mu.Unlock()
		return b.Plugin.Pay(ctx, cart, in)
	}
}

// TestPluginMutants: a rule that every plugin passes proves nothing.
func TestPluginMutants(t *testing.T) {
	t.Parallel()
	caught(t, PluginRules(), pluginMutants, func(_ *testing.T, mutate func(*brokenPlugin)) MakePlugin {
		return func(o stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error) {
			b := &brokenPlugin{}
			mutate(b)
			return b.make(o)
		}
	})
}
