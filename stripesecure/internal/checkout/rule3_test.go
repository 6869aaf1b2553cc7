package checkout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Store, then call, then store.

func TestRule3_aCreateWithoutAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		present bool
		after   time.Duration
		want    Kind
	}{
		"the buyer is there: the same key and body again":  {true, 5 * time.Second, CreateIntent},
		"… until two minutes have passed":                  {true, 119 * time.Second, CreateIntent},
		"afterwards nothing is sent again, the list tells": {true, 2 * time.Minute, Find},
		"the buyer has gone: nothing is sent":              {false, 5 * time.Second, ""},
		"… and the list tells a minute after the time-out": {false, 81 * time.Second, Find},
		"after 23 hours no key is used":                    {true, 23 * time.Hour, Find},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.pays("t1")
			first := *s.sends(CreateIntent)
			s.row.Answered("id-t1", first.Key, lostAnswer, s.now)
			s.after(c.after)
			s.present = c.present
			assert.Equal(t, c.want, s.next())
			if c.want == CreateIntent {
				again := s.sends(CreateIntent)
				assert.Equal(t, first.Key, again.Key)
				assert.Equal(t, first.Body, again.Body)
			}
			assert.Equal(t, Blocked, s.pays("t2"), "it blocks everything after it")
		})
	}
}

func TestRule3_whatTheListTells(t *testing.T) {
	unknown := func(t *testing.T) *story {
		s := tell(t)
		s.pays("t1")
		s.does(CreateIntent, lostAnswer)
		s.after(5 * time.Minute)
		return s
	}
	t.Run("found: adopted", func(t *testing.T) {
		s := unknown(t)
		s.row.Found("id-t1", s.is("requires_capture"), s.now)
		s.state(Offered)
	})
	t.Run("not found: closed, and listed again after 2, 10 and 60 minutes", func(t *testing.T) {
		s := unknown(t)
		s.row.Found("id-t1", nil, s.now)
		s.state(Vanished)
		closed := s.now
		for _, at := range []time.Duration{2 * time.Minute, 10 * time.Minute, time.Hour} {
			assert.Equal(t, closed.Add(at), s.row.Due(Policy{}, false))
			s.now = closed.Add(at)
			for range 3 { // three servers at once are one look
				s.row.Found("id-t1", nil, s.now)
			}
		}
		assert.Zero(t, s.row.Due(Policy{}, false))
		s.row.ReadIntent("id-t1", *s.is("requires_capture"), s.now)
		s.state(Cancelling) // a stray, whenever it arrives
		assert.Equal(t, Cancel, s.next())
	})
	t.Run("not found, and sent again meanwhile: nothing is known", func(t *testing.T) {
		s := tell(t)
		s.pays("t1")
		s.does(CreateIntent, lostAnswer)
		s.after(time.Minute)
		s.sends(CreateIntent)
		s.row.Found("id-t1", nil, s.now)
		s.state(Creating)
	})
}

func TestRule3_aDefiniteAnswerEndsTheTry(t *testing.T) {
	for name, c := range map[string]struct {
		lost Answer // what became of the first sending
		ans  Answer
		want State
	}{
		"the only sending":                        {Answer{NotDone: true}, Answer{Error: "token_expired"}, Refused},
		"an earlier sending may have made it":     {lostAnswer, Answer{Error: "token_expired"}, Vanished},
		"… a key that was revoked meanwhile":      {lostAnswer, Answer{Error: "api_key_expired", Denied: true}, Vanished},
		"… unless it is the key's one and stored": {lostAnswer, Answer{Error: "token_expired", Replayed: true}, Refused},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.pays("t1")
			s.does(CreateIntent, c.lost)
			s.after(time.Second)
			s.does(CreateIntent, c.ans)
			s.state(c.want)
			assert.Equal(t, c.want == Refused, s.row.Proven())
		})
	}
}

func TestRule3_aReplayIsAHint(t *testing.T) {
	s := tell(t)
	s.pays("t1")
	s.does(CreateIntent, lostAnswer)
	s.after(time.Second)
	s.does(CreateIntent, Answer{Intent: s.is("requires_capture"), Replayed: true})
	s.state(Waiting)
	assert.Equal(t, Read, s.next(), "the object is read")
}

func TestRule3_aConfirmWithoutAnswerNeedsAGetOnly(t *testing.T) {
	s := tell(t)
	s.stands("requires_payment_method")
	s.pays("t2")
	s.does(Confirm, lostAnswer)
	s.after(time.Second)
	assert.Equal(t, Read, s.next())
	assert.Equal(t, Blocked, s.pays("t3"))
	s.reads("requires_capture")
	s.state(Offered)
}

func TestRule3_aStoredFailureGivesUpItsKey(t *testing.T) {
	s := tell(t)
	s.stands("requires_capture")
	s.row.Place(order("R1"), false, s.now)
	first := *s.sends(Settle)
	s.row.Answered("id-t1", first.Key, lostAnswer, s.now)
	s.after(time.Second)
	s.reads("requires_capture") // not done
	again := *s.sends(Settle)
	assert.Equal(t, first.Key, again.Key, "the key never changes in reaction to a conflict")
	s.row.Answered("id-t1", again.Key, Answer{NoAnswer: true, Replayed: true}, s.now)
	s.after(time.Minute)
	assert.Equal(t, Read, s.next(), "read first")
	s.reads("requires_capture")
	assert.NotEqual(t, first.Key, s.sends(Settle).Key)
}
