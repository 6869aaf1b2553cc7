package settings_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

func TestDefaultIsValidAndNotReady_LC17(t *testing.T) {
	s := settings.Default()
	require.NoError(t, s.Validate())
	require.ErrorIs(t, s.Ready(), settings.ErrNotReady)
	require.False(t, s.Enabled)
	require.Equal(t, settings.Test, s.Environment)
	require.Equal(t, settings.CaptureManual, s.Capture)
	require.Equal(t, settings.ThreeDSecureAutomatic, s.ThreeDSecure)
	require.Equal(t, settings.SaveNone, s.SaveCard)
}

func TestZeroSettingsReportEverything(t *testing.T) {
	err := settings.Settings{}.Validate()
	require.ErrorIs(t, err, settings.ErrInvalid)
	require.Equal(t, []string{
		"regions region_required", "environment unknown_value", "authentication unknown_value",
		"capture unknown_value", "three_d_secure unknown_value", "save_card unknown_value",
	}, faultsOf(err))
	require.ErrorIs(t, settings.Settings{}.Ready(), settings.ErrNotReady)
}

func TestValidateSettings(t *testing.T) {
	long := strings.Repeat("店", 200)
	tests := []struct {
		name   string
		change func(*settings.Settings)
		want   []string
	}{
		{"complete", func(*settings.Settings) {}, nil},
		{"LC-06 everywhere", func(s *settings.Settings) { s.Regions = settings.Everywhere() }, nil},
		{"LC-06 everywhere and Japan", func(s *settings.Settings) { s.Regions.All = true }, []string{"regions region_mixed"}},
		{"LC-06 small letters", func(s *settings.Settings) { s.Regions = settings.Countries("jp") }, []string{"regions[1] country_unknown"}},
		{"LC-06 no such country, and one twice", func(s *settings.Settings) { s.Regions = settings.Countries("JP", "UK", "JP") }, []string{"regions[2] country_unknown", "regions[3] country_twice"}},
		{"LC-06 Kosovo", func(s *settings.Settings) { s.Regions = settings.Countries("XK") }, nil},
		{"LC-07 the host's usual status", func(s *settings.Settings) { s.OrderStatus = "" }, nil},
		{"LC-07 line break", func(s *settings.Settings) { s.OrderStatus = "a\nb" }, []string{"order_status control_character"}},
		{"LC-08 edges", func(s *settings.Settings) { s.SortOrder = -1_000_000 }, nil},
		{"LC-08 beyond", func(s *settings.Settings) { s.SortOrder = 1_000_001 }, []string{"sort_order out_of_range"}},
		{"LC-09 longest", func(s *settings.Settings) { s.AccountName = long }, nil},
		{"LC-09 too long", func(s *settings.Settings) { s.AccountName = long + "店" }, []string{"account_name too_long"}},
		{"LC-09 space around", func(s *settings.Settings) { s.AccountName = " 店 " }, []string{"account_name whitespace"}},
		{"LC-09 not UTF-8", func(s *settings.Settings) { s.AccountName = "\xff" }, []string{"account_name control_character"}},
		{"LC-09 text that only looks odd", func(s *settings.Settings) { s.AccountName = "risk_test_shop sk_live_" }, nil},
		{"SEC-06 secret as a name", func(s *settings.Settings) { s.AccountName = "my key: SK_live_" + part }, []string{"account_name secret_in_text"}},
		{"LC-10 no account", func(s *settings.Settings) { s.AccountID = "" }, nil},
		{"LC-10 prefix", func(s *settings.Settings) { s.AccountID = "1AbCdEfGh" }, []string{"account_id account_form"}},
		{"LC-10 bare prefix", func(s *settings.Settings) { s.AccountID = "acct_" }, []string{"account_id account_form"}},
		{"LC-10 space", func(s *settings.Settings) { s.AccountID = "acct_1 " }, []string{"account_id whitespace"}},
		{"LC-10 full-width", func(s *settings.Settings) { s.AccountID = "acct_\uff11" }, []string{"account_id key_characters"}},
		{"LC-10 secret", func(s *settings.Settings) { s.AccountID = "rk_live_" + part }, []string{"account_id secret_in_text"}},
		{"LC-11 unknown", func(s *settings.Settings) { s.Environment = "production" }, []string{"environment unknown_value"}},
		{"LC-12 unknown", func(s *settings.Settings) { s.Authentication = "oauth" }, []string{"authentication unknown_value"}},
		{"LC-12 connect without account", func(s *settings.Settings) { s.Authentication, s.AccountID = settings.AuthConnect, "" }, []string{"account_id account_required"}},
		{"LC-12 connect", func(s *settings.Settings) { s.Authentication = settings.AuthConnect }, nil},
		{"LC-18 there is no off", func(s *settings.Settings) { s.ThreeDSecure = "off" }, []string{"three_d_secure unknown_value"}},
		{"LC-19 unknown", func(s *settings.Settings) { s.SaveCard = "always" }, []string{"save_card unknown_value"}},
		{"LC-17 unknown", func(s *settings.Settings) { s.Capture = "自動" }, []string{"capture unknown_value"}},
		{"several at once", func(s *settings.Settings) { s.Capture, s.SortOrder, s.Live.Publishable = "", 9_999_999, "x" },
			[]string{"sort_order out_of_range", "live.publishable not_publishable_key", "capture unknown_value"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := complete()
			test.change(&s)
			requireFaults(t, test.want, s.Validate())
		})
	}
}

func requireFaults(t *testing.T, want []string, err error) {
	t.Helper()
	if len(want) == 0 {
		require.NoError(t, err)
		return
	}
	require.ErrorIs(t, err, settings.ErrInvalid)
	require.NotErrorIs(t, err, settings.ErrNotReady)
	require.Equal(t, want, faultsOf(err))
	require.NotContains(t, err.Error(), part)
}

func TestValidatePublishableKey_LC13_LC15_API11_SEC06(t *testing.T) {
	tests := map[string]struct{ live, test settings.Code }{
		"":                                    {"", ""},
		"pk_live_" + part:                     {"", settings.CodeLiveKeyInTest},
		"pk_test_" + part:                     {settings.CodeTestKeyInLive, ""},
		"pk_live_":                            {settings.CodeKeyIncomplete, settings.CodeLiveKeyInTest},
		"pk_" + part:                          both(settings.CodeNotPublishableKey),
		"hello":                               both(settings.CodeNotPublishableKey),
		"sk_live_" + part:                     both(settings.CodeSecretInPublishable),
		"rk_test_" + part:                     both(settings.CodeSecretInPublishable),
		"whsec_" + part:                       both(settings.CodeSecretInPublishable),
		"sk_org_live_" + part:                 both(settings.CodeSecretInPublishable),
		"sk_" + part:                          both(settings.CodeSecretInPublishable),
		" SK_LIVE_" + part:                    both(settings.CodeSecretInPublishable),
		"pk_live_1sk_live_" + part:            both(settings.CodeSecretInPublishable),
		"pk_live_1\nsk_live_" + part:          both(settings.CodeSecretInPublishable),
		" pk_live_" + part:                    both(settings.CodeWhitespace),
		"pk_live_ " + part:                    both(settings.CodeWhitespace),
		"pk_live_" + part + " ":               both(settings.CodeWhitespace),
		"pk_live_" + part + "\r\n":            both(settings.CodeControlCharacter),
		"pk_live_\u200b" + part:               both(settings.CodeControlCharacter),
		"pk_live_\x00" + part:                 both(settings.CodeControlCharacter),
		"pk_live_キー":                          both(settings.CodeKeyCharacters),
		"pk_live_\"><script>":                 both(settings.CodeKeyCharacters),
		"pk_live_****" + "1234":               both(settings.CodeMasked),
		"pk_live_" + strings.Repeat("a", 300): both(settings.CodeTooLong),
	}
	for value, want := range tests {
		t.Run(fmt.Sprintf("%.40q", value), func(t *testing.T) {
			s := complete()
			s.Live.Publishable, s.Test.Publishable = value, value
			requireFaults(t, keyFaults("publishable", want.live, want.test), s.Validate())
			if want.live != "" && want.test != "" && strings.Contains(strings.ToLower(value), "k_live_"+strings.ToLower(part)) && want.live == settings.CodeSecretInPublishable {
				require.Empty(t, s.Live.BrowserKey(), "SEC-02: no secret reaches a page")
				require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", s, s, s.Live, &s), part)
			}
		})
	}
}

func both(code settings.Code) struct{ live, test settings.Code } {
	return struct{ live, test settings.Code }{code, code}
}

func keyFaults(field string, live, test settings.Code) []string {
	var want []string
	if live != "" {
		want = append(want, "live."+field+" "+string(live))
	}
	if test != "" {
		want = append(want, "test."+field+" "+string(test))
	}
	return want
}

func TestValidateSecretKey_LC14_LC16_API11(t *testing.T) {
	tests := map[string]struct{ live, test settings.Code }{
		"":                           {"", ""},
		"sk_live_" + part:            {"", settings.CodeLiveKeyInTest},
		"sk_test_" + part:            {settings.CodeTestKeyInLive, ""},
		"rk_live_" + part:            {"", settings.CodeLiveKeyInTest}, // live is not in use: a warning, see below
		"rk_test_" + part:            {settings.CodeTestKeyInLive, settings.CodeSecretKeyExpected},
		"sk_test_":                   {settings.CodeTestKeyInLive, settings.CodeKeyIncomplete},
		"pk_live_" + part:            both(settings.CodePublishableInSecret),
		"pk_test_" + part:            both(settings.CodePublishableInSecret),
		"whsec_" + part:              both(settings.CodeWebhookSecretInSecret),
		"sk_org_live_" + part:        both(settings.CodeNotSecretKey),
		"sk_" + part:                 both(settings.CodeNotSecretKey),
		part:                         both(settings.CodeNotSecretKey),
		"   ":                        both(settings.CodeWhitespace),
		"\t":                         both(settings.CodeControlCharacter),
		"sk_live_" + part + "\u3000": both(settings.CodeWhitespace),
		"sk_live_" + part + "\n":     both(settings.CodeControlCharacter),
		"***":                        both(settings.CodeMasked),
		"sk_live_…abcd":              both(settings.CodeMasked),
		"••••••••":                   both(settings.CodeMasked),
	}
	for value, want := range tests {
		t.Run(fmt.Sprintf("%.40q", value), func(t *testing.T) {
			s := complete()
			s.Live.Secret, s.Test.Secret = settings.NewSecret(value), settings.NewSecret(value)
			requireFaults(t, keyFaults("secret", want.live, want.test), s.Validate())
		})
	}
}

func TestValidateKeysSwapped_SEC06(t *testing.T) {
	s := complete()
	s.Test.Publishable, s.Test.Secret = s.Test.Secret.Reveal(), settings.NewSecret(s.Test.Publishable)
	err := s.Validate()
	require.Equal(t, []string{"test.publishable secret_in_publishable", "test.secret publishable_in_secret"}, faultsOf(err))
	for _, fault := range settings.FaultsOf(err) {
		require.NotContains(t, fault.Message("ja")+fault.Message("en")+fault.String(), part)
	}
	leak := settings.FaultsOf(err)[0]
	require.Contains(t, leak.Message("ja"), "ロール", "advice to roll the key")
	require.Contains(t, leak.Message("en"), "roll it")
}

func TestValidateKeyFitsAuthentication_LC02_LC12(t *testing.T) {
	tests := []struct {
		authentication settings.Authentication
		prefix         string
		want           settings.Code
	}{
		{settings.AuthSecretKey, "sk", ""},
		{settings.AuthSecretKey, "rk", settings.CodeSecretKeyExpected},
		{settings.AuthRestrictedKey, "rk", ""},
		{settings.AuthRestrictedKey, "sk", settings.CodeRestrictedKeyExpected},
		{settings.AuthConnect, "sk", ""},
		{settings.AuthConnect, "rk", ""},
	}
	for _, test := range tests {
		for _, environment := range settings.Environments() {
			t.Run(fmt.Sprint(test.authentication, " ", test.prefix, " ", environment), func(t *testing.T) {
				s := complete()
				s.Environment, s.Authentication = environment, test.authentication
				s.Live.Secret = settings.NewSecret(test.prefix + "_live_" + part)
				s.Test.Secret = settings.NewSecret(test.prefix + "_test_" + part)

				var want []string
				if test.want != "" {
					want = []string{string(environment) + ".secret " + string(test.want)}
				}
				requireFaults(t, want, s.Validate())
				other := map[settings.Environment]settings.Environment{settings.Live: settings.Test, settings.Test: settings.Live}[environment]
				require.Equal(t, test.want != "", slices.Contains(found(s.Warnings()), string(other)+".secret warn_other_key_kind"),
					"the environment not in use gets a warning")
			})
		}
	}
}

func TestValidateWebhookSecrets_SIG02_SIG04(t *testing.T) {
	tests := map[string]settings.Code{
		"whsec_" + strings.Repeat("a", 24): "",
		"whsec_" + strings.Repeat("a", 23): settings.CodeWebhookSecretShort,
		"whsec_":                           settings.CodeWebhookSecretShort,
		"":                                 settings.CodeWebhookSecretEmpty,
		"   ":                              settings.CodeWhitespace,
		"sk_live_" + part:                  settings.CodeAPIKeyInWebhookSecret,
		"rk_test_" + part:                  settings.CodeAPIKeyInWebhookSecret,
		"pk_test_" + part:                  settings.CodeAPIKeyInWebhookSecret,
		"we_1AbCdEf":                       settings.CodeEndpointInWebhookSecret,
		"secret":                           settings.CodeNotWebhookSecret,
		"***":                              settings.CodeMasked,
		"whsec_" + part + "\n":             settings.CodeControlCharacter,
		"whsec_ " + part:                   settings.CodeWhitespace,
	}
	for value, want := range tests {
		t.Run(fmt.Sprintf("%q", value), func(t *testing.T) {
			s := complete()
			s.Test.WebhookSecrets = append(s.Test.WebhookSecrets, settings.NewSecret(value))
			require.Equal(t, want == "", settings.NewSecret(value).SignsEvents())
			if want == "" {
				require.NoError(t, s.Validate())
				return
			}
			requireFaults(t, []string{"test.webhook_secrets[2] " + string(want)}, s.Validate())
			require.ErrorIs(t, s.Ready(), settings.ErrNotReady, "SIG-04: fail closed")
		})
	}
}

func TestValidateWebhookSecretLists_SIG03(t *testing.T) {
	s := complete()
	s.Test.WebhookSecrets = []settings.Secret{webhookSecret("a"), webhookSecret("a")}
	requireFaults(t, []string{"test.webhook_secrets[2] webhook_secret_twice"}, s.Validate())

	s = complete()
	s.Live.WebhookSecrets = append(s.Live.WebhookSecrets, s.Test.WebhookSecrets[0])
	requireFaults(t, []string{"live.webhook_secrets[3] webhook_secret_shared"}, s.Validate())
	require.NoError(t, s.Ready(), "reported where it does not stop the shop")

	s = complete()
	for i := range 17 {
		s.Test.WebhookSecrets = append(s.Test.WebhookSecrets, webhookSecret(fmt.Sprint("n", i)))
	}
	requireFaults(t, []string{"test.webhook_secrets too_many"}, s.Validate())
}

func TestNoFaultEchoesWhatWasEntered_SEC06(t *testing.T) {
	var s settings.Settings
	for _, text := range []*string{&s.OrderStatus, &s.AccountName, &s.AccountID, &s.Live.Publishable, &s.Test.Publishable,
		(*string)(&s.Environment), (*string)(&s.Authentication), (*string)(&s.Capture), (*string)(&s.ThreeDSecure), (*string)(&s.SaveCard)} {
		*text = canary
	}
	s.Regions = settings.Countries(canary)
	s.Live.Secret, s.Test.WebhookSecrets = settings.NewSecret(canary), []settings.Secret{settings.NewSecret(canary)}

	faults := settings.FaultsOf(s.Validate())
	require.Len(t, faults, 13)
	output := fmt.Sprintf("%v %+v %#v %v %v %+v %#v", faults, faults, faults, faults.Error(), s.Ready(), s, s)
	for _, fault := range append(faults, s.Warnings()...) {
		output += fault.Message("ja") + fault.Message("en") + fault.String()
	}
	_, err := settings.Encode(s)
	require.ErrorIs(t, err, settings.ErrInvalid, "a secret in the wrong place is not stored")
	requireHidden(t, output+err.Error()+s.Environment.Label("ja")+s.Form().Encode())
}

func TestFaultsOf(t *testing.T) {
	s := complete()
	s.Capture = ""
	require.Len(t, settings.FaultsOf(fmt.Errorf("saving: %w", s.Validate())), 1)
	require.Len(t, settings.FaultsOf(s.Ready()), 1)
	require.Nil(t, settings.FaultsOf(nil))
	require.Nil(t, settings.FaultsOf(errors.New("other")))
}
