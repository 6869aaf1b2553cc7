package checkout

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// paid is a captured payment of 1200.
func paid() *Row {
	r := New("shop", "cart-1")
	r.Order = &Order{Ref: "R-1", Total: 1200, Currency: "JPY"}
	r.Attempts = []*Attempt{{
		ID: "a-1", Gen: 1, State: Captured, Amount: 1200, Currency: "JPY", Intent: "pi_1", Tagged: "R-1",
		Seen: Seen{Status: "succeeded", Received: 1200}, Tries: []Try{{ID: "t-1", At: noon}}, AuthorizedAt: noon,
	}}
	return r
}

// step runs what is due and is a POST of a refund, and answers it.
func (w *refunds) step(now time.Time) Kind {
	w.t.Helper()
	cmd, ok := w.r.Next(Policy{}, now, false)
	if !ok {
		return ""
	}
	switch cmd.Kind {
	case MakeRefund:
		call := cmd.Arm(w.key(), "/v1/refunds", "amount", now)
		w.sent = append(w.sent, call.Key)
		w.r.RefundAnswered("a-1", cmd.Refund.Op, call.Key, w.answer, now)
	case Review:
		w.r.Reviewed("a-1", MattersSeen{Intent: w.intent(), Refunds: w.atStripe}, now)
	case Tell:
		w.r.HostTold(cmd.Gen, cmd.Seq, false, now)
		return w.step(now)
	}
	return cmd.Kind
}

type refunds struct {
	t        *testing.T
	r        *Row
	answer   Answer
	atStripe []RefundSeen
	sent     []string // keys, in the order of sending
	keys     int
}

func (w *refunds) key() string { w.keys++; return "key-" + string(rune('0'+w.keys)) }

func (w *refunds) intent() Intent {
	in := Intent{ID: "pi_1", Seen: Seen{Status: "succeeded", Received: 1200}}
	for _, f := range w.atStripe {
		if f.State.counts() {
			in.Seen.Refunded += f.Amount
		}
	}
	return in
}

func ask(t *testing.T) *refunds {
	w := &refunds{t: t, r: paid(), answer: Answer{NoAnswer: true}}
	require.Equal(t, RefundTaken, w.r.Refund(1, Refund{Op: "op", Amount: 300}, noon))
	return w
}

func TestRefund_theKeyIsNeverUsedAfterADay(t *testing.T) {
	w := ask(t)
	require.Equal(t, MakeRefund, w.step(noon))
	now := noon
	for range 3 { // look, then the same key again
		now = now.Add(10 * time.Minute)
		require.Equal(t, Review, w.step(now))
		require.Equal(t, MakeRefund, w.step(now))
	}
	now = now.Add(10 * time.Minute)
	require.Equal(t, Review, w.step(now), "and now the servers are down for 25 hours")
	now = now.Add(25 * time.Hour)
	require.Equal(t, Review, w.step(now), "it may have been made since: look, do not send")
	made, left := w.r.RefundOf(1, "op")
	assert.Equal(t, RefundRefused, made.State)
	assert.EqualValues(t, 1200, left)
	for _, key := range w.sent {
		assert.Equal(t, "key-1", key)
	}
}

func TestRefund_foundInTheListAfterADay(t *testing.T) {
	w := ask(t)
	require.Equal(t, MakeRefund, w.step(noon))
	w.atStripe = []RefundSeen{{ID: "re_1", Op: "op", Amount: 300, State: RefundSucceeded}}
	require.Equal(t, Review, w.step(noon.Add(25*time.Hour)))
	made, left := w.r.RefundOf(1, "op")
	assert.Equal(t, RefundSucceeded, made.State)
	assert.EqualValues(t, 900, left)
	assert.Empty(t, w.step(noon.Add(48*time.Hour)))
}

// Nothing was ever executed: a new key is as good as the old one was.
func TestRefund_rateLimitedForADay(t *testing.T) {
	w := ask(t)
	w.answer = Answer{NotDone: true}
	require.Equal(t, MakeRefund, w.step(noon))
	w.answer = Answer{Refund: &RefundSeen{ID: "re_1", Op: "op", Amount: 300, State: RefundPending}}
	require.Equal(t, MakeRefund, w.step(noon.Add(25*time.Hour)))
	assert.Equal(t, []string{"key-1", "key-2"}, w.sent)
}

// A refusal after a lost answer says nothing about the lost one.
func TestRefund_refusedAfterALostAnswer(t *testing.T) {
	for name, there := range map[string]bool{"it was made": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			w := ask(t)
			require.Equal(t, MakeRefund, w.step(noon))
			require.Equal(t, Review, w.step(noon.Add(time.Minute)))
			w.answer = Answer{Error: "charge_already_refunded"}
			require.Equal(t, MakeRefund, w.step(noon.Add(time.Minute)))
			if there {
				w.atStripe = []RefundSeen{{ID: "re_1", Op: "op", Amount: 300, State: RefundSucceeded}}
			}
			assert.Empty(t, w.step(noon.Add(time.Minute+5*time.Second)), "a sending may take its time-out to get lost")
			require.Equal(t, Review, w.step(noon.Add(5*time.Minute)))
			made, _ := w.r.RefundOf(1, "op")
			assert.Equal(t, map[bool]RefundState{true: RefundSucceeded, false: RefundRefused}[there], made.State)
		})
	}
}

// A refund that was given up turns up after all: the row says so, and nothing
// more is refundable than is there.
func TestRefund_turnsUpAfterAll(t *testing.T) {
	w := ask(t)
	w.answer = Answer{Error: "charge_disputed"}
	require.Equal(t, MakeRefund, w.step(noon))
	w.atStripe = []RefundSeen{{ID: "re_1", Op: "op", Amount: 300, State: RefundSucceeded}}
	require.Equal(t, Review, w.step(noon.Add(time.Hour)))
	made, left := w.r.RefundOf(1, "op")
	assert.Equal(t, RefundSucceeded, made.State)
	assert.EqualValues(t, 900, left)
}

func TestRefund_anOvertakenListChangesNothing(t *testing.T) {
	w := ask(t)
	w.answer = Answer{Refund: &RefundSeen{ID: "re_1", Op: "op", Amount: 300, State: RefundSucceeded}}
	require.Equal(t, MakeRefund, w.step(noon))
	old := MattersSeen{Intent: w.intent(), Refunds: []RefundSeen{{ID: "re_1", Op: "op", Amount: 300, State: RefundPending}}}
	w.r.Reviewed("a-1", old, noon)
	made, _ := w.r.RefundOf(1, "op")
	assert.Equal(t, RefundSucceeded, made.State)
	failed := MattersSeen{Intent: w.intent(), Refunds: []RefundSeen{{ID: "re_1", Op: "op", Amount: 300, State: RefundFailed}}}
	w.r.Reviewed("a-1", failed, noon)
	made, left := w.r.RefundOf(1, "op")
	assert.Equal(t, RefundFailed, made.State)
	assert.EqualValues(t, 1200, left)
}

// While a sending that nobody has heard of may still be at work, nobody's look
// makes it refused: the merchant would pay a second time.
func TestRefund_aLookThatComesEarlyRefusesNothing(t *testing.T) {
	t.Run("refused after a lost answer, then a webhook", func(t *testing.T) {
		w := ask(t)
		require.Equal(t, MakeRefund, w.step(noon))
		require.Equal(t, Review, w.step(noon.Add(time.Minute)))
		w.answer = Answer{Error: "invalid_request_error"}
		require.Equal(t, MakeRefund, w.step(noon.Add(time.Minute)))
		now := noon.Add(time.Minute + time.Second)
		w.r.Told("a-1")
		require.Equal(t, Review, w.step(now))
		made, _ := w.r.RefundOf(1, "op")
		assert.Equal(t, RefundWanted, made.State)
		require.Equal(t, Review, w.step(now.Add(2*time.Minute)))
		made, _ = w.r.RefundOf(1, "op")
		assert.Equal(t, RefundRefused, made.State)
	})
	t.Run("the key's day ends while a sending is at work", func(t *testing.T) {
		w := ask(t)
		require.Equal(t, MakeRefund, w.step(noon))
		now := noon.Add(keyLife - time.Second)
		require.Equal(t, Review, w.step(now))
		require.Equal(t, MakeRefund, w.step(now), "lost again, and Stripe is at it")
		now = now.Add(5 * time.Second)
		require.Equal(t, Review, w.step(now))
		made, _ := w.r.RefundOf(1, "op")
		assert.Equal(t, RefundWanted, made.State)
		assert.Empty(t, w.step(now), "not again at once")
		require.Equal(t, Review, w.step(now.Add(2*time.Minute)))
		made, _ = w.r.RefundOf(1, "op")
		assert.Equal(t, RefundRefused, made.State)
		assert.Equal(t, []string{"key-1", "key-1"}, w.sent)
	})
}

// The last second in which the same key may be sent again.
func TestRefund_after23HoursALostOneIsNotSentAgain(t *testing.T) {
	for after, want := range map[time.Duration]RefundState{23*time.Hour - 1: RefundWanted, 23 * time.Hour: RefundRefused} {
		w := ask(t)
		require.Equal(t, MakeRefund, w.step(noon))
		require.Equal(t, Review, w.step(noon.Add(after)))
		made, _ := w.r.RefundOf(1, "op")
		assert.Equal(t, want, made.State, after)
		assert.Equal(t, want == RefundRefused, w.r.found("refund_failed"), "a person has to look")
	}
}

// A script that asks for ever under new ids, of a charge that Stripe refuses to
// refund: the row does not grow, and what has happened is not forgotten.
func TestRefund_refusalsDoNotFillTheRow(t *testing.T) {
	w := ask(t)
	w.answer = Answer{Refund: &RefundSeen{ID: "re_1", Op: "op", Amount: 300, State: RefundSucceeded}}
	w.atStripe = []RefundSeen{{ID: "re_1", Op: "op", Amount: 300, State: RefundSucceeded}}
	require.Equal(t, MakeRefund, w.step(noon))
	w.answer = Answer{Error: "charge_disputed"}
	for i := range 200 {
		now := noon.Add(time.Duration(i+1) * time.Hour)
		require.Equal(t, RefundTaken, w.r.Refund(1, Refund{Op: fmt.Sprint("again-", i), Amount: 100}, now))
		for w.step(now) != "" {
		}
	}
	assert.LessOrEqual(t, len(w.r.Current().Matters.Refunds), 51)
	made, left := w.r.RefundOf(1, "op")
	assert.Equal(t, RefundSucceeded, made.State)
	assert.EqualValues(t, 900, left)
	last, _ := w.r.RefundOf(1, "again-199")
	assert.Equal(t, RefundRefused, last.State)
}
