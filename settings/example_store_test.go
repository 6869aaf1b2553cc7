package settings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
)

// Reading stored settings. Typing errors in a file written by hand are found,
// not ignored.
func ExampleDecode() {
	s, err := settings.Decode([]byte(`{
		"version": 1,
		"regions": ["JP"],
		"environment": "test",
		"test": {"publishable": "pk_test_51Example", "secret": "sk_test_51Example"}
	}`))
	fmt.Println(s.Active().Publishable, s.Active().Secret, err)

	_, err = settings.Decode([]byte(`{"version": 1, "captur": "manual", "sort_order": "3"}`))
	for _, fault := range settings.FaultsOf(err) {
		fmt.Println(fault)
	}
	// Output:
	// pk_test_51Example *** <nil>
	// document_unknown: The stored settings have an unknown name: captur.
	// sort_order: document_type: ④ Sort order has the wrong type. It must be integer.
}

// Encode is for the host's own storage, with the secrets in clear; encoding/json
// is for showing.
func ExampleEncode() {
	s := settings.Default()
	s.Test.Secret = settings.NewSecret("sk_test_51Example")

	stored, _ := settings.Encode(s)
	shown, _ := json.Marshal(s)
	var a, b struct{ Test struct{ Secret string } }
	_ = json.Unmarshal(stored, &a)
	_ = json.Unmarshal(shown, &b)
	fmt.Println(a.Test.Secret, b.Test.Secret)
	// Output: sk_test_51Example ***
}

// A host's own source, asked at most once in five seconds however many buyers
// are there.
func ExampleCached() {
	var source settings.SourceFunc = func(ctx context.Context) (settings.Settings, error) {
		fmt.Println("reading the database")
		return settings.Default(), nil
	}
	cached := settings.Cached(source, 5*time.Second, time.Now)
	for range 3 {
		s, err := cached.Settings(context.Background())
		fmt.Println(s.Environment, err)
	}
	// Output:
	// reading the database
	// test <nil>
	// test <nil>
	// test <nil>
}
