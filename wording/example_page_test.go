package wording_test

import (
	"fmt"

	"github.com/ec-plugins/stripesecure/wording"
)

// A shop that has written nothing yet. With ⑮ optional a member is asked for
// consent (LC-23) and a guest is not.
func ExampleWording_Page() {
	var w wording.Wording
	member := wording.Context{SaveCard: wording.SaveOptional, Member: true}
	guest := wording.Context{SaveCard: wording.SaveOptional}

	fmt.Println(w.Page(wording.Japanese, member).Name)
	fmt.Println(w.Page(wording.Japanese, member).SaveConsent)
	fmt.Printf("%q\n", w.Page(wording.Japanese, guest).SaveConsent)
	// Output:
	// クレジットカード
	// 次回からの入力を省くため、このカードを決済会社Stripeに登録することに同意します（任意）。当店にカード番号は残りません。
	// ""
}

// With ⑮ required everybody is told that the card is saved, guests too (LC-24).
func ExampleWording_Page_required() {
	w := wording.Wording{wording.English: {Description: "Visa only. Charged: {timing}."}}
	page := w.Page(wording.English, wording.Context{
		Capture:  wording.CaptureAutomatic,
		SaveCard: wording.SaveRequired,
		Purpose:  "your subscription",
	})
	fmt.Println(page.Name)
	fmt.Println(page.Description)
	fmt.Println(page.SaveNotice)
	// Output:
	// Credit or debit card
	// Visa only. Charged: when you complete the order.
	// The card you pay with is stored with Stripe, whether or not you have an account with us. Our shop does not keep the card number. Purpose: your subscription.
}

func ExampleWording_Mail() {
	var w wording.Wording
	fmt.Println(w.Mail(wording.Japanese, wording.MailContext{
		Capture:    wording.CaptureManual,
		Amount:     "1,200円",
		Descriptor: "CHA SHOP",
	}))
	// Output:
	// お支払い方法：クレジットカード
	// お支払い金額：1,200円
	// ご請求の時期：商品の発送時（ご注文時にご利用枠を確保します）
	// カードのご利用明細には「CHA SHOP」と記載されます。
}
