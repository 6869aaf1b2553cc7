// Command bench measures reconcile against DuckDB: the same classification of
// the same two CSV files, side by side, each in a process of its own so that its
// peak of memory is its own, and compares the findings row by row.
//
//	go run ./reconcile/bench -rows 10000000 -runs 3
//
// It is a module of its own because DuckDB comes as a library of C++.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile/internal/sample"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// contender is one way to compare the files.
type contender struct {
	name   string
	engine string // "go" or "duckdb"
	memory string // of -max-memory; "" for the default
}

var contenders = []contender{
	{"DuckDB", "duckdb", ""},
	{"reconcile", "go", ""},
	{"reconcile, 256 MiB", "go", "268435456"},
}

// measure is what one run took.
type measure struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	rows := flags.Int64("rows", 1_000_000, "payments, and about as many orders")
	seed := flags.Uint64("seed", 1, "of the generated files")
	runs := flags.Int("runs", 1, "rounds; in each round every contender runs once")
	dir := flags.String("dir", "", "where the files are made and kept; default a temporary folder")
	child := flags.String("child", "", "the engine that this process is")
	memory := flags.Int64("memory", 0, "the bound of this process")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *child != "" {
		return engines[*child](ctx, *dir, *memory, flags.Arg(0))
	}
	if *dir == "" {
		made, err := os.MkdirTemp("", "reconcile-bench-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(made) }()
		*dir = made
	}
	bytes, err := generate(*dir, sample.Lists{Rows: *rows, Seed: *seed})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d payments and as many orders, seed %d, %d MB, %d cores, %s\n\n", *rows, *seed, bytes/1_000_000, runtime.NumCPU(), runtime.Version())
	return sideBySide(ctx, out, *dir, *runs, *rows)
}

// sideBySide runs the contenders in turn, so that a busy moment of the machine
// meets all of them, and holds their findings together.
func sideBySide(ctx context.Context, out io.Writer, dir string, runs int, rows int64) error {
	measures := make([][]measure, len(contenders))
	for range runs {
		for i, c := range contenders {
			m, err := c.run(ctx, dir, filepath.Join(dir, fmt.Sprintf("findings-%d.tsv", i)))
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			measures[i] = append(measures[i], m)
		}
	}
	first := best(measures[0])
	fmt.Fprintf(out, "%-20s %9s %9s %10s %8s %10s %8s\n", "best of "+strconv.Itoa(runs), "wall s", "CPU s", "peak MB", "ns/row", "× faster", "× memory")
	for i, c := range contenders {
		m := best(measures[i])
		fmt.Fprintf(out, "%-20s %9.2f %9.2f %10d %8.0f %10.1f %8.2f\n", c.name, m.wall.Seconds(), m.cpu.Seconds(), m.peak/1_000_000,
			float64(m.wall.Nanoseconds())/float64(2*rows), first.wall.Seconds()/m.wall.Seconds(), float64(m.peak)/float64(first.peak))
	}
	for i := 1; i < len(contenders); i++ {
		same, err := equalFiles(filepath.Join(dir, "findings-0.tsv"), filepath.Join(dir, fmt.Sprintf("findings-%d.tsv", i)))
		if err != nil {
			return err
		}
		if !same {
			return fmt.Errorf("%s and %s found different things", contenders[0].name, contenders[i].name)
		}
	}
	fmt.Fprintln(out, "\nthe same findings, to the row")
	return nil
}

// best is the run with the least wall time: what others do to the machine only
// makes a run slower. Its peak is the largest of all runs.
func best(all []measure) measure {
	m := slices.MinFunc(all, func(a, b measure) int { return cmp.Compare(a.wall, b.wall) })
	for _, other := range all {
		m.peak = max(m.peak, other.peak)
	}
	return m
}

func (c *contender) run(ctx context.Context, dir, result string) (measure, error) {
	self, err := os.Executable()
	if err != nil {
		return measure{}, err
	}
	args := []string{"-child", c.engine, "-dir", dir}
	if c.memory != "" {
		args = append(args, "-memory", c.memory)
	}
	cmd := exec.CommandContext(ctx, self, append(args, result)...) //nolint:gosec // this very program
	cmd.Stderr = os.Stderr
	started := time.Now()
	if err := cmd.Run(); err != nil {
		return measure{}, err
	}
	m := measure{wall: time.Since(started), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return measure{}, errors.New("the system does not tell the peak of memory")
	}
	m.peak = usage.Maxrss * 1024
	return m, nil
}

// generate makes the files where they are not there yet, and tells their size.
func generate(dir string, lists sample.Lists) (size int64, err error) {
	for name, write := range map[string]func(io.Writer) error{"payments.csv": lists.Payments, "orders.csv": lists.Orders} {
		path := filepath.Join(dir, fmt.Sprintf("%d-%d-%s", lists.Rows, lists.Seed, name))
		if _, err := os.Stat(path); err != nil {
			file, err := os.Create(path) //nolint:gosec // the folder that the caller named
			if err != nil {
				return 0, err
			}
			if err := errors.Join(write(file), file.Close()); err != nil {
				return 0, err
			}
		}
		_ = os.Remove(filepath.Join(dir, name))
		if err := os.Symlink(filepath.Base(path), filepath.Join(dir, name)); err != nil {
			return 0, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}

func equalFiles(a, b string) (bool, error) {
	left, err := os.ReadFile(a) //nolint:gosec // written by us
	if err != nil {
		return false, err
	}
	right, err := os.ReadFile(b) //nolint:gosec // written by us
	return string(left) == string(right), err
}
