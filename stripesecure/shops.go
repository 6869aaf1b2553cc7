package stripesecure

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

// ShopSource is where a process with many shops keeps them.
type ShopSource interface {
	// Shops lists the shops that are open, each with a version: any text that is
	// another one when its Options are. What Options.Settings and Options.Wording
	// give needs no new version; these are asked when they are used.
	Shops(ctx context.Context) (versions map[string]string, err error)

	// Options are those of one shop. ShopID is the id that was asked for, and
	// Store the one that all of them share. The error for a shop that does not
	// exist is ErrNotFound.
	Options(ctx context.Context, shop string) (Options, error)
}

// Shops are the plugins of many shops in one process and one store. A plugin is
// made when it is first needed, kept, and made anew when its shop's version has
// changed. Nothing is shared between two shops but the store, where every row
// carries its shop's id, and the connections to Stripe.
//
//	shops := stripesecure.NewShops(store, source, logger)
//	mux.Handle("/stripesecure/", shops.Handler(func(r *http.Request) string { return r.Host }))
//	go shops.Run(ctx)
type Shops struct {
	store     Store
	source    ShopSource
	transport http.RoundTripper
	log       *slog.Logger

	mu       sync.Mutex
	open     map[string]*openShop
	versions map[string]string // as they were last listed
	epoch    int               // counts what was dropped, so that nothing older comes back
}

// openShop is a shop whose plugin was made.
type openShop struct {
	plugin  *Plugin
	handler http.Handler
	version string // as it was listed before its options were read
}

// shopsAtOnce is how many shops are swept at a time: one whose database of orders
// hangs holds up no other.
const shopsAtOnce = 16

// NewShops makes no plugin yet and asks for none. logger hears of shops whose
// options cannot be had; nil: nobody does.
func NewShops(store Store, source ShopSource, logger *slog.Logger) *Shops {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Shops{
		store: store, source: source, transport: stripeapi.NewTransport(), log: logger, open: map[string]*openShop{},
	}
}

// Plugin returns the plugin of a shop. Errors: not_found, invalid (its options),
// and internal for an error of the source's.
func (s *Shops) Plugin(ctx context.Context, shop string) (*Plugin, error) {
	o, err := s.shop(ctx, shop)
	if err != nil {
		return nil, err
	}
	return o.plugin, nil
}

func (s *Shops) shop(ctx context.Context, id string) (*openShop, error) {
	for {
		s.mu.Lock()
		known, epoch, version := s.open[id], s.epoch, s.versions[id]
		s.mu.Unlock()
		if known != nil {
			return known, nil
		}
		made, err := s.make(ctx, id)
		if err != nil {
			return nil, err
		}
		made.version = version
		s.mu.Lock()
		if s.epoch == epoch {
			if known = s.open[id]; known == nil { // otherwise another request was faster
				s.open[id] = made
				known = made
			}
			s.mu.Unlock()
			return known, nil
		}
		s.mu.Unlock() // something was dropped meanwhile: these options may be old
		if err := ctx.Err(); err != nil {
			return nil, fail("Shops", CodeCanceled, err)
		}
	}
}

func (s *Shops) make(ctx context.Context, id string) (*openShop, error) {
	const op = "Shops"
	options, err := s.source.Options(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, fail(op, CodeNotFound, nil)
	case err != nil:
		return nil, fail(op, CodeInternal, err)
	case options.ShopID != id:
		return nil, invalid(op, []Fault{{"options.shop_id", "other_shop"}})
	case options.Store != s.store:
		return nil, invalid(op, []Fault{{"options.store", "other_store"}})
	}
	if options.Transport == nil {
		options.Transport = s.transport
	}
	plugin, err := New(options)
	if err != nil {
		return nil, err
	}
	return &openShop{plugin: plugin, handler: plugin.Handler()}, nil
}

// Forget makes the next call for a shop ask for its options again: call it where
// they were saved. Other servers learn it from the version, within half a minute.
func (s *Shops) Forget(shop string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, shop)
	s.epoch++
}

// Handler serves what browsers and Stripe need of all shops; which tells the shop
// that a request is for, "" for none. A shop that does not exist is 404, one whose
// options cannot be had 503.
func (s *Shops) Handler(which func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, err := s.shop(r.Context(), which(r))
		switch {
		case errors.Is(err, ErrNotFound):
			http.NotFound(w, r)
		case err != nil:
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		default:
			o.handler.ServeHTTP(w, r)
		}
	})
}

// Run sweeps all shops every 30 seconds until ctx ends, and returns its error. Run
// it on every server instead of a [Runner].
func (s *Shops) Run(ctx context.Context) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		_ = s.Sweep(ctx) // each failure is logged where it happens
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// Sweep drops the plugins of shops that were closed or whose version has changed,
// and works once on what is due in all open shops, several at a time. One that
// fails holds up no other; the errors come back joined.
func (s *Shops) Sweep(ctx context.Context) error {
	versions, err := s.source.Shops(ctx)
	if err != nil {
		s.log.ErrorContext(ctx, "shops", "error", string(CodeInternal))
		return fail("Sweep", CodeInternal, err)
	}
	s.listed(versions)
	var mu sync.Mutex
	var failed error
	places := make(chan struct{}, shopsAtOnce)
	var all sync.WaitGroup
	for id := range versions {
		if ctx.Err() != nil {
			break
		}
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			plugin, err := s.Plugin(ctx, id)
			if err == nil {
				err = NewRunner(s.store, plugin).Sweep(ctx)
			} else {
				s.log.ErrorContext(ctx, "shop", "shop", id, "error", string(CodeOf(err)))
			}
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, fmt.Errorf("shop %s: %w", id, err))
			}
		})
	}
	all.Wait()
	return errors.Join(failed, ctx.Err())
}

// listed drops what is out of date. A shop that was opened before it was ever
// listed is made once more: nobody knows how old its options are.
func (s *Shops) listed(versions map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, o := range s.open {
		if version, ok := versions[id]; !ok || version != o.version {
			delete(s.open, id)
			s.epoch++
		}
	}
	s.versions = versions
}
