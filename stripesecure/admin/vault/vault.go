// Package vault encrypts a shop's secrets for storage: AES-256-GCM with keys of
// the host's, each value bound to its place.
//
// A [Ring] holds one or several keys by their ids. The first seals, all open. To
// rotate a key without downtime, in an order that suits several servers:
//
//  1. give every server the new key as the second one: now all can open it;
//  2. make it the first one everywhere: what is saved from now on has it;
//  3. seal again what is stored with the old one (admin.RowStore.Reseal);
//  4. take the old key away when nothing names its id any more (admin.RowStore.KeyIDs).
//
// Every value has a random nonce of its own, so a key is good for some four
// billion values. Who has an old backup of the store can put an old value back
// in its old place; against that only the store itself can guard.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of a key in bytes: AES-256.
const KeySize = 32

// maxSealed bounds what Open looks at; a setting is far shorter.
const maxSealed = 256 << 10

// Key is a secret key of the host's with its name. It never prints.
type Key struct {
	// ID is written in clear beside what the key has sealed: 1 to 32 of
	// A–Z a–z 0–9 - _. It must never be given to another key.
	ID string
	// Secret are [KeySize] random bytes.
	Secret []byte
}

// Format prints the id and never the secret.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "vault.Key{%s ***}", k.ID) }

// Place is where a value belongs. It is not stored with the value, so a value
// that was moved to another place does not open there.
type Place struct {
	Shop  string // the shop's id
	Row   string // the row of the store, or what else holds the value
	Field string // the setting
}

// Errors of a ring.
var (
	// ErrKeys: a ring without keys, a key of another length, an id that is
	// malformed or stands twice.
	ErrKeys = errors.New("vault: keys are not usable")
	// ErrUnknownKey: the value was sealed with a key that the ring has not. The
	// error names its id.
	ErrUnknownKey = errors.New("vault: sealed with a key that is not here")
	// ErrSealed: the value was changed, cut off, or belongs to another place.
	ErrSealed = errors.New("vault: value does not open here")
)

// Ring seals with its first key and opens with all of them. It is safe for use by
// several goroutines.
type Ring struct {
	first string
	keys  map[string]cipher.AEAD
}

// NewRing returns the ring of these keys, the one that seals first. The error is
// [ErrKeys], with every fault at once and no key in it.
func NewRing(keys ...Key) (*Ring, error) {
	r := &Ring{keys: map[string]cipher.AEAD{}}
	faults := []error{ErrKeys}
	if len(keys) == 0 {
		faults = append(faults, errors.New("there is none"))
	}
	for i, key := range keys {
		if !goodID(key.ID) {
			faults = append(faults, fmt.Errorf("key %d has no proper id", i+1))
			continue
		}
		if _, twice := r.keys[key.ID]; twice {
			faults = append(faults, fmt.Errorf("id %s stands twice", key.ID))
		}
		if len(key.Secret) != KeySize {
			faults = append(faults, fmt.Errorf("key %s has %d bytes, not %d", key.ID, len(key.Secret), KeySize))
			continue
		}
		block, err := aes.NewCipher(key.Secret)
		if err != nil { // of that length it cannot happen
			return nil, err
		}
		if r.keys[key.ID], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, err
		}
	}
	if len(faults) > 1 {
		return nil, errors.Join(faults...)
	}
	r.first = keys[0].ID
	return r, nil
}

func goodID(id string) bool {
	return id != "" && len(id) <= 32 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// format is the first part of a sealed value; another way of sealing gets another.
const format = "v1"

// Seal returns the value as text: "v1.<key id>.<base64url>".
func (r *Ring) Seal(value []byte, at Place) string {
	sealed := r.keys[r.first].Seal(nil, nil, value, bound(at, r.first)) //nolint:gosec // the nonce is random: NewGCMWithRandomNonce makes it
	return format + "." + r.first + "." + base64.RawURLEncoding.EncodeToString(sealed)
}

// Open returns the value that Seal has sealed for this place. Errors:
// [ErrUnknownKey], [ErrSealed].
func (r *Ring) Open(sealed string, at Place) ([]byte, error) {
	if len(sealed) > maxSealed {
		return nil, ErrSealed
	}
	id, text, ok := parts(sealed)
	if !ok {
		return nil, ErrSealed
	}
	aead, known := r.keys[id]
	if !known {
		return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, ErrSealed
	}
	value, err := aead.Open(nil, nil, data, bound(at, id))
	if err != nil {
		return nil, ErrSealed // what GCM says would tell nothing more
	}
	return value, nil
}

// KeyID returns the id of the key that has sealed a value, "" for what is no
// sealed value.
func KeyID(sealed string) string {
	id, _, _ := parts(sealed)
	return id
}

func parts(sealed string) (id, text string, ok bool) {
	rest, ok := strings.CutPrefix(sealed, format+".")
	if !ok {
		return "", "", false
	}
	if id, text, ok = strings.Cut(rest, "."); !ok || !goodID(id) {
		return "", "", false
	}
	return id, text, true
}

// bound is the additional data: every part with its length before it, so that no
// two places read the same.
func bound(at Place, id string) []byte {
	var data []byte
	for _, part := range []string{"stripesecure vault " + format, id, at.Shop, at.Row, at.Field} {
		data = binary.BigEndian.AppendUint32(data, uint32(len(part))) //nolint:gosec // names are short
		data = append(data, part...)
	}
	return data
}
