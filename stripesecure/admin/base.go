package admin

import (
	"encoding/json"
	"net/url"
	"slices"
	"time"
)

// base is what a form was drawn with: a hidden field that comes back with it. So
// the server can tell what the clerk has changed from what somebody else has
// changed meanwhile, whichever of the two was first. It holds no secret, and who
// changes it harms only the own form.
type base struct {
	Version int64      `json:"v"`
	Fields  url.Values `json:"f"`
}

func (b base) hidden() (string, error) {
	data, err := json.Marshal(b)
	return string(data), err
}

// readBase reads the hidden field; without it nothing can be told apart.
func readBase(text string) (b base, ok bool) {
	if json.Unmarshal([]byte(text), &b) != nil || b.Fields == nil {
		return base{}, false
	}
	return b, true
}

// meanwhile is what somebody else did to a field while the clerk had the form.
type meanwhile struct {
	By    string
	At    time.Time
	Now   string // what is stored now, for people
	Taken bool   // the clerk had not touched the field: the form has theirs now
}

// merged compares three versions of one field: base (what the form was drawn
// with), mine and theirs. changed: theirs is not the base. take: the clerk has
// not touched it, so theirs counts.
func merged(base, mine, theirs []string) (changed, take bool) {
	if same(base, theirs) {
		return false, false
	}
	return !same(mine, theirs), same(base, mine)
}

// same: the order of countries does not count, and an empty list is an empty text.
func same(a, b []string) bool { return slices.Equal(plain(a), plain(b)) }

func plain(values []string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// latest finds who changed a field last, in a log that begins with the newest.
func latest(log []Change, since int64, field string) (Change, bool) {
	for _, change := range log {
		if change.Version <= since {
			break
		}
		if slices.ContainsFunc(change.Fields, func(c Changed) bool { return c.Field == field }) {
			return change, true
		}
	}
	return Change{}, false
}
