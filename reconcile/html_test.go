package reconcile

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/wording"
)

// listed is a report's findings in memory.
type listed []Finding

func (l listed) all() iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		for _, f := range l {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func (l listed) of(class Class) iter.Seq2[Finding, error] {
	return slices.DeleteFunc(slices.Clone(l), func(f Finding) bool { return f.Class != class }).all()
}

func (listed) Close() error { return nil }

// reportOf classifies pairs as a comparison does.
func reportOf(pairs ...Pair) *Report {
	r := &Report{At: testNow, Summary: map[Class]int64{}, Totals: map[string]map[Class]int64{}}
	var found listed
	for _, pair := range pairs {
		v := Classify(pair, testNow)
		f := Finding{Class: v.Class, Action: v.Action, Differences: v.Differences, Rival: pair.Rival, Payment: pair.Payment, Order: pair.Order}
		if pair.Order != nil {
			r.Orders++
			f.OrderID, f.PaymentIntent, f.Amount, f.Currency, f.Created = pair.Order.ID, pair.Order.PaymentIntent, pair.Order.Amount, pair.Order.Currency, pair.Order.Created
		}
		if p := pair.Payment; p != nil {
			r.Payments++
			f.PaymentIntent, f.Currency, f.Created, f.Amount = p.ID, p.Currency, p.Created, max(p.Received, 0)
			if f.Amount == 0 {
				f.Amount = p.Amount
			}
			if f.OrderID == "" {
				f.OrderID = p.OrderID
			}
		}
		r.Summary[v.Class]++
		if r.Totals[f.Currency] == nil {
			r.Totals[f.Currency] = map[Class]int64{}
		}
		r.Totals[f.Currency][v.Class] += f.Amount
		if v.Class != Matched {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return int(a.Class) - int(b.Class) })
	r.findings = found
	return r
}

// everything has pairs of every class but bad_line, n times, over two months.
func everything(n int) []Pair {
	var pairs []Pair
	for i := range n {
		number := 0
		make := func(status PaymentStatus, change func(*Payment, *Order)) Pair {
			number++
			p := pay(func(p *Payment) {
				p.ID, p.OrderID = fmt.Sprintf("pi_3QbT%020d", 1000*i+number), fmt.Sprintf("R-2026-%04d", 100*i+number)
				p.Status, p.Amount = status, int64(980+(i*7919+number*104729)%45000)
				p.Received, p.Created = p.Amount, days(2+float64((i*13+number*5)%29)+float64(number)/24)
			})
			o := order(func(o *Order) { o.ID, o.PaymentIntent, o.Amount, o.Created = p.OrderID, p.ID, p.Amount, p.Created })
			change(p, o)
			pair := Pair{Payment: p, Order: o}
			if o.ID == "" {
				pair.Order = nil
			}
			if p.ID == "" {
				pair.Payment = nil
			}
			return pair
		}
		gone := func(p *Payment, o *Order) { p.OrderID, o.ID = "", "" }
		pairs = append(pairs,
			make(Succeeded, gone), make(RequiresCapture, gone), make(RequiresAction, gone),
			make(Canceled, func(_ *Payment, o *Order) { o.ID = "" }), make(Succeeded, func(_ *Payment, o *Order) { o.ID = "" }),
			make(Succeeded, func(p *Payment, _ *Order) { p.ID = "" }), make(Succeeded, func(_ *Payment, o *Order) { o.Amount += 110 }),
			make(Succeeded, func(_ *Payment, o *Order) { o.Currency = "USD" }), make(RequiresCapture, func(*Payment, *Order) {}),
			make(Succeeded, func(_ *Payment, o *Order) { o.Status = Refunded }), make(Canceled, func(*Payment, *Order) {}),
			make(RequiresCapture, func(p *Payment, o *Order) {
				o.Status, p.CaptureBefore = Authorized, testNow.Add(30*time.Hour)
			}),
			make(RequiresCapture, func(p *Payment, o *Order) { o.Status, p.CaptureBefore = Authorized, testNow.Add(-time.Hour) }),
		)
		twice := make(Succeeded, func(_ *Payment, o *Order) { o.ID = "" })
		twice.Rival = "pi_3QbTother"
		pairs = append(pairs, twice)
		if i%3 == 0 {
			pairs = append(pairs, make(Succeeded, func(p *Payment, o *Order) { p.Currency, p.OrderID, o.ID = "USD", "", "" }))
		}
		for range 40 {
			pairs = append(pairs, make(Succeeded, func(*Payment, *Order) {}))
		}
	}
	return pairs
}

func pageOf(t *testing.T, r *Report, o HTMLOptions) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.WriteHTML(&out, o))
	return out.String()
}

var badLine = Finding{Class: BadLine, Action: FixLine, Line: &LineError{
	File: "/home/hanako/orders.csv", Line: 17, Column: 3, Name: "amount", Code: FaultNumber, Detail: "山田 花子",
}}

// withBadLine adds a line that could not be read.
func withBadLine(r *Report) *Report {
	r.findings = append(r.findings.(listed), badLine)
	r.Summary[BadLine]++
	return r
}

// TestWriteSamples writes pages for people to look at, when asked to.
func TestWriteSamples(t *testing.T) {
	dir := os.Getenv("RECONCILE_SAMPLES")
	if dir == "" {
		t.Skip("RECONCILE_SAMPLES names no folder")
	}
	for name, n := range map[string]int{"few": 1, "many": 100, "none": 0} {
		r := reportOf(append(everything(n), Pair{pay(), order(), ""})...)
		if n > 0 {
			withBadLine(r)
		}
		for _, lang := range wording.Languages() {
			page := pageOf(t, r, HTMLOptions{Language: lang, Shop: "淡井商店 Awai", Test: true, First: 5})
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+"-"+string(lang)+".html"), []byte(page), 0o600))
		}
	}
}

// TestPageHasEveryFinding: in both languages, the class, the pair, the reason,
// what to do, and the link; what needs action today stands first.
func TestPageHasEveryFinding(t *testing.T) {
	r := withBadLine(reportOf(everything(1)...))
	page := pageOf(t, r, HTMLOptions{Test: true, Shop: "<b>Awai</b>"})
	assert.Contains(t, page, "&lt;b&gt;Awai&lt;/b&gt;")
	seen := 0
	for f := range r.Findings() {
		seen++
		for _, lang := range wording.Languages() {
			assert.Contains(t, page, html.EscapeString(f.Class.Title(lang)))
			assert.Contains(t, page, html.EscapeString(f.Action.Text(lang)))
			if f.Class != BadLine {
				assert.Contains(t, page, html.EscapeString(f.Reason(lang)))
			}
		}
		assert.Contains(t, page, f.OrderID)
		if f.PaymentIntent != "" {
			assert.Contains(t, page, `href="https://dashboard.stripe.com/test/payments/`+f.PaymentIntent+`"`)
		}
	}
	assert.Greater(t, seen, numClasses)
	order := regexp.MustCompile(`<section class="(todo \w+|stake)" id="(\w+)-ja"`).FindAllStringSubmatch(page, -1)
	var ids []string
	for _, m := range order {
		ids = append(ids, m[2])
	}
	assert.Equal(t, []string{"today", "stake", "this_week", "no_action"}, ids)
}

func TestPageLinks(t *testing.T) {
	r := reportOf(Pair{pay(func(p *Payment) { p.ID, p.OrderID = "pi_1", "" }), nil, ""})
	for _, c := range []struct {
		o    HTMLOptions
		want string
	}{
		{HTMLOptions{}, "https://dashboard.stripe.com/payments/pi_1"},
		{HTMLOptions{Test: true}, "https://dashboard.stripe.com/test/payments/pi_1"},
		{HTMLOptions{Test: true, Account: "acct_1"}, "https://dashboard.stripe.com/acct_1/test/payments/pi_1"},
		{HTMLOptions{Account: "acct_1/../.."}, "https://dashboard.stripe.com/payments/pi_1"},
	} {
		assert.Contains(t, pageOf(t, r, c.o), `href="`+c.want+`"`)
	}
	pair := reportOf(Pair{pay(), order(func(o *Order) { o.ID, o.Amount = "a/b 1", 1 }), ""}, Pair{pay(func(p *Payment) { p.OrderID = "gone" }), nil, ""})
	page := pageOf(t, pair, HTMLOptions{OrderPage: "/staff/orders/{id}?x=1", Back: "/staff/"})
	assert.Contains(t, page, `href="/staff/orders/a%2Fb%201?x=1"`)
	assert.NotContains(t, page, "/staff/orders/gone", "the shop does not have it")
	assert.Contains(t, page, `href="/staff/"`)
	assert.NotContains(t, pageOf(t, pair, HTMLOptions{OrderPage: "javascript:alert(1)//{id}", Back: "javascript:alert(1)"}), "javascript:")
	odd := reportOf(Pair{pay(func(p *Payment) { p.ID, p.OrderID = "pi_1/../../logout", "" }), nil, ""})
	assert.NotContains(t, pageOf(t, odd, HTMLOptions{}), "href=\"https", "what is no id makes no address")
}

// TestPageTellsNoSecrets: what a shop has put into the wrong column stays out.
func TestPageTellsNoSecrets(t *testing.T) {
	secrets := []string{"pi_1_secret_abc", "sk_live_abc", "rk_test_abc", "whsec_abc", "hanako@example.com"}
	for _, secret := range secrets {
		r := withBadLine(reportOf(
			Pair{pay(func(p *Payment) { p.ID = secret; p.OrderID = "o2" }), nil, ""},
			Pair{pay(func(p *Payment) { p.OrderID = secret }), order(func(o *Order) { o.Amount = 1 }), ""},
			Pair{pay(func(p *Payment) { p.OrderID = "o3" }), nil, secret},
			Pair{nil, order(func(o *Order) { o.ID, o.PaymentIntent = secret, secret }), ""},
		))
		page := pageOf(t, r, HTMLOptions{})
		assert.NotContains(t, page, secret)
		assert.NotContains(t, page, "花子", "a bad line is quoted nowhere")
		assert.NotContains(t, page, "/home", "and its folder is nobody's business")
		assert.Contains(t, page, "orders.csv:17:3")
		assert.Contains(t, page, "(hidden)")
	}
}

// TestPageStaysSmall: thousands of findings are counted, the first are shown.
func TestPageStaysSmall(t *testing.T) {
	r := reportOf(everything(300)...)
	page := pageOf(t, r, HTMLOptions{})
	assert.Less(t, len(page), 600_000)
	assert.Contains(t, page, "ほかに 380 件あります")
	assert.Contains(t, page, "And 380 more")
	assert.Equal(t, 20, strings.Count(section(page, "today-orphan_captured-en"), "<tr><td"))
	short := pageOf(t, r, HTMLOptions{First: 3})
	assert.Equal(t, 3, strings.Count(section(short, "today-orphan_captured-en"), "<tr><td"))
	assert.Contains(t, section(short, "today-orphan_captured-en"), "And 397 more")
}

func section(page, id string) string {
	_, rest, _ := strings.Cut(page, `id="`+id+`"`)
	text, _, _ := strings.Cut(rest, "</section>")
	return text
}

// TestPageIsOneFile: nothing is loaded, the policy allows its own style alone,
// no id stands twice, and each picture has its title and description.
func TestPageIsOneFile(t *testing.T) {
	page := pageOf(t, reportOf(everything(2)...), HTMLOptions{})
	for _, address := range regexp.MustCompile(`(?:src|href|action|url\()="?([^"]*)`).FindAllStringSubmatch(page, -1) {
		assert.Regexp(t, `^(#|https://dashboard\.stripe\.com/payments/pi_)`, address[1])
	}
	assert.NotRegexp(t, `<script|<link|<img|<iframe|@import|style="| on\w+="`, page)
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	assert.Contains(t, HTMLPolicy(), "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	assert.Contains(t, html.UnescapeString(page), `content="`+HTMLPolicy()+`"`, "the page carries the policy")
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.False(t, ids[id[1]], "%s stands twice", id[1])
		ids[id[1]] = true
	}
	for _, id := range regexp.MustCompile(`(?:for|href)="#?([a-z][^":]*)"`).FindAllStringSubmatch(page, -1) {
		assert.True(t, ids[id[1]], "%s leads nowhere", id[1])
	}
	pictures := regexp.MustCompile(`<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)">`).FindAllStringSubmatch(page, -1)
	assert.Len(t, pictures, 4, "yen and dollars, in two languages")
	for _, p := range pictures {
		assert.Contains(t, page, `<title id="`+p[1]+`">`)
		assert.Contains(t, page, `<desc id="`+p[2]+`">`)
	}
}

// TestPictureHasNoFuture: a picture of one day shows the week before it.
func TestPictureHasNoFuture(t *testing.T) {
	r := reportOf(Pair{pay(func(p *Payment) { p.OrderID, p.Created = "", testNow.AddDate(0, 0, -1) }), nil, ""})
	d, err := r.Digest(0)
	require.NoError(t, err)
	all := d.columnsOf("JPY")
	require.Len(t, all, 7)
	assert.Equal(t, "2026-03-03", all[0].start.Format(time.DateOnly))
	assert.Equal(t, "2026-03-09", all[6].start.Format(time.DateOnly))
	assert.Equal(t, int64(1200), all[6].total)
	assert.Contains(t, pageOf(t, r, HTMLOptions{}), `<rect class="family-0" x="61"`)
}

// TestPageOfNothing: a shop where all is well reads so.
func TestPageOfNothing(t *testing.T) {
	page := pageOf(t, reportOf(Pair{pay(), order(), ""}), HTMLOptions{Language: "en-GB"})
	assert.Contains(t, page, `<html lang="en">`)
	assert.Contains(t, page, `id="show-en" checked`)
	assert.Contains(t, page, "すべて一致しています")
	assert.NotContains(t, page, "<figure>")
	assert.Contains(t, page, "100%")
}

// lost is a report whose temporary file is gone.
type lost struct{ listed }

func (l lost) all() iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) { yield(Finding{}, os.ErrNotExist) }
}

func TestPageIsWrittenWholeOrNot(t *testing.T) {
	var out bytes.Buffer
	r := reportOf(everything(1)...)
	r.findings = lost{}
	require.ErrorIs(t, r.WriteHTML(&out, HTMLOptions{}), os.ErrNotExist)
	assert.Empty(t, out.String())
}

// TestWordsOfPage: every text in both languages, none twice.
func TestWordsOfPage(t *testing.T) {
	for name, text := range pageWords {
		assert.NotEmpty(t, text.ja, name)
		assert.NotEmpty(t, text.en, name)
		assert.True(t, strings.Contains(pageText, `T "`+name+`"`) || usedInGo[name], "%s is used nowhere", name)
	}
	for _, class := range Classes() {
		if class != Matched {
			assert.NotEmpty(t, classAbout[class].ja, class)
			assert.NotEmpty(t, classAbout[class].en, class)
		}
	}
}

var usedInGo = map[string]bool{
	"as_of": true, "compared": true, "matched": true, "share": true, "item": true, "items": true, "by_day": true, "by_week": true,
	"by_month": true, "by_year": true, "chart": true, "chart_desc": true, "more": true, "undated": true, "hidden": true,
}
