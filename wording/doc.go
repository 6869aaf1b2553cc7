// Package wording holds every text that a buyer sees, in Japanese and English:
// the five texts that a merchant may write (文言設定 ① to ⑤) and the messages of a
// checkout. It knows nothing of Stripe, money or HTTP: all its texts are plain,
// and the page that shows one escapes it.
//
// # The texts on the checkout page
//
// A [Wording] is what the merchant wrote; a field left empty is the default, so
// the zero Wording is complete. [Wording.Page] decides what is shown (LC-20 to
// LC-24) and fills in the placeholders:
//
//	var w wording.Wording
//	page := w.Page(wording.Match(r.Header.Get("Accept-Language")), wording.Context{
//		Capture:  wording.CaptureManual, // ⑬
//		SaveCard: wording.SaveOptional,  // ⑮
//		Member:   true,
//	})
//	// page.Name, page.Description and page.SaveConsent; page.SaveNotice is empty
//
// The default description ② follows capture ⑬: it says that the card is charged
// when the goods are shipped (manual) or when the order is completed (automatic).
// [Wording.Mail] is the same for the text ③ of the order mail.
//
// # The merchant's form
//
// [Fields] describes the five fields: sign, label, help, where the text is shown,
// its limit and the placeholders it may hold. [Wording.Text] fills the form.
// What comes back goes through three steps:
//
//	w = w.Compact()                 // a default stays a default
//	data, err := wording.Encode(w)  // validates
//	var faults wording.Faults
//	if errors.As(err, &faults) {
//		// all of them at once: faults.At(lang, field), fault.Message(reader's language)
//	}
//
// [Decode] reads what is stored and does not validate the texts: a placeholder
// that an older version knew is shown as it stands, never a broken page.
//
// # Messages
//
// [For] makes the message of a [Code]. [Codes] lists them all; they are stable.
// [DeclineCode] turns Stripe's answer to a declined card into a code that tells
// the buyer what to do and never why: fraud, a lost card and a stolen card read
// exactly like a bank's refusal without a reason.
//
// # You have not been charged
//
// This sentence is said only when it is proven (rule 8 of the design), so no
// text contains it. Texts in which it has a place get it from [Facts]:
//
//	wording.For(wording.OutOfStock, lang, wording.Facts{Items: items})
//	// … sold out while you were paying. Please check your cart.
//	wording.For(wording.OutOfStock, lang, wording.Facts{Items: items, NotCharged: true, HoldReleased: true})
//	// … You have not been charged; the hold was released. … Depending on your card, …
//
// In doubt leave NotCharged false: a message without the sentence is always right.
package wording
