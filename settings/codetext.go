package settings

// codeText is what a code means and says. {field} is the label of the setting,
// {detail} the limit or the permitted values.
type codeText struct {
	code Code
	kind Kind
	text Text
}

var codeTexts = func() map[Code]codeText {
	texts := make(map[Code]codeText, len(codeTable))
	for _, entry := range codeTable {
		texts[entry.code] = entry
	}
	return texts
}()

var codeTable = []codeText{
	{CodeUnknownValue, Invalid, Text{
		"{field}の値が正しくありません。指定できる値:{detail}",
		"{field} has a value that does not exist. Permitted: {detail}."}},
	{CodeNotInList, Invalid, Text{
		"{field}に、ショップに登録されていない値が指定されています。一覧から選び直してください。",
		"{field} has a value that is not registered in the shop. Please choose one from the list."}},
	{CodeNotANumber, Invalid, Text{
		"{field}は整数で入力してください。",
		"{field} must be a whole number."}},
	{CodeOutOfRange, Invalid, Text{
		"{field}は{detail}の範囲で入力してください。",
		"{field} must be within {detail}."}},
	{CodeTooLong, Invalid, Text{
		"{field}は{detail}文字以内で入力してください。",
		"{field} must have at most {detail} characters."}},
	{CodeTooMany, Invalid, Text{
		"{field}に登録できるのは{detail}件までです。",
		"{field} takes at most {detail} values."}},
	{CodeWhitespace, Invalid, Text{
		"{field}に余分な空白が含まれています。空白を取り除いてください。",
		"{field} contains a space that does not belong there. Please remove it."}},
	{CodeControlCharacter, Invalid, Text{
		"{field}に改行や目に見えない文字が含まれています。値だけをコピーし直してください。",
		"{field} contains a line break or an invisible character. Please copy the value again, and nothing else."}},
	{CodeSecretInText, Invalid, Text{
		"{field}にシークレットキーまたは署名シークレットらしき値が入力されたため、受け付けませんでした。この項目は画面に表示されます。値が漏れたおそれがある場合は、Stripeダッシュボードで再発行(ロール)してください。",
		"{field} was refused because it holds what looks like a secret key or signing secret, and this setting is shown on pages. If it may have been seen, roll it in the Stripe Dashboard."}},
	{CodeMasked, Invalid, Text{
		"{field}に伏せ字(***など)が入力されています。変更しない場合は空欄のままにし、変更する場合は値全体を入力してください。",
		"{field} contains a mask such as ***. Leave it empty to keep the stored value, or enter the whole new value."}},

	{CodeRegionRequired, Invalid, Text{
		"{field}を選択してください。提供を止める場合は、プラグインを無効化してください。",
		"{field}: please choose one. To stop offering the method, disable the plugin."}},
	{CodeRegionMixed, Invalid, Text{
		"{field}では「全ての地域」と国を同時に指定できません。どちらか一方を選択してください。",
		"{field} cannot be all regions and single countries at once. Please choose one or the other."}},
	{CodeCountryUnknown, Invalid, Text{
		"{field}の国コードが正しくありません。ISO 3166-1の2文字コード(日本はJP)で指定してください。",
		"{field} has an unknown country code. Use the two capital letters of ISO 3166-1, such as JP for Japan."}},
	{CodeCountryTwice, Invalid, Text{
		"{field}で同じ国が重複しています。",
		"{field} names the same country twice."}},

	{CodeAccountForm, Invalid, Text{
		"{field}は「acct_」で始まる値です。StripeダッシュボードのアカウントIDをそのまま入力してください。",
		"{field} begins with acct_. Please copy the account ID from the Stripe Dashboard as it is."}},
	{CodeAccountRequired, Invalid, Text{
		"認証方法がConnectの場合、{field}は必須です。決済を受け付ける連結アカウントのIDを入力してください。",
		"{field} is required when the authentication method is Connect: enter the ID of the connected account that takes the payments."}},
	{CodeAccountDiffers, Invalid, Text{
		"{field}が、設定されたキーのStripeアカウント({detail})と一致しません。アカウントIDとキーのどちらが正しいかご確認ください。",
		"{field} is not the Stripe account of the keys ({detail}). Please check which of the two is wrong."}},
	{CodeKeyCharacters, Invalid, Text{
		"{field}に使用できない文字が含まれています。半角英数字と記号のまま、Stripeダッシュボードからコピーし直してください。",
		"{field} contains characters that do not occur there. Please copy it again from the Stripe Dashboard."}},
	{CodeKeyIncomplete, Invalid, Text{
		"{field}が途中で切れています。値全体をコピーし直してください。",
		"{field} is cut off. Please copy the whole value again."}},
	{CodeLiveKeyInTest, Invalid, Text{
		"{field}に本番環境のキーが入力されています。テスト環境のキー(「_test_」を含む値)を入力してください。",
		"{field} has a key of the live environment. Enter the test key (it contains _test_)."}},
	{CodeTestKeyInLive, Invalid, Text{
		"{field}にテスト環境またはサンドボックスのキーが入力されています。本番環境のキー(「_live_」を含む値)を入力してください。",
		"{field} has a key of the test environment or of a sandbox. Enter the live key (it contains _live_)."}},
	{CodeSecretInPublishable, Invalid, Text{
		"{field}に秘密の値(シークレットキー、制限付きキー、署名シークレットのいずれか)が入力されたため、受け付けず破棄しました。公開可能キーは購入者のブラウザに渡ります。入力した値が人目に触れたおそれがある場合は、Stripeダッシュボードでただちに再発行(ロール)し、ここには「pk_」で始まるキーを入力してください。",
		"{field} was refused and discarded because it holds a secret (a secret key, restricted key or signing secret). Publishable keys are given to every buyer's browser. If the secret may have been seen, roll it in the Stripe Dashboard at once, and enter the key that begins with pk_ here."}},
	{CodePublishableInSecret, Invalid, Text{
		"{field}に公開可能キーが入力されています。「sk_」または「rk_」で始まるキーを入力してください。公開可能キーの欄と取り違えていないかご確認ください。",
		"{field} has a publishable key. Enter the key that begins with sk_ or rk_, and check that the two fields were not swapped."}},
	{CodeWebhookSecretInSecret, Invalid, Text{
		"{field}にWebhookの署名シークレット(whsec_)が入力されています。「sk_」または「rk_」で始まるキーを入力してください。",
		"{field} has the signing secret of a webhook (whsec_). Enter the key that begins with sk_ or rk_."}},
	{CodeNotPublishableKey, Invalid, Text{
		"{field}が公開可能キーの形式ではありません。「pk_test_」または「pk_live_」で始まるキーを入力してください。",
		"{field} is not a publishable key. Enter the key that begins with pk_test_ or pk_live_."}},
	{CodeNotSecretKey, Invalid, Text{
		"{field}がStripeのシークレットキーの形式ではありません。「sk_test_」「sk_live_」「rk_test_」「rk_live_」のいずれかで始まるキーを入力してください。",
		"{field} is not a secret key of a Stripe account. Enter a key that begins with sk_test_, sk_live_, rk_test_ or rk_live_."}},
	{CodeSecretKeyExpected, Invalid, Text{
		"認証方法が標準のシークレットキーのため、{field}には「sk_」で始まるキーが必要です。制限付きキー(rk_)を使う場合は、認証方法を「制限付きキー」に変更してください。",
		"{field} must begin with sk_ because the authentication method is the standard secret key. To use a restricted key (rk_), change the authentication method."}},
	{CodeRestrictedKeyExpected, Invalid, Text{
		"認証方法が制限付きキーのため、{field}には「rk_」で始まるキーが必要です。標準のシークレットキー(sk_)を使う場合は、認証方法を「シークレットキー」に変更してください。",
		"{field} must begin with rk_ because the authentication method is the restricted key. To use a standard secret key (sk_), change the authentication method."}},
	{CodeAPIKeyInWebhookSecret, Invalid, Text{
		"{field}にAPIキーが入力されています。Webhookエンドポイントの詳細画面に表示される署名シークレット(「whsec_」で始まる値)を入力してください。",
		"{field} has an API key. Enter the signing secret (it begins with whsec_) that the Dashboard shows for the webhook endpoint."}},
	{CodeEndpointInWebhookSecret, Invalid, Text{
		"{field}にWebhookエンドポイントのID(we_)が入力されています。同じ画面に表示される署名シークレット(「whsec_」で始まる値)を入力してください。",
		"{field} has the ID of the webhook endpoint (we_). Enter its signing secret (it begins with whsec_), which the same page shows."}},
	{CodeNotWebhookSecret, Invalid, Text{
		"{field}がWebhookの署名シークレットの形式ではありません。「whsec_」で始まる値を入力してください。",
		"{field} is not the signing secret of a webhook. Enter the value that begins with whsec_."}},
	{CodeWebhookSecretShort, Invalid, Text{
		"{field}が短すぎます。「whsec_」に続けて{detail}文字以上あることを確認し、値全体をコピーし直してください。",
		"{field} is too short: at least {detail} characters follow whsec_. Please copy the whole value again."}},
	{CodeWebhookSecretEmpty, Invalid, Text{
		"{field}に空の値があります。空の署名シークレットは偽の通知を許すため、登録できません。",
		"{field} has an empty value. An empty signing secret would let anybody forge events."}},
	{CodeWebhookSecretTwice, Invalid, Text{
		"{field}に同じ値が重複して登録されています。",
		"{field} holds the same value twice."}},
	{CodeWebhookSecretShared, Invalid, Text{
		"{field}に、もう一方の環境と同じ署名シークレットが登録されています。本番環境とテスト環境の署名シークレットは異なります。",
		"{field} holds a signing secret of the other environment too. Live and test endpoints have different secrets."}},

	{CodeMissingPublishableKey, Missing, Text{
		"{field}を入力してください。入力されるまで、この決済方法は表示されません。",
		"{field} is missing. Until it is entered the payment method is not offered."}},
	{CodeMissingSecretKey, Missing, Text{
		"{field}を入力してください。入力されるまで、この決済方法は表示されません。",
		"{field} is missing. Until it is entered the payment method is not offered."}},
	{CodeMissingWebhookSecret, Missing, Text{
		"{field}を入力してください。Webhookを使わない場合は、「Webhookを使用しない」を選択してください。",
		"{field} is missing. To work without webhooks, choose so explicitly."}},

	{CodeDocumentTooLarge, Invalid, Text{
		"設定データが大きすぎます(上限{detail}バイト)。",
		"The stored settings are too large (at most {detail} bytes)."}},
	{CodeDocumentSyntax, Invalid, Text{
		"設定データをJSONとして読み取れません({detail}行目)。",
		"The stored settings are not JSON (line {detail})."}},
	{CodeDocumentTrailing, Invalid, Text{
		"設定データの末尾の後に余分なデータがあります({detail}行目)。",
		"Something follows the end of the stored settings (line {detail})."}},
	{CodeDocumentVersion, Invalid, Text{
		"設定データのバージョンに対応していません。対応しているバージョン:{detail}",
		"The stored settings have a version that this library does not read. It reads version {detail}."}},
	{CodeDocumentType, Invalid, Text{
		"{field}のデータ型が正しくありません。必要な型:{detail}",
		"{field} has the wrong type. It must be {detail}."}},
	{CodeDocumentUnknown, Invalid, Text{
		"設定データに不明な項目があります:{detail}",
		"The stored settings have an unknown name: {detail}."}},
	{CodeDocumentDuplicate, Invalid, Text{
		"設定データに同じ項目が2回あります:{detail}",
		"The stored settings have the same name twice: {detail}."}},

	{WarnCaptureAutomatic, Warning, Text{
		"{field}が「自動」です。注文の確定と同時に請求されます。注文と決済の整合性を確認してから請求できる「手動」を推奨します。",
		"{field} is automatic: buyers are charged as soon as the order exists. Manual is recommended, so that orders and payments can be compared first."}},
	{WarnRegionAll, Warning, Text{
		"{field}が「全ての地域」です。国内のみで販売する場合は「日本」を選択してください。",
		"{field} is all regions. If you sell in Japan only, choose Japan."}},
	{WarnTestEnvironment, Warning, Text{
		"{field}が「テスト環境」のまま有効になっています。購入手続きはできますが、実際の入金はありません。",
		"{field} is test while the method is enabled: buyers can check out, and no money arrives."}},
	{WarnSweepOnly, Warning, Text{
		"Webhookを使用しない設定です。決済結果の反映が、定期照会の間隔だけ遅れることがあります。",
		"Webhooks are switched off. Results of payments may arrive late, by the interval at which Stripe is asked."}},
	{WarnSweepOnlyUnused, Warning, Text{
		"Webhookを使用しない設定ですが、署名シークレットも登録されています。どちらかを見直してください。",
		"Webhooks are switched off although signing secrets are entered. Please decide for one of the two."}},
	{WarnAccountUnchecked, Warning, Text{
		"{field}が未入力のため、別のStripeアカウントのキーが入力されても検出できません。",
		"{field} is empty, so keys of another Stripe account would go unnoticed."}},
	{WarnStandardKeyLive, Warning, Text{
		"{field}に、すべての操作ができる標準キーが設定されています。必要な権限だけを持つ制限付きキー(rk_)の利用を推奨します。",
		"{field} is a standard key, which may do everything. A restricted key (rk_) with the permissions needed is safer."}},
	{WarnOtherKeyKind, Warning, Text{
		"{field}が、現在の認証方法に合っていません。稼働環境を切り替える前に、キーまたは認証方法を変更してください。",
		"{field} does not fit the authentication method. Change one of the two before you switch the environment."}},
	{WarnSaveCardRequired, Warning, Text{
		"{field}が「必須」です。会員登録のない購入者のカードもStripeに登録されます。文言設定の説明文⑤をご確認ください。",
		"{field} is required: the cards of guests are stored with Stripe too. Please check text ⑤ of the wording."}},
}
