package settings_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

// The last value that is good, and the first one that is not.

func TestDecodeTakesADocumentOfExactlyTheLimit(t *testing.T) {
	document := `{"version": 1}`
	document += strings.Repeat(" ", settings.MaxDocument-len(document))
	_, err := settings.Decode([]byte(document))
	require.NoError(t, err)
	_, err = settings.Decode([]byte(document + " "))
	require.Equal(t, []string{"document_too_large"}, faultsOf(err))
}

// A file that was saved as Shift_JIS: the line is where the first such byte is,
// and a replacement character that somebody has typed is none.
func TestDecodeNamesTheLineOfTheFirstByteThatIsNoUTF8(t *testing.T) {
	_, err := settings.Decode([]byte("{\n\"account_name\": \"店\ufffd\",\n\"order_status\": \"\x93\x58\",\n\"version\": 1}"))
	require.Equal(t, []string{"document_syntax"}, faultsOf(err))
	require.Contains(t, err.Error(), "line 3")
}

func TestDecodeNamesWhatLooksLikeASetting(t *testing.T) {
	const longest = "abcdefghijklm-nopqrstuvwxyz_aaaa" // 32
	for name, want := range map[string]string{
		"capture-mode": "capture-mode", "sort_orderz": "sort_orderz", longest: longest,
		longest + "a": "?", "CAPTURE": "?", "店": "?", "": "?", "a{": "?", "a`": "?", "sk_test_x": "?",
	} {
		_, err := settings.Decode([]byte(`{"version": 1, "` + name + `": 1}`))
		faults := settings.FaultsOf(err)
		require.Equal(t, []string{"document_unknown"}, found(faults), name)
		require.Equal(t, want, faults[0].Detail, name)
	}
}

// The last one of the list can be ticked too.
func TestFromFormRemovesTheLastWebhookSecret(t *testing.T) {
	old := complete()
	got, faults := settings.FromForm(url.Values{"live.webhook_secrets.remove": {"2"}}, old)
	require.Empty(t, faults)
	old.Live.WebhookSecrets = old.Live.WebhookSecrets[:1]
	requireEqual(t, old, got)
}

func TestValidateTakesEveryLetterAndDigitInAKey(t *testing.T) {
	const all = "azAZ09-_+/="
	s := complete()
	s.Test.Publishable = "pk_test_" + all
	s.Test.Secret = settings.NewSecret("sk_test_" + all)
	s.AccountID = "acct_azAZ09"
	require.NoError(t, s.Validate())
	for _, wrong := range []string{"@", "[", "`", "{", ":", "\x7f", "é"} {
		s.Test.Publishable = "pk_test_" + wrong
		require.ErrorIs(t, s.Validate(), settings.ErrInvalid, wrong)
	}
}

// The account that Stripe names is shown, unless it cannot be one.
func TestAccountMismatchShowsWhatStripeSaid(t *testing.T) {
	s := complete()
	longest := "acct_" + strings.Repeat("a", 59)
	for got, detail := range map[string]string{"acct_other": "acct_other", longest: longest, longest + "a": "?", "<b>": "?"} {
		require.Equal(t, detail, s.AccountMismatch(got)[0].Detail)
	}
}

func TestFaultsHasOnlyWhatIsThere(t *testing.T) {
	faults := settings.Faults{{Code: settings.CodeMasked}}
	require.True(t, faults.Has(settings.CodeMasked))
	require.False(t, faults.Has(settings.CodeTooLong))
	require.False(t, settings.Faults{}.Has(settings.CodeMasked))
}

// A fault of the whole document names it, one of a later version its path.
func TestMessageOfWhatIsNoField(t *testing.T) {
	require.Contains(t, settings.Fault{Code: settings.CodeDocumentSyntax}.Message("ja"), "設定データ")
	require.Contains(t, settings.Fault{Code: settings.CodeUnknownValue}.Message("en"), "The document")
	require.Contains(t, settings.Fault{Field: "later", Code: settings.CodeUnknownValue}.Message("en"), "later")
}

// How soon a change of the merchant's counts on every server.
func TestCachedCountsForAsLongAsTheHostSays(t *testing.T) {
	for ttl, want := range map[time.Duration]time.Duration{time.Minute: time.Minute, 0: settings.DefaultTTL, -1: settings.DefaultTTL} {
		b := newBench()
		cache := settings.Cached(b, ttl, func() time.Time { return b.now })
		ask := func() {
			_, err := cache.Settings(t.Context())
			require.NoError(t, err)
		}
		ask()
		b.advance(want - 1)
		ask()
		require.Equal(t, 1, b.calls, ttl)
		b.advance(1)
		ask()
		require.Equal(t, 2, b.calls, ttl)
	}
}

func TestValidateSaysTheRangeOfTheSortOrder_LC08(t *testing.T) {
	s := complete()
	s.SortOrder = 1_000_000
	require.NoError(t, s.Validate())
	s.SortOrder++
	require.Contains(t, settings.FaultsOf(s.Validate())[0].Message("en"), "-1000000…1000000")
}

// Stripe permits sixteen endpoints, so as many secrets can be meant.
func TestValidateTakesSixteenWebhookSecrets(t *testing.T) {
	s := complete()
	s.Test.WebhookSecrets = nil
	for _, name := range "abcdefghijklmnop" {
		s.Test.WebhookSecrets = append(s.Test.WebhookSecrets, webhookSecret(string(name)))
	}
	require.NoError(t, s.Validate())
}
