package admin

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxForm is far more than both forms with every field full.
const maxForm = 256 << 10

// form is what a browser sent, with what was odd about it.
type form struct {
	url.Values

	// odd are names that do not belong to the form, or that came more often
	// than they can: whoever sends them uses something else than our page, and
	// nothing is saved then.
	odd []string
}

// readForm reads a POST. many are the names that may come several times; switches
// come as "0" and, when they are on, "1".
func (q *request) readForm(once, switches, many []string) (form, error) {
	kind, _, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return form{}, errMediaType
	}
	q.Body = http.MaxBytesReader(q.w, q.Body, maxForm)
	if err := q.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return form{}, errTooLarge
		}
		return form{}, errBadForm
	}
	f := form{Values: url.Values{}}
	for _, name := range slices.Sorted(maps.Keys(q.PostForm)) {
		values := q.PostForm[name]
		switch {
		case slices.Contains(many, name):
		case slices.Contains(switches, name):
			if len(values) > 1 && !slices.Equal(values, []string{"0", "1"}) {
				f.odd = append(f.odd, name)
			}
		case !slices.Contains(once, name):
			f.odd = append(f.odd, known(name))
			continue
		case len(values) > 1:
			f.odd = append(f.odd, name)
		}
		f.Values[name] = values
	}
	return f, nil
}

// known makes a name from outside fit to be shown: it may be anything, a pasted
// key too.
func known(name string) string {
	if name == "" || len(name) > 32 || strings.Contains(name, "k_") || strings.Contains(name, "whsec") ||
		strings.ContainsFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' && r != '.' }) {
		return "?"
	}
	return name
}

// last is the value that counts.
func (f form) last(name string) string {
	if values := f.Values[name]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}
