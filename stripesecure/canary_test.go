package stripesecure

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/ec-plugins/stripesecure/internal/canary"
)

// Every error that is made in any test of this package is looked at, whoever gets
// it, with everything that is wrapped in it.
var leaks struct {
	sync.Mutex
	told []string
}

func lookAtError(e *Error) *Error {
	for _, kind := range canary.Find(everyText(e), canary.Error) {
		leaks.Lock()
		leaks.told = append(leaks.told, fmt.Sprintf("canary: %s in an error of %s\n%s", kind, e.Op, debug.Stack()))
		leaks.Unlock()
	}
	return e
}

// everyText is what a host can print of an error.
func everyText(e *Error) string {
	text := fmt.Sprintf("%s %+v %#v", e.Error(), e.Faults, e.cause)
	for cause := e.cause; cause != nil; cause = errors.Unwrap(cause) {
		text += "\n" + cause.Error()
	}
	return text
}

func TestMain(m *testing.M) {
	made = lookAtError
	status := m.Run()
	leaks.Lock()
	if len(leaks.told) > 0 {
		fmt.Println("FAIL: secrets in errors:\n" + strings.Join(leaks.told, "\n"))
		status = 1
	}
	os.Exit(status)
}

// simSecret ends the client secrets of the simulation.
const simSecret = "_secret_simulated00"

// checkSecrets: invariant S of the simulation. It knows no card numbers, so none
// are looked for.
func (w *simWorld) checkSecrets(place canary.Place, text []byte) {
	for _, kind := range canary.Secrets(text, place) {
		w.failf("S", "%s in %s", kind, place)
	}
}

// simLog is where the simulation's plugins log to.
type simLog struct{ w *simWorld }

func (l simLog) Enabled(context.Context, slog.Level) bool { return true }

func (l simLog) Handle(_ context.Context, r slog.Record) error {
	l.w.checkSecrets(canary.Log, []byte(r.Message))
	r.Attrs(func(a slog.Attr) bool {
		l.w.checkSecrets(canary.Log, []byte(a.Value.String()))
		return true
	})
	return nil
}

func (l simLog) WithAttrs([]slog.Attr) slog.Handler { return l }

func (l simLog) WithGroup(string) slog.Handler { return l }
