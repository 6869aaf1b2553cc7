package settings

import (
	"fmt"
	"slices"
)

// Keys are the credentials of one environment: ⑨⑩ of live, ⑪⑫ of test, and
// the signing secrets of the webhook endpoints that Stripe sends that
// environment's events to. The secrets belong to the pair (SIG-03): changing ⑦
// changes all of them together.
type Keys struct {
	// Publishable is ⑨ or ⑪, "pk_live_…" or "pk_test_…". Browsers see it.
	Publishable string
	// Secret is ⑩ or ⑫: "sk_…", or "rk_…" for a restricted key (LC-02).
	Secret Secret
	// WebhookSecrets are "whsec_…", one for each endpoint, and for a while two
	// for one that is being rolled. An event signed with any of them is good.
	WebhookSecrets []Secret
	// SweepOnly says that this shop knowingly takes no webhooks and relies on
	// asking Stripe from time to time. Without it a shop that has no webhook
	// secret is not ready.
	SweepOnly bool
}

// BrowserKey returns the publishable key if it is one, and "" otherwise:
// whatever was pasted into ⑨ or ⑪, no secret reaches a page (SEC-02, SEC-06).
func (k Keys) BrowserKey() string {
	if kind, _ := classify(k.Publishable); kind != kindPublishable || !isKeyText(k.Publishable) || leaksSecret(k.Publishable) {
		return ""
	}
	return k.Publishable
}

// Equal reports whether both hold the same credentials.
func (k Keys) Equal(other Keys) bool {
	return k.Publishable == other.Publishable &&
		k.Secret.Equal(other.Secret) &&
		slices.EqualFunc(k.WebhookSecrets, other.WebhookSecrets, Secret.Equal) &&
		k.SweepOnly == other.SweepOnly
}

// Format prints the keys as fmt would, without secrets, and without one that
// was pasted into Publishable (SEC-06).
func (k Keys) Format(f fmt.State, verb rune) {
	type Keys keysFields
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), Keys(k.scrubbed()))
}

// keysFields has the fields of Keys and none of its methods.
type keysFields Keys

func (k Keys) clone() Keys {
	k.WebhookSecrets = slices.Clone(k.WebhookSecrets)
	return k
}

func (k Keys) scrubbed() Keys {
	if leaksSecret(k.Publishable) {
		k.Publishable = ""
	}
	return k
}

func (k *Keys) keepSecrets(old Keys) {
	if k.Secret.IsZero() {
		k.Secret = old.Secret
	}
	if len(k.WebhookSecrets) == 0 {
		k.WebhookSecrets = slices.Clone(old.WebhookSecrets)
	}
}
