package stripesecure

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSkew(t *testing.T) {
	began := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		theirs time.Time
		want   time.Duration
	}{
		"within the call":               {began.Add(time.Second), 0},
		"the seconds explain it":        {began.Add(-time.Second), 0},
		"ahead":                         {began.Add(2*time.Second + time.Minute), time.Minute},
		"behind, by more than a second": {began.Add(-time.Second - time.Hour), -time.Hour},
	} {
		assert.Equal(t, c.want, skew(c.theirs, began, 2*time.Second), name)
	}
}
