// Command reconcile compares a shop's orders with Stripe's payments.
//
//	reconcile -orders orders.csv -payments payments.csv [-format text|json|csv|html] [-out FILE]
//	STRIPE_SECRET_KEY=rk_… reconcile -orders orders.csv -stripe -since 2026-01-01
//
// It ends with 0 when nothing is to be done, 1 when there are findings, and 2
// when it could not run; then nothing is written.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/stripesecure"
)

// What the command ends with.
const (
	exitNothing  = 0
	exitFindings = 1
	exitFailed   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string, env func(string) string, out, errs io.Writer) int {
	c, err := parse(args, env, errs)
	if errors.Is(err, errHelp) {
		return exitNothing
	}
	if err != nil {
		fmt.Fprintln(errs, "reconcile:", err)
		return exitFailed
	}
	c.bound()
	p := newProgress(errs, c.lang)
	c.options.Progress = p.tell
	report, err := c.compare(ctx)
	p.end()
	if err != nil {
		c.explain(errs, err)
		return exitFailed
	}
	defer func() { _ = report.Close() }()
	if err := c.write(ctx, report, out); err != nil {
		c.explain(errs, err)
		return exitFailed
	}
	if report.Count() > 0 {
		return exitFindings
	}
	return exitNothing
}

// explain tells what stopped the run, in the language of the person.
func (c *config) explain(errs io.Writer, err error) {
	if faults := reconcile.LineErrors(err); len(faults) > 0 {
		for _, fault := range faults {
			fmt.Fprintln(errs, fault.Message(c.lang))
		}
		return
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(errs, "reconcile:", text(c.lang, "中断しました。何も書き出していません。", "interrupted; nothing was written"))
		return
	}
	if why, of := stripeTrouble[stripesecure.CodeOf(err)]; of {
		fmt.Fprintln(errs, "reconcile:", text(c.lang, why[0], why[1]))
		return
	}
	fmt.Fprintln(errs, "reconcile:", err)
}

// stripeTrouble is why Stripe could not be read, in Japanese and English.
var stripeTrouble = map[stripesecure.Code][2]string{
	stripesecure.CodeNotReady: {"Stripeがキーを受け付けませんでした。PaymentIntentsの読み取り権限のあるキーを使ってください。", "Stripe refuses the key; use one that may read PaymentIntents"},
	stripesecure.CodeStripe:   {"Stripeが応答しません。しばらくしてから、もう一度実行してください。", "Stripe does not answer; run it again later"},
}
