package reconcile

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSpool: rows of every length come back whole, each in its part, from memory
// and from the file.
func TestSpool(t *testing.T) {
	for name, c := range map[string]struct {
		limit int64
		chunk int
	}{
		"in memory": {1 << 30, 8 << 10}, "in the file": {0, 8 << 10}, "half of it": {64 << 10, 8 << 10},
		"small chunks": {0, smallChunk},
		"chunks that a small one and a buffer do not fit into": {0, smallChunk + 500},
	} {
		t.Run(name, func(t *testing.T) {
			a := &arena{limit: c.limit, chunk: c.chunk, slab: 32 << 10, dir: t.TempDir()}
			s := newSpool(a, 4)
			random := rand.New(rand.NewPCG(1, 2))
			want := map[string]int{}
			for range 2 { // writers
				w := s.writer()
				for range 2000 {
					p := rawPayment{
						id: bytes.Repeat([]byte("i"), 1+random.IntN(maxID)), order: bytes.Repeat([]byte("o"), random.IntN(maxID+1)),
						status: Succeeded, line: random.Int64N(1 << 32),
					}
					if random.IntN(3) > 0 {
						p.id, p.order = p.id[:1+len(p.id)/20], p.order[:len(p.order)/20]
					}
					part := int(p.line % 4)
					w.payment(place{part: part, tag: uint32(p.line)}, &p)
					want[string(p.id)+string(p.order)]++
				}
				require.NoError(t, w.close())
			}
			var rows chunks
			for part := range 4 {
				require.NoError(t, rows.load(s, part))
				for _, row := range rows.rows() {
					var p rawPayment
					row.payment(&p)
					assert.Equal(t, part, int(p.line%4))
					assert.Equal(t, uint32(p.line), row.tag())
					want[string(p.id)+string(p.order)]--
				}
				s.drop(part)
			}
			for id, n := range want {
				assert.Zero(t, n, id)
			}
			assert.Zero(t, a.used.Load())
			assert.Equal(t, c.limit < 1<<30, a.file != nil)
			require.NoError(t, a.close())
		})
	}
}
