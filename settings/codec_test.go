package settings_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

func TestDecodeReadsWhatEncodeWrote(t *testing.T) {
	minimal := settings.Default()
	everywhere := complete()
	everywhere.Regions = settings.Everywhere()
	everywhere.SortOrder = -7
	everywhere.Live.SweepOnly = true
	for name, s := range map[string]settings.Settings{"minimal": minimal, "complete": complete(), "everywhere": everywhere} {
		t.Run(name, func(t *testing.T) {
			data, err := settings.Encode(s)
			require.NoError(t, err)
			got, err := settings.Decode(data)
			require.NoError(t, err)
			requireEqual(t, s, got)
			require.Equal(t, s.Live.Secret.Reveal(), got.Live.Secret.Reveal())
		})
	}
}

func TestEncodeRefusesWhatIsWrong_SEC06(t *testing.T) {
	s := complete()
	s.Test.Publishable = canary
	data, err := settings.Encode(s)
	require.Nil(t, data)
	require.Equal(t, []string{"test.publishable secret_in_publishable"}, faultsOf(err))
}

func TestDecodeTakesDefaultsForWhatIsAbsent(t *testing.T) {
	got, err := settings.Decode([]byte(`{"version": 1, "test": {"publishable": "pk_test_1"}}`))
	require.NoError(t, err)
	want := settings.Default()
	want.Test.Publishable = "pk_test_1"
	requireEqual(t, want, got)
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		name, document string
		want           []string
	}{
		{"nothing", ``, []string{"document_syntax"}},
		{"no JSON", "{\n\"version\": 1,\n x}", []string{"document_syntax"}},
		{"cut off", `{"version": 1`, []string{"document_syntax"}},
		{"not UTF-8", "{\"version\": 1, \"account_name\": \"\xff\"}", []string{"document_syntax"}},
		{"not an object", `[1]`, []string{"document_type"}},
		{"null", `null`, []string{"document_type"}},
		{"trailing object", `{"version": 1} {}`, []string{"document_trailing"}},
		{"trailing letters", `{"version": 1} x`, []string{"document_trailing"}},
		{"no version", `{"whatever": 1}`, []string{"document_version"}},
		{"later version", `{"version": 2, "whatever": 1}`, []string{"document_version"}},
		{"version as text", `{"version": "1"}`, []string{"document_version"}},
		{"null as version", `{"version": null}`, []string{"document_version"}},
		{"unknown names", `{"version": 1, "captures": "manual", "live": {"sekret": ""}}`, []string{"document_unknown", "document_unknown"}},
		{"names are exact", `{"version": 1, "Capture": "manual"}`, []string{"document_unknown"}},
		{"duplicate", `{"version": 1, "capture": "manual", "capture": "automatic"}`, []string{"capture document_duplicate"}},
		{"duplicate by escape", `{"version": 1, "capture": "manual", "c\u0061pture": "automatic"}`, []string{"capture document_duplicate"}},
		{"duplicate inside", `{"version": 1, "live": {"secret": "", "secret": ""}}`, []string{"live.secret document_duplicate"}},
		{"duplicate object", `{"version": 1, "live": {}, "live": {}}`, []string{"document_duplicate"}},
		{"types", `{"version": 1, "enabled": 1, "regions": 1, "order_status": 1, "sort_order": 1.5, "environment": null,
			"live": [], "test": {"secret": {}, "webhook_secrets": [1], "sweep_only": "yes"}, "save_card": false}`,
			[]string{"live document_type", "enabled document_type", "regions document_type", "order_status document_type", "sort_order document_type",
				"environment document_type", "test.secret document_type", "test.webhook_secrets document_type", "test.sweep_only document_type", "save_card document_type"}},
		{"region as a word", `{"version": 1, "regions": "JP"}`, []string{"regions unknown_value"}},
		{"regions null", `{"version": 1, "regions": null}`, []string{"regions document_type"}},
		{"all in a list", `{"version": 1, "regions": ["all"]}`, []string{"regions[1] country_unknown"}},
		{"no region", `{"version": 1, "regions": []}`, []string{"regions region_required"}},
		{"huge number", `{"version": 1, "sort_order": 99999999999999999999}`, []string{"sort_order document_type"}},
		{"values and shape together", `{"version": 1, "sort_order": "1", "capture": "x", "unknown": 1, "live": {"publishable": "pk_test_1"}}`,
			[]string{"document_unknown", "sort_order document_type", "live.publishable test_key_in_live", "capture unknown_value"}},
		{"SEC-04 masks", `{"version": 1, "live": {"secret": "***", "webhook_secrets": ["***"]}}`,
			[]string{"live.secret masked", "live.webhook_secrets[1] masked"}},
		{"too large", `{"version": 1, "account_name": "` + strings.Repeat("a", settings.MaxDocument) + `"}`, []string{"document_too_large"}},
		{"deep", strings.Repeat("[", 20_000), []string{"document_syntax"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := settings.Decode([]byte(test.document))
			require.ErrorIs(t, err, settings.ErrInvalid)
			require.Equal(t, test.want, faultsOf(err))
		})
	}
}

func TestDecodeNamesTheLine(t *testing.T) {
	_, err := settings.Decode([]byte("{\n\"version\": 1,\n x}"))
	require.Contains(t, err.Error(), "line 3")
}

func TestDecodeNeverEchoesASecret_SEC06(t *testing.T) {
	for _, document := range []string{
		`{"version": 1, "` + canary + `": 1}`,
		`{"version": 1, "` + canary + `": 1, "` + canary + `": 1}`,
		`{"version": 1, "live": {"` + canary + `": 1}}`,
		`{"version": 1, "sk_test_canary": 1}`,
		`{"version": 1, "enabled": "` + canary + `", "sort_order": "` + canary + `"}`,
		`{"version": 1, "regions": "` + canary + `", "environment": "` + canary + `", "capture": "` + canary + `"}`,
		`{"version": 1, "regions": ["` + canary + `"], "account_name": "` + canary + `", "account_id": "` + canary + `"}`,
		`{"version": 1, "live": {"publishable": "` + canary + `", "secret": "` + canary + ` ", "webhook_secrets": ["` + canary + `"]}}`,
		`{"version": 1, "live": "` + canary + `"}`,
		`{"version": "` + canary + `"}`,
		`{"version": 1} ` + canary,
		canary,
	} {
		s, err := settings.Decode([]byte(document))
		require.Error(t, err)
		output := fmt.Sprintf("%v %+v %#v", err, s, s)
		for _, fault := range settings.FaultsOf(err) {
			output += fault.Message("ja") + fault.Message("en")
		}
		requireHidden(t, output)
		require.NotContains(t, output, "sk_test_canary")
	}
}

func TestDecodeReturnsWhatCouldBeRead(t *testing.T) {
	s, err := settings.Decode([]byte(`{"version": 1, "account_name": "店", "capture": 7, "live": {"publishable": "` + canary + `"}}`))
	require.Error(t, err)
	require.Equal(t, "店", s.AccountName)
	require.Equal(t, settings.CaptureManual, s.Capture)
	require.Empty(t, s.Live.Publishable, "SEC-06: not kept, not drawn")
}

func TestMarshalMasksAndDecodeRefusesTheMask_SEC04(t *testing.T) {
	s := complete()
	data, err := json.Marshal(s)
	require.NoError(t, err)
	require.Contains(t, string(data), `"secret":"***"`)
	require.Contains(t, string(data), `"webhook_secrets":["***","***"]`)
	require.NotContains(t, string(data), "sk_")
	require.NotContains(t, string(data), "whsec_")

	var back settings.Settings
	err = json.Unmarshal(data, &back)
	require.Equal(t, []string{"live.secret masked", "live.webhook_secrets[1] masked", "live.webhook_secrets[2] masked",
		"test.secret masked", "test.webhook_secrets[1] masked"}, faultsOf(err))
	requireEqual(t, settings.Settings{}, back)

	data, err = json.Marshal(settings.Default())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &back), "without secrets nothing is lost")
	requireEqual(t, settings.Default(), back)
}

func TestRevision(t *testing.T) {
	s := complete()
	other := s.Clone()
	other.Regions = settings.Countries("US", "JP")
	require.True(t, s.Equal(other))
	require.Equal(t, s.Revision(), other.Revision())
	require.Equal(t, []string{"JP", "US"}, s.Regions.Countries)
	require.Len(t, s.Revision(), 16)

	for name, change := range changes() {
		t.Run(name, func(t *testing.T) {
			changed := s.Clone()
			change(&changed)
			require.False(t, s.Equal(changed))
			require.NotEqual(t, s.Revision(), changed.Revision())
		})
	}
}

// changes touch every setting once.
func changes() map[string]func(*settings.Settings) {
	return map[string]func(*settings.Settings){
		"enabled":              func(s *settings.Settings) { s.Enabled = false },
		"regions":              func(s *settings.Settings) { s.Regions.Countries[0] = "FR" },
		"all regions":          func(s *settings.Settings) { s.Regions = settings.Everywhere() },
		"order_status":         func(s *settings.Settings) { s.OrderStatus += "x" },
		"sort_order":           func(s *settings.Settings) { s.SortOrder++ },
		"account_name":         func(s *settings.Settings) { s.AccountName += "x" },
		"account_id":           func(s *settings.Settings) { s.AccountID += "x" },
		"environment":          func(s *settings.Settings) { s.Environment = settings.Live },
		"authentication":       func(s *settings.Settings) { s.Authentication = settings.AuthConnect },
		"live.publishable":     func(s *settings.Settings) { s.Live.Publishable += "x" },
		"live.secret":          func(s *settings.Settings) { s.Live.Secret = settings.Secret{} },
		"live.webhook_secrets": func(s *settings.Settings) { s.Live.WebhookSecrets[1] = webhookSecret("new") },
		"live.sweep_only":      func(s *settings.Settings) { s.Live.SweepOnly = true },
		"test.publishable":     func(s *settings.Settings) { s.Test.Publishable += "x" },
		"test.secret":          func(s *settings.Settings) { s.Test.Secret = settings.NewSecret("sk_test_new") },
		"test.webhook_secrets": func(s *settings.Settings) { s.Test.WebhookSecrets = nil },
		"test.sweep_only":      func(s *settings.Settings) { s.Test.SweepOnly = true },
		"capture":              func(s *settings.Settings) { s.Capture = settings.CaptureAutomatic },
		"three_d_secure":       func(s *settings.Settings) { s.ThreeDSecure = settings.ThreeDSecureAny },
		"save_card":            func(s *settings.Settings) { s.SaveCard = settings.SaveOptional },
	}
}

// key begins a word: "risk_test_1" is a name like any other.
var key = regexp.MustCompile(`(^|[^A-Za-z0-9])((sk|rk)_(test|live)_[A-Za-z0-9]|whsec_[A-Za-z0-9])`)

func FuzzDecode(f *testing.F) {
	for _, s := range []settings.Settings{settings.Default(), complete()} {
		data, err := settings.Encode(s)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"version":1,"live":{"publishable":"` + canary + `","secret":"***"},"live":{}} x`))
	f.Add([]byte(`{"version":1,"regions":"all","sort_order":1e3,"` + canary + `":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := settings.Decode(data)
		if err != nil {
			output := fmt.Sprintf("%v %+v %#v", err, s, s)
			require.ErrorIs(t, err, settings.ErrInvalid)
			require.NotEmpty(t, settings.FaultsOf(err))
			require.False(t, key.MatchString(output), "a secret in %s", output)
			return
		}
		require.NoError(t, s.Validate())
		again, err := settings.Encode(s)
		require.NoError(t, err)
		back, err := settings.Decode(again)
		require.NoError(t, err)
		requireEqual(t, s, back)
		require.Equal(t, s.Revision(), back.Revision())
	})
}
