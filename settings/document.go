package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// DocumentVersion is the version of the JSON that [Encode] writes. A later
// version of this library reads it and the ones before.
const DocumentVersion = 1

// document is the JSON of the settings. Its names are those of [FieldID].
type document struct {
	Version        int            `json:"version"`
	Enabled        bool           `json:"enabled"`
	Regions        any            `json:"regions"` // "all", or a list of countries
	OrderStatus    string         `json:"order_status"`
	SortOrder      int            `json:"sort_order"`
	AccountName    string         `json:"account_name"`
	AccountID      string         `json:"account_id"`
	Environment    Environment    `json:"environment"`
	Authentication Authentication `json:"authentication"`
	Live           keysDocument   `json:"live"`
	Test           keysDocument   `json:"test"`
	Capture        Capture        `json:"capture"`
	ThreeDSecure   ThreeDSecure   `json:"three_d_secure"`
	SaveCard       SaveCard       `json:"save_card"`
}

type keysDocument struct {
	Publishable    string   `json:"publishable"`
	Secret         string   `json:"secret"`
	WebhookSecrets []string `json:"webhook_secrets"`
	SweepOnly      bool     `json:"sweep_only"`
}

// Encode writes the settings for the host's own storage.
//
// SECRETS ARE WRITTEN IN CLEAR. The result belongs in a store that is encrypted
// or guarded like a password file, and nowhere else: not in a log, a page, an
// answer of an API or a ticket. To show settings, use encoding/json, which
// masks them.
//
// Settings that [Settings.Validate] refuses are not written (SEC-06): the error
// is its [Faults]. What was written, [Decode] reads back equal.
func Encode(s Settings) ([]byte, error) {
	if faults := s.faults(); len(faults) > 0 {
		return nil, faults
	}
	return json.Marshal(s.document(Secret.Reveal))
}

// MarshalJSON writes the settings for people and pages: the shape of [Encode],
// with "***" for every secret that is set, and without one that was pasted
// where it does not belong. [Decode] refuses what it wrote (SEC-04) unless no
// secret is set.
func (s Settings) MarshalJSON() ([]byte, error) {
	return json.Marshal(s.scrubbed().document(Secret.String))
}

// UnmarshalJSON is [Decode].
func (s *Settings) UnmarshalJSON(data []byte) error {
	decoded, err := Decode(data)
	if err != nil {
		return err
	}
	*s = decoded
	return nil
}

// MarshalJSON masks the secrets as [Settings.MarshalJSON] does.
func (k Keys) MarshalJSON() ([]byte, error) {
	return json.Marshal(k.scrubbed().document(Secret.String))
}

// Revision is a short name of this state of the settings: equal settings have
// the same, and any change, of a secret too, gives another. It suits logs
// ("settings changed") and a hidden field that notices that two people edit at
// once. It is a hash and reveals nothing of keys as Stripe makes them.
func (s Settings) Revision() string {
	s.Regions.Countries = s.Regions.sorted()
	data, err := json.Marshal(s.document(Secret.Reveal))
	if err != nil { // strings, numbers and booleans: it cannot happen
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// document writes secrets as show does.
func (s Settings) document(show func(Secret) string) document {
	var regions any = s.Regions.Countries
	switch {
	case s.Regions.All:
		regions = AllRegions
	case len(s.Regions.Countries) == 0:
		regions = []string{}
	}
	return document{
		Version:        DocumentVersion,
		Enabled:        s.Enabled,
		Regions:        regions,
		OrderStatus:    s.OrderStatus,
		SortOrder:      s.SortOrder,
		AccountName:    s.AccountName,
		AccountID:      s.AccountID,
		Environment:    s.Environment,
		Authentication: s.Authentication,
		Live:           s.Live.document(show),
		Test:           s.Test.document(show),
		Capture:        s.Capture,
		ThreeDSecure:   s.ThreeDSecure,
		SaveCard:       s.SaveCard,
	}
}

func (k Keys) document(show func(Secret) string) keysDocument {
	webhookSecrets := make([]string, len(k.WebhookSecrets))
	for i, secret := range k.WebhookSecrets {
		webhookSecrets[i] = show(secret)
	}
	return keysDocument{
		Publishable:    k.Publishable,
		Secret:         show(k.Secret),
		WebhookSecrets: webhookSecrets,
		SweepOnly:      k.SweepOnly,
	}
}
