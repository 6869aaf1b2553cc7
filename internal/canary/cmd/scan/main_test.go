package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScan(t *testing.T) {
	var out strings.Builder
	found, err := scan(strings.NewReader("=== RUN TestX/sk_"+"test_abcdefgh1\n    --- PASS: TestX/sk_"+"test_abcdefgh1 (0.00s)\n=== RUN TestX/4242424242424242\n    x_test.go:1: ok\nPASS\n"), &out)
	require.NoError(t, err)
	assert.False(t, found, out.String())

	secret := "whsec_" + "stripetestNotARealSecret0000001"
	found, err = scan(strings.NewReader("=== RUN TestX\n    x_test.go:1: got "+secret+"\n"+secret+" first\nlast sk_"+"live_abcdefgh1"), &out)
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, "line 2: webhook secret in the output of the tests (x_test.go:1:)\n"+
		"line 3: webhook secret in the output of the tests (…)\nline 4: API key in the output of the tests (last)\n", out.String())

	_, err = scan(strings.NewReader(""), &out)
	require.ErrorContains(t, err, "no output")
}
