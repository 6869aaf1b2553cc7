package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// stripe is the Stripe that the shop talks to.
type stripe struct {
	own       *stripetest.Stripe // in this process; nil with real keys
	keys      settings.Keys
	auth      settings.Authentication
	transport http.RoundTripper // nil: the library's own
	js        string            // "": Stripe's own
}

// ownStripe is a Stripe inside this process, on the same port: no account, no
// keys, no network, no money.
func ownStripe(baseURL string) stripe {
	own := stripetest.New(stripetest.WithBaseURL(baseURL+"/stripe"), stripetest.WithShopName("Awai"))
	return stripe{
		own: own, transport: own.Transport(), js: baseURL + "/stripe/v3/", auth: settings.AuthSecretKey,
		keys: settings.Keys{Publishable: stripetest.TestPublishableKey,
			Secret:         settings.NewSecret(stripetest.TestSecretKey),
			WebhookSecrets: []settings.Secret{settings.NewSecret(stripetest.WebhookSecret)}},
	}
}

// realStripe talks to Stripe's test environment.
func realStripe(k realKeys) stripe {
	s := stripe{keys: settings.Keys{Publishable: k.publishable, Secret: settings.NewSecret(k.secret)}, auth: settings.AuthSecretKey}
	if k.webhook == "" {
		s.keys.SweepOnly = true
	} else {
		s.keys.WebhookSecrets = []settings.Secret{settings.NewSecret(k.webhook)}
	}
	if strings.HasPrefix(k.secret, "rk_") {
		s.auth = settings.AuthRestrictedKey
	}
	return s
}

// realKeys come from the environment. They never print.
type realKeys struct{ publishable, secret, webhook string }

func (realKeys) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

var keyNames = map[settings.FieldID]string{
	settings.FieldTestPublishable:    "STRIPE_PUBLISHABLE_KEY",
	settings.FieldTestSecret:         "STRIPE_SECRET_KEY",
	settings.FieldTestWebhookSecrets: "STRIPE_WEBHOOK_SECRET",
}

// stripeFromEnv chooses: keys in the environment mean the real Stripe. All
// faults are told at once, and no key is ever printed.
func stripeFromEnv(getenv func(string) string, baseURL string) (stripe, error) {
	k := realKeys{getenv("STRIPE_PUBLISHABLE_KEY"), getenv("STRIPE_SECRET_KEY"), getenv("STRIPE_WEBHOOK_SECRET")}
	if k == (realKeys{}) {
		return ownStripe(baseURL), nil
	}
	s := realStripe(k)
	all := defaultSettings(s)
	var faults []error
	told := map[string]bool{}
	for _, f := range append(settings.FaultsOf(all.Validate()), settings.FaultsOf(all.Ready())...) {
		text := keyNames[f.Field] + ": " + f.Message("en")
		if f.Code == settings.CodeLiveKeyInTest {
			text = keyNames[f.Field] + ": this is a live key, and the example shop takes test keys only"
		}
		if !told[text] {
			faults = append(faults, errors.New(text))
		}
		told[text] = true
	}
	return s, errors.Join(faults...)
}
