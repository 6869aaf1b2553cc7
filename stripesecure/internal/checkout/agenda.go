package checkout

import (
	"slices"
	"time"
)

// The protocol's times. Safety rests on none of them: they only decide how
// soon the promise is kept.
const (
	// CallTimeout is the client's time-out of one call to Stripe.
	CallTimeout = 20 * time.Second
	// resendWindow is how long a create without an answer is sent again while
	// the buyer is there.
	resendWindow = 2 * time.Minute
	// findAfter is when a create without an answer is looked for by list,
	// counted from its last time-out.
	findAfter = time.Minute
	// abandonAfter ends every attempt without an order, from its last try: soon
	// enough that the next sweep has cancelled it within 60 minutes (rule 9).
	abandonAfter = 59 * time.Minute
	// placeAfter is when the sweep places an order for a buyer who has gone,
	// counted from the authorisation and not from when we saw it.
	placeAfter = 30 * time.Second
	// releaseAfter ends a hold that nobody placed an order for.
	releaseAfter = 30 * time.Minute
	// warnBefore is how long before its end a hold is reported.
	warnBefore = 48 * time.Hour
	// keyLife is how long a key is used; Stripe may forget it after 24 hours.
	keyLife = 23 * time.Hour
	// maxFailures ends what is only for the record, and makes a finding of
	// what is not.
	maxFailures = 10
)

// strays are looked for this long after their row was closed.
var strays = []time.Duration{2 * time.Minute, 10 * time.Minute, 60 * time.Minute}

// looks are the sweep's reads of an attempt that waits for its buyer. Most
// buyers authenticate within three minutes, and some leave right after: so long
// every sweep looks. Banks give up after ten; the last look is before the end.
var looks = slices.Concat(
	every(30*time.Second, 3*time.Minute), every(time.Minute, 10*time.Minute)[3:], every(10*time.Minute, 50*time.Minute)[1:],
	[]time.Duration{58 * time.Minute},
)

func every(step, end time.Duration) (times []time.Duration) {
	for at := step; at <= end; at += step {
		times = append(times, at)
	}
	return times
}

// Policy is what the plugin's options say.
type Policy struct {
	Orders    bool // the host places orders when asked
	HostFirst bool // the host commits the order before the buyer pays
}

// Command is the next thing to do. It names what it is about, so that its
// outcome can be recorded on a row that has changed meanwhile.
type Command struct {
	Kind    Kind
	Attempt *Attempt
	Gen     int
	Seq     int
	Refund  *Refund // of MakeRefund
}

// item is something that becomes due: a command, or a deadline that changes the
// row by itself.
type item struct {
	at       time.Time
	until    time.Time // not from then on; zero: no end
	cmd      Command
	deadline func(now time.Time)
}

// Next returns what to do now, if anything. Deadlines that have passed take
// effect on the way. present: the buyer is here and waits for the answer.
func (r *Row) Next(p Policy, now time.Time, present bool) (Command, bool) {
	for {
		due := func() *item {
			for _, it := range r.agenda(p, present) {
				if !it.at.After(now) && (it.until.IsZero() || now.Before(it.until)) {
					return &it
				}
			}
			return nil
		}()
		if due == nil {
			return Command{}, false
		}
		if due.deadline == nil {
			return due.cmd, true
		}
		due.deadline(now)
	}
}

// Due is when the row needs somebody, zero if never. While a lease runs its
// owner is at work.
func (r *Row) Due(p Policy, present bool) time.Time {
	var due time.Time
	for _, it := range r.agenda(p, present) {
		if due.IsZero() || it.at.Before(due) {
			due = it.at
		}
		if due.IsZero() {
			due = time.Unix(1, 0).UTC() // at once
		}
	}
	if !due.IsZero() && r.Lease.Until.After(due) {
		return r.Lease.Until
	}
	return due
}

// agenda lists everything that is to be done, the most urgent first.
func (r *Row) agenda(p Policy, present bool) []item {
	var items []item
	if r.End != nil && !r.End.Closed {
		items = append(items, item{at: r.End.NextAt, cmd: Command{Kind: CloseKey, Gen: r.Gen}})
	}
	for _, a := range slices.Backward(r.Attempts) {
		items = append(items, r.plan(a, p, present)...)
	}
	if r.NotNeeded && r.Order == nil && r.End == nil && p.Orders && present {
		items = append(items, item{at: r.PlaceAt, cmd: Command{Kind: PlaceOrder, Gen: r.Gen}})
	}
	if it, ok := r.unpaid(); ok {
		items = append(items, it)
	}
	if len(r.Untold) > 0 && !r.Parked {
		n := r.Untold[0]
		items = append(items, item{at: r.TellAt, cmd: Command{Kind: Tell, Gen: n.Gen, Seq: n.Seq}})
	}
	return items
}

// unpaid: an order without a live attempt is due, whichever came first.
func (r *Row) unpaid() (item, bool) {
	if r.Order == nil || r.Failed || r.NotNeeded || r.Live() != nil {
		return item{}, false
	}
	if a := r.Current(); a != nil && (a.State == Captured || a.State == Expired) {
		return item{}, false
	}
	since := r.OrderAt
	if a := r.Current(); a != nil {
		since = latest(since, r.lastTry(a).At)
	}
	return item{at: since.Add(abandonAfter), deadline: func(time.Time) {
		r.Failed = true
		r.news()
	}}, true
}

func (r *Row) plan(a *Attempt, p Policy, present bool) []item {
	do := func(at time.Time, kind Kind) item {
		return item{at: at, cmd: Command{Kind: kind, Attempt: a, Gen: a.Gen}}
	}
	switch a.State {
	case Creating:
		return r.planCreate(a, present, do)
	case Waiting:
		return r.planWaiting(a, present, do)
	case Offered:
		return r.planOffered(a, p, present, do)
	case Placed:
		return r.planPlaced(a, do)
	case Captured:
		return append(r.planCaptured(a, p, present, do), r.planMatters(a)...)
	case Cancelling:
		return r.planCancel(a, do)
	case Vanished:
		if a.Looks < len(strays) {
			return []item{do(latest(a.ClosedAt.Add(strays[a.Looks]), a.NextAt), Find)}
		}
	}
	return nil
}

type planner func(at time.Time, kind Kind) item

// planCreate: the same key and body again while the buyer is here, then only
// reading. Without an intent there can be no hold, so a customer without an
// answer just ends the try.
func (r *Row) planCreate(a *Attempt, present bool, do planner) []item {
	giveUp := func(now time.Time) {
		a.State, a.Refusal, a.Call = Refused, "no_answer", nil
		r.lastTry(a).Decline = "no_answer"
		r.afterAttempt(a, now)
	}
	kind := CreateIntent
	if a.Customer == "" {
		kind = CreateCustomer
	}
	if a.Call == nil {
		if present && !r.straying(a) {
			return []item{do(a.NextAt, kind)}
		}
		return []item{{at: r.Touched.Add(resendWindow), deadline: giveUp}}
	}
	var items []item
	closes := a.Call.First.Add(resendWindow)
	if present {
		again := do(a.NextAt, a.Call.Kind)
		again.until = closes
		items = append(items, again)
	}
	if a.Call.Kind == CreateCustomer {
		return append([]item{{at: closes, deadline: giveUp}}, items...)
	}
	find := a.lastTimeout().Add(findAfter)
	if present {
		find = latest(find, closes)
	}
	return append([]item{do(latest(find, a.NextAt), Find)}, items...)
}

func (a *Attempt) lastTimeout() time.Time { return a.Call.Last.Add(CallTimeout) }

func (r *Row) planWaiting(a *Attempt, present bool, do planner) []item {
	if a.Call != nil {
		if a.Call.NotDone && present {
			return []item{do(a.NextAt, a.Call.Kind)}
		}
		return []item{do(a.NextAt, Read)}
	}
	if a.Seen.Status == "requires_capture" {
		return nil // held while the key is asked for; its answer decides
	}
	try := r.lastTry(a)
	items := []item{{at: try.At.Add(abandonAfter), deadline: func(now time.Time) { r.cancel(a, now) }}}
	switch {
	case a.Reread:
		items = append(items, do(a.NextAt, Read))
	case !try.Sent && present && a.Seen.Status == "requires_payment_method" && !r.straying(a):
		items = append(items, do(a.NextAt, Confirm))
	case a.Looks < len(looks):
		items = append(items, do(latest(try.At.Add(looks[a.Looks]), a.NextAt), Read))
	}
	return items
}

func (r *Row) planOffered(a *Attempt, p Policy, present bool, do planner) []item {
	if r.End != nil {
		return nil // the key's answer decides
	}
	end := func(now time.Time) { r.end(&End{Reason: Abandoned, At: now}) }
	over := item{at: r.lastTry(a).At.Add(abandonAfter), deadline: end}
	if !p.Orders {
		return []item{{at: a.AuthorizedAt.Add(releaseAfter), deadline: end}, over}
	}
	at := a.AuthorizedAt.Add(placeAfter)
	if present {
		at = time.Time{}
	}
	return []item{over, do(latest(at, r.PlaceAt), PlaceOrder)}
}

func (r *Row) planPlaced(a *Attempt, do planner) []item {
	var items []item
	if ends := a.Seen.CaptureBefore; !ends.IsZero() && !r.found("hold_expiring") {
		// Also while a capture is being tried: it may go on failing.
		items = append(items, item{at: ends.Add(-warnBefore), deadline: func(now time.Time) { r.find("hold_expiring", now) }})
	}
	switch {
	case a.Call != nil && a.Call.NotDone:
		return append(items, do(a.NextAt, a.Call.Kind))
	case a.Call != nil, a.Reread:
		return append(items, do(a.NextAt, Read))
	case !a.Settled:
		settle := do(a.NextAt, Settle)
		if ends := a.Seen.CaptureBefore; !ends.IsZero() {
			settle.until = ends.Add(5 * time.Minute)
			items = append(items, do(latest(settle.until, a.NextAt), Read))
		}
		return append(items, settle)
	case a.Seen.CaptureBefore.IsZero():
		return nil
	}
	items = append(items, do(latest(a.Seen.CaptureBefore.Add(5*time.Minute), a.NextAt), Read))
	if a.Automatic && a.Seen.InReview {
		items = append(items, do(latest(a.AuthorizedAt.Add(time.Duration(a.Looks)*time.Hour), a.NextAt), Read))
	}
	return items
}

// planCaptured: somebody captured before the host had an order; the order may
// still be made, and its ref belongs to Stripe.
func (r *Row) planCaptured(a *Attempt, p Policy, present bool, do planner) []item {
	switch {
	case a != r.Current() || r.KeyClosed:
		return nil
	case r.Order == nil && r.End == nil && p.Orders && r.PlaceFails < maxFailures:
		at := a.AuthorizedAt.Add(placeAfter)
		if present {
			at = time.Time{}
		}
		return []item{do(latest(at, r.PlaceAt), PlaceOrder)}
	case r.Order == nil && r.End == nil:
		// Nobody has told of an order for half an hour: the key knows.
		return []item{{at: a.AuthorizedAt.Add(releaseAfter), deadline: func(now time.Time) {
			r.end(&End{Reason: Abandoned, At: now})
		}}}
	case r.Order != nil && a.Tagged != r.Order.Ref && a.Failures < maxFailures:
		return []item{do(a.NextAt, Tag)}
	}
	return nil
}

func (r *Row) planCancel(a *Attempt, do planner) []item {
	switch {
	case a.Intent == "" && a.Call != nil && a.Call.Kind == CreateIntent:
		return []item{do(latest(a.lastTimeout().Add(findAfter), a.NextAt), Find)}
	case a.Intent == "":
		return []item{{deadline: func(now time.Time) {
			a.State, a.Refusal, a.Call = Refused, "never_sent", nil
			r.afterAttempt(a, now)
		}}}
	case a.Reread, a.Call != nil && !a.Call.NotDone:
		return []item{do(a.NextAt, Read)}
	case a.Call != nil:
		return []item{do(a.NextAt, a.Call.Kind)}
	case r.End != nil && r.End.Label != "" && a.Gen == r.Gen && a.Tagged != r.End.Label:
		return []item{do(a.NextAt, Tag)}
	}
	return []item{do(a.NextAt, Cancel)}
}

func (r *Row) found(code string) bool {
	for _, f := range r.Findings {
		if f.Code == code {
			return true
		}
	}
	return false
}

// Arm stores a POST on its attempt before it is sent: a new key and body, or
// the ones that were stored before.
func (c Command) Arm(key, path, body string, now time.Time) *Call {
	call := c.Call()
	if call != nil && call.Kind == c.Kind {
		call.Doubt = call.Doubt || !call.NotDone
	}
	if call != nil && call.Kind == c.Kind && (now.Sub(call.First) < keyLife || c.Kind == CreateIntent) {
		call.Last, call.NotDone = now, false
		call.Sends++
		if c.Refund != nil {
			c.Refund.Failure = "" // what the last sending was told no longer decides
		}
		return call
	}
	call = &Call{Kind: c.Kind, Key: key, Path: path, Body: body, First: now, Last: now, Sends: 1}
	if c.Refund != nil {
		c.Refund.Call = call
		return call
	}
	c.Attempt.Call = call
	if c.Kind == CreateIntent || c.Kind == Confirm {
		c.Attempt.Tries[len(c.Attempt.Tries)-1].Sent = true
	}
	return call
}

// Call is the POST that is stored for the command, nil before the first Arm.
func (c Command) Call() *Call {
	if c.Refund != nil {
		return c.Refund.Call
	}
	return c.Attempt.Call
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
