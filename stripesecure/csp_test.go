package stripesecure_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// directives of a header.
func directives(t *testing.T, csp string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for d := range strings.SplitSeq(csp, "; ") {
		name, sources, _ := strings.Cut(d, " ")
		require.NotContains(t, all, name, "browsers read the first of two only")
		all[name] = sources
	}
	return all
}

func TestContentSecurity_whatStripeNeeds(t *testing.T) {
	csp, err := newBench(t, nil).plugin.ContentSecurity("")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{
		"default-src": "'none'", "base-uri": "'none'", "object-src": "'none'", "frame-ancestors": "'none'",
		"script-src": "'self' https://js.stripe.com https://*.js.stripe.com", "style-src": "'self'",
		"frame-src":   "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
		"connect-src": "'self' https://api.stripe.com", "img-src": "'self' data: https://*.stripe.com",
		"form-action": "'self' https://hooks.stripe.com",
	}, directives(t, csp))
}

func TestContentSecurity_withAHostsOwn(t *testing.T) {
	p := newBench(t, nil).plugin
	csp, err := p.ContentSecurity("", "img-src https://cdn.example 'self'; Font-Src 'self'", "frame-ancestors 'self'", "frame-src 'none'",
		"connect-src https://*.example wss://chat.example", "upgrade-insecure-requests", " ; ")
	require.NoError(t, err)
	all := directives(t, csp)
	assert.Equal(t, "'self' data: https://*.stripe.com https://cdn.example", all["img-src"])
	assert.Equal(t, "'self'", all["font-src"])
	assert.Equal(t, "'self'", all["frame-ancestors"], "'none' gives way")
	assert.Equal(t, "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com", all["frame-src"], "and takes nothing away")
	assert.Equal(t, "'self' https://api.stripe.com https://*.example wss://chat.example", all["connect-src"])
	assert.Contains(t, csp, "; upgrade-insecure-requests")

	other := newBench(t, func(o *stripesecure.Options, _ *settings.Settings) { o.StripeJS = "https://stripe.test:9/v3/" }).plugin
	csp, err = other.ContentSecurity("")
	require.NoError(t, err)
	all = directives(t, csp)
	for _, name := range []string{"script-src", "frame-src", "connect-src", "style-src", "form-action"} {
		assert.True(t, strings.HasSuffix(all[name], " https://stripe.test:9"), name)
	}
	for _, name := range []string{"default-src", "base-uri", "object-src", "frame-ancestors"} {
		assert.Equal(t, "'none'", all[name], name)
	}
	assert.Len(t, all, 10)
}

func TestContentSecurity_refusesWhatOpensIt(t *testing.T) {
	p := newBench(t, nil).plugin
	for own, want := range map[string]string{
		"script-src 'unsafe-inline'":      "csp.script_src unsafe",
		"style-src 'UNSAFE-INLINE'":       "csp.style_src unsafe",
		"script-src 'unsafe-eval'":        "csp.script_src unsafe",
		"script-src *":                    "csp.script_src unsafe",
		"script-src https:":               "csp.script_src unsafe",
		"script-src-elem data:":           "csp.script_src_elem unsafe",
		"default-src https:":              "csp.default_src unsafe",
		"img-src a,b":                     "csp.img_src malformed",
		"img-src \u00e9":                  "csp.img_src malformed",
		"<script>":                        "csp.directive malformed",
		"script-src *; object-src data: ": "csp.object_src unsafe, csp.script_src unsafe",
	} {
		csp, err := p.ContentSecurity("", own)
		assert.Equal(t, want, faults(err), own)
		assert.Empty(t, csp)
	}
	for _, nonce := range []string{"short", strings.Repeat("x", 300), "abcdefghijklmnop'; x", "日本語日本語日本語日本語"} {
		_, err := p.ContentSecurity(nonce)
		assert.Equal(t, "csp.nonce malformed", faults(err), nonce)
	}
}

// Each source that opens a directive, in each directive that it opens: the lists are
// those of CSP level 3, not the library's.
func TestContentSecurity_refusesEachOpenSource(t *testing.T) {
	p := newBench(t, nil).plugin
	anybody := []string{"*", "http:", "https:", "data:", "blob:", "filesystem:", "mediastream:", "http://*", "https://*", "HTTPS://*", "*:443", "https://*:*", "https://*/js/"}
	for _, name := range []string{"script-src", "script-src-elem", "script-src-attr", "default-src", "object-src", "base-uri"} {
		for _, source := range anybody {
			_, err := p.ContentSecurity("", name+" 'self' "+source)
			assert.Equal(t, "csp."+strings.ReplaceAll(name, "-", "_")+" unsafe", faults(err), "%s %s", name, source)
		}
		_, err := p.ContentSecurity("", name+" https://cdn.example:443/js/ https://*.example")
		assert.NoError(t, err, "somebody's is the host's choice")
	}
	for _, name := range []string{"script-src", "script-src-elem", "style-src", "style-src-attr", "default-src", "img-src"} {
		for _, source := range []string{"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "'Unsafe-Hashes'"} {
			_, err := p.ContentSecurity("", name+" "+source)
			assert.Equal(t, "csp."+strings.ReplaceAll(name, "-", "_")+" unsafe", faults(err), "%s %s", name, source)
		}
	}
}

// The header of each answer, whole: pages with a form have the policy of the
// builder, everything else may load nothing at all.
func TestContentSecurity_ofEveryAnswer(t *testing.T) {
	underWay(t, func(b *bench, w *under) {
		form, err := b.plugin.ContentSecurity("")
		require.NoError(b, err)
		const nothing = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
		asset := regexp.MustCompile(`/stripesecure/assets/[a-z]+\.[0-9a-f]+\.js`).FindString(string(b.offer(b.cart("cart-5")).HTML()))
		for _, path := range []string{"/stripesecure/resume", w.back, w.page, w.page + "/resume", "/stripesecure/page/x.y", "/stripesecure/nothing", asset} {
			for _, accept := range []string{asHTML, asJSON} {
				answer := b.do(path, accept, nil)
				want := nothing
				if strings.Contains(answer.text, "<html") {
					want = form
				}
				assert.Equal(b, want, answer.Header.Get("Content-Security-Policy"), "%s %s", path, accept)
			}
		}
	})
}

func TestContentSecurity_nonce(t *testing.T) {
	with(t, nil, func(b *bench) {
		nonce := stripesecure.NewNonce()
		require.NotEqual(b, nonce, stripesecure.NewNonce())
		csp, err := b.plugin.ContentSecurity(nonce)
		require.NoError(b, err)
		all := directives(b.T, csp)
		assert.Contains(b, all["script-src"], "'nonce-"+nonce+"'")
		assert.Contains(b, all["style-src"], "'nonce-"+nonce+"'")
		offer := b.offer(b.cart("cart-1"))
		offer.Nonce = nonce
		html := string(offer.HTML())
		assert.Equal(b, 3, strings.Count(html, ` nonce="`+nonce+`"`), "both scripts and the style sheet")
		offer.Nonce = `"><script>alert(1)</script>`
		assert.NotContains(b, string(offer.HTML()), "<script>alert")
		assert.NotContains(b, string(b.offer(b.cart("cart-1")).HTML()), "nonce")
	})
}

// Nothing that the library draws needs inline script or style.
func TestPages_haveNothingInline(t *testing.T) {
	withShop(t, placing, func(b *bench) {
		page := strings.TrimPrefix(b.submit(b.cart("cart-1"), stripesecure.Input{}).URL, "https://shop.example")
		for _, path := range []string{page, "/stripesecure/page/x.y", "/stripesecure/resume", page + "/resume"} {
			answer := b.do(path, asHTML, nil)
			assert.NotRegexp(b, `(?i)<style|<script>|\sstyle=|\son[a-z]+=|javascript:`, answer.text, path)
			if answer.StatusCode != http.StatusSeeOther {
				assert.NotContains(b, answer.Header.Get("Content-Security-Policy"), "unsafe", path)
				assert.Contains(b, answer.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
			}
		}
	})
}

// Every answer says what it is, and that nobody may keep, frame or guess it (ASVS
// 3.2.1, 3.4.3 to 3.4.6, 4.1.1, 14.3.2).
func TestHeaders_everyAnswer(t *testing.T) {
	underWay(t, func(b *bench, w *under) {
		asset := regexp.MustCompile(`/stripesecure/assets/[a-z]+\.[0-9a-f]+\.js`).FindString(string(b.offer(b.cart("cart-5")).HTML()))
		for _, accept := range []string{asHTML, asJSON} {
			for _, path := range []string{"/stripesecure/resume", w.back, w.page, w.page + "/resume", "/stripesecure/page/x.y", "/stripesecure/nothing", asset} {
				h := b.do(path, accept, nil).Header
				assert.Equal(b, "nosniff", h.Get("X-Content-Type-Options"), path)
				assert.Equal(b, "no-referrer", h.Get("Referrer-Policy"), path)
				csp := directives(b.T, h.Get("Content-Security-Policy"))
				assert.Equal(b, []string{"'none'", "'none'", "'none'"}, []string{csp["default-src"], csp["base-uri"], csp["frame-ancestors"]}, path)
				assert.Regexp(b, `^(text/(html|plain|javascript)|application/json); charset=utf-8$`, h.Get("Content-Type"), path)
				assert.Empty(b, h.Get("Access-Control-Allow-Origin"))
				assert.Empty(b, h.Get("Set-Cookie"))
				if path != asset {
					assert.Equal(b, "no-store", h.Get("Cache-Control"), path)
				}
			}
		}
		script := b.do(asset, "*/*", nil).text
		assert.NotRegexp(b, `localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function|addEventListener\("message"`, script,
			"nothing is kept in the browser, and nothing is made from text")
	})
}

// openRedirects are addresses that some reader takes for another site.
var openRedirects = []string{
	"https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
	"https:///evil.example", "http://shop.example", "https://shop.example.evil.example", "https://shop.example@evil.example",
	"https://evil.example#https://shop.example", "https://evil.example?https://shop.example", "https://shop.example%2eevil.example",
	"https://shop.example:443@evil.example", "https://shop.example\u3002evil.example", "https://shop.example\t.evil.example",
	"javascript:alert(1)", "JaVaScRiPt://shop.example/%0aalert(1)", "data:text/html,x", "https://shop.example/\r\nLocation: https://evil.example",
	"https://shop.example/../..//evil.example", "https://shop.example/..%2f..%2f/../x", "", " https://shop.example/back", "https://[::1]/", "ftp://shop.example/",
	"https://shop.example\\.evil.example", "https://shop。example/", "https://SHOP.EXAMPLE.evil.example/",
}

// RED-09: whatever an address says, buyers are sent to pages of the shop, and to
// the bank that Stripe names.
func TestRedirects_onlyToTheShop_RED09(t *testing.T) {
	own := func(t *testing.T, b *bench, location, what string) {
		if location == "" {
			return
		}
		u, err := url.Parse(location)
		require.NoError(t, err, what)
		assert.Equal(t, "https://shop.example", u.Scheme+"://"+u.Host, what)
		assert.NotContains(t, location, "evil", what)
	}
	withShop(t, placing, func(b *bench) {
		page := strings.TrimPrefix(b.submit(b.cart("cart-2"), stripesecure.Input{}).URL, "https://shop.example")
		for _, to := range openRedirects {
			for _, name := range []string{"return_url", "returnUrl", "next", "url", "redirect", "success_url", "cancel_url"} {
				query := "?" + url.Values{name: {to}, "redirect_status": {"succeeded"}}.Encode()
				for _, path := range []string{"/stripesecure/resume", "/stripesecure/return/x.y", page, page + "/resume", "/stripesecure/" + url.PathEscape(to)} {
					answer := b.do(path+query, asHTML, nil, "Referer", "https://evil.example/", "X-Forwarded-Host", "evil.example")
					own(b.T, b, answer.Header.Get("Location"), path+query)
					assert.NotContains(b, answer.text, "evil.example", path+query)
				}
			}
		}
		form := token(b.stripe.Token(threeDS))
		form.Set("return_url", "https://evil.example")
		bank := b.do("/stripesecure/pay?return_url=https://evil.example", asHTML, form, "X-Forwarded-Host", "evil.example").Header.Get("Location")
		assert.Equal(b, "hooks.stripe.com", mustParse(b.T, bank).Host, "the bank, as Stripe names it")
		pi := b.stripe.Intents()[len(b.stripe.Intents())-1]
		own(b.T, b, pi.NextAction.RedirectToURL.ReturnURL, "what Stripe sends the buyer back to")
		b.stripe.Challenge(pi.ID, stripetest.Pass)
		back := b.do(mustParse(b.T, pi.NextAction.RedirectToURL.ReturnURL).Path+"?return_url=//evil.example", asHTML, nil, "Cookie", "")
		own(b.T, b, back.Header.Get("Location"), "back")
	})
	for _, to := range openRedirects {
		b := newBench(t, nil)
		cart := b.cart("cart-1")
		if cart.ReturnURL = to; to == "" {
			continue
		}
		_, err := b.plugin.Pay(t.Context(), cart, stripesecure.Input{Token: "ctoken_1"})
		assert.Contains(t, faults(err), "cart.return_url outside_shop", "%q", to)
		for _, pages := range []stripesecure.Pages{{Checkout: to}, {Cart: to}, {Order: to + "/{ref}"}} {
			o := b.options
			o.Pages = pages
			if p, err := stripesecure.New(o); err == nil { // a path of the shop: check where it leads
				w := httptest.NewRecorder()
				p.ServeResult(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://shop.example/", nil),
					b.cart("cart-1"), stripesecure.Result{Do: stripesecure.Show, Page: stripesecure.CheckoutPage}, nil)
				own(t, b, w.Header().Get("Location"), to)
			}
		}
	}
}

func mustParse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	return u
}
