package stripesecure

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// simStripe is a model of Stripe in structs, with the semantics of stripetest:
// PaymentIntents, idempotency keys for 24 hours, tokens that are used once.
type simStripe struct {
	w         *simWorld
	intents   []*simIntent
	replies   map[string]simReply
	customers map[string]bool
	spent     map[string]bool // tokens
	twin      *simTwin        // stripetest, asked the same
}

// simIntent is a PaymentIntent.
type simIntent struct {
	id, customer   string
	amount         int64
	currency       string
	attempt, of    string // from the metadata: attempt, checkout
	shop, ref      string
	gen            int
	capture        string // capture_method
	signed         bool
	status, reason string // cancellation_reason
	err            string // last_payment_error
	charges, tries int
	created        time.Duration
	holds          time.Duration // until when
	charged        time.Duration // when the bank said yes
	received       int64         // captured
	refunds        []*simRefund
	disputed       string // the state of its dispute
	backOutside    bool   // refunded in the Dashboard
	byUs           bool   // captured by a call of ours
	outside        bool   // the Dashboard or time has changed it
	secretOut      bool   // a browser has its client secret
}

type simReply struct {
	body string
	at   time.Duration
	ans  checkout.Answer
}

const (
	needsMethod  = "requires_payment_method"
	needsAction  = "requires_action"
	needsCapture = "requires_capture"
	succeeded    = "succeeded"
	canceled     = "canceled"
)

const (
	simKeyLife  = 24 * time.Hour
	simHoldLife = 30 * 24 * time.Hour // of Visa in JPY at a Japanese account (stripe-facts §1.1)
)

func newSimStripe(w *simWorld) *simStripe {
	return &simStripe{w: w, replies: map[string]simReply{}, customers: map[string]bool{}, spent: map[string]bool{}}
}

// execute does the work of a POST, or replays its answer.
func (s *simStripe) execute(call checkout.Call) checkout.Answer {
	ans := s.doOrReplay(call)
	s.twin.sends(call, ans)
	return ans
}

func (s *simStripe) doOrReplay(call checkout.Call) checkout.Answer {
	old, known := s.replies[call.Key]
	if known && s.w.now-old.at < simKeyLife {
		if old.body != call.Path+" "+call.Body {
			return checkout.Answer{Error: "idempotency_error"}
		}
		ans := old.ans
		ans.Replayed = true
		s.w.notef("stripe: replays %s", call.Kind)
		return ans
	}
	ans := s.work(call)
	s.keep(call, ans)
	s.w.notef("stripe: %s %s: %s", call.Kind, s.tell(call), simAnswer(ans))
	if ans.Intent != nil {
		s.changed(s.find(ans.Intent.ID))
	} else if ans.Refund != nil {
		i := s.find(refundIntent(call))
		s.changed(i)
		s.tellOf(i, "refund")
	}
	return ans
}

func (s *simStripe) keep(call checkout.Call, ans checkout.Answer) {
	s.replies[call.Key] = simReply{call.Path + " " + call.Body, s.w.now, ans}
}

// refundIntent is the PaymentIntent that a refund is of.
func refundIntent(call checkout.Call) string {
	form, _ := url.ParseQuery(call.Body)
	return form.Get("payment_intent")
}

func (s *simStripe) tell(call checkout.Call) string {
	if call.Kind == checkout.MakeRefund {
		return refundIntent(call)
	}
	if i := s.of(call.Path); i != nil {
		return i.id
	}
	return ""
}

func simAnswer(ans checkout.Answer) string {
	switch {
	case ans.NoAnswer:
		return "no answer"
	case ans.NotDone:
		return "not done"
	case ans.Refund != nil:
		return ans.Refund.ID + " " + string(ans.Refund.State)
	case ans.Intent != nil:
		return ans.Intent.ID + " " + ans.Intent.Seen.Status + " " + ans.Error
	}
	return ans.Customer + ans.Error
}

func (s *simStripe) work(call checkout.Call) checkout.Answer {
	form, _ := url.ParseQuery(call.Body)
	switch call.Kind {
	case checkout.CreateCustomer:
		id := "cus_" + strconv.Itoa(len(s.customers)+1)
		s.customers[id] = true
		return checkout.Answer{Customer: id}
	case checkout.CreateIntent:
		return s.create(form)
	case checkout.MakeRefund:
		return s.refund(form)
	}
	i := s.of(call.Path)
	switch {
	case i == nil:
		return checkout.Answer{Error: "resource_missing", Param: "intent"}
	case strings.HasSuffix(call.Path, "/confirm"):
		if i.status != needsMethod && i.status != needsAction {
			return checkout.Answer{Error: "payment_intent_unexpected_state"}
		}
		return s.confirm(i, form)
	case strings.HasSuffix(call.Path, "/cancel"):
		if i.status == succeeded || i.status == canceled {
			return checkout.Answer{Error: "payment_intent_unexpected_state"}
		}
		s.w.checkCancel(i)
		i.status, i.reason = canceled, "abandoned"
	case strings.HasSuffix(call.Path, "/capture"):
		return s.capture(i, form)
	default:
		i.ref = form.Get("metadata[order_id]")
	}
	return s.answer(i, "")
}

func (s *simStripe) of(path string) *simIntent {
	rest, ok := strings.CutPrefix(path, "/v1/payment_intents/")
	if !ok {
		return nil
	}
	id, _, _ := strings.Cut(rest, "/")
	return s.find(id)
}

func (s *simStripe) find(id string) *simIntent {
	for _, i := range s.intents {
		if i.id == id {
			return i
		}
	}
	return nil
}

func (s *simStripe) create(form url.Values) checkout.Answer {
	customer := form.Get("customer")
	if !s.customers[customer] {
		return checkout.Answer{Error: "resource_missing", Param: "customer"}
	}
	if s.spent[form.Get("confirmation_token")] {
		return checkout.Answer{Error: "invalid_request_error", Param: "confirmation_token"}
	}
	amount, _ := strconv.ParseInt(form.Get("amount"), 10, 64)
	meta := func(name string) string { return form.Get("metadata[stripesecure_" + name + "]") }
	i := &simIntent{
		id: "pi_" + strconv.Itoa(len(s.intents)+1), customer: customer, amount: amount,
		currency: strings.ToUpper(form.Get("currency")), attempt: meta("attempt"), of: meta("checkout"), shop: meta("shop"),
		ref: form.Get("metadata[order_id]"), capture: form.Get("capture_method"), status: needsMethod, created: s.w.now,
	}
	_, i.gen, _ = PaymentID(meta("payment")).split()
	i.signed = s.w.servers[0].plugin.sign.verifyMetadata(i.shop, i.of, i.attempt, meta("signature"))
	s.intents = append(s.intents, i)
	return s.confirm(i, form)
}

// confirm charges a card; its token or id says what becomes of it.
func (s *simStripe) confirm(i *simIntent, form url.Values) checkout.Answer {
	card := form.Get("confirmation_token")
	if s.spent[card] {
		return checkout.Answer{Error: "invalid_request_error", Param: "confirmation_token"}
	}
	if card != "" {
		s.spent[card] = true
	} else {
		card = form.Get("payment_method")
	}
	switch kind := strings.Split(card, "_")[1]; {
	case kind == "declined":
		i.charges++
		return s.decline(i, "card_declined/insufficient_funds")
	case kind == "3ds" || form.Get("payment_method_options[card][request_three_d_secure]") == "challenge":
		i.status, i.err = needsAction, ""
	default:
		s.hold(i)
	}
	return s.answer(i, "")
}

// hold is the bank's yes.
func (s *simStripe) hold(i *simIntent) {
	i.charges++
	i.err = ""
	i.status, i.charged, i.holds = needsCapture, s.w.now, s.w.now+simHoldLife
	if i.capture != "manual" {
		s.w.checkCapture(i, i.amount)
		i.take(i.amount)
		i.byUs = true
	}
}

func (s *simStripe) decline(i *simIntent, code string) checkout.Answer {
	i.status, i.err = needsMethod, code
	if i.tries++; s.w.maxTries > 0 && i.tries >= s.w.maxTries {
		i.status = canceled
	}
	return s.answer(i, code)
}

func (s *simStripe) answer(i *simIntent, code string) checkout.Answer {
	in := s.picture(i)
	return checkout.Answer{Intent: &in, Error: code}
}

// picture is the object as Stripe shows it now.
func (s *simStripe) picture(i *simIntent) checkout.Intent {
	in := checkout.Intent{
		ID: i.id, Amount: i.amount, Currency: i.currency, Customer: i.customer, CaptureMethod: i.capture,
		Attempt: i.attempt, Checkout: i.of, Ref: i.ref, Signed: i.signed, Cancelled: i.reason,
		ClientSecret: i.id + simSecret, Seen: checkout.Seen{Status: i.status, Error: i.err},
	}
	if i.charges > 0 {
		in.Seen.Charge = "ch_" + i.id + "_" + strconv.Itoa(i.charges)
	}
	switch i.status {
	case needsCapture:
		in.Seen.ChargedAt = simEpoch.Add(i.charged).Truncate(time.Second)
		in.Seen.CaptureBefore = simEpoch.Add(i.holds)
	case succeeded:
		in.Seen.Received, in.Seen.Refunded, in.Seen.Disputed = i.received, i.refunded(), i.disputed != ""
	}
	return in
}

// authenticate is the end of 3-D Secure in the buyer's browser.
func (s *simStripe) authenticate(i *simIntent, passed bool) {
	if i.status != needsAction {
		return
	}
	s.twin.authenticates(i, passed)
	if passed {
		s.hold(i)
	} else {
		s.decline(i, "payment_intent_authentication_failure")
	}
	s.w.notef("stripe: 3-D Secure of %s: %s", i.id, i.status)
	s.changed(i)
}

// expire releases the holds that nobody captured in time.
func (s *simStripe) expire() {
	for _, i := range s.intents {
		if i.status == needsCapture && i.holds <= s.w.now {
			i.status, i.reason, i.outside = canceled, "automatic", true
			s.changed(i)
		}
	}
}
