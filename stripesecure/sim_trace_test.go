package stripesecure

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// simTrace keeps what happened, for people and for comparing replays.
type simTrace struct{ lines []string }

// note writes a line where somebody reads it.
func (w *simWorld) notef(format string, args ...any) {
	if w.trace == nil {
		return
	}
	who := "-"
	if w.cur != nil {
		who = w.cur.name
		if w.cur.server != nil {
			who += "@" + w.cur.server.name
		}
	}
	at := w.now.Round(time.Millisecond)
	w.trace.lines = append(w.trace.lines, fmt.Sprintf("%12s %-10s %s", at, who, fmt.Sprintf(format, args...)))
}

func (t *simTrace) hash() uint64 {
	h := fnv.New64a()
	for _, line := range t.lines {
		_, _ = h.Write([]byte(line))
	}
	return h.Sum64()
}

func (t *simTrace) String() string { return strings.Join(t.lines, "\n") }
