package plugintest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// TestLinear_busy: a database that fails a call now and then, before or after it
// has done it, breaks no rule; one that fails most of them does, and so does one
// that forgets.
func TestLinear_busy(t *testing.T) {
	busy := errors.New("database is locked")
	for name, c := range map[string]struct {
		every   int64 // this one of the Puts fails
		lost    int64 // of those that fail, this one was not done
		forgets bool  // what is not done is said to be
		fine    bool
	}{
		"failed after it was done":  {every: 40, lost: 1 << 40, fine: true},
		"failed before it was done": {every: 40, lost: 1, fine: true},
		"now this, now that":        {every: 40, lost: 2, fine: true},
		"fails most of the time":    {every: 2, lost: 2},
		"forgets":                   {every: 40, lost: 1, forgets: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := &brokenStore{Memory: stripesecure.NewMemory()}
			var puts, failures atomic.Int64
			b.put = func(ctx context.Context, row stripesecure.Row) error {
				if puts.Add(1)%c.every != 0 {
					return b.Memory.Put(ctx, row)
				}
				if failures.Add(1)%c.lost != 0 {
					if err := b.Memory.Put(ctx, row); err != nil {
						return err
					}
				}
				if c.forgets {
					return nil
				}
				return busy
			}
			err := checkLinear(t.Context(), b)
			assert.Equal(t, c.fine, err == nil, err)
		})
	}
}
