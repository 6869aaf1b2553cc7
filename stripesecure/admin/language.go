package admin

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/ec-plugins/stripesecure/wording"
)

const languageCookie = "stripesecure_admin_lang"

// language is what the clerk chose, or what the browser asks for.
func language(r *http.Request) wording.Language {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		return wording.Parse(cookie.Value)
	}
	return wording.Match(r.Header.Get("Accept-Language"))
}

// switchLanguage remembers ?lang=… and shows the same page without it.
func (q *request) switchLanguage() bool {
	query := q.URL.Query()
	if q.Method != http.MethodGet || !query.Has("lang") {
		return false
	}
	http.SetCookie(q.w, &http.Cookie{ //nolint:gosec // a language is no secret, and a proxy may speak http to us
		Name: languageCookie, Value: string(wording.Parse(query.Get("lang"))), Path: q.p.opts.Prefix + "/",
		MaxAge: 365 * 24 * 60 * 60, SameSite: http.SameSiteLaxMode, HttpOnly: true, Secure: q.TLS != nil,
	})
	query.Del("lang")
	here := url.URL{Path: q.p.opts.Prefix + q.URL.Path, RawQuery: query.Encode()}
	_ = q.redirect(here.String()) // it always answers
	return true
}

// otherLanguage is this page in the other language. Of the query only what the
// pages themselves put there goes along.
func (q *request) otherLanguage() string {
	query := url.Values{"lang": {string(wording.English)}}
	if q.lang == wording.English {
		query.Set("lang", string(wording.Japanese))
	}
	for _, name := range []string{"before", "page"} {
		if n, err := strconv.ParseInt(q.URL.Query().Get(name), 10, 64); err == nil {
			query.Set(name, strconv.FormatInt(n, 10))
		}
	}
	return "?" + query.Encode()
}
