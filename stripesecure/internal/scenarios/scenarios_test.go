package scenarios_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write SCENARIOS.md")

const (
	root  = "../../.."
	table = root + "/SCENARIOS.md"
)

// scenario is a line of scenarios.tsv: id, what happened, and for those without
// a test why there is none. "waiting: …" is a subject that is not built yet,
// "ruled out: …" cannot happen here.
type scenario struct{ id, title, reason string }

func read(t *testing.T) []scenario {
	t.Helper()
	text, err := os.ReadFile("scenarios.tsv")
	require.NoError(t, err)
	var all []scenario
	for line := range strings.Lines(string(text)) {
		fields := append(strings.Split(strings.TrimRight(line, "\n"), "\t"), "")
		require.GreaterOrEqual(t, len(fields), 3, line)
		all = append(all, scenario{fields[0], fields[1], fields[2]})
	}
	return all
}

var id = regexp.MustCompile(`(?:^|[^A-Z])([A-Z]{3})[-_]?(\d{2})(?:\D|$)`)

func ids(name string) []string {
	var all []string
	for name != "" {
		at := id.FindStringSubmatchIndex(name)
		if at == nil {
			break
		}
		all = append(all, name[at[2]:at[3]]+"-"+name[at[4]:at[5]])
		name = name[at[5]:]
	}
	return all
}

// tests lists, by scenario, the tests of the repository that name it: in their
// own name, or at the beginning of a string that names a case of theirs.
func tests(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
				for _, name := range named(fn) {
					test := filepath.ToSlash(folder) + " " + fn.Name.Name
					if !slices.Contains(found[name], test) {
						found[name] = append(found[name], test)
					}
				}
			}
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

func named(fn *ast.FuncDecl) []string {
	all := ids(fn.Name.Name)
	ast.Inspect(fn, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && id.FindStringIndex(text) != nil && id.FindStringIndex(text)[0] == 0 {
			all = append(all, ids(text)[0])
		}
		return true
	})
	return all
}

func TestScenarios(t *testing.T) {
	have := tests(t)
	var b strings.Builder
	b.WriteString(head)
	count := map[string]int{}
	group := ""
	for _, s := range read(t) {
		if s.id[:3] != group {
			group = s.id[:3]
			fmt.Fprintf(&b, "\n## %s\n\n| scenario | what happened in a shop | test here |\n|---|---|---|\n", groups[group])
		}
		cell := s.reason
		switch names := have[s.id]; {
		case len(names) > 0 && s.reason != "":
			assert.Fail(t, "a test and a reason for having none", s.id)
		case len(names) > 0:
			slices.Sort(names)
			count["test"]++
			cell = "`" + strings.Join(names, "`<br>`") + "`"
		case strings.HasPrefix(s.reason, "waiting: "):
			count["waiting"]++
		case strings.HasPrefix(s.reason, "ruled out: "):
			count["ruled out"]++
		default:
			assert.Fail(t, "neither a test nor a reason", "%s %s", s.id, s.title)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.id, s.title, cell)
	}
	fmt.Fprintf(&b, "\n%d scenarios have a test, %d are ruled out by the design, %d wait for what is not built yet.\n",
		count["test"], count["ruled out"], count["waiting"])
	if *update {
		require.NoError(t, os.WriteFile(table, []byte(b.String()), 0o644))
	}
	stored, err := os.ReadFile(table)
	require.NoError(t, err)
	if string(stored) != b.String() { // not both in full
		assert.Fail(t, "SCENARIOS.md is not in step with the tests: run this test with -update")
	}
}

const head = `# What went wrong in real shops

Failures that shops had with payments through Stripe, and the test here that shows the right outcome. This file is
written by ` + "`go test ./stripesecure/internal/scenarios -update`" + ` from the names of the tests; CI runs all of them and keeps it in
step. A test is named by its folder and function; ` + "`go test ./FOLDER -run FUNCTION`" + ` runs it.
`

var groups = map[string]string{
	"DUP": "Charged twice", "ORP": "Money taken, order missing or stuck", "UNP": "Goods released without money",
	"WHK": "Webhooks: order, duplicates, resolution", "SIG": "Webhooks: authenticity and configuration",
	"AMT": "Amount, cart and payment", "CUR": "Units of currencies", "CUS": "Customers", "SAV": "Saved cards",
	"API": "Keys, errors, limits of Stripe's API", "CAP": "Authorise, capture, cancel", "RFD": "Refunds",
	"RED": "3-D Secure, redirects, sessions", "ASY": "Methods that are paid later", "STK": "Stock while paying",
	"FRD": "Card testing and review", "DSP": "Disputes", "SEC": "Secrets and exposure", "LIM": "Limits of fields",
	"CFG": "Deployment and environment",
}
