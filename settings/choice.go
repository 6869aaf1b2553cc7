package settings

// Environment is ⑦ 稼働環境 (LC-11): which side of Stripe the shop talks to,
// and so which pair of keys counts. It is also part of the identity of
// everything stored: an id belongs to one environment and one account (CUS-01).
type Environment string

const (
	Test Environment = "test" // テスト環境: test cards, no money moves
	Live Environment = "live" // 本番環境: real cards, real money
)

// Environments returns every value of ⑦ in the order of the form.
func Environments() []Environment { return []Environment{Test, Live} }

// Valid reports whether e is one of [Environments].
func (e Environment) Valid() bool { return environmentLabels.has(string(e)) }

// Livemode reports whether real money moves: what Stripe's objects call livemode.
func (e Environment) Livemode() bool { return e == Live }

// Label is the value's name on the merchant's page, in "ja" or "en".
func (e Environment) Label(lang string) string { return environmentLabels.label(string(e), lang) }

// Authentication is ⑧ 認証方法 (LC-12): how the shop proves to Stripe who it is.
type Authentication string

const (
	// AuthSecretKey is a standard secret key (sk_), which may do everything.
	AuthSecretKey Authentication = "secret_key"
	// AuthRestrictedKey is a key limited to chosen permissions (rk_, LC-02).
	AuthRestrictedKey Authentication = "restricted_key"
	// AuthConnect is the key of a platform, used on behalf of the account ⑥.
	AuthConnect Authentication = "connect"
)

// Authentications returns every value of ⑧ in the order of the form.
func Authentications() []Authentication {
	return []Authentication{AuthSecretKey, AuthRestrictedKey, AuthConnect}
}

// Valid reports whether a is one of [Authentications].
func (a Authentication) Valid() bool { return authenticationLabels.has(string(a)) }

// Label is the value's name on the merchant's page, in "ja" or "en".
func (a Authentication) Label(lang string) string { return authenticationLabels.label(string(a), lang) }

// Capture is ⑬ キャプチャ (LC-17): when the money that an order holds is taken.
type Capture string

const (
	// CaptureManual holds the amount; the merchant takes it later. Recommended,
	// and the default: payments and orders can be compared first.
	CaptureManual Capture = "manual"
	// CaptureAutomatic takes the amount as soon as the order exists, never before.
	CaptureAutomatic Capture = "automatic"
)

// Captures returns every value of ⑬ in the order of the form.
func Captures() []Capture { return []Capture{CaptureManual, CaptureAutomatic} }

// Valid reports whether c is one of [Captures].
func (c Capture) Valid() bool { return captureLabels.has(string(c)) }

// Label is the value's name on the merchant's page, in "ja" or "en".
func (c Capture) Label(lang string) string { return captureLabels.label(string(c), lang) }

// ThreeDSecure is ⑭ 3Dセキュア (LC-18): how much authentication is asked of the
// buyer. The values are those of Stripe's request_three_d_secure. There is no
// "off": Japan's guideline requires 3-D Secure and Stripe enforces it.
type ThreeDSecure string

const (
	ThreeDSecureAutomatic ThreeDSecure = "automatic" // Stripe decides, within the law
	ThreeDSecureAny       ThreeDSecure = "any"       // always authenticate; the bank may do so without asking the buyer
	ThreeDSecureChallenge ThreeDSecure = "challenge" // always ask the buyer to prove who they are
)

// ThreeDSecures returns every value of ⑭ in the order of the form.
func ThreeDSecures() []ThreeDSecure {
	return []ThreeDSecure{ThreeDSecureAutomatic, ThreeDSecureAny, ThreeDSecureChallenge}
}

// Valid reports whether t is one of [ThreeDSecures].
func (t ThreeDSecure) Valid() bool { return threeDSecureLabels.has(string(t)) }

// Label is the value's name on the merchant's page, in "ja" or "en".
func (t ThreeDSecure) Label(lang string) string { return threeDSecureLabels.label(string(t), lang) }

// SaveCard is ⑮ カード情報の保存 (LC-19): whether the card stays with Stripe for
// the next purchase. Whatever is chosen, the shop holds no card number (LC-27).
type SaveCard string

const (
	SaveNone     SaveCard = "none"     // no card is saved
	SaveOptional SaveCard = "optional" // a member's card, with the member's consent
	SaveRequired SaveCard = "required" // every card, a guest's too; text ⑤ says so
)

// SaveCards returns every value of ⑮ in the order of the form.
func SaveCards() []SaveCard { return []SaveCard{SaveNone, SaveOptional, SaveRequired} }

// Valid reports whether c is one of [SaveCards].
func (c SaveCard) Valid() bool { return saveCardLabels.has(string(c)) }

// Label is the value's name on the merchant's page, in "ja" or "en".
func (c SaveCard) Label(lang string) string { return saveCardLabels.label(string(c), lang) }

// choices are the values of one setting with their labels, in the form's order.
type choices []Option

func (c choices) has(value string) bool {
	_, ok := c.find(value)
	return ok
}

// label of a value that is none of the choices is empty: a wrong value may be
// anything, a pasted key too, and is never shown.
func (c choices) label(value, lang string) string {
	option, _ := c.find(value)
	return option.Label.In(lang)
}

func (c choices) find(value string) (Option, bool) {
	for _, option := range c {
		if option.Value == value {
			return option, true
		}
	}
	return Option{}, false
}

var (
	environmentLabels = choices{
		{string(Test), Text{"テスト環境", "Test"},
			Text{"テスト用のキーでStripeのテスト環境に接続します。実際の請求は発生しません。", "Uses the test keys. No money moves."}},
		{string(Live), Text{"本番環境", "Live"},
			Text{"本番用のキーで接続します。購入者のカードに実際に請求されます。", "Uses the live keys. Buyers' cards are really charged."}},
	}
	authenticationLabels = choices{
		{string(AuthSecretKey), Text{"シークレットキー(標準キー)", "Secret key (standard)"},
			Text{"「sk_」で始まるキーです。すべての操作ができるため、取り扱いにご注意ください。", "A key that begins with sk_. It may do everything, so guard it well."}},
		{string(AuthRestrictedKey), Text{"制限付きキー", "Restricted key"},
			Text{"「rk_」で始まるキーです。必要な権限だけを持たせられるため、より安全です。", "A key that begins with rk_. It has only the permissions that you give it, which is safer."}},
		{string(AuthConnect), Text{"Connect(プラットフォームのキー)", "Connect (a platform's key)"},
			Text{"プラットフォームのキーで、アカウントIDの連結アカウントとして接続します。", "The key of a platform, used on behalf of the account ID above."}},
	}
	captureLabels = choices{
		{string(CaptureManual), Text{"手動(推奨)", "Manual (recommended)"},
			Text{"注文時は与信枠の確保だけを行い、発送時などに売上を確定します。", "The amount is held when the buyer orders; you take it later, for instance when you ship."}},
		{string(CaptureAutomatic), Text{"自動", "Automatic"},
			Text{"注文が確定した直後に、自動で売上を確定します。", "The amount is taken by itself as soon as the order exists."}},
	}
	threeDSecureLabels = choices{
		{string(ThreeDSecureAutomatic), Text{"標準(Stripeの判定)", "Standard (Stripe decides)"},
			Text{"本人認証が必要かどうかをStripeが判定します。", "Stripe decides when buyers have to authenticate."}},
		{string(ThreeDSecureAny), Text{"常に認証を要求", "Always request authentication"},
			Text{"すべての決済で本人認証を要求します。認証画面を表示するかどうかはカード会社が決めます。", "Authentication is requested for every payment; the bank may do it without asking the buyer."}},
		{string(ThreeDSecureChallenge), Text{"チャレンジ認証を要求", "Request a challenge"},
			Text{"すべての決済で、購入者に認証画面の表示を求めます。", "The buyer is asked to authenticate at every payment."}},
	}
	saveCardLabels = choices{
		{string(SaveNone), Text{"保存しない", "Do not save"},
			Text{"カードは保存しません。", "No card is stored."}},
		{string(SaveOptional), Text{"任意", "Optional"},
			Text{"会員が同意した場合のみ、Stripeに保存します。", "Stored with Stripe when a member agrees."}},
		{string(SaveRequired), Text{"必須", "Required"},
			Text{"会員・非会員を問わず、すべてのカードをStripeに保存します。", "Every card is stored with Stripe, a guest's too."}},
	}
)
