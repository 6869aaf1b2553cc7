package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// tryStripe runs the command against a Stripe of its own.
func tryStripe(t *testing.T, key string, orders string, args ...string) (stripe *stripetest.Stripe, status int, out, errs string) {
	t.Helper()
	stripe = stripetest.New()
	for _, pi := range []stripetest.PaymentIntent{
		{ID: "pi_1", Created: 1772000000, Amount: 1200, Currency: "jpy", Status: stripetest.StatusSucceeded, Metadata: map[string]string{"order_id": "A1", "no": "B1"}},
		{ID: "pi_2", Created: 1772400000, Amount: 1250, Currency: "eur", Status: stripetest.StatusRequiresCapture, Metadata: map[string]string{}},
	} {
		stripe.AddIntent(pi)
	}
	file := filepath.Join(t.TempDir(), "orders.csv")
	require.NoError(t, os.WriteFile(file, []byte(orders), 0o600))
	env := map[string]string{"STRIPE_SECRET_KEY": key, "STRIPE_API_URL": stripe.Server(t)}
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), append([]string{"-orders", file, "-stripe"}, args...), func(name string) string { return env[name] }, &stdout, &stderr)
	return stripe, status, stdout.String(), stderr.String()
}

// LC-37: the payments come from Stripe, the key from the environment.
func TestStripe(t *testing.T) {
	_, status, out, errs := tryStripe(t, stripetest.TestSecretKey, goodOrders, "-format", "json")
	assert.Empty(t, errs)
	assert.Equal(t, 1, status)
	var report struct {
		Findings []struct {
			Class  string
			Intent string `json:"payment_intent"`
			Amount json.Number
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Len(t, report.Findings, 1)
	assert.Equal(t, "orphan_authorized", report.Findings[0].Class)
	assert.Equal(t, "pi_2", report.Findings[0].Intent)
	assert.Equal(t, "12.50", report.Findings[0].Amount.String())

	_, status, out, _ = tryStripe(t, stripetest.TestSecretKey, goodOrders, "-until", "2026-03-01T00:00:00Z", "-format", "json")
	assert.Equal(t, 0, status, "the other payment is of a later day: %s", out)
	byNumber := "order_id,payment_intent_id,amount,currency,status,created\nB1,,1200,jpy,paid,1772000000\n"
	_, status, out, _ = tryStripe(t, stripetest.TestSecretKey, byNumber, "-until", "2026-03-01T00:00:00Z", "-order-key", "no", "-format", "json")
	assert.Equal(t, 0, status, out)

	stripe, status, _, _ := tryStripe(t, stripetest.TestSecretKey, goodOrders, "-since", "2026-02-25T00:00:00Z", "-until", "2026-03-01T00:00:00Z")
	assert.Equal(t, 0, status)
	list := stripe.Calls("GET /v1/payment_intents")[0]
	assert.Equal(t, "1771372800", list.Form["created[gte]"], "a week before")
	assert.Equal(t, "1772928000", list.Form["created[lt]"], "a week after")
}

// The page of test payments leads to the Dashboard's test data.
func TestStripe_html(t *testing.T) {
	_, status, out, _ := tryStripe(t, stripetest.TestSecretKey, goodOrders, "-format", "html", "-shop", "淡井商店", "-lang", "ja")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `<html lang="ja">`)
	assert.Contains(t, out, "淡井商店")
	assert.Contains(t, out, `href="https://dashboard.stripe.com/test/payments/pi_2"`)
	assert.NotContains(t, out, stripetest.TestSecretKey)

	status, out, _, _ = try(t, goodOrders, badPayments, "-format", "html", "-account", "acct_1")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `href="https://dashboard.stripe.com/acct_1/payments/pi_35"`)
}

// What cannot be is said at once, and no key is ever printed.
func TestStripe_refused(t *testing.T) {
	_, status, out, errs := tryStripe(t, "", goodOrders)
	assert.Equal(t, 2, status)
	assert.Empty(t, out)
	assert.Contains(t, errs, "STRIPE_SECRET_KEY")
	for _, key := range []string{"pk_test_public", "rk_live_nobody"} {
		_, status, out, errs = tryStripe(t, key, goodOrders)
		assert.Equal(t, 2, status)
		assert.Empty(t, out)
		assert.NotContains(t, errs, key)
		assert.NotEmpty(t, errs)
	}
	assert.Contains(t, errs, "may read PaymentIntents")
	_, status, _, errs = tryStripe(t, stripetest.TestSecretKey, goodOrders, "-payments", "p.csv")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "exclude each other")
	_, status, _, errs = tryStripe(t, stripetest.TestSecretKey, "order_id\n")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "orders.csv")
}
