package settings_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

// part is what follows a prefix in these tests.
const part = "51AbCdEfGhIjKlMnOpQrStUvWxYz"

func webhookSecret(name string) settings.Secret {
	return settings.NewSecret("whsec_" + name + strings.Repeat("0", 24))
}

// complete settings are valid and ready in both environments.
func complete() settings.Settings {
	s := settings.Default()
	s.Enabled = true
	s.Regions = settings.Countries("JP", "US")
	s.OrderStatus = "新規受付"
	s.SortOrder = 3
	s.AccountName = "港町 <雑貨> & \"Café\" 店"
	s.AccountID = "acct_1AbCdEfGh"
	s.Live = settings.Keys{Publishable: "pk_live_" + part, Secret: settings.NewSecret("sk_live_" + part),
		WebhookSecrets: []settings.Secret{webhookSecret("liveA"), webhookSecret("liveB")}}
	s.Test = settings.Keys{Publishable: "pk_test_" + part, Secret: settings.NewSecret("sk_test_" + part),
		WebhookSecrets: []settings.Secret{webhookSecret("test")}}
	return s
}

// found lists faults as "path code".
func found(faults []settings.Fault) []string {
	list := []string{}
	for _, fault := range faults {
		list = append(list, strings.TrimSpace(fault.Path()+" "+string(fault.Code)))
	}
	return list
}

func faultsOf(err error) []string { return found(settings.FaultsOf(err)) }

func requireEqual(t *testing.T, want, got settings.Settings) {
	t.Helper()
	require.True(t, want.Equal(got), "want %+v\ngot  %+v", want, got)
}
