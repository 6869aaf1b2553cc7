package reconcile

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/wording"
)

// htmlChart is the money at stake of one currency.
type htmlChart struct {
	ID, Title, Total string
	Bars             []htmlBar
	Time             *htmlColumns
}

// htmlBar is one class: its money and a bar.
type htmlBar struct {
	Anchor, Title, Money string
	Family               family
	Width                string // of 100
}

// htmlColumns are the sums over time, one column for each period.
type htmlColumns struct {
	Title, Heading, Description string
	Top, Half                   string // what the lines stand for
	Width                       int    // of the picture: ten for each column
	Rects                       []htmlRect
	Ticks                       []htmlTick
	Legend                      []htmlLegend
	Rows                        []htmlRow
}

type htmlRect struct {
	X             int
	Y, Height     string
	Family        family
	Period, Money string
}

type htmlTick struct{ Text string }

type htmlLegend struct {
	Family family
	Title  string
}

// htmlRow is a column as text: a period, the sum of each family, and the whole.
type htmlRow struct {
	Period string
	Sums   []string
	Total  string
}

// charts draws a picture for each currency. Twelve are more than anybody reads.
func (d *Digest) charts(lang wording.Language) []htmlChart {
	const most = 12
	sums := map[string]int64{}
	for _, g := range d.Groups {
		for currency, sum := range g.Money {
			sums[currency] += sum
		}
	}
	var charts []htmlChart
	for i, currency := range currenciesOf(sums) {
		if i == most {
			break
		}
		charts = append(charts, htmlChart{
			ID: "stake-" + strconv.Itoa(i) + "-" + string(lang), Title: currency, Total: money(sums[currency], currency, lang),
			Bars: d.bars(currency, lang), Time: d.columns(currency, lang),
		})
	}
	return charts
}

func (d *Digest) bars(currency string, lang wording.Language) []htmlBar {
	var longest int64 = 1
	for _, g := range d.Groups {
		longest = max(longest, g.Money[currency])
	}
	var bars []htmlBar
	for i := range d.Groups {
		g := &d.Groups[i]
		sum, has := g.Money[currency]
		if !has {
			continue
		}
		bars = append(bars, htmlBar{
			Anchor: g.anchor(lang), Title: g.Class.Title(lang), Money: money(sum, currency, lang),
			Family: g.Class.family(), Width: part(sum, longest),
		})
	}
	return bars
}

// part is so much of 100, with a sliver for whatever is there.
func part(n, of int64) string {
	share := 100 * float64(max(n, 0)) / float64(of)
	if n > 0 {
		share = max(share, 0.5)
	}
	return fmt.Sprintf("%.2f", share)
}

// column is a period with the sum of each family.
type column struct {
	start time.Time
	sums  [numFamilies]int64
	total int64
}

// columns are all periods without a gap, so that a quiet week is seen as one.
func (d *Digest) columns(currency string, lang wording.Language) *htmlColumns {
	all := d.columnsOf(currency)
	if len(all) == 0 {
		return nil
	}
	highest := slices.MaxFunc(all, func(a, b column) int { return int(min(max(a.total-b.total, -1), 1)) })
	top := roundUp(highest.total)
	c := &htmlColumns{
		Title:   pageWords["chart"].in(lang, currency),
		Heading: pageWords["by_"+string(d.Unit)].in(lang),
		Description: pageWords["chart_desc"].in(lang, d.Unit.text(all[0].start, lang), d.Unit.text(all[len(all)-1].start, lang),
			d.Unit.text(highest.start, lang), money(highest.total, currency, lang)),
		Top: money(top, currency, lang), Half: money(top/2, currency, lang), Width: 10 * len(all),
	}
	var used [numFamilies]bool
	for i, col := range all {
		c.draw(i, col, top, currency, d.Unit, lang, &used)
		c.Ticks = append(c.Ticks, htmlTick{d.Unit.tick(i, all, lang)})
	}
	for f := range numFamilies {
		if used[f] {
			c.Legend = append(c.Legend, htmlLegend{family(f), familyWords[f].in(lang)})
		}
	}
	c.Rows = rowsOf(all, used, currency, d.Unit, lang)
	return c
}

// columnsOf fills the gaps, and gives a picture of a few periods some width.
func (d *Digest) columnsOf(currency string) []column {
	var first, last time.Time
	at := map[int64]*column{}
	for _, p := range d.Periods {
		sums := p.Money[currency]
		if len(sums) == 0 {
			continue
		}
		if first.IsZero() {
			first = p.Start
		}
		last = p.Start
		col := &column{start: p.Start}
		for class, sum := range sums {
			col.sums[class.family()] += max(sum, 0)
			col.total += max(sum, 0)
		}
		at[p.Start.Unix()] = col
	}
	if first.IsZero() {
		return nil
	}
	var all []column
	for t := first; !t.After(last) && len(all) < 2*maxPeriods; t = d.Unit.next(t) {
		if col := at[t.Unix()]; col != nil {
			all = append(all, *col)
		} else {
			all = append(all, column{start: t})
		}
	}
	for len(all) < 7 { // one column alone would be a wall
		all = append([]column{{start: d.Unit.start(all[0].start.AddDate(0, 0, -1))}}, all...)
	}
	return all
}

func (c *htmlColumns) draw(i int, col column, top int64, currency string, unit PeriodUnit, lang wording.Language, used *[numFamilies]bool) {
	y := 100.0
	for f, sum := range col.sums {
		if sum == 0 {
			continue
		}
		used[f] = true
		height := 100 * float64(sum) / float64(top)
		y -= height
		c.Rects = append(c.Rects, htmlRect{
			X: 10*i + 1, Y: fmt.Sprintf("%.2f", y), Height: fmt.Sprintf("%.2f", height), Family: family(f),
			Period: unit.text(col.start, lang), Money: familyWords[f].in(lang) + " " + money(sum, currency, lang),
		})
	}
}

func rowsOf(all []column, used [numFamilies]bool, currency string, unit PeriodUnit, lang wording.Language) []htmlRow {
	var rows []htmlRow
	for _, col := range all {
		if col.total == 0 {
			continue
		}
		row := htmlRow{Period: unit.text(col.start, lang), Total: money(col.total, currency, lang)}
		for f, sum := range col.sums {
			switch {
			case !used[f]:
			case sum == 0:
				row.Sums = append(row.Sums, "–")
			default:
				row.Sums = append(row.Sums, money(sum, currency, lang))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// roundUp is the next number that people like at the end of an axis.
func roundUp(n int64) int64 {
	for size := int64(1); size < 1e17; size *= 10 {
		for _, nice := range []int64{1, 2, 4, 6, 8} {
			if nice*size >= n {
				return nice * size
			}
		}
	}
	return max(n, 1)
}

// text is a period in full.
func (u PeriodUnit) text(t time.Time, lang wording.Language) string {
	form := "2 Jan 2006"
	switch {
	case u == Year:
		form = "2006"
	case u == Month && lang == wording.Japanese:
		form = "2006年1月"
	case u == Month:
		form = "Jan 2006"
	case lang == wording.Japanese:
		form = "2006年1月2日"
	}
	text := t.Format(form)
	if u == Week {
		text += map[wording.Language]string{wording.Japanese: "からの週", wording.English: " and six days"}[lang]
	}
	return text
}

// tick is the text below a column, "" below most.
func (u PeriodUnit) tick(i int, all []column, lang wording.Language) string {
	every := (len(all) + 5) / 6
	if i%every != 0 || len(all)-i < every/2 {
		return ""
	}
	form := map[PeriodUnit]string{Day: "1/2", Week: "1/2", Month: "2006/1", Year: "2006"}[u]
	if lang == wording.English && u != Year {
		form = map[PeriodUnit]string{Day: "2 Jan", Week: "2 Jan", Month: "Jan 06"}[u]
	}
	return all[i].start.Format(form)
}
