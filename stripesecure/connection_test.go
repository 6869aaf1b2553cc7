package stripesecure_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

func TestConnection_LC02_LC10_GL03(t *testing.T) {
	const restricted = "rk_" + "test_limited00000000000000001"
	for name, c := range map[string]struct {
		key   string
		setup func(*stripetest.Stripe)
		check func(*testing.T, stripesecure.Connection)
	}{
		"standard key": {key: stripetest.TestSecretKey, check: func(t *testing.T, got stripesecure.Connection) {
			assert.True(t, got.Answered && got.Accepted)
			assert.Equal(t, stripesecure.ConnectedAccount{
				ID: stripetest.AccountID, Name: got.Account.Name, Country: "JP", Currency: "JPY", ChargesEnabled: true, DetailsSubmitted: true,
			}, got.Account)
			assert.Empty(t, got.Missing)
			assert.Equal(t, stripesecure.APIVersion, got.APIVersion)
			assert.Zero(t, got.Skew)
		}},
		"no key": {check: func(t *testing.T, got stripesecure.Connection) { assert.Equal(t, stripesecure.Connection{}, got) }},
		"revoked": {
			key: "sk_" + "test_gone0000000000000000001",
			setup: func(s *stripetest.Stripe) {
				s.RevokeKey("sk_" + "test_gone0000000000000000001")
			},
			check: func(t *testing.T, got stripesecure.Connection) {
				assert.True(t, got.Answered)
				assert.False(t, got.Accepted)
			},
		},
		"restricted, all but two": {
			key: restricted,
			setup: func(s *stripetest.Stripe) {
				require.True(t, s.RegisterKey(stripetest.Key{Text: restricted, Permissions: map[string]string{
					"account": "read", "payment_intents": "read", "customers": "write", "payment_methods": "write", "refunds": "write", "disputes": "write", "events": "read", "webhook_endpoints": "write",
					"radar": "read", "reviews": "read",
				}}))
			},
			check: func(t *testing.T, got stripesecure.Connection) {
				assert.True(t, got.Accepted)
				assert.Equal(t, stripetest.AccountID, got.Account.ID)
				assert.Equal(t, []stripesecure.Permission{{Resource: "PaymentIntents", Access: "Write"}, {Resource: "Charges", Access: "Read"}}, got.Missing)
			},
		},
		"restricted, good for payments and not for what comes after": {
			key: restricted,
			setup: func(s *stripetest.Stripe) {
				require.True(t, s.RegisterKey(stripetest.Key{Text: restricted, Permissions: map[string]string{
					"payment_intents": "write", "customers": "write", "payment_methods": "write", "charges": "read",
					"refunds": "read", "disputes": "read",
				}}))
			},
			check: func(t *testing.T, got stripesecure.Connection) {
				assert.Equal(t, []stripesecure.Permission{
					{Resource: "Refunds", Access: "Write"}, {Resource: "Disputes", Access: "Write"},
					{Resource: "Early fraud warnings", Access: "Read"}, {Resource: "Reviews", Access: "Read"},
					{Resource: "Events", Access: "Read"}, {Resource: "Webhook Endpoints", Access: "Write"},
				}, got.Missing)
			},
		},
		"restricted, account hidden": {
			key: restricted,
			setup: func(s *stripetest.Stripe) {
				require.True(t, s.RegisterKey(stripetest.Key{Text: restricted, Permissions: map[string]string{
					"payment_intents": "write", "customers": "write", "payment_methods": "write", "refunds": "write", "disputes": "write", "events": "read", "webhook_endpoints": "write", "charges": "read",
					"radar": "read", "reviews": "read",
				}}))
			},
			check: func(t *testing.T, got stripesecure.Connection) {
				assert.True(t, got.Answered && got.Accepted)
				assert.Empty(t, got.Account.ID)
				assert.Empty(t, got.Missing)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, nil, func(b *bench) {
				if c.setup != nil {
					c.setup(b.stripe)
				}
				s := settings.Default()
				s.Test.Secret = settings.NewSecret(c.key)
				c.check(b.T, b.plugin.TestConnection(b.Context(), s))
				assert.Empty(b, b.stripe.Intents(), "a test of the connection makes nothing")
			})
		})
	}
	t.Run("no answer", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			ctx, cancel := context.WithCancel(b.Context())
			cancel()
			s := settings.Default()
			s.Test.Secret = settings.NewSecret(stripetest.TestSecretKey)
			got := b.plugin.TestConnection(ctx, s)
			assert.False(b, got.Answered || got.Accepted)
		})
	})
}

// What a merchant changes in the texts counts from the next buyer on; a source
// that fails leaves the shop with the default texts, never without.
func TestWordingSource_LC20(t *testing.T) {
	source := &texts{}
	with(t, func(o *stripesecure.Options, _ *settings.Settings) { o.Wording = source }, func(b *bench) {
		for _, name := range []string{"港町カード", "別の名前"} {
			source.Words = wording.Wording{wording.Japanese: {Name: name}}
			assert.Equal(b, name, b.offer(b.cart("cart-1")).Name)
		}
		source.fail = true
		assert.Equal(b, "クレジットカード", b.offer(b.cart("cart-1")).Name)
	})
}

type texts struct {
	Words wording.Wording
	fail  bool
}

func (t *texts) Wording(context.Context) (wording.Wording, error) {
	if t.fail {
		return nil, errors.New("database is away")
	}
	return t.Words, nil
}
