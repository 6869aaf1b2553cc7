package stripesecure

import (
	"context"
	"slices"
)

// Sort orders payment methods by setting ④, the smaller number first; methods
// with the same number keep their order (LC-08). A method whose settings cannot
// be read comes last.
func Sort(ctx context.Context, plugins []PaymentPlugin) error {
	type ranked struct {
		plugin PaymentPlugin
		order  int
		failed bool
	}
	list := make([]ranked, len(plugins))
	var first error
	for i, p := range plugins {
		s, err := p.Settings(ctx)
		if err != nil && first == nil {
			first = err
		}
		list[i] = ranked{p, s.SortOrder, err != nil}
	}
	slices.SortStableFunc(list, func(a, b ranked) int {
		switch {
		case a.failed != b.failed && a.failed:
			return 1
		case a.failed != b.failed:
			return -1
		case a.order < b.order:
			return -1
		case a.order > b.order:
			return 1
		}
		return 0
	})
	for i, r := range list {
		plugins[i] = r.plugin
	}
	return first
}
