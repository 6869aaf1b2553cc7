package stripesecure

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/wording"
)

// noticeFor how long a message is shown to a buyer who comes back.
const noticeLife = 30 * time.Minute

// payment is the row's payment of one generation, as the host sees it.
func (p *Plugin) payment(ctx context.Context, r *checkout.Row, gen int) Payment {
	lang := wording.Language(r.Cart.Language)
	pay := Payment{
		ID: paymentID(r.ID, gen), Checkout: CheckoutID(r.ID), Version: r.Version,
		State: State(r.State(gen)), Total: FromMinor(r.Cart.Total, r.Cart.Currency),
		Member: r.Cart.Member, Snapshot: r.Cart.Snapshot, Language: lang,
	}
	if r.Order != nil && gen == r.Gen {
		if pay.Total.Currency == "" { // the order came before the first Pay
			pay.Total = FromMinor(r.Order.Total, r.Order.Currency)
		}
		pay.Order = &Order{Ref: r.Order.Ref, Total: FromMinor(r.Order.Total, r.Order.Currency)}
	}
	for _, f := range r.Findings {
		pay.Findings = append(pay.Findings, Finding(f))
	}
	if a := r.AttemptOf(gen); a != nil {
		attemptView(&pay, a)
	}
	p.describe(ctx, &pay, r)
	return pay
}

func attemptView(pay *Payment, a *checkout.Attempt) {
	pay.Total = FromMinor(a.Amount, a.Currency)
	pay.Captured = FromMinor(a.Seen.Received, a.Currency)
	pay.Refunded = FromMinor(a.Seen.Refunded, a.Currency)
	pay.Intent, pay.Began, pay.CaptureBefore = a.Intent, a.At.UTC(), a.Seen.CaptureBefore
	pay.ThreeDSecure, pay.RiskLevel = a.Seen.ThreeDSecure, a.Seen.Risk
	pay.LiabilityShift = a.Seen.ThreeDSecure == "authenticated" || a.Seen.ThreeDSecure == "attempt_acknowledged"
	pay.Capturing = FromMinor(0, a.Currency)
	if a.State == checkout.Placed {
		pay.Capturing = FromMinor(a.ToCapture, a.Currency)
	}
	pay.InReview = a.Seen.InReview
	pay.Refunds, pay.Disputes, pay.Warnings = refundedView(a), disputesView(a), warningsView(a)
	pay.Disputed = a.Seen.Disputed && len(pay.Disputes) == 0 || slices.ContainsFunc(pay.Disputes, func(d Dispute) bool { return d.Open })
	pay.Environment, pay.Account = settings.Environment(a.Scope.Environment), a.Scope.Account
	pay.Card = Card{
		Brand: a.Seen.Brand, Last4: a.Seen.Last4, ExpMonth: a.Seen.ExpMonth, ExpYear: a.Seen.ExpYear,
		Country: a.Seen.Country, Funding: a.Seen.Funding, Wallet: a.Seen.Wallet,
	}
}

// describe adds what the settings and texts say: ③ and the mail's text.
func (p *Plugin) describe(ctx context.Context, pay *Payment, r *checkout.Row) {
	if n := r.Notice; n != nil && p.opts.Now().Sub(n.At) < noticeLife {
		pay.NoticePage = Page(n.Page)
		pay.Notice = wording.For(wording.Code(n.Code), pay.Language, p.facts(r, n.Items))
	}
	s, err := p.opts.Settings.Settings(ctx)
	if err == nil {
		pay.OrderStatus = s.OrderStatus
	}
	p.hookStatus(ctx, pay)
	if err != nil {
		return
	}
	if r.NotNeeded {
		return
	}
	capture := wording.Capture(s.Capture)
	if a := r.Current(); a != nil {
		capture = map[bool]wording.Capture{true: wording.CaptureAutomatic, false: wording.CaptureManual}[a.Automatic]
	}
	pay.MailText = p.wording(ctx).Mail(pay.Language, wording.MailContext{
		Capture: capture, Amount: FormatMoney(pay.Total, pay.Language), Descriptor: p.opts.Descriptor.Latin,
	})
}

// facts is what may be said: "you have not been charged" only when every
// attempt of the checkout is proven not to hold money (rule 8).
func (p *Plugin) facts(r *checkout.Row, items []string) wording.Facts {
	proven := r.Proven()
	return wording.Facts{NotCharged: proven, HoldReleased: proven && r.Held(), Items: items}
}

// result is the row's outcome as an answer. in is the PaymentIntent as this
// request has read it, for what is never stored; resume says that the buyer is
// back and not just sent to the bank.
func (j *job) result(ctx context.Context, in *checkout.Intent, resume bool) Result {
	p, r, lang := j.p, j.row, j.language()
	out := r.Outcome()
	res := Result{Payment: p.payment(ctx, r, r.Gen), Do: Do(out.Do), Page: Page(out.Page)}
	if n := len(r.Attempts); n > 0 && n == r.Number(r.Attempts[n-1]) && r.Attempts[n-1].Gen == r.Gen {
		res.Tab = p.sign.sign(handle{kind: handleTab, checkout: CheckoutID(r.ID), attempt: n, expires: p.opts.Now().Add(24 * time.Hour)})
	}
	switch res.Do {
	case GoTo:
		res.URL = p.orderPage(r.Order.Ref)
	case Wait:
		res.After = 2 * time.Second
	case HandleAction:
		p.action(&res, in, resume, lang, r)
		return res
	}
	res.Message = p.message(r, out, lang)
	return res
}

// action tells the buyer's browser to authenticate, unless it has just come
// back from there: then it has returned unfinished (LC-31).
func (p *Plugin) action(res *Result, in *checkout.Intent, resume bool, lang wording.Language, r *checkout.Row) {
	switch {
	case resume:
		res.Do, res.Page = Show, CheckoutPage
		res.Message = wording.For(wording.Returned, lang, p.facts(r, nil))
	case in == nil:
		res.Do, res.After = Wait, 2*time.Second
		res.Message = wording.For(wording.Processing, lang, wording.Facts{})
	case in.RedirectURL != "":
		res.Do, res.URL = GoTo, in.RedirectURL
	default:
		res.ClientSecret = ClientSecret{in.ClientSecret}
	}
}

func (p *Plugin) message(r *checkout.Row, out checkout.Outcome, lang wording.Language) wording.Message {
	code := wording.Code(out.Code)
	if out.Decline != "" {
		code = declineCode(r, out.Decline)
	}
	if code == "" {
		return wording.Message{}
	}
	facts := p.facts(r, out.Items)
	facts.HoldReleased = facts.HoldReleased && out.Decline == ""
	return wording.For(code, lang, facts)
}

// declineCode says what a failed try means for the buyer.
func declineCode(r *checkout.Row, decline string) wording.Code {
	saved := false
	if a := r.Current(); a != nil {
		saved = a.Tries[len(a.Tries)-1].Saved != ""
	}
	code, detail, _ := strings.Cut(decline, "/")
	switch code {
	case "no_answer", "never_sent", checkout.NoCustomer:
		return wording.DeclinedRetry
	case "resource_missing", "invalid_request_error", "payment_method_unactivated", "payment_method_invalid_parameter",
		"payment_method_customer_mismatch", "payment_method_unexpected_state", "parameter_invalid_empty":
		if saved {
			return wording.SavedCardUnavailable
		}
		return wording.TokenExpired
	}
	return wording.DeclineCode(code, detail)
}

func (p *Plugin) orderPage(ref string) string {
	return absolute(p.base, strings.ReplaceAll(p.opts.Pages.Order, "{ref}", url.PathEscape(ref)))
}

// page is the address of a page of the host.
func (p *Plugin) page(page Page) string {
	if page == CartPage {
		return absolute(p.base, p.opts.Pages.Cart)
	}
	return absolute(p.base, p.opts.Pages.Checkout)
}
