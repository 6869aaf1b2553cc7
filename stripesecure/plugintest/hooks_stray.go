package plugintest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// slowNetwork keeps creates on their way until they are let go.
type slowNetwork struct {
	next http.RoundTripper

	mu   sync.Mutex
	keep bool
	kept []*http.Request
}

var errTimeout = errors.New("no answer")

// RoundTrip implements [http.RoundTripper].
func (n *slowNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.keep || r.Method != http.MethodPost || r.URL.Path != "/v1/payment_intents" {
		return n.next.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	late := r.Clone(context.WithoutCancel(r.Context()))
	late.Body = io.NopCloser(bytes.NewReader(body))
	n.kept = append(n.kept, late)
	return nil, errTimeout
}

// arrive lets the creates reach Stripe.
func (n *slowNetwork) arrive() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.keep = false
	for _, r := range n.kept {
		answer, err := n.next.RoundTrip(r)
		if err != nil {
			return err
		}
		if err := answer.Body.Close(); err != nil {
			return err
		}
	}
	n.kept = nil
	return nil
}

// strays are what the hook was told.
type strays struct {
	mu   sync.Mutex
	told []stripesecure.Stray
}

func (s *strays) hooks() []stripesecure.Hooks {
	return []stripesecure.Hooks{{Stray: func(_ context.Context, stray stripesecure.Stray) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.told = append(s.told, stray)
		return errHook // it is only logged
	}}}
}

// want holds that the hook was told of the only PaymentIntent, and how.
func (s *strays) want(w *world, closed bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := w.Stripe.Intents()
	if len(all) != 1 || len(s.told) == 0 {
		return fmt.Errorf("told of %d strays, and Stripe has %d payments", len(s.told), len(all))
	}
	for _, stray := range s.told {
		if stray.Intent != all[0].ID || stray.Closed != closed || !stray.Amount.Equal(stripesecure.JPY(2400)) || stray.Checkout != "cart-1" {
			return fmt.Errorf("told of %+v, want %s of cart-1, closed: %t", stray, all[0].ID, closed)
		}
	}
	return nil
}

// hookStray takes the three ways at once, because the buyer of each waits for
// some seconds of real time.
func hookStray(ctx context.Context, newPlugin MakePlugin) error {
	ways := []way{
		{"browser", func(ctx context.Context, w *world, cart stripesecure.Cart) error {
			w.Advance(3 * time.Minute)
			_, err := w.plugin.Resume(ctx, cart)
			return err
		}},
		byWebhook, {"sweep", func(ctx context.Context, w *world, _ stripesecure.Cart) error {
			return w.sweep(ctx, w.sweeper, 15*time.Minute)
		}},
	}
	return atOnce(len(ways), func(i int) error {
		if err := strayBy(ctx, newPlugin, ways[i]); err != nil {
			return fmt.Errorf("%s: %w", ways[i].name, err)
		}
		return nil
	})
}

func strayBy(ctx context.Context, newPlugin MakePlugin, by way) error {
	told, network := &strays{}, &slowNetwork{keep: true}
	w, err := newPlugin.hooked(told.hooks(), func(o *stripesecure.Options) {
		network.next = o.Transport
		o.Transport = network
	})
	if err != nil {
		return err
	}
	res, err := w.pay(ctx, Cart("cart-1"), cardGood)
	if err := wantDo("Pay without an answer", res, err, stripesecure.Wait); err != nil {
		return err
	}
	w.Advance(4 * time.Minute)
	if res, err = w.plugin.Resume(ctx, Cart("cart-1")); err != nil || res.Do != stripesecure.Show {
		return fmt.Errorf("Resume, when Stripe knows nothing: %q, %v, want show", res.Do, err)
	}
	if err := network.arrive(); err != nil {
		return err
	}
	if err := by.goOn(ctx, w, Cart("cart-1")); err != nil {
		return err
	}
	if err := told.want(w, true); err != nil {
		return err
	}
	return w.wantIntent(canceled)
}

func hookUnknown(ctx context.Context, newPlugin MakePlugin) error {
	told := &strays{}
	w, err := newPlugin.hooked(told.hooks())
	if err == nil {
		_, err = w.hold(ctx)
	}
	if err != nil {
		return err
	}
	row, err := w.Options.Store.Get(ctx, w.Options.ShopID, "cart-1")
	if err == nil {
		err = w.Options.Store.Delete(ctx, row.Shop, row.Checkout, row.Version) // a backup from before is restored
	}
	if err == nil {
		err = w.sweep(ctx, w.sweeper, 2*time.Hour)
	}
	return errors.Join(err, told.want(w, false), w.wantIntent(held))
}
