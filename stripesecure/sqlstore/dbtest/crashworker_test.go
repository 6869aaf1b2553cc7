package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// buyersPerWorker pay at once in one process.
const buyersPerWorker = 6

// serveUntilKilled lets buyers pay, and sweeps, until somebody ends the process.
func (w *worker) serveUntilKilled(ctx context.Context) error {
	sayf("ready")
	failed := make(chan error, 1)
	var all sync.WaitGroup
	for n := range buyersPerWorker {
		all.Go(func() {
			random := rand.New(rand.NewPCG(w.Seed, uint64(w.Life*100+n)))
			for {
				if err := w.buy(ctx, random); err != nil {
					report(failed, err)
					return
				}
			}
		})
	}
	all.Go(func() {
		again := time.NewTicker(20 * time.Millisecond)
		for {
			for _, shop := range w.shops {
				if err := shop.runner.Sweep(ctx); err != nil {
					report(failed, fmt.Errorf("sweep: %w", errors.Join(err, causeOf(err))))
					return
				}
			}
			<-again.C
		}
	})
	return <-failed
}

func report(failed chan<- error, err error) {
	select {
	case failed <- err:
	default:
	}
}

// causeOf is what the texts of our errors leave out.
func causeOf(err error) error {
	var own *stripesecure.Error
	if !errors.As(err, &own) {
		return nil
	}
	return errors.Join(own.Unwrap()...)
}

// cart picks one of the carts of this life or of the last ones: some are new,
// some were left in the middle by a process that was killed, and some are open
// in another tab.
func (w *worker) cart(random *rand.Rand) (*engine, stripesecure.Cart) {
	n := max(0, w.Life*4+random.IntN(16)-12)
	member := ""
	if n/4%2 == 1 {
		member = fmt.Sprint("m", n%17)
	}
	total := int64(1000 + n)
	if random.IntN(20) == 0 {
		total++ // the buyer has put something more into the cart
	}
	return w.shops[n%4], cartOf(stripesecure.CheckoutID(fmt.Sprint("c", n)), total, member)
}

// buy is one buyer from the payment page to the order, or to where it is given
// up.
func (w *worker) buy(ctx context.Context, random *rand.Rand) error {
	shop, cart := w.cart(random)
	var res stripesecure.Result
	var err error
	if random.IntN(8) == 0 {
		res, err = shop.plugin.Resume(ctx, cart)
	} else {
		res, err = w.pay(ctx, shop, cart, random)
	}
	for range 6 {
		if err != nil {
			return fmt.Errorf("%s %s: %w", shop.Shop, cart.ID, errors.Join(err, causeOf(err)))
		}
		switch res.Do {
		case stripesecure.HandleAction:
			if what := []string{"pass", "pass", "pass", "fail", ""}[random.IntN(5)]; what != "" {
				if err := w.authenticate(ctx, res.Payment.Intent, what); err != nil {
					return err
				}
			}
			res, err = shop.plugin.Resume(ctx, cart)
		case stripesecure.PlaceOrder:
			res, err = shop.place(ctx, res.Payment)
		case stripesecure.GoTo:
			ref := res.URL[strings.LastIndexByte(res.URL, '/')+1:]
			sayf("thanks %s %s %s", shop.Shop, cart.ID, ref)
			return w.clerk(ctx, shop, res.Payment, random)
		case stripesecure.Show:
			if random.IntN(2) == 0 {
				return nil // leaves
			}
			res, err = w.pay(ctx, shop, cart, random)
		default: // wait
			return nil
		}
	}
	return nil
}

func (w *worker) pay(
	ctx context.Context, shop *engine, cart stripesecure.Cart, random *rand.Rand,
) (stripesecure.Result, error) {
	card := []string{visa, visa, threeDS, threeDS, declined}[random.IntN(5)]
	token, err := w.token(ctx, card)
	if err != nil {
		return stripesecure.Result{}, err
	}
	return shop.plugin.Pay(ctx, cart, stripesecure.Input{Token: token})
}

// sweepTogether is one sweep of several servers that have just been started. Each
// plugin spares Stripe's rate limit in real time, which would be most of the test.
func (w *worker) sweepTogether(ctx context.Context) error {
	var errs [8]error
	var all sync.WaitGroup
	for i := range errs {
		shops, err := w.engines()
		if err != nil {
			return err
		}
		all.Go(func() {
			for _, shop := range shops {
				if err := shop.runner.Sweep(ctx); err != nil {
					errs[i] = fmt.Errorf("sweep: %w", errors.Join(err, causeOf(err)))
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs[:]...)
}

// finish lets three hours pass with the recovery loop, and nobody in the shop.
func (w *worker) finish(ctx context.Context) error {
	var steps []time.Duration
	for d, times := range map[time.Duration]int{30 * time.Second: 20, 2 * time.Minute: 30, 10 * time.Minute: 13} {
		for range times {
			steps = append(steps, d)
		}
	}
	for _, d := range steps {
		if err := w.sweepTogether(ctx); err != nil {
			return err
		}
		if err := w.advance(ctx, d); err != nil {
			return err
		}
	}
	sayf("finished")
	return nil
}
