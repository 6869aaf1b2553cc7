package stripetest

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

var promptPage = template.Must(template.ParseFS(assets, "assets/prompt.html"))

var promptWords = map[string]map[string]string{
	"en": {
		"title": "Card authentication", "bank": "Test Bank – 3-D Secure", "heading": "Confirm your payment",
		"intro": "Your bank asks you to confirm that it is you who pays.",
		"shop":  "Shop", "amount": "Amount", "card": "Card",
		"complete": "Complete authentication", "fail": "Fail authentication", "cancel": "Cancel",
		"note":        "Test page of an emulated Stripe: no money moves, whichever button you choose.",
		"closeWindow": "You can close this window.", "gone": "This page is no longer valid.",
		"done": "Thank you. Your answer has been received.", "closed": "The authentication was closed.",
	},
	"ja": {
		"title": "カードの本人認証", "bank": "テスト銀行 3Dセキュア", "heading": "お支払いの確認",
		"intro": "ご本人によるお支払いであることを、カード発行会社が確認します。",
		"shop":  "ご利用店舗", "amount": "金額", "card": "カード",
		"complete": "認証を完了", "fail": "失敗させる", "cancel": "閉じる・中断",
		"note":        "テスト用の Stripe のページです。どのボタンを選んでも、実際の請求は発生しません。",
		"closeWindow": "このウィンドウは閉じてかまいません。", "gone": "このページは無効になりました。",
		"done": "ありがとうございます。回答を受け付けました。", "closed": "認証を中断しました。",
	},
}

// promptView is what the hosted page shows.
type promptView struct {
	Lang, Shop, Amount, Card, Message, Done string
	Words                                   map[string]string
}

// pageLanguage is ja or en: the parameter locale, else Accept-Language.
func pageLanguage(r *http.Request) string {
	wanted := r.FormValue("locale")
	if wanted == "" || wanted == "auto" {
		wanted = r.Header.Get("Accept-Language")
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(wanted)), "ja") {
		return "ja"
	}
	return "en"
}

// prompt finds a prompt by the token in its address. The caller holds s.mu.
func (s *Stripe) promptOf(token string) (*mode, *challenge) {
	ch := s.browser.prompts[token]
	if ch == nil {
		return nil, nil
	}
	a := s.accounts[ch.account]
	if ch.live {
		return a.live, ch
	}
	return a.test, ch
}

func (s *Stripe) showPrompt(w http.ResponseWriter, r *http.Request) {
	lang := pageLanguage(r)
	view := promptView{Lang: lang, Words: promptWords[lang], Shop: s.opts.shopName}
	back, status := "", http.StatusOK
	s.mu.Lock()
	s.tick()
	m, ch := s.promptOf(r.PathValue("token"))
	switch {
	case ch == nil:
		view.Message, status = view.Words["gone"], http.StatusNotFound
	case m.pending(ch.intent) != ch:
		view.Message, back = view.Words["gone"], m.wayBack(ch)
	default:
		view.ask(m, ch)
	}
	s.mu.Unlock()
	if back != "" { // answered before, for example in another tab
		goBack(w, r, back)
		return
	}
	view.write(w, status)
}

// ask fills in what the buyer is asked to confirm.
func (v *promptView) ask(m *mode, ch *challenge) {
	v.Shop = m.account.Name
	v.Card = brandName(ch.pm.Card.Brand) + " •••• " + ch.pm.Card.Last4
	pi, ok := find[*PaymentIntent](m, ch.intent)
	if !ok {
		return // nothing to pay: a card is set up
	}
	v.Amount = separated(display(pi.Amount, pi.Currency))
	if symbols[pi.Currency] == "" || symbols[pi.Currency] == "$" {
		v.Amount += " " + strings.ToUpper(pi.Currency)
	}
}

// goBack sends the buyer to the shop. The address holds a client secret.
func goBack(w http.ResponseWriter, r *http.Request, address string) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// answerPrompt takes the buyer's choice: by redirect to the return_url with what
// Stripe adds to it, or with a page that tells the dialog around it.
func (s *Stripe) answerPrompt(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	lang, action := pageLanguage(r), r.FormValue("action")
	view := promptView{Lang: lang, Words: promptWords[lang], Shop: s.opts.shopName, Done: action, Message: promptWords[lang]["done"]}
	if action == "cancel" {
		view.Message = view.Words["closed"]
	}
	s.mu.Lock()
	s.tick()
	m, ch := s.promptOf(r.PathValue("token"))
	if ch == nil {
		s.mu.Unlock()
		view.Message, view.Done = view.Words["gone"], "gone"
		view.write(w, http.StatusNotFound)
		return
	}
	if m.pending(ch.intent) == ch && action != "cancel" {
		m.answer(ch, action == "complete")
	}
	back := m.wayBack(ch)
	s.mu.Unlock()
	if back == "" {
		view.write(w, http.StatusOK)
		return
	}
	goBack(w, r, back)
}

// wayBack is the return_url with the parameters of stripe-facts §6, "" when
// Stripe.js is waiting instead.
func (m *mode) wayBack(ch *challenge) string {
	if ch.sdk {
		return ""
	}
	id, secret, status, address := m.returning(ch)
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	name := "payment_intent"
	if strings.HasPrefix(id, "seti_") {
		name = "setup_intent"
	}
	q := u.Query()
	q.Set(name, id)
	q.Set(name+"_client_secret", secret)
	q.Set("redirect_status", map[bool]string{true: "succeeded", false: "failed"}[status])
	u.RawQuery = q.Encode()
	return u.String()
}

// returning tells about the intent of a prompt: id, client secret, whether it
// went well, and where the buyer goes.
func (m *mode) returning(ch *challenge) (id, secret string, good bool, address string) {
	if pi, ok := find[*PaymentIntent](m, ch.intent); ok {
		good = pi.Status == StatusSucceeded || pi.Status == StatusRequiresCapture || pi.Status == StatusProcessing || pi.Status == StatusRequiresConfirmation
		return pi.ID, pi.ClientSecret, good, pi.returnURL
	}
	if si, ok := find[*SetupIntent](m, ch.intent); ok {
		return si.ID, si.ClientSecret, si.Status == StatusSucceeded, si.returnURL
	}
	return "", "", false, ""
}

func (v *promptView) write(w http.ResponseWriter, status int) {
	var page bytes.Buffer
	if err := promptPage.Execute(&page, v); err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors *")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes())
}

func brandName(brand string) string {
	switch brand {
	case "amex":
		return "American Express"
	case "jcb":
		return "JCB"
	case "unionpay":
		return "UnionPay"
	case "diners":
		return "Diners Club"
	}
	return strings.ToUpper(brand[:1]) + brand[1:]
}

// separated puts commas between thousands.
func separated(amount string) string {
	whole, rest, _ := strings.Cut(amount, ".")
	start := strings.IndexAny(whole, "0123456789")
	var out strings.Builder
	out.WriteString(whole[:start])
	digits := whole[start:]
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(d)
	}
	if rest != "" {
		out.WriteString("." + rest)
	}
	return out.String()
}
