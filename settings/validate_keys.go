package settings

import (
	"slices"
	"strconv"
)

// keyFields are the fields of one environment's [Keys].
type keyFields struct{ publishable, secret, webhookSecrets, sweepOnly FieldID }

func fieldsOf(environment Environment) keyFields {
	if environment == Live {
		return keyFields{FieldLivePublishable, FieldLiveSecret, FieldLiveWebhookSecrets, FieldLiveSweepOnly}
	}
	return keyFields{FieldTestPublishable, FieldTestSecret, FieldTestWebhookSecrets, FieldTestSweepOnly}
}

func (f keyFields) has(field FieldID) bool {
	return field == f.publishable || field == f.secret || field == f.webhookSecrets || field == f.sweepOnly
}

func (c *checker) keys(s Settings, environment Environment) {
	keys, fields := s.KeysFor(environment), fieldsOf(environment)
	c.publishable(fields.publishable, keys.Publishable, environment)
	if c.secret(fields.secret, keys.Secret.Reveal(), environment) && s.Environment == environment {
		if code, ok := misfit(s.Authentication, keys.Secret); ok {
			c.add(fields.secret, code, "")
		}
	}
	c.webhookSecrets(fields.webhookSecrets, keys.WebhookSecrets)
	if s.Environment != environment {
		c.shared(fields.webhookSecrets, keys.WebhookSecrets, s.Active().WebhookSecrets)
	}
}

// publishable checks ⑨ and ⑪. That no secret stands there comes before
// everything else (SEC-06).
func (c *checker) publishable(field FieldID, value string, environment Environment) {
	kind, of := classify(value)
	switch {
	case value == "":
	case leaksSecret(value):
		c.add(field, CodeSecretInPublishable, "")
	case isMasked(value):
		c.add(field, CodeMasked, "")
	case c.pasted(field, 0, value):
	case kind != kindPublishable:
		c.add(field, CodeNotPublishableKey, "")
	default:
		c.environment(field, value, of, environment)
	}
}

// secret checks ⑩ and ⑫ and reports whether a good key of this environment is
// there.
func (c *checker) secret(field FieldID, value string, environment Environment) bool {
	kind, of := classify(value)
	switch {
	case value == "":
	case isMasked(value):
		c.add(field, CodeMasked, "")
	case c.pasted(field, 0, value):
	case kind == kindPublishable:
		c.add(field, CodePublishableInSecret, "")
	case kind == kindWebhook:
		c.add(field, CodeWebhookSecretInSecret, "")
	case kind != kindSecret && kind != kindRestricted:
		c.add(field, CodeNotSecretKey, "")
	default:
		return c.environment(field, value, of, environment)
	}
	return false
}

// environment checks a key of the right kind (LC-13 to LC-16, GL-03).
func (c *checker) environment(field FieldID, value string, of, want Environment) bool {
	switch {
	case of == Test && want == Live:
		c.add(field, CodeTestKeyInLive, "")
	case of == Live && want == Test:
		c.add(field, CodeLiveKeyInTest, "")
	case isBarePrefix(value):
		c.add(field, CodeKeyIncomplete, "")
	default:
		return true
	}
	return false
}

// misfit reports a secret key that ⑧ does not take. A platform connects with
// either kind.
func misfit(authentication Authentication, secret Secret) (Code, bool) {
	kind, _ := classify(secret.Reveal())
	switch {
	case authentication == AuthSecretKey && kind == kindRestricted:
		return CodeSecretKeyExpected, true
	case authentication == AuthRestrictedKey && kind == kindSecret:
		return CodeRestrictedKeyExpected, true
	default:
		return "", false
	}
}

func (c *checker) webhookSecrets(field FieldID, secrets []Secret) {
	if len(secrets) > maxWebhookSecrets {
		c.add(field, CodeTooMany, strconv.Itoa(maxWebhookSecrets))
		return
	}
	for i, secret := range secrets {
		if c.webhookSecret(field, i+1, secret.Reveal()) && slices.ContainsFunc(secrets[:i], secret.Equal) {
			c.addEntry(field, i+1, CodeWebhookSecretTwice, "")
		}
	}
}

func (c *checker) webhookSecret(field FieldID, entry int, value string) bool {
	kind, _ := classify(value)
	switch {
	case value == "":
		c.addEntry(field, entry, CodeWebhookSecretEmpty, "")
	case isMasked(value):
		c.addEntry(field, entry, CodeMasked, "")
	case c.pasted(field, entry, value):
	case isAPIKey(value):
		c.addEntry(field, entry, CodeAPIKeyInWebhookSecret, "")
	case kind == kindEndpointID:
		c.addEntry(field, entry, CodeEndpointInWebhookSecret, "")
	case kind != kindWebhook:
		c.addEntry(field, entry, CodeNotWebhookSecret, "")
	case len(value)-len(webhookPrefix) < minWebhookSecret:
		c.addEntry(field, entry, CodeWebhookSecretShort, strconv.Itoa(minWebhookSecret))
	default:
		return true
	}
	return false
}

// shared reports signing secrets that both environments have (SIG-03). They
// are reported where they do less harm, in the environment not in use.
func (c *checker) shared(field FieldID, here, there []Secret) {
	for i, secret := range here {
		if kind, _ := classify(secret.Reveal()); kind == kindWebhook && slices.ContainsFunc(there, secret.Equal) {
			c.addEntry(field, i+1, CodeWebhookSecretShared, "")
		}
	}
}
