package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/internal/canary/guard"
)

// chromium is started once for all tests of the package; every window of a test
// has cookies of its own.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

func startChromium() {
	path := "/usr/bin/chromium"
	if _, err := os.Stat(path); err != nil {
		if path, err = findChromium(); err != nil {
			chromium.err = err
			return
		}
	}
	profile, err := os.MkdirTemp("", "shop-browser-")
	if err != nil {
		chromium.err = err
		return
	}
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
		"disable-background-networking", "disable-component-update", "disable-sync"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	opts = append(opts, chromedp.ExecPath(path), chromedp.UserDataDir(profile))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stopBrowser := chromedp.NewContext(alloc)
	chromium.ctx, chromium.err = ctx, chromedp.Do(ctx)
	chromium.stop = func() {
		stopBrowser()
		stopAlloc()
		_ = os.RemoveAll(profile) // a temporary folder
	}
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no chromium at /usr/bin/chromium or on PATH")
}

// testShop is a shop that listens on a free port, with a database of its own.
type testShop struct {
	*Shop
	t         *testing.T
	file, url string
	stop      func()
}

func openTestShop(t *testing.T) *testShop {
	t.Helper()
	s := &testShop{t: t, file: filepath.Join(t.TempDir(), "shop.db"), url: "127.0.0.1:0"}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

// start opens the shop at its address, where the browser expects it.
func (s *testShop) start() {
	s.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(s.t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.url = home(listener.Addr())
	if s.Shop, err = newShop(s.t.Context(), s.file, s.url, ownStripe(s.url), testLog(s.t)); err != nil {
		s.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(s.t.Context()))
	served := make(chan error, 1)
	shop := s.Shop
	go func() { served <- serve(ctx, listener, shop) }()
	s.stop = func() {
		stop()
		guard.Rows(context.WithoutCancel(s.t.Context()), s.t, shop.store, "demo")
		if err := errors.Join(<-served, shop.Close()); err != nil {
			s.t.Error("closing the shop:", err)
		}
	}
}

// restart ends the process as far as the shop can tell. Its own Stripe forgets
// everything; its database nothing.
func (s *testShop) restart() {
	s.t.Helper()
	s.stop()
	s.start()
}

func testLog(t *testing.T) *slog.Logger {
	return slog.New(canary.Handler(t, slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo})))
}
