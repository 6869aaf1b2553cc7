package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the code itself puts off is left alone: a month for a hold, a day for a
// refusal, and clocks that differ by minutes.
func TestMend_leavesWhatIsRight(t *testing.T) {
	r := paid()
	r.Lease = Lease{Owner: "s", Until: noon.Add(10 * time.Minute)}
	a := r.Current()
	a.NextAt, a.Matters.LookAt, a.Seen.CaptureBefore = noon.Add(24*time.Hour), noon.Add(24*time.Hour), noon.AddDate(0, 1, 0)
	a.Tries[0].At = noon.Add(20 * time.Minute)
	assert.False(t, r.Mend(noon))
}

func TestMend_aLeaseOfTheFuture(t *testing.T) {
	r := paid()
	r.Lease = Lease{Owner: "s", Until: noon.Add(2 * time.Hour)}
	assert.True(t, r.Mend(noon))
	assert.Zero(t, r.Lease)
}

// Everything that a row is due by.
func TestMend_timesOfTheFuture(t *testing.T) {
	future := noon.AddDate(0, 0, 10)
	s := tell(t)
	s.now = future
	s.stands("requires_action")
	r := s.row
	require.True(t, r.Due(Policy{}, false).After(noon.AddDate(0, 0, 9)))
	assert.True(t, r.Mend(noon))
	assert.False(t, r.Due(Policy{}, false).After(noon.Add(time.Minute)))
	assert.False(t, r.Mend(noon), "once")
	for name, put := range map[string]func(*Row){
		"order":        func(r *Row) { r.OrderAt = future },
		"place":        func(r *Row) { r.PlaceAt = future },
		"tell":         func(r *Row) { r.TellAt = future },
		"end":          func(r *Row) { r.End = &End{At: future} },
		"key":          func(r *Row) { r.End = &End{NextAt: future} },
		"authorised":   func(r *Row) { r.Current().AuthorizedAt = future },
		"next":         func(r *Row) { r.Current().NextAt = future },
		"closed":       func(r *Row) { r.Current().ClosedAt = future },
		"look":         func(r *Row) { r.Current().Matters.LookAt = future },
		"refund":       func(r *Row) { r.Current().Matters.Refunds = []*Refund{{NextAt: future}} },
		"refund's key": func(r *Row) { r.Current().Matters.Refunds = []*Refund{{Call: &Call{First: future, Last: future}}} },
	} {
		r := paid()
		require.False(t, r.Mend(noon), name)
		put(r)
		assert.True(t, r.Mend(noon), name)
		assert.False(t, r.Mend(noon), name)
	}
}

// A key of unknown age is not used again: what it has done is looked for.
func TestMend_noKeyOfUnknownAge(t *testing.T) {
	s := tell(t)
	s.now = noon.AddDate(0, 0, 10)
	require.Equal(t, Taken, s.pays("t1"))
	s.sends(CreateIntent)
	s.now = noon
	require.True(t, s.row.Mend(noon))
	assert.Empty(t, s.next(), "Stripe may still be at work")
	s.after(2 * time.Minute)
	assert.Equal(t, Find, s.next())

	r := onHold(true)
	call := settle(t, r, noon.AddDate(0, 0, 10))
	require.True(t, r.Mend(noon))
	assert.Equal(t, Read, nextOf(r, noon))
	r.ReadIntent("a-1", *seenAs("requires_capture", 0), noon)
	cmd, _ := r.Next(Policy{}, noon, false)
	require.Equal(t, Settle, cmd.Kind)
	assert.Equal(t, "another", cmd.Arm("another", call.Path, call.Body, noon).Key)
}

// The pause after a refusal grows to a day, after a lost answer to five minutes.
func TestPause(t *testing.T) {
	assert.Equal(t, 5*time.Minute, pause(30, true))
	assert.Equal(t, 10*time.Minute, pause(37, true))
	assert.Equal(t, 24*time.Hour, pause(60, true))
	assert.Equal(t, 24*time.Hour, pause(1<<20, true))
	assert.Equal(t, 5*time.Minute, pause(1<<20, false))
}
