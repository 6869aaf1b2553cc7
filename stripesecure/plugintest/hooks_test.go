package plugintest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

func TestShippedHooks(t *testing.T) {
	t.Parallel()
	TestHooks(t, guarded(t))
}

// deaf is a plugin whose ways do not all have the host's hooks.
type deaf struct {
	calls, handler, sweeper func(*stripesecure.Hooks) // what is lost on each way
	also                    func(ctx context.Context, hooks []stripesecure.Hooks)
	reverse                 bool
}

// deafPlugin serves its ways by plugins of their own.
type deafPlugin struct {
	*stripesecure.Plugin

	handler http.Handler
}

func (p deafPlugin) Handler() http.Handler { return p.handler }

type sweeperFunc func(ctx context.Context) error

func (f sweeperFunc) Sweep(ctx context.Context) error { return f(ctx) }

func (d *deaf) make(o stripesecure.Options) (stripesecure.PaymentPlugin, Sweeper, error) {
	without := func(lose func(*stripesecure.Hooks)) (*stripesecure.Plugin, error) {
		o := o
		o.Hooks = append([]stripesecure.Hooks{}, o.Hooks...)
		for i := range o.Hooks {
			if lose != nil {
				lose(&o.Hooks[i])
			}
		}
		if d.reverse {
			for i, j := 0, len(o.Hooks)-1; i < j; i, j = i+1, j-1 {
				o.Hooks[i], o.Hooks[j] = o.Hooks[j], o.Hooks[i]
			}
		}
		return stripesecure.New(o)
	}
	calls, err := without(d.calls)
	if err != nil {
		return nil, nil, err
	}
	handler, err := without(d.handler)
	if err != nil {
		return nil, nil, err
	}
	sweeper, err := without(d.sweeper)
	if err != nil {
		return nil, nil, err
	}
	runner := stripesecure.NewRunner(o.Store, sweeper)
	return deafPlugin{calls, handler.Handler()}, sweeperFunc(func(ctx context.Context) error {
		if d.also != nil {
			d.also(ctx, o.Hooks)
		}
		return runner.Sweep(ctx)
	}), nil
}

// hookMutants break each rule once.
var hookMutants = map[string]func(*deaf){
	"HOOK-01": func(d *deaf) { d.calls = func(h *stripesecure.Hooks) { h.Offer = nil } },
	"HOOK-02": func(d *deaf) { d.handler = func(h *stripesecure.Hooks) { h.BeforePay = nil } },
	"HOOK-03": func(d *deaf) { // asks again, to be sure
		d.also = func(ctx context.Context, hooks []stripesecure.Hooks) {
			for _, h := range hooks {
				if h.BeforePay != nil {
					_ = h.BeforePay(ctx, Cart("cart-1"))
				}
			}
		}
	},
	"HOOK-04": func(d *deaf) { d.calls = func(h *stripesecure.Hooks) { h.Challenge = nil } },
	"HOOK-05": func(d *deaf) { d.handler = func(h *stripesecure.Hooks) { h.Describe = nil } },
	"HOOK-06": func(d *deaf) { d.calls = func(h *stripesecure.Hooks) { h.Capture = nil } },
	"HOOK-07": func(d *deaf) { d.handler = func(h *stripesecure.Hooks) { h.Capture = nil } },
	"HOOK-08": func(d *deaf) { d.sweeper = func(h *stripesecure.Hooks) { h.Capture = nil } },
	"HOOK-09": func(d *deaf) { d.calls = func(h *stripesecure.Hooks) { h.OrderStatus = nil } },
	"HOOK-10": func(d *deaf) { d.handler = func(h *stripesecure.Hooks) { h.OrderStatus = nil } },
	"HOOK-11": func(d *deaf) { d.sweeper = func(h *stripesecure.Hooks) { h.OrderStatus = nil } },
	"HOOK-12": func(d *deaf) { d.handler = func(h *stripesecure.Hooks) { h.Stray = nil } },
	"HOOK-13": func(d *deaf) { d.sweeper = func(h *stripesecure.Hooks) { h.Stray = nil } },
	"HOOK-14": func(d *deaf) { d.reverse = true },
	"HOOK-15": func(d *deaf) { // an error is a yes
		d.calls = func(h *stripesecure.Hooks) {
			if capture := h.Capture; capture != nil {
				h.Capture = func(ctx context.Context, p stripesecure.Payment) (stripesecure.CaptureWhen, error) {
					when, err := capture(ctx, p)
					if err != nil {
						return stripesecure.CaptureNow, nil
					}
					return when, nil
				}
			}
		}
	},
}

// TestHookMutants: a rule that every plugin passes proves nothing.
func TestHookMutants(t *testing.T) {
	t.Parallel()
	caught(t, HookRules(), hookMutants, func(_ *testing.T, mutate func(*deaf)) MakePlugin {
		d := &deaf{}
		mutate(d)
		return d.make
	})
}

// HOOK-12 is three ways: each of them is missed.
func TestHookMutants_everyWayOfAStray(t *testing.T) {
	t.Parallel()
	lost := func(h *stripesecure.Hooks) { h.Stray = nil }
	for way, d := range map[string]*deaf{"browser": {calls: lost}, "webhook": {handler: lost}, "sweep": {sweeper: lost}} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			err := hookStray(t.Context(), d.make)
			if err == nil || !strings.Contains(err.Error(), way+": told of 0 strays") {
				t.Errorf("%v", err)
			}
		})
	}
}
