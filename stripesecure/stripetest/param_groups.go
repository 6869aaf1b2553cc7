package stripetest

import (
	"slices"
	"strings"
)

// oneOfTypes lists the types of payment methods for an enum, without one.
func oneOfTypes(without string) string {
	names := strings.Fields(methodTypes)
	return strings.Join(slices.DeleteFunc(names, func(n string) bool { return n == without }), "|")
}

// paramGroups are hashes that several endpoints take, in the language of [spec].
var paramGroups = map[string]string{
	"address": `
		city        text
		country     text
		line1       text
		line2       text
		postal_code text
		state       text`,

	"shipping": `
		address!        @address
		carrier         text
		name!           text
		phone           text
		tracking_number text`,

	"recipient": `
		address! @address
		name!    text
		phone    text`,

	"billing_details": `
		address @address?
		email   text?
		name    text?
		phone   text?`,

	"mandate_data": `
		customer_acceptance!       hash
		customer_acceptance[type]! enum:offline|online
		customer_acceptance[accepted_at] int
		customer_acceptance[offline] any
		customer_acceptance[online][ip_address] text
		customer_acceptance[online][user_agent] text`,

	"radar_options": `
		session text`,

	"card_options": `
		capture_method                  enum:manual?
		cvc_token                       text
		installments                    foreign
		mandate_options                 foreign
		moto                            bool
		network                         enum:amex|cartes_bancaires|diners|discover|eftpos_au|girocard|interac|jcb|mastercard|unionpay|unknown|visa
		request_extended_authorization  enum:if_available|never
		request_incremental_authorization enum:if_available|never
		request_multicapture            enum:if_available|never
		request_overcapture             enum:if_available|never
		request_three_d_secure          enum:automatic|any|challenge
		require_cvc_recollection        bool
		setup_future_usage              enum:none|on_session|off_session?
		statement_descriptor_suffix_kana  text<=22?
		statement_descriptor_suffix_kanji text<=17?
		three_d_secure                  foreign`,

	"method_options": `
		card @card_options?`,

	"setup_card_options": `
		mandate_options        foreign
		network                enum:amex|cartes_bancaires|diners|discover|eftpos_au|girocard|interac|jcb|mastercard|unionpay|unknown|visa
		request_three_d_secure enum:automatic|any|challenge
		three_d_secure         foreign`,

	"setup_method_options": `
		card @setup_card_options`,

	"method_data": `
		allow_redisplay enum:always|limited|unspecified
		billing_details @billing_details
		konbini         foreign
		customer_balance foreign
		link            foreign
		metadata        metadata
		mobilepay       foreign
		radar_options   @radar_options
		type!           enum:` + oneOfTypes("card"),

	"card_number": `
		cvc       text
		exp_month int
		exp_year  int
		number    text
		networks[preferred] enum:cartes_bancaires|mastercard|visa?
		token     text`,
}
