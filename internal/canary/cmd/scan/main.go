// Command scan looks for secrets in what a run of the tests has printed, failing
// tests included. It says the line and the kind, and ends with 1 when it found any.
//
//	go test -v work 2>&1 | go run ./internal/canary/cmd/scan
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ec-plugins/stripesecure/internal/canary"
)

func main() {
	found, err := scan(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "scan:", err)
	}
	if found || err != nil {
		os.Exit(1)
	}
}

// scan reads lines of any length. A read of nothing is an error: a pipe that broke
// must not look like a clean run.
func scan(in io.Reader, out io.Writer) (found bool, err error) {
	lines := bufio.NewReader(in)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if n == 1 && line == "" {
			return found, errors.New("there is no output")
		}
		if !heading(line) {
			for _, kind := range canary.Find(line, canary.Output) {
				found = true
				fmt.Fprintf(out, "line %d: %s in the output of the tests (%s)\n", n, kind, where(line))
			}
		}
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return found, err
		}
	}
}

// heading is a line with the name of a test: some tests of bad values are named after
// the value.
func heading(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- ")
}

// where is what a line begins with, such as a test's file: never the secret.
func where(line string) string {
	place, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	if len(canary.Find(place, canary.Output)) > 0 {
		return "…"
	}
	return place
}
