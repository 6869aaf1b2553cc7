package settings_test

import (
	"fmt"
	"net/url"

	"github.com/ec-plugins/stripesecure/settings"
)

// Drawing the form of 基本設定 with any host's means.
func ExampleFields() {
	lists := settings.Lists{
		Countries: []settings.Option{{Value: "JP", Label: settings.Text{JA: "日本", EN: "Japan"}}},
	}
	values := settings.Default().Form()
	for _, field := range settings.Fields(lists)[:5] {
		fmt.Print(field.Number, field.Label.In("ja"), " ", field.Input, " ", values[string(field.ID)])
		for _, option := range field.Options {
			fmt.Print(" ", option.Label.In("ja"))
		}
		fmt.Println()
	}
	// Output:
	// 有効化 switch [0]
	// ①文言設定 link []
	// ②適用地域 regions [JP] 全ての地域 日本
	// ③初期注文ステータス choice [] ショップの標準
	// ④並び順 number [0]
}

// Reading the form. Secrets that were left empty are unchanged.
func ExampleFromForm() {
	stored := settings.Default()
	stored.Test.Secret = settings.NewSecret("sk_test_51Example")

	s, faults := settings.FromForm(url.Values{
		"test.publishable": {" pk_test_51Example\n"}, // as copied
		"test.secret":      {""},
		"capture":          {"automatic"},
	}, stored)
	fmt.Println(len(faults), s.Test.Publishable, s.Test.Secret.Equal(stored.Test.Secret))
	for _, warning := range s.Warnings() {
		fmt.Println(warning.Path(), warning.Code)
	}
	// Output:
	// 0 pk_test_51Example true
	// account_id warn_account_unchecked
	// capture warn_capture_automatic
}
