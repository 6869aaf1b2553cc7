package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Five texts in each language with their signs, placeholders explained, and the
// preview as a guest, as a member and in the mail (LC-20 to LC-24).
func TestWordingPage_LC20_LC24(t *testing.T) {
	o := open(t)
	o.lang = "ja"
	page := o.get("/card/wording")
	for _, label := range []string{"①</span>決済名称", "②</span>決済説明文", "③</span>注文メール転記文", "④</span>カード情報の保存に関する同意確認文", "⑤</span>カード情報の保存に関する説明文"} {
		assert.Equal(t, 2, strings.Count(page.body, label), label)
	}
	page.says("{amount}</code> お支払い金額", "標準の文言", "購入画面（非会員）", "購入画面（会員）", "注文確認メール")
}

func preview(p page, lang string) string {
	_, from, _ := strings.Cut(p.body, `id="preview-`+lang+`"`)
	look, _, _ := strings.Cut(from, "</aside>")
	return look
}

// The preview follows what is typed and what ⑬ and ⑮ would be; nothing is saved.
func TestPreview_LC23_LC24(t *testing.T) {
	o := open(t)
	form := o.get("/card/wording").with("en.name", "Plastic", "en.save_consent", "Keep it for {purpose}", "preview.save_card", "optional",
		"preview.capture", "automatic", "do", "preview")
	page := o.post("/card/wording", form)
	require.Equal(t, http.StatusOK, page.status)
	look := preview(page, "en")
	guest, rest, _ := strings.Cut(look, "Checkout as a member")
	member, mail, _ := strings.Cut(rest, "Order mail")
	assert.NotContains(t, guest, "Keep it for", "④ is for members (LC-23)")
	assert.Contains(t, member, "Keep it for paying for this order")
	for _, part := range []string{guest, member, mail} {
		assert.Contains(t, part, "Plastic")
	}
	assert.Contains(t, member, "charged when you complete the order")
	assert.Contains(t, mail, "¥4,840")
	assert.Zero(t, o.state().Version)

	required := o.post("/card/wording", o.get("/card/wording").with("preview.save_card", "required", "do", "preview"))
	assert.Equal(t, 2, strings.Count(preview(required, "en"), "is stored with Stripe, whether or not"), "⑤ for member and guest (LC-24)")
}

func TestWordingIsSaved(t *testing.T) {
	o := open(t)
	page := o.get("/card/wording")
	saved := page.post("/card/wording", page.with("ja.name", "カード払い", "do", "save"))
	require.Equal(t, http.StatusSeeOther, saved.status, saved.text())
	texts, err := o.rows.Wording(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "カード払い", texts["ja"].Name)
	assert.Empty(t, texts["ja"].Description, "a standard text stays one, so that ② follows ⑬")
	o.get("/card/log").says("① Payment name (Japanese) before standard text → after カード払い")

	page = o.get("/card/wording")
	page.post("/card/wording", page.with("ja.name", "", "do", "save"))
	assert.Empty(t, o.state().Wording["ja"].Name, "an empty field is the standard text again")
	o.get("/card/wording").post("/card/wording", o.get("/card/wording").with("do", "save")).says("Nothing has changed.")
}

// Every text wrong at once: each fault at its field; what was typed stays, but a
// key or a card number does not come back.
func TestEveryTextWrong(t *testing.T) {
	o := open(t)
	page := o.post("/card/wording", o.get("/card/wording").with(
		"ja.name", strings.Repeat("長", 51), "ja.description", "{price} {amount}", "ja.order_mail", "｛amount｝", "ja.save_consent", "two\nlines", "ja.save_notice", "{",
		"en.name", "   ", "en.description", canaryLive, "en.order_mail", "4242 4242 4242 4242", "en.save_consent", "bell \u0007", "do", "save"))
	require.Equal(t, http.StatusUnprocessableEntity, page.status)
	for _, field := range []string{"ja.name", "ja.description", "ja.order_mail", "ja.save_consent", "ja.save_notice", "en.name", "en.description", "en.order_mail", "en.save_consent"} {
		page.says(`id="fault-`+field+`"`, `href="#field-`+field+`"`)
	}
	page.says("There is no placeholder {price}.", "The placeholder {amount} cannot be used in this field.", strings.Repeat("長", 51))
	assert.NotContains(t, page.body, "4242 4242")
	assert.Zero(t, o.state().Version)
}

func TestTwoClerksAtTheTexts(t *testing.T) {
	o := open(t)
	second := o.get("/card/wording")
	o.clerk = "佐藤"
	first := o.get("/card/wording")
	first.post("/card/wording", first.with("ja.name", "佐藤のカード", "en.name", "Sato's card", "do", "save"))
	o.clerk = "田中"
	page := second.post("/card/wording", second.with("en.name", "Tanaka's card", "en.save_notice", "Kept.", "do", "save"))
	require.Equal(t, http.StatusConflict, page.status)
	page.says("佐藤 changed this", "Sato&#39;s card", "The form keeps what you entered.", "The form has the new value.")
	assert.Equal(t, http.StatusSeeOther, page.post("/card/wording", page.with("do", "save")).status)
	w := o.state().Wording
	assert.Equal(t, "佐藤のカード", w["ja"].Name)
	assert.Equal(t, "Tanaka's card", w["en"].Name)
	assert.Equal(t, "Kept.", w["en"].SaveNotice)
}
