package settings_test

import (
	"errors"
	"fmt"

	"github.com/ec-plugins/stripesecure/settings"
)

// Checking what a merchant entered: wrong settings are not stored, and every
// fault has a text for the field that it belongs to.
func Example_validate() {
	s := settings.Default()
	s.Test.Publishable = "pk_live_51Example"
	s.Test.Secret = settings.NewSecret("pk_test_51Example")
	s.Capture = "sometimes"

	err := s.Validate()
	fmt.Println(errors.Is(err, settings.ErrInvalid))
	for _, fault := range settings.FaultsOf(err) {
		fmt.Println(fault.Path(), fault.Code)
	}
	fmt.Println(settings.FaultsOf(err)[0].Message("ja"))
	// Output:
	// true
	// test.publishable live_key_in_test
	// test.secret publishable_in_secret
	// capture unknown_value
	// ⑪テスト用公開可能キーに本番環境のキーが入力されています。テスト環境のキー(「_test_」を含む値)を入力してください。
}

// Settings that are valid may still lack what a buyer needs to pay.
func ExampleSettings_Ready() {
	s := settings.Default()
	s.Test.Publishable = "pk_test_51Example"
	s.Test.Secret = settings.NewSecret("sk_test_51Example")

	fmt.Println(s.Validate())
	err := s.Ready()
	fmt.Println(errors.Is(err, settings.ErrNotReady), settings.FaultsOf(err)[0].Path())

	s.Test.WebhookSecrets = []settings.Secret{settings.NewSecret("whsec_0123456789abcdef01234567")}
	fmt.Println(s.Ready())
	// Output:
	// <nil>
	// true test.webhook_secrets
	// <nil>
}

// A secret prints nowhere.
func ExampleSecret() {
	key := settings.NewSecret("sk_test_51ExampleExampleExample")
	fmt.Printf("%v %+v %q %x\n", key, struct{ Key settings.Secret }{key}, key, key)
	fmt.Println("stored: …" + key.Last4())
	// Output:
	// *** {Key:***} *** ***
	// stored: …mple
}
