package reconcile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDigest: groups by urgency and class, the oldest findings first, all money
// counted whatever is kept.
func TestDigest(t *testing.T) {
	r := reportOf(everything(30)...)
	d, err := r.Digest(4)
	require.NoError(t, err)
	var count int64
	last := Group{}
	stake := map[string]int64{}
	for _, g := range d.Groups {
		count += g.Count
		assert.LessOrEqual(t, last.Urgency, g.Urgency)
		assert.LessOrEqual(t, len(g.Findings), 4)
		assert.Equal(t, min(g.Count, 4), int64(len(g.Findings)))
		oldest := time.Time{}
		for f := range r.Of(g.Class) {
			if f.Urgency() == g.Urgency && (oldest.IsZero() || f.Created.Before(oldest)) {
				oldest = f.Created
			}
		}
		assert.Equal(t, oldest, g.Findings[0].Created, g.Class)
		for currency, sum := range g.Money {
			stake[currency] += sum
		}
		last = g
	}
	assert.Equal(t, r.Count(), count)
	assert.Equal(t, count, d.Count(Today)+d.Count(ThisWeek)+d.Count(NoAction))
	for currency, sum := range stake {
		var want int64
		for class, total := range r.Totals[currency] {
			if class.hasMoney() {
				want += total
			}
		}
		assert.Equal(t, want, sum, currency)
		var drawn int64
		for _, p := range d.Periods {
			for _, n := range p.Money[currency] {
				drawn += n
			}
		}
		assert.Equal(t, want, drawn, currency)
	}
}

// TestUrgency: money in the wrong hands and goods without money are today's.
func TestUrgency(t *testing.T) {
	for _, c := range []struct {
		pair Pair
		want Urgency
	}{
		{Pair{pay(func(p *Payment) { p.OrderID = "" }), nil, ""}, Today},                                   // charged for nothing
		{Pair{nil, order(), ""}, Today},                                                                    // goods without money
		{Pair{pay(func(p *Payment) { p.Status = Canceled }), order(), ""}, Today},                          // likewise
		{Pair{pay(), order(func(o *Order) { o.Status = Pending }), ""}, ThisWeek},                          // a wrong word
		{Pair{pay(func(p *Payment) { p.Status, p.OrderID = RequiresCapture, "" }), nil, ""}, ThisWeek},     // ends by itself
		{Pair{pay(func(p *Payment) { p.Status = Canceled }), nil, ""}, NoAction},                           // settled
		{Pair{pay(func(p *Payment) { p.Status, p.Created = RequiresAction, testNow }), nil, ""}, NoAction}, // at the bank
	} {
		v := Classify(c.pair, testNow)
		f := Finding{Class: v.Class, Action: v.Action}
		assert.Equal(t, c.want, f.Urgency(), v.Class)
	}
}

// TestPeriods: days are Japan's, and what is long ago makes them longer.
func TestPeriods(t *testing.T) {
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return moment
	}
	sum := func(moments ...time.Time) (PeriodUnit, []string) {
		c := collector{first: 1, groups: map[groupKey]*Group{}, days: map[int64]map[stakeKey]int64{}}
		for _, m := range moments {
			c.add(Finding{Class: OrphanCaptured, Action: Refund, Amount: 100, Currency: "JPY", Created: m})
		}
		unit, all := periods(c.days)
		var starts []string
		for _, p := range all {
			starts = append(starts, p.Start.Format("2006-01-02"))
		}
		return unit, starts
	}
	unit, starts := sum(at("2026-03-09T14:59:59Z"), at("2026-03-09T15:00:00Z"))
	assert.Equal(t, Day, unit)
	assert.Equal(t, []string{"2026-03-09", "2026-03-10"}, starts)
	unit, starts = sum(at("2026-01-01T00:00:00Z"), at("2026-03-10T00:00:00Z"))
	assert.Equal(t, Week, unit)
	assert.Equal(t, []string{"2025-12-29", "2026-03-09"}, starts, "Mondays")
	unit, starts = sum(at("2024-05-17T00:00:00Z"), at("2026-03-10T00:00:00Z"))
	assert.Equal(t, Month, unit)
	assert.Equal(t, []string{"2024-05-01", "2026-03-01"}, starts)
	unit, starts = sum(at("1999-05-17T00:00:00Z"), at("1960-05-17T00:00:00Z"), at("2026-03-10T00:00:00Z"))
	assert.Equal(t, Year, unit)
	assert.Equal(t, []string{"1960-01-01", "1999-01-01", "2026-01-01"}, starts)
}
