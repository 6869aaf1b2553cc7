package stripetest

import (
	"regexp"
	"strings"
)

// The keys that every instance accepts. They look like Stripe's and are none;
// the live ones are put together so that secret scanners do not raise alarm.
const (
	TestSecretKey      = "sk_" + "test_stripetestNotARealKey0001"
	TestPublishableKey = "pk_" + "test_stripetestNotARealKey0001"
	TestRestrictedKey  = "rk_" + "test_stripetestNotARealKey0001"
	LiveSecretKey      = "sk_" + "live_stripetestNotARealKey0001"
	LivePublishableKey = "pk_" + "live_stripetestNotARealKey0001"
	LiveRestrictedKey  = "rk_" + "live_stripetestNotARealKey0001"
)

// Key is an API key.
type Key struct {
	Text    string // sk_, pk_ or rk_, then test_ or live_
	Account string // default: [AccountID], or the account of [WithAccount]
	// Permissions of a restricted key: resource → "read" or "write" (which
	// includes read), for example {"payment_intents": "write"}. The resource is
	// the first segment of the path. Nil permits all.
	Permissions map[string]string
}

func (k *Key) kind() string   { return k.Text[:2] } // sk, pk, rk
func (k *Key) isLive() bool   { return strings.HasPrefix(k.Text[3:], "live_") }
func (k *Key) isPublic() bool { return k.kind() == "pk" }

var keyShape = regexp.MustCompile(`^(sk|pk|rk)_(test|live)_[A-Za-z0-9_]{1,240}$`)

// keyRing knows the keys.
type keyRing struct {
	known   map[string]*Key
	account string // of the default keys
	strict  bool   // only known keys are accepted
}

func newKeyRing(account string) keyRing {
	r := keyRing{known: map[string]*Key{}, account: account}
	for _, text := range []string{
		TestSecretKey, TestPublishableKey, TestRestrictedKey,
		LiveSecretKey, LivePublishableKey, LiveRestrictedKey,
	} {
		r.known[text] = &Key{Text: text, Account: account}
	}
	return r
}

// RegisterKey adds a key. From then on only registered keys and the constants of
// this package are accepted. It reports whether the text has the shape of a key
// and the account exists.
func (s *Stripe) RegisterKey(k Key) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.Account == "" {
		k.Account = s.keys.account
	}
	if !keyShape.MatchString(k.Text) || s.accounts[k.Account] == nil {
		return false
	}
	s.keys.known[k.Text] = &k
	s.keys.strict = true
	return true
}

// RevokeKey makes a key unknown, as rolling it in the Dashboard does: calls with
// it are answered with 401.
func (s *Stripe) RevokeKey(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys.known[text] = nil
}

// lookup returns the key for a text, nil when it is not accepted.
func (r *keyRing) lookup(text string) *Key {
	if k, ok := r.known[text]; ok {
		return k
	}
	if r.strict || !keyShape.MatchString(text) {
		return nil
	}
	if k := (&Key{Text: text, Account: r.account}); !k.isLive() {
		return k
	}
	return nil
}

// mask hides the middle of a key, as Stripe's messages do: sk_test_****0001.
func mask(key string) string {
	if !keyShape.MatchString(key) || len(key) < 13 {
		return "****"
	}
	return key[:8] + strings.Repeat("*", len(key)-12) + key[len(key)-4:]
}
