package settings_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

func TestFieldsFollowTheManual_LC04_LC05(t *testing.T) {
	want := []struct{ number, label string }{
		{"①", "文言設定"}, {"②", "適用地域"}, {"③", "初期注文ステータス"}, {"④", "並び順"}, {"⑤", "アカウント名"},
		{"⑥", "アカウントID"}, {"⑦", "稼働環境"}, {"⑧", "認証方法"}, {"⑨", "公開可能キー"}, {"⑩", "シークレットキー"},
		{"⑪", "テスト用公開可能キー"}, {"⑫", "テスト用シークレットキー"}, {"⑬", "キャプチャ"}, {"⑭", "3Dセキュア"}, {"⑮", "カード情報の保存"},
	}
	var got []struct{ number, label string }
	for _, field := range settings.Fields(settings.Lists{}) {
		require.NotEmpty(t, field.ID)
		require.NotEmpty(t, field.Input)
		for _, text := range []settings.Text{field.Label, field.Help} {
			require.NotEmpty(t, text.In("ja"), field.ID)
			require.NotEmpty(t, text.In("en"), field.ID)
		}
		if field.Number != "" {
			got = append(got, struct{ number, label string }{field.Number, field.Label.JA})
		}
		require.Equal(t, strings.HasPrefix(string(field.ID), "live.") || strings.HasPrefix(string(field.ID), "test."), field.Environment != "")
	}
	require.Equal(t, want, got)
}

func TestFieldsOfferTheHostsLists_LC06_LC07(t *testing.T) {
	lists := settings.Lists{
		Countries:     []settings.Option{{Value: "JP", Label: settings.Text{JA: "日本", EN: "Japan"}}},
		OrderStatuses: []settings.Option{{Value: "new", Label: settings.Text{JA: "新規受付", EN: "New"}}},
	}
	fields := byID(settings.Fields(lists))
	require.Equal(t, []string{"all", "JP"}, values(fields[settings.FieldRegions].Options))
	require.Equal(t, []string{"", "new"}, values(fields[settings.FieldOrderStatus].Options))
	require.Equal(t, "全ての地域", fields[settings.FieldRegions].Options[0].Label.JA)
	require.Equal(t, []string{"JP"}, fields[settings.FieldRegions].Default)

	s := settings.Default()
	require.Empty(t, lists.Check(s))
	s.Regions, s.OrderStatus = settings.Countries("JP", "FR"), "shipped"
	require.Equal(t, []string{"regions[2] not_in_list", "order_status not_in_list"}, found(lists.Check(s)))
	require.Empty(t, settings.Lists{}.Check(s))
}

func TestFieldsOptionsAreTheEnums(t *testing.T) {
	fields := byID(settings.Fields(settings.Lists{}))
	requireOptions(t, fields[settings.FieldEnvironment], settings.Environments())
	requireOptions(t, fields[settings.FieldAuthentication], settings.Authentications())
	requireOptions(t, fields[settings.FieldCapture], settings.Captures())
	requireOptions(t, fields[settings.FieldThreeDSecure], settings.ThreeDSecures())
	requireOptions(t, fields[settings.FieldSaveCard], settings.SaveCards())
}

type choice interface {
	~string
	Valid() bool
	Label(lang string) string
}

func requireOptions[T choice](t *testing.T, field settings.Field, all []T) {
	t.Helper()
	require.Len(t, field.Options, len(all))
	for i, value := range all {
		require.True(t, value.Valid())
		require.Equal(t, string(value), field.Options[i].Value)
		for _, lang := range []string{"ja", "en"} {
			require.NotEmpty(t, value.Label(lang))
			require.Equal(t, value.Label(lang), field.Options[i].Label.In(lang))
		}
		require.NotEqual(t, value.Label("ja"), value.Label("en"))
	}
	require.False(t, T("").Valid())
	require.Empty(t, T("no").Label("ja"))
}

func TestFieldsAreTheCallersOwn(t *testing.T) {
	fields := settings.Fields(settings.Lists{})
	for i := range fields {
		for j := range fields[i].Options {
			fields[i].Options[j].Value = "spoiled"
		}
		fields[i].Label.JA = "spoiled"
	}
	require.True(t, settings.Test.Valid())
	require.NotContains(t, fmt.Sprint(settings.Fields(settings.Lists{})), "spoiled")
}

func byID(fields []settings.Field) map[settings.FieldID]settings.Field {
	m := map[settings.FieldID]settings.Field{}
	for _, field := range fields {
		m[field.ID] = field
	}
	return m
}

func values(options []settings.Option) []string {
	list := []string{}
	for _, option := range options {
		list = append(list, option.Value)
	}
	return list
}

func TestFormSavedUnchangedChangesNothing_SEC04(t *testing.T) {
	s := complete()
	form := s.Form()
	require.NotContains(t, form.Encode(), "sk_")
	require.NotContains(t, form.Encode(), "whsec_")
	got, faults := settings.FromForm(form, s)
	require.Empty(t, faults)
	requireEqual(t, s, got)

	got, faults = settings.FromForm(url.Values{"csrf_token": {"x"}}, s)
	require.Empty(t, faults, "what a form does not have stays")
	requireEqual(t, s, got)
}

func TestFormCarriesEveryField(t *testing.T) {
	form := complete().Form()
	for _, field := range settings.Fields(settings.Lists{}) {
		switch field.Input {
		case settings.InputLink, settings.InputSecret, settings.InputSecrets:
			require.NotContains(t, form, string(field.ID))
		default:
			require.Contains(t, form, string(field.ID))
			require.NotEmpty(t, field.Default, field.ID)
		}
	}
}

func TestFromFormReadsEveryField(t *testing.T) {
	want := complete()
	form := want.Form()
	form.Set("live.secret", want.Live.Secret.Reveal()+"\r\n") // as copied
	form.Set("test.secret", "  "+want.Test.Secret.Reveal())
	form.Set("live.webhook_secrets", want.Live.WebhookSecrets[0].Reveal()+"\r\n\r\n"+want.Live.WebhookSecrets[1].Reveal())
	form.Set("test.webhook_secrets", want.Test.WebhookSecrets[0].Reveal())
	form["enabled"] = []string{"0", "on"} // hidden input and ticked checkbox
	form["regions"] = []string{"", "us", " jp "}
	got, faults := settings.FromForm(form, settings.Default())
	require.Empty(t, faults)
	requireEqual(t, want, got)
}

func TestFromFormSecrets_SEC04(t *testing.T) {
	old := complete()
	tests := []struct {
		name string
		form url.Values
		want func(*settings.Settings)
	}{
		{"empty keeps", url.Values{"test.secret": {" "}, "test.webhook_secrets": {"\n"}}, func(*settings.Settings) {}},
		{"new replaces", url.Values{"test.secret": {"sk_test_new"}}, func(s *settings.Settings) { s.Test.Secret = settings.NewSecret("sk_test_new") }},
		{"clear removes", url.Values{"test.secret.clear": {"1"}}, func(s *settings.Settings) { s.Test.Secret = settings.Secret{} }},
		{"clear and new", url.Values{"test.secret.clear": {"1"}, "test.secret": {"sk_test_new"}}, func(s *settings.Settings) { s.Test.Secret = settings.NewSecret("sk_test_new") }},
		{"webhook secret is added while one is rolled", url.Values{"test.webhook_secrets": {webhookSecret("new").Reveal()}},
			func(s *settings.Settings) {
				s.Test.WebhookSecrets = append(s.Test.WebhookSecrets, webhookSecret("new"))
			}},
		{"webhook secrets are replaced", url.Values{"test.webhook_secrets.clear": {"on"}, "test.webhook_secrets": {webhookSecret("new").Reveal()}},
			func(s *settings.Settings) { s.Test.WebhookSecrets = []settings.Secret{webhookSecret("new")} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := old.Clone()
			test.want(&want)
			got, faults := settings.FromForm(test.form, old)
			require.Empty(t, faults)
			requireEqual(t, want, got)
			requireEqual(t, complete(), old)
		})
	}
	_, faults := settings.FromForm(url.Values{"test.secret": {"***"}, "test.webhook_secrets": {"***3456"}}, old)
	require.Equal(t, []string{"test.secret masked", "test.webhook_secrets[2] masked"}, found(faults))
}

func TestFromFormReportsAllAtOnceAndLosesNothing(t *testing.T) {
	form := complete().Form()
	form.Set("enabled", "maybe")
	form.Set("regions", "")
	form.Set("sort_order", "三")
	form.Set("account_id", "acct-1")
	form.Set("account_name", "新しい店")
	form.Set("capture", "later")
	form.Set("live.publishable", "pk_test_1")
	form.Set("test.publishable", canary)
	got, faults := settings.FromForm(form, complete())
	require.Equal(t, []string{
		"enabled unknown_value", "regions region_required", "sort_order not_a_number", "account_id account_form",
		"live.publishable test_key_in_live", "test.publishable secret_in_publishable", "capture unknown_value",
	}, found(faults))
	require.Len(t, faults.Of(settings.FieldCapture), 1)
	require.True(t, faults.Has(settings.CodeNotANumber))

	require.Equal(t, "新しい店", got.AccountName)
	require.Equal(t, "acct-1", got.AccountID)
	require.EqualValues(t, "later", got.Capture)
	require.Equal(t, "pk_test_1", got.Live.Publishable)
	require.Empty(t, got.Test.Publishable, "SEC-06: not stored, not rendered")
	requireHidden(t, fmt.Sprint(faults)+got.Form().Encode())
}

func TestFormOfAllRegions(t *testing.T) {
	s := settings.Default()
	s.Regions = settings.Everywhere()
	got, faults := settings.FromForm(s.Form(), settings.Default())
	require.Empty(t, faults)
	require.True(t, got.Regions.All)

	_, faults = settings.FromForm(url.Values{"regions": {"ALL", "jp"}}, settings.Default())
	require.Equal(t, []string{"regions region_mixed"}, found(faults))
}

// Rolling a signing secret: the new one is added, the old one goes when its time
// has come, and the others stay.
func TestFromFormRemovesSingleWebhookSecrets(t *testing.T) {
	old := complete()
	got, faults := settings.FromForm(url.Values{
		"live.webhook_secrets.remove": {"1"}, "live.webhook_secrets": {webhookSecret("liveC").Reveal()},
	}, old)
	require.Empty(t, faults)
	want := old.Clone()
	want.Live.WebhookSecrets = []settings.Secret{webhookSecret("liveB"), webhookSecret("liveC")}
	requireEqual(t, want, got)

	for _, position := range []string{"0", "3", "x", "-1"} {
		_, faults := settings.FromForm(url.Values{"live.webhook_secrets.remove": {position}}, old)
		require.Equal(t, []string{"live.webhook_secrets not_in_list"}, found(faults), position)
	}
}

func TestChoicesSayWhatTheyMean(t *testing.T) {
	for _, field := range settings.Fields(settings.Lists{}) {
		if field.Input != settings.InputChoice || field.ID == settings.FieldOrderStatus {
			continue
		}
		for _, option := range field.Options {
			require.NotEmpty(t, option.Help.JA, "%s %s", field.ID, option.Value)
			require.NotEmpty(t, option.Help.EN, "%s %s", field.ID, option.Value)
		}
	}
}
