// Command scripts keeps the inventory of the scripts on a payment page, and says
// what has changed since it was taken (PCI DSS 6.4.3 and 11.6.1, as SAQ A asks).
//
//	go run ./stripesecure/cmd/scripts -inventory scripts.json https://shop.example/checkout
//
// It fetches the page as a browser would before any script runs, and every script
// that the page names, and compares them with the inventory: a JSON file that is
// kept under version control. The first time, and after a change that somebody has
// looked at, -update writes it; the field "why" of each script is for a person to
// fill in, because 6.4.3 asks for a reason, and is kept. "varies" is for scripts
// whose bytes change without notice (Stripe.js): their address counts.
//
// A checkout page mostly needs a cart: give -cookie, or -html with the page as a
// browser has saved it, then what other scripts have added is seen as well. What a
// script loads later is not seen otherwise; a Content-Security-Policy bounds that,
// and is part of the inventory.
//
// Exit status: 0 nothing has changed, 1 something has or has no reason yet, 2 the page
// or a script could not be read.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Exit statuses.
const (
	same    = 0
	changed = 1
	trouble = 2
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// options of the command line.
type options struct {
	inventory, cookie, html, page string
	update                        bool
}

func parse(args []string, errs io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("scripts", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&o.inventory, "inventory", "scripts.json", "the file that the page is compared with")
	flags.BoolVar(&o.update, "update", false, "write the inventory as the page is now")
	flags.StringVar(&o.cookie, "cookie", "", `the Cookie header to send, "name=value; …"`)
	flags.StringVar(&o.html, "html", "", "read the page from this file instead of its address")
	flags.Usage = func() {
		fmt.Fprintln(errs, "usage: scripts [flags] https://shop.example/checkout")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() != 1 {
		flags.Usage()
		return o, errors.New("one address is needed")
	}
	o.page = flags.Arg(0)
	return o, nil
}

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	o, err := parse(args, errs)
	if err != nil {
		return trouble
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	client := &http.Client{Timeout: 30 * time.Second}
	now, err := take(ctx, client, o)
	if err != nil {
		fmt.Fprintln(errs, err)
		return trouble
	}
	before, err := load(o.inventory)
	if err != nil && !(o.update && errors.Is(err, os.ErrNotExist)) {
		fmt.Fprintf(errs, "the inventory cannot be read (-update makes the first one): %v\n", err)
		return trouble
	}
	now.keepReasons(before)
	lines := compare(before, now)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	if o.update {
		now.Taken = time.Now().UTC().Truncate(time.Second)
		if err := now.save(o.inventory); err != nil {
			fmt.Fprintln(errs, err)
			return trouble
		}
		fmt.Fprintf(out, "%d scripts written to %s\n", len(now.Scripts), o.inventory)
		return same
	}
	if len(lines) > 0 {
		return changed
	}
	fmt.Fprintf(out, "nothing has changed since %s: %d scripts\n", before.Taken.Format(time.RFC3339), len(now.Scripts))
	return same
}
