package stripesecure

import (
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
)

// Deliberate bugs of what happens after the order.

// forRefunds changes the refunds of a row.
func forRefunds(change func(*checkout.Refund)) func(*simWorld, *checkout.Row) {
	return forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
		for _, f := range a.Matters.Refunds {
			change(f)
		}
	})
}

func clerks(c *simConfig) { c.clerks, c.luck = 2, max(c.luck, 15) }

func clerksAndDashboard(c *simConfig) { c.clerks, c.dashboard = 2, true }

func captureMutants() []*simMutant {
	return []*simMutant{
		{name: "a partial capture takes all", caught: "R", shape: clerks,
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.Call != nil && a.Call.Kind == checkout.Settle {
					pairs := strings.Split(a.Call.Body, "&")
					pairs = slices.DeleteFunc(pairs, func(p string) bool { return strings.HasPrefix(p, "amount_to_capture=") })
					a.Call.Body = strings.Join(pairs, "&")
				}
			})},
		{name: "the second clerk's amount counts", caught: "R B", shape: func(c *simConfig) { unlucky(c); clerks(c); c.automatic = false },
			row: forAttempts(func(w *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				c := w.till.captures[paymentID(string(simCart), a.Gen)]
				if a.State == checkout.Placed && a.ToCapture > 0 && c.asked[len(c.asked)-1] > 0 {
					a.ToCapture = min(c.asked[len(c.asked)-1], a.Amount)
				}
			})},
		{name: "a capture that was asked for is forgotten", caught: "R", shape: func(c *simConfig) { unlucky(c); clerks(c) },
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if a.State == checkout.Placed && a.Call == nil && a.ToCapture > 0 {
					a.ToCapture, a.Settled = 0, true
				}
			})},
		{name: "captured above the hold", caught: "B", shape: clerks,
			row: forAttempts(func(_ *simWorld, r *checkout.Row, a *checkout.Attempt) {
				if a.Call != nil && a.Call.Kind == checkout.Settle {
					a.Call.Body = strings.ReplaceAll(a.Call.Body, "amount_to_capture=500", "amount_to_capture=5000")
				}
			})},
		{name: "a void after the capture counts as done", caught: "I9", hears: wrongStateAs(checkout.Cancel, canceled),
			shape: func(c *simConfig) { c.clerks, c.cancels, c.luck = 2, true, 40 }},
		{name: "a capture that was asked for wins over the void", caught: "I8 B2 C R G D",
			shape: func(c *simConfig) { c.clerks, c.cancels, c.luck = 2, true, 100 },
			row: func(w *simWorld, r *checkout.Row) {
				old, a := w.store.now, r.Current()
				if old == nil || old.Current() == nil || a == nil || a.State != checkout.Cancelling {
					return
				}
				if was := old.Current(); was.State == checkout.Placed && was.ToCapture > 0 {
					a.State, a.ToCapture, r.Order, r.End = checkout.Placed, was.ToCapture, old.Order, nil
				}
			}},
	}
}

func refundMutants() []*simMutant {
	made := func(w *simWorld) checkout.Answer {
		return checkout.Answer{Refund: &checkout.RefundSeen{ID: "re_" + w.newID(), State: checkout.RefundSucceeded}}
	}
	return []*simMutant{
		{name: "each click is an operation", caught: "R", shape: clerks}, // RFD-03
		{name: "the key changes when a refund is sent again", caught: "R", shape: clerks,
			row: forRefunds(func(f *checkout.Refund) {
				if c := f.Call; c != nil && c.Sends > 1 && !strings.HasSuffix(c.Key, "-"+string(rune('0'+c.Sends))) {
					c.Key += "-" + string(rune('0'+c.Sends))
				}
			})},
		{name: "a refund is stored after it is sent", caught: "I7", shape: clerks,
			late: func(w *simWorld) bool {
				return slices.ContainsFunc(w.made.row.Attempts, func(a *checkout.Attempt) bool {
					return slices.ContainsFunc(a.Matters.Refunds, func(f *checkout.Refund) bool { return f.Call != nil && f.Call.Sends == 1 })
				})
			}},
		{name: "a refund without an answer counts as refused", caught: "R", shape: clerks,
			hears: func(_ *simWorld, call checkout.Call, got *checkout.Answer) {
				if call.Kind == checkout.MakeRefund && got.NoAnswer {
					*got = checkout.Answer{Error: "api_error"}
				}
			}},
		{name: "a refund without an answer counts as made", caught: "R I8", shape: clerks,
			hears: func(w *simWorld, call checkout.Call, got *checkout.Answer) {
				if call.Kind == checkout.MakeRefund && got.NoAnswer {
					*got = made(w)
				}
			}},
		{name: "refunded only here", caught: "R I8", shape: clerks,
			sends: func(w *simWorld, call *checkout.Call) (checkout.Answer, bool) {
				return made(w), call.Kind == checkout.MakeRefund
			}},
		{name: "a refused refund is sent again", caught: "I8 R E", shape: clerksAndDashboard,
			row: forRefunds(func(f *checkout.Refund) {
				if f.State == checkout.RefundRefused {
					f.State = checkout.RefundWanted
				}
			})},
		{name: "more is refunded than was decided", caught: "R", shape: clerks,
			row: forRefunds(func(f *checkout.Refund) {
				if f.Call != nil {
					f.Call.Body = strings.ReplaceAll(f.Call.Body, "amount=250", "amount=300")
				}
			})},
		{name: "what a clerk has decided is forgotten", caught: "R I8", shape: clerks,
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				a.Matters.Refunds = slices.DeleteFunc(a.Matters.Refunds, func(f *checkout.Refund) bool {
					return f.State == checkout.RefundWanted && f.Call != nil && f.Call.Sends > 1
				})
			})},
	}
}

func matterMutants() []*simMutant {
	return []*simMutant{
		{name: "the Dashboard's refunds are not seen", caught: "R", shape: clerksAndDashboard,
			money: func(_ *simWorld, seen *checkout.MattersSeen) {
				seen.Refunds = slices.DeleteFunc(seen.Refunds, func(f checkout.RefundSeen) bool { return f.Op == "" })
			}},
		{name: "the rest of a partial capture counts as a refund", caught: "R", shape: clerks, // CAP: the hold's rest was never taken
			money: func(_ *simWorld, seen *checkout.MattersSeen) {
				for n := range seen.Refunds {
					seen.Refunds[n].Release = false
				}
			}},
		{name: "a refund that the bank refuses stays done", caught: "R", shape: func(c *simConfig) { c.clerks, c.badBanks = 2, true }, // RFD-05
			money: func(_ *simWorld, seen *checkout.MattersSeen) {
				for n := range seen.Refunds {
					if seen.Refunds[n].State == checkout.RefundFailed {
						seen.Refunds[n].State = checkout.RefundSucceeded
					}
				}
			}},
		{name: "disputes are not read", caught: "R", shape: clerksAndDashboard,
			money: func(_ *simWorld, seen *checkout.MattersSeen) { seen.Disputes = nil }},
		{name: "nobody looks again at a dispute", caught: "R", shape: clerksAndDashboard,
			row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
				if len(a.Matters.Disputes) > 0 {
					a.Refresh = false
					a.Matters.LookAt = a.At.AddDate(10, 0, 0)
				}
			})},
	}
}
