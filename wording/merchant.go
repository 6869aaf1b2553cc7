package wording

// Merchant is a text for the merchant's side: a name of what happened, or what a
// finding or a refusal means and what to do about it. Code is a code of
// stripesecure: of a moment in a payment's history ("captured"), of a finding
// ("finding.hold_expiring"), of an error with its call ("Capture.too_much"), or
// of a refund's or dispute's state. A code without a text comes back as it is,
// so that a page never shows nothing.
func Merchant(code string, lang Language) string {
	text, ok := merchantTexts[code]
	switch {
	case !ok:
		return code
	case lang == English:
		return text.en
	}
	return text.ja
}

// MerchantCodes lists every code that has a text, for tests and translations.
func MerchantCodes() []string {
	codes := make([]string, 0, len(merchantTexts))
	for code := range merchantTexts {
		codes = append(codes, code)
	}
	return codes
}

type inBoth struct{ ja, en string }

var merchantTexts = map[string]inBoth{
	// What happened to a payment.
	"submitted":       {"カード情報の送信", "Card submitted"},
	"declined":        {"決済が承認されませんでした", "Declined"},
	"authorized":      {"与信確保（仮売上）", "Authorised"},
	"order_placed":    {"注文の確定", "Order placed"},
	"capturing":       {"売上処理の指示", "Capture requested"},
	"captured":        {"売上確定", "Captured"},
	"released":        {"与信の取消", "Hold released"},
	"expired":         {"与信の期限切れ", "Hold expired"},
	"order_cancelled": {"注文の取消", "Order cancelled"},
	"ended":           {"この決済の終了（注文なし）", "Payment ended without an order"},
	"refund":          {"返金", "Refund"},
	"dispute":         {"不審請求の申請（チャージバック）", "Dispute"},
	"fraud_warning":   {"不正利用の早期警告", "Early fraud warning"},

	// Where a payment stands.
	"state.open":         {"未払い", "Not paid"},
	"state.needs_action": {"本人認証待ち", "Waiting for authentication"},
	"state.processing":   {"処理中", "Processing"},
	"state.unknown":      {"確認中", "Being checked"},
	"state.held":         {"仮売上（与信確保済み）", "Authorised"},
	"state.captured":     {"売上確定", "Captured"},
	"state.refunded":     {"返金済み", "Refunded"},
	"state.voided":       {"取消済み", "Cancelled"},
	"state.expired":      {"与信の期限切れ", "Hold expired"},
	"state.failed":       {"決済失敗", "Failed"},
	"state.not_needed":   {"お支払い不要", "Nothing to pay"},

	// What to do where no money is held any more.
	"advice.expired": {
		"与信の期限が切れました。代金は確保されておらず、この決済では受け取れません。発送しないでください。販売を続ける場合は、お客様にもう一度ご注文いただくか、別の方法でお支払いいただいてください。販売しない場合は、注文を取り消してください。",
		"The hold has expired: no money is held, and this payment can take none. Do not ship. To sell all the same, ask the buyer to order again, or to pay in another way. If you do not sell, cancel the order.",
	},
	"advice.failed": {
		"お支払いが完了していません。代金は確保されていません。発送しないでください。お客様はもう一度お支払いいただけます。販売しない場合は、注文を取り消してください。",
		"The payment was not completed: no money is held. Do not ship. The buyer may pay again. If you do not sell, cancel the order.",
	},
	"advice.voided": {
		"与信は解放され、お客様への請求はありません。対応は不要です。あらためて販売する場合は、お客様にもう一度ご注文いただいてください。",
		"The hold is released and the buyer is not charged. Nothing is to be done. To sell after all, ask the buyer to order again.",
	},

	// Where a refund stands.
	"refund.wanted":    {"Stripe に送信中", "Being sent to Stripe"},
	"refund.pending":   {"銀行の処理待ち", "Waiting for the bank"},
	"refund.succeeded": {"返金済み", "Refunded"},
	"refund.failed":    {"返金失敗（銀行が受け付けませんでした）", "Failed: the bank did not take it"},
	"refund.canceled":  {"返金取消", "Cancelled"},
	"refund.refused":   {"返金できませんでした", "Not made"},

	// Where a dispute stands.
	"dispute.needs_response":         {"回答が必要", "Needs your response"},
	"dispute.under_review":           {"銀行が審査中", "Under review by the bank"},
	"dispute.won":                    {"認められました（代金は店舗に戻りました）", "Won: the money is yours"},
	"dispute.lost":                   {"認められませんでした", "Lost"},
	"dispute.warning_needs_response": {"照会：回答が必要", "Inquiry: needs your response"},
	"dispute.warning_under_review":   {"照会：審査中", "Inquiry: under review"},
	"dispute.warning_closed":         {"照会：終了", "Inquiry: closed"},

	// Why an operation was refused, and what to do.
	"Capture.not_held": {
		"売上処理できる与信がありません。期限切れ・取消済み、または注文が未確定です。お客様に改めてお支払いいただくようご案内ください。",
		"There is no hold to capture: it has expired or was cancelled, or there is no order. Ask the buyer to pay again.",
	},
	"Capture.too_much": {
		"与信額またはご注文の合計を超える金額は売上処理できません。増額する場合は、注文を取り消して、新しい金額で改めてお支払いいただいてください。",
		"More than the hold or the order's total cannot be captured. To charge more, cancel the order and let the buyer pay the new total in a new checkout.",
	},
	"Capture.captured": {
		"すでに別の金額で売上が確定しています。売上処理は一度だけ行えます。差額は返金で調整してください。",
		"Another amount has been captured already; that happens once. Refund the difference.",
	},
	"Capture.stripe": {
		"Stripe が売上処理を受け付けませんでした。与信は変わっていません。接続テストでキーの権限を確認してください。",
		"Stripe did not accept the capture. The hold is as it was. Check the key's permissions with the connection test.",
	},
	"Refund.not_held": {
		"売上が確定していないため返金できません。仮売上の場合は、金額を減らして売上処理するか、注文を取り消してください。",
		"Nothing has been captured, so nothing can be refunded. Capture less, or cancel the order.",
	},
	"Refund.too_much": {
		"返金できる残額を超えています。残額をご確認ください。",
		"This is more than is left to refund. Check what is left.",
	},
	"Refund.stripe": {
		"Stripe が返金を受け付けませんでした。お金は動いていません。異議申し立て中の決済は返金できません。",
		"Stripe did not accept the refund. No money has moved. A disputed payment cannot be refunded.",
	},
	"OrderRefused.captured": {
		"売上がすでに確定しているため取り消せません。代金をお返しする場合は返金してください。",
		"The money is captured, so the payment cannot be cancelled. To give it back, refund it.",
	},
	"SubmitEvidence.not_held": {
		"この申請はすでに終了しているか、提出期限を過ぎています。",
		"This dispute is decided, or the time for evidence is over.",
	},
	"Capture.copy": {
		"これは稼働中の店舗の複製です。お金を動かす操作はできません。こちらが本番の店舗であれば、接続テストの画面で確定してください。",
		"This is a copy of a live shop, so nothing here moves money. If this is the live shop now, confirm it on the page of the connection test.",
	},
	"Refund.copy": {
		"これは稼働中の店舗の複製です。お金を動かす操作はできません。こちらが本番の店舗であれば、接続テストの画面で確定してください。",
		"This is a copy of a live shop, so nothing here moves money. If this is the live shop now, confirm it on the page of the connection test.",
	},
	"OrderRefused.stripe": {
		"Stripe がまだ取消を確認していません。指示は保存されており、自動で続行されます。",
		"Stripe has not confirmed the cancellation yet. What you asked for is stored and goes on by itself.",
	},
	"OrderRefused.order_conflict": {
		"この決済には別の注文があるため取り消せません。注文を確認してください。",
		"This payment has another order, so it cannot be cancelled. Look at the order.",
	},
	"OrderRefused.copy": {
		"これは稼働中の店舗の複製です。お金を動かす操作はできません。こちらが本番の店舗であれば、接続テストの画面で確定してください。",
		"This is a copy of a live shop, so nothing here moves money. If this is the live shop now, confirm it on the page of the connection test.",
	},
	"SubmitEvidence.copy": {
		"これは稼働中の店舗の複製です。お金を動かす操作はできません。こちらが本番の店舗であれば、接続テストの画面で確定してください。",
		"This is a copy of a live shop, so nothing here moves money. If this is the live shop now, confirm it on the page of the connection test.",
	},
	"SubmitEvidence.stripe": {
		"Stripe が証拠を受け付けませんでした。内容と期限を確認して、もう一度お試しください。",
		"Stripe did not accept the evidence. Check it and its due date, and try again.",
	},
	"busy": {
		"Stripe の応答がまだありません。指示は保存されており、自動で続行されます。もう一度押す必要はありません。",
		"Stripe has not answered yet. What you asked for is stored and goes on by itself. There is no need to press again.",
	},

	// What a person should know.
	"finding.hold_expiring": {
		"与信の期限まで2日を切りました。期限までに売上処理するか、注文を取り消してください。",
		"The hold ends within two days. Capture it, or cancel the order.",
	},
	"finding.amount_mismatch": {
		"注文の合計と決済の金額が異なります。自動では売上処理しません。注文の合計以下で売上処理するか、取り消してください。",
		"The order's total and the payment differ, so nothing is captured by itself. Capture at most the order's total, or cancel.",
	},
	"finding.payment_mismatch": {
		"Stripe 上の決済がこの注文のものと一致しません。売上処理は行われません。Stripe のダッシュボードで確認してください。",
		"The payment at Stripe is not the one that belongs to this order. It is not captured. Look at it in Stripe's Dashboard.",
	},
	"finding.captured_without_order": {
		"注文がないのに売上が確定しています（ダッシュボードでの操作など）。注文を作成するか、返金してください。",
		"Money was captured although there is no order, in the Dashboard perhaps. Make the order, or refund.",
	},
	"finding.captured_too_much": {
		"注文の合計を超える金額が売上確定されています。差額を返金してください。",
		"More than the order's total was captured. Refund the difference.",
	},
	"finding.cancelled_but_captured": {
		"注文の取り消しが指示されましたが、代金は売上確定済みです。お客様にはまだ返っていません。返金するか、注文をそのまま続けてください。",
		"The order was to be cancelled, but its money is captured and the buyer does not have it back. Refund it, or keep the order.",
	},
	"finding.duplicate_capture": {
		"同じお買い物で二重に売上が確定しています。余分な決済を返金してください。",
		"This purchase was captured twice. Refund the payment that is not the order's.",
	},
	"finding.stray_payment": {
		"遅れて届いた決済が見つかり、自動で取り消しました。お客様への請求はありません。",
		"A payment that arrived late was found and cancelled. The buyer is not charged.",
	},
	"finding.stuck": {
		"Stripe が取消または売上処理を何度も拒否しています。ダッシュボードで決済を確認してください。",
		"Stripe keeps refusing to cancel or capture. Look at the payment in the Dashboard.",
	},
	"finding.credentials": {
		"Stripe が API キーを拒否しました。キーと権限を確認してください。",
		"Stripe refuses the API key. Check the key and its permissions.",
	},
	"finding.order_key_missing": {
		"注文の報告はありましたが、注文キーが記録されていません。ショップの連携プログラムを確認してください。",
		"An order was reported, but its key is not recorded. Have the shop's integration checked.",
	},
	"finding.order_conflict": {
		"同じお買い物に別の注文が報告されました。どちらが正しいか確認してください。",
		"Another order was reported for the same purchase. Find out which one is right.",
	},
	"finding.refund_failed": {
		"返金が完了しませんでした。代金は店舗に戻っています。銀行振込など別の方法で返金するか、もう一度お試しください。",
		"A refund has failed and the money is with you again. Refund in another way, or try once more.",
	},
	"finding.disputed": {
		"お客様が銀行に異議を申し立てました。期限までに証拠を提出してください。",
		"The buyer has disputed the charge at the bank. Submit evidence before the due date.",
	},
	"finding.fraud_warning": {
		"カード発行会社が不正利用の可能性を警告しています。発送前であれば返金をご検討ください。",
		"The card's issuer warns of fraud. If the goods have not left, consider a refund.",
	},
}
