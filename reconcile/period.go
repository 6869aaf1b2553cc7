package reconcile

import (
	"maps"
	"slices"
	"time"
)

// PeriodUnit is how long a [Period] is. Its name is stable.
type PeriodUnit string

// The units. The shortest one is taken with which all findings fit into a
// picture.
const (
	Day   PeriodUnit = "day"
	Week  PeriodUnit = "week" // from Monday
	Month PeriodUnit = "month"
	Year  PeriodUnit = "year"
)

// Period is the money at stake of one day, week, month or year in Japan, by the
// day of the payments, or of the orders that have none.
type Period struct {
	Start time.Time // its first midnight
	// Money is what is at stake by currency and class, in minor units.
	Money map[string]map[Class]int64
}

// maxPeriods is how many columns a picture has on a phone.
const maxPeriods = 36

const secondsADay = int64(24 * time.Hour / time.Second)

// dayOf counts the days since 1970 in Japan.
func dayOf(t time.Time) int64 {
	_, offset := t.In(japan).Zone()
	seconds := t.Unix() + int64(offset)
	day := seconds / secondsADay
	if seconds%secondsADay < 0 {
		day--
	}
	return day
}

func midnight(day int64) time.Time {
	return time.Date(1970, 1, 1+int(day), 0, 0, 0, 0, japan)
}

// start is the beginning of the period that t is in.
func (u PeriodUnit) start(t time.Time) time.Time {
	switch u {
	case Week:
		return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
	case Month:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, japan)
	case Year:
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, japan)
	default:
		return t
	}
}

// next is the beginning of the period after the one that begins at t.
func (u PeriodUnit) next(t time.Time) time.Time {
	switch u {
	case Week:
		return t.AddDate(0, 0, 7)
	case Month:
		return t.AddDate(0, 1, 0)
	case Year:
		return t.AddDate(1, 0, 0)
	default:
		return t.AddDate(0, 0, 1)
	}
}

// periods sums days up to what fits into a picture.
func periods(days map[int64]map[stakeKey]int64) (PeriodUnit, []Period) {
	if len(days) == 0 {
		return Day, nil
	}
	numbers := slices.Sorted(maps.Keys(days))
	first, last := midnight(numbers[0]), midnight(numbers[len(numbers)-1])
	unit := Year
	for _, shorter := range []PeriodUnit{Day, Week, Month} {
		if len(between(shorter, first, last)) <= maxPeriods {
			unit = shorter
			break
		}
	}
	at := map[time.Time]*Period{}
	for day, sums := range days {
		start := unit.start(midnight(day))
		p := at[start]
		if p == nil {
			p = &Period{Start: start, Money: map[string]map[Class]int64{}}
			at[start] = p
		}
		for key, sum := range sums {
			if p.Money[key.currency] == nil {
				p.Money[key.currency] = map[Class]int64{}
			}
			p.Money[key.currency][key.class] += sum
		}
	}
	all := make([]Period, 0, len(at))
	for _, p := range at {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Period) int { return a.Start.Compare(b.Start) })
	if unit == Year { // a date that is nonsense must not fill the picture
		all = all[max(0, len(all)-maxPeriods):]
	}
	return unit, all
}

// between lists the starts of all periods from the one of first to that of last,
// and stops when they are too many.
func between(u PeriodUnit, first, last time.Time) []time.Time {
	var starts []time.Time
	for t := u.start(first); !t.After(last) && len(starts) <= maxPeriods; t = u.next(t) {
		starts = append(starts, t)
	}
	return starts
}
