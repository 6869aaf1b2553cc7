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
	unsigned       = "header" // why an event without a signature is refused
)

// forged says why an event is refused: "header", "time" or "signature". Skew is
// how far behind our clock the sender's is, so that the merchant sees whose
// clock is wrong (SIG-09).
type forged struct {
	reason string
	skew   time.Duration
}

// verifyEvent checks the signature of the raw bytes against every secret of
// both environments, so that secrets can be rolled, and tells whose it is. The
// bytes are looked at by HMAC only; JSON comes after.
func verifyEvent(s settings.Settings, body []byte, header string, now time.Time) (settings.Environment, *forged) {
	at, signatures := parseSignature(header)
	if len(signatures) == 0 {
		return "", &forged{reason: unsigned}
	}
	skew := now.Sub(time.Unix(at, 0))
	if skew > eventTolerance || skew < -eventTolerance {
		return "", &forged{"time", skew}
	}
	stamp := strconv.AppendInt(make([]byte, 0, 24), at, 10)
	stamp = append(stamp, '.')
	sum := make([]byte, 0, sha256.Size)
	for _, environment := range settings.Environments() {
		for _, secret := range s.KeysFor(environment).WebhookSecrets {
			if !secret.SignsEvents() {
				continue // an empty or short key could be found out (SIG-04)
			}
			h := hmac.New(sha256.New, []byte(secret.Reveal()))
			h.Write(stamp)
			h.Write(body)
			want := h.Sum(sum)
			for _, given := range signatures {
				if hmac.Equal(want, given) {
					return environment, nil
				}
			}
		}
	}
	return "", &forged{"signature", skew}
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
