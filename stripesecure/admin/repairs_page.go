package admin

import (
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
)

// repairsShown is how many differences are gone through at once: Stripe is asked
// about each.
const repairsShown = 20

// repairsView is what can be repaired of the last comparison, or what was.
type repairsView struct {
	At   time.Time
	Rows []repairRow
	Can  int   // rows that the button does something about
	More int64 // differences that are only in the report
	Did  bool
}

type repairRow struct {
	Title, Intent, Order string
	Text                 string
	Failed               bool
}

// showRepairs says what would be done, and changes nothing.
func (p *pages) showRepairs(q *request) error { return q.repairs(false) }

// repair does what is due anyway, as the sweep would ([reconcile.Repairs]).
func (p *pages) repair(q *request) error {
	if _, err := q.readForm(nil, nil, nil); err != nil {
		return err
	}
	return q.repairs(true)
}

func (q *request) repairs(do bool) error {
	digest, err := q.digest()
	if err != nil {
		return err
	}
	view := repairsView{At: digest.At, Did: do}
	var changes []Changed
	options := reconcile.RepairOptions{Do: do, Order: q.method.Order}
	for r, err := range reconcile.Repairs(q.Context(), q.method.Plugin, view.first(digest), options) {
		if err != nil {
			return err
		}
		intent, _, _ := strings.Cut(r.Finding.PaymentIntent, "_secret_")
		view.Rows = append(view.Rows, repairRow{
			Title: r.Finding.Class.Title(q.lang), Intent: intent, Order: r.Finding.OrderID, Text: r.Text(q.lang), Failed: r.Err != nil,
		})
		switch {
		case r.Done:
			changes = append(changes, Changed{Field: "repaired", From: r.Step.String(), To: intent})
		case r.Step == reconcile.RepairRecheck, r.Step == reconcile.RepairVoid:
			view.Can++
		}
	}
	q.repaired(changes)
	q.render(http.StatusOK, "repairs", view)
	return nil
}

// first yields the most urgent differences about which somebody has to do
// something.
func (v *repairsView) first(digest *reconcile.Digest) iter.Seq2[reconcile.Finding, error] {
	return func(yield func(reconcile.Finding, error) bool) {
		shown := 0
		for _, group := range digest.Groups {
			todo := slices.DeleteFunc(slices.Clone(group.Findings), func(f reconcile.Finding) bool {
				return f.Action == reconcile.None || f.Action == reconcile.Wait
			})
			if len(todo) == 0 {
				continue
			}
			some := todo[:min(len(todo), repairsShown-shown)]
			shown += len(some)
			v.More += group.Count - int64(len(some)) // a report keeps the first of a group only
			for _, f := range some {
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

// repaired writes to the log what was done, and compares anew, so that the report
// does not go on telling of it.
func (q *request) repaired(changes []Changed) {
	if len(changes) == 0 {
		return
	}
	logger := q.p.opts.Logger
	if err := q.note(Change{Action: ActionRepair, Fields: changes}); err != nil {
		logger.ErrorContext(q.Context(), "admin: not in the log", "action", ActionRepair, "payments", len(changes), "by", q.clerk.Name, "error", err)
	}
	if q.method.Compare == nil {
		return
	}
	if err := q.method.Compare(q.Context()); err != nil {
		logger.WarnContext(q.Context(), "admin: comparison failed", "error", err)
	}
}
