package stripesecure_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/wording"
)

// constants of a type in a file of this package: "Code" in errors.go.
func constants(t *testing.T, file, kind string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var all []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == kind {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			all = append(all, text)
		}
		return true
	})
	require.NotEmpty(t, all)
	return all
}

// Every code has its section in the guide, in both languages, and no section is
// about a code that is not there.
func TestGuide_everyCodeHasASection(t *testing.T) {
	want := map[string]bool{}
	for _, code := range append(constants(t, "errors.go", "Code"), constants(t, "endpoint_fault.go", "EndpointFault")...) {
		want["`"+code+"`"] = true
	}
	for _, code := range wording.MerchantCodes() {
		if finding, ok := strings.CutPrefix(code, "finding."); ok {
			want["`"+finding+"`"] = true
		}
	}
	want["`order_conflict` (finding)"] = true
	for _, file := range []string{"../docs/when-something-looks-wrong.md", "../docs/when-something-looks-wrong.ja.md"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		have := map[string]bool{}
		for _, heading := range regexp.MustCompile("(?m)^### (.+)$").FindAllStringSubmatch(string(text), -1) {
			have[heading[1]] = true
		}
		assert.Equal(t, want, have, file)
	}
}

// Every finding of the protocol has its text for merchants.
func TestGuide_everyFindingHasAText(t *testing.T) {
	files, err := os.ReadDir("internal/checkout")
	require.NoError(t, err)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile("internal/checkout/" + file.Name())
		require.NoError(t, err)
		for _, match := range regexp.MustCompile(`r\.find\("([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			found++
			assert.Contains(t, wording.MerchantCodes(), "finding."+match[1])
		}
	}
	assert.Greater(t, found, 10)
}

// A guide is there in both languages, and no link of one leads nowhere.
func TestGuide_linksLeadSomewhere(t *testing.T) {
	files, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	files = append(files, "../README.md", "../README.ja.md", "../SECURITY.md", "../SECURITY.ja.md")
	for _, file := range files {
		other := strings.TrimSuffix(file, ".md") + ".ja.md"
		if name, ja := strings.CutSuffix(file, ".ja.md"); ja {
			other = name + ".md"
		}
		assert.FileExists(t, other)
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllStringSubmatch(read(t, file), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(file), link[1]))
			assert.NoError(t, err, file)
		}
	}
}
