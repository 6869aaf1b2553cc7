package stripesecure

import (
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// The mutants: deliberate bugs of the protocol, each with the invariants that
// notice it. DUP, ORP and WHK name the scenarios that happened to other shops.

func simMutants() []*simMutant {
	return slices.Concat(storeMutants(), keyMutants(), answerMutants(), readMutants(), strayMutants(), fenceMutants(), orderMutants(), hostMutants(),
		captureMutants(), refundMutants(), matterMutants(), secretMutants())
}

// forAttempts changes the attempts of a row.
func forAttempts(change func(*simWorld, *checkout.Row, *checkout.Attempt)) func(*simWorld, *checkout.Row) {
	return func(w *simWorld, r *checkout.Row) {
		for _, a := range r.Attempts {
			change(w, r, a)
		}
	}
}

func armed(w *simWorld, kinds ...checkout.Kind) bool {
	a := w.made.row.Live()
	return a != nil && a.Call != nil && a.Call.Sends == 1 && slices.Contains(kinds, a.Call.Kind)
}

func storeMutants() []*simMutant {
	return []*simMutant{
		{name: "no compare-and-set", caught: "A I7 I8 I9 C D F I6 E"}, // WHK-06
		{name: "the store forgets", caught: "I7 I8 E D"},
		{name: "the sweep sees no checkouts", caught: "E"},
		{name: "a create is stored after it is sent", caught: "I7", // DUP-05, ORP-04
			late: func(w *simWorld) bool { return armed(w, checkout.CreateIntent) }},
		{name: "a cancel is stored after it is sent", caught: "I7",
			late: func(w *simWorld) bool { return armed(w, checkout.Cancel) }},
		{name: "a capture is stored after it is sent", caught: "I7",
			late: func(w *simWorld) bool { return armed(w, checkout.Settle) }},
		{name: "a lease never ends", caught: "E", row: func(_ *simWorld, r *checkout.Row) {
			if r.Lease.Owner != "" {
				r.Lease.Until = r.Lease.Until.AddDate(10, 0, 0)
			}
		}},
		{name: "the clock stands still", caught: "E", plugin: func(p *Plugin) {
			p.opts.Now = func() time.Time { return simEpoch }
		}},
	}
}

func keyMutants() []*simMutant {
	return []*simMutant{
		{name: "a fresh key for every send", caught: "I7", // DUP-05
			sends: func(w *simWorld, c *checkout.Call) (checkout.Answer, bool) {
				c.Key = w.newID()
				return checkout.Answer{}, false
			}},
		{name: "the key changes when a send is repeated", caught: "A D F I6 I9 I7", // DUP-08
			row: forAttempts(func(w *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if c := a.Call; c != nil && c.Kind == checkout.CreateIntent && c.Sends > 1 && !strings.HasSuffix(c.Key, "-"+string(rune('0'+c.Sends))) {
					c.Key += "-" + string(rune('0'+c.Sends))
				}
			})},
		{name: "the key is made from the checkout", caught: "I7", // API-02
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.Call != nil {
					a.Call.Key = r.ID + string(a.Call.Kind)
				}
			})},
		{name: "the body changes when it is sent again", caught: "I7",
			sends: func(_ *simWorld, c *checkout.Call) (checkout.Answer, bool) {
				if c.Sends > 1 {
					c.Body += "&metadata[again]=1"
				}
				return checkout.Answer{}, false
			}},
		{name: "capture_method automatic", caught: "B",
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.Call != nil && a.Call.Kind == checkout.CreateIntent {
					a.Call.Body = strings.ReplaceAll(a.Call.Body, "capture_method=manual", "capture_method=automatic")
				}
			})},
		{name: "the amount is neither sent nor read back right", caught: "D B",
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.Call != nil && a.Call.Kind == checkout.CreateIntent {
					a.Call.Body = strings.ReplaceAll(a.Call.Body, "amount=1", "amount=2")
				}
			}),
			hears: func(_ *simWorld, _ checkout.Call, ans *checkout.Answer) {
				if ans.Intent != nil && ans.Intent.Amount >= 2000 {
					ans.Intent.Amount -= 1000
				}
			},
			sees: func(_ *simWorld, in *checkout.Intent, err error) (bool, checkout.Intent) {
				if in.Amount >= 2000 {
					in.Amount -= 1000
				}
				return false, checkout.Intent{}
			}},
	}
}

// lostAs takes a call without an answer for something definite.
func lostAs(kind checkout.Kind, ans func(*simWorld, *simIntent) checkout.Answer) func(*simWorld, checkout.Call, *checkout.Answer) {
	return func(w *simWorld, call checkout.Call, got *checkout.Answer) {
		if call.Kind == kind && got.NoAnswer {
			*got = ans(w, w.stripe.of(call.Path))
		}
	}
}

func failed(*simWorld, *simIntent) checkout.Answer { return checkout.Answer{Error: "api_error"} }

func as(status string) func(*simWorld, *simIntent) checkout.Answer {
	return func(w *simWorld, i *simIntent) checkout.Answer {
		in := w.stripe.picture(i)
		in.Seen.Status = status
		return checkout.Answer{Intent: &in}
	}
}

func wrongStateAs(kind checkout.Kind, status string) func(*simWorld, checkout.Call, *checkout.Answer) {
	return func(w *simWorld, call checkout.Call, got *checkout.Answer) {
		if call.Kind == kind && got.Error == "payment_intent_unexpected_state" {
			*got = as(status)(w, w.stripe.of(call.Path))
		}
	}
}

func answerMutants() []*simMutant {
	return []*simMutant{
		{name: "a create without an answer counts as failed", caught: "I9 F I6 A D", // DUP-02
			hears: lostAs(checkout.CreateIntent, failed)},
		{name: "a create without an answer counts as held", caught: "D I9 I3 E F A", // paid is shown, and nothing is there
			hears: func(w *simWorld, call checkout.Call, got *checkout.Answer) {
				if n := len(w.stripe.intents); call.Kind == checkout.CreateIntent && got.NoAnswer && n > 2 {
					*got = as(needsCapture)(w, w.stripe.intents[n-1])
				}
			}},
		{name: "a cancel without an answer counts as done", caught: "I9", hears: lostAs(checkout.Cancel, as(canceled))},
		{name: "a capture without an answer counts as done", caught: "I9", hears: lostAs(checkout.Settle, as(succeeded))},
		{name: "a capture without an answer counts as released", caught: "I9 D", hears: lostAs(checkout.Settle, as(canceled))},
		{name: "cancelled only here", caught: "I9", // ORP: hold stays
			sends: func(w *simWorld, call *checkout.Call) (checkout.Answer, bool) {
				if call.Kind != checkout.Cancel {
					return checkout.Answer{}, false
				}
				return as(canceled)(w, w.stripe.of(call.Path)), true
			}},
		{name: "captured only here", caught: "I9",
			sends: func(w *simWorld, call *checkout.Call) (checkout.Answer, bool) {
				if call.Kind != checkout.Settle || !strings.HasSuffix(call.Path, "/capture") {
					return checkout.Answer{}, false
				}
				return as(succeeded)(w, w.stripe.of(call.Path)), true
			}},
		{name: "a cancel that Stripe refuses counts as done", caught: "I9", hears: wrongStateAs(checkout.Cancel, canceled),
			shape: func(c *simConfig) { c.cancels, c.automatic = true, true }},
		{name: "a capture that Stripe refuses counts as done", caught: "I9", hears: wrongStateAs(checkout.Settle, succeeded),
			shape: func(c *simConfig) { c.dashboard, c.automatic = true, true }},
		{name: "a decline counts as the end of the PaymentIntent", caught: "I9 I6",
			hears: func(_ *simWorld, _ checkout.Call, got *checkout.Answer) {
				if got.Intent != nil && strings.HasPrefix(got.Error, "card_declined") {
					got.Intent.Seen.Status = canceled
				}
			}},
		{name: "a decline says that nothing was made", caught: "I9 F",
			hears: func(_ *simWorld, _ checkout.Call, got *checkout.Answer) {
				if strings.HasPrefix(got.Error, "card_declined") {
					got.Intent = nil
				}
			}},
	}
}

// readsAs shows a PaymentIntent in another state.
func readsAs(from, to string) func(*simWorld, *checkout.Intent, error) (bool, checkout.Intent) {
	return func(_ *simWorld, in *checkout.Intent, err error) (bool, checkout.Intent) {
		if err == nil && in.Seen.Status == from {
			in.Seen.Status = to
		}
		return false, checkout.Intent{}
	}
}

func readMutants() []*simMutant {
	return []*simMutant{
		{name: "the redirect is believed: back from the bank is paid", caught: "D E I9 C", sees: readsAs(needsAction, needsCapture)},
		{name: "an event is believed: held is captured", caught: "I9", sees: readsAs(needsCapture, succeeded)},             // WHK: payload written as status
		{name: "an event is believed: a late failure ends a payment", caught: "I9", sees: readsAs(needsCapture, canceled)}, // WHK-01
		{name: "back from the bank without a result is cancelled", caught: "I9", sees: readsAs(needsAction, canceled)},
		{name: "an open PaymentIntent counts as cancelled", caught: "I9", sees: readsAs(needsMethod, canceled)},
		{name: "a read without an answer counts as cancelled", caught: "I9",
			sees: func(_ *simWorld, in *checkout.Intent, err error) (bool, checkout.Intent) {
				other := *in
				other.Seen.Status = canceled
				return err != nil && in.ID != "", other
			}},
		{name: "a read without an answer counts as held", caught: "D I9 E C",
			sees: func(_ *simWorld, in *checkout.Intent, err error) (bool, checkout.Intent) {
				other := *in
				other.Seen.Status = needsCapture
				return err != nil && in.ID != "", other
			}},
	}
}

// unlucky worlds have every kind of fault, often.
func unlucky(c *simConfig) { c.luck, c.kinds = 100, 1<<faultKinds-1 }

func strayMutants() []*simMutant {
	return []*simMutant{
		{name: "blind janitors", caught: "D", // search-empty means that it did not happen, and nobody looks later
			row: nil},
		// The janitor is blind too, so a refund that fails later is noticed as well.
		{name: "closed rows are not looked after", caught: "D R", shape: unlucky,
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Vanished {
					a.Looks = 3
				}
			})},
		{name: "a stray is adopted", caught: "A D I8 I6", shape: unlucky,
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Cancelling && a.Call == nil && !a.ClosedAt.IsZero() && a.Intent != "" {
					a.State = checkout.Waiting
				}
			})},
		{name: "a stray is left alone", caught: "I9", shape: unlucky,
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Cancelling && a.Call == nil && !a.ClosedAt.IsZero() && a.Intent != "" {
					a.State = checkout.Cancelled
				}
			})},
		{name: "not found is proof", caught: "F I9", shape: unlucky,
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Vanished {
					a.State = checkout.Refused
				}
			})},
		{name: "the orphans' script: every hold without an order id is cancelled", caught: "I12 C",
			lists: func(s *simStripe) {
				for _, i := range s.intents {
					if i.status == needsCapture && i.ref == "" {
						s.w.checkCancel(i)
						i.status = canceled
					}
				}
			}},
	}
}

func fenceMutants() []*simMutant {
	return []*simMutant{
		{name: "offered under cancelling", caught: "I8 C", shape: unlucky,
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Cancelling && a.Seen.Status == needsCapture && a.Call == nil && r.End == nil {
					a.State = checkout.Offered
				}
			})},
		{name: "an offered hold is given up without asking the key", caught: "C",
			row: func(_ *simWorld, r *checkout.Row) {
				if a := r.Current(); a != nil && a.State == checkout.Offered && r.End != nil && !r.End.Closed {
					r.End.Closed, a.State = true, checkout.Cancelling
				}
			}},
		{name: "another attempt before the cancel is proven", caught: "I9 I6",
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Cancelling && a.Intent != "" && r.End == nil && a.Call == nil {
					a.State = checkout.Cancelled
				}
			})},
		{name: "the next generation too early", caught: "D E I6 B I9 A I3 F",
			row: func(_ *simWorld, r *checkout.Row) {
				if a := r.Current(); a != nil && a.State == checkout.Cancelling && a.Call == nil && r.End != nil && r.End.Closed {
					r.Gen++
					r.End, r.Order, r.Withdrawn = nil, nil, nil
				}
			}},
		{name: "the generation stays", caught: "H I8",
			row: func(w *simWorld, r *checkout.Row) {
				if old := w.store.now; old != nil && r.Gen > old.Gen {
					r.Gen, r.Ended = old.Gen, r.Ended[:len(old.Ended)]
				}
			}},
		{name: "the end of a generation is forgotten", caught: "D E H C B B2",
			row: func(_ *simWorld, r *checkout.Row) {
				if r.End != nil && r.End.Closed {
					r.End = nil
				}
			}},
		{name: "abandoned payments stay", caught: "E D",
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Waiting && a.Seen.Status == needsAction {
					a.Tries[len(a.Tries)-1].At = simEpoch.AddDate(10, 0, 0)
				}
			})},
		{name: "a captured payment is opened again", caught: "I8 I9",
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Captured {
					a.State = checkout.Waiting
				}
			})},
		{name: "a cancelled payment is cancelled again and again", caught: "E I8",
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Cancelled && a == r.Current() {
					a.State = checkout.Cancelling
				}
			})},
	}
}

// edited: the cart changes while its hold is offered to a host that commits by
// itself.
func edited(c *simConfig) {
	c.orders, c.hostFirst, c.edits, c.tabs, c.automatic = false, false, true, 3, true
}

func orderMutants() []*simMutant {
	return []*simMutant{
		{name: "captured before the order", caught: "B I3",
			row: func(_ *simWorld, r *checkout.Row) {
				if a := r.Current(); a != nil && a.State == checkout.Offered && r.Order == nil && r.End == nil {
					a.State, r.Order = checkout.Placed, &checkout.Order{Ref: "R99", Total: a.Amount, Currency: a.Currency}
				}
			}},
		{name: "nobody compares the amounts", caught: "B G",
			row: func(_ *simWorld, r *checkout.Row) {
				if a := r.Current(); a != nil && r.Order != nil && a.State == checkout.Placed {
					r.Order.Total = a.Amount
				}
			},
			shape: edited},
		{name: "the host does not compare the amounts", caught: "D", shape: edited},
		{name: "no tombstone", caught: "B B2 D G", row: func(_ *simWorld, r *checkout.Row) { r.Withdrawn = nil },
			shape: func(c *simConfig) { c.cancels = true }},
		{name: "a withdrawn order keeps its place", caught: "B2 D E C",
			row: func(_ *simWorld, r *checkout.Row) {
				if r.End != nil && r.End.Order != nil && r.Order == nil {
					r.Order, r.End = r.End.Order, nil
				}
			},
			shape: func(c *simConfig) { c.cancels = true }},
		{name: "settling is forgotten", caught: "D",
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Placed && a.Call == nil {
					a.Settled = true
				}
			})},
		{name: "an order that came before the money is forgotten", caught: "D C B E",
			row: func(_ *simWorld, r *checkout.Row) {
				if a := r.Current(); a != nil && a.State == checkout.Waiting {
					r.Order = nil
				}
			},
			shape: func(c *simConfig) { c.hostFirst = true }},
		{name: "the host is told nothing", caught: "D B2 R", row: func(_ *simWorld, r *checkout.Row) { r.Untold = nil }},
		{name: "the order's id is not written to Stripe", caught: "D",
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Placed && r.Order != nil {
					a.Tagged = r.Order.Ref
				}
			})},
	}
}

func hostMutants() []*simMutant {
	cancels := func(c *simConfig) { c.cancels, c.refuses = true, 100 }
	return []*simMutant{
		{name: "a host without order keys", caught: "G C D I3 B A"}, // ORP-03, ORP-10
		{name: "closing inserts nothing", caught: "C D G H B", shape: cancels},
		{name: "an order that is found is ignored", caught: "C D G", shape: cancels},
		{name: "the host drops an order without a word", caught: "B2 D", shape: cancels}, // ORP-08
		{name: "the host commits another total", caught: "D B"},
		{name: "an error of OrderPlaced rolls the order back", caught: "B D I3 H C"}, // ORP-06
	}
}
