package main

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	texttemplate "text/template"

	"github.com/ec-plugins/stripesecure/wording"
)

//go:embed pages
var pageFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// pages are the templates of one language.
type pages struct {
	html map[string]*template.Template
	mail *texttemplate.Template
}

func readPages(all map[wording.Language]texts) (map[wording.Language]pages, error) {
	read := map[wording.Language]pages{}
	for lang, t := range all {
		p := pages{html: map[string]*template.Template{}}
		for _, folder := range []string{"pages", "pages/staff"} { // each has a layout of its own
			if err := p.readFolder(folder, functions(lang, t)); err != nil {
				return nil, err
			}
		}
		var err error
		p.mail, err = texttemplate.New("mail."+string(lang)+".txt").Funcs(functions(lang, t)).
			ParseFS(pageFiles, "pages/mail."+string(lang)+".txt")
		if err != nil {
			return nil, err
		}
		read[lang] = p
	}
	return read, nil
}

func (p pages) readFolder(folder string, functions template.FuncMap) error {
	files, err := fs.Glob(pageFiles, folder+"/*.html")
	if err != nil {
		return err
	}
	layout, parts := folder+"/layout.html", folder+"/parts.html"
	for _, file := range files {
		if file == layout || file == parts {
			continue
		}
		page, err := template.New("layout.html").Funcs(functions).ParseFS(pageFiles, layout, "pages/parts.html", parts, file)
		if err != nil {
			return err
		}
		p.html[strings.TrimSuffix(strings.TrimPrefix(file, "pages/"), ".html")] = page
	}
	return nil
}

// view is what every page can use; Data is its own.
type view struct {
	visitor
	Lang      wording.Language
	OtherLang template.URL // this page in the other language
	Page      string       // the template's name
	Path      string
	Own       bool // the shop has a Stripe of its own
	Clerk     clerk
	Data      any
}

func (s *Shop) render(w http.ResponseWriter, r *http.Request, page string, data any) error {
	return s.renderAs(w, r, http.StatusOK, page, data)
}

// renderAs writes a page, or nothing at all when its template fails.
func (s *Shop) renderAs(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	v := visitorOf(r)
	var body bytes.Buffer
	err := s.pages[v.Language].html[page].Execute(&body, view{
		visitor: v, Lang: v.Language, OtherLang: otherLanguage(r.URL, v.Language), Page: page, Path: r.URL.Path,
		Own: s.stripe.own != nil, Clerk: clerkOf(r), Data: data,
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.Language))
	h.Set("Content-Security-Policy", s.csp)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the visitor has gone: nobody to tell
	return nil
}

func otherLanguage(here *url.URL, now wording.Language) template.URL {
	query := here.Query()
	query.Set("lang", "en")
	if now == wording.English {
		query.Set("lang", "ja")
	}
	return template.URL("?" + query.Encode()) //nolint:gosec // Encode escapes what came from outside
}

var errNotFound = errors.New("not found")

// page turns a handler that can fail into one that shows how.
func (s *Shop) page(handle func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		status := http.StatusInternalServerError
		switch {
		case err == nil:
			return
		case errors.Is(err, errNotFound):
			status = http.StatusNotFound
		default:
			s.log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		}
		if err := s.renderAs(w, r, status, "trouble", status); err != nil {
			http.Error(w, http.StatusText(status), status)
		}
	})
}

// redirect sends the visitor on; as a GET, also after a form.
func redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
