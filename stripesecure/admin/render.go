package admin

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

//go:embed pages/*.html
var pageFiles embed.FS

// textFiles hold every sentence of the pages, one file for each language.
//
//go:embed texts/*.json
var textFiles embed.FS

// shelf holds the templates and sentences of one language.
type shelf struct {
	pages map[string]*template.Template
	texts map[string]string
}

func (p *pages) readTemplates() (map[wording.Language]shelf, error) {
	out := map[wording.Language]shelf{}
	for _, lang := range wording.Languages() {
		s := shelf{pages: map[string]*template.Template{}, texts: map[string]string{}}
		data, err := textFiles.ReadFile("texts/" + string(lang) + ".json")
		if err == nil {
			err = json.Unmarshal(data, &s.texts)
		}
		if err != nil {
			return nil, fmt.Errorf("admin: texts %s: %w", lang, err)
		}
		files, err := fs.Glob(pageFiles, "pages/*.html")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			name := strings.TrimSuffix(path.Base(file), ".html")
			if name == "layout" || name == "parts" {
				continue
			}
			page, err := template.New("layout.html").Funcs(p.functions(lang, s)).
				ParseFS(pageFiles, "pages/layout.html", "pages/parts.html", file)
			if err != nil {
				return nil, err
			}
			s.pages[name] = page
		}
		out[lang] = s
	}
	return out, nil
}

// text returns a sentence; a missing one shows its name, which a test looks for.
// A key that ends in ".do" may be missing: then there is nothing to do.
func (s shelf) text(key string, args ...any) string {
	text, ok := s.texts[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(args) > 0 {
		return fmt.Sprintf(text, args...)
	}
	return text
}

func (q *request) text(key string, args ...any) string { return q.p.shown[q.lang].text(key, args...) }

// functions are what templates write: {{t "nav.log"}}, {{date .At}}.
func (p *pages) functions(lang wording.Language, s shelf) template.FuncMap {
	return template.FuncMap{
		"t":     s.text,
		"asset": func(name string) string { return p.address("assets", assetNames[name]) },
		"page":  p.address,
		"date":  func(at time.Time) string { return at.In(p.opts.Zone).Format(s.text("format.date")) },
		"iso":   func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
		"money": func(m stripesecure.Money) string { return stripesecure.FormatMoney(m, lang) },
		"lines": func(text string) []string { return strings.Split(text, "\n") },
		"both":  func(a, b any) pair { return pair{a, b} },
	}
}

// pair hands two values to a part of a template.
type pair struct{ A, B any }

// view is what every page can use; Data is its own.
type view struct {
	Page      string // the template's name
	Lang      wording.Language
	OtherLang string // this page in the other language; "" where that would lose a form
	Clerk     string
	Shop      string
	ShopPage  string
	Method    string // "" on pages of no method
	Name      string // of the method, as buyers read it
	Enabled   bool
	Live      bool
	Data      any
}

// contentSecurity allows this server's own files and nothing else: no inline
// script, no inline style, no frame around the page.
const contentSecurity = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (q *request) header() {
	h := q.w.Header()
	h.Set("Content-Security-Policy", contentSecurity)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Add("Vary", "Accept-Language")
	h.Add("Vary", "Cookie")
}

// render writes a page, or a plain sentence when its template fails.
func (q *request) render(status int, page string, data any) {
	v := view{
		Page: page, Lang: q.lang, Clerk: q.clerk.Name, Shop: q.p.opts.ShopName, ShopPage: q.p.opts.ShopPage, Data: data,
	}
	if q.Method == http.MethodGet {
		v.OtherLang = q.otherLanguage()
	}
	if q.method != nil {
		v.Method = q.method.ID
		if state, err := q.method.Store.Load(q.Context()); err == nil {
			v.Enabled, v.Live = state.Settings.Enabled, state.Settings.Environment.Livemode()
			v.Name = state.Wording.Page(q.lang, pageContext(state.Settings)).Name
		}
	}
	q.header()
	h := q.w.Header()
	var body bytes.Buffer
	if err := q.p.shown[q.lang].pages[page].Execute(&body, v); err != nil {
		q.p.opts.Logger.ErrorContext(q.Context(), "admin", "page", page, "error", err)
		http.Error(q.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(q.lang))
	q.w.WriteHeader(status)
	_, _ = body.WriteTo(q.w) // the reader has gone: nobody to tell
}
