package settings

import "slices"

// fieldTable is the form without what depends on the host. The Japanese labels
// of ① to ⑮ are the manual's own words.
func fieldTable() []Field {
	return slices.Concat(generalFields(), liveFields(), testFields(), paymentFields())
}

func generalFields() []Field {
	return []Field{
		{ID: FieldEnabled, Input: InputSwitch,
			Label: Text{"有効化", "Enabled"},
			Help:  Text{"無効の間、この決済方法は購入者に表示されません。", "While disabled the method is never offered to buyers."}},
		{ID: FieldWording, Number: "①", Input: InputLink,
			Label: Text{"文言設定", "Wording"},
			Help:  Text{"購入者に表示する文言は、文言設定タブで変更します。", "The texts that buyers see are edited on the wording tab."}},
		{ID: FieldRegions, Number: "②", Input: InputRegions,
			Label: Text{"適用地域", "Region"},
			Help:  Text{"この決済方法を表示する地域です。国内のみで販売する場合は「全ての地域」ではなく「日本」を選択してください。お届け先の国で判定します。", "Where the method is offered, by the country of delivery. If you sell in Japan only, choose Japan and not all regions."}},
		{ID: FieldOrderStatus, Number: "③", Input: InputChoice,
			Label: Text{"初期注文ステータス", "Initial order status"},
			Help:  Text{"この決済方法で受け付けた注文に、最初に付けるステータスです。", "The status that an order paid with this method begins with."}},
		{ID: FieldSortOrder, Number: "④", Input: InputNumber,
			Label: Text{"並び順", "Sort order"},
			Help:  Text{"複数の決済方法があるとき、数字の小さいものから順に表示します。", "With several payment methods, the smaller number comes first."}},
		{ID: FieldAccountName, Number: "⑤", Input: InputText,
			Label: Text{"アカウント名", "Account name"},
			Help:  Text{"Stripeのアカウント名です。管理用で、決済の動作には影響しません。", "The name of the Stripe account, for your own orientation."}},
		{ID: FieldAccountID, Number: "⑥", Input: InputText,
			Label: Text{"アカウントID", "Account ID"},
			Help:  Text{"StripeのアカウントID(acct_ で始まる値)です。キーが同じアカウントのものかを確認するために使います。認証方法がConnectの場合は必須です。", "The ID of the Stripe account, acct_…. It is used to check that the keys belong to this account, and is required for Connect."}},
		{ID: FieldEnvironment, Number: "⑦", Input: InputChoice, Options: slices.Clone(environmentLabels),
			Label: Text{"稼働環境", "Environment"},
			Help:  Text{"接続先を選択します。テスト環境では実際の請求は発生しません。", "Which side of Stripe the shop uses. In the test environment no money moves."}},
		{ID: FieldAuthentication, Number: "⑧", Input: InputChoice, Options: slices.Clone(authenticationLabels),
			Label: Text{"認証方法", "Authentication method"},
			Help:  Text{"StripeのAPIへの接続方式です。使用するキーの種類に合わせて選択してください。", "How the shop connects to Stripe's API. It must fit the kind of key that you enter."}},
	}
}

func liveFields() []Field {
	return []Field{
		{ID: FieldLivePublishable, Number: "⑨", Input: InputText, Environment: Live,
			Label: Text{"公開可能キー", "Publishable key"},
			Help:  Text{"本番環境の公開可能キー(pk_live_ で始まる値)です。購入者のブラウザに渡ります。", "The publishable key of the live environment, pk_live_…. Buyers' browsers receive it."}},
		{ID: FieldLiveSecret, Number: "⑩", Input: InputSecret, Environment: Live,
			Label: Text{"シークレットキー", "Secret key"},
			Help:  Text{"本番環境のシークレットキー(sk_live_ または rk_live_ で始まる値)です。保存後は表示されません。空欄のまま保存すると変更されません。", "The secret key of the live environment, sk_live_… or rk_live_…. It is never shown again; leave it empty to keep the stored one."}},
		{ID: FieldLiveWebhookSecrets, Input: InputSecrets, Environment: Live,
			Label: Text{"Webhook署名シークレット", "Webhook signing secrets"},
			Help:  webhookSecretsHelp},
		{ID: FieldLiveSweepOnly, Input: InputSwitch, Environment: Live,
			Label: Text{"Webhookを使用しない", "Work without webhooks"},
			Help:  sweepOnlyHelp},
	}
}

func testFields() []Field {
	return []Field{
		{ID: FieldTestPublishable, Number: "⑪", Input: InputText, Environment: Test,
			Label: Text{"テスト用公開可能キー", "Test publishable key"},
			Help:  Text{"テスト環境の公開可能キー(pk_test_ で始まる値)です。", "The publishable key of the test environment, pk_test_…."}},
		{ID: FieldTestSecret, Number: "⑫", Input: InputSecret, Environment: Test,
			Label: Text{"テスト用シークレットキー", "Test secret key"},
			Help:  Text{"テスト環境のシークレットキー(sk_test_ または rk_test_ で始まる値)です。保存後は表示されません。空欄のまま保存すると変更されません。", "The secret key of the test environment, sk_test_… or rk_test_…. It is never shown again; leave it empty to keep the stored one."}},
		{ID: FieldTestWebhookSecrets, Input: InputSecrets, Environment: Test,
			Label: Text{"テスト用Webhook署名シークレット", "Test webhook signing secrets"},
			Help:  webhookSecretsHelp},
		{ID: FieldTestSweepOnly, Input: InputSwitch, Environment: Test,
			Label: Text{"テスト環境でWebhookを使用しない", "Work without webhooks in the test environment"},
			Help:  sweepOnlyHelp},
	}
}

func paymentFields() []Field {
	return []Field{
		{ID: FieldCapture, Number: "⑬", Input: InputChoice, Options: slices.Clone(captureLabels),
			Label: Text{"キャプチャ", "Capture"},
			Help:  Text{"手動では与信枠の確保のみを行い、売上の確定は後から行います。注文と決済の整合性を確認できるため、手動を推奨します。", "Manual holds the amount and you take it later. It is recommended because orders and payments can be compared first."}},
		{ID: FieldThreeDSecure, Number: "⑭", Input: InputChoice, Options: slices.Clone(threeDSecureLabels),
			Label: Text{"3Dセキュア", "3D Secure"},
			Help:  Text{"本人認証(3Dセキュア)の要求レベルです。国内のガイドラインで義務付けられているため、無効にはできません。", "How much authentication is asked of the buyer. It cannot be switched off: Japan's guideline requires it."}},
		{ID: FieldSaveCard, Number: "⑮", Input: InputChoice, Options: slices.Clone(saveCardLabels),
			Label: Text{"カード情報の保存", "Saving of card details"},
			Help:  Text{"カード情報をStripeに保存するかどうかです。「任意」では会員が同意した場合のみ、「必須」では会員登録のない購入者のカードも保存します。いずれの場合も、ショップにカード番号は保存されません。", "Whether cards are saved with Stripe: only with a member's consent (optional), or every card, a guest's too (required). The shop never holds a card number."}},
	}
}

var (
	webhookSecretsHelp = Text{
		"Webhookエンドポイントの署名シークレット(whsec_ で始まる値)です。複数ある場合は1行に1件ずつ入力します。入力した値は登録済みの値に追加されます。保存後は表示されません。",
		"The signing secrets of the webhook endpoints, whsec_…, one in a line. What you enter is added to what is stored. They are never shown again."}
	sweepOnlyHelp = Text{
		"Webhookを受け取れない環境でのみ選択してください。決済結果は定期照会で反映されます。",
		"Only for shops that cannot receive webhooks: Stripe is asked from time to time instead."}
)
