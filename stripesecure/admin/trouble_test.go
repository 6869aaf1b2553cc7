package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
)

// Without a login nothing is shown and nothing saved, on no page.
func TestNobodyIsLoggedIn(t *testing.T) {
	o := open(t)
	form := o.get("/card/settings").with("sort_order", "9", "do", "save")
	o.clerk = ""
	for _, path := range []string{"/", "/card/settings", "/card/wording", "/card/connection", "/card/log", "/card/nothing", "/nothing"} {
		page := o.get(path)
		assert.Equal(t, http.StatusSeeOther, page.status, path)
		assert.Equal(t, "/login", page.header.Get("Location"))
	}
	for _, path := range []string{"/card/settings", "/card/wording", "/card/connection", "/card/site", "/card/inbox", "/card/endpoint"} {
		page := o.post(path, form)
		assert.Equal(t, http.StatusUnauthorized, page.status, path)
		page.says("You are not signed in", "Nothing was saved.", "sign in in another window and then reload this page")
		assert.NotContains(t, page.body, "Credit or debit card")
	}
	assert.Zero(t, o.state().Version)
	assert.Empty(t, o.stripe.Calls())
}

// A handler that is open to everybody cannot be made, and all faults are told at
// once.
func TestOptions(t *testing.T) {
	_, err := admin.NewHandler(admin.Options{Prefix: "admin", Methods: []admin.Method{{}, {ID: "Card!"}, {ID: "assets"}}})
	require.ErrorIs(t, err, admin.ErrOptions)
	for _, part := range []string{"Login is missing", "Keys are missing", "Prefix", "Methods[0]: Plugin", "Methods[0]: Store", `"Card!"`, `"assets"`} {
		assert.ErrorContains(t, err, part)
	}
	_, err = admin.NewHandler(admin.Options{})
	assert.ErrorContains(t, err, "Methods are missing")
}

// Oversized, repeated and unknown fields, wrong content type, another site, no
// base: a clear answer, nothing saved.
func TestBadRequests(t *testing.T) {
	o := open(t)
	good := o.get("/card/settings").with("sort_order", "9", "do", "save")
	send := func(body, kind string, headers ...string) page {
		r := httptest.NewRequest(http.MethodPost, "/admin/card/settings", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return o.do(r)
	}
	const form = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		answer page
		status int
		says   string
	}{
		"too large":      {send("account_name="+strings.Repeat("x", 300<<10), form), http.StatusRequestEntityTooLarge, "The form was too large"},
		"JSON":           {send(`{"sort_order":9}`, "application/json"), http.StatusUnsupportedMediaType, "This is not a form"},
		"no type":        {send(good.Encode(), ""), http.StatusUnsupportedMediaType, "This is not a form"},
		"multipart":      {send("x", "multipart/form-data; boundary=x"), http.StatusUnsupportedMediaType, "This is not a form"},
		"broken":         {send("a=%zz", form), http.StatusBadRequest, "The form cannot be read"},
		"unknown field":  {send(good.Encode()+"&admin=1", form), http.StatusBadRequest, "fields that do not belong to it"},
		"repeated field": {send(good.Encode()+"&sort_order=8", form), http.StatusBadRequest, "the same field twice"},
		"repeated box":   {send(good.Encode()+"&enabled=1&enabled=1", form), http.StatusBadRequest, "the same field twice"},
		"without base":   {send("sort_order=9&do=save", form), http.StatusConflict, "The page was open for too long"},
		"other site":     {send(good.Encode(), form, "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, "A request from another site was stopped"},
		"other origin":   {send(good.Encode(), form, "Origin", "https://evil.example"), http.StatusForbidden, "A request from another site was stopped"},
	} {
		assert.Equal(t, c.status, c.answer.status, name)
		c.answer.says(c.says)
		assert.Zero(t, o.state().Version, name)
	}
	assert.Equal(t, http.StatusNotFound, o.do(httptest.NewRequest(http.MethodDelete, "/admin/card/settings", nil)).status)
}

// A store that fails is told as such; nobody reads why, and the log does.
func TestStoreFails(t *testing.T) {
	o := open(t)
	good := o.get("/card/settings").with("sort_order", "9", "do", "save")
	o.store = failing{}
	o.serve()
	for _, answer := range []page{o.get("/"), o.get("/card/settings"), o.get("/card/wording"), o.get("/card/log"), o.post("/card/settings", good), o.post("/card/connection", nil)} {
		assert.Equal(t, http.StatusInternalServerError, answer.status)
		answer.says("That did not work")
		assert.NotContains(t, answer.body, "disk is full")
	}
	assert.Contains(t, o.log.String(), "disk is full")
}

// An encryption key that is missing is named in the log, and the page says whom to
// tell.
func TestKeyIsMissing(t *testing.T) {
	o := open(t)
	o.set(func(s *settings.Settings) { s.SortOrder = 3 })
	o.store = rowStore(t, o.memory, "shop", "z")
	o.serve()
	page := o.get("/card/settings")
	assert.Equal(t, http.StatusInternalServerError, page.status)
	page.says("The stored keys cannot be read", "the settings themselves are not lost")
	assert.Contains(t, o.log.String(), "sealed with a key that is not here: a")
}

type failing struct{}

var errDisk = errors.New("disk is full")

func (failing) Load(context.Context) (admin.State, error) { return admin.State{}, errDisk }
func (failing) Save(context.Context, admin.State, admin.Change) error {
	return errDisk
}
func (failing) Changes(context.Context, int64, int) ([]admin.Change, error) { return nil, errDisk }

// Every answer keeps the browser from running or framing anything else.
func TestHeaders(t *testing.T) {
	o := open(t)
	for _, path := range []string{"/", "/card/settings", "/card/nothing"} {
		h := o.get(path).header
		csp := h.Get("Content-Security-Policy")
		assert.Contains(t, csp, "default-src 'none'")
		assert.Contains(t, csp, "frame-ancestors 'none'")
		assert.NotContains(t, csp, "unsafe")
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-store", h.Get("Cache-Control"))
	}
	page := o.get("/card/settings")
	assert.NotRegexp(t, `(?i)<[^>]+\s(style|on[a-z]+)=`, page.body, "no inline style or handler")
	for _, src := range regexp.MustCompile(`(?:href|src)="(/admin/assets/[^"]+)"`).FindAllStringSubmatch(page.body, -1) {
		asset := o.get(strings.TrimPrefix(src[1], "/admin"))
		assert.Equal(t, http.StatusOK, asset.status, src[1])
		assert.Contains(t, asset.header.Get("Cache-Control"), "immutable")
	}
	assert.Equal(t, http.StatusNotFound, o.get("/assets/other.css").status)
}

// The reader's language, and the switch that remembers.
func TestLanguage(t *testing.T) {
	o := open(t)
	for lang, title := range map[string]string{"ja": "決済プラグイン", "en-GB": "Payment plugins", "fr": "Payment plugins"} {
		o.lang = lang
		o.get("/").says(title)
	}
	o.lang = "en"
	page := o.get("/card/log?before=3&lang=ja")
	require.Equal(t, http.StatusSeeOther, page.status)
	assert.Equal(t, "/admin/card/log?before=3", page.header.Get("Location"))
	cookie := page.header.Get("Set-Cookie")
	assert.Contains(t, cookie, "Path=/admin/")
	r := httptest.NewRequest(http.MethodGet, "/admin/", nil)
	r.Header.Set("Cookie", strings.SplitN(cookie, ";", 2)[0])
	o.do(r).says("決済プラグイン")
}

// Both languages have the same texts with the same blanks, and pages ask for
// none that is not there.
func TestTexts(t *testing.T) {
	read := func(lang string) map[string]string {
		data, err := os.ReadFile("texts/" + lang + ".json")
		require.NoError(t, err)
		texts := map[string]string{}
		require.NoError(t, json.Unmarshal(data, &texts))
		return texts
	}
	ja, en := read("ja"), read("en")
	blank := regexp.MustCompile(`%[sd]`)
	for key, text := range ja {
		assert.Contains(t, en, key)
		assert.True(t, slices.Equal(blank.FindAllString(text, -1), blank.FindAllString(en[key], -1)), "%s has other blanks", key)
	}
	assert.Len(t, en, len(ja))
	pages, err := filepath.Glob("pages/*.html")
	require.NoError(t, err)
	for _, file := range pages {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, asked := range regexp.MustCompile(`\bt "([a-z0-9_.]+)"`).FindAllStringSubmatch(string(data), -1) {
			assert.Contains(t, ja, asked[1], file)
		}
	}
	for _, field := range settings.Fields(settings.Lists{}) { // every change says what it does
		for _, option := range field.Options {
			if field.ID == settings.FieldRegions || field.ID == settings.FieldOrderStatus || field.ID == settings.FieldAuthentication {
				continue
			}
			assert.Contains(t, ja, "effect."+string(field.ID)+"."+option.Value)
		}
	}
}
