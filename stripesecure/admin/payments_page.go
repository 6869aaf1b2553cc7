package admin

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// paymentsView is the page 決済: the payments of the host's orders, the newest
// first, and what waits for somebody.
type paymentsView struct {
	Listed  bool // the host lists its payments
	Find    string
	Unfound bool
	Rows    []paymentRow
	Newer   int // pages; 0: there is none
	Older   int
	Inbox   []stripesecure.Pending
	Outbox  []stripesecure.Untold
	Report  *reportView
	Compare bool // now, by a button
	Done    string
	Failed  string
}

// paymentRow is a payment in a list. It holds no personal data.
type paymentRow struct {
	ID       string
	Ref      string
	Total    stripesecure.Money
	State    string // for people
	Level    string
	Card     string
	Until    time.Time // the hold ends
	Soon     bool      // within two days
	Findings int
	Test     bool
}

const paymentsPage = 30

func (p *pages) showPayments(q *request) error {
	query := q.URL.Query()
	find := strings.TrimSpace(query.Get("find"))
	view := paymentsView{Listed: q.method.Payments != nil}
	if !sensitive(find) {
		view.Find = shorten(find, 80)
	}
	if find != "" {
		_, err := q.method.Plugin.Payment(q.Context(), stripesecure.PaymentID(find))
		if err == nil {
			return q.redirect(p.address(q.method.ID, "payments", url.PathEscape(find)))
		}
		if !errors.Is(err, stripesecure.ErrNotFound) && !errors.Is(err, stripesecure.ErrInvalid) {
			return err
		}
		view.Unfound = true
	}
	if err := q.listPayments(&view, query.Get("page")); err != nil {
		return err
	}
	var err error
	if view.Inbox, err = q.method.Plugin.Inbox(q.Context()); err != nil {
		return err
	}
	if view.Outbox, err = q.method.Plugin.Outbox(q.Context()); err != nil {
		return err
	}
	if view.Report, err = q.reportView(); err != nil {
		return err
	}
	view.Compare = q.method.Compare != nil
	switch done := query.Get("done"); done {
	case ActionNews, ActionCompare, "comparing":
		view.Done = "done." + done
	case "uncompared":
		view.Failed = "done." + done
	}
	q.render(http.StatusOK, "payments", view)
	return nil
}

func (q *request) listPayments(view *paymentsView, page string) error {
	if !view.Listed {
		return nil
	}
	number, _ := strconv.Atoi(page) // what is no number is the first page
	number = min(max(number, 1), 1_000_000)
	ids, err := q.method.Payments(q.Context(), (number-1)*paymentsPage, paymentsPage+1)
	if err != nil {
		return err
	}
	view.Newer = number - 1
	if len(ids) > paymentsPage {
		ids, view.Older = ids[:paymentsPage], number+1
	}
	for _, id := range ids {
		pay, err := q.method.Plugin.Payment(q.Context(), id)
		if errors.Is(err, stripesecure.ErrNotFound) {
			continue // of another plugin, or older than the store
		}
		if err != nil {
			return err
		}
		view.Rows = append(view.Rows, q.paymentRow(pay))
	}
	return nil
}

// soon is when a hold that ends is shown in red.
const soon = 48 * time.Hour

func (q *request) paymentRow(pay stripesecure.Payment) paymentRow {
	row := paymentRow{
		ID: string(pay.ID), Total: pay.Total, State: wording.Merchant("state."+string(pay.State), q.lang), Level: stateLevel(pay),
		Findings: len(pay.Findings), Test: pay.Environment == settings.Test,
	}
	if pay.Order != nil {
		row.Ref, row.Total = shorten(pay.Order.Ref, 60), pay.Order.Total
	}
	if pay.Card.Last4 != "" {
		row.Card = pay.Card.Name() + " •••• " + pay.Card.Last4
	}
	if pay.State == stripesecure.StateHeld && !pay.CaptureBefore.IsZero() {
		row.Until = pay.CaptureBefore
		row.Soon = pay.CaptureBefore.Sub(q.p.opts.Now()) < soon
	}
	return row
}

// stateLevel colours a state; the word says the same.
func stateLevel(pay stripesecure.Payment) string {
	switch pay.State {
	case stripesecure.StateHeld:
		return "test"
	case stripesecure.StateCaptured, stripesecure.StateNotNeeded:
		return levelGood
	case stripesecure.StateExpired, stripesecure.StateFailed, stripesecure.StateUnknown:
		return "live"
	default:
	}
	return "off"
}

// paymentView is the page of one payment.
type paymentView struct {
	paymentRow

	Pay       stripesecure.Payment
	Moments   []momentView
	Findings  []string
	ThreeDS   string
	Dashboard string
	Refunds   []refundView
	// Duplicates were captured of the same checkout beside this payment.
	Duplicates []stripesecure.Duplicate
	Duplicate  string // the one that is asked about

	Capture, Void, Refund bool // what can be done
	Amount, Left          string
	Operation             string // id of the refund that this page may make
	Reason                string
	Note                  string
	Advice                string // what to do where no money is held
	Confirm               string // "", or what is asked once more
	Asked                 stripesecure.Money
	Refused               string // why it was not done
	Fault                 string // of the amount or the note
	Done                  string
}

type momentView struct {
	At     time.Time
	Text   string
	Amount stripesecure.Money
	Detail string
}

type refundView struct {
	stripesecure.Refunded

	Stands string
}

func (p *pages) showPayment(q *request) error {
	view, err := q.payment()
	if err != nil {
		return err
	}
	switch done := q.URL.Query().Get("done"); done {
	case ActionCapture, ActionVoid, ActionRefund, ActionDuplicate:
		view.Done = "done." + done
	}
	q.render(http.StatusOK, "payment", view)
	return nil
}

func (q *request) payment() (paymentView, error) {
	id := stripesecure.PaymentID(q.PathValue("payment"))
	pay, err := q.method.Plugin.Payment(q.Context(), id)
	if errors.Is(err, stripesecure.ErrInvalid) {
		return paymentView{}, errNotFound
	}
	if err != nil {
		return paymentView{}, err
	}
	moments, err := q.method.Plugin.Timeline(q.Context(), id)
	if err != nil {
		return paymentView{}, err
	}
	view := paymentView{paymentRow: q.paymentRow(pay), Pay: pay, Operation: rand.Text()}
	if view.Duplicates, err = q.method.Plugin.Duplicates(q.Context(), id); err != nil {
		return paymentView{}, err
	}
	for _, m := range moments {
		view.Moments = append(view.Moments, momentView{m.At, m.Text(q.lang), m.Amount, q.momentDetail(m)})
	}
	for _, f := range pay.Findings {
		view.Findings = append(view.Findings, wording.Merchant("finding."+f.Code, q.lang))
	}
	for _, r := range pay.Refunds {
		view.Refunds = append(view.Refunds, refundView{r, wording.Merchant("refund."+string(r.State), q.lang)})
	}
	switch pay.State {
	case stripesecure.StateExpired, stripesecure.StateFailed, stripesecure.StateVoided:
		// Without a PaymentIntent there was no hold that we know of, and nothing proves
		// that none comes up: "not charged" is not said (rule 8).
		if pay.State != stripesecure.StateVoided || pay.Intent != "" {
			view.Advice = wording.Merchant("advice."+string(pay.State), q.lang)
		}
	default:
	}
	if pay.ThreeDSecure != "" {
		view.ThreeDS = q.text("threeds." + known3DS(pay.ThreeDSecure))
	}
	if strings.HasPrefix(pay.Intent, "pi_") {
		view.Dashboard = "https://dashboard.stripe.com/" + map[bool]string{true: "test/"}[view.Test] + "payments/" + url.PathEscape(pay.Intent)
	}
	held := pay.State == stripesecure.StateHeld
	view.Capture = held && pay.Order != nil
	view.Void = held
	view.Refund = pay.State == stripesecure.StateCaptured && pay.Refundable().Amount.Sign() > 0
	view.Amount, view.Left = plainAmount(pay.Total), plainAmount(pay.Refundable())
	if pay.Order != nil {
		view.Amount = plainAmount(pay.Order.Total)
	}
	return view, nil
}

// plainAmount is an amount as an input has it: digits and one dot.
func plainAmount(m stripesecure.Money) string {
	number, _, _ := strings.Cut(m.String(), " ")
	return number
}

// momentDetail is what a code means, or the code.
func (q *request) momentDetail(m stripesecure.Moment) string {
	switch m.What {
	case "finding", "fraud_warning":
		return ""
	case "refund", "dispute":
		return wording.Merchant(m.What+"."+m.Detail, q.lang)
	}
	return shorten(m.Detail, 80)
}

// known3DS is the result of the authentication as far as there is a text for it.
func known3DS(result string) string {
	switch result {
	case "authenticated", "attempt_acknowledged", "exempted", "failed", "not_supported", "processing_error":
		return result
	}
	return "other"
}

// retryNews tells the host again what it has not taken.
func (p *pages) retryNews(q *request) error {
	f, err := q.readForm([]string{"payment"}, nil, nil)
	if err != nil {
		return err
	}
	id := f.last("payment")
	if err := q.method.Plugin.RetryNews(q.Context(), stripesecure.PaymentID(id)); err != nil {
		return err
	}
	if err := q.note(Change{Action: ActionNews, Fields: []Changed{{Field: "payment", To: shorten(id, 80)}}}); err != nil {
		return err
	}
	return q.redirect(p.address(q.method.ID, "payments?done="+ActionNews))
}
