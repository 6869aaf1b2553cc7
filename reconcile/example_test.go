package reconcile_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/plugintest"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

var exampleNow = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// rowsOf makes a source of a slice; a shop has its query here.
func rowsOf[T any](rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row := range slices.Values(rows) {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func exampleReport() *reconcile.Report {
	report, err := reconcile.Compare(context.Background(),
		rowsOf(reconcile.Order{ID: "A1", PaymentIntent: "pi_1", Status: reconcile.Paid, Currency: "JPY", Amount: 1200}),
		rowsOf(
			reconcile.Payment{ID: "pi_1", Status: reconcile.Succeeded, Currency: "JPY", Amount: 1200, Received: 1200},
			reconcile.Payment{ID: "pi_2", Status: reconcile.Succeeded, Currency: "JPY", Amount: 980, Received: 980},
		),
		reconcile.Options{At: exampleNow})
	if err != nil {
		log.Fatal(err)
	}
	return report
}

// Any two lists are compared; each finding says what to do.
func ExampleCompare() {
	report := exampleReport()
	defer func() { _ = report.Close() }()
	for f, err := range report.Findings() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.Class, f.PaymentIntent, "-", f.Reason(wording.English), f.Action.Text(wording.English))
	}
	fmt.Println("matched:", report.Summary[reconcile.Matched])
	// Output:
	// orphan_captured pi_2 - The payment of ¥980 at Stripe is captured (succeeded). It carries no order id. Refund the payment at Stripe.
	// matched: 1
}

// The report for people: one file, in two languages.
func ExampleReport_WriteHTML() {
	report := exampleReport()
	defer func() { _ = report.Close() }()
	var page strings.Builder
	if err := report.WriteHTML(&page, reconcile.HTMLOptions{Shop: "Awai", OrderPage: "/staff/orders/{id}"}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(page.String(), "https://dashboard.stripe.com/payments/pi_2"))
	// Output: true
}

// A shop that has never used the plugin reads Stripe with a key alone.
func ExampleFromStripe() {
	stripe := stripetest.New() // leave Transport out for the real one
	stripe.AddIntent(stripetest.PaymentIntent{ID: "pi_9", Amount: 1250, Currency: "eur", Status: stripetest.StatusRequiresCapture, Created: 1773144000})
	key := stripesecure.StripeKey{Secret: settings.NewSecret(stripetest.TestSecretKey), Transport: stripe.Transport()}
	for p, err := range reconcile.FromStripe(key.Intents(context.Background(), stripesecure.IntentList{})) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(p.ID, p.Status, p.Amount, p.Currency)
	}
	// Output: pi_9 requires_capture 1250 EUR
}

// noOrders is a host that has lost every order.
type noOrders struct{}

func (noOrders) CloseOrderKey(context.Context, stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	return stripesecure.Order{}, false, nil
}

func (noOrders) Changed(context.Context, stripesecure.Payment) error { return nil }

// What needs no person is repaired through the plugin; without Do it is only said.
func ExampleRepairs() {
	ctx, now := context.Background(), exampleNow
	clock := func() time.Time { return now }
	stripe := stripetest.New(stripetest.WithClock(clock))
	plugin, err := stripesecure.New(stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "tea", Host: noOrders{}, Store: stripesecure.NewMemory(), Now: clock,
		Settings: settings.Fixed(plugintest.Settings()), SigningKeys: [][]byte{[]byte(strings.Repeat("k", 32))}, Transport: stripe.Transport(),
	})
	if err != nil {
		log.Fatal(err)
	}
	cart := stripesecure.Cart{ID: "cart-17", Total: stripesecure.JPY(2400), Country: "JP", Language: "ja", ReturnURL: "https://shop.example/back"}
	if _, err := plugin.Pay(ctx, cart, stripesecure.Input{Token: stripe.Token("4242424242424242")}); err != nil {
		log.Fatal(err)
	}
	now = now.Add(2 * time.Hour) // the server was down, and nobody made the order

	report, err := reconcile.Compare(ctx, rowsOf[reconcile.Order](),
		reconcile.FromStripe(plugin.Intents(ctx, stripesecure.IntentList{})), reconcile.Options{At: now})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = report.Close() }()
	for _, do := range []bool{false, true} {
		for r, err := range reconcile.Repairs(ctx, plugin, report.Findings(), reconcile.RepairOptions{Do: do}) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(r.Finding.Class, r.Step, r.Done, r.Status)
		}
	}
	// Output:
	// orphan_authorized recheck false requires_capture
	// orphan_authorized recheck true canceled
}

// A host runs it on every server; one of them compares, every night.
func ExampleJob() {
	store := stripesecure.NewMemory() // the plugin's own
	job, err := reconcile.NewJob(reconcile.JobOptions{
		ShopID: "tea", Store: store, Now: func() time.Time { return exampleNow },
		Orders: func(_ context.Context, since, until time.Time) iter.Seq2[reconcile.Order, error] {
			return rowsOf(reconcile.Order{ID: "A1", Status: reconcile.Paid, Currency: "JPY", Amount: 1200, Created: until.Add(-time.Hour)})
		},
		Payments: func(context.Context, time.Time, time.Time) iter.Seq2[reconcile.Payment, error] {
			return rowsOf[reconcile.Payment]() // reconcile.FromStripe(plugin.Intents(…))
		},
		Tell: func(_ context.Context, found *reconcile.Digest) error {
			fmt.Println("to do today:", found.Count(reconcile.Today))
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := job.Once(context.Background()); err != nil { // go job.Run(ctx) for every night
		log.Fatal(err)
	}
	last, err := job.Last(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(last.Found.Groups[0].Class, last.Found.Groups[0].Findings[0].OrderID)
	// Output:
	// to do today: 1
	// payment_missing A1
}

// The same rules for a warehouse.
func ExampleSQL() {
	statement, err := reconcile.SQL(reconcile.DuckDB)
	if err != nil {
		log.Fatal(err)
	}
	_, _ = fmt.Fprintln(os.Stdout, strings.SplitN(statement, "\n", 2)[0])
	// Output: -- The findings of a comparison of a shop's orders with Stripe's payments, for DuckDB.
}
