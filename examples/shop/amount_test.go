package main

import "testing"

// What people type is understood, or asked about; never guessed.
func TestTypedAmount(t *testing.T) {
	for text, want := range map[string]int64{
		"1200": 1200, "1,200": 1200, "１２００": 1200, "１，２００円": 1200, " ¥ 1,200 ": 1200, "￥1200": 1200, `\1200`: 1200,
		"1200.00": 1200, "12,345,678": 12345678, "0050": 50,
	} {
		amount, fault := typedAmount(text, "JPY")
		if fault != "" || whole(amount) != want {
			t.Errorf("%q is %s %s, want %d", text, amount, fault, want)
		}
	}
	for text, want := range map[string]string{
		"": "missing", "　": "missing", "円": "missing", "0": "zero", "0.0": "zero", "-5": "digits", "1e3": "digits", "twelve": "digits",
		"千二百": "digits", "١٢٠٠": "digits", "+5": "digits", "1,20": "comma", ",200": "comma", "1,2000": "comma", "1200,": "comma",
		"12.5": "decimals", "1.2.3": "decimals", "123456789012345678901": "long", "1200 USD": "digits",
	} {
		if _, fault := typedAmount(text, "JPY"); fault != "staff.fault.amount_"+want {
			t.Errorf("%q: fault %q, want %s", text, fault, want)
		}
	}
	if amount, fault := typedAmount("1,234.50", "EUR"); fault != "" || amount.String() != "1234.50 EUR" {
		t.Errorf("euro: %s %s", amount, fault)
	}
	// A dot is a decimal point, also where somebody means thousands.
	if amount, fault := typedAmount("1.200", "JPY"); fault != "staff.fault.amount_decimals" {
		t.Errorf("1.200 yen is %s %s, want a fault about decimals", amount, fault)
	}
}
