package wording

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func faultsOf(t *testing.T, err error) Faults {
	t.Helper()
	if err == nil {
		return nil
	}
	var faults Faults
	require.ErrorAs(t, err, &faults)
	require.NotEmpty(t, faults)
	return faults
}

func TestValidateFindsEachFault(t *testing.T) {
	for _, c := range []struct {
		name  string
		field Field
		text  string
		want  []Fault // without their place
	}{
		{"empty means the default", FieldName, "", nil},
		{"ordinary", FieldName, "カード払い", nil},
		{"HTML is text", FieldDescription, "<b>Visa</b> & <script>", nil},
		{"emoji with a joiner", FieldName, "💳👩‍💻", nil},
		{"line ends of a form", FieldOrderMail, "a\r\nb\nc", nil},
		{"13 digits are a registration number", FieldOrderMail, "登録番号：T7000012050002 4222222222222", nil},
		{"publishable keys are public", FieldOrderMail, "pk_live_0123456789abcdef", nil},
		{"ordinary full-width braces", FieldDescription, "｛ご注意｝", nil},
		{"at the limit", FieldName, strings.Repeat("字", 50), nil},

		{"blank", FieldName, " \u3000", []Fault{{Code: FaultBlank}}},
		{"too long", FieldName, strings.Repeat("字", 51), []Fault{{Code: FaultTooLong, Detail: "50"}}},
		{"invalid UTF-8", FieldName, "a\xff", []Fault{{Code: FaultInvalidUTF8}}},
		{"bell", FieldOrderMail, "a\x07\x07b", []Fault{{Code: FaultControlCharacter, Detail: "U+0007"}}},
		{"lone carriage return", FieldOrderMail, "a\rb", []Fault{{Code: FaultControlCharacter, Detail: "U+000D"}}},
		{"text turned round", FieldDescription, "a\u202eb", []Fault{{Code: FaultControlCharacter, Detail: "U+202E"}}},
		{"line break in the name", FieldName, "a\r\nBcc: b", []Fault{{Code: FaultLineBreak}}},
		{"line break in the consent", FieldSaveConsent, "a\nb", []Fault{{Code: FaultLineBreak}}},
		{"unknown placeholder", FieldDescription, "{brand}{brand}", []Fault{{Code: FaultUnknownPlaceholder, Detail: "{brand}"}}},
		{"placeholder with a capital", FieldDescription, "{Brands}", []Fault{{Code: FaultUnknownPlaceholder, Detail: "{Brands}"}}},
		{"no name", FieldDescription, "{}", []Fault{{Code: FaultUnknownPlaceholder, Detail: "{}"}}},
		{"placeholder of another field", FieldName, "{amount}", []Fault{{Code: FaultMisplacedPlaceholder, Detail: "{amount}"}}},
		{"the amount on the page", FieldDescription, "{amount}", []Fault{{Code: FaultMisplacedPlaceholder, Detail: "{amount}"}}},
		{"full-width braces", FieldDescription, "｛brands｝", []Fault{{Code: FaultFullWidthBrace, Detail: "｛brands｝"}}},
		{"brace not closed", FieldDescription, "{brands", []Fault{{Code: FaultUnbalancedBrace}}},
		{"brace not opened", FieldDescription, "brands}", []Fault{{Code: FaultUnbalancedBrace}}},
		{"double braces", FieldDescription, "{{brands}}", []Fault{{Code: FaultUnbalancedBrace}}},
		{"brace across lines", FieldDescription, "{brands\n}", []Fault{{Code: FaultUnbalancedBrace}}},
		{"card number", FieldOrderMail, "4242424242424242", []Fault{{Code: FaultCardNumber}}},
		{"card number in groups", FieldOrderMail, "例 4242 4242-4242 4242 12/34", []Fault{{Code: FaultCardNumber}}},
		{"card number in full width", FieldOrderMail, "４２４２　４２４２　４２４２　４２４２です", []Fault{{Code: FaultCardNumber}}},
		{"secret key", FieldOrderMail, "鍵はsk_live_0123456789abcdefです", []Fault{{Code: FaultSecretKey}}},
		{"restricted key", FieldOrderMail, "rk_test_0123456789", []Fault{{Code: FaultSecretKey}}},
		{"webhook secret", FieldOrderMail, "whsec_0123456789", []Fault{{Code: FaultSecretKey}}},
		{"client secret", FieldOrderMail, "pi_1_secret_0123456789", []Fault{{Code: FaultSecretKey}}},
		{"a key as a placeholder is not quoted", FieldOrderMail, "{sk_live_0123456789}", []Fault{{Code: FaultUnknownPlaceholder, Detail: "***"}, {Code: FaultSecretKey}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, lang := range Languages() {
				got := faultsOf(t, Wording{lang: Texts{}.With(c.field, c.text)}.Validate())
				var want Faults
				for _, fault := range c.want {
					fault.Language, fault.Field = lang, c.field
					want = append(want, fault)
				}
				require.Equal(t, want, got)
			}
		})
	}
}

func TestValidateReturnsAllFaultsInOrder(t *testing.T) {
	w := Wording{
		"fr":     {Name: "Carte"},
		"ja-JP":  {},
		English:  {Name: "\x00\n{amount}{x}{"},
		Japanese: {SaveNotice: " ", Description: "}"},
	}
	faults := faultsOf(t, w.Validate())
	require.Equal(t, Faults{
		{Japanese, FieldDescription, FaultUnbalancedBrace, ""},
		{Japanese, FieldSaveNotice, FaultBlank, ""},
		{English, FieldName, FaultControlCharacter, "U+0000"},
		{English, FieldName, FaultLineBreak, ""},
		{English, FieldName, FaultMisplacedPlaceholder, "{amount}"},
		{English, FieldName, FaultUnknownPlaceholder, "{x}"},
		{English, FieldName, FaultUnbalancedBrace, ""},
		{"fr", "", FaultUnknownLanguage, ""},
		{"ja-JP", "", FaultUnknownLanguage, ""},
	}, faults)
	require.Len(t, faults.At(English, FieldName), 5)
	require.Empty(t, faults.At(English, FieldOrderMail))
	require.EqualError(t, faults[:4],
		"wording: ja.description: unbalanced_brace; ja.save_notice: blank; en.name: control_character U+0000; en.name: line_break")
}

func TestValidateIsNilWithoutFaults(t *testing.T) {
	require.NoError(t, Wording(nil).Validate())
	require.NoError(t, Wording{}.Validate())
	require.NoError(t, Default().Validate())
}

// A huge text costs nothing, and the faults of a long one stay readable.
func TestValidateBoundsTheFaults(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		b.WriteString("{x" + strconv.Itoa(i) + "}")
	}
	faults := faultsOf(t, Wording{Japanese: {Description: b.String()}}.Validate())
	require.Len(t, faults, maxFaults)
	require.Less(t, len(faults.Error()), 1000)

	huge := strings.Repeat("{x}", MaxEncoded)
	require.Equal(t, Faults{{Japanese, FieldName, FaultTooLong, "50"}}, faultsOf(t, Wording{Japanese: {Name: huge}}.Validate()))
}

func TestEveryFaultHasAMessageInBothLanguages(t *testing.T) {
	require.Len(t, faultMessages, 17)
	for code := range faultMessages {
		for _, lang := range Languages() {
			message := Fault{Code: code, Detail: "{amount}"}.Message(lang)
			require.NotContains(t, message, "{detail}")
			require.True(t, strings.HasSuffix(message, map[Language]string{Japanese: "。", English: "."}[lang]), message)
		}
	}
	require.Equal(t, "差し込み項目{brand}はありません。", Fault{Code: FaultUnknownPlaceholder, Detail: "{brand}"}.Message(Japanese))
}

// LC-27: no card number may reach the host's data, nor may an error repeat it.
func TestLC27CardNumbersAndKeysAreFoundAndNeverQuoted(t *testing.T) {
	for _, number := range []string{
		"4242424242424242", "5555555555554444", "378282246310005", "30569309025904", "3056930009020004", "6011111111111117",
		"3566002020360505", "6200000000000005", "2223003122003222",
		"4242-4242-4242-4242", "4242–4242–4242–4242", "4242\u00a04242\u00a04242\u00a04242", "No.1 4242 4242 4242 4242",
		"4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", "4242 4242 4242 4242 123", "3782 822463 10005",
	} {
		require.True(t, hasCardNumber(number), number)
		w := Wording{Japanese: {Description: "{" + number + "}"}, Language(number): {}}
		require.NotContains(t, w.Validate().Error(), "4242", number)
		require.NotContains(t, w.Validate().Error(), "0000", number)
	}
	for _, number := range []string{
		"", "4242424242424241", "42424242424241", "03-1234-5678", "0120-123-456 03-1234-5678", "1234567890123",
		"4242  4242  4242  4242", "4242/4242/4242/4242", "2026-10-05 12:34:56", strings.Repeat("4242", 5), "1414141414141414",
	} {
		require.False(t, hasCardNumber(number), number)
	}
}

func TestFieldsDescribeTheManualsForm(t *testing.T) {
	labels := []string{"決済名称", "決済説明文", "注文メール転記文", "カード情報の保存に関する同意確認文", "カード情報の保存に関する説明文"}
	for i, info := range Fields() {
		require.Equal(t, labels[i], info.Label(Japanese))
		require.Equal(t, string([]rune("①②③④⑤")[i]), info.Sign)
		for _, lang := range Languages() {
			require.NotEmpty(t, info.Label(lang))
			require.NotEmpty(t, info.Help(lang))
			require.NotEmpty(t, info.Where(lang))
		}
		for _, p := range info.Placeholders {
			require.Contains(t, Placeholders(), p)
		}
		require.Equal(t, string(info.Field), Texts{}.With(info.Field, string(info.Field)).Get(info.Field))
	}
	for _, p := range Placeholders() {
		for _, lang := range Languages() {
			require.NotEmpty(t, p.Meaning(lang), p)
		}
	}
	require.Equal(t, Texts{}, Texts{}.With("of a later version", "x"))
	require.Empty(t, Texts{Name: "x"}.Get("of a later version"))
}

func TestCompactFreezesNoDefault(t *testing.T) {
	manual := DefaultText(Japanese, FieldDescription, CaptureManual)
	automatic := DefaultText(English, FieldDescription, CaptureAutomatic)
	w := Default()
	w[Japanese] = w[Japanese].With(FieldDescription, manual).With(FieldOrderMail, strings.ReplaceAll(w[Japanese].OrderMail, "\n", "\r\n")+"\r\n")
	w[English] = w[English].With(FieldDescription, " "+automatic).With(FieldName, "  Card \r\n").With(FieldSaveConsent, "  ")
	require.Equal(t, Wording{English: {Name: "Card", SaveConsent: "  "}}, w.Compact())
	require.Equal(t, Wording{}, Default().Compact())
	require.Equal(t, "  Card \r\n", w[English].Name, "the receiver is not changed")
	require.Equal(t, w.Compact(), w.Compact().Compact())
}

func TestPlainCutsAtTheLimit(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"abcd", "abcd"}, {"abcde", "abcd…"}, {"abcd  \n", "abcd"}, {"abc de", "abc…"}, {" a\t\nb ", "a b"}, {"\x00a\xffb", "ab"}, {"あいうえお", "あいうえ…"},
	} {
		require.Equal(t, c.want, plain(c.in, 4), c.in)
		require.True(t, utf8.ValidString(plain(c.in, 4)))
	}
}
