package apigolden_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden texts")

func TestExportedAPI(t *testing.T) {
	for _, folder := range []string{"settings", "wording", "stripesecure", "stripesecure/admin", "stripesecure/admin/vault", "stripesecure/sqlstore", "stripesecure/stripetest", "stripesecure/plugintest", "reconcile"} {
		t.Run(folder, func(t *testing.T) {
			have := api(t, filepath.Join("..", "..", "..", filepath.FromSlash(folder)))
			golden := filepath.Join("testdata", filepath.Base(folder)+".txt")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(have), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), have, "the API has changed; on purpose? then run with -update")
		})
	}
}

// api prints the exported declarations of a folder, each in one piece, sorted,
// without comments and bodies. It reads the source, so that it does not depend
// on how a version of go doc prints.
func api(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	var out []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		if !ast.FileExports(file) {
			continue
		}
		for _, decl := range file.Decls {
			out = append(out, texts(t, decl)...)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n") + "\n"
}

func texts(t *testing.T, decl ast.Decl) []string {
	t.Helper()
	if f, ok := decl.(*ast.FuncDecl); ok {
		if f.Recv != nil && !exportedReceiver(f.Recv.List[0].Type) {
			return nil
		}
		f.Body = nil
		return []string{text(t, f)}
	}
	var out []string
	gen, ok := decl.(*ast.GenDecl)
	require.True(t, ok)
	if gen.Tok == token.IMPORT {
		return nil
	}
	for _, spec := range gen.Specs {
		out = append(out, text(t, &ast.GenDecl{Tok: gen.Tok, Specs: []ast.Spec{spec}}))
	}
	return out
}

func exportedReceiver(expr ast.Expr) bool {
	if star, ok := expr.(*ast.StarExpr); ok {
		expr = star.X
	}
	name, ok := expr.(*ast.Ident)
	return !ok || name.IsExported()
}

// text prints a node in one way, whatever lines it stood on: an empty file set
// forgets them.
func text(t *testing.T, node ast.Node) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, (&printer.Config{Mode: printer.UseSpaces, Tabwidth: 4}).Fprint(&b, token.NewFileSet(), node))
	return b.String()
}
