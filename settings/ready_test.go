package settings_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

func TestReady_SIG03_SIG04_LC11(t *testing.T) {
	tests := []struct {
		name   string
		change func(*settings.Settings)
		want   []string
	}{
		{"complete test", func(s *settings.Settings) {}, nil},
		{"complete live", func(s *settings.Settings) { s.Environment = settings.Live }, nil},
		{"disabled does not count", func(s *settings.Settings) { s.Enabled = false }, nil},
		{"the other environment is empty", func(s *settings.Settings) { s.Live = settings.Keys{} }, nil},
		{"the other environment is wrong", func(s *settings.Settings) { s.Live.Publishable = "x" }, nil},
		{"nothing in test", func(s *settings.Settings) { s.Test = settings.Keys{} },
			[]string{"test.publishable missing_publishable_key", "test.secret missing_secret_key", "test.webhook_secrets missing_webhook_secret"}},
		{"switched to a live side without keys", func(s *settings.Settings) { s.Environment, s.Live = settings.Live, settings.Keys{} },
			[]string{"live.publishable missing_publishable_key", "live.secret missing_secret_key", "live.webhook_secrets missing_webhook_secret"}},
		{"new keys without their webhook secret", func(s *settings.Settings) { s.Test.WebhookSecrets = nil },
			[]string{"test.webhook_secrets missing_webhook_secret"}},
		{"sweep only by explicit choice", func(s *settings.Settings) { s.Test.WebhookSecrets, s.Test.SweepOnly = nil, true }, nil},
		{"sweep only of the other environment does not count", func(s *settings.Settings) { s.Test.WebhookSecrets, s.Live.SweepOnly = nil, true },
			[]string{"test.webhook_secrets missing_webhook_secret"}},
		{"wrong and missing, in the order of the form", func(s *settings.Settings) {
			s.Test.Publishable, s.Capture, s.Authentication, s.AccountID = "", "x", settings.AuthConnect, ""
		}, []string{"account_id account_required", "test.publishable missing_publishable_key", "capture unknown_value"}},
		{"no environment at all", func(s *settings.Settings) { s.Environment = "" }, []string{"environment unknown_value"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := complete()
			test.change(&s)
			err := s.Ready()
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, settings.ErrNotReady)
			require.Equal(t, test.want, faultsOf(err))
			require.Contains(t, err.Error(), "settings: not ready: ")
		})
	}
}

func TestMissingKeysAreNotInvalid(t *testing.T) {
	s := settings.Default()
	require.NotErrorIs(t, s.Ready(), settings.ErrInvalid)
	s.Capture = "x"
	require.ErrorIs(t, s.Ready(), settings.ErrInvalid)
	require.ErrorIs(t, s.Ready(), settings.ErrNotReady)
}

func TestWarnings_LC06_LC17_LC24(t *testing.T) {
	tests := []struct {
		name   string
		change func(*settings.Settings)
		want   []string
	}{
		{"enabled in test", func(s *settings.Settings) {}, []string{"environment warn_test_environment"}},
		{"disabled", func(s *settings.Settings) { s.Enabled = false }, []string{}},
		{"live", func(s *settings.Settings) { s.Environment = settings.Live }, []string{"live.secret warn_standard_key_live"}},
		{"automatic capture", func(s *settings.Settings) { s.Enabled, s.Capture = false, settings.CaptureAutomatic }, []string{"capture warn_capture_automatic"}},
		{"everywhere", func(s *settings.Settings) { s.Enabled, s.Regions = false, settings.Everywhere() }, []string{"regions warn_region_all"}},
		{"no account", func(s *settings.Settings) { s.Enabled, s.AccountID = false, "" }, []string{"account_id warn_account_unchecked"}},
		{"cards of guests", func(s *settings.Settings) { s.Enabled, s.SaveCard = false, settings.SaveRequired }, []string{"save_card warn_save_card_required"}},
		{"no webhooks", func(s *settings.Settings) { s.Enabled, s.Test.WebhookSecrets, s.Test.SweepOnly = false, nil, true }, []string{"test.sweep_only warn_sweep_only"}},
		{"webhooks and none", func(s *settings.Settings) { s.Enabled, s.Test.SweepOnly = false, true }, []string{"test.sweep_only warn_sweep_only_unused"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := complete()
			test.change(&s)
			require.Equal(t, test.want, found(s.Warnings()))
			for _, fault := range s.Warnings() {
				require.Equal(t, settings.Warning, fault.Code.Kind())
			}
			require.NoError(t, s.Validate())
		})
	}
}

func TestAccountMismatch_LC10_API11(t *testing.T) {
	s := complete()
	require.Empty(t, s.AccountMismatch("acct_1AbCdEfGh"))

	faults := s.AccountMismatch("acct_Other")
	require.Equal(t, []string{"account_id account_differs"}, found(faults))
	require.ErrorIs(t, faults, settings.ErrInvalid)
	require.Contains(t, faults[0].Message("ja"), "acct_Other")

	require.NotEmpty(t, s.AccountMismatch(""), "no answer is no proof")
	requireHidden(t, s.AccountMismatch(canary).Error())

	s.AccountID = ""
	require.Empty(t, s.AccountMismatch("acct_Other"))
}
