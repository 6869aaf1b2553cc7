package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// planted are values that somebody's export may have by mistake.
var planted = map[string]string{
	"API key": stripetest.TestSecretKey, "live key": stripetest.LiveSecretKey, "webhook secret": stripetest.WebhookSecret,
	"client secret": "pi_3Nabcdefghijklmnop" + "_secret_" + "ABCdef0123456789ghijklmno",
	"card number":   "4242" + "424242424242", "in groups": "4242 4242 4242 4242",
}

// SEC-01, LC-27: secrets and card numbers in JSON lines (CSV: package reconcile), and what does not even begin as one.
func TestCanaries_jsonLines(t *testing.T) {
	const good = `{"order_id":"A1","payment_intent_id":"pi_1","amount":1200,"currency":"jpy","status":"paid","created":1772000000`
	for name, value := range planted {
		for _, line := range []string{
			good + `,"memo":"` + value + `"}`, strings.Replace(good, "1200", `"`+value+`"`, 1) + "}", strings.Replace(good, "pi_1", value, 1) + "}",
			strings.Replace(good, `"paid"`, `{"x":"`+value+`"}`, 1) + "}", value, `["` + value + `"]`, good + `,"` + value + `":1}`,
		} {
			if strings.Contains(line, `intent_id":"`+value) && strings.HasPrefix(value, "4") {
				continue // an id
			}
			_, out, errs, _ := try(t, line+"\n", goodPayments, "-keep-going")
			assert.Empty(t, canary.Find(out+"\n"+errs, canary.Log), "%s: %s", name, line)
		}
	}
}

// The key of the environment is in no output, whatever Stripe answers; one that is
// given as an argument by mistake is not repeated either.
func TestCanaries_theKey(t *testing.T) {
	for _, key := range []string{stripetest.TestSecretKey, stripetest.LiveSecretKey, stripetest.TestRestrictedKey, "sk_" + "test_unknownKeyOfNobody01"} {
		for _, format := range []string{"text", "json", "csv", "html"} {
			_, _, out, errs := tryStripe(t, key, goodOrders, "-format", format)
			assert.Empty(t, canary.Find(out+"\n"+errs, canary.Log), format)
			_, _, out, errs = tryStripe(t, key, goodOrders, "-format", format, key)
			assert.Empty(t, canary.Find(out+"\n"+errs, canary.Log), format)
		}
	}
	file := filepath.Join(t.TempDir(), "orders.csv")
	require.NoError(t, os.WriteFile(file, []byte(goodOrders), 0o600))
	for _, address := range []string{"http://127.0.0.1:1", "http://127.0.0.1:1/" + stripetest.TestSecretKey, "://", "http://%zz"} {
		env := map[string]string{envKey: stripetest.TestSecretKey, envAddress: address}
		var out, errs bytes.Buffer
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond) // it would try again and again
		assert.Equal(t, exitFailed, run(ctx, []string{"-orders", file, "-stripe"}, func(name string) string { return env[name] }, &out, &errs))
		stop()
		assert.Empty(t, canary.Find(out.String()+"\n"+errs.String(), canary.Log), address)
		assert.NotEmpty(t, errs.String())
	}
}
