package checkout

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What changes while the host is being told is told again.
func TestNews_duringTheTellingAreNotLost(t *testing.T) {
	r := paid()
	r.news()
	cmd, _ := r.Next(Policy{}, noon, false)
	assert.Equal(t, Tell, cmd.Kind)
	r.news() // a refund, say
	r.HostTold(cmd.Gen, cmd.Seq, false, noon)
	again, _ := r.Next(Policy{}, noon, false)
	assert.Equal(t, Tell, again.Kind)
	r.HostTold(again.Gen, again.Seq, false, noon)
	_, due := r.Next(Policy{}, noon, false)
	assert.False(t, due, "once is enough")
}

// Each generation has news of its own, and at most one at a time.
func TestNews_ofEachGeneration(t *testing.T) {
	r := New("shop", "c")
	r.news()
	r.Gen++
	r.news()
	r.news()
	assert.Equal(t, []News{{1, 1}, {2, 3}}, r.Untold)
	r.HostTold(2, 3, false, noon)
	assert.Equal(t, []News{{1, 1}}, r.Untold, "the first one's is still to be told")
}
