package main

import (
	"fmt"
	"io"
)

// welcome says where the shop is and which card does what.
func welcome(out io.Writer, baseURL, db string, own bool) {
	stripe := "Stripeのテスト環境 / Stripe's test environment"
	if own {
		stripe = "このプログラムの中の模擬Stripe(請求は発生しません) / a stand-in inside this program, no money moves"
	}
	_, _ = fmt.Fprintf(out, `
  あわい商店 · Awai        %s
  スタッフ / Staff         %s/staff/orders

  決済 / Payments          %s
  データ / Data            %s (-reset で初期化 / begins anew)

  テストカード / Test cards(有効期限は未来の年月、CVCは任意の3桁 / any future date, any CVC)
`, baseURL, baseURL, stripe, db)
	for _, c := range testCards {
		_, _ = fmt.Fprintf(out, "    %s   %s\n", c.Number, cardMeanings[c.Does])
	}
	_, _ = fmt.Fprint(out, "\n  Ctrl-C で終了 / stops the shop\n\n")
}

var cardMeanings = map[string]string{
	"pays":     "支払えます / pays",
	"asks":     "本人認証(3Dセキュア)のあと支払えます / asks for 3-D Secure, then pays",
	"declines": "カード会社が断ります / is declined",
	"funds":    "残高が足りません / has insufficient funds",
	"expired":  "有効期限切れです / has expired",
}
