package stripetest

import (
	"embed"
	"net/http"
)

//go:embed assets
var assets embed.FS

// browserRoutes serves the stand-in for Stripe.js and the hosted pages.
func (s *Stripe) browserRoutes(mux *http.ServeMux) {
	script := asset("assets/stripe.js", "text/javascript; charset=utf-8")
	mux.HandleFunc("GET /v3", script)
	mux.HandleFunc("GET /v3/{$}", script)
	mux.HandleFunc("GET /v3/stripe.css", asset("assets/stripe.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /v3/prompt.css", asset("assets/prompt.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /v3/prompt.js", asset("assets/prompt.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /3ds/{token}", s.showPrompt)
	mux.HandleFunc("POST /3ds/{token}", s.answerPrompt)
}

func asset(name, contentType string) http.HandlerFunc {
	body, err := assets.ReadFile(name)
	if err != nil {
		panic("stripetest: " + err.Error()) // the file is embedded
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("Cache-Control", "no-cache")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		_, _ = w.Write(body)
	}
}
