// Command reconcile-sample writes two lists of a shop that never was, for
// trying and measuring reconcile: payments.csv and orders.csv.
//
//	go run ./reconcile/cmd/reconcile-sample -rows 1000000 -dir FOLDER
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ec-plugins/stripesecure/reconcile/internal/sample"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "reconcile-sample:", err)
		os.Exit(2)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("reconcile-sample", flag.ContinueOnError)
	rows := flags.Int64("rows", 100_000, "payments, and about as many orders")
	seed := flags.Uint64("seed", 1, "the same seed gives the same files")
	dir := flags.String("dir", ".", "where payments.csv and orders.csv are written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rows < 1 {
		return fmt.Errorf("-rows must be at least 1, not %d", *rows)
	}
	lists := sample.Lists{Rows: *rows, Seed: *seed}
	for name, write := range map[string]func(io.Writer) error{"payments.csv": lists.Payments, "orders.csv": lists.Orders} {
		if err := writeFile(filepath.Join(*dir, name), write); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(lists.Expected())
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path) // #nosec G304 -- the folder that the caller named
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
