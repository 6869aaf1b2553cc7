package stripesecure_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

func TestCheckAccount_LC10_API11(t *testing.T) {
	with(t, nil, func(b *bench) {
		faults, err := b.plugin.CheckAccount(b.Context())
		require.NoError(b, err)
		assert.Empty(b, faults)
	})
	with(t, func(_ *stripesecure.Options, s *settings.Settings) { s.AccountID = "acct_1SomebodyElse" }, func(b *bench) {
		faults, err := b.plugin.CheckAccount(b.Context())
		require.NoError(b, err)
		require.Len(b, faults, 1)
		assert.Equal(b, settings.FieldAccountID, faults[0].Field)
	})
	with(t, func(_ *stripesecure.Options, s *settings.Settings) {
		s.Test.Secret = settings.NewSecret("sk_" + "test_unknownToStripe00000001")
	}, func(b *bench) {
		b.stripe.RevokeKey("sk_" + "test_unknownToStripe00000001")
		_, err := b.plugin.CheckAccount(b.Context())
		require.ErrorIs(b, err, stripesecure.ErrNotReady)
		assert.NotContains(b, err.Error(), "unknownToStripe")
	})
}

func TestDescription_LIM01_LIM04_LIM06(t *testing.T) {
	t.Run("the three forms of the descriptor", func(t *testing.T) {
		with(t, func(o *stripesecure.Options, _ *settings.Settings) {
			o.Descriptor = stripesecure.Descriptor{Latin: "AWAI", Kana: "アワイ", Kanji: "淡い"}
		}, func(b *bench) {
			b.pay(b.cart("cart-1"), visa)
			form := b.stripe.Calls("POST /v1/payment_intents")[0].Form
			assert.Equal(b, "AWAI", form["statement_descriptor_suffix"])
			assert.Equal(b, "アワイ", form["payment_method_options[card][statement_descriptor_suffix_kana]"])
			assert.Equal(b, "淡い", form["payment_method_options[card][statement_descriptor_suffix_kanji]"])
			assert.Equal(b, "manual", form["capture_method"])
			assert.Equal(b, "card", form["payment_method_types[0]"])
			assert.Equal(b, "Checkout cart-1", form["description"])
			for _, key := range []string{"shop", "checkout", "payment", "attempt", "version", "signature"} {
				assert.NotEmpty(b, form["metadata[stripesecure_"+key+"]"], key)
			}
		})
	})
	t.Run("what a hook writes never fails a payment", func(t *testing.T) {
		with(t, func(o *stripesecure.Options, _ *settings.Settings) {
			o.Hooks = []stripesecure.Hooks{{Name: "wild", Describe: func(_ context.Context, _ stripesecure.Cart, d *stripesecure.Description) error {
				d.Text = string(bytes.Repeat([]byte("あ"), 2000))
				d.Descriptor = stripesecure.Descriptor{Latin: `Super "Café"`, Kana: "ひらがな"}
				d.Metadata = map[string]string{
					"Early Bird - General Admission (Saturday & Sunday)": "x", "a[b]": "x", "long": string(bytes.Repeat([]byte("x"), 900)),
					"stripesecure_shop": "forged",
				}
				return context.DeadlineExceeded
			}}}
		}, func(b *bench) {
			require.Equal(b, stripesecure.PlaceOrder, b.pay(b.cart("cart-1"), visa).Do)
			pi := b.stripe.Intents()[0]
			assert.Equal(b, "shop", pi.Metadata["stripesecure_shop"])
			assert.Len(b, pi.Metadata["long"], 500)
			assert.NotContains(b, pi.Metadata, "a[b]")
			assert.NotContains(b, b.stripe.Calls("POST /v1/payment_intents")[0].Form, "statement_descriptor_suffix")
		})
	})
}
