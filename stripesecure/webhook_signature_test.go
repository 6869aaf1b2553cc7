package stripesecure

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func withSecrets(secrets ...string) settings.Settings {
	s := settings.Default()
	for _, secret := range secrets {
		s.Test.WebhookSecrets = append(s.Test.WebhookSecrets, settings.NewSecret(secret))
	}
	return s
}

// SIG-02, SIG-04: settings refuse such secrets; a source that does not ask them
// gets no endpoint that anybody can forge events for.
func TestVerify_SIG02_SIG04_weakSecretsVerifyNothing(t *testing.T) {
	now, body := time.Now(), []byte(`{"id":"evt_1"}`)
	for name, secret := range map[string]string{
		"empty": "", "blank": " ", "a prefix": "whsec_", "short": "whsec_" + strings.Repeat("a", 23),
		"an API key": stripetest.TestSecretKey, "an endpoint's id": "we_" + strings.Repeat("a", 40), "no prefix": strings.Repeat("a", 40),
	} {
		s := withSecrets(secret)
		require.ErrorIs(t, s.Ready(), settings.ErrNotReady, name)
		if secret != "" {
			require.ErrorIs(t, s.Validate(), settings.ErrInvalid, name)
		}
		_, why := verifyEvent(s, body, stripetest.Signature(now, body, secret), now)
		require.NotNil(t, why, name)
		assert.Equal(t, "signature", why.reason, name)
	}
	_, why := verifyEvent(withSecrets("", "whsec_", stripetest.WebhookSecret), body, stripetest.Signature(now, body, stripetest.WebhookSecret), now)
	assert.Nil(t, why, "a good one beside them counts")
}

// SIG-09: five minutes count both ways, to the second, and the merchant sees whose
// clock is wrong.
func TestVerify_SIG09_fiveMinutesBothWays(t *testing.T) {
	now, body := time.Unix(1_700_000_000, 0), []byte(`{"id":"evt_1"}`)
	s := withSecrets(stripetest.WebhookSecret)
	for sent, good := range map[time.Duration]bool{
		-5 * time.Minute: true, 5 * time.Minute: true, -301 * time.Second: false, 301 * time.Second: false,
	} {
		_, why := verifyEvent(s, body, stripetest.Signature(now.Add(sent), body, stripetest.WebhookSecret), now)
		assert.Equal(t, good, why == nil, sent)
		if why != nil {
			assert.Equal(t, forged{"time", -sent}, *why, sent)
		}
	}
}

// FuzzVerify: whatever the header says, only the HMAC of these bytes with our
// secret, made within five minutes of now, is taken.
func FuzzVerify(f *testing.F) {
	now := time.Unix(1_700_000_000, 0)
	good := stripetest.Signature(now, []byte("body"), stripetest.WebhookSecret)
	f.Add([]byte("body"), good)
	f.Add([]byte("body"), good+",v1=00,v0=aa")
	f.Add([]byte("other"), good)
	f.Add([]byte("body"), strings.Replace(good, "t=17", "t=-17", 1))
	f.Add([]byte(""), "t=,v1=")
	s := withSecrets(stripetest.WebhookSecret)
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		_, why := verifyEvent(s, body, header, now)
		at, signatures := parseSignature(header)
		h := hmac.New(sha256.New, []byte(stripetest.WebhookSecret))
		h.Write([]byte(strconv.FormatInt(at, 10) + "."))
		h.Write(body)
		genuine := false
		for _, given := range signatures {
			genuine = genuine || hex.EncodeToString(h.Sum(nil)) == hex.EncodeToString(given)
		}
		inTime := at >= now.Unix()-300 && at <= now.Unix()+300
		require.Equal(t, genuine && inTime, why == nil)
	})
}
