package settings

// Code names a fault for programs. Codes are stable: hosts store and count them.
type Code string

// Kind says what a fault means for the shop.
type Kind string

const (
	Invalid Kind = "invalid" // must be corrected before the settings are stored
	Missing Kind = "missing" // must be entered before a buyer may pay
	Warning Kind = "warning" // works, and the merchant should know
)

// Kind returns what the code means for the shop. An unknown code is Invalid.
func (c Code) Kind() Kind {
	if known, ok := codeTexts[c]; ok {
		return known.kind
	}
	return Invalid
}

// Values that are wrong, whatever the setting.
const (
	CodeUnknownValue     Code = "unknown_value"     // not one of the permitted values
	CodeNotInList        Code = "not_in_list"       // not one of the values that the host offers
	CodeNotANumber       Code = "not_a_number"      // no whole number
	CodeOutOfRange       Code = "out_of_range"      // beyond the permitted range
	CodeTooLong          Code = "too_long"          // more characters than permitted
	CodeTooMany          Code = "too_many"          // more values than permitted
	CodeWhitespace       Code = "whitespace"        // space where none can be
	CodeControlCharacter Code = "control_character" // a line break or an invisible character
	CodeSecretInText     Code = "secret_in_text"    // a secret in a field that people read
	CodeMasked           Code = "masked"            // the mask of a secret, sent back (SEC-04)
)

// Values that are wrong in ②.
const (
	CodeRegionRequired Code = "region_required" // neither everywhere nor a country
	CodeRegionMixed    Code = "region_mixed"    // everywhere, and countries too
	CodeCountryUnknown Code = "country_unknown" // no ISO 3166-1 alpha-2 code
	CodeCountryTwice   Code = "country_twice"   // the same country again
)

// Values that are wrong in ⑥ and ⑨–⑫.
const (
	CodeAccountForm             Code = "account_form"               // no "acct_…"
	CodeAccountRequired         Code = "account_required"           // ⑧ connect without ⑥
	CodeAccountDiffers          Code = "account_differs"            // Stripe names another account than ⑥
	CodeKeyCharacters           Code = "key_characters"             // characters that no key has
	CodeKeyIncomplete           Code = "key_incomplete"             // a prefix and nothing else
	CodeLiveKeyInTest           Code = "live_key_in_test"           // a key of the live environment in a test field
	CodeTestKeyInLive           Code = "test_key_in_live"           // a key of the test environment or a sandbox in a live field
	CodeSecretInPublishable     Code = "secret_in_publishable"      // a secret where browsers would see it (SEC-06)
	CodePublishableInSecret     Code = "publishable_in_secret"      // a publishable key where a secret key belongs
	CodeWebhookSecretInSecret   Code = "webhook_secret_in_secret"   // "whsec_" where a secret key belongs
	CodeNotPublishableKey       Code = "not_publishable_key"        // neither pk_test_ nor pk_live_
	CodeNotSecretKey            Code = "not_secret_key"             // neither sk_ nor rk_, of test or live
	CodeSecretKeyExpected       Code = "secret_key_expected"        // ⑧ secret_key with rk_
	CodeRestrictedKeyExpected   Code = "restricted_key_expected"    // ⑧ restricted_key with sk_
	CodeAPIKeyInWebhookSecret   Code = "api_key_in_webhook_secret"  // an API key where "whsec_" belongs (SIG-02)
	CodeEndpointInWebhookSecret Code = "endpoint_in_webhook_secret" // the endpoint's id "we_" where "whsec_" belongs (SIG-02)
	CodeNotWebhookSecret        Code = "not_webhook_secret"         // no "whsec_"
	CodeWebhookSecretShort      Code = "webhook_secret_short"       // too little after "whsec_"
	CodeWebhookSecretEmpty      Code = "webhook_secret_empty"       // an empty entry in the list (SIG-04)
	CodeWebhookSecretTwice      Code = "webhook_secret_twice"       // the same secret again
	CodeWebhookSecretShared     Code = "webhook_secret_shared"      // one secret in both environments (SIG-03)
)

// What is missing before a buyer may pay.
const (
	CodeMissingPublishableKey Code = "missing_publishable_key"
	CodeMissingSecretKey      Code = "missing_secret_key"
	CodeMissingWebhookSecret  Code = "missing_webhook_secret" // and no explicit choice to do without
)

// A stored document that cannot be read.
const (
	CodeDocumentTooLarge  Code = "document_too_large"
	CodeDocumentSyntax    Code = "document_syntax"    // no JSON, or not UTF-8
	CodeDocumentTrailing  Code = "document_trailing"  // something after the end
	CodeDocumentVersion   Code = "document_version"   // no version, or one that this library does not know
	CodeDocumentType      Code = "document_type"      // a number where a text belongs, and so on
	CodeDocumentUnknown   Code = "document_unknown"   // a name that is no setting
	CodeDocumentDuplicate Code = "document_duplicate" // the same name twice
)

// What the merchant should know.
const (
	WarnCaptureAutomatic Code = "warn_capture_automatic" // LC-17
	WarnRegionAll        Code = "warn_region_all"        // LC-06
	WarnTestEnvironment  Code = "warn_test_environment"  // enabled, and no money moves
	WarnSweepOnly        Code = "warn_sweep_only"
	WarnSweepOnlyUnused  Code = "warn_sweep_only_unused"  // and there are webhook secrets too
	WarnAccountUnchecked Code = "warn_account_unchecked"  // ⑥ empty: a wrong account goes unnoticed
	WarnStandardKeyLive  Code = "warn_standard_key_live"  // a restricted key would do (LC-02)
	WarnOtherKeyKind     Code = "warn_other_key_kind"     // the environment not in use has a key that ⑧ does not fit
	WarnSaveCardRequired Code = "warn_save_card_required" // guests' cards too (LC-24)
)

// Codes returns every code that this package can report, so that a host can
// check its own texts or handling against the list.
func Codes() []Code {
	codes := make([]Code, len(codeTable))
	for i, entry := range codeTable {
		codes[i] = entry.code
	}
	return codes
}
