package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// set stores settings behind the back of the pages.
func (o *office) set(change func(*settings.Settings)) {
	o.Helper()
	state := o.state()
	change(&state.Settings)
	require.NoError(o, o.store.Save(o.Context(), state, admin.Change{By: "test", Action: admin.ActionSettings}))
}

// Each line says what is wrong, how grave it is in a word, and what to do.
func TestConnectionPage_LC02_LC10_GL03(t *testing.T) {
	const limited = "rk_" + "test_Canary0000000000LIMITED"
	for name, c := range map[string]struct {
		prepare func(*office)
		says    []string
	}{
		"all is well": {func(*office) {}, []string{
			"Secret key Fine Stripe has accepted the key (ends with …TEST).",
			"Account Fine Connected to stripetest (" + stripetest.AccountID + "), the same as ⑥ account ID.",
			"Taking payments Fine", "Country and currency Fine The country is JP, the currency JPY.",
			"Permissions of the key Fine", "The server's clock Fine", "API version Fine", "The shop's address Fine",
		}},
		"another account": {func(o *office) { o.set(func(s *settings.Settings) { s.AccountID = "acct_1Other" }) }, []string{
			"Something needs to be done.", "Account Action needed The key belongs to stripetest", `<a href="/admin/card/settings#field-account_id">Open this field</a>`, "To do: Check which of the two is right",
		}},
		"no account":  {func(o *office) { o.set(func(s *settings.Settings) { s.AccountID = "" }) }, []string{"⑥ account ID is empty, so it was not compared."}},
		"key refused": {func(o *office) { o.stripe.RevokeKey(canaryTest) }, []string{"Secret key Action needed Stripe has refused the key."}},
		"permissions": {func(o *office) {
			require.True(o, o.stripe.RegisterKey(stripetest.Key{Text: limited, Permissions: map[string]string{"account": "read", "customers": "write"}}))
			o.set(func(s *settings.Settings) {
				s.Authentication, s.Test.Secret = settings.AuthRestrictedKey, settings.NewSecret(limited)
			})
		}, []string{"The restricted key lacks: PaymentIntents (write), PaymentMethods (write), Charges (read)", "Add these permissions"}},
		"nothing entered": {func(o *office) { o.set(func(s *settings.Settings) { s.Test = settings.Keys{} }) }, []string{
			"Required settings Action needed ⑫ Test secret key is missing.", "No signing secret is stored.",
		}},
		"without webhooks": {func(o *office) {
			o.set(func(s *settings.Settings) { s.Test.WebhookSecrets, s.Test.SweepOnly = nil, true })
		}, []string{
			"The shop works without webhooks", "It works. Some things deserve a look.",
		}},
		"blocked":      {func(o *office) { o.blocked = true }, []string{"Where events come in Action needed"}},
		"events reach": {func(*office) {}, []string{"https://shop.example/stripesecure/webhook can take events from Stripe."}},
		"loop": {func(o *office) { require.NoError(o, stripesecure.NewRunner(o.memory, o.plugin).Sweep(o.Context())) }, []string{
			"Background work Fine It last ran on", "News for the shop Fine",
		}},
		"no endpoint": {func(*office) {}, []string{"Stripe has no webhook endpoint of this address.", "Register or mend the webhook endpoint"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			c.prepare(o)
			o.stripe.ForgetCalls()
			page := o.get("/card/connection")
			require.Equal(t, http.StatusOK, page.status)
			assert.Empty(t, o.stripe.Calls(), "looking at the page asks Stripe nothing")
			o.post("/card/connection", nil).says(c.says...)
			assert.Empty(t, o.stripe.Intents())
		})
	}
}

// The endpoint is registered by a button, and its secret is kept, unseen.
func TestEndpointIsRegistered(t *testing.T) {
	o := open(t)
	o.set(func(s *settings.Settings) { s.Test.WebhookSecrets = nil })
	done := o.post("/card/endpoint", nil)
	require.Equal(t, http.StatusSeeOther, done.status, done.text())
	secrets := o.state().Settings.Test.WebhookSecrets
	require.Len(t, secrets, 1)
	assert.Equal(t, admin.ActionEndpoint, o.changes()[0].Action)
	assert.NotContains(t, o.row(), secrets[0].Reveal())
	again := o.post("/card/connection", nil)
	again.says("https://shop.example/stripesecure/webhook is registered")
	assert.NotContains(t, again.body, secrets[0].Reveal())
	o.get("/card/log").says("Webhook endpoint registered")
}

// A copy of a live shop stands still until a clerk says that it is none (CUS-08).
func TestSiteIsConfirmed_CUS08(t *testing.T) {
	o := open(t)
	require.NoError(t, o.memory.Put(t.Context(), stripesecure.Row{Shop: "shop", Checkout: "#site", Body: []byte(`{"base_url":"https://old.example"}`)}))
	o.get("/card/connection").says("These data belong to https://old.example and now run at https://shop.example.", "This is the live shop")
	require.Equal(t, http.StatusSeeOther, o.post("/card/site", nil).status)
	site, err := o.plugin.Site(t.Context())
	require.NoError(t, err)
	assert.False(t, site.Copy)
	o.get("/card/connection?done=site").says("Recorded as the live shop.")
	assert.Equal(t, "田中", o.changes()[0].By)
}

// What could not be worked on is listed, and tried again by a button.
func TestInbox(t *testing.T) {
	o := open(t)
	require.NoError(t, o.memory.Put(t.Context(), stripesecure.Row{
		Shop: "shop", Checkout: "#pi:pi_123", Body: []byte(`{"scope":{},"tries":12,"outcome":"gone","parked":true}`),
	}))
	page := o.get("/card/connection")
	page.says("Given up after many tries: 1.", "pi_123 given up after 12 tries")
	require.Equal(t, http.StatusSeeOther, o.post("/card/inbox", url.Values{"intent": {"pi_123"}}).status)
	inbox, err := o.plugin.Inbox(t.Context())
	require.NoError(t, err)
	require.Len(t, inbox, 1)
	assert.False(t, inbox[0].Parked)
	assert.Equal(t, http.StatusNotFound, o.post("/card/inbox", url.Values{"intent": {"pi_" + strings.Repeat("9", 9)}}).status)
}

// What was given up can be dismissed by a clerk, whose name is kept.
func TestInboxIsDismissed(t *testing.T) {
	o := open(t)
	park := func(intent string, parked bool) {
		require.NoError(t, o.memory.Put(t.Context(), stripesecure.Row{
			Shop: "shop", Checkout: "#pi:" + intent, Body: fmt.Appendf(nil, `{"scope":{},"tries":12,"outcome":"early","parked":%t}`, parked),
		}))
	}
	park("pi_123", true)
	park("pi_456", false)
	page := o.get("/card/connection")
	page.says("pi_123 given up after 12 tries · its checkout is not in this shop's records", "Dismiss pi_123")
	assert.NotContains(t, page.text(), "Dismiss pi_456", "that one is still being tried")
	done := o.post("/card/inbox", url.Values{"intent": {"pi_123"}, "do": {"dismiss"}})
	require.Equal(t, http.StatusSeeOther, done.status)
	o.get(strings.TrimPrefix(done.header.Get("Location"), "/admin")).says("It was dismissed. The payment itself was not touched.")
	assert.Equal(t, admin.Change{
		Version: 1, At: o.now, By: "田中", Action: admin.ActionDismiss, Fields: []admin.Changed{{Field: "dismissed", To: "pi_123"}},
	}, o.changes()[0])
	o.get("/card/log").says("Event dismissed", "pi_123")
	inbox, err := o.plugin.Inbox(t.Context())
	require.NoError(t, err)
	require.Len(t, inbox, 1)
	require.Equal(t, http.StatusSeeOther, o.post("/card/inbox", url.Values{"intent": {"pi_456"}, "do": {"dismiss"}}).status)
	assert.Len(t, o.changes(), 1, "it was not parked, and nothing was done")
	assert.Equal(t, http.StatusNotFound, o.post("/card/inbox", url.Values{"intent": {"pi_123"}, "do": {"dismiss"}}).status)
	assert.Equal(t, http.StatusBadRequest, o.post("/card/inbox", url.Values{"intent": {"pi_456"}, "do": {"burn"}}).status)
}

// A comparison with Stripe that has not come to its end for long is shown.
func TestScanIsLate(t *testing.T) {
	o := open(t)
	o.get("/card/connection").says("have not been compared with the shop's yet")
	require.NoError(t, o.memory.Put(t.Context(), stripesecure.Row{
		Shop: "shop", Checkout: "#scan", Body: []byte(`{"complete":"2026-01-01T00:00:00Z","fails":9,"trouble":"not_ready"}`),
	}))
	o.get("/card/connection").says("It should be every hour.", "it says which key or permission is wrong")
}

// What Stripe keeps refusing is counted: nobody else would see it.
func TestStuckIsShown(t *testing.T) {
	o := open(t)
	o.sell("A-1")
	o.get("/card/connection").says("Stripe does not keep refusing anything.")
	rows, err := o.memory.List(t.Context(), "shop", "cart-", "", 10)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	row, body := rows[0], map[string]any{}
	require.NoError(t, json.Unmarshal(row.Body, &body))
	body["attempts"].([]any)[0].(map[string]any)["failures"] = 10
	row.Body, err = json.Marshal(body)
	require.NoError(t, err)
	row.Due = o.now // it is tried at least once a day
	require.NoError(t, o.memory.Put(t.Context(), row))
	o.get("/card/connection").says("refused, or not answered, ten times in a row: 1.", "at least once a day")
}
