package wording

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Every cell of the manual's table: which text stands on the page.
func TestLC20ToLC24DisplayRules(t *testing.T) {
	for _, c := range []struct {
		save            SaveCard
		member          bool
		consent, notice bool // ④ ⑤
	}{
		{SaveNone, true, false, false},
		{SaveNone, false, false, false},
		{SaveOptional, true, true, false},
		{SaveOptional, false, false, false},
		{SaveRequired, true, false, true},
		{SaveRequired, false, false, true},
		{"", true, false, false},
		{"", false, false, false},
		{"of a later version", true, false, false},
		{"of a later version", false, false, false},
	} {
		for _, capture := range []Capture{CaptureManual, CaptureAutomatic, ""} {
			for _, lang := range Languages() {
				t.Run(fmt.Sprintf("%s/member=%t/%s/%s", c.save, c.member, capture, lang), func(t *testing.T) {
					context := Context{Capture: capture, SaveCard: c.save, Member: c.member}
					page := Wording{}.Page(lang, context)
					require.NotEmpty(t, page.Name, "LC-20")
					require.NotEmpty(t, page.Description, "LC-21")
					require.False(t, FieldOrderMail.OnPage(context), "LC-22")
					require.Equal(t, c.consent, page.SaveConsent != "", "LC-23")
					require.Equal(t, c.notice, page.SaveNotice != "", "LC-24")
					require.False(t, Field("of a later version").OnPage(context))
				})
			}
		}
	}
}

func TestLC22OrderMailIsNeverOnThePage(t *testing.T) {
	w := Wording{Japanese: {OrderMail: "MAILONLY"}, English: {OrderMail: "MAILONLY"}}
	for _, lang := range Languages() {
		for _, save := range []SaveCard{SaveNone, SaveOptional, SaveRequired} {
			require.NotContains(t, fmt.Sprint(w.Page(lang, Context{SaveCard: save, Member: true})), "MAILONLY")
		}
		require.Equal(t, "MAILONLY", w.Mail(lang, MailContext{}))
	}
}

// 特定商取引法: the page says when the card is charged (requirements 3.3).
func TestLC21DescriptionFollowsCapture(t *testing.T) {
	var w Wording
	for _, c := range []struct {
		capture Capture
		ja, en  string
	}{
		{CaptureManual, "商品の発送時に請求を確定します", "charge it when we ship"},
		{"", "商品の発送時に請求を確定します", "charge it when we ship"},
		{CaptureAutomatic, "ご注文の完了と同時に請求が確定します", "charged when you complete the order"},
	} {
		require.Contains(t, w.Page(Japanese, Context{Capture: c.capture}).Description, c.ja)
		require.Contains(t, w.Page(English, Context{Capture: c.capture}).Description, c.en)
	}
}

func TestTimingFollowsCapture(t *testing.T) {
	w := Wording{Japanese: {Description: "{timing}", OrderMail: "{timing}"}, English: {Description: "{timing}", OrderMail: "{timing}"}}
	for _, c := range []struct {
		lang    Language
		capture Capture
		want    string
	}{
		{Japanese, CaptureManual, "商品の発送時（ご注文時にご利用枠を確保します）"},
		{Japanese, CaptureAutomatic, "ご注文の完了時"},
		{English, CaptureManual, "when we ship (the amount is reserved when you order)"},
		{English, CaptureAutomatic, "when you complete the order"},
	} {
		require.Equal(t, c.want, w.Page(c.lang, Context{Capture: c.capture}).Description)
		require.Equal(t, c.want, w.Mail(c.lang, MailContext{Capture: c.capture}))
	}
}

func TestEveryDefaultReadsWell(t *testing.T) {
	latin := regexp.MustCompile(`[A-Za-z]+`)
	words := strings.Fields("Stripe D Visa Mastercard JCB American Express Diners Club Discover SHOP")
	for _, capture := range []Capture{CaptureManual, CaptureAutomatic} {
		for _, lang := range Languages() {
			optional := Wording{}.Page(lang, Context{Capture: capture, SaveCard: SaveOptional, Member: true})
			required := Wording{}.Page(lang, Context{Capture: capture, SaveCard: SaveRequired})
			mail := Wording{}.Mail(lang, MailContext{Capture: capture, Amount: "¥50", Descriptor: "SHOP"})
			sentences := []string{optional.Description, optional.SaveConsent, required.SaveNotice}
			for _, text := range append(sentences, optional.Name, mail) {
				require.NotEmpty(t, text)
				require.NotContains(t, text, "{")
				if lang == Japanese {
					require.NotRegexp(t, `[():]`, text, "half-width punctuation")
					for _, word := range latin.FindAllString(text, -1) {
						require.Contains(t, words, word, text)
					}
				}
			}
			for _, text := range sentences {
				require.True(t, strings.HasSuffix(text, map[Language]string{Japanese: "。", English: "."}[lang]), text)
			}
		}
	}
}

func TestDefaultAndZeroWordingShowTheSame(t *testing.T) {
	require.NoError(t, Default().Validate())
	for _, lang := range Languages() {
		for _, capture := range []Capture{CaptureManual, CaptureAutomatic} {
			for _, save := range []SaveCard{SaveNone, SaveOptional, SaveRequired} {
				c := Context{Capture: capture, SaveCard: save, Member: true}
				require.Equal(t, Wording(nil).Page(lang, c), Default().Page(lang, c))
				require.Equal(t, Wording(nil).Mail(lang, MailContext{Capture: capture}), Default().Mail(lang, MailContext{Capture: capture}))
			}
			for _, info := range Fields() {
				text := DefaultText(lang, info.Field, capture)
				require.NotEmpty(t, text)
				require.NoError(t, Wording{lang: Texts{}.With(info.Field, text)}.Validate())
				require.LessOrEqual(t, utf8.RuneCountInString(text), info.MaxRunes)
			}
		}
	}
}

func TestBrands(t *testing.T) {
	w := Wording{Japanese: {Description: "{brands}。"}, English: {Description: "{brands}."}}
	for _, c := range []struct {
		brands []string
		ja, en string
	}{
		{nil, "Visa、Mastercard、JCB、American Express、Diners Club、Discover。", "Visa, Mastercard, JCB, American Express, Diners Club and Discover."},
		{[]string{" ", "\x00"}, "Visa、Mastercard、JCB、American Express、Diners Club、Discover。", "Visa, Mastercard, JCB, American Express, Diners Club and Discover."},
		{[]string{"JCB"}, "JCB。", "JCB."},
		{[]string{"Visa", "JCB\n"}, "Visa、JCB。", "Visa and JCB."},
	} {
		require.Equal(t, c.ja, w.Page(Japanese, Context{Brands: c.brands}).Description)
		require.Equal(t, c.en, w.Page(English, Context{Brands: c.brands}).Description)
	}
}

func TestMailLeavesOutLinesWithoutAValue(t *testing.T) {
	require.Equal(t, "Paid by: Credit or debit card\nCharged: when we ship (the amount is reserved when you order)",
		Wording{}.Mail(English, MailContext{}))
	require.Equal(t, "Paid by: Card\nAmount: ¥50\nCharged: when you complete the order\nShown on your statement as \"TEA Bcc: x\".",
		Wording{English: {Name: "Card"}}.Mail(English, MailContext{Capture: CaptureAutomatic, Amount: "¥50", Descriptor: "TEA\r\nBcc: x"}),
		"a value cannot start a line of its own")
}

// Rendering never fails: what an older version knew, or a typing error that was
// stored, is shown as it is.
func TestRenderingKeepsWhatItCannotReplace(t *testing.T) {
	for _, text := range []string{
		"{old}", "{", "}", "{}", "{{brand}}", "a{b", "}{", "{ brands }", "{Brands}", "{amount}", "<b>&amp;</b>", "100%d %s", "$1 \\1", "{a\nb}", "\xff",
	} {
		w := Wording{English: {Description: text}}
		require.Equal(t, text, w.Page(English, Context{}).Description)
	}
	w := Wording{English: {Name: "{name}{timing}", Description: "{{brands}} {name}"}}
	page := w.Page(English, Context{Brands: []string{"{timing}"}})
	require.Equal(t, "{{timing}} {name}{timing}", page.Description, "values are not expanded again, and the inner pair is the placeholder")
}

func TestNothingIsEscaped(t *testing.T) {
	w := Wording{English: {Name: `<script>"&'</script>`}}
	require.Equal(t, `<script>"&'</script>`, w.Page(English, Context{}).Name)
}

func TestTextKnowsOwnAndDefault(t *testing.T) {
	w := Wording{Japanese: {Name: "カード払い", OrderMail: "a\r\nb"}}
	require.Equal(t, "カード払い", w.Text("ja-JP", FieldName, ""))
	require.Equal(t, "a\nb", w.Text(Japanese, FieldOrderMail, ""))
	require.Equal(t, "Credit or debit card", w.Text(English, FieldName, ""))
	require.Empty(t, w.Text(English, "of a later version", ""))
}

func FuzzRendering(f *testing.F) {
	f.Add("{brands} {timing}\n{amount}", "x")
	f.Add("{{{}}}", "{name}")
	f.Fuzz(func(t *testing.T, text, value string) {
		joined := ""
		for _, p := range pieces(text) {
			joined += p.text
		}
		require.Equal(t, text, joined, "pieces lose nothing")
		w := Wording{English: {Name: "n", Description: text, OrderMail: text}}
		_ = w.Page(English, Context{Brands: []string{value}, Purpose: value})
		_ = w.Mail(English, MailContext{Amount: value, Descriptor: value})
		_ = w.Validate()
		if !strings.ContainsAny(text, "{\r") && text != "" {
			require.Equal(t, text, w.Page(English, Context{}).Description)
		}
	})
}
