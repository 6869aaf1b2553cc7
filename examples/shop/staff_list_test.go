package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// What needs somebody stands first, the filters hold, and pages follow.
func TestStaffOrders(t *testing.T) {
	s := quietShop(t)
	c := newClerk(t, s)
	c.sees(c.get("/staff/orders", http.StatusOK), "no orders yet")
	first, second := buy(t, s, "bowl", goodCard), buy(t, s, "sencha", goodCard)
	p := paymentOf(t, s, first)
	p.Version += 10
	p.Findings = []stripesecure.Finding{{Code: "hold_expiring", At: s.now()}}
	if err := s.host().Changed(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	page := c.get("/staff/orders", http.StatusOK)
	if strings.Index(page, first.Ref) > strings.Index(page, second.Ref) {
		t.Error("an order whose hold ends soon does not stand first")
	}
	c.sees(page, "Hold ends soon")
	c.sees(page, "Held until")
	todo := c.get("/staff/orders?show=todo", http.StatusOK)
	if !strings.Contains(todo, first.Ref) || strings.Contains(todo, second.Ref) {
		t.Error("the filter \"to do\" does not show exactly the order that needs somebody")
	}
	for query, want := range map[string]int{"held": 2, "captured": 0, "nonsense": 2, "held&page=2": 0, "held&page=-1": 2, "held&page=x": 2} {
		page := c.get("/staff/orders?show="+query, http.StatusOK)
		if n := strings.Count(page, `<th scope="row"`); n != want {
			t.Errorf("%s shows %d orders, want %d", query, n, want)
		}
	}
}

// A long history comes in pages, and every order is on exactly one of them.
func TestStaffOrdersPages(t *testing.T) {
	s := quietShop(t)
	for i := range staffPageSize + 5 {
		if _, err := s.db.ExecContext(t.Context(), `insert into orders (`+orderColumns+`) values (?, ?, '', '', '', 'ja', 'new', '{}', 0, 3300, '', 'held', 1, ?)`,
			fmt.Sprintf("N%03d", i), fmt.Sprintf("c%d.1", i), stamp(s.now())); err != nil {
			t.Fatal(err)
		}
	}
	c := newClerk(t, s)
	first, second := c.get("/staff/orders", http.StatusOK), c.get("/staff/orders?show=all&page=2", http.StatusOK)
	for i := range staffPageSize + 5 {
		ref := fmt.Sprintf(`/staff/orders/N%03d"`, i)
		if strings.Contains(first, ref) == strings.Contains(second, ref) {
			t.Errorf("%s is on both pages or on none", ref)
		}
	}
	c.sees(first, `rel="next"`)
	c.sees(second, `rel="prev"`)
}
