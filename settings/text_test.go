package settings_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

func TestTextIn(t *testing.T) {
	text := settings.Text{JA: "日本語", EN: "English"}
	for lang, want := range map[string]string{
		"ja": "日本語", "JA": "日本語", "ja-JP": "日本語", "ja_JP": "日本語",
		"en": "English", "en-US": "English", "": "English", "fr": "English", "jam": "English",
	} {
		require.Equal(t, want, text.In(lang), lang)
	}
}

// declaredCodes reads the constants of type Code from the source, so that one
// without a text cannot slip through.
func declaredCodes(t *testing.T) []settings.Code {
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	require.NoError(t, err)
	var codes []settings.Code
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			codes = append(codes, settings.Code(value))
		}
		return true
	})
	return codes
}

func TestEveryCodeHasBothTexts(t *testing.T) {
	declared := declaredCodes(t)
	require.NotEmpty(t, declared)
	require.ElementsMatch(t, declared, settings.Codes())
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(declared))), len(declared), "codes are unique")

	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	japanese := func(text string) bool {
		return strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) })
	}
	for _, code := range declared {
		fault := settings.Fault{Field: settings.FieldLiveSecret, Entry: 2, Code: code, Detail: "DETAIL"}
		ja, en := fault.Message("ja"), fault.Message("en")
		require.True(t, japanese(ja), "%s: %s", code, ja)
		require.False(t, japanese(en), "%s: %s", code, en)
		require.NotEmpty(t, en, code)
		require.Empty(t, placeholder.FindAllString(ja+en, -1), code)
		require.Equal(t, strings.Contains(ja, "DETAIL"), strings.Contains(en, "DETAIL"), "%s: both or neither name the detail", code)
		require.Equal(t, strings.HasPrefix(string(code), "warn_"), code.Kind() == settings.Warning, code)
		require.Equal(t, strings.HasPrefix(string(code), "missing_"), code.Kind() == settings.Missing, code)
	}
	require.Equal(t, settings.Invalid, settings.Code("from a later version").Kind())
}

func TestMessageNamesTheField(t *testing.T) {
	fault := settings.Fault{Field: settings.FieldLiveSecret, Code: settings.CodeMissingSecretKey}
	require.Equal(t, "⑩シークレットキーを入力してください。入力されるまで、この決済方法は表示されません。", fault.Message("ja"))
	require.Equal(t, "⑩ Secret key is missing. Until it is entered the payment method is not offered.", fault.Message("en"))
	require.Equal(t, "live.secret: missing_secret_key: "+fault.Message("en"), fault.String())

	fault = settings.Fault{Field: settings.FieldTestWebhookSecrets, Entry: 2, Code: settings.CodeMasked}
	require.Contains(t, fault.Message("ja"), "テスト用Webhook署名シークレット (2)に")
	require.Equal(t, "test.webhook_secrets[2]", fault.Path())
}
