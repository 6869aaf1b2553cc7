package reconcile

import (
	"cmp"
	"slices"
	"time"
)

// Digest is what people look at of a [Report]: all counts, the money by day, and
// the first findings of each class. However many findings there are, it is
// small, so that it can be a page and can be stored (see [Job]).
type Digest struct {
	// At is the moment that the lists are from.
	At time.Time
	// Orders and Payments are the rows read.
	Orders, Payments int64
	// Summary counts the pairs of each class, [Matched] included.
	Summary map[Class]int64
	// Totals is the money at stake by currency and class, in minor units.
	Totals map[string]map[Class]int64
	// Groups are the findings, what needs a person first at the front.
	Groups []Group
	// Unit is what a Period is, Periods the money at stake over time, the oldest
	// first; a period without any is left out.
	Unit    PeriodUnit
	Periods []Period
	// Undated counts the findings that no period has, for want of a date.
	Undated int64
}

// Group is the findings of one class that are equally urgent.
type Group struct {
	Urgency Urgency
	Class   Class
	Count   int64
	// Money is what is at stake by currency, in minor units; nil where nothing is.
	Money map[string]int64
	// Findings are the first of them, the oldest first: the buyer who has waited
	// longest, the hold that ends next.
	Findings []Finding
}

// firstFindings is how many findings of a group are kept unless said otherwise.
const firstFindings = 20

// japan is where calendar days are counted (design: days are in Asia/Tokyo).
var japan = time.FixedZone("JST", 9*60*60)

// Digest reads all findings once and keeps the first of each group, 20 for
// first = 0. An error is that of [Report.Findings].
func (r *Report) Digest(first int) (*Digest, error) {
	if first <= 0 {
		first = firstFindings
	}
	c := collector{first: first, groups: map[groupKey]*Group{}, days: map[int64]map[stakeKey]int64{}}
	for f, err := range r.Findings() {
		if err != nil {
			return nil, err
		}
		c.add(f)
	}
	d := &Digest{
		At: r.At, Orders: r.Orders, Payments: r.Payments, Summary: r.Summary, Totals: r.Totals,
		Groups: c.sorted(), Undated: c.undated,
	}
	d.Unit, d.Periods = periods(c.days)
	return d, nil
}

type groupKey struct {
	urgency Urgency
	class   Class
}

// stakeKey is whose money a sum is.
type stakeKey struct {
	currency string
	class    Class
}

// collector sums up the findings as they come.
type collector struct {
	first   int
	groups  map[groupKey]*Group
	days    map[int64]map[stakeKey]int64 // by days since 1970 in Japan
	undated int64
}

func (c *collector) add(f Finding) {
	key := groupKey{f.Urgency(), f.Class}
	g := c.groups[key]
	if g == nil {
		g = &Group{Urgency: key.urgency, Class: key.class}
		c.groups[key] = g
	}
	g.Count++
	g.Findings = append(g.Findings, f)
	if len(g.Findings) >= 2*c.first { // seldom, so that a million findings stay cheap
		g.cut(c.first)
	}
	if !f.Class.hasMoney() {
		return
	}
	if g.Money == nil {
		g.Money = map[string]int64{}
	}
	g.Money[f.Currency] += f.Amount
	if f.Created.IsZero() {
		c.undated++
		return
	}
	day := dayOf(f.Created)
	if c.days[day] == nil {
		c.days[day] = map[stakeKey]int64{}
	}
	c.days[day][stakeKey{f.Currency, f.Class}] += f.Amount
}

// cut keeps the oldest findings; those without a date come last.
func (g *Group) cut(first int) {
	slices.SortStableFunc(g.Findings, func(a, b Finding) int {
		if a.Created.IsZero() != b.Created.IsZero() {
			return map[bool]int{true: 1, false: -1}[a.Created.IsZero()]
		}
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.PaymentIntent, b.PaymentIntent), cmp.Compare(a.OrderID, b.OrderID))
	})
	if len(g.Findings) > first {
		g.Findings = slices.Clip(g.Findings[:first])
	}
}

func (c *collector) sorted() []Group {
	groups := make([]Group, 0, len(c.groups))
	for _, g := range c.groups {
		g.cut(c.first)
		groups = append(groups, *g)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Urgency, b.Urgency),
			cmp.Compare(slices.Index(byUrgency, a.Class), slices.Index(byUrgency, b.Class)))
	})
	return groups
}

// Count is the number of findings of this urgency.
func (d *Digest) Count(u Urgency) int64 {
	var n int64
	for _, g := range d.Groups {
		if g.Urgency == u {
			n += g.Count
		}
	}
	return n
}
