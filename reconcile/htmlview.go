package reconcile

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// htmlView is the report in one language, ready to be drawn.
type htmlView struct {
	Lang     wording.Language
	AsOf     string
	Compared string
	Live     bool
	Well     bool // nothing was found at all
	Tiles    []htmlTile
	Charts   []htmlChart
	Undated  string
	Sections []htmlSection
}

// T is a text of the page.
func (v htmlView) T(name string) string { return pageWords[name].in(v.Lang) }

// htmlTile is one number at the top.
type htmlTile struct {
	Name, Number, Detail string
	Anchor               string // the section that it counts
	Style                string
}

// htmlSection is all groups of one urgency.
type htmlSection struct {
	Lang             wording.Language
	ID, Title, About string
	Style            string
	Groups           []htmlGroup
}

// T is a text of the page.
func (s htmlSection) T(name string) string { return pageWords[name].in(s.Lang) }

// htmlGroup is the findings of one class.
type htmlGroup struct {
	ID, Title, Name, About string
	Count, Money           string
	Family                 family
	Findings               []htmlFinding
	More                   string
}

// htmlFinding is one finding.
type htmlFinding struct {
	When, Amount    string
	Payment, Order  string
	Link, OrderLink string
	Action, Reason  string
}

func (d *Digest) view(o HTMLOptions, lang wording.Language) htmlView {
	v := htmlView{
		Lang: lang, Live: !o.Test,
		AsOf: pageWords["as_of"].in(lang, d.At.In(japan).Format(map[wording.Language]string{
			wording.Japanese: "2006年1月2日 15:04", wording.English: "2 January 2006, 15:04"}[lang])),
		Compared: pageWords["compared"].in(lang, whole(d.Orders), whole(d.Payments)),
		Well:     len(d.Groups) == 0,
		Tiles:    d.tiles(lang), Charts: d.charts(lang),
	}
	if d.Undated > 0 {
		v.Undated = pageWords["undated"].in(lang, whole(d.Undated))
	}
	for i := range numUrgencies {
		if s := d.section(Urgency(i), o, lang); len(s.Groups) > 0 {
			v.Sections = append(v.Sections, s)
		}
	}
	return v
}

func (d *Digest) tiles(lang wording.Language) []htmlTile {
	var tiles []htmlTile
	for i := range numUrgencies {
		u := Urgency(i)
		sums := map[string]int64{}
		for _, g := range d.Groups {
			if g.Urgency == u {
				for currency, sum := range g.Money {
					sums[currency] += sum
				}
			}
		}
		tile := htmlTile{Name: urgencyWords[u].in(lang), Number: whole(d.Count(u)), Detail: sumText(sums, lang), Style: u.String()}
		if d.Count(u) == 0 {
			tile.Style = "none"
		} else {
			tile.Anchor = anchor(u, lang)
		}
		tiles = append(tiles, tile)
	}
	matched := htmlTile{Name: pageWords["matched"].in(lang), Number: whole(d.Summary[Matched]), Style: "matched"}
	var all int64
	for _, n := range d.Summary {
		all += n
	}
	if all > 0 {
		matched.Detail = pageWords["share"].in(lang, share(d.Summary[Matched], all))
	}
	return append(tiles, matched)
}

// items is a number of findings.
func items(n int64, lang wording.Language) string {
	if n == 1 {
		return pageWords["item"].in(lang)
	}
	return pageWords["items"].in(lang, whole(n))
}

// share is a percentage that says 100 only when it is all of them.
func share(part, all int64) string {
	tenths := part * 1000 / all
	if tenths%10 == 0 {
		return fmt.Sprintf("%d%%", tenths/10)
	}
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

// sumText writes sums of several currencies, the yen first.
func sumText(sums map[string]int64, lang wording.Language) string {
	var texts []string
	for _, currency := range currenciesOf(sums) {
		texts = append(texts, money(sums[currency], currency, lang))
	}
	return strings.Join(texts, " + ")
}

func currenciesOf[V any](sums map[string]V) []string {
	all := slices.Sorted(maps.Keys(sums))
	if i := slices.Index(all, "JPY"); i > 0 {
		all = slices.Concat([]string{"JPY"}, all[:i], all[i+1:])
	}
	return all
}

func anchor(u Urgency, lang wording.Language) string { return u.String() + "-" + string(lang) }

func (g *Group) anchor(lang wording.Language) string {
	return g.Urgency.String() + "-" + g.Class.String() + "-" + string(lang)
}

func (d *Digest) section(u Urgency, o HTMLOptions, lang wording.Language) htmlSection {
	s := htmlSection{Lang: lang, ID: anchor(u, lang), Title: urgencyWords[u].in(lang), About: urgencyAbout[u].in(lang), Style: u.String()}
	for i := range d.Groups {
		g := &d.Groups[i]
		if g.Urgency != u {
			continue
		}
		group := htmlGroup{
			ID: g.anchor(lang), Title: g.Class.Title(lang), Name: g.Class.String(), About: classAbout[g.Class].in(lang),
			Count: items(g.Count, lang), Money: sumText(g.Money, lang), Family: g.Class.family(),
		}
		first := g.Findings
		if o.First > 0 && len(first) > o.First {
			first = first[:o.First]
		}
		for j := range first {
			group.Findings = append(group.Findings, first[j].view(o, d, lang))
		}
		if more := g.Count - int64(len(first)); more > 0 {
			group.More = pageWords["more"].in(lang, whole(more))
		}
		s.Groups = append(s.Groups, group)
	}
	return s
}

func (f *Finding) view(o HTMLOptions, d *Digest, lang wording.Language) htmlFinding {
	safe := f.withoutSecrets(lang)
	v := htmlFinding{
		When: when(f.Created, d.At, lang), Payment: safe.PaymentIntent, Order: safe.OrderID,
		Link: o.dashboard(f.PaymentIntent), OrderLink: o.order(f), Action: f.Action.Text(lang), Reason: safe.Reason(lang),
	}
	if f.Class == BadLine {
		v.When = ""
	} else {
		v.Amount = money(f.Amount, f.Currency, lang)
	}
	return v
}

// withoutSecrets is a copy that may stand in a page that is passed around.
func (f *Finding) withoutSecrets(lang wording.Language) Finding {
	safe := *f
	safe.PaymentIntent, safe.OrderID, safe.Rival = shown(f.PaymentIntent, lang), shown(f.OrderID, lang), shown(f.Rival, lang)
	if f.Payment != nil {
		payment := *f.Payment
		payment.OrderID = shown(payment.OrderID, lang)
		safe.Payment = &payment
	}
	if f.Line != nil {
		line := *f.Line
		line.File = filepath.Base(line.File)
		switch line.Code {
		case FaultEmpty, FaultMissingColumn, FaultTwiceColumn, FaultFieldCount, FaultTooLong:
		default:
			line.Detail = pageWords["hidden"].in(lang) // it quotes the file
		}
		safe.Line = &line
	}
	return safe
}
