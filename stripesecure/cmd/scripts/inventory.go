package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"
)

// inventory is what is kept of a page.
type inventory struct {
	Page    string            `json:"page"`
	Taken   time.Time         `json:"taken"`
	Headers map[string]string `json:"headers"`
	Scripts []script          `json:"scripts"`
}

// script is one script of the page: with an address, or inside the page.
type script struct {
	Src       string `json:"src,omitempty"`
	Inline    string `json:"inline,omitempty"` // where in the page it stands
	Hash      string `json:"hash"`
	Integrity string `json:"integrity,omitempty"` // the page's own demand
	Why       string `json:"why"`                 // the reason, by a person
	Varies    bool   `json:"varies,omitempty"`    // its bytes may change: only the address counts
}

// key tells scripts apart: an address, or the bytes of one inside the page.
func (s script) key() string { return cmp.Or(s.Src, s.Inline+" "+s.Hash) }

func load(file string) (*inventory, error) {
	body, err := os.ReadFile(file) //nolint:gosec // the file that the command line names
	if err != nil {
		return &inventory{}, err
	}
	inv := &inventory{}
	return inv, json.Unmarshal(body, inv)
}

func (inv *inventory) save(file string) error {
	body, err := json.MarshalIndent(inv, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(body, '\n'), 0o644) //nolint:gosec // an inventory is no secret: reviewers read it
}

// sort orders the scripts, and drops what stands there twice.
func (inv *inventory) sort() {
	slices.SortFunc(inv.Scripts, func(a, b script) int { return cmp.Compare(a.key(), b.key()) })
	inv.Scripts = slices.CompactFunc(inv.Scripts, func(a, b script) bool { return a.key() == b.key() && a.Hash == b.Hash })
}

func (inv *inventory) find(key string) (script, bool) {
	i := slices.IndexFunc(inv.Scripts, func(s script) bool { return s.key() == key })
	if i < 0 {
		return script{}, false
	}
	return inv.Scripts[i], true
}

// keepReasons takes over what a person has written.
func (inv *inventory) keepReasons(before *inventory) {
	for i, s := range inv.Scripts {
		if old, ok := before.find(s.key()); ok {
			inv.Scripts[i].Why, inv.Scripts[i].Varies = old.Why, old.Varies
		}
	}
}

// compare says what has changed, one line for each change.
func compare(before, now *inventory) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, s := range now.Scripts {
		old, known := before.find(s.key())
		switch {
		case !known:
			say("new       %s", s.key())
		case old.Hash != s.Hash && !s.Varies:
			say("changed   %s", s.key())
		case old.Integrity != s.Integrity:
			say("integrity %s: %q, it was %q", s.key(), s.Integrity, old.Integrity)
		case s.Why == "":
			say("no reason %s", s.key())
		}
	}
	for _, s := range before.Scripts {
		if _, still := now.find(s.key()); !still {
			say("gone      %s", s.key())
		}
	}
	names := maps.Clone(before.Headers)
	if names == nil {
		names = map[string]string{}
	}
	maps.Copy(names, now.Headers)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if len(now.Headers) > 0 && before.Headers[name] != now.Headers[name] {
			say("header    %s: %q, it was %q", name, now.Headers[name], before.Headers[name])
		}
	}
	return lines
}
