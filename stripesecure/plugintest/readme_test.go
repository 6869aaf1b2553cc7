package plugintest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The code in the guides is the code that compiles and runs.
func TestREADME_showsTheCodeThatRuns(t *testing.T) {
	suite := cutOut(t, "../../examples/shop/host_suite_test.go", `(?s)(// TestHost holds this shop.*?\n}\n\n// suiteShop .*?\n}\n)`)
	shops := cutOut(t, "../example_shops_test.go", `(?s)(\tshops := stripesecure.NewShops.*?)\n\tcart := teaCart`)
	shops = regexp.MustCompile(`(?m)^\t`).ReplaceAllString(shops, "")
	for _, lang := range []string{".md", ".ja.md"} {
		for block, want := range map[string]string{"suite": suite, "shops": shops} {
			name := map[string]string{"suite": "../../docs/testing", "shops": "../../docs/extend"}[block] + lang
			text := read(t, name)
			found := regexp.MustCompile("(?s)<!-- " + block + " -->\n```go\n(.*?)\n```\n").FindStringSubmatch(text)
			require.Len(t, found, 2, name+" "+block)
			assert.Equal(t, strings.TrimSpace(want), found[1], name)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

func cutOut(t *testing.T, name, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(read(t, name))
	require.Len(t, found, 2, name)
	return found[1]
}
