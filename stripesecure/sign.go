package stripesecure

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// signer signs what the library will read back from outside: the first key
// signs, all verify, so that keys can be rolled.
type signer struct {
	shop string
	keys [][]byte
}

func mac(key []byte, parts ...string) []byte {
	text := make([]byte, 0, 256)
	for _, part := range parts {
		// Lengths keep ("ab","c") and ("a","bc") apart.
		text = strconv.AppendInt(text, int64(len(part)), 10)
		text = append(append(text, ':'), part...)
	}
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}

// metadata signs what ties a PaymentIntent to this shop.
func (s signer) metadata(checkout, attempt string) string {
	return hex.EncodeToString(mac(s.keys[0], "metadata", s.shop, checkout, attempt)[:16])
}

func (s signer) verifyMetadata(shop, checkout, attempt, signature string) bool {
	if shop != s.shop {
		return false // another shop's costs nothing
	}
	given, err := hex.DecodeString(signature)
	if err != nil || len(given) != 16 {
		return false
	}
	for _, key := range s.keys {
		if hmac.Equal(mac(key, "metadata", shop, checkout, attempt)[:16], given) {
			return true
		}
	}
	return false
}

// handle is what an address of Handler carries instead of a session cookie:
// which checkout, which attempt, for what, until when.
type handle struct {
	kind     string // "return", "page" or "tab"
	checkout CheckoutID
	attempt  int
	expires  time.Time
}

const (
	handleReturn = "return" // back from the bank
	handlePage   = "page"   // the ready payment page
	handleTab    = "tab"    // a browser tab's own try
)

// sign writes checkout, attempt and expiry in clear and a signature over them
// and the kind.
func (s signer) sign(h handle) string {
	text := h.text()
	sum := mac(s.keys[0], "handle", h.kind, s.shop, text)
	return base64.RawURLEncoding.EncodeToString([]byte(text)) + "." + base64.RawURLEncoding.EncodeToString(sum)
}

func (h handle) text() string {
	return string(h.checkout) + " " + strconv.Itoa(h.attempt) + " " + strconv.FormatInt(h.expires.Unix(), 10)
}

// verify returns the handle when it is ours, of this kind, and not expired.
func (s signer) verify(kind, raw string, now time.Time) (handle, bool) {
	encoded, sum, ok := strings.Cut(raw, ".")
	if !ok || len(raw) > 400 {
		return handle{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return handle{}, false
	}
	given, err := base64.RawURLEncoding.DecodeString(sum)
	if err != nil {
		return handle{}, false
	}
	genuine := false
	for _, key := range s.keys {
		genuine = genuine || hmac.Equal(mac(key, "handle", kind, s.shop, string(text)), given)
	}
	fields := strings.Split(string(text), " ")
	if !genuine || len(fields) != 3 {
		return handle{}, false
	}
	attempt, errA := strconv.Atoi(fields[1])
	unix, errB := strconv.ParseInt(fields[2], 10, 64)
	h := handle{kind: kind, checkout: CheckoutID(fields[0]), attempt: attempt, expires: time.Unix(unix, 0).UTC()}
	if errA != nil || errB != nil || !h.checkout.valid() || now.After(h.expires) {
		return handle{}, false
	}
	return h, true
}
