package main

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

// The environment that -stripe reads. The address is for tests.
const (
	envKey     = "STRIPE_SECRET_KEY"
	envAddress = "STRIPE_API_URL"
)

// margin is how far the list reaches beyond -since and -until: an order of the
// first day may have been paid the day before.
const margin = 7 * 24 * time.Hour

// fromStripe is what -stripe reads.
type fromStripe struct {
	on   bool
	key  stripesecure.StripeKey
	list stripesecure.IntentList
}

// check takes the key from the environment.
func (s *fromStripe) check(env func(string) string, o reconcile.Options) error {
	secret := strings.TrimSpace(env(envKey))
	if !strings.HasPrefix(secret, "sk_") && !strings.HasPrefix(secret, "rk_") {
		return errors.New(envKey) // and never what stands in it
	}
	s.key.Secret, s.key.URL = settings.NewSecret(secret), env(envAddress)
	if !o.Since.IsZero() {
		s.list.Since = o.Since.Add(-margin)
	}
	if !o.Until.IsZero() {
		s.list.Until = o.Until.Add(margin)
	}
	if !o.At.IsZero() && (s.list.Until.IsZero() || o.At.Before(s.list.Until)) {
		s.list.Until = o.At
	}
	return nil
}

// test reports whether the key is of the test environment.
func (s *fromStripe) test() bool { return strings.Contains(s.key.Secret.Reveal(), "k_test_") }

func (s *fromStripe) payments(ctx context.Context) iter.Seq2[reconcile.Payment, error] {
	return reconcile.FromStripe(s.key.Intents(ctx, s.list))
}

func (c *config) compare(ctx context.Context) (*reconcile.Report, error) {
	if c.stripe.on {
		return reconcile.CompareFile(ctx, c.orders, c.stripe.payments(ctx), c.options)
	}
	return reconcile.CompareFiles(ctx, c.orders, c.payments, c.options)
}
