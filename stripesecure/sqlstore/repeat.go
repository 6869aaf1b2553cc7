package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// repeatFor bounds how long a call repeats what the database gave up in favour
// of somebody else. The caller's context may end it sooner.
const repeatFor = 10 * time.Second

// Transient reports whether the database has rolled a transaction back because
// another one stood in its way: a deadlock, a serialization failure, a SQLite
// file that was locked. Nothing was stored, and the same transaction may be
// begun again. Everything in this package does so itself, but for
// [OrderKeys.Take], whose transaction is yours.
//
// Drivers are not imported here. PostgreSQL's give the SQLSTATE by a method; the
// others are known by their text, which tests hold against the real ones.
func Transient(err error) bool {
	if err == nil {
		return false
	}
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		switch state.SQLState() {
		case "40001", "40P01":
			return true
		}
		return false
	}
	text := err.Error()
	for _, known := range []string{
		"database is locked", "database table is locked", // SQLite
		"Error 1213 ", "Error 1213:", // MySQL: deadlock
		"Error 1020 ", "Error 1020:", // MariaDB: row changed since the snapshot
	} {
		if strings.Contains(text, known) {
			return true
		}
	}
	return false
}

// repeat calls f until it ends otherwise than by [Transient], with short pauses
// of random length, so that two that met do not meet again.
func repeat(ctx context.Context, op string, f func() error) error {
	begun, pause := time.Now(), time.Millisecond
	for {
		err := f()
		if err == nil {
			return nil
		}
		if !Transient(err) || time.Since(begun) > repeatFor {
			return explain(ctx, op, err)
		}
		timer := time.NewTimer(rand.N(pause) + pause/2)
		select {
		case <-ctx.Done():
			timer.Stop()
			return explain(ctx, op, err)
		case <-timer.C:
		}
		pause = min(2*pause, 64*time.Millisecond)
	}
}

// explain names the operation. Some drivers report the end of the context by an
// error of their own; errors.Is finds the context's as well.
func explain(ctx context.Context, op string, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("sqlstore: %s: %w: %w", op, ended, err)
	}
	return fmt.Errorf("sqlstore: %s: %w", op, err)
}
