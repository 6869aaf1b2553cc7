package settings

import (
	"fmt"
	"slices"
)

// Settings are the merchant's basic settings ①–⑮ of one shop. They are a
// snapshot: a plain value that the plugin takes at the beginning of a call and
// that does not change under it. ① 文言設定 is a link to the wording tab and
// so has no value here (LC-05); see [Fields].
//
// The zero Settings are invalid. Start from [Default] or [Decode].
type Settings struct {
	// Enabled is 有効化/無効化 (LC-03): a disabled method is never offered.
	// It says nothing about whether the rest is complete; see [Settings.Ready].
	Enabled bool
	// Regions is ② 適用地域 (LC-06).
	Regions Regions
	// OrderStatus is ③ 初期注文ステータス (LC-07): the value, from the host's
	// own list, of the status that an order paid with this method begins with.
	// Empty: the status that the host gives to any new order.
	OrderStatus string
	// SortOrder is ④ 並び順 (LC-08): the method with the smaller number comes first.
	SortOrder int
	// AccountName is ⑤ アカウント名 (LC-09), for people only.
	AccountName string
	// AccountID is ⑥ アカウントID (LC-10), "acct_…". [AuthConnect] cannot work
	// without it. Otherwise it guards against keys of a wrong account: see
	// [Settings.AccountMismatch].
	AccountID string
	// Environment is ⑦ 稼働環境 (LC-11).
	Environment Environment
	// Authentication is ⑧ 認証方法 (LC-12).
	Authentication Authentication
	// Live holds ⑨ 公開可能キー and ⑩ シークレットキー (LC-13, LC-14).
	Live Keys
	// Test holds ⑪ テスト用公開可能キー and ⑫ テスト用シークレットキー (LC-15, LC-16).
	Test Keys
	// Capture is ⑬ キャプチャ (LC-17).
	Capture Capture
	// ThreeDSecure is ⑭ 3Dセキュア (LC-18).
	ThreeDSecure ThreeDSecure
	// SaveCard is ⑮ カード情報の保存 (LC-19).
	SaveCard SaveCard
}

// Default returns what a new shop begins with: disabled, in the test
// environment, offered in Japan as the manual advises for domestic shops, with
// a standard secret key, capture by hand, 3-D Secure as Stripe decides, and no
// card saved. It is valid, and not ready until keys are entered.
func Default() Settings {
	return Settings{
		Regions:        Countries("JP"),
		Environment:    Test,
		Authentication: AuthSecretKey,
		Capture:        CaptureManual,
		ThreeDSecure:   ThreeDSecureAutomatic,
		SaveCard:       SaveNone,
	}
}

// Active returns the keys of the environment ⑦. In an unknown environment
// there are none, so that nothing can be paid by accident.
func (s Settings) Active() Keys { return s.KeysFor(s.Environment) }

// KeysFor returns the keys of environment, whichever is active now: a payment
// that began in one environment is finished there.
func (s Settings) KeysFor(environment Environment) Keys {
	switch environment {
	case Live:
		return s.Live
	case Test:
		return s.Test
	default:
		return Keys{}
	}
}

// OffersIn reports whether ② lets a buyer in country pay with this method
// (LC-06). The country is that of the delivery address, or of the billing
// address where nothing is delivered; pass "" where neither is known, and the
// method is offered only when ② is everywhere. Capitals do not matter. It does
// not look at Enabled.
func (s Settings) OffersIn(country string) bool { return s.Regions.Includes(country) }

// Equal reports whether both settings mean the same. It compares secrets
// without telling where they differ; the order of ②'s countries does not count.
func (s Settings) Equal(other Settings) bool {
	return s.Enabled == other.Enabled &&
		s.Regions.Equal(other.Regions) &&
		s.OrderStatus == other.OrderStatus &&
		s.SortOrder == other.SortOrder &&
		s.AccountName == other.AccountName &&
		s.AccountID == other.AccountID &&
		s.Environment == other.Environment &&
		s.Authentication == other.Authentication &&
		s.Live.Equal(other.Live) &&
		s.Test.Equal(other.Test) &&
		s.Capture == other.Capture &&
		s.ThreeDSecure == other.ThreeDSecure &&
		s.SaveCard == other.SaveCard
}

// Clone returns a copy that shares nothing with s.
func (s Settings) Clone() Settings {
	s.Regions = s.Regions.clone()
	s.Live = s.Live.clone()
	s.Test = s.Test.clone()
	return s
}

// KeepSecrets returns s with every secret that is empty in s taken from old: in
// a form whose secrets can be written and not read, empty means unchanged
// (SEC-04). Webhook secrets are taken as a list, when s has none.
func (s Settings) KeepSecrets(old Settings) Settings {
	s = s.Clone()
	s.Live.keepSecrets(old.Live)
	s.Test.keepSecrets(old.Test)
	return s
}

// Format prints the settings as fmt would, without secrets, and without one
// that somebody pasted where it does not belong (SEC-06).
func (s Settings) Format(f fmt.State, verb rune) {
	type Settings settingsFields
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), Settings(s.scrubbed()))
}

// settingsFields has the fields of Settings and none of its methods.
type settingsFields Settings

// scrubbed returns a copy in which every plain text that holds a secret is
// empty. It is what may be printed, drawn or handed back together with faults.
func (s Settings) scrubbed() Settings {
	s = s.Clone()
	for _, text := range []*string{
		&s.OrderStatus, &s.AccountName, &s.AccountID,
		(*string)(&s.Environment), (*string)(&s.Authentication), (*string)(&s.Capture),
		(*string)(&s.ThreeDSecure), (*string)(&s.SaveCard),
	} {
		if holdsSecret(*text) {
			*text = ""
		}
	}
	s.Regions.Countries = slices.DeleteFunc(s.Regions.Countries, holdsSecret)
	s.Live = s.Live.scrubbed()
	s.Test = s.Test.scrubbed()
	return s
}
