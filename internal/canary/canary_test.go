package canary_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
)

// Put together, so that no scanner of sources raises alarm, ours included.
const (
	key    = "sk_" + "test_stripetestNotARealKey0001"
	hook   = "whsec_" + "stripetestNotARealSecret0000001"
	client = "pi_3abc" + "_secret_" + "DEFghi123456"
	card   = "4242" + "424242424242"
	token  = "ctoken_" + "1abcdefgh"
)

func TestFind(t *testing.T) {
	for text, want := range map[string]canary.Kind{
		key: canary.APIKey, "rk_" + "live_abcdefgh1": canary.APIKey, "ek_" + "test_abcdefgh1": canary.APIKey, hook: canary.WebhookSecret,
		"a\n" + client + "\n": canary.ClientSecret, "cuss" + "_secret_" + "abcdefgh1": canary.ClientSecret, token: canary.Token,
		strings.Repeat("k", 32): canary.SigningKey, strings.Repeat("z", 32): canary.SigningKey,
		fmt.Sprint([]byte(strings.Repeat("k", 32))): canary.SigningKey, fmt.Sprintf("%x", strings.Repeat("k", 32)): canary.SigningKey,
		card: canary.CardNumber, "n=４２４２ ４２４２ ４２４２ ４２４２.": canary.CardNumber, "4242-4242-4242-4242": canary.CardNumber, `"` + card + `"`: canary.CardNumber,
		"card " + card + " of": canary.CardNumber, "x=" + card + "&y": canary.CardNumber,
		"378282246310005": canary.CardNumber, "36227206271667": canary.CardNumber, "3566002020360505": canary.CardNumber, "6205500000000000004": canary.CardNumber,
	} {
		assert.Equal(t, []canary.Kind{want}, canary.Find(text, canary.Log), text)
	}
	for _, text := range []string{
		"", "sk_test_****0001", "sk_test_…0001", "pk_test_stripetestNotARealKey0001", "whsec_…", "webhook_secret_missing", "pi_1_secret", "***",
		"4242424242424241", "20260102150405", "2026-01-05 09:00:00.000000", "1767603600000000000", "id1y2p0dnqmkkk", "0123456789012345", "4242  424242424242",
		"c0" + "a" + card + "f3", card + "e1", "MFRG_" + card, // in a signature or a random id
	} {
		assert.Empty(t, canary.Find(text, canary.Log), text)
	}
}

// The table of SECURITY.md: where each kind may stand.
func TestMay(t *testing.T) {
	places := []canary.Place{canary.Log, canary.Error, canary.Row, canary.Answer, canary.News, canary.Watch, canary.Request, canary.Output}
	want := map[canary.Kind][]canary.Place{
		canary.Token: {canary.Row, canary.Request, canary.Output}, canary.CardNumber: {canary.Output},
	}
	for _, kind := range []canary.Kind{canary.APIKey, canary.WebhookSecret, canary.ClientSecret, canary.SigningKey, canary.Token, canary.CardNumber} {
		var may []canary.Place
		for _, place := range places {
			if canary.May(kind, place) {
				may = append(may, place)
			}
		}
		assert.Equal(t, want[kind], may, kind)
	}
}

// A client secret may be in one field of one kind of answer, once.
func TestAnswered(t *testing.T) {
	body := `{"do":"handle_action","state":"needs_action","client_secret":"` + client + `","tab":"x"}`
	left := func(body, kind, cache string) []canary.Kind {
		return canary.Find(canary.Answered(body, kind, cache), canary.Answer)
	}
	const asJSON = "application/json; charset=utf-8"
	assert.Empty(t, left(body, asJSON, "no-store"))
	for name, found := range map[string][]canary.Kind{
		"a cache may keep it": left(body, asJSON, "public"),
		"a page":              left(body, "text/html; charset=utf-8", "no-store"),
		"another step":        left(strings.ReplaceAll(body, "handle_action", "show"), asJSON, "no-store"),
		"another field":       left(strings.ReplaceAll(body, "client_secret", "url"), asJSON, "no-store"),
		"twice":               left(body+body, asJSON, "no-store"),
		"and in the address":  left(strings.Replace(body, `"x"`, `"`+client+`"`, 1), asJSON, "no-store"),
	} {
		assert.Equal(t, []canary.Kind{canary.ClientSecret}, found, name)
	}
}

// noted is a test that has failed, perhaps.
type noted []string

func (*noted) Helper() {}

func (n *noted) Errorf(format string, args ...any) { *n = append(*n, fmt.Sprintf(format, args...)) }

func TestDoors(t *testing.T) {
	for name, leak := range map[string]func(t canary.TB){
		"log: a message":    func(t canary.TB) { slog.New(canary.Handler(t, slog.DiscardHandler)).Info("with " + key) },
		"log: an attribute": func(t canary.TB) { slog.New(canary.Handler(t, slog.DiscardHandler)).Debug("m", "a", []string{key}) },
		"log: a group": func(t canary.TB) {
			slog.New(canary.Handler(t, slog.DiscardHandler)).WithGroup("g").Error("m", "a", card)
		},
		"log: one for all":    func(t canary.TB) { slog.New(canary.Handler(t, slog.DiscardHandler)).With("a", hook) },
		"request: a body":     func(t canary.TB) { call(t, "https://api.stripe.com/v1/x", "note="+card, "") },
		"request: an address": func(t canary.TB) { call(t, "https://api.stripe.com/v1/x?key="+key, "", "") },
		"request: a header":   func(t canary.TB) { call(t, "https://api.stripe.com/v1/x", "", hook) },
		"answer: a page":      func(t canary.TB) { answer(t, "", "<p>"+hook+"</p>") },
		"answer: a header":    func(t canary.TB) { answer(t, "/?secret="+client, "") },
	} {
		var seen noted
		leak(&seen)
		assert.Len(t, seen, 1, name)
		for _, secret := range []string{key, hook, client, card} {
			assert.NotContains(t, fmt.Sprint(seen), secret, "what is found is not told again")
		}
	}
	var seen noted
	call(&seen, "https://api.stripe.com/v1/x", "confirmation_token="+token, "")
	answer(&seen, "/", "all is well")
	slog.New(canary.Handler(&seen, slog.DiscardHandler)).Info("call", "key", "***")
	assert.Empty(t, seen)
}

func call(t canary.TB, address, body, header string) {
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("X-Other", header)
	_, _ = canary.Transport(t, echo{}).RoundTrip(r)
}

type echo struct{}

func (echo) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{Body: r.Body}, nil
}

func TestTransport_sendsWhatItHasRead(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "https://api.stripe.com/v1/x", strings.NewReader("a=b"))
	res, err := canary.Transport(t, echo{}).RoundTrip(r)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, "a=b", string(body))
}

func answer(t canary.TB, location, body string) {
	w := httptest.NewRecorder()
	canary.HTTP(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		_, _ = io.WriteString(w, body)
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
}
