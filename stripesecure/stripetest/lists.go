package stripetest

import (
	"strings"
)

// listParams are what every list takes (stripe-facts §1.3; Stripe docs page
// "Pagination").
const listParams = `
	limit          int
	starting_after text
	ending_before  text`

// listOf is the envelope of a list.
type listOf struct {
	Object  string   `json:"object"`
	Data    []object `json:"data"`
	HasMore bool     `json:"has_more"`
	URL     string   `json:"url"`
}

// page answers a list call: newest first, those that match, one page of them.
func page[T object](c *call, name string, match func(T) bool) (any, error) {
	limit, fault := c.limit()
	if fault != nil {
		return nil, fault
	}
	after, before := c.form.text("starting_after"), c.form.text("ending_before")
	if after != "" && before != "" {
		return nil, invalid("", "", "You cannot parameterize both starting_after and ending_before.")
	}
	t := c.m.table(name)
	at, step := len(t.rows)-1, -1
	if cursor := after + before; cursor != "" {
		found := c.m.index[cursor]
		if _, ok := found.object.(T); !ok {
			param := "starting_after"
			if before != "" {
				param = "ending_before"
			}
			return nil, missing(strings.ReplaceAll(name, "_", ""), cursor, param)
		}
		if at = found.at - t.dropped - 1; before != "" {
			at, step = found.at-t.dropped+1, 1
		}
	}
	out := listOf{Object: "list", Data: []object{}, URL: c.path()}
	within := c.created()
	for ; at >= 0 && at < len(t.rows); at += step {
		o, ok := t.rows[at].(T)
		if !ok || !within(o) || !match(o) {
			continue
		}
		if len(out.Data) == limit {
			out.HasMore = true
			break
		}
		if step > 0 {
			out.Data = append([]object{o}, out.Data...)
		} else {
			out.Data = append(out.Data, o)
		}
	}
	return &out, nil
}

// limit reads the page size, 1 to 100, 10 when not given.
func (c *call) limit() (int, *Error) {
	if !c.form.has("limit") {
		return 10, nil
	}
	n := c.form.number("limit")
	if n < 1 {
		return 0, invalid("parameter_invalid_integer", "limit", "This value must be greater than or equal to 1.")
	}
	if n > 100 {
		return 0, invalid("parameter_invalid_integer", "limit", "This value must be less than or equal to 100 (it currently is '"+c.form.text("limit")+"').")
	}
	return int(n), nil
}

// path is the address of the call with its values filled in.
func (c *call) path() string {
	path := c.rt.path
	for _, one := range c.values {
		path = strings.ReplaceAll(path, "{"+one.name+"}", one.value)
	}
	return path
}

// timed is an object with a time of creation.
type timed interface{ createdAt() int64 }

// created reads the created parameter: a time, or bounds.
func (c *call) created() func(object) bool {
	n := c.form.at("created")
	if n == nil {
		return func(object) bool { return true }
	}
	return func(o object) bool {
		t, ok := o.(timed)
		if !ok {
			return true
		}
		at := t.createdAt()
		if !n.hash {
			return at == n.number()
		}
		return (!n.has("gt") || at > n.number("gt")) && (!n.has("gte") || at >= n.number("gte")) &&
			(!n.has("lt") || at < n.number("lt")) && (!n.has("lte") || at <= n.number("lte"))
	}
}

// remove takes an object out of its table.
func (m *mode) remove(name, id string) {
	t := m.table(name)
	found, ok := m.index[id]
	if !ok {
		return
	}
	i := found.at - t.dropped
	t.rows = append(t.rows[:i:i], t.rows[i+1:]...)
	delete(m.index, id)
	delete(m.search, id)
	for ; i < len(t.rows); i++ {
		m.index[t.rows[i].key()] = place{object: t.rows[i], at: i + t.dropped}
	}
}

// noSuch is the 404 for an id, with Stripe's hint when the object exists in the
// other mode.
func (m *mode) noSuch(what, id, param string) *Error {
	other, here, there := m.account.live, "test", "live"
	if m.isLive {
		other, here, there = m.account.test, "live", "test"
	}
	e := missing(what, id, param)
	if other.index[id].object != nil {
		e.Message += "; a similar object exists in " + there + " mode, but a " + here + " mode key was used to make this request."
	}
	return e
}
