package plugintest

import (
	"errors"
	"testing"
)

// caught proves that each rule catches the implementation that was broken for it.
// Other rules may see it too.
func caught[T, B any](t *testing.T, rules []Rule[T], mutants map[string]func(B), subject func(t *testing.T, mutate func(B)) T) {
	t.Helper()
	ids := map[string]bool{}
	for _, rule := range rules {
		if ids[rule.ID] || rule.Says == "" || rule.Breaks == "" {
			t.Errorf("%s: used twice, or not explained", rule.ID)
		}
		ids[rule.ID] = true
	}
	for id := range mutants {
		if !ids[id] {
			t.Errorf("%s: a mutant of no rule", id)
		}
	}
	for _, rule := range rules {
		t.Run(rule.ID, func(t *testing.T) {
			mutate := mutants[rule.ID]
			if mutate == nil {
				t.Fatal("no mutant breaks this rule")
			}
			for range 20 { // those about races need luck
				err := rule.Check(t.Context(), subject(t, mutate))
				violation := (*Violation)(nil)
				if !errors.As(err, &violation) {
					continue
				}
				if violation.ID != rule.ID {
					t.Errorf("reported as %s", violation.ID)
				}
				t.Log(err)
				return
			}
			t.Error("the rule does not see its mutant")
		})
	}
}
