package wording

var (
	// The two descriptions differ in when the card is charged: 特定商取引法 wants
	// that said on the page where the order is confirmed (requirements 3.3).
	defaultDescription = map[Capture]local{
		CaptureManual: {
			"{brands}をお使いいただけます。ご注文時にご利用枠を確保し、商品の発送時に請求を確定します。カード会社の本人認証（3Dセキュア）画面が表示されることがあります。カード番号は決済会社Stripeへ直接送られ、当店では保管しません。",
			"We accept {brands}. We reserve the amount when you order and charge it when we ship. Your card issuer may ask you to confirm your identity (3D Secure). Your card number goes straight to Stripe and is never kept by our shop.",
		},
		CaptureAutomatic: {
			"{brands}をお使いいただけます。ご注文の完了と同時に請求が確定します。カード会社の本人認証（3Dセキュア）画面が表示されることがあります。カード番号は決済会社Stripeへ直接送られ、当店では保管しません。",
			"We accept {brands}. Your card is charged when you complete the order. Your card issuer may ask you to confirm your identity (3D Secure). Your card number goes straight to Stripe and is never kept by our shop.",
		},
	}

	defaultTexts = map[Field]local{
		FieldName: {"クレジットカード", "Credit or debit card"},
		FieldOrderMail: {
			"お支払い方法：{name}\nお支払い金額：{amount}\nご請求の時期：{timing}\nカードのご利用明細には「{descriptor}」と記載されます。",
			"Paid by: {name}\nAmount: {amount}\nCharged: {timing}\nShown on your statement as \"{descriptor}\".",
		},
		FieldSaveConsent: {
			"次回からの入力を省くため、このカードを決済会社Stripeに登録することに同意します（任意）。当店にカード番号は残りません。",
			"I agree that this card may be stored with Stripe so that I need not enter it next time (optional). Our shop does not keep the card number.",
		},
		FieldSaveNotice: {
			"お支払いに使われたカードは、会員登録の有無にかかわらず決済会社Stripeに登録されます。当店にカード番号は残りません。利用目的：{purpose}。",
			"The card you pay with is stored with Stripe, whether or not you have an account with us. Our shop does not keep the card number. Purpose: {purpose}.",
		},
	}

	timing = map[Capture]local{
		CaptureManual:    {"商品の発送時（ご注文時にご利用枠を確保します）", "when we ship (the amount is reserved when you order)"},
		CaptureAutomatic: {"ご注文の完了時", "when you complete the order"},
	}

	defaultPurpose = local{
		"このご注文のお支払いと、お客様が今後ご依頼になるお支払い",
		"paying for this order and for later payments that you ask for",
	}
)

// DefaultBrands are the cards that a Stripe account in Japan takes.
func DefaultBrands() []string {
	return []string{"Visa", "Mastercard", "JCB", "American Express", "Diners Club", "Discover"}
}

// Default returns the default texts in both languages, for a form or a document.
// The description ② is left empty, because it depends on capture ⑬:
// [DefaultText] returns it. Default and the zero Wording show the same pages.
func Default() Wording {
	w := make(Wording)
	for _, lang := range Languages() {
		var t Texts
		for field, text := range defaultTexts {
			t = t.With(field, text.in(lang))
		}
		w[lang] = t
	}
	return w
}

// DefaultText returns the default of one field, with its placeholders still in
// it. Only the description ② depends on the capture mode.
func DefaultText(lang Language, field Field, capture Capture) string {
	if field == FieldDescription {
		return defaultDescription[capture.known()].in(lang)
	}
	return defaultTexts[field].in(lang)
}
