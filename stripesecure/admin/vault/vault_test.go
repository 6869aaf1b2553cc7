package vault_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
)

func key(id string) vault.Key {
	return vault.Key{ID: id, Secret: bytes.Repeat([]byte(id[:1]), vault.KeySize)}
}

func ring(t *testing.T, keys ...vault.Key) *vault.Ring {
	t.Helper()
	r, err := vault.NewRing(keys...)
	require.NoError(t, err)
	return r
}

var here = vault.Place{Shop: "shop", Row: "#admin", Field: "live.secret"}

func TestSealAndOpen(t *testing.T) {
	r := ring(t, key("a"))
	for _, value := range []string{"", "sk_" + "live_x", strings.Repeat("あ", 1000)} {
		sealed := r.Seal([]byte(value), here)
		if value != "" {
			assert.NotContains(t, sealed, value)
		}
		assert.NotEqual(t, sealed, r.Seal([]byte(value), here), "every value has a nonce of its own")
		got, err := r.Open(sealed, here)
		require.NoError(t, err)
		assert.Equal(t, value, string(got))
		assert.Equal(t, "a", vault.KeyID(sealed))
	}
}

// A value that is moved to another shop, row or field does not open there, also
// not where the parts joined read the same.
func TestMovedValuesDoNotOpen(t *testing.T) {
	r := ring(t, key("a"))
	sealed := r.Seal([]byte("secret"), here)
	for _, there := range []vault.Place{
		{Shop: "shop2", Row: here.Row, Field: here.Field},
		{Shop: here.Shop, Row: "#other", Field: here.Field},
		{Shop: here.Shop, Row: here.Row, Field: "test.secret"},
		{Shop: here.Shop + here.Row, Row: "", Field: here.Field},
		{Shop: here.Shop, Row: here.Row + here.Field, Field: ""},
	} {
		_, err := r.Open(sealed, there)
		assert.ErrorIs(t, err, vault.ErrSealed, "%+v", there)
	}
}

// Every single bit that flips is noticed, and so is everything that is no sealed
// value.
func TestChangedValuesDoNotOpen(t *testing.T) {
	r := ring(t, key("a"), key("b"))
	sealed := r.Seal([]byte("secret"), here)
	head, text := sealed[:len("v1.a.")], sealed[len("v1.a."):]
	data, err := base64.RawURLEncoding.DecodeString(text)
	require.NoError(t, err)
	for i := range len(data) * 8 {
		flipped := bytes.Clone(data)
		flipped[i/8] ^= 1 << (i % 8)
		_, err := r.Open(head+base64.RawURLEncoding.EncodeToString(flipped), here)
		require.ErrorIs(t, err, vault.ErrSealed, "bit %d", i)
	}
	for _, odd := range []string{"", "v1", "v1.a", "v1.a.", "v1..x", "v2.a." + text, "v1.b." + text, sealed + "A", sealed[:len(sealed)-1], strings.Repeat("v1.a.", 1<<17)} {
		_, err := r.Open(odd, here)
		assert.ErrorIs(t, err, vault.ErrSealed, "%.20s", odd)
	}
}

func TestRotation(t *testing.T) {
	old := ring(t, key("a")).Seal([]byte("secret"), here)
	both := ring(t, key("b"), key("a"))
	got, err := both.Open(old, here)
	require.NoError(t, err)
	assert.Equal(t, "secret", string(got))
	assert.Equal(t, "b", vault.KeyID(both.Seal(got, here)))

	_, err = ring(t, key("b")).Open(old, here)
	require.ErrorIs(t, err, vault.ErrUnknownKey)
	assert.Contains(t, err.Error(), "a")
}

func TestKeysAreChecked(t *testing.T) {
	for name, keys := range map[string][]vault.Key{
		"none": nil, "short": {{ID: "a", Secret: []byte("short and secret")}}, "no id": {{Secret: key("a").Secret}},
		"odd id": {{ID: "a.b", Secret: key("a").Secret}}, "twice": {key("a"), key("a")},
	} {
		_, err := vault.NewRing(keys...)
		require.ErrorIs(t, err, vault.ErrKeys, name)
		assert.NotContains(t, err.Error(), "short and secret")
	}
	_, err := vault.NewRing(vault.Key{ID: "a"}, vault.Key{})
	assert.Contains(t, err.Error(), "key a has 0 bytes")
	assert.Contains(t, err.Error(), "key 2 has no proper id")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		assert.NotContains(t, fmt.Sprintf(verb, key("a")), "aaaa")
		assert.NotContains(t, fmt.Sprintf(verb, key("a")), "6161")
	}
}
