package reconcile

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"html/template"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

//go:embed html/report.html
var pageText string

//go:embed html/report.css
var pageStyle string

// HTMLPolicy is the Content-Security-Policy of the page that [Digest.WriteHTML]
// writes: its own style, and nothing from anywhere. The page carries it; a host
// that serves it sends it as a header.
func HTMLPolicy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// HTMLOptions say how a report is shown.
type HTMLOptions struct {
	// Language is shown first; the reader can switch. Default: Japanese.
	Language wording.Language
	// Shop is the name above the report.
	Shop string
	// Test says that the payments are of Stripe's test environment: the page says
	// so, and its links lead there.
	Test bool
	// Account is the connected account (acct_…) that the Dashboard opens; "" for
	// the reader's own.
	Account string
	// Back is the address of the shop's page to go back to, "" for none.
	Back string
	// OrderPage is the address of an order's page in the shop, in which {id}
	// becomes the order's id; "" for none.
	OrderPage string
	// First is how many findings of a group are shown, default 20; the others are
	// counted.
	First int
}

// WriteHTML writes the report as one HTML file: what needs action today first,
// the money at stake as a picture, each finding with what to do and a link to
// Stripe's Dashboard. It is in Japanese and English, works without JavaScript
// and network, on a phone and on paper, and holds no personal data and no
// secret. Nothing is written when it fails.
func (r *Report) WriteHTML(w io.Writer, o HTMLOptions) error {
	d, err := r.Digest(o.First)
	if err != nil {
		return err
	}
	return d.WriteHTML(w, o)
}

// WriteHTML writes the page of [Report.WriteHTML].
func (d *Digest) WriteHTML(w io.Writer, o HTMLOptions) error {
	languages := wording.Languages()
	if o.Language != "" {
		o.Language = wording.Parse(string(o.Language))
	}
	o.Language = cmp.Or(o.Language, wording.Japanese)
	page := htmlPage{
		Shop: o.Shop, Back: o.Back, Language: o.Language, Policy: HTMLPolicy(),
		Style: template.CSS(pageStyle), //nolint:gosec // embedded, not from outside
	}
	for _, lang := range languages {
		page.Views = append(page.Views, d.view(o, lang))
	}
	var out bytes.Buffer
	if err := htmlTemplate.Execute(&out, page); err != nil {
		return err
	}
	_, err := out.WriteTo(w)
	return err
}

// htmlPage is one file with the report in each language.
type htmlPage struct {
	Shop     string
	Back     string
	Language wording.Language
	Policy   string
	Style    template.CSS
	Views    []htmlView
}

var htmlTemplate = template.Must(template.New("report").Parse(pageText))

// dashboard is the address of a payment in Stripe's Dashboard, "" for what is no
// id of one.
func (o HTMLOptions) dashboard(intent string) string {
	if !intentID.MatchString(intent) {
		return ""
	}
	address := "https://dashboard.stripe.com/"
	if accountID.MatchString(o.Account) {
		address += o.Account + "/"
	}
	if o.Test {
		address += "test/"
	}
	return address + "payments/" + intent
}

// order is the address of an order's page, "" for an order that the shop does not
// have, and where there is no such page.
func (o HTMLOptions) order(f *Finding) string {
	if o.OrderPage == "" || f.Order == nil {
		return ""
	}
	return strings.ReplaceAll(o.OrderPage, "{id}", url.PathEscape(f.Order.ID))
}

var (
	intentID  = regexp.MustCompile(`^pi_[A-Za-z0-9]{1,100}$`)
	accountID = regexp.MustCompile(`^acct_[A-Za-z0-9]{1,100}$`)
	// secretText is what a secret or a mail address looks like. A shop may have
	// put one into a column of ids by mistake.
	secretText = regexp.MustCompile(`_secret_|(^|[^a-z])(sk|rk)_(test|live)_|whsec_|@`)
)

// shown is an id from outside as it may stand in a page that is passed around.
func shown(id string, lang wording.Language) string {
	if secretText.MatchString(id) {
		return pageWords["hidden"].in(lang)
	}
	const longest = 80
	if runes := []rune(id); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return id
}

// money writes minor units for people: "1,200円".
func money(minor int64, currency string, lang wording.Language) string {
	sign := ""
	if minor < 0 {
		sign, minor = "−", -minor
	}
	text := stripesecure.FormatMoney(stripesecure.FromMinor(minor, currency), lang)
	return sign + cmp.Or(text, amountOf(minor, currency))
}

// when writes a moment in Japan: "3月9日 21:00", with the year where it is
// another one than that of the report.
func when(t, at time.Time, lang wording.Language) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(japan)
	form := map[wording.Language]string{wording.Japanese: "1月2日 15:04", wording.English: "2 Jan 15:04"}[lang]
	if t.Year() != at.In(japan).Year() {
		form = map[wording.Language]string{wording.Japanese: "2006年1月2日", wording.English: "2 Jan 2006"}[lang]
	}
	return t.Format(form)
}

// whole writes a number with separators.
func whole(n int64) string {
	return strings.TrimPrefix(money(n, "JPY", wording.English), "¥")
}
