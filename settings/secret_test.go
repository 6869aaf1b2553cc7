package settings_test

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
)

// canary is a secret that no output may contain, in any spelling.
const canary = "sk_test_CanaryCanaryCanaryCanary7788"

type nested struct {
	Public  settings.Secret
	private settings.Secret
	pointer *settings.Secret
	list    []settings.Secret
	byName  map[string]settings.Secret
	any     any
	keys    settings.Keys
}

func hidden() map[string]any {
	s := settings.NewSecret(canary)
	keys := settings.Keys{Publishable: "pk_test_1", Secret: s, WebhookSecrets: []settings.Secret{s}}
	n := nested{s, s, &s, []settings.Secret{s}, map[string]settings.Secret{"a": s}, s, keys}
	all := settings.Default()
	all.Test, all.Live = keys, keys
	return map[string]any{
		"Secret": s, "*Secret": &s, "[]Secret": []settings.Secret{s}, "[1]Secret": [1]settings.Secret{s},
		"map": map[string]settings.Secret{"a": s}, "map of any": map[string]any{"a": &s},
		"nested": n, "*nested": &n, "Keys": keys, "Settings": all, "*Settings": &all,
		"settings in unexported field": struct{ s settings.Settings }{all},
		"error":                        fmt.Errorf("with %v", s),
	}
}

func requireHidden(t *testing.T, output string) {
	t.Helper()
	for _, form := range []string{
		canary, canary[8:], "Canary", hex.EncodeToString([]byte("Canary")), "7788",
		strings.ToUpper(hex.EncodeToString([]byte("Canary"))), "Q2FuYXJ5", // base64
		strings.Trim(fmt.Sprint([]byte("Canary")), "[]"),
	} {
		require.NotContains(t, output, form)
	}
}

func TestSecretPrintsNowhere_SEC01_SEC02(t *testing.T) {
	verbs := []string{"%v", "%+v", "%#v", "%s", "%+s", "%q", "%#q", "%x", "% x", "%#x", "%X", "%d", "%b", "%o", "%O", "%t", "%e", "%g", "%c", "%U", "%p", "%T", "%w", "%z", "%20v", "%-20.3s", "%!"}
	for name, value := range hidden() {
		for _, verb := range verbs {
			requireHidden(t, fmt.Sprintf(verb, value))
		}
		requireHidden(t, fmt.Sprint(value)+fmt.Sprintln(value)+fmt.Errorf("%v %w", value, errors.New("x")).Error())

		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			log.New(&out, "", 0).Print(value)
			slog.New(slog.NewTextHandler(&out, nil)).Info("m", "k", value)
			slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "k", value)
			if data, err := json.Marshal(value); err == nil {
				out.Write(data)
			}
			data, err := xml.Marshal(value)
			out.Write(data)
			out.WriteString(fmt.Sprint(err))
			out.WriteString(fmt.Sprint(gob.NewEncoder(&out).Encode(value)))
			_ = template.Must(template.New("").Parse(`{{.}} {{printf "%x" .}} <script>var x = {{.}}</script>`)).Execute(&out, value)
			requireHidden(t, out.String())
		})
	}
}

func TestSecretShowsWhetherItIsSet(t *testing.T) {
	set, unset := settings.NewSecret(canary), settings.NewSecret("")
	require.Equal(t, "*** ***", fmt.Sprintf("%v %x", set, set))
	require.Equal(t, "settings.Secret{***} settings.Secret{}", fmt.Sprintf("%#v %#v", set, unset))
	require.Empty(t, fmt.Sprint(unset))
	require.True(t, unset.IsZero())
	require.False(t, set.IsZero())
	require.Empty(t, unset.Reveal())
	require.Equal(t, canary, set.Reveal())
	require.Equal(t, "{Publishable:pk_test_1 Secret:*** WebhookSecrets:[] SweepOnly:false}",
		fmt.Sprintf("%+v", settings.Keys{Publishable: "pk_test_1", Secret: set}))
}

func TestSecretIsNotStoredByGob_SEC04(t *testing.T) {
	err := gob.NewEncoder(&bytes.Buffer{}).Encode(settings.Keys{Secret: settings.NewSecret(canary)})
	require.ErrorContains(t, err, "settings.Encode")
}

func TestSecretIsNotReadByJSON_SEC04(t *testing.T) {
	var s settings.Secret
	err := json.Unmarshal([]byte(`"`+canary+`"`), &s)
	require.Error(t, err, "a mask could come back this way")
	requireHidden(t, err.Error())
}

func TestSecretEqual(t *testing.T) {
	a, b := settings.NewSecret(canary), settings.NewSecret(strings.Clone(canary))
	require.True(t, a.Equal(b))
	require.False(t, a.Equal(settings.NewSecret(canary[1:])))
	require.False(t, a.Equal(settings.Secret{}))
	require.True(t, settings.Secret{}.Equal(settings.NewSecret("")))
}

func TestSecretLast4_SEC04(t *testing.T) {
	for value, want := range map[string]string{
		canary:                         "7788",
		"sk_test_0123456789abcdef":     "cdef",
		"sk_test_0123456789abcde":      "", // too short: too much would be known
		"":                             "",
		"sk_test_0123456789abcdefキー":   "",
		"sk_test_0123456789abcdef\n\n": "",
	} {
		require.Equal(t, want, settings.NewSecret(value).Last4(), "%q", value)
	}
}
