// Command stripetest serves an emulated Stripe on a port, for people who test in
// other languages than Go:
//
//	go run github.com/ec-plugins/stripesecure/stripesecure/stripetest/cmd/stripetest -addr 127.0.0.1:12111
//
// The API is at /v1/, the stand-in for Stripe.js at /v3/. Any well-formed test
// key is accepted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "stripetest:", err)
		os.Exit(1)
	}
}

func run() error {
	addr := flag.String("addr", "127.0.0.1:12111", "address to listen on")
	base := flag.String("base", "", "address under which browsers reach it; default: http:// and the listening address")
	seed := flag.Uint64("seed", 0, "seed for ids; default: random")
	country := flag.String("country", "JP", "country of the account")
	currency := flag.String("currency", "jpy", "settlement currency of the account")
	flag.Parse()

	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	url := "http://" + l.Addr().String()
	if *base == "" {
		*base = url
	}
	s := stripetest.New(
		stripetest.WithSeed(*seed), stripetest.WithBaseURL(*base),
		stripetest.WithAccount(stripetest.AccountConfig{Country: *country, DefaultCurrency: *currency}),
	)
	fmt.Printf("stripetest listens on %s (API version %s)\n", url, stripetest.APIVersion)
	fmt.Printf("  secret key       %s\n  publishable key  %s\n  Stripe.js        %s/v3/\n", stripetest.TestSecretKey, stripetest.TestPublishableKey, *base)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	stopWebhooks := s.StartWebhooks()
	defer stopWebhooks()
	srv := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
