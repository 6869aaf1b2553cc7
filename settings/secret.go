package settings

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// mask is what every printer and encoder shows in place of a secret that is set.
const mask = "***"

// lastFourFrom is the shortest secret of which [Secret.Last4] shows anything:
// at least twenty characters stay hidden.
const lastFourFrom = 24

// errSecretEncoded answers encoders that store: a mask in a store would be a
// key lost without a word (SEC-04).
var errSecretEncoded = errors.New("settings: a Secret is not stored by this encoder, use settings.Encode")

// Secret is a value that must never be seen: a secret key ⑩⑫ or the signing
// secret of a webhook (LC-14, LC-16, SEC-01, SEC-02). It prints as "***"
// wherever it goes: through every verb of fmt, slog, encoding/json,
// encoding/xml and text, and also from inside unexported fields, where no
// method of it can be called, because the value lives in a closure that
// reflection cannot look into.
//
// The zero Secret means "not set" and prints as nothing. Secrets do not
// compare with ==; use [Secret.Equal]. [reflect.DeepEqual] says false for two
// secrets that are set, even if they are the same: compare settings with
// [Settings.Equal].
type Secret struct {
	reveal func() string
}

// NewSecret hides value. The empty string gives the zero Secret, so that a
// blank setting never becomes a key that somebody can guess (SIG-04).
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	value = strings.Clone(value) // do not keep the request body or file that it was cut from
	return Secret{reveal: func() string { return value }}
}

// Reveal returns the value in clear. The only callers should be the one that
// sends it to Stripe, the one that verifies a signature, and [Encode].
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether no secret is set.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Equal compares two secrets in a time that tells nothing about where they
// differ, nor how long they are.
func (s Secret) Equal(other Secret) bool {
	a, b := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(other.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Last4 returns the last four characters, so that the merchant's page can say
// which key is stored without showing it (SEC-04). It returns "" when the
// secret is so short, or so odd, that four characters would tell too much.
func (s Secret) Last4() string {
	value := s.Reveal()
	if len(value) < lastFourFrom {
		return ""
	}
	last := value[len(value)-4:]
	if strings.ContainsFunc(last, func(r rune) bool { return !isKeyRune(r) }) {
		return ""
	}
	return last
}

// String returns "***", or "" for the zero Secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return mask
}

// GoString is String for %#v.
func (s Secret) GoString() string { return "settings.Secret{" + s.String() + "}" }

// Format prints the mask for every verb and every flag.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = io.WriteString(f, s.GoString())
		return
	}
	_, _ = io.WriteString(f, s.String())
}

// LogValue makes log/slog print the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText makes encoding/json, encoding/xml and everything else that asks
// for text write the mask. There is no UnmarshalText: what was masked cannot
// be read back, and [Decode] refuses a mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// GobEncode refuses: gob is a format for storage, and a stored mask is a lost
// key.
func (s Secret) GobEncode() ([]byte, error) { return nil, errSecretEncoded }

// SignsEvents reports whether the secret may verify Stripe's events: "whsec_"
// and enough behind it (SIG-02, SIG-04). [Settings.Validate] refuses every other
// one; an endpoint that is given one all the same verifies nothing with it,
// because an empty or short key can be found out.
func (s Secret) SignsEvents() bool {
	value := s.Reveal()
	kind, _ := classify(value)
	return kind == kindWebhook && len(value)-len(webhookPrefix) >= minWebhookSecret && isKeyText(value)
}
