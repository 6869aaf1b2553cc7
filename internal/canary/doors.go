package canary

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
)

// TB is the test that fails: *testing.T and the like.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Look fails the test when a text has what its place may not. Its kind is said,
// and never repeated.
func Look(t TB, place Place, what, text string) {
	t.Helper()
	for _, kind := range Find(text, place) {
		t.Errorf("canary: %s in %s (%s)", kind, place, what)
	}
}

// Handler looks at every record that goes on to next. Nothing of a record is
// below any level: what is only logged by a careless host counts as well.
func Handler(t TB, next slog.Handler) slog.Handler { return handler{t, next} }

type handler struct {
	t    TB
	next slog.Handler
}

func (h handler) Enabled(context.Context, slog.Level) bool { return true }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	Look(h.t, Log, "message", r.Message)
	r.Attrs(func(a slog.Attr) bool {
		h.attr(a)
		return true
	})
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

func (h handler) attr(a slog.Attr) {
	Look(h.t, Log, "attribute "+a.Key, fmt.Sprintf("%s=%+v", a.Key, a.Value.Resolve().Any()))
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		h.attr(a)
	}
	return handler{h.t, h.next.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.t, h.next.WithGroup(name)} }

// Transport looks at every request that goes to Stripe, but for the header that is
// for the key.
func Transport(t TB, next http.RoundTripper) http.RoundTripper { return transport{t, next} }

type transport struct {
	t    TB
	next http.RoundTripper
}

func (c transport) RoundTrip(r *http.Request) (*http.Response, error) {
	what := r.Method + " " + r.URL.Path
	Look(c.t, Request, what+": address", r.URL.String())
	for name, values := range r.Header {
		if name != "Authorization" {
			Look(c.t, Request, what+": header "+name, fmt.Sprint(values))
		}
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		Look(c.t, Request, what+": body", string(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return c.next.RoundTrip(r)
}

// HTTP looks at every answer.
func HTTP(t TB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &copied{ResponseWriter: w}
		next.ServeHTTP(c, r)
		c.mu.Lock()
		defer c.mu.Unlock()
		h := w.Header()
		for name, values := range h {
			Look(t, Answer, r.Method+" "+r.URL.Path+": header "+name, fmt.Sprint(values))
		}
		Look(t, Answer, r.Method+" "+r.URL.Path, Answered(c.body.String(), h.Get("Content-Type"), h.Get("Cache-Control")))
	})
}

type copied struct {
	http.ResponseWriter
	mu   sync.Mutex
	body bytes.Buffer
}

func (c *copied) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.body.Write(b)
	c.mu.Unlock()
	return c.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (c *copied) Unwrap() http.ResponseWriter { return c.ResponseWriter }
