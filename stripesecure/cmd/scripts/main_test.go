package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// payPage is a payment page that can be changed.
type payPage struct {
	html, csp string
	scripts   map[string]string
}

func (p *payPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/checkout" && r.Header.Get("Cookie") == "":
		http.Redirect(w, r, "/cart", http.StatusSeeOther)
	case r.URL.Path == "/checkout":
		w.Header().Set("Content-Security-Policy", p.csp)
		_, _ = io.WriteString(w, p.html)
	case p.scripts[r.URL.Path] != "":
		_, _ = io.WriteString(w, p.scripts[r.URL.Path])
	default:
		http.NotFound(w, r)
	}
}

func TestScripts_PCI643_PCI1161(t *testing.T) {
	file := filepath.Join(t.TempDir(), "scripts.json")
	page := &payPage{
		csp: "script-src 'self' 'nonce-abc'; frame-src x",
		html: `<!doctype html><base href="/static/"><script src="a.js"></script><script>inline()</script>
			<button onclick="go()">x</button><a href=" JavaScript:x()">y</a><script src="/v3/" integrity="sha384-x"></script><script src="a.js"></script>`,
		scripts: map[string]string{"/static/a.js": "a()", "/v3/": "stripe()"},
	}
	server := httptest.NewServer(page)
	defer server.Close()
	look := func(flags ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(append(flags, "-inventory", file, "-cookie", "session=1"), server.URL+"/checkout"), &out, &errs)
		return code, strings.ReplaceAll(out.String()+errs.String(), server.URL, "")
	}
	code, text := look()
	assert.Equal(t, trouble, code, "there is no inventory yet")
	assert.Contains(t, text, "-update makes the first one")
	code, _ = look("-update")
	require.Equal(t, same, code)

	code, text = look()
	assert.Equal(t, changed, code, "6.4.3: each needs a reason")
	assert.Equal(t, 5, strings.Count(text, "no reason"), text)
	body, err := os.ReadFile(file)
	require.NoError(t, err)
	reasons := strings.ReplaceAll(string(body), `"why": ""`, `"why": "the card form"`)
	require.NoError(t, os.WriteFile(file, []byte(reasons), 0o600))
	code, text = look()
	assert.Equal(t, same, code, text)

	page.csp = "script-src 'self' 'nonce-def'; frame-src x"
	code, text = look()
	assert.Equal(t, same, code, "another nonce is no change: "+text)

	for name, c := range map[string]struct {
		change func(*payPage)
		want   string
	}{
		"skimmer in a known script": {func(p *payPage) { p.scripts = map[string]string{"/static/a.js": "a();steal()", "/v3/": "stripe()"} }, "changed   /static/a.js\n"},
		"new script":                {func(p *payPage) { p.html += `<script src="/v3/?x"></script>` }, "new       /v3/?x\n"},
		"new inline script":         {func(p *payPage) { p.html += `<script>steal()</script>` }, "new       <script> sha384-"},
		"new handler":               {func(p *payPage) { p.html += `<img onerror="steal()">` }, "new       <img onerror> sha384-"},
		"script that is gone":       {func(p *payPage) { p.html = strings.ReplaceAll(p.html, "<script>inline()</script>", "") }, "gone      <script> sha384-"},
		"integrity that is gone":    {func(p *payPage) { p.html = strings.Replace(p.html, ` integrity="sha384-x"`, "", 1) }, "integrity /v3/"},
		"open policy":               {func(p *payPage) { p.csp = "script-src *" }, `header    Content-Security-Policy: "script-src *", it was "script-src 'self' 'nonce-…'; frame-src x"`},
	} {
		before := *page
		c.change(page)
		code, text = look()
		assert.Equal(t, changed, code, name)
		assert.Contains(t, text, c.want, name)
		*page = before
	}

	// Stripe.js changes without notice: only its address counts, if somebody says so.
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(reasons, `/v3/",`, `/v3/", "varies": true,`, 1)), 0o600))
	page.scripts["/v3/"] = "stripe2()"
	code, text = look()
	assert.Equal(t, same, code, text)
	code, _ = look("-update")
	assert.Equal(t, same, code)
	body, err = os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, 5, strings.Count(string(body), "the card form"), "reasons are kept")
}

func TestScripts_trouble(t *testing.T) {
	server := httptest.NewServer(&payPage{html: `<script src="/missing.js"></script>`})
	defer server.Close()
	for args, want := range map[string]string{
		server.URL + "/checkout":                  "redirects to",
		"-cookie a=1 " + server.URL + "/checkout": "answers 404",
		"nowhere": "is no address",
		"":        "usage",
		"-html nothing.html https://shop.example/checkout": "no such file",
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, trouble, run(t.Context(), strings.Fields(args), &out, &errs), args)
		assert.Contains(t, errs.String(), want)
		assert.Empty(t, out.String())
	}
}

// A session is for the shop alone, and a page that was saved needs no visit.
func TestScripts_cookieStaysAtHome_savedPage(t *testing.T) {
	var cookies []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookies = append(cookies, r.Header.Get("Cookie"))
		fmt.Fprint(w, "x()")
	}))
	defer other.Close()
	dir := t.TempDir()
	saved := filepath.Join(dir, "page.html")
	require.NoError(t, os.WriteFile(saved, []byte(`<script src="`+other.URL+`/x.js"></script>`), 0o600))
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"-update", "-inventory", filepath.Join(dir, "s.json"), "-cookie", "session=1", "-html", saved, "https://shop.example/checkout"}, &out, &errs)
	require.Equal(t, same, code, errs.String())
	assert.Equal(t, []string{""}, cookies)
}

func FuzzScriptsOf(f *testing.F) {
	f.Add([]byte(`<script src=//x>`))
	f.Add([]byte(`<base href="::"><svg><script>x</script><p onx=1 href="javascript:`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, s := range mustScripts(t, body) {
			require.NotEmpty(t, s.key())
		}
	})
}

func mustScripts(t *testing.T, body []byte) []script {
	t.Helper()
	at := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://shop.example/checkout", nil).URL
	found, err := scriptsOf(at, body)
	require.NoError(t, err)
	return found
}
