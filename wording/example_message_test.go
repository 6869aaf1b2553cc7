package wording_test

import (
	"fmt"

	"github.com/ec-plugins/stripesecure/wording"
)

// That nothing was charged is said only when the caller has proof.
func ExampleFor() {
	facts := wording.Facts{Items: []string{"Green tea"}}
	fmt.Println(wording.For(wording.OutOfStock, wording.English, facts).Text)

	facts.NotCharged = true
	fmt.Println(wording.For(wording.OutOfStock, wording.English, facts).Text)
	// Output:
	// "Green tea" sold out while you were paying. Please check your cart.
	// "Green tea" sold out while you were paying. You have not been charged. Please check your cart.
}

// A stolen card reads like any other refusal.
func ExampleDeclineCode() {
	fmt.Println(wording.DeclineCode("card_declined", "stolen_card"))
	fmt.Println(wording.DeclineCode("card_declined", "do_not_honor"))
	fmt.Println(wording.DeclineCode("incorrect_cvc", ""))
	// Output:
	// declined_generic
	// declined_generic
	// declined_input
}
