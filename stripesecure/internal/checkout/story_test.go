package checkout

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// story plays one checkout against the core, so that a test reads like the
// rule that it holds.
type story struct {
	*testing.T
	row     *Row
	policy  Policy
	present bool
	now     time.Time
	keys    int
}

func tell(t *testing.T) *story {
	t.Helper()
	return &story{T: t, row: New("shop", "c"), present: true, now: t0}
}

func (s *story) after(d time.Duration) { s.now = s.now.Add(d) }

func (s *story) submission(token string) Submission {
	return Submission{
		ID: "id-" + token, Token: token, Cart: Cart{Total: 100, Currency: yen, Member: "m"},
		Scope: Scope{Environment: "test"}, Customer: "cus", Automatic: true,
	}
}

func (s *story) pays(token string) Verdict { return s.row.Submit(s.submission(token), s.now) }

// next is what the row does now, "" for nothing.
func (s *story) next() Kind {
	cmd, _ := s.row.Next(s.policy, s.now, s.present)
	return cmd.Kind
}

// sends stores what is due and must be a POST of this kind.
func (s *story) sends(want Kind) *Call {
	s.Helper()
	cmd, ok := s.row.Next(s.policy, s.now, s.present)
	require.True(s, ok, "nothing is due")
	require.Equal(s, want, cmd.Kind)
	s.keys++
	path := "/v1/payment_intents"
	if want == Settle {
		path += "/pi_1/capture"
	}
	return cmd.Arm(fmt.Sprint("key-", s.keys), path, fmt.Sprint("body-", s.keys), s.now)
}

// does is sends, and its answer.
func (s *story) does(kind Kind, ans Answer) {
	s.Helper()
	call := s.sends(kind)
	s.row.Answered(s.attempt().ID, call.Key, ans, s.now)
}

func (s *story) attempt() *Attempt { return s.row.last() }

// is the attempt's PaymentIntent at Stripe.
func (s *story) is(status string) *Intent {
	a := s.attempt()
	return &Intent{
		ID: fmt.Sprint("pi_", s.row.Number(a)), Amount: a.Amount, Currency: a.Currency, Customer: "cus", CaptureMethod: "manual",
		Attempt: a.ID, Checkout: "c", Signed: true, Seen: Seen{Status: status, Received: map[string]int64{"succeeded": a.Amount}[status]},
	}
}

func (s *story) reads(status string) { s.row.ReadIntent(s.attempt().ID, *s.is(status), s.now) }

// stands after one card: offered, waiting for the bank, or declined.
func (s *story) stands(status string) {
	s.Helper()
	require.Equal(s, Taken, s.pays("t1"))
	ans := Answer{Intent: s.is(status)}
	if status == "requires_payment_method" {
		ans.Error, ans.Intent.Seen.Error = "card_declined", "card_declined"
	}
	s.does(CreateIntent, ans)
}

func (s *story) state(want State) {
	s.Helper()
	require.Equal(s, want, s.attempt().State)
}

// cancelled sends the cancel that is due and reads its proof.
func (s *story) cancelled() {
	s.Helper()
	s.does(Cancel, Answer{Intent: s.is("canceled")})
	s.state(Cancelled)
}

// order of the checkout's amount.
func order(ref string) Order { return Order{Ref: ref, Total: 100, Currency: yen} }

var lostAnswer = Answer{NoAnswer: true}
