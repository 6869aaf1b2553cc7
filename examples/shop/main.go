// Command shop is a small but complete shop that takes credit cards with
// stripesecure. Without keys it brings a Stripe of its own, so that one can buy
// offline; with STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY (test keys) in the
// environment it talks to the real one.
//
// What a shop has to write for that is in payment.go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command is what was typed.
type command struct {
	addr, db, url string
	moved, reset  bool
}

// run returns the exit code: 2 for a command that cannot be meant, 1 for a shop
// that cannot open.
func run(ctx context.Context, args []string, getenv func(string) string, out, errs io.Writer) int {
	c, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2 // parse has said why
	}
	if err := open(ctx, c, getenv, out, errs); err != nil {
		for line := range strings.Lines(err.Error()) {
			_, _ = fmt.Fprintln(errs, "shop:", strings.TrimSpace(line))
		}
		return 1
	}
	return 0
}

func parse(args []string, errs io.Writer) (c command, err error) {
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&c.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&c.db, "db", "shop.db", "SQLite `file` of the shop; made when it is not there")
	flags.StringVar(&c.url, "url", "", "`address` that browsers open, when it is not http:// and -addr")
	flags.BoolVar(&c.moved, "moved", false, "the shop of this database has moved to this address and is no copy")
	flags.BoolVar(&c.reset, "reset", false, "forget all orders and begin with full shelves")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		err = fmt.Errorf("no arguments expected, got %q", flags.Args())
	} else if _, _, splitErr := net.SplitHostPort(c.addr); splitErr != nil {
		err = fmt.Errorf("-addr: want host:port such as 127.0.0.1:8080, got %q", c.addr)
	}
	if err != nil {
		_, _ = fmt.Fprintln(errs, "shop:", err)
		flags.Usage()
	}
	return c, err
}

// open opens the shop and serves until the context ends.
func open(ctx context.Context, c command, getenv func(string) string, out, errs io.Writer) (err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s (is it in use? -addr chooses another): %w", c.addr, err)
	}
	defer func() { _ = listener.Close() }() // closed by Shutdown already, if it came to that
	baseURL := strings.TrimSuffix(c.url, "/")
	if baseURL == "" {
		baseURL = home(listener.Addr())
	}
	stripe, err := stripeFromEnv(getenv, baseURL)
	if err != nil {
		return err
	}
	if c.reset {
		if err := removeDB(c.db); err != nil {
			return fmt.Errorf("cannot reset %s: %w", c.db, err)
		}
	}
	shop, err := newShop(ctx, c.db, baseURL, stripe, slog.New(slog.NewTextHandler(errs, nil)))
	if err != nil {
		return fmt.Errorf("cannot open the database %s (-db chooses another): %w", c.db, err)
	}
	if err := shop.claim(ctx, c.moved); err != nil {
		return errors.Join(err, shop.Close())
	}
	welcome(out, baseURL, c.db, stripe.own != nil)
	return errors.Join(serve(ctx, listener, shop), shop.Close())
}

// home is the address to open for a listener: one that listens everywhere is at
// home on 127.0.0.1.
func home(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String()) // an address of a listener splits
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// serve runs the shop and, beside it, the recovery of payments. Buyers who are in
// the middle of something get ten seconds after Ctrl-C.
func serve(ctx context.Context, listener net.Listener, shop *Shop) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{Handler: shop.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(shop.log.Handler(), slog.LevelWarn)}
	failed := make(chan error, 2)
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		if err := stripesecure.NewRunner(shop.store, shop.plugin).Run(ctx); err != nil && ctx.Err() == nil {
			failed <- err
		}
	}()
	compared := make(chan struct{})
	go func() {
		defer close(compared)
		_ = shop.job.Run(ctx) // it ends with ctx, and says what fails on its page
	}()
	go func() { failed <- server.Serve(listener) }()
	posted := make(chan struct{})
	go func() {
		defer close(posted)
		shop.postman(ctx)
	}()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	stop()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = errors.Join(err, server.Shutdown(grace))
	<-swept
	<-posted
	<-compared
	return err
}
