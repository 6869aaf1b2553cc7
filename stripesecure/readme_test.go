package stripesecure_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The code in the READMEs and the guides is the code that compiles and runs.
func TestREADME_showsTheCodeThatRuns(t *testing.T) {
	shop := read(t, "../examples/shop/payment.go")
	example := regexp.MustCompile(`(?s)func Example\(\) \{\n(.*?)\n\n(\t// The buyer submits.*?)\n\t// Output:`).FindStringSubmatch(read(t, "example_test.go"))
	require.Len(t, example, 3)
	integration := regexp.MustCompile(`(?m)^\t`).ReplaceAllString(example[1], "")
	buys := regexp.MustCompile(`(?m)^\t`).ReplaceAllString(example[2], "")
	example = regexp.MustCompile(`(?s)func Example_afterTheOrder\(\) \{\n.*?\n\n(.*?)\n\t// Output:`).FindStringSubmatch(read(t, "example_merchant_test.go"))
	require.Len(t, example, 2)
	after := regexp.MustCompile(`(?m)^\t`).ReplaceAllString(example[1], "")
	for _, lang := range []string{".md", ".ja.md"} {
		readme := read(t, "../README"+lang)
		assert.Equal(t, strings.TrimSpace(shop), block(t, readme, "payment.go"), lang)
		assert.Equal(t, integration, block(t, readme, "integration"), lang)
		assert.Equal(t, after, block(t, read(t, "../docs/merchant"+lang), "after the order"), lang)
		assert.Equal(t, buys, block(t, read(t, "../docs/testing"+lang), "buys"), lang)
	}
	assert.LessOrEqual(t, strings.Count(shop, "\n"), 70, "the README's first screen")
	assert.LessOrEqual(t, strings.Count(integration, "\n"), 25)
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

func block(t *testing.T, text, name string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)<!-- " + regexp.QuoteMeta(name) + " -->\n```go\n(.*?)\n```\n").FindStringSubmatch(text)
	require.Len(t, found, 2, name)
	return found[1]
}
