package stripesecure_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// SECURITY.md says only what is true: each test that it names is there, each hook
// is in the API, and no line of its tables is left empty.
func TestSECURITY_namesWhatIsThere(t *testing.T) {
	doc, err := os.ReadFile("../SECURITY.md")
	require.NoError(t, err)
	code := goFiles(t)
	names := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(doc), -1)
	require.Greater(t, len(names), 60)
	for _, name := range names {
		assert.Contains(t, code, "\nfunc "+name[1]+"(", "SECURITY.md names a test that is not there")
	}
	api, err := filepath.Glob("internal/apigolden/testdata/*")
	require.NoError(t, err)
	exported := ""
	for _, file := range api {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		exported += string(text)
	}
	for _, name := range regexp.MustCompile("`(?:Options|Hooks|Plugin|Buyer|Input|Offer|Pages|Host|settings|wording)\\.([A-Z][A-Za-z]+)`").FindAllStringSubmatch(string(doc), -1) {
		assert.Regexp(t, `\b`+name[1]+`\b`, exported, name[0])
	}
	for i, line := range strings.Split(string(doc), "\n") {
		if strings.HasPrefix(line, "| ") {
			assert.NotRegexp(t, `^\|\s*\|`, line, "line %d", i+1)
		}
	}
}

// goFiles is the text of every test file of the repository.
func goFiles(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		body, err := os.ReadFile(path)
		text.Write(body)
		return err
	}))
	return text.String()
}
