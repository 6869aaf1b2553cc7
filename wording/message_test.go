package wording

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

const goldenMessages = "testdata/messages.golden"

// variants are the states of proof in which a message can be made.
func variants() []struct {
	name  string
	facts Facts
} {
	items := []string{"煎茶 Sencha"}
	return []struct {
		name  string
		facts Facts
	}{
		{"unproven", Facts{Items: items, Min: "¥50", Max: "¥99,999,999"}},
		{"proven", Facts{Items: items, Min: "¥50", Max: "¥99,999,999", NotCharged: true}},
		{"released", Facts{Items: items, Min: "¥50", Max: "¥99,999,999", NotCharged: true, HoldReleased: true}},
	}
}

func TestEveryMessageIsGolden(t *testing.T) {
	var b strings.Builder
	for _, code := range Codes() {
		for _, lang := range Languages() {
			for _, v := range variants() {
				fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", code, lang, v.name, For(code, lang, v.facts).Text)
			}
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(goldenMessages, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(goldenMessages)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "run go test ./wording -run Golden -update, then read the difference as a buyer would")
}

// goldenCodes is written by hand: a code that disappears breaks hosts.
var goldenCodes = []Code{
	"out_of_stock", "returned", "duplicate_tab",
	"declined_generic", "declined_input", "declined_expired", "declined_funds", "declined_unsupported", "declined_retry",
	"three_ds_failed", "wallet_timeout", "saved_card_unavailable", "too_many_attempts",
	"form_incomplete", "card_number_misplaced", "card_form_failed", "javascript_required", "token_expired", "three_ds_required",
	"processing", "order_pending", "cancelling", "ask_again", "unknown_result",
	"completed", "already_paid", "nothing_to_pay", "payment_failed", "payment_expired",
	"amount_changed", "order_cancelled", "order_closed", "order_refused", "payment_page_expired",
	"method_unavailable", "region_unavailable", "currency_unavailable", "amount_out_of_range", "temporarily_unavailable",
	"not_found", "invalid_return", "request_refused", "try_later", "challenge_required", "system_error",
}

func TestCodesAreStable(t *testing.T) {
	require.Equal(t, goldenCodes, Codes())
	for _, code := range Codes() {
		require.True(t, code.Known())
	}
	require.False(t, Code("").Known())
	require.False(t, Code("fraudulent").Known())
}

// Whatever the facts are, each message is fit to be read.
func TestEveryMessageReadsWell(t *testing.T) {
	latin := regexp.MustCompile(`[A-Za-z]+`)
	brandWords := []string{"Stripe", "D", "JavaScript", "Sencha"} // "D" of 3D
	for _, code := range Codes() {
		for _, v := range variants() {
			ja, en := For(code, Japanese, v.facts), For(code, English, v.facts)
			require.Equal(t, code, ja.Code)
			for _, text := range []string{ja.Text, en.Text} {
				require.NotEmpty(t, text, code)
				require.NotContains(t, text, "{", code)
				require.NotContains(t, text, "}", code)
				require.NotContains(t, text, "  ", code)
				require.Equal(t, strings.TrimSpace(text), text, code)
			}
			require.True(t, strings.HasSuffix(ja.Text, "。"), ja.Text)
			require.True(t, strings.HasSuffix(en.Text, "."), en.Text)
			require.NotRegexp(t, `[(),]`, strings.NewReplacer("99,999,999", "").Replace(ja.Text), "half-width punctuation")
			require.NotRegexp(t, `[^\x00-\x7f]`, strings.NewReplacer("煎茶", "", "¥", "").Replace(en.Text), "Japanese in English")
			for _, word := range latin.FindAllString(ja.Text, -1) {
				require.Contains(t, brandWords, word, ja.Text)
			}
			for _, m := range []struct {
				lang Language
				text string
			}{{Japanese, ja.Text}, {English, en.Text}} {
				proper := strings.TrimSuffix(m.text, HoldNote(m.lang))
				require.LessOrEqual(t, utf8.RuneCountInString(proper), 200, proper)
			}
		}
	}
}

// claims finds every way of saying that nothing was charged or is held.
var claims = map[Language]*regexp.Regexp{
	Japanese: regexp.MustCompile(`請求は|請求され|請求が|課金|引き落と|枠|取り消し(まし|済|が)|返金|解放`),
	English:  regexp.MustCompile(`(?i)been charged|not charged|no charge|\bhold\b|\bheld\b|releas|refund|reserved`),
}

func TestRule8NothingIsClaimedWithoutFacts(t *testing.T) {
	for _, code := range Codes() {
		for _, lang := range Languages() {
			for _, facts := range []Facts{{}, {Items: []string{"A"}, Min: "50", Max: "100"}} {
				require.NotRegexp(t, claims[lang], For(code, lang, facts).Text, code)
			}
		}
	}
	for _, lang := range Languages() {
		require.Regexp(t, claims[lang], For(Returned, lang, Facts{NotCharged: true}).Text, "the scan must find the sentence")
		require.Regexp(t, claims[lang], HoldNote(lang), "the scan must find the note")
	}
}

func TestRule8SentenceOnlyWhereItHasAPlace(t *testing.T) {
	carries := []Code{
		OutOfStock, Returned, DuplicateTab, ThreeDSFailed, WalletTimeout, PaymentFailed,
		AmountChanged, OrderCancelled, OrderClosed, OrderRefused, PaymentPageExpired,
	}
	for _, code := range Codes() {
		want := slices.Contains(carries, code)
		ja := For(code, Japanese, Facts{NotCharged: true}).Text
		en := For(code, English, Facts{NotCharged: true}).Text
		require.Equal(t, want, strings.Contains(ja, "請求は発生していません。"), code)
		require.Equal(t, want, strings.Contains(en, "You have not been charged."), code)
	}
}

func TestRule8LongSentenceNeedsAReleasedHold(t *testing.T) {
	require.Equal(t,
		"別の画面でお手続きが行われたため、この画面でのお手続きを中止しました。請求は発生していません（確保した枠は取り消しました）。他のタブを閉じ、この画面からやり直してください。カードの種類により、取り消しがご利用明細やデビット口座に反映されるまで数日かかることがあります。",
		For(DuplicateTab, Japanese, Facts{NotCharged: true, HoldReleased: true}).Text)
	require.Equal(t,
		"Your order was cancelled. You have not been charged; the hold was released. Depending on your card, the release may take a few days to show on your statement or debit account.",
		For(OrderCancelled, English, Facts{NotCharged: true, HoldReleased: true}).Text)
	require.Equal(t, "Your order was cancelled. You have not been charged.", For(OrderCancelled, English, Facts{NotCharged: true}).Text)
	require.Equal(t, "Your order was cancelled.", For(OrderCancelled, English, Facts{}).Text)
}

// One hold was released, another attempt is not proven: the note, and no claim.
func TestRule8NoteWithoutTheSentence(t *testing.T) {
	for _, code := range Codes() {
		for _, lang := range Languages() {
			bare, noted := For(code, lang, Facts{}).Text, For(code, lang, Facts{HoldReleased: true}).Text
			require.Equal(t, joinSentences(lang, bare, HoldNote(lang)), noted)
		}
	}
}

func TestLC33OutOfStockNamesTheItems(t *testing.T) {
	for _, c := range []struct {
		name   string
		items  []string
		ja, en string
	}{
		{"none known", nil, "カートの商品の", "An item in your cart sold"},
		{"empty names", []string{"", " \t", "\x00"}, "カートの商品の", "An item in your cart sold"},
		{"one", []string{"煎茶"}, "「煎茶」の", `"煎茶" sold`},
		{"two", []string{"A", "B"}, "「A」「B」の", `"A" and "B" sold`},
		{"three", []string{"A", "B", "C"}, "「A」「B」「C」の", `"A", "B" and "C" sold`},
		{"many", []string{"A", "B", "C", "D", "E"}, "「A」「B」「C」ほか2点の", `"A", "B", "C" and 2 more sold`},
		{"the same twice", []string{"A", "A "}, "「A」の", `"A" sold`},
		{"control characters", []string{"A\r\nBcc: x\x1b[31m\u202e\ufffd\xff"}, "「A Bcc: x[31m」の", `"A Bcc: x[31m" sold`},
		{"braces are text", []string{"{not_charged}"}, "「{not_charged}」の", `"{not_charged}" sold`},
		{"HTML is text", []string{"<b>A</b>"}, "「<b>A</b>」の", `"<b>A</b>" sold`},
		{"long", []string{strings.Repeat("長", 100)}, "「" + strings.Repeat("長", 40) + "…」の", strings.Repeat("長", 40) + `…" sold`},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, For(OutOfStock, Japanese, Facts{Items: c.items, NotCharged: true}).Text, c.ja)
			require.Contains(t, For(OutOfStock, English, Facts{Items: c.items, NotCharged: true}).Text, c.en)
		})
	}
}

func TestAmountOutOfRangeSaysWhatIsKnown(t *testing.T) {
	for _, c := range []struct{ min, max, ja, en string }{
		{"", "", "この金額ではカード払いをご利用いただけません。", "Card payment is not available for this amount."},
		{"50円", "100円", "この金額ではカード払いをご利用いただけません（50円以上100円以下）。", "Card payment is not available for this amount (it must be from 50円 to 100円)."},
		{"50円", "", "この金額ではカード払いをご利用いただけません（50円以上）。", "Card payment is not available for this amount (it must be at least 50円)."},
		{"", "100円", "この金額ではカード払いをご利用いただけません（100円以下）。", "Card payment is not available for this amount (it must be at most 100円)."},
	} {
		require.Equal(t, c.ja, For(AmountOutOfRange, Japanese, Facts{Min: c.min, Max: c.max}).Text)
		require.Equal(t, c.en, For(AmountOutOfRange, English, Facts{Min: c.min, Max: c.max}).Text)
	}
}

func TestUnknownCodeGetsTheTextOfSystemError(t *testing.T) {
	for _, lang := range Languages() {
		got := For("of_a_later_version", lang, Facts{})
		require.Equal(t, Code("of_a_later_version"), got.Code)
		require.Equal(t, For(SystemError, lang, Facts{}).Text, got.Text)
	}
}

func FuzzForIsOneCleanLine(f *testing.F) {
	f.Add("煎茶", "¥50")
	f.Add("{items}\n\u202e", "%s%d")
	f.Fuzz(func(t *testing.T, item, amount string) {
		facts := Facts{Items: []string{item, amount}, Min: amount, NotCharged: true, HoldReleased: true}
		for _, code := range []Code{OutOfStock, AmountOutOfRange} {
			for _, lang := range Languages() {
				text := For(code, lang, facts).Text
				require.True(t, utf8.ValidString(text))
				require.False(t, strings.ContainsFunc(text, invisible), text)
				require.LessOrEqual(t, utf8.RuneCountInString(text), 400)
			}
		}
	})
}
