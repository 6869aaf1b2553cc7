package main

import (
	"cmp"
	"context"
	"database/sql"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// staffFilters are the kinds of orders that a clerk looks for: by what there is
// to do, and by where the money is.
var staffFilters = []struct{ Name, where string }{
	{"all", "1"},
	{"todo", openFindings + ` > 0`},
	{"held", "o.payment_state = 'held'"},
	{"captured", "o.payment_state = 'captured'"},
	{"refunded", "o.payment_state = 'refunded'"},
	{"unpaid", "o.status = 'unpaid'"},
	{"voided", "o.payment_state = 'voided'"},
}

const openFindings = `(select count(*) from findings f where f.payment = o.payment and f.over = 0 and f.seen = '')`

// staffLine is an order in the list of the clerks.
type staffLine struct {
	order
	Captured, Refunded int64
	HoldUntil, Due     string // UTC; "" for none
	Todo               []string
}

const staffPageSize = 30

type staffOrdersPage struct {
	Filter string
	Tabs   []staffTab
	Lines  []staffLine
	Newer  int // pages; 0: none
	Older  int
}

type staffTab struct {
	Name  string
	Count int
}

// showStaffOrders lists the orders; those that need somebody stand first, the
// next deadline on top.
func (s *Shop) showStaffOrders(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	number, _ := strconv.Atoi(query.Get("page")) // what is no number is the first page
	number = min(max(number, 1), 1_000_000)
	i := max(0, slices.IndexFunc(staffFilters, func(f struct{ Name, where string }) bool { return f.Name == query.Get("show") }))
	page := staffOrdersPage{Filter: staffFilters[i].Name, Newer: number - 1}
	for _, f := range staffFilters {
		tab := staffTab{Name: f.Name}
		if err := s.db.QueryRowContext(r.Context(), `select count(*) from orders o where `+f.where).Scan(&tab.Count); err != nil {
			return err
		}
		page.Tabs = append(page.Tabs, tab)
	}
	lines, err := s.staffLines(r.Context(), staffFilters[i].where, number)
	if err != nil {
		return err
	}
	page.Lines = lines
	if len(lines) > staffPageSize {
		page.Lines, page.Older = lines[:staffPageSize], number+1
	}
	return s.render(w, r, "staff/orders", page)
}

// staffLines reads one more than a page holds, to know whether there are more.
func (s *Shop) staffLines(ctx context.Context, where string, page int) ([]staffLine, error) {
	columns := "o." + strings.Join(strings.Fields(strings.ReplaceAll(orderColumns, ",", " ")), ", o.")
	return all(ctx, s.db, scanStaffLine, `select `+columns+`, coalesce(p.captured, 0), coalesce(p.refunded, 0),
		coalesce(p.hold_until, ''), coalesce(p.due, ''),
		coalesce((select group_concat(f.code) from findings f where f.payment = o.payment and f.over = 0 and f.seen = ''), '') todo
		from orders o left join payments p on p.payment = o.payment where `+where+`
		order by todo = '', case when todo = '' then '' when p.due > '' then p.due when p.state = 'held' then p.hold_until else '' end,
		o.rowid desc limit ? offset ?`, staffPageSize+1, (page-1)*staffPageSize)
}

func scanStaffLine(rows *sql.Rows) (l staffLine, err error) {
	var todo string
	l.order, err = scanOrder(scanMore{rows, []any{&l.Captured, &l.Refunded, &l.HoldUntil, &l.Due, &todo}})
	if todo != "" {
		l.Todo = strings.Split(todo, ",")
		slices.SortFunc(l.Todo, cmp.Compare)
	}
	return l, err
}

// scanMore scans more columns than an order has.
type scanMore struct {
	rows *sql.Rows
	more []any
}

func (s scanMore) Scan(into ...any) error { return s.rows.Scan(append(into, s.more...)...) }
