package reconcile

import (
	"strconv"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// words is one text in both languages; {1}, {2} … are filled in.
type words struct{ ja, en string }

func (w words) in(lang wording.Language, values ...string) string {
	text := w.en
	if wording.Parse(string(lang)) == wording.Japanese {
		text = w.ja
	}
	if len(values) == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(values))
	for i, value := range values {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

var (
	reasonPayment       = words{"Stripeの決済 {1} は{2}({3})です。", "The payment of {1} at Stripe is {2} ({3})."}
	reasonNoOrderID     = words{"注文IDがありません。", "It carries no order id."}
	reasonNoSuchOrder   = words{"注文ID {1} の注文は店舗にありません。", "The shop has no order {1}."}
	reasonRivalPayment  = words{"注文 {1} には別の決済 {2} があります。", "The order {1} has another payment, {2}."}
	reasonYoung         = words{"手続き中の可能性があります。", "It may still be on its way."}
	reasonOrder         = words{"注文は{1}、合計 {2} です。", "The order is {1}, for {2}."}
	reasonNoPayment     = words{"対応する決済がStripeにありません。", "Stripe has no payment for it."}
	reasonNoSuchPayment = words{"決済 {1} はStripeの一覧にありません。", "The payment {1} is not in Stripe's list."}
	reasonRivalOrder    = words{"決済 {1} は別の注文 {2} のものです。", "The payment {1} belongs to another order, {2}."}
	reasonCurrency      = words{"通貨が違います。注文は {1}、Stripeは {2} です。", "The currencies differ: the order is for {1}, the payment for {2}."}
	reasonStatus        = words{"状態が違います。注文は{1}、Stripeでは{2}({3})です。", "The order is {1}, the payment is {2} ({3})."}
	reasonRefund        = words{"返金額が違います。店舗は {1}、Stripeは {2} です。", "The shop gave back {1}, Stripe {2}."}
	reasonAmount        = words{"金額が違います。注文は {1}、Stripeは {2}({3})です。", "The order is for {1}, the payment for {2} ({3})."}
	reasonHoldEnded     = words{"確保した枠の期限({1})を過ぎています。", "The hold ended on {1}."}
	reasonHoldEnding    = words{"確保した枠は {1} に失効します。", "The hold ends on {1}."}
	reasonHoldBetween   = words{"確保した枠は、カードの種類により {1} から {2} の間に失効します。", "The hold ends between {1} and {2}, depending on the card."}
	reasonOrderID       = words{"決済には別の注文ID {1} が記録されています。", "The payment carries another order id, {1}."}
)

var standingWords = [numStandings]words{
	open: {"未完了", "not completed"}, processing: {"処理中", "being processed"},
	held: {"未キャプチャ", "held, not captured"}, taken: {"支払い済み", "captured"},
	returned: {"返金済み", "given back"}, gone: {"キャンセル済み", "canceled"},
}

var orderWords = [numOrderStatuses]words{
	Pending: {"入金待ち", "pending"}, Authorized: {"与信済み", "authorized"}, Paid: {"入金済み", "paid"},
	Cancelled: {"キャンセル", "cancelled"}, Refunded: {"返金済み", "refunded"},
}

var classWords = [numClasses]words{
	AmountMismatch:   {"金額の不一致", "Amounts differ"},
	BadLine:          {"読めない行", "Unreadable line"},
	CurrencyMismatch: {"通貨の不一致", "Currencies differ"},
	DuplicatePayment: {"二重の決済", "Paid twice"},
	HoldExpired:      {"枠の失効", "Hold has ended"},
	HoldExpiring:     {"枠の失効間近", "Hold ends soon"},
	Incomplete:       {"承認の途中で離脱", "Left during approval"},
	Matched:          {"一致", "Matched"},
	OrderUnknown:     {"注文IDに該当する注文なし", "Order unknown to the shop"},
	OrphanAuthorized: {"注文IDのない未キャプチャ", "Hold without an order id"},
	OrphanCaptured:   {"注文IDのない請求", "Charge without an order id"},
	PaymentMissing:   {"決済なしの注文", "Order without its payment"},
	RefundMismatch:   {"返金の不一致", "Refunds differ"},
	Refused:          {"承認の途中で欠品(処理済み)", "Sold out during approval (settled)"},
	StatusMismatch:   {"状態の不一致", "Statuses differ"},
}

// Title is the class as people read it.
func (c Class) Title(lang wording.Language) string { return classWords[c].in(lang) }

var actionWords = [numActions]words{
	None:          {"対応は不要です。", "Nothing is to be done."},
	Wait:          {"1時間ほど待ってから、もう一度照合してください。", "Wait an hour and compare again."},
	Capture:       {"キャプチャしてください。", "Capture the payment."},
	CapturePart:   {"注文の合計額だけをキャプチャしてください(残りは解放されます)。", "Capture the order's total only; the rest is released."},
	Cancel:        {"Stripeで決済を取り消してください。", "Cancel the payment at Stripe."},
	Refund:        {"Stripeで返金してください。", "Refund the payment at Stripe."},
	RefundPart:    {"差額をStripeで返金してください。", "Refund the difference at Stripe."},
	OrderOrCancel: {"注文を登録するか、Stripeで決済を取り消してください。", "Make the order, or cancel the payment at Stripe."},
	OrderOrRefund: {"注文を登録するか、Stripeで返金してください。", "Make the order, or refund the payment at Stripe."},
	AskPayment:    {"発送せず、お客様にお支払いをお願いしてください。", "Send nothing; ask the buyer to pay."},
	AskDifference: {"お客様に不足額のお支払いをお願いしてください。", "Ask the buyer for what is missing."},
	FixOrder:      {"店舗の注文をStripeの状態に合わせてください。", "Correct the order in the shop to what Stripe says."},
	FindPayment:   {"発送せず、決済を探してください(別のアカウント、期間の外など)。", "Send nothing; look for the payment in other accounts or periods."},
	Review:        {"注文と決済の両方を確認してください。", "Look at the order and at the payment."},
	FixLine:       {"行を直して、もう一度照合してください。", "Correct the line and compare again."},
}

// Text is what to do, as a sentence for a clerk.
func (a Action) Text(lang wording.Language) string { return actionWords[a].in(lang) }
