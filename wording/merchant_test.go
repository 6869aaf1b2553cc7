package wording_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ec-plugins/stripesecure/wording"
)

func TestMerchant_everyTextInBothLanguages(t *testing.T) {
	for _, code := range wording.MerchantCodes() {
		ja, en := wording.Merchant(code, wording.Japanese), wording.Merchant(code, wording.English)
		assert.NotEmpty(t, ja, code)
		assert.NotEmpty(t, en, code)
		assert.NotEqual(t, ja, en, code)
		assert.False(t, slices.ContainsFunc([]rune(en), func(r rune) bool { return r > 0x2fff }), "%s: Japanese in the English text", code)
	}
	assert.Equal(t, "no_such_code", wording.Merchant("no_such_code", wording.English), "shown as it is, never as nothing")
}
