package wording_test

import (
	"errors"
	"fmt"

	"github.com/ec-plugins/stripesecure/wording"
)

// All faults come at once, each with its field and in the reader's language.
func ExampleWording_Validate() {
	w := wording.Wording{
		wording.Japanese: {Name: " ", Description: "{brand}が使えます。"},
		wording.English:  {OrderMail: "Amount: {amount"},
	}
	var faults wording.Faults
	if errors.As(w.Validate(), &faults) {
		for _, f := range faults {
			fmt.Println(f.Language, f.Field, f.Code, f.Message(wording.English))
		}
	}
	// Output:
	// ja name blank The text is blank. Leave it empty to use the standard text.
	// ja description unknown_placeholder There is no placeholder {brand}.
	// en order_mail unbalanced_brace A brace has no partner.
}

func ExampleFields() {
	for _, f := range wording.Fields() {
		fmt.Println(f.Sign, f.Label(wording.Japanese), f.Placeholders)
	}
	// Output:
	// ① 決済名称 []
	// ② 決済説明文 [{name} {brands} {timing}]
	// ③ 注文メール転記文 [{name} {amount} {timing} {descriptor}]
	// ④ カード情報の保存に関する同意確認文 [{purpose}]
	// ⑤ カード情報の保存に関する説明文 [{purpose}]
}

// A form filled with the defaults and saved again freezes nothing.
func ExampleWording_Compact() {
	w := wording.Default()
	w[wording.Japanese] = w[wording.Japanese].With(wording.FieldName, "カード払い")
	data, err := wording.Encode(w.Compact())
	fmt.Println(string(data), err)
	// Output:
	// {"ja":{"name":"カード払い"}} <nil>
}
