package dbtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// serveTabs opens tabs of one cart when it is told to, "shop cart tabs", all of
// which pay at the same moment, and says when they are done.
func (w *worker) serveTabs(ctx context.Context, lines *bufio.Scanner) error {
	sayf("ready")
	for lines.Scan() {
		var name, cart string
		var tabs int
		if _, err := fmt.Sscan(lines.Text(), &name, &cart, &tabs); err != nil {
			return err
		}
		var shop *engine
		for _, e := range w.shops {
			if e.Shop == name {
				shop = e
			}
		}
		errs := make([]error, tabs)
		var all sync.WaitGroup
		for n := range tabs {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				errs[n] = w.tab(ctx, shop, cartOf(stripesecure.CheckoutID(cart), 1200, ""))
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		sayf("done %s %s", name, cart)
	}
	return lines.Err()
}

// tab pays with a card of its own, passes 3-D Secure where it is asked for, and
// goes where it is sent, until there is an order or nothing more to do.
func (w *worker) tab(ctx context.Context, shop *engine, cart stripesecure.Cart) error {
	token, err := w.token(ctx, threeDS)
	if err != nil {
		return err
	}
	res, err := shop.plugin.Pay(ctx, cart, stripesecure.Input{Token: token})
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for ; err == nil && ctx.Err() == nil; <-again.C {
		if res.Tab != "" {
			cart.Tab = res.Tab
		}
		switch res.Do {
		case stripesecure.HandleAction:
			if err := w.authenticate(ctx, res.Payment.Intent, "pass"); err != nil {
				return err
			}
			res, err = shop.plugin.Resume(ctx, cart)
		case stripesecure.PlaceOrder:
			res, err = shop.place(ctx, res.Payment)
			if errors.Is(err, stripesecure.ErrRefused) { // another tab's host has refused
				res, err = shop.plugin.Resume(ctx, cart)
			}
		case stripesecure.GoTo:
			sayf("thanks %s %s %s", shop.Shop, cart.ID, res.URL[strings.LastIndexByte(res.URL, '/')+1:])
			return nil
		case stripesecure.Wait:
			res, err = shop.plugin.Resume(ctx, cart)
		default: // the message of a tab that has lost, or of a refusal
			return nil
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	return fmt.Errorf("%s %s: %w", shop.Shop, cart.ID, errors.Join(err, causeOf(err)))
}
