package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// office is a shop's back office: the pages, what they keep, and a Stripe.
type office struct {
	*testing.T

	pages   http.Handler
	rows    *admin.RowStore
	memory  *stripesecure.Memory
	store   admin.Store
	plugin  *stripesecure.Plugin
	stripe  *stripetest.Stripe
	log     *bytes.Buffer
	now     time.Time
	paid    []stripesecure.PaymentID
	digest  *reconcile.Digest
	blocked bool   // something stands before the webhook address
	clerk   string // "" for nobody
	lang    string
	answers []string // every body that was sent
	mu      sync.Mutex
}

// secrets are canaries: none of them may be in any answer.
var (
	canaryTest    = "sk_" + "test_Canary00000000000000TEST"
	canaryLive    = stripetest.LiveSecretKey
	canaryWebhook = "whsec_Canary00000000000000000000HOOK"
)

var lists = settings.Lists{
	Countries: []settings.Option{
		{Value: "JP", Label: settings.Text{JA: "日本", EN: "Japan"}},
		{Value: "US", Label: settings.Text{JA: "アメリカ合衆国", EN: "United States"}},
	},
	OrderStatuses: []settings.Option{
		{Value: "new", Label: settings.Text{JA: "新規受付", EN: "New"}},
		{Value: "hold", Label: settings.Text{JA: "保留", EN: "On hold"}},
	},
}

func key(id string) vault.Key {
	return vault.Key{ID: id, Secret: bytes.Repeat([]byte(id[:1]), vault.KeySize)}
}

func ring(tb testing.TB, ids ...string) *vault.Ring {
	tb.Helper()
	var keys []vault.Key
	for _, id := range ids {
		keys = append(keys, key(id))
	}
	r, err := vault.NewRing(keys...)
	require.NoError(tb, err)
	return r
}

// begin are the settings that an office begins with: ready in test.
func begin() settings.Settings {
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.AccountName, s.AccountID = true, "new", "Awai", stripetest.AccountID
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(canaryTest),
		WebhookSecrets: []settings.Secret{settings.NewSecret(canaryWebhook)},
	}
	return s
}

type host struct{}

// CloseOrderKey: this host has committed the order of one checkout and not told of it.
func (host) CloseOrderKey(_ context.Context, id stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	if id.Checkout() == "cart-committed" {
		return stripesecure.Order{Ref: "R-committed", Total: stripesecure.JPY(4840)}, true, nil
	}
	return stripesecure.Order{}, false, nil
}
func (host) Changed(context.Context, stripesecure.Payment) error { return nil }

func open(t *testing.T) *office {
	t.Helper()
	o := &office{
		T: t, memory: stripesecure.NewMemory(), stripe: stripetest.New(stripetest.WithSeed(1)), log: &bytes.Buffer{},
		now: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), clerk: "田中", lang: "en",
	}
	clock := func() time.Time { return o.now }
	var err error
	o.rows, err = admin.NewRowStore(admin.RowOptions{Store: guard.Store(t, o.memory), ShopID: "shop", Keys: ring(t, "a"), Default: begin(), Now: clock})
	require.NoError(t, err)
	o.store = o.rows
	o.move("https://shop.example")
	return o
}

// move opens the shop at this address.
func (o *office) move(address string) {
	o.Helper()
	var err error
	o.plugin, err = stripesecure.New(guard.Around(o, stripesecure.Options{
		BaseURL: address, ShopID: "shop", Host: host{}, Settings: o.rows.Source(), Wording: o.rows,
		Store: o.memory, SigningKeys: [][]byte{bytes.Repeat([]byte{7}, 32)}, Transport: o.stripe.Transport(),
	}))
	require.NoError(o, err)
	o.serve()
}

// serve makes the pages for what the office has now.
func (o *office) serve() {
	o.Helper()
	var err error
	o.pages, err = admin.NewHandler(admin.Options{
		Client: &http.Client{Transport: loopback{o}},
		Prefix: "/admin", Keys: ring(o.T, "a"), ShopName: "Awai", LoginPage: "/login",
		Logger: slog.New(canary.Handler(o, slog.NewTextHandler(o.log, nil))), Now: func() time.Time { return o.now },
		Login: func(r *http.Request) (admin.Clerk, error) {
			if name := r.Header.Get("X-Clerk"); name != "" {
				return admin.Clerk{Name: name}, nil
			}
			return admin.Clerk{}, errors.New("nobody")
		},
		Methods: []admin.Method{{
			Plugin: o.plugin, Store: o.store, Lists: func(context.Context) (settings.Lists, error) { return lists, nil },
			Report: func(context.Context) (*reconcile.Digest, error) { return o.digest, nil },
			Payments: func(_ context.Context, offset, limit int) ([]stripesecure.PaymentID, error) {
				newest := slices.Clone(o.paid)
				slices.Reverse(newest)
				return newest[min(offset, len(newest)):min(offset+limit, len(newest))], nil
			},
		}},
	})
	require.NoError(o, err)
}

// loopback is the way from the shop's server to its own public address.
type loopback struct{ *office }

func (l loopback) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if l.blocked {
		w.WriteHeader(http.StatusServiceUnavailable)
	} else {
		canary.HTTP(l, l.plugin.Handler()).ServeHTTP(w, r)
	}
	return w.Result(), nil
}

// page is an answer.
type page struct {
	*office

	status int
	header http.Header
	body   string
}

func (o *office) do(r *http.Request) page {
	o.Helper()
	if o.clerk != "" {
		r.Header.Set("X-Clerk", o.clerk)
	}
	r.Header.Set("Accept-Language", o.lang)
	w := httptest.NewRecorder()
	canary.HTTP(o, o.pages).ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	require.NoError(o, err)
	o.mu.Lock()
	o.answers = append(o.answers, string(body))
	o.mu.Unlock()
	p := page{office: o, status: w.Code, header: w.Result().Header, body: string(body)}
	if _, missing, found := strings.Cut(p.body, "⟦"); found {
		o.Errorf("a text is missing: %.40s", missing)
	}
	p.noSecret()
	return p
}

// noSecret holds for every answer of every test.
func (p page) noSecret() {
	p.Helper()
	all := p.body
	for name, values := range p.header {
		all += name + strings.Join(values, " ")
	}
	all += html.UnescapeString(all) + p.log.String()
	for _, secret := range []string{canaryTest, canaryLive, canaryWebhook, "Canary"} {
		if strings.Contains(all, secret) {
			p.Errorf("a secret is in the answer: %s", secret)
		}
	}
}

func (o *office) get(path string) page {
	o.Helper()
	return o.do(httptest.NewRequest(http.MethodGet, "/admin"+path, nil))
}

func (o *office) post(path string, form url.Values) page {
	o.Helper()
	r := httptest.NewRequest(http.MethodPost, "/admin"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(r)
}

var (
	inputTag = regexp.MustCompile(`(?s)<(input|textarea|select|button)\b([^>]*)>(?:\n?([^<]*)</textarea>)?`)
	attr     = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
	option   = regexp.MustCompile(`<option value="([^"]*)" selected>`)
)

// form reads the fields of a page's form as a browser would send them.
func (p page) form() url.Values {
	form := url.Values{}
	_, body, _ := strings.Cut(p.body, "<form")
	for _, tag := range inputTag.FindAllStringSubmatchIndex(body, -1) {
		name, attributes := body[tag[2]:tag[3]], map[string]string{}
		for _, a := range attr.FindAllStringSubmatch(body[tag[4]:tag[5]], -1) {
			attributes[a[1]] = html.UnescapeString(a[2])
		}
		_, checked := attributes["checked"]
		if box := attributes["type"] == "radio" || attributes["type"] == "checkbox"; name == "button" || box && !checked {
			continue
		}
		value := attributes["value"]
		switch name {
		case "textarea":
			value = html.UnescapeString(body[tag[6]:tag[7]])
		case "select":
			rest, _, _ := strings.Cut(body[tag[1]:], "</select>")
			if chosen := option.FindStringSubmatch(rest); chosen != nil {
				value = html.UnescapeString(chosen[1])
			}
		}
		form.Add(attributes["name"], value)
	}
	return form
}

// with returns the form with some fields changed. "" removes nothing: it sets.
func (p page) with(pairs ...string) url.Values {
	form := p.form()
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

// save goes through the confirmation.
func (p page) save(pairs ...string) page {
	p.Helper()
	confirm := p.post("/card/settings", p.with(append(pairs, "do", "preview")...))
	require.Equal(p, http.StatusOK, confirm.status, confirm.text())
	require.Contains(p, confirm.body, `data-page="confirm"`, confirm.text())
	return confirm.post("/card/settings", confirm.with("do", "save"))
}

var tags = regexp.MustCompile(`(?s)<[^>]*>`)

// text is what a reader sees, for the message of a failed test.
func (p page) text() string {
	_, main, _ := strings.Cut(p.body, "<main")
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString("<main"+main, " "))), " ")
}

// says fails the test when a reader does not see the text, or its source has it not.
func (p page) says(texts ...string) {
	p.Helper()
	for _, text := range texts {
		if !strings.Contains(p.text(), text) && !strings.Contains(p.body, text) {
			p.Errorf("%q is not on the page (%d):\n%.1500s", text, p.status, p.text())
		}
	}
}

func (o *office) state() admin.State {
	o.Helper()
	state, err := o.store.Load(o.Context())
	require.NoError(o, err)
	return state
}

func (o *office) changes() []admin.Change {
	o.Helper()
	changes, err := o.store.Changes(o.Context(), 0, 100)
	require.NoError(o, err)
	return changes
}

// row is what the store holds, as it would lie on a disk.
func (o *office) row() string {
	o.Helper()
	rows, err := o.memory.List(o.Context(), "shop", "#admin", "", 100)
	require.NoError(o, err)
	data, err := json.Marshal(rows)
	require.NoError(o, err)
	var all []string
	for _, row := range rows {
		all = append(all, string(row.Body))
	}
	return string(data) + strings.Join(all, "\n")
}
