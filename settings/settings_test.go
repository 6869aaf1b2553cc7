package settings_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

func TestActiveKeys_LC11(t *testing.T) {
	s := complete()
	require.True(t, s.Active().Equal(s.Test))
	s.Environment = settings.Live
	require.True(t, s.Active().Equal(s.Live))
	require.True(t, s.KeysFor(settings.Test).Equal(s.Test), "payments of the other environment are finished there")
	s.Environment = "production"
	require.True(t, s.Active().Equal(settings.Keys{}), "no key rather than the wrong one")

	require.True(t, settings.Live.Livemode())
	require.False(t, settings.Test.Livemode())
	require.False(t, settings.Environment("").Livemode())
}

func TestOffersIn_LC06(t *testing.T) {
	tests := []struct {
		regions settings.Regions
		country string
		want    bool
	}{
		{settings.Everywhere(), "JP", true},
		{settings.Everywhere(), "", true},
		{settings.Countries("JP"), "JP", true},
		{settings.Countries("JP"), " jp ", true},
		{settings.Countries("JP"), "US", false},
		{settings.Countries("JP"), "", false},
		{settings.Countries("JP", "US"), "US", true},
		{settings.Countries(""), "", false},
		{settings.Regions{}, "JP", false},
		{settings.Regions{}, "", false},
	}
	for _, test := range tests {
		s := complete()
		s.Regions = test.regions
		require.Equal(t, test.want, s.OffersIn(test.country), "%+v in %q", test.regions, test.country)
	}
}

func TestEqualSeesEverySetting(t *testing.T) {
	requireEqual(t, complete(), complete())
	for name, change := range changes() {
		s := complete()
		change(&s)
		require.False(t, s.Equal(complete()), name)
	}
	empty := settings.Default()
	empty.Test.WebhookSecrets = []settings.Secret{}
	requireEqual(t, settings.Default(), empty)
}

func TestCloneSharesNothing(t *testing.T) {
	s := complete()
	c := s.Clone()
	c.Regions.Countries[0] = "XX"
	c.Live.WebhookSecrets[0] = settings.Secret{}
	c.Test.WebhookSecrets[0] = settings.Secret{}
	requireEqual(t, complete(), s)

	codes := []string{"JP"}
	regions := settings.Countries(codes...)
	codes[0] = "XX"
	require.Equal(t, []string{"JP"}, regions.Countries)
}

func TestKeepSecrets_SEC04(t *testing.T) {
	old := complete()
	shown := old.Clone()
	shown.Live.Secret, shown.Live.WebhookSecrets = settings.Secret{}, nil
	shown.Test.Secret = settings.NewSecret("sk_test_new")
	shown.AccountName = "new"

	got := shown.KeepSecrets(old)
	want := complete()
	want.Test.Secret, want.AccountName = settings.NewSecret("sk_test_new"), "new"
	requireEqual(t, want, got)
	require.True(t, shown.Live.Secret.IsZero(), "the argument stays as it is")

	got.Live.WebhookSecrets[0] = settings.Secret{}
	requireEqual(t, complete(), old)
}

func TestBrowserKey_SEC02_SEC06(t *testing.T) {
	for value, want := range map[string]string{
		"pk_live_" + part:          "pk_live_" + part,
		"":                         "",
		"sk_live_" + part:          "",
		"pk_live_1sk_live_" + part: "",
		"pk_live_<script>":         "",
	} {
		require.Equal(t, want, settings.Keys{Publishable: value}.BrowserKey())
	}
}

func TestSettingsPrintLikeAStruct(t *testing.T) {
	s := settings.Default()
	s.Test.Secret = settings.NewSecret(canary)
	require.Equal(t, "{Enabled:false Regions:{All:false Countries:[JP]} OrderStatus: SortOrder:0 AccountName: AccountID: Environment:test Authentication:secret_key "+
		"Live:{Publishable: Secret: WebhookSecrets:[] SweepOnly:false} Test:{Publishable: Secret:*** WebhookSecrets:[] SweepOnly:false} "+
		"Capture:manual ThreeDSecure:automatic SaveCard:none}", fmt.Sprintf("%+v", s))
	require.Contains(t, fmt.Sprintf("%#v", s), "settings.Settings{Enabled:false")
}
