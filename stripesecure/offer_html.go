package stripesecure

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

//go:embed assets/offer.html
var offerHTML string

var offerTemplate = template.Must(template.New("offer").Parse(offerHTML))

// labels are the few words of the fragment and the payment page that are no
// setting and no message.
var labels = map[wording.Language]map[string]string{
	wording.Japanese: {
		"cards": "お支払いに使うカード", "new": "新しいカード", "expires": "有効期限", "pay": "支払う", "back": "ショップに戻る",
		"amount": "お支払い金額", "title": "お支払い", "again": "もう一度確認する", "loading": "カード入力欄を読み込んでいます…",
	},
	wording.English: {
		"cards": "Card to pay with", "new": "Another card", "expires": "expires", "pay": "Pay", "back": "Back to the shop",
		"amount": "Amount", "title": "Payment", "again": "Check again", "loading": "Loading the card form…",
	},
}

type offerView struct {
	Offer
	Label        map[string]string
	Fields       map[string]string // names of the form fields
	Config       string            // JSON for the script
	Amount, Code string            // what this page shows
	NeedsScript  string
	Failed       string
	Pay          bool // there is something to pay
	Selected     string
}

// HTML draws the offer as a fragment for the host's checkout form: name ①,
// description ②, a member's saved cards, consent ④ or notice ⑤, the place for
// Stripe's Payment Element, the message, and the scripts. The host draws the form
// around it and the button, on a page of BaseURL's origin:
//
//	<form method="post" action="{{.Offer.Action}}">{{.Offer.HTML}}<button>Pay</button></form>
//
// With JavaScript the script takes over the form's submit: it makes the token,
// posts the form with Accept: application/json, and does what the Result's JSON
// says (see [Plugin.ServeResult]). While the fragment is hidden or inside a
// disabled fieldset, and for buttons with formaction or data-stripesecure-ignore,
// the form is submitted as ever. It sends stripesecure_tab without a token to ask
// where the payment stands. A host that drives the steps without Options.Carts
// gets them at the form's own action, or at Offer.Resume if it sets that. For the
// Do "place_order" the script fires the event stripesecure:place_order on the
// form, with the JSON as detail.
//
// Without JavaScript a saved card is paid by posting the form. A page with a
// Content-Security-Policy takes [Plugin.ContentSecurity].
func (o Offer) HTML() template.HTML {
	if !o.Available {
		return ""
	}
	config, err := json.Marshal(map[string]any{
		"key": o.PublishableKey, "account": o.AccountID, "elements": o.Elements, "resume": o.Resume,
		"checkout": o.CheckoutPage, "cart": o.CartPage, "language": o.Language,
		"failed":   wording.For(wording.TemporarilyUnavailable, o.Language, wording.Facts{}).Text,
		"checking": wording.For(wording.Processing, o.Language, wording.Facts{}).Text,
		"unknown":  wording.For(wording.UnknownResult, o.Language, wording.Facts{}).Text,
	})
	if err != nil {
		return "" // a hook put something into Elements that is no JSON
	}
	amount, code := "", ""
	if minor, err := o.Total.Minor(); err == nil {
		amount, code = o.Total.plain(minor), o.Total.Currency
	}
	view := offerView{
		Offer: o, Label: labels[o.Language], Config: string(config), Amount: amount, Code: code, Pay: o.Elements != nil,
		NeedsScript: wording.For(wording.JavaScriptRequired, o.Language, wording.Facts{}).Text,
		Failed:      wording.For(wording.CardFormFailed, o.Language, wording.Facts{}).Text,
		Fields: map[string]string{
			"token": fieldToken, "card": fieldCard, "save": fieldSave, "amount": fieldAmount, "currency": fieldCurrency, "tab": fieldTab,
		},
	}
	if view.Label == nil {
		view.Label = labels[wording.English]
	}
	if len(o.Cards) > 0 {
		view.Selected = o.Cards[0].ID
	}
	var b strings.Builder
	if err := offerTemplate.Execute(&b, view); err != nil {
		return ""
	}
	return template.HTML(b.String()) //nolint:gosec // made by html/template, which escapes
}
