package stripesecure

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
)

// Limits of the signature header (docs.stripe.com/webhooks/signature).
const (
	eventTolerance = 5 * time.Minute // both ways: a clock of the future is refused too
	maxHeader      = 8 << 10
	maxSignatures  = 8
)

// verifyEvent checks the signature of the raw bytes against every secret of
// both environments, so that secrets can be rolled, and tells whose it is. The
// bytes are looked at by HMAC only; JSON comes after.
func verifyEvent(s settings.Settings, body []byte, header string, now time.Time) (settings.Environment, bool) {
	at, signatures := parseSignature(header)
	if len(signatures) == 0 {
		return "", false
	}
	sent := time.Unix(at, 0)
	if now.Sub(sent) > eventTolerance || sent.Sub(now) > eventTolerance {
		return "", false
	}
	stamp := strconv.FormatInt(at, 10) + "."
	for _, environment := range settings.Environments() {
		for _, secret := range s.KeysFor(environment).WebhookSecrets {
			if secret.IsZero() {
				continue // an empty key could be computed by anybody
			}
			h := hmac.New(sha256.New, []byte(secret.Reveal()))
			h.Write([]byte(stamp))
			h.Write(body)
			want := h.Sum(nil)
			for _, given := range signatures {
				if hmac.Equal(want, given) {
					return environment, true
				}
			}
		}
	}
	return "", false
}

// parseSignature reads "t=…,v1=…,v1=…"; other schemes are ignored.
func parseSignature(header string) (at int64, signatures [][]byte) {
	if len(header) > maxHeader {
		return 0, nil
	}
	seen := false
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			parsed, err := strconv.ParseInt(value, 10, 64)
			if err != nil || seen {
				return 0, nil
			}
			at, seen = parsed, true
		case "v1":
			if signature, err := hex.DecodeString(value); err == nil && len(signatures) < maxSignatures {
				signatures = append(signatures, signature)
			}
		}
	}
	if !seen {
		return 0, nil
	}
	return at, signatures
}
