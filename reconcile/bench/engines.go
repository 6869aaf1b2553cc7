package main

import (
	"bufio"
	"context"
	"database/sql"
	_ "embed" // the statement
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/reconcile/internal/sample"
)

//go:embed duckdb.sql
var statement string

// engines compare the files of a folder and write the findings, sorted by
// class, payment intent and order id, to a file.
var engines = map[string]func(ctx context.Context, dir string, memory int64, result string) error{
	"go": goEngine, "duckdb": duckEngine,
}

func goEngine(ctx context.Context, dir string, memory int64, result string) error {
	options := reconcile.Options{At: time.Unix(sample.At, 0), MaxMemory: memory, TempDir: dir}
	if memory > 0 {
		debug.SetMemoryLimit(memory)
	}
	report, err := reconcile.CompareFiles(ctx, filepath.Join(dir, "orders.csv"), filepath.Join(dir, "payments.csv"), options)
	if err != nil {
		return err
	}
	defer func() { _ = report.Close() }()
	return writeFile(result, func(out io.Writer) error {
		for f, err := range report.Findings() {
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\n", f.Class, f.PaymentIntent, f.OrderID, f.Amount, f.Currency)
		}
		return nil
	})
}

func duckEngine(ctx context.Context, dir string, _ int64, result string) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	query := strings.NewReplacer(
		"{orders}", filepath.Join(dir, "orders.csv"), "{payments}", filepath.Join(dir, "payments.csv"),
		"{at}", strconv.Itoa(sample.At),
	).Replace(statement)
	// Matched pairs are counted, as in a report; findings are written.
	if _, err := db.ExecContext(ctx, "create temp table result as select * from ("+query+") where class <> 'matched'"); err != nil { //nolint:gosec,unqueryvet // the query is a file of ours, and names its columns
		return err
	}
	rows, err := db.QueryContext(ctx, "select class, payment_intent, order_id, amount, currency from result order by 1, 2, 3")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	return writeFile(result, func(out io.Writer) error {
		for rows.Next() {
			var class, intent, order, currency string
			var amount int64
			if err := rows.Scan(&class, &intent, &order, &amount, &currency); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\n", class, intent, order, amount, currency)
		}
		return rows.Err()
	})
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path) //nolint:gosec // the parent's choice
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	if err := write(out); err != nil {
		_ = file.Close()
		return err
	}
	if err := out.Flush(); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
