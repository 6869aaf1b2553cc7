package stripesecure

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// stripePort is what the plugin asks of Stripe. [stripeapi.Client] is the real
// one.
type stripePort interface {
	Send(ctx context.Context, call checkout.Call) checkout.Answer
	Read(ctx context.Context, intent string) (checkout.Intent, error)
	FindAttempt(ctx context.Context, customer, attempt string) (*checkout.Intent, error)
	IntentOf(ctx context.Context, charge string) (string, error)
	Matters(ctx context.Context, intent string) (checkout.MattersSeen, error)
	SubmitEvidence(ctx context.Context, dispute, key, body string) (checkout.Dispute, error)
	Page(ctx context.Context, from, to time.Time, after string) (page []stripeapi.Listed, more bool, err error)
	cardPort
	Account(ctx context.Context) (string, error)
	eventPort
}

// cardPort are the calls about saved cards.
type cardPort interface {
	SavedCards(ctx context.Context, customer string) ([]stripeapi.SavedCard, error)
	Detach(ctx context.Context, card, key string) error
	PreferCard(ctx context.Context, card string, at time.Time, key string) error
	CustomerCheckout(ctx context.Context, customer string) (shop, checkout string, err error)
}

// eventPort are the calls about webhooks.
type eventPort interface {
	Events(ctx context.Context, kinds []string, from, to time.Time, after string) (page []stripeapi.Event, more bool, err error)
	Endpoints(ctx context.Context) ([]stripeapi.Endpoint, error)
	PostEndpoint(ctx context.Context, id string, body stripeapi.Body, key string) (stripeapi.Endpoint, error)
}

// Whose call it is: background calls leave the rate limit to buyers.
const (
	forBuyers    = false
	inBackground = true
)

// seams are where the plugin meets the network, time and the bytes of a row,
// beside its options.
// The simulation has its own, so that one seed decides everything that happens.
type seams struct {
	// stripe speaks with one key, for one account ("" for the key's own).
	stripe func(key, account string, background bool) stripePort
	// sleep lets time pass; false: ctx ended before.
	sleep func(ctx context.Context, d time.Duration) bool
	// left is how long ctx still runs; no deadline is for ever.
	left func(ctx context.Context) time.Duration
	// encode and decode make a row's body, and read it.
	encode func(*checkout.Row) ([]byte, error)
	decode func([]byte, *checkout.Row) error
	// each calls do with 0 to n-1, several at once, and waits for all.
	each func(n int, do func(int))
}

func realSeams(backend *stripeapi.Backend) seams {
	return seams{
		stripe: func(key, account string, background bool) stripePort {
			client := backend.Client(key, account)
			if background {
				return client.Background()
			}
			return client
		},
		sleep: sleep, left: left, each: each,
		encode: func(r *checkout.Row) ([]byte, error) { return json.Marshal(r) },
		decode: func(body []byte, r *checkout.Row) error { return json.Unmarshal(body, r) },
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func left(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return time.Hour
	}
	return time.Until(deadline)
}

func each(n int, do func(int)) {
	var workers sync.WaitGroup
	places := make(chan struct{}, sweepWorkers)
	for i := range n {
		places <- struct{}{}
		workers.Go(func() {
			defer func() { <-places }()
			do(i)
		})
	}
	workers.Wait()
}
