package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What was sent and answered is not sent again, and what was not done is.

// A card that the bank has declined is never tried again behind the buyer's back.
func TestRule3_aDeclinedCardIsNotSentAgain(t *testing.T) {
	s := tell(t)
	s.stands("requires_payment_method")
	assert.Empty(t, s.next(), "the first card came with the create")
	s.pays("t2")
	s.does(Confirm, Answer{Intent: s.is("requires_payment_method"), Error: "card_declined"})
	assert.Empty(t, s.next(), "nor the second one")
	s.pays("t3")
	s.does(Confirm, Answer{NotDone: true})
	s.after(time.Second)
	assert.Equal(t, Confirm, s.next(), "Stripe was too busy to look at this one")
}

func TestRule3_whatTheReadSaysOfALostConfirm(t *testing.T) {
	for name, c := range map[string]struct{ charge, status, err, want string }{
		"it never arrived: the earlier card's decline is not this one's": {"ch_1", "requires_payment_method", "card_declined", "no_answer"},
		"it was declined":           {"ch_2", "requires_payment_method", "insufficient_funds", "insufficient_funds"},
		"the bank asks for a proof": {"ch_1", "requires_action", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.stands("requires_payment_method")
			s.attempt().Seen.Charge = "ch_1"
			s.pays("t2")
			s.does(Confirm, lostAnswer)
			in := s.is(c.status)
			in.Seen.Charge, in.Seen.Error = c.charge, c.err
			s.row.ReadIntent("id-t1", *in, s.now)
			assert.Equal(t, c.want, s.row.Outcome().Decline)
		})
	}
}

// Stripe refuses a token without showing the PaymentIntent.
func TestRule3_aRefusedTokenIsTheBuyersMessage(t *testing.T) {
	s := tell(t)
	s.stands("requires_action")
	s.reads("requires_payment_method")
	s.pays("t2")
	s.does(Confirm, Answer{Error: "token_already_used"})
	assert.Equal(t, "token_already_used", s.row.Outcome().Decline)
	s.reads("requires_payment_method")
	assert.Equal(t, "token_already_used", s.row.Outcome().Decline, "a look that says no reason takes none away")
}

// Somebody has changed the PaymentIntent meanwhile.
func TestRule3_anUnexpectedStateIsReadAgain(t *testing.T) {
	unexpected := Answer{Error: "payment_intent_unexpected_state"}
	t.Run("a buyer waits for the confirm: at once", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_payment_method")
		s.pays("t2")
		s.does(Confirm, unexpected)
		assert.Equal(t, Read, s.next())
	})
	t.Run("nobody waits for the cancel: with a pause", func(t *testing.T) {
		s := tell(t)
		s.stands("requires_action")
		s.pays("t2")
		s.does(Cancel, unexpected)
		assert.Empty(t, s.next())
		s.after(time.Second)
		assert.Equal(t, Read, s.next())
	})
}

func TestRule3_whatTheReadSaysOfALostSettle(t *testing.T) {
	const intent = "/v1/payment_intents/pi_1"
	for name, c := range map[string]struct {
		path, ref string
		want      Kind
	}{
		"the order's ref is there: done":      {intent, "R-1", ""},
		"it is not":                           {intent, "", Settle},
		"another order's":                     {intent, "R-0", Settle},
		"a ref is no proof of a capture":      {intent + "/capture", "R-1", Settle},
		"a capture that was not carried out ": {intent + "/capture", "", Settle},
	} {
		t.Run(name, func(t *testing.T) {
			r := onHold(false)
			a := r.Current()
			a.Settled, a.Tagged = false, ""
			cmd, _ := r.Next(Policy{}, noon, false)
			call := cmd.Arm("key-1", c.path, "body", noon)
			r.Answered("a-1", call.Key, lostAnswer, noon)
			in := seenAs("requires_capture", 0)
			in.Ref = c.ref
			r.ReadIntent("a-1", *in, noon)
			cmd, _ = r.Next(Policy{}, noon.Add(time.Second), false)
			assert.Equal(t, c.want, cmd.Kind)
		})
	}
}

// Stripe may forget a key after a day; a capture with a new one cannot happen
// twice, because one PaymentIntent is captured once.
func TestRule3_aSettleChangesItsKeyAfter23Hours(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		key   string
		sends int
	}{
		"before": {23*time.Hour - 1, "key-1", 2},
		"then":   {23 * time.Hour, "key-2", 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := onHold(true)
			cmd, _ := r.Next(Policy{}, noon, false)
			cmd.Arm("key-1", "/capture", "body", noon)
			r.Answered("a-1", "key-1", lostAnswer, noon)
			r.ReadIntent("a-1", *seenAs("requires_capture", 0), noon)
			cmd, _ = r.Next(Policy{}, noon.Add(c.after), false)
			require.Equal(t, Settle, cmd.Kind)
			call := cmd.Arm("key-2", "/capture", "body", noon.Add(c.after))
			assert.Equal(t, c.key, call.Key)
			assert.Equal(t, c.sends, call.Sends)
		})
	}
}
