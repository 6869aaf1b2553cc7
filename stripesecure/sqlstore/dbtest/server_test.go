package dbtest

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// witness notes how a test was ended.
type witness struct {
	testing.TB
	ended string
}

func (w *witness) Skipf(string, ...any)  { w.ended = "skipped"; runtime.Goexit() }
func (w *witness) Fatalf(string, ...any) { w.ended = "failed"; runtime.Goexit() }

// A server that is not installed is never passed over in silence, and in CI it
// is a failure.
func TestMissingServer(t *testing.T) {
	for value, want := range map[string]string{"": "skipped", "1": "failed"} {
		t.Setenv("STRIPESECURE_NO_SKIP", value)
		w := &witness{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			s := &server{kind: kind{name: "Nothing", programs: map[string]string{"no-such-server": ""}}}
			s.database(w)
		}()
		<-done
		require.Equal(t, want, w.ended)
	}
}
