package stripetest

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Transport returns the emulator as an [http.RoundTripper]: requests are answered
// in the caller's goroutine, without a socket, whatever host they name. It
// honours the request's context and works inside testing/synctest. Give it to
// stripe-go:
//
//	backends := stripe.NewBackendsWithConfig(&stripe.BackendConfig{HTTPClient: s.Client()})
//	sc := client.New(stripetest.TestSecretKey, backends)
func (s *Stripe) Transport() http.RoundTripper { return transport{s} }

// Client returns an [http.Client] on [Stripe.Transport].
func (s *Stripe) Client() *http.Client { return &http.Client{Transport: transport{s}} }

type transport struct{ s *Stripe }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isAPI(r.URL.Path) {
		return t.page(r)
	}
	base := "https://hooks.stripe.com"
	if r.URL.Host != "api.stripe.com" {
		base = r.URL.Scheme + "://" + r.URL.Host
	}
	in, err := t.s.read(r, base)
	if err != nil {
		return nil, err
	}
	a, err := t.s.exchange(r.Context(), in)
	if err != nil {
		return nil, err
	}
	return respond(r, a.status, a.head.header(), a.body), nil
}

// page answers everything that is not the API, as a server would.
func (t transport) page(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	server := r.Clone(r.Context())
	server.Host, server.RequestURI = r.URL.Host, r.URL.RequestURI()
	if server.Body == nil {
		server.Body = http.NoBody
	}
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	t.s.Handler().ServeHTTP(rec, server)
	return respond(r, rec.status, rec.header, rec.body.Bytes()), nil
}

// recorder keeps what a handler writes.
type recorder struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.wrote, r.status = true, status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

// respond makes the answer to a request.
func respond(r *http.Request, status int, header http.Header, body []byte) *http.Response {
	line := "200 OK"
	if status != http.StatusOK {
		line = strconv.Itoa(status) + " " + http.StatusText(status)
	}
	return &http.Response{
		Status: line, StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

func isAPI(path string) bool { return strings.HasPrefix(path, "/v1/") || path == "/v1" }

// read takes a request off the wire.
func (s *Stripe) read(r *http.Request, base string) (*incoming, error) {
	in := &incoming{
		method: r.Method, path: strings.TrimSuffix(r.URL.Path, "/"), query: r.URL.RawQuery,
		header: r.Header, base: base,
	}
	if r.Body == nil {
		return in, nil
	}
	body, err := readAll(r, s.opts.maxBody+1)
	_ = r.Body.Close()
	if err != nil {
		return nil, err
	}
	if in.tooBig = int64(len(body)) > s.opts.maxBody; !in.tooBig {
		in.body = string(body)
	}
	return in, nil
}

// readAll reads the body of a request, at most so many bytes of it.
func readAll(r *http.Request, most int64) ([]byte, error) {
	if n := r.ContentLength; n <= 0 || n >= most {
		return io.ReadAll(io.LimitReader(r.Body, most))
	}
	body := make([]byte, r.ContentLength)
	n, err := io.ReadFull(r.Body, body)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // shorter than announced: what is there is what was sent
	}
	return body[:n], err
}

// Handler serves the whole emulator: the API below /v1/, the stand-in for
// Stripe.js at /v3/, the hosted 3-D Secure pages below /3ds/. It may be mounted
// below any prefix with [http.StripPrefix]; see [WithBaseURL] for the addresses
// in next_action.
func (s *Stripe) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/", s.serveAPI)
	s.browserRoutes(mux)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		// stripe-mock answers its root so, and the suites of the SDKs look for the header.
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Stripe-Mock-Version", "master")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"message":"Please authenticate by specifying an `+"`Authorization`"+` header with any valid looking testmode secret API key.","type":"invalid_request_error"}}`)
	})
	return mux
}

func (s *Stripe) serveAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
		w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Stripe-Account, Stripe-Version, Idempotency-Key")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	in, err := s.read(r, ownAddress(r))
	if err != nil {
		http.Error(w, "cannot read the request", http.StatusBadRequest)
		return
	}
	a, err := s.exchange(r.Context(), in)
	if err != nil {
		abort(w)
		return
	}
	maps.Copy(w.Header(), a.head.header())
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// abort breaks the connection after the head of an answer: a client that sees no
// head at all may send a request with an Idempotency-Key again by itself, as
// Go's http.Transport does.
func abort(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	w.WriteHeader(http.StatusOK)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// ownAddress is the address under which a request found this handler, with the
// prefix that [http.StripPrefix] took away.
func ownAddress(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	prefix, _ := strings.CutSuffix(asked, r.URL.EscapedPath())
	if prefix == asked {
		prefix = ""
	}
	return scheme + "://" + r.Host + prefix
}

// Start serves the emulator on a free port of the loopback interface and returns
// its address and a function that stops it. The address becomes the base URL
// when none was given.
func (s *Stripe) Start() (url string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	srv := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	return "http://" + l.Addr().String(), func() {
		_ = srv.Close()
		<-done
	}, nil
}

// TB is the part of [testing.TB] that this package needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Server starts the emulator on a socket for the time of a test and returns its
// address.
func (s *Stripe) Server(t TB) string {
	t.Helper()
	url, stop, err := s.Start()
	if err != nil {
		t.Fatalf("stripetest: cannot listen: %v", err)
		return ""
	}
	t.Cleanup(stop)
	return url
}
