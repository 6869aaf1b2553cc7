package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/wording"
)

// progress draws one line on a terminal, again and again. Anywhere else it says
// nothing.
type progress struct {
	out     io.Writer
	lang    wording.Language
	started time.Time
	last    time.Time
	drawn   bool
}

func newProgress(out io.Writer, lang wording.Language) *progress {
	p := &progress{lang: lang, started: time.Now()}
	if file, ok := out.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = out
		}
	}
	return p
}

func (p *progress) tell(now reconcile.Progress) {
	at := time.Now()
	if p.out == nil || at.Sub(p.last) < 200*time.Millisecond {
		return
	}
	p.last, p.drawn = at, true
	fmt.Fprint(p.out, "\r\x1b[K"+p.line(now, at.Sub(p.started)))
}

// line is how far it is: rows, rows per second, and the time that is left.
func (p *progress) line(now reconcile.Progress, passed time.Duration) string {
	rate := float64(now.Rows) / max(passed.Seconds(), 0.001)
	line := fmt.Sprintf(text(p.lang, "%d 行 (毎秒 %.0f 行)", "%d rows (%.0f rows/s)"), now.Rows, rate)
	if !now.Reading {
		return line + text(p.lang, "、照合中…", ", pairing…")
	}
	if now.Size > 0 && now.Bytes > 0 && now.Bytes <= now.Size {
		left := time.Duration(float64(passed) * float64(now.Size-now.Bytes) / float64(now.Bytes))
		line += fmt.Sprintf(text(p.lang, "、残り約 %s", ", about %s left"), left.Round(time.Second))
	}
	return line
}

func (p *progress) end() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
