package reconcile

// classAbout says to a clerk how such a pair comes about and why it matters.
var classAbout = [numClasses]words{
	AmountMismatch: {
		"注文の合計額と、Stripeで確保または請求した金額が違います。",
		"The order's total is not what Stripe holds or has charged."},
	BadLine: {
		"ファイルの行が読めないため、その注文や決済は照合できていません。",
		"A line of a file could not be read, so its order or payment was not compared."},
	CurrencyMismatch: {
		"注文と決済の通貨が違うため、金額を比べられません。",
		"Order and payment are in different currencies, so their amounts cannot be compared."},
	DuplicatePayment: {
		"1つの注文に、お金の動いた決済が2つあります。片方はお客様にお返しするお金です。",
		"One order has two payments with money. One of them belongs to the buyer."},
	HoldExpired: {
		"確保した枠が失効していて、このままでは代金を受け取れません。発送前に確認してください。",
		"The hold has ended: this money cannot be taken any more. Look before anything is sent."},
	HoldExpiring: {
		"まもなく枠が失効します。失効すると、あらためてお支払いをお願いすることになります。",
		"The hold ends within days. After that the buyer has to be asked to pay again."},
	Incomplete: {
		"本人認証の途中でお客様が離れたものです。お金は動いていません。",
		"The buyer left during authentication. No money has moved."},
	OrderUnknown: {
		"Stripeには注文IDがありますが、店舗にその注文がなく、お金が動いています。",
		"Stripe names an order that the shop does not have, and there is money."},
	OrphanAuthorized: {
		"注文のない枠が残っています。お客様のカードの利用可能額が減ったままです。",
		"A hold without an order: it takes from what the buyer can spend, for nothing."},
	OrphanCaptured: {
		"注文がないのに請求されています。お客様は、届くもののないお金を払っています。",
		"Charged without an order: the buyer has paid for nothing."},
	PaymentMissing: {
		"店舗では支払い済みの注文ですが、Stripeに決済が見つかりません。",
		"The shop counts on a payment that Stripe does not have."},
	RefundMismatch: {
		"返金した金額が、店舗とStripeで違います。",
		"Shop and Stripe disagree about what was given back."},
	Refused: {
		"承認中に在庫がなくなり、自動で取り消されたものです。お金は残っていません。",
		"Sold out during approval, and cancelled by itself. No money is left."},
	StatusMismatch: {
		"店舗とStripeで、支払いの状態が違います。",
		"Shop and Stripe disagree about where the money is."},
}

// family is which kind of trouble a class is: what a picture can tell apart.
type family uint8

const (
	familyBuyer family = iota // the buyer's money
	familyGoods               // an order without money
	familyBooks               // a disagreement
	familyLoose               // a hold that nobody needs
)

const numFamilies = int(familyLoose) + 1

var familyWords = [numFamilies]words{
	familyBuyer: {"お客様にお返しするお金", "Money that is the buyers'"},
	familyGoods: {"入金のない注文", "Orders without money"},
	familyBooks: {"店舗とStripeの食い違い", "Disagreements"},
	familyLoose: {"不要な枠", "Loose holds"},
}

func (c Class) family() family {
	switch c {
	case OrphanCaptured, DuplicatePayment, OrderUnknown:
		return familyBuyer
	case PaymentMissing, HoldExpired, HoldExpiring:
		return familyGoods
	case OrphanAuthorized, Incomplete:
		return familyLoose
	default:
		return familyBooks
	}
}

var urgencyWords = [numUrgencies]words{
	Today:    {"今日対応する", "To do today"},
	ThisWeek: {"今週中に対応する", "To do this week"},
	NoAction: {"対応不要・様子を見る", "Nothing to do yet"},
}

var urgencyAbout = [numUrgencies]words{
	Today:    {"お金が正しい人の手にないか、入金のない商品が出てしまうおそれがあります。", "Somebody's money is in the wrong hands, or goods would leave without money."},
	ThisWeek: {"帳簿の食い違いや、放っておいても失効する枠です。", "Books that are wrong, and holds that end by themselves."},
	NoAction: {"記録のために載せています。", "Listed for the record."},
}

// pageWords are the texts of the page, by the name under which the template asks
// for them.
var pageWords = map[string]words{
	"back":       {"店舗に戻る", "Back to the shop"},
	"title":      {"照合レポート", "Reconciliation"},
	"subtitle":   {"注文とStripeの決済の付け合わせ", "Orders compared with Stripe's payments"},
	"as_of":      {"{1} 時点(日本時間)", "As of {1} (Japan time)"},
	"compared":   {"注文 {1} 件と決済 {2} 件を照合しました。", "Compared: orders {1}, payments {2}."},
	"test":       {"テスト環境", "Test data"},
	"live":       {"本番環境", "Live"},
	"matched":    {"一致", "Matched"},
	"share":      {"全体の {1}", "{1} of all"},
	"item":       {"1 件", "1 finding"},
	"items":      {"{1} 件", "{1} findings"},
	"all_well":   {"すべて一致しています。対応することはありません。", "Everything agrees. There is nothing to do."},
	"jump":       {"金額をグラフで見る", "The money as a picture"},
	"stake":      {"対応の必要な金額", "Money at stake"},
	"by_class":   {"種類別", "By kind"},
	"by_day":     {"日別", "By day"},
	"by_week":    {"週別", "By week"},
	"by_month":   {"月別", "By month"},
	"by_year":    {"年別", "By year"},
	"kind":       {"種類", "Kind"},
	"amount":     {"金額", "Amount"},
	"date":       {"日時", "Date"},
	"period":     {"期間", "Period"},
	"total":      {"合計", "Total"},
	"as_table":   {"表で見る", "As a table"},
	"chart":      {"{1}の金額の推移", "Money at stake over time, {1}"},
	"chart_desc": {"{1}から{2}まで、最大は{3}の{4}。数値は下の表にあります。", "From {1} to {2}; the most is {4}, {3}. The table below has the numbers."},
	"ids":        {"決済と注文", "Payment and order"},
	"payment":    {"決済", "Payment"},
	"order":      {"注文", "Order"},
	"todo":       {"すること", "What to do"},
	"done":       {"済", "Done"},
	"dashboard":  {"Stripeで開く", "Open in Stripe"},
	"more":       {"ほかに {1} 件あります。すべてはJSON形式のレポート(-format json)にあります。", "And {1} more: all of them are in the JSON report (-format json)."},
	"undated":    {"日付のない {1} 件は、グラフに含まれません。", "{1} without a date are not in the picture."},
	"foot":       {"氏名、メールアドレス、カード番号、鍵は、このファイルに含まれません。Stripeの管理画面へのリンクを開くまで、通信は行いません。", "This file holds no names, mail addresses, card numbers or keys, and uses no network until you open a link to Stripe's Dashboard."},
	"hidden":     {"(伏せました)", "(hidden)"},
}
