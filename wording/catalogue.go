package wording

// entry is one message of the catalogue. Beside plain text it may hold
//
//	{not_charged}  the sentence of rule 8; nothing unless it is proven
//	{items}        what is sold out
//	{range}        from which amount to which
//
// In English a sentence that may vanish brings its own space: "… shop. {not_charged}Please …".
type entry struct {
	code Code
	text local
}

// catalogue holds every message, in the order in which [Codes] lists them. No
// text here may say that nothing was charged or held: that is {not_charged}'s job.
var catalogue = []entry{
	{OutOfStock, local{
		"お手続き中に{items}の在庫がなくなりました。{not_charged}カートの内容をご確認ください。",
		"{items} sold out while you were paying. {not_charged}Please check your cart."}},
	{Returned, local{
		"お支払いのお手続きが完了していません。{not_charged}カートの商品はそのままです。内容をご確認のうえ、もう一度お手続きください。",
		"Your checkout was not completed. {not_charged}Your items are still in the cart. Please check the details and try again."}},
	{DuplicateTab, local{
		"別の画面でお手続きが行われたため、この画面でのお手続きを中止しました。{not_charged}他のタブを閉じ、この画面からやり直してください。",
		"We stopped checkout on this page because it was also open in another tab. {not_charged}Close the other tabs and start again here."}},
	{DeclinedGeneric, local{
		"このカードではお支払いいただけませんでした。別のカードをお使いいただくか、カード会社へお問い合わせください。",
		"This card could not be used. Please try another card or contact your card issuer."}},
	{DeclinedInput, local{
		"カード番号・有効期限・セキュリティコードのいずれかが正しくありません。入力内容をお確かめください。",
		"The card number, expiry date or security code is not correct. Please check what you entered."}},
	{DeclinedExpired, local{
		"カードの有効期限が切れています。別のカードをお使いください。",
		"This card has expired. Please use another card."}},
	{DeclinedFunds, local{
		"ご利用可能額が足りないか、ご利用回数の上限に達しています。別のカードをお使いください。",
		"The card's limit has been reached. Please use another card."}},
	{DeclinedUnsupported, local{
		"このカードは今回のお買い物に対応していません。別のカードをお使いください。",
		"This card does not support this purchase. Please use another card."}},
	{DeclinedRetry, local{
		"カード会社との通信が混み合っています。少し時間をおいてからお試しください。",
		"The card issuer could not be reached. Please try again shortly."}},
	{ThreeDSFailed, local{
		"本人認証（3Dセキュア）が完了しませんでした。{not_charged}もう一度お試しいただくか、別のカードをお使いください。",
		"The identity check (3D Secure) was not completed. {not_charged}Please try again or use another card."}},
	{WalletTimeout, local{
		"制限時間内にアプリでの承認が確認できませんでした。{not_charged}もう一度お手続きください。",
		"Approval in the app did not arrive in time. {not_charged}Please try again."}},
	{SavedCardUnavailable, local{
		"お選びいただいた登録済みのカードはご利用いただけません。別のカードをお選びいただくか、カード情報をご入力ください。",
		"The saved card you chose is not available. Please choose another one or enter a card."}},
	{TooManyAttempts, local{
		"お支払いの試行回数が上限に達しました。しばらくしてからお試しください。",
		"Too many payment attempts. Please try again later."}},
	{FormIncomplete, local{
		"入力内容に不足または誤りがあります。ご確認のうえ、もう一度お手続きください。",
		"Some of the details are missing or not valid. Please check them and try again."}},
	{CardNumberMisplaced, local{
		"カード番号と思われる数字が入力されています。カード番号は、カード情報の入力欄以外にはご入力いただけません。",
		"Something you entered looks like a card number. Please enter card numbers in the card form only."}},
	{CardFormFailed, local{
		"カードの入力欄を表示できませんでした。通信状況をご確認のうえ、画面を再読み込みしてください。",
		"The card form could not be loaded. Please check your connection and reload the page."}},
	{JavaScriptRequired, local{
		"カード情報のご入力にはJavaScriptが必要です。ブラウザーの設定で有効にしてから、画面を再読み込みしてください。",
		"Entering a card needs JavaScript. Please turn it on in your browser and reload the page."}},
	{TokenExpired, local{
		"カード情報の有効時間が過ぎました。お手数ですが、カード情報をもう一度ご入力ください。",
		"The card details have timed out. Please enter your card again."}},
	{ThreeDSRequired, local{
		"カード会社による本人認証（3Dセキュア）が必要です。画面の案内に沿ってお進みください。",
		"Your card issuer asks you to confirm your identity (3D Secure). Please follow the instructions."}},
	{Processing, local{
		"お支払いの結果を確認しています。この画面は自動で更新されますので、閉じずにそのままお待ちください。",
		"We are checking your payment. This page will update by itself; please keep it open."}},
	{OrderPending, local{
		"カードのご利用が承認され、ご注文を確定しています。再度お手続きせず、そのままお待ちください。",
		"Your card was approved and we are completing your order. Please wait and do not pay again."}},
	{Cancelling, local{
		"前回のお支払い手続きの取り消しを進めています。少しお待ちいただいてから、もう一度お試しください。",
		"We are still cancelling your earlier payment. Please wait a moment and try again."}},
	{AskAgain, local{
		"お支払いの手続きがまだ進行中です。数秒お待ちいただいてから、画面を再読み込みしてください。",
		"Your payment is still being processed. Please wait a few seconds and reload the page."}},
	{UnknownResult, local{
		"お支払い結果を確認しています。二重のご請求を防ぐため、再度お手続きせず、確認メールをお待ちください。",
		"We are checking your payment. To avoid paying twice, please do not pay again; wait for our e-mail."}},
	{Completed, local{
		"お支払いのお手続きが完了しました。ご注文ありがとうございます。",
		"Your payment has been accepted. Thank you for your order."}},
	{AlreadyPaid, local{
		"このご注文のお支払い手続きはすでに完了しています。もう一度お手続きいただく必要はありません。",
		"This order has already been paid for. You do not need to pay again."}},
	{NothingToPay, local{
		"今回のご注文にお支払いいただく金額はありません。カード情報のご入力は不要です。",
		"There is nothing to pay for this order. You do not need to enter a card."}},
	{PaymentFailed, local{
		"ご注文のお支払いが完了しませんでした。{not_charged}ご注文の内容をご確認のうえ、もう一度お支払いください。",
		"The payment for your order was not completed. {not_charged}Please check your order and pay again."}},
	{PaymentExpired, local{
		"ご注文のお支払い手続きの有効期限が切れました。お手数ですが、当店までお問い合わせください。",
		"The payment for your order has expired. Please contact our shop."}},
	{AmountChanged, local{
		"お手続き中にご注文金額が変わりました。{not_charged}新しい金額をご確認ください。",
		"The order total changed while you were paying. {not_charged}Please review the new total."}},
	{OrderCancelled, local{
		"ご注文はキャンセルされました。{not_charged}",
		"Your order was cancelled. {not_charged}"}},
	{OrderClosed, local{
		"ご注文の受付は終了しました。{not_charged}カートの内容をご確認ください。",
		"This order can no longer be accepted. {not_charged}Please check your cart."}},
	{OrderRefused, local{
		"ご注文をお受けできませんでした。{not_charged}カートの内容をご確認のうえ、もう一度お手続きください。",
		"We could not accept your order. {not_charged}Please check your cart and try again."}},
	{PaymentPageExpired, local{
		"お支払いページの有効期限が切れました。{not_charged}お手数ですが、カートからもう一度お手続きください。",
		"This payment page has expired. {not_charged}Please start again from your cart."}},
	{MethodUnavailable, local{
		"現在、カード払いをご利用いただけません。別のお支払い方法をお選びください。",
		"Card payment is not available at present. Please choose another way to pay."}},
	{RegionUnavailable, local{
		"ご指定の地域ではカード払いをご利用いただけません。別のお支払い方法をお選びください。",
		"Card payment is not available in your region. Please choose another way to pay."}},
	{CurrencyUnavailable, local{
		"この通貨ではカード払いをご利用いただけません。別のお支払い方法をお選びください。",
		"Card payment is not available in this currency. Please choose another way to pay."}},
	{AmountOutOfRange, local{
		"この金額ではカード払いをご利用いただけません{range}。",
		"Card payment is not available for this amount{range}."}},
	{TemporarilyUnavailable, local{
		"カード払いは一時的にご利用いただけません。少し時間をおいてお試しいただくか、別のお支払い方法をお選びください。",
		"Card payment is temporarily unavailable. Please try again shortly or choose another way to pay."}},
	{NotFound, local{
		"お手続きの情報が見つかりませんでした。カートまたはご注文履歴の内容をご確認ください。",
		"We could not find this checkout. Please check your cart or your orders."}},
	{InvalidReturn, local{
		"お手続きの画面を正しく表示できませんでした。当店の画面に戻り、カートまたはご注文履歴をご確認ください。",
		"This page could not be verified. Please go back to our shop and check your cart or your orders."}},
	{RequestRefused, local{
		"安全のため、お手続きを中断しました。画面を再読み込みしてから、もう一度お試しください。",
		"This request was stopped for your safety. Please reload the page and try again."}},
	{TryLater, local{
		"ただいまカード払いのお手続きができません。しばらくしてからお試しいただくか、別のお支払い方法をお選びください。",
		"Card payment is not possible right now. Please try again later or choose another way to pay."}},
	{ChallengeRequired, local{
		"お手続きを続けるには、画面の確認項目にお答えいただき、もう一度お試しください。",
		"To continue, please complete the check on this page and try again."}},
	{SystemError, local{
		"お手続きを進められませんでした。少し時間をおいてから、もう一度お試しください。",
		"We could not continue. Please wait a moment and try again."}},
}

var (
	// Rule 8: the only texts of the package that say that nothing was charged.
	notCharged         = local{"請求は発生していません。", "You have not been charged. "}
	notChargedReleased = local{"請求は発生していません（確保した枠は取り消しました）。", "You have not been charged; the hold was released. "}

	holdNote = local{
		"カードの種類により、取り消しがご利用明細やデビット口座に反映されるまで数日かかることがあります。",
		"Depending on your card, the release may take a few days to show on your statement or debit account."}

	itemUnknown = local{"カートの商品", "An item in your cart"}
	itemsMore   = local{"ほか%d点", " and %d more"}

	rangeBoth = local{"（%s以上%s以下）", " (it must be from %s to %s)"}
	rangeMin  = local{"（%s以上）", " (it must be at least %s)"}
	rangeMax  = local{"（%s以下）", " (it must be at most %s)"}
)
