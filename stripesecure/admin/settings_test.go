package admin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// ①–⑮ in the manual's order, with its names; ① leads to the other tab, ② and ③
// offer the host's own lists (LC-04 to LC-19).
func TestSettingsPage_LC04_LC05_LC06_LC07(t *testing.T) {
	o := open(t)
	o.lang = "ja"
	page := o.get("/card/settings")
	require.Equal(t, http.StatusOK, page.status)
	at := -1
	for _, label := range []string{
		"①</span>文言設定", "②</span>適用地域", "③</span>初期注文ステータス", "④</span>並び順", "⑤</span>アカウント名",
		"⑥</span>アカウントID", "⑦</span>稼働環境", "⑧</span>認証方法", "⑨</span>公開可能キー", "⑩</span>シークレットキー",
		"⑪</span>テスト用公開可能キー", "⑫</span>テスト用シークレットキー", "⑬</span>キャプチャ", "⑭</span>3Dセキュア", "⑮</span>カード情報の保存",
	} {
		next := strings.Index(page.body, label)
		assert.Greater(t, next, at, label)
		at = next
	}
	page.says(`<a class="button" href="/admin/card/wording">`)
	for _, choice := range []string{"全ての地域", "日本", "アメリカ合衆国", "新規受付", "保留"} {
		page.says(choice)
	}
	page.says("…TEST")  // a stored secret is shown by its end
	page.says("「自動」です") // ⑬ automatic has its warning beside it (LC-17)
	assert.Equal(t, "no-store", page.header.Get("Cache-Control"))
}

// What changes is shown, then saved, then written down; the next buyer gets it.
func TestSave_LC17(t *testing.T) {
	o := open(t)
	confirm := o.post("/card/settings", o.get("/card/settings").with("capture", "automatic", "sort_order", "7", "do", "preview"))
	confirm.says("Buyers are charged as soon as the order exists.")
	confirm.says("Manual is recommended")                            // the warning of LC-17
	confirm.says("Your card is charged when you complete the order") // what buyers will read
	assert.Zero(t, o.state().Version, "nothing is saved before it is confirmed")

	saved := confirm.post("/card/settings", confirm.with("do", "save"))
	require.Equal(t, http.StatusSeeOther, saved.status)
	assert.Equal(t, "/admin/card/settings?saved", saved.header.Get("Location"))
	s, err := o.plugin.Settings(t.Context())
	require.NoError(t, err)
	assert.Equal(t, settings.CaptureAutomatic, s.Capture)
	assert.Equal(t, 7, s.SortOrder)
	assert.Equal(t, canaryTest, s.Test.Secret.Reveal(), "secrets that were not touched stay")

	changes := o.changes()
	require.Len(t, changes, 1)
	assert.Equal(t, "田中", changes[0].By)
	assert.Equal(t, o.now, changes[0].At)
	log := o.get("/card/log")
	log.says("田中")
	log.says("before Manual (recommended) → after Automatic")
}

// Every field wrong at once: all faults, each at its field, in the reader's
// language; nothing is saved; everything typed is still there, but no secret.
func TestEveryFieldWrong(t *testing.T) {
	o := open(t)
	o.lang = "ja"
	form := o.get("/card/settings").with(
		"order_status", "none-such", "sort_order", "seven", "account_name", strings.Repeat("長", 201), "account_id", "wrong_id",
		"environment", "moon", "authentication", "fax", "live.publishable", "pk_"+"test_"+"x1x1x1", "live.secret", "pk_"+"live_notSecretAtAll",
		"live.webhook_secrets", canaryWebhook+"\nwhsec_short", "test.publishable", "hello", "test.secret", canaryLive,
		"test.webhook_secrets", "we_endpoint", "capture", "later", "three_d_secure", "off", "save_card", "maybe", "do", "preview")
	form["regions"] = []string{"all", "JP"}
	page := o.post("/card/settings", form)
	require.Equal(t, http.StatusUnprocessableEntity, page.status)
	for _, field := range []string{
		"regions", "order_status", "sort_order", "account_name", "account_id", "environment", "authentication",
		"live.publishable", "live.secret", "live.webhook_secrets", "test.publishable", "test.secret", "test.webhook_secrets", "capture", "three_d_secure", "save_card",
	} {
		page.says(`id="fault-` + field + `"`)
		page.says(`<a href="#field-` + field + `">`) // the head of the page leads there
	}
	for _, typed := range []string{`value="seven"`, strings.Repeat("長", 201), `value="wrong_id"`, `value="hello"`} {
		page.says(typed)
	}
	page.says("並び順は整数で入力してください")
	assert.Zero(t, o.state().Version)

	for _, wrong := range []string{"…tAll", "…0001"} { // wrong keys have to be typed again
		assert.NotContains(t, page.text(), "入力済み（未保存） "+wrong)
	}

	// The one good signing secret among the wrong ones is kept, unseen.
	again := page.form()
	page.says("入力済み（未保存） …HOOK")
	assert.Empty(t, again.Get("live.webhook_secrets"))
}

// A secret that was typed beside a fault goes on with the form, encrypted; for
// nobody else, and not for long.
func TestDraftOfSecrets(t *testing.T) {
	const fresh = "whsec_Canary11111111111111111111NEXT"
	key := "sk_" + "test_Canary2222222222222222KEY2"
	faulty := func(o *office) page {
		return o.post("/card/settings", o.get("/card/settings").with("sort_order", "x", "test.secret", key, "test.webhook_secrets", fresh, "do", "preview"))
	}
	t.Run("kept", func(t *testing.T) {
		o := open(t)
		page := faulty(o)
		page.says("Entered, not saved yet …KEY2")
		saved := page.save("sort_order", "3")
		require.Equal(t, http.StatusSeeOther, saved.status, saved.text())
		keys := o.state().Settings.Test
		assert.Equal(t, key, keys.Secret.Reveal())
		require.Len(t, keys.WebhookSecrets, 2)
		assert.Equal(t, fresh, keys.WebhookSecrets[1].Reveal())
		assert.NotContains(t, o.row(), "Canary")
	})
	t.Run("discarded", func(t *testing.T) {
		o := open(t)
		faulty(o).save("sort_order", "3", "test.secret.drop", "1", "test.webhook_secrets.drop", "1")
		assert.Equal(t, canaryTest, o.state().Settings.Test.Secret.Reveal())
		assert.Len(t, o.state().Settings.Test.WebhookSecrets, 1)
	})
	for name, spoil := range map[string]func(*office){
		"another clerk": func(o *office) { o.clerk = "佐藤" },
		"too late":      func(o *office) { o.now = o.now.Add(31 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			page := faulty(o)
			spoil(o)
			again := page.post("/card/settings", page.with("sort_order", "3", "do", "preview"))
			assert.Equal(t, http.StatusConflict, again.status)
			again.says("only secret keys have to be entered again")
			again.says(`value="3"`)
			assert.Zero(t, o.state().Version)
		})
	}
}

// Secrets are set, replaced and removed, one by one (SEC-04).
func TestSecrets_SEC04(t *testing.T) {
	o := open(t)
	const second = "whsec_Canary11111111111111111111NEXT"
	o.get("/card/settings").save("test.webhook_secrets", second)
	require.Len(t, o.state().Settings.Test.WebhookSecrets, 2)

	form := o.get("/card/settings").with("do", "preview")
	form["test.webhook_secrets.remove"] = []string{"1"}
	confirm := o.post("/card/settings", form)
	confirm.says("…HOOK, …NEXT → after …NEXT")
	confirm.post("/card/settings", confirm.with("do", "save"))
	keys := o.state().Settings.Test
	require.Len(t, keys.WebhookSecrets, 1)
	assert.Equal(t, second, keys.WebhookSecrets[0].Reveal())

	form = o.get("/card/settings").with("do", "preview")
	form["test.secret.clear"] = []string{"0", "1"}
	confirm = o.post("/card/settings", form)
	confirm.says("can no longer be taken or released")
	confirm.post("/card/settings", confirm.with("do", "save"))
	assert.True(t, o.state().Settings.Test.Secret.IsZero())
	assert.Contains(t, o.get("/card/settings").text(), "Not set")
}

// A secret in a place that people see is thrown away and said (SEC-06).
func TestSecretInTheWrongPlace_SEC06(t *testing.T) {
	o := open(t)
	page := o.post("/card/settings", o.get("/card/settings").with("account_name", canaryLive, "live.publishable", canaryLive, "sort_order", "sk_"+"live_x", "do", "preview"))
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	page.says("roll it in the Stripe Dashboard")
}

// endpoints calls Stripe about webhook endpoints, as somebody in the live Dashboard.
func (o *office) endpoints(method, path, body string) (list struct{ Data []struct{ ID string } }) {
	o.Helper()
	r, err := http.NewRequestWithContext(o.Context(), method, "https://api.stripe.com/v1/webhook_endpoints"+path, strings.NewReader(body))
	require.NoError(o, err)
	r.Header.Set("Authorization", "Bearer "+canaryLive)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := o.stripe.Transport().RoundTrip(r)
	require.NoError(o, err)
	defer func() { _ = answer.Body.Close() }()
	require.Equal(o, http.StatusOK, answer.StatusCode)
	require.NoError(o, json.NewDecoder(answer.Body).Decode(&list))
	return list
}

// hear registers the live endpoint, deafen takes it away.
func (o *office) hear() {
	o.endpoints(http.MethodPost, "", "enabled_events[0]=*&api_version=2024-06-20&url=https://shop.example/stripesecure/webhook")
}

func (o *office) deafen() {
	for _, e := range o.endpoints(http.MethodGet, "", "").Data {
		o.endpoints(http.MethodDelete, "/"+e.ID, "")
	}
}

// ⑦ becomes live only after the connection has been tested with what is about to
// be saved (GL-02, GL-03).
func TestGoingLive_GL02_GL03(t *testing.T) {
	live := []string{"environment", "live", "live.publishable", stripetest.LivePublishableKey, "live.secret", canaryLive, "live.webhook_secrets", "whsec_Canary11111111111111111111LIVE"}
	live[3] = "pk_" + "live_Buyers2222" // the publishable key of the stand-in ends like its secret one
	t.Run("keys are missing", func(t *testing.T) {
		o := open(t)
		page := o.post("/card/settings", o.get("/card/settings").with("environment", "live", "do", "save"))
		assert.Equal(t, http.StatusUnprocessableEntity, page.status)
		page.says("Live settings cannot be saved yet", `<a href="#field-live.secret">Open this field</a>`)
		assert.Zero(t, o.state().Version)
		page.says(`name="environment" value="live" checked`) // what was chosen is still there
	})
	t.Run("key is refused", func(t *testing.T) {
		o := open(t)
		o.stripe.RevokeKey(canaryLive)
		page := o.post("/card/settings", o.get("/card/settings").with(append(live, "do", "save")...))
		assert.Equal(t, http.StatusUnprocessableEntity, page.status)
		page.says("Stripe has refused the key.")
		page.says("Entered, not saved yet …") // the secret need not be typed again
		assert.Zero(t, o.state().Version)
	})
	t.Run("other account", func(t *testing.T) {
		o := open(t)
		page := o.post("/card/settings", o.get("/card/settings").with(append(live, "account_id", "acct_1Other", "do", "preview")...))
		assert.Equal(t, http.StatusUnprocessableEntity, page.status)
		page.says("which is not ⑥ account ID")
	})
	t.Run("no endpoint", func(t *testing.T) {
		o := open(t)
		require.Equal(t, http.StatusSeeOther, o.post("/card/endpoint", nil).status) // of the test environment
		page := o.post("/card/settings", o.get("/card/settings").with(append(live, "do", "save")...))
		assert.Equal(t, http.StatusUnprocessableEntity, page.status)
		page.says("Stripe has no webhook endpoint of this address.", "save them while ⑦ is the test environment")
		assert.Equal(t, settings.Test, o.state().Settings.Environment)
	})
	t.Run("prepared", func(t *testing.T) {
		o := open(t)
		require.Equal(t, http.StatusSeeOther, o.get("/card/settings").save("live.publishable", live[3], "live.secret", canaryLive).status)
		o.get("/card/connection").says("Register the live webhook endpoint")
		require.Equal(t, http.StatusSeeOther, o.post("/card/endpoint", url.Values{"environment": {"live"}}).status)
		assert.Len(t, o.state().Settings.Live.WebhookSecrets, 1)
		assert.Equal(t, settings.Test, o.state().Settings.Environment, "it is only prepared")
		saved := o.get("/card/settings").save("environment", "live")
		require.Equal(t, http.StatusSeeOther, saved.status, saved.text())
		require.NoError(t, o.state().Settings.Ready())
		assert.NotContains(t, o.get("/card/connection").body, "Register the live webhook endpoint", "there is nothing to prepare any more")
		assert.Equal(t, http.StatusBadRequest, o.post("/card/endpoint", url.Values{"environment": {"moon"}}).status)
	})
	t.Run("a shop that sells", func(t *testing.T) {
		o := open(t)
		o.hear()
		require.Equal(t, http.StatusSeeOther, o.get("/card/settings").save(live...).status)
		o.deafen()
		const rolled = "whsec_" + "Canary22222222222222222222LIVE"
		page := o.post("/card/settings", o.get("/card/settings").with("live.webhook_secrets", rolled, "do", "preview"))
		require.Equal(t, http.StatusOK, page.status, page.text()) // what it rolls must not wait for the endpoint
		page.says("Stripe has no webhook endpoint of this address.")
	})
	t.Run("all is well", func(t *testing.T) {
		o := open(t)
		o.hear()
		confirm := o.post("/card/settings", o.get("/card/settings").with(append(live, "do", "preview")...))
		require.Equal(t, http.StatusOK, confirm.status, confirm.text())
		confirm.says("Once you save, buyers' cards are really charged.")
		confirm.says("Stripe has accepted the key")
		o.stripe.RevokeKey(canaryLive) // between the two: it is asked again
		late := confirm.post("/card/settings", confirm.with("do", "save"))
		assert.Equal(t, http.StatusUnprocessableEntity, late.status)
	})
	t.Run("the address is http", func(t *testing.T) {
		o := open(t)
		o.move("http://shop.example")
		page := o.post("/card/settings", o.get("/card/settings").with(append(live, "do", "preview")...))
		assert.Equal(t, http.StatusUnprocessableEntity, page.status)
		page.says("buyers can pay at an https address only", "Ask whoever runs the server")
	})
	t.Run("saved", func(t *testing.T) {
		o := open(t)
		o.hear()
		saved := o.get("/card/settings").save(live...)
		require.Equal(t, http.StatusSeeOther, saved.status, saved.text())
		assert.Equal(t, settings.Live, o.state().Settings.Environment)
		assert.NoError(t, o.state().Settings.Ready())
	})
}

// Two clerks save at once: the second sees what the first has changed, keeps what
// was typed, and takes over what was not touched.
func TestTwoClerks(t *testing.T) {
	o := open(t)
	second := o.get("/card/settings")
	o.clerk = "佐藤"
	const rolled = "sk_" + "test_Canary3333333333333333ROLL"
	o.get("/card/settings").save("capture", "automatic", "sort_order", "5", "test.secret", rolled)
	o.clerk = "田中"

	page := second.post("/card/settings", second.with("sort_order", "9", "account_name", "淡い商店", "do", "save"))
	require.Equal(t, http.StatusConflict, page.status)
	assert.Equal(t, int64(1), o.state().Version, "nothing is saved before the second has seen it")
	page.says("佐藤 changed this on 1 Apr 2026, 18:00. Automatic The form has the new value.") // not touched
	page.says("5 The form keeps what you entered.")                                          // touched by both
	page.says(`id="meanwhile-test.secret"`)                                                  // secrets too
	page.says(`value="淡い商店"`)

	saved := page.save()
	require.Equal(t, http.StatusSeeOther, saved.status, saved.text())
	s := o.state().Settings
	assert.Equal(t, settings.CaptureAutomatic, s.Capture)
	assert.Equal(t, 9, s.SortOrder)
	assert.Equal(t, "淡い商店", s.AccountName)
	assert.Equal(t, rolled, s.Test.Secret.Reveal())
}

// What the other has saved on the other tab is no conflict.
func TestTwoClerksOnTwoTabs(t *testing.T) {
	o := open(t)
	form := o.get("/card/settings")
	texts := o.get("/card/wording")
	require.Equal(t, http.StatusSeeOther, texts.post("/card/wording", texts.with("ja.name", "カード払い", "do", "save")).status)
	require.Equal(t, http.StatusSeeOther, form.save("sort_order", "4").status)
	assert.Equal(t, "カード払い", o.state().Wording["ja"].Name)
	assert.Equal(t, 4, o.state().Settings.SortOrder)
}

// LC-03: enabled and disabled from the list, with the same confirmation.
func TestEnableAndDisable_LC03(t *testing.T) {
	o := open(t)
	list := o.get("/")
	confirm := list.post("/card/settings", list.with("do", "preview"))
	confirm.says("Buyers no longer see this payment method.")
	confirm.post("/card/settings", confirm.with("do", "save"))
	assert.False(t, o.state().Settings.Enabled)
	list = o.get("/")
	list.says("Disabled")
	confirm = list.post("/card/settings", list.with("do", "preview"))
	confirm.post("/card/settings", confirm.with("do", "save"))
	assert.True(t, o.state().Settings.Enabled)
	assert.Equal(t, "new", o.state().Settings.OrderStatus, "nothing else changes")
}

// Back from the confirmation to the form: everything is still there.
func TestEditAgain(t *testing.T) {
	o := open(t)
	confirm := o.post("/card/settings", o.get("/card/settings").with("account_name", "別名", "test.secret", "sk_"+"test_Canary2222222222222222KEY2", "do", "preview"))
	page := confirm.post("/card/settings", confirm.with("do", "edit"))
	assert.Equal(t, http.StatusOK, page.status)
	page.says(`value="別名"`)
	page.says("…KEY2")
}

func TestNothingChanged(t *testing.T) {
	o := open(t)
	page := o.post("/card/settings", o.get("/card/settings").with("do", "save"))
	page.says("Nothing has changed.")
	assert.Zero(t, o.state().Version)
}

// While Stripe does not answer no shop goes live; one that is live already can
// change a key that has leaked.
func TestStripeIsSilent(t *testing.T) {
	const rolled = "sk_" + "live_Canary00000000000000ROLL"
	o := open(t)
	o.set(func(s *settings.Settings) { s.Live = full().Live })
	o.stripe.Fail("GET *", stripetest.BadGateway).Always()
	page := o.post("/card/settings", o.get("/card/settings").with("environment", "live", "do", "save"))
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	page.says("Stripe has not answered, so nothing is known about the key.")

	o.set(func(s *settings.Settings) { s.Environment = settings.Live })
	confirm := o.post("/card/settings", o.get("/card/settings").with("live.secret", rolled, "do", "preview"))
	require.Equal(t, http.StatusOK, confirm.status, confirm.text())
	confirm.says("Secret key Note Stripe has not answered")
	require.Equal(t, http.StatusSeeOther, confirm.post("/card/settings", confirm.with("do", "save")).status)
	assert.Equal(t, rolled, o.state().Settings.Live.Secret.Reveal())
}
