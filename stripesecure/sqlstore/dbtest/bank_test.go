package dbtest_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// bank is Stripe on a socket, for worker processes, with the browsers of their
// buyers beside it below /browser/. It looks at every request before Stripe
// does.
type bank struct {
	*stripetest.Stripe
	url     string
	db      *sql.DB
	dialect sqlstore.Dialect
	open    atomic.Int64 // connections

	mu     sync.Mutex
	offset time.Duration // of the clock of Stripe and workers
	faults []string
	stored map[string]bool // keys that were found in their row
	before func()          // hooks around each request
	after  func()
}

func newBank(t *testing.T, db *sql.DB, dialect sqlstore.Dialect) *bank {
	t.Helper()
	b := &bank{Stripe: stripetest.New(), db: db, dialect: dialect}
	mux := http.NewServeMux()
	mux.Handle("/v1/", b.watched(b.Handler()))
	mux.HandleFunc("/browser/token", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, b.Token(r.FormValue("card")))
	})
	mux.HandleFunc("/browser/bank", func(w http.ResponseWriter, r *http.Request) {
		what := map[string]stripetest.Authentication{"pass": stripetest.Pass, "fail": stripetest.Fail}[r.FormValue("what")]
		fmt.Fprint(w, b.Challenge(r.FormValue("intent"), what))
	})
	mux.HandleFunc("/browser/advance", func(w http.ResponseWriter, r *http.Request) {
		d, err := time.ParseDuration(r.FormValue("d"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b.advance(d)
	})
	server := httptest.NewUnstartedServer(mux)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			b.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			b.open.Add(-1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	b.url = server.URL
	b.SetBaseURL(server.URL)
	return b
}

// advance moves Stripe's clock; workers are told the offset.
func (b *bank) advance(d time.Duration) {
	b.mu.Lock()
	b.offset += d
	b.mu.Unlock()
	b.Advance(d)
}

// ahead is how far Stripe's clock has been moved.
func (b *bank) ahead() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.offset
}

// quiet waits until everything that a killed worker has sent is done: its
// connections are closed when they are read to their end.
func (b *bank) quiet(ctx context.Context) error {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for b.open.Load() > 0 {
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%d connections: %w", b.open.Load(), ctx.Err())
		}
	}
	return nil
}

func (b *bank) faultf(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

// hooks sets what happens before and after each request.
func (b *bank) hooks(before, after func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before, b.after = before, after
}

// watched keeps the answer back until the hook after it has run, so that a kill
// there loses it.
func (b *bank) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the worker died while it was sending
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		b.mu.Lock()
		before, after := b.before, b.after
		b.mu.Unlock()
		if before != nil {
			before()
		}
		if r.Method == http.MethodPost {
			b.inspect(r, body)
		}
		// Stripe does not stop working because its client has gone.
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r.WithContext(context.WithoutCancel(r.Context())))
		if after != nil {
			after()
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// inspect holds two rules at the moment when a request arrives: what creates is
// stored with its key before it is sent (I7), and a capture finds its order
// committed, with its total (I2).
func (b *bank) inspect(r *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		b.faultf("%s: %v", r.URL.Path, err)
		return
	}
	intent, isCapture := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v1/payment_intents/"), "/capture")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	switch {
	case isCapture:
		b.inspectCapture(ctx, b.Intent(intent))
	case r.URL.Path == "/v1/payment_intents" || r.URL.Path == "/v1/customers":
		// While a call is sent again, the second janitor may find what its first
		// sending has made; then its key is not needed any more.
		key := r.Header.Get("Idempotency-Key")
		if b.knows(key) {
			return
		}
		var row []byte
		at := []any{form.Get("metadata[stripesecure_shop]"), form.Get("metadata[stripesecure_checkout]")}
		err := b.db.QueryRowContext(ctx, numberFor(b.dialect,
			"SELECT body FROM stripesecure_checkouts WHERE shop = ? AND checkout = ?"), at...).Scan(&row)
		if err != nil || !bytes.Contains(row, []byte(key)) {
			b.faultf("I7: POST %s of %v was sent before its key %q was stored (%v): %s", r.URL.Path, at, key, err, row)
		}
		b.learn(key)
	}
}

func (b *bank) knows(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stored[key]
}

func (b *bank) learn(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stored == nil {
		b.stored = map[string]bool{}
	}
	b.stored[key] = true
}

func (b *bank) inspectCapture(ctx context.Context, intent stripetest.PaymentIntent) {
	var orders int
	err := b.db.QueryRowContext(ctx, numberFor(b.dialect, "SELECT COUNT(*) FROM shop_orders WHERE shop = ? AND payment = ? AND total = ?"),
		intent.Metadata["stripesecure_shop"], intent.Metadata["stripesecure_payment"], intent.Amount).Scan(&orders)
	if err != nil || orders != 1 {
		b.faultf("I2: %s is captured, and there are %d orders of %d for payment %s (%v)",
			intent.ID, orders, intent.Amount, intent.Metadata["stripesecure_payment"], err)
	}
}
