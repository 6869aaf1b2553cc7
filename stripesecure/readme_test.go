package stripesecure_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The code in both READMEs is the code that compiles and runs.
func TestREADME_showsTheCodeThatRuns(t *testing.T) {
	shop := read(t, "../examples/shop/payment.go")
	example := regexp.MustCompile(`(?s)func Example\(\) \{\n(.*?)\n\n\t// The buyer submits`).FindStringSubmatch(read(t, "example_test.go"))
	require.Len(t, example, 2)
	integration := regexp.MustCompile(`(?m)^\t`).ReplaceAllString(example[1], "")
	example = regexp.MustCompile(`(?s)func Example_afterTheOrder\(\) \{\n.*?\n\n(.*?)\n\t// Output:`).FindStringSubmatch(read(t, "example_merchant_test.go"))
	require.Len(t, example, 2)
	after := regexp.MustCompile(`(?m)^\t`).ReplaceAllString(example[1], "")
	for _, name := range []string{"../README.md", "../README.ja.md"} {
		readme := read(t, name)
		assert.Equal(t, strings.TrimSpace(shop), block(t, readme, "payment.go"), name)
		assert.Equal(t, integration, block(t, readme, "integration"), name)
		assert.Equal(t, after, block(t, readme, "after the order"), name)
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
