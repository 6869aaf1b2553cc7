package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/ec-plugins/stripesecure/reconcile"
)

// write writes the report: to standard output, or to a temporary file that
// takes the place of the old one when it is whole. Interrupted, it leaves what
// was there before.
func (c *config) write(ctx context.Context, report *reconcile.Report, out io.Writer) error {
	if c.out == "" {
		return c.render(report, &interruptible{ctx, out}, c.lang)
	}
	file, err := os.CreateTemp(filepath.Dir(c.out), "."+filepath.Base(c.out)+".*")
	if err != nil {
		return err
	}
	err = c.render(report, &interruptible{ctx, file}, c.lang)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = os.Rename(file.Name(), c.out)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// interruptible is a writer that ends with its context.
type interruptible struct {
	ctx context.Context //nolint:containedctx // a writer has no other way to be told
	out io.Writer
}

func (w *interruptible) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.out.Write(b)
}
