package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// visitor is who asks for a page.
type visitor struct {
	Session  string
	Member   member // the zero member for a guest
	Language wording.Language
	InCart   int64
}

type visitorKey struct{}

func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor) // always there behind withVisitor
	return v
}

// withVisitor finds out who asks, once for each page.
func (s *Shop) withVisitor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := visitor{Session: s.session(r), Language: language(r)}
		ctx := context.WithValue(r.Context(), visitorKey{}, v)
		m, err := s.memberOf(ctx, v.Session)
		if err == nil {
			v.Member = m
			var c cart
			c, err = openCart(ctx, s.db, v.Session)
			v.InCart = c.Count()
		}
		if err != nil {
			s.page(func(http.ResponseWriter, *http.Request) error { return err }).ServeHTTP(w, r.WithContext(ctx))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, visitorKey{}, v)))
	})
}

const languageCookie = "lang"

// language is what the visitor chose, or what the browser asks for.
func language(r *http.Request) wording.Language {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		return wording.Parse(cookie.Value)
	}
	return wording.Match(r.Header.Get("Accept-Language"))
}

// withLanguage remembers ?lang=… and shows the same page without it.
func (s *Shop) withLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if r.Method != http.MethodGet || !query.Has("lang") {
			next.ServeHTTP(w, r)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: string(wording.Parse(query.Get("lang"))), Path: "/",
			MaxAge: 365 * 24 * 60 * 60, SameSite: http.SameSiteLaxMode, HttpOnly: true})
		query.Del("lang")
		here := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/"), RawQuery: query.Encode()}
		http.Redirect(w, r, here.String(), http.StatusSeeOther)
	})
}

// atHome sends visitors of another name of this server (localhost for 127.0.0.1)
// to the address that the payment comes back to: cookies belong to one name.
func (s *Shop) atHome(next http.Handler) http.Handler {
	_, home, _ := strings.Cut(s.baseURL, "://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != home && r.Method == http.MethodGet {
			http.Redirect(w, r, s.baseURL+"/"+strings.TrimLeft(r.URL.RequestURI(), "/"), http.StatusTemporaryRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}
