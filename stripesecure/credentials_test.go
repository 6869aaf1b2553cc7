package stripesecure_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func found(p stripesecure.Payment, code string) bool {
	return slices.ContainsFunc(p.Findings, func(f stripesecure.Finding) bool { return f.Code == code })
}

// What waits for a key says so: a merchant who does not know lets the hold end.
// It goes on as soon as the key is right.
func TestCredentials_changedWhileMoneyIsUnderWay(t *testing.T) {
	for name, c := range map[string]struct {
		lose, mend func(*bench, *settings.Settings)
	}{
		"the key is revoked": {
			func(b *bench, _ *settings.Settings) { b.stripe.RevokeKey(stripetest.TestSecretKey) },
			func(b *bench, _ *settings.Settings) {
				require.True(b, b.stripe.RegisterKey(stripetest.Key{Text: stripetest.TestSecretKey}))
			},
		},
		"another account is entered": {
			func(_ *bench, s *settings.Settings) { s.AccountID = "acct_1AnotherShop" },
			func(_ *bench, s *settings.Settings) { s.AccountID = stripetest.AccountID },
		},
	} {
		for _, what := range []string{"capture", "refund", "dispute", "void"} {
			t.Run(name+", "+what, func(t *testing.T) {
				var s settings.Settings
				with(t, changing(&s), func(b *bench) {
					p := b.underWay(what)
					c.lose(b, &s)
					<-time.After(time.Minute)
					b.sweeps(90 * time.Minute)
					p, err := b.plugin.Payment(b.Context(), p.ID)
					require.NoError(b, err)
					assert.True(b, found(p, "credentials"))
					assert.True(b, found(b.host.lastTold(), "credentials"), "the host is told")
					assert.False(b, found(p, "refund_failed"))
					c.mend(b, &s)
					<-time.After(time.Minute)
					b.sweeps(2 * time.Hour)
					p, err = b.plugin.Payment(b.Context(), p.ID)
					require.NoError(b, err)
					assert.Equal(b, map[string]stripesecure.State{
						"capture": stripesecure.StateCaptured, "refund": stripesecure.StateCaptured,
						"dispute": stripesecure.StateCaptured, "void": stripesecure.StateVoided,
					}[what], p.State)
					assert.Equal(b, what == "dispute", len(p.Disputes) > 0)
					assert.Equal(b, what == "refund", p.Refunded.Equal(yen(200)))
				})
			})
		}
	}
}

// underWay is a payment of which something has no answer yet.
func (b *bench) underWay(what string) stripesecure.Payment {
	b.Helper()
	var p stripesecure.Payment
	var err error
	switch what {
	case "capture":
		p = b.held("cart-1")
		b.stripe.Fail("POST /v1/payment_intents/*/capture", stripetest.LoseRequest).Times(3)
		b.stripe.Fail("GET /v1/payment_intents/*", stripetest.BadGateway).Times(6)
		_, err = b.plugin.Capture(b.Context(), p.ID, yen(700))
	case "void":
		p = b.held("cart-1")
		b.stripe.Fail("POST /v1/payment_intents/*/cancel", stripetest.LoseRequest).Times(3)
		b.stripe.Fail("GET /v1/payment_intents/*", stripetest.BadGateway).Times(6)
		_, err = b.plugin.OrderRefused(b.Context(), p.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: p.Order.Ref})
	case "refund":
		p = b.captured("cart-1")
		b.stripe.Fail("POST /v1/refunds", stripetest.LoseRequest).Times(3)
		b.stripe.Fail("GET /v1/payment_intents/*", stripetest.BadGateway).Times(6)
		_, err = b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "op", Amount: yen(200)})
	case "dispute":
		p = b.captured("cart-1")
		require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
		b.sweeps(2 * time.Hour)
	}
	require.NoError(b, err)
	return p
}
