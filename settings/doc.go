// Package settings holds what a merchant sets for the payment method: the basic
// settings ①–⑮ of the plugin "Stripe Secure" (基本設定), as typed values with
// their checks, texts, storage format and form. It imports only the standard
// library and calls nobody.
//
// # Begin
//
// [Default] is what a new shop has: disabled, in the test environment, money
// taken by hand, no card saved. Fill in the keys that Stripe's Dashboard shows:
//
//	s := settings.Default()
//	s.Test.Publishable = "pk_test_…"
//	s.Test.Secret = settings.NewSecret("sk_test_…")
//	s.Test.WebhookSecrets = []settings.Secret{settings.NewSecret("whsec_…")}
//
// # Check
//
// Three questions, three answers:
//
//   - [Settings.Validate]: is anything wrong? Wrong settings are not stored.
//   - [Settings.Ready]: may a buyer pay with the environment ⑦? Settings that
//     are not ready may be stored; the method is not offered.
//   - [Settings.Warnings]: should the merchant know something?
//
// Each answers with every [Fault] at once: the field, a stable [Code] and the
// text for the merchant in Japanese and English. Use [FaultsOf] to get them out
// of an error and [Faults.Of] to show them beside their field. No fault, no
// error and no text contains a value that was entered: it may be a secret in
// the wrong place (SEC-06).
//
// One check needs the network and so belongs to the caller: ask Stripe for the
// account of the secret key and give its id to [Settings.AccountMismatch].
//
// # Secrets
//
// A [Secret] prints as "***" whatever prints it, and gives its value to
// [Secret.Reveal] only. Pages can set secrets and never read them (SEC-04): an
// empty field means unchanged, see [Settings.KeepSecrets] and [FromForm].
//
// # Store
//
// [Encode] and [Decode] turn settings into JSON and back for the host's own
// storage. ENCODE WRITES SECRETS IN CLEAR: guard what it returns. encoding/json
// masks them and is for showing. Decode is strict: a name that is no setting, a
// name twice or a mask in place of a key is an error, never ignored.
//
// # Draw a form
//
// [Fields] describes each setting in the order of the manual with its label,
// help, choices and default in both languages; [Settings.Form] gives the values
// to draw and [FromForm] reads what comes back. The countries of ② and the
// statuses of ③ are the host's own: [Lists].
//
// # Give them to the plugin
//
// The plugin asks a [Source] on every call. A host implements it on its own
// storage and usually puts [Cached] before it; [Fixed] is for tests. During a
// call the plugin asks [Settings.OffersIn] for ②, [Settings.Active] for the keys
// of ⑦ and [Settings.KeysFor] to finish a payment that began in the other
// environment.
package settings
