package stripetest

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// history holds the pictures of one object that the search index has or will
// have: what was changed becomes visible after [WithSearchLag] (stripe-facts
// §1.3).
type history struct {
	pictures []picture
	few      [2]picture // room for the pictures of an object that seldom changes
}

// picture is a copy of an object, as a value. Events share it.
type picture struct {
	at  time.Time
	obj any
}

// maxPictures bounds how many changes within the lag the index tells apart.
const maxPictures = 100

// changed notes that a searchable object is new or different, and gives a
// picture of it.
func (m *mode) changed(o object) any {
	var copied any
	switch x := o.(type) {
	case *PaymentIntent:
		copied = *x
	case *Charge:
		copied = *x
	case *Customer:
		copied = *x
	}
	now := m.s.now()
	h := m.search[o.key()]
	if h == nil {
		h = &history{}
		h.pictures = h.few[:0]
		m.search[o.key()] = h
	}
	h.forget(now.Add(-m.s.opts.searchLag))
	if n := len(h.pictures); n > 0 && (n == maxPictures || h.pictures[n-1].at.Equal(now)) {
		h.pictures[n-1].obj = copied
	} else {
		h.pictures = append(h.pictures, picture{at: now, obj: copied})
	}
	return copied
}

// forget drops the pictures that are older than the newest visible one.
func (h *history) forget(visible time.Time) {
	old := 0
	for old+1 < len(h.pictures) && !h.pictures[old+1].at.After(visible) {
		old++
	}
	h.pictures = slices.Delete(h.pictures, 0, old)
}

// seen is the object as the index has it, nil when it does not know it yet.
func (h *history) seen(visible time.Time) any {
	if h == nil {
		return nil
	}
	h.forget(visible)
	if len(h.pictures) == 0 || h.pictures[0].at.After(visible) {
		return nil
	}
	return h.pictures[0].obj
}

// searchFields are the fields that a query may name (Stripe docs page "Search").
var searchFields = map[string]string{
	"payment_intent": " amount created currency customer status metadata ",
	"charge":         " amount created currency customer disputed refunded status metadata payment_method_details.card.last4 payment_method_details.card.brand payment_method_details.card.exp_month payment_method_details.card.exp_year payment_method_details.card.fingerprint ",
	"customer":       " created email metadata name phone ",
}

const numericFields = " amount created payment_method_details.card.exp_month payment_method_details.card.exp_year "

func searchRoute(name string, answer any) route {
	return route{
		method: "GET", path: "/v1/" + name + "s/search", list: true, answer: answer,
		params: spec(`
			limit  int
			page   text
			query! text`),
		do: func(c *call) (any, error) { return search(c, name) },
	}
}

var _ = register(resource{name: "search", routes: []route{
	searchRoute("payment_intent", &PaymentIntent{}),
	searchRoute("charge", &Charge{}),
	searchRoute("customer", &Customer{}),
}})

// searchResult is the envelope of a search.
type searchResult struct {
	Object     string `json:"object"`
	Data       []any  `json:"data"`
	HasMore    bool   `json:"has_more"`
	NextPage   string `json:"next_page" stripe:"null"`
	TotalCount *int64 `json:"total_count" stripe:"omit"`
	URL        string `json:"url"`
}

func search(c *call, name string) (any, error) {
	limit, fault := c.limit()
	if fault != nil {
		return nil, fault
	}
	q, fault := parseQuery(c.form.text("query"), searchFields[name])
	if fault != nil {
		return nil, fault
	}
	skip := 0
	if token := c.form.text("page"); token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if skip, _ = strconv.Atoi(string(raw)); err != nil || skip < 1 {
			return nil, invalid("", "page", "Invalid page: "+clip(token, 40))
		}
	}
	visible := c.s.now().Add(-c.s.opts.searchLag)
	var hits []any
	each(c.m, name, func(o object) bool {
		if cus, ok := o.(*Customer); ok && cus.Deleted {
			return true
		}
		if seen := c.m.search[o.key()].seen(visible); seen != nil && q.matches(c.m.encode(seen, nil, false)) {
			hits = append(hits, seen)
		}
		return true
	})
	out := &searchResult{Object: "search_result", Data: []any{}, URL: c.rt.path}
	if slices.Contains(c.form.strings("expand"), "total_count") {
		n := int64(len(hits))
		out.TotalCount = &n
	}
	end := min(skip+limit, len(hits))
	if skip < end {
		out.Data = hits[skip:end]
	}
	if out.HasMore = end < len(hits); out.HasMore {
		out.NextPage = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	return out, nil
}

// query is a search: clauses joined by AND, or by OR.
type query struct {
	clauses []clause
	either  bool
}

type clause struct {
	field, op, value string
	null, not        bool
}

func (q *query) matches(raw []byte) bool {
	var doc map[string]any
	_ = json.Unmarshal(raw, &doc) // own output
	for _, c := range q.clauses {
		if c.matches(doc) == q.either {
			return q.either
		}
	}
	return !q.either
}

func (c *clause) matches(doc map[string]any) bool { return c.test(lookup(doc, c.field)) != c.not }

func (c *clause) test(have any) bool {
	if c.null {
		return have == nil
	}
	if have == nil {
		return false
	}
	if n, ok := have.(float64); ok {
		want, err := strconv.ParseFloat(c.value, 64)
		if err != nil {
			return false
		}
		switch c.op {
		case ">":
			return n > want
		case ">=":
			return n >= want
		case "<":
			return n < want
		case "<=":
			return n <= want
		}
		return n == want
	}
	text := ""
	switch v := have.(type) {
	case string:
		text = v
	case bool:
		text = strconv.FormatBool(v)
	}
	if c.op == "~" {
		return strings.Contains(strings.ToLower(text), strings.ToLower(c.value))
	}
	return strings.EqualFold(text, c.value)
}

// lookup reads a field by its dotted name; metadata keys follow a NUL.
func lookup(doc map[string]any, field string) any {
	if key, ok := strings.CutPrefix(field, "metadata\x00"); ok {
		m, _ := doc["metadata"].(map[string]any)
		return m[key]
	}
	var at any = doc
	for name := range strings.SplitSeq(field, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[name]
	}
	return at
}
