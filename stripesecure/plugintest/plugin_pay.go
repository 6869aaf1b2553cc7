package plugintest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

func followsSettings(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	for _, number := range []int{7, -3} {
		w.Configure(func(s *settings.Settings) { s.SortOrder = number })
		s, err := w.plugin.Settings(ctx)
		if err != nil || s.SortOrder != number {
			return fmt.Errorf("④ is %d, %v, want %d", s.SortOrder, err, number)
		}
	}
	return nil
}

func offers(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	offer, err := w.plugin.Offer(ctx, Cart("cart-1"))
	switch {
	case err != nil:
		return fmt.Errorf("Offer: %w", err)
	case !offer.Available || offer.PublishableKey != stripetest.TestPublishableKey || offer.Name == "":
		return fmt.Errorf("available %t, key %q, name %q: %s", offer.Available, offer.PublishableKey, offer.Name, offer.Reason.Code)
	case len(w.Stripe.Calls()) > 0:
		return fmt.Errorf("asked of Stripe: %v", w.Stripe.Calls())
	}
	abroad := Cart("cart-1")
	abroad.Country = "DE"
	if offer, err = w.plugin.Offer(ctx, abroad); err != nil || offer.Available || offer.Reason.Code == "" {
		return fmt.Errorf("out of region: available %t, reason %q, %v", offer.Available, offer.Reason.Code, err)
	}
	w.Configure(func(s *settings.Settings) { s.Enabled = false })
	if offer, err = w.plugin.Offer(ctx, Cart("cart-1")); err != nil || offer.Available {
		return fmt.Errorf("switched off: available %t, %v", offer.Available, err)
	}
	return nil
}

func leadsToPage(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	res, err := w.plugin.Pay(ctx, Cart("cart-1"), stripesecure.Input{})
	if err := wantDo("Pay without a card", res, err, stripesecure.GoTo); err != nil {
		return err
	}
	if !strings.HasPrefix(res.URL, w.Options.BaseURL+"/") {
		return fmt.Errorf("Pay without a card leads to %q, want a page of the shop", res.URL)
	}
	return w.wantNothingSent()
}

func holdsTotal(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	p, err := w.hold(ctx)
	if err != nil {
		return err
	}
	if err := w.wantIntent(held); err != nil {
		return err
	}
	pi := w.Stripe.Intents()[0]
	switch {
	case pi.Amount != 2400 || pi.Currency != "jpy" || pi.AmountReceived != 0:
		return fmt.Errorf("held %d %s, taken %d, want 2400 jpy and nothing", pi.Amount, pi.Currency, pi.AmountReceived)
	case p.ID.Checkout() != "cart-1" || !p.Total.Equal(stripesecure.JPY(2400)) || p.State != stripesecure.StateHeld || p.Paid():
		return fmt.Errorf("the payment is %s of checkout %q, %v, paid %t", p.State, p.ID.Checkout(), p.Total, p.Paid())
	case string(p.Snapshot) != string(Cart("cart-1").Snapshot):
		return fmt.Errorf("the snapshot is %q", p.Snapshot)
	}
	return nil
}

func sameSubmission(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	in := stripesecure.Input{Token: w.Stripe.Token(cardGood)}
	var first stripesecure.PaymentID
	for n := range 3 {
		res, err := w.plugin.Pay(ctx, Cart("cart-1"), in)
		if err := wantDo("Pay", res, err, stripesecure.PlaceOrder); err != nil {
			return err
		}
		if n == 0 {
			first = res.Payment.ID
		}
		if res.Payment.ID != first {
			return fmt.Errorf("again it is payment %s, was %s", res.Payment.ID, first)
		}
	}
	return w.wantIntent(held)
}

func oneHold(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	err = atOnce(8, func(int) error {
		_, err := w.pay(ctx, Cart("cart-1"), cardGood)
		return err
	})
	return errors.Join(err, w.wantMoney(1))
}

func amountShown(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	res, err := w.plugin.Pay(ctx, Cart("cart-1"), stripesecure.Input{Token: w.Stripe.Token(cardGood), Shown: stripesecure.JPY(2000)})
	if err := wantDo("Pay", res, err, stripesecure.Show); err != nil {
		return err
	}
	if res.Message.Code != wording.AmountChanged {
		return fmt.Errorf("the buyer reads %q, want %q", res.Message.Code, wording.AmountChanged)
	}
	return w.wantNothingSent()
}

func declines(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	res, err := w.pay(ctx, Cart("cart-1"), cardDeclined)
	if err := wantDo("Pay with a declined card", res, err, stripesecure.Show); err != nil {
		return err
	}
	if res.Payment.State != stripesecure.StateOpen || res.Message.Text == "" || res.Page != stripesecure.CheckoutPage {
		return fmt.Errorf("after a decline: %s, %q on page %q", res.Payment.State, res.Message.Text, res.Page)
	}
	p, err := w.hold(ctx)
	if err == nil && p.ID != res.Payment.ID {
		err = fmt.Errorf("another card is payment %s, was %s", p.ID, res.Payment.ID)
	}
	return errors.Join(err, w.wantMoney(1))
}

func lostAnswer(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	w.Stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer)
	res, err := w.pay(ctx, Cart("cart-1"), cardGood)
	if err != nil || res.Do == stripesecure.Show {
		return fmt.Errorf("Pay: %q (message %q), %v, want no decline and no error", res.Do, res.Message.Code, err)
	}
	res, err = w.plugin.Resume(ctx, Cart("cart-1"))
	return errors.Join(wantDo("Resume", res, err, stripesecure.PlaceOrder), w.wantIntent(held))
}

func authenticates(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	res, err := w.pay(ctx, Cart("cart-1"), cardAuthenticate)
	if err := wantDo("Pay", res, err, stripesecure.HandleAction); err != nil {
		return err
	}
	text, err := json.Marshal(res)
	if err != nil {
		return err
	}
	for _, personal := range []string{"hanako", "Hanako", "snapshot", res.Payment.Intent + `"`} {
		if strings.Contains(string(text), personal) {
			return fmt.Errorf("the browser gets %q", personal)
		}
	}
	if res.ClientSecret.IsZero() || !strings.Contains(string(text), res.ClientSecret.Reveal()) {
		return errors.New("the browser does not get the client secret")
	}
	if res, err = w.plugin.Resume(ctx, Cart("cart-1")); err != nil || res.Do == stripesecure.PlaceOrder {
		return fmt.Errorf("Resume before the buyer has authenticated: %q, %v", res.Do, err)
	}
	if !w.Stripe.Challenge(res.Payment.Intent, stripetest.Pass) {
		return errors.New("the bank does not know the payment")
	}
	res, err = w.plugin.Resume(ctx, Cart("cart-1"))
	return errors.Join(wantDo("Resume", res, err, stripesecure.PlaceOrder), w.wantIntent(held))
}

func nothingToPay(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	free := Cart("cart-1")
	free.Total = stripesecure.JPY(0)
	res, err := w.plugin.Pay(ctx, free, stripesecure.Input{})
	if err := wantDo("Pay of nothing", res, err, stripesecure.PlaceOrder); err != nil {
		return err
	}
	order, err := w.host.PlaceOrder(ctx, res.Payment)
	if err == nil {
		res, err = w.plugin.OrderPlaced(ctx, res.Payment.ID, order)
	}
	if err != nil || !res.Payment.Paid() {
		return fmt.Errorf("OrderPlaced of nothing: %s, %v", res.Payment.State, err)
	}
	return w.wantNothingSent()
}

func notReady(ctx context.Context, newPlugin MakePlugin) error {
	w, err := newPlugin.world()
	if err != nil {
		return err
	}
	token := w.Stripe.Token(cardGood)
	w.Configure(func(s *settings.Settings) { s.Test.Secret = settings.NewSecret("") })
	if offer, err := w.plugin.Offer(ctx, Cart("cart-1")); err != nil || offer.Available {
		return fmt.Errorf("Offer without keys: available %t, %v", offer.Available, err)
	}
	_, err = w.plugin.Pay(ctx, Cart("cart-1"), stripesecure.Input{Token: token})
	return errors.Join(wantError("Pay without keys", err, stripesecure.CodeNotReady, stripesecure.ErrNotReady), w.wantNothingSent())
}
