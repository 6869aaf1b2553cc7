package plugintest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// seen is one call on a row, and when it ran.
type seen struct {
	put          bool
	conflict     bool
	failed       bool  // a Put of which nobody knows whether it was stored, or a Get
	version      int64 // that Get read or Put left behind; of a conflict: that Put expected
	body         string
	call, answer time.Duration
}

// checkLinear lets clients read and change a few rows at once, and looks for
// something that no order of the calls explains. A busy database may fail some of
// them; of those it is not known whether they were done.
func checkLinear(ctx context.Context, s stripesecure.Store) error {
	const clients, calls = 8, 60
	const failuresOfOne = calls / 10
	begin := time.Now()
	history := make([]map[string][]seen, clients)
	failed := make([][]error, clients)
	var all sync.WaitGroup
	for client := range clients {
		history[client] = map[string][]seen{}
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(client))) //nolint:gosec // a choice that repeats, no secret
			known := map[string]int64{}
			for n := range calls {
				row := stripesecure.Row{Shop: "shop", Checkout: fmt.Sprint("c", random.IntN(3)), Body: fmt.Appendf(nil, "%d/%d", client, n)}
				row.Version = known[row.Checkout]
				one, err := callOnce(ctx, s, row, random.IntN(3) > 0, begin)
				switch {
				case err == nil && !one.conflict:
					known[row.Checkout] = one.version
				case err != nil:
					if failed[client] = append(failed[client], err); len(failed[client]) > failuresOfOne {
						return
					}
				}
				history[client][row.Checkout] = append(history[client][row.Checkout], one)
			}
		})
	}
	all.Wait()
	for _, of := range failed {
		if len(of) > failuresOfOne {
			return errors.Join(of...)
		}
	}
	for _, id := range []string{"c0", "c1", "c2"} {
		var calls []seen
		for _, of := range history {
			calls = append(calls, of[id]...)
		}
		if err := explain(calls); err != nil {
			return fmt.Errorf("%d calls by %d clients at once: no order explains them: %w", len(calls), clients, err)
		}
	}
	return nil
}

func callOnce(ctx context.Context, s stripesecure.Store, row stripesecure.Row, put bool, begin time.Time) (seen, error) {
	one := seen{put: put, version: row.Version, call: time.Since(begin)}
	var err error
	if put {
		err = s.Put(ctx, row)
		one.answer = time.Since(begin)
		if one.conflict = errors.Is(err, stripesecure.ErrConflict); one.conflict {
			return one, nil
		}
		one.version, one.body, one.failed = row.Version+1, string(row.Body), err != nil
		return one, err
	}
	got, err := s.Get(ctx, row.Shop, row.Checkout)
	one.answer = time.Since(begin)
	if errors.Is(err, stripesecure.ErrNoRow) {
		one.version = 0
		return one, nil
	}
	one.version, one.body, one.failed = got.Version, string(got.Body), err != nil
	return one, err
}

// explain looks for an order of the calls in which each sees the row as the last
// Put has left it. The versions give the order of the Puts, so that looking at
// pairs is enough.
func explain(calls []seen) error {
	puts, perhaps := map[int64]seen{}, map[int64][]seen{}
	for _, c := range calls {
		if c.put && c.failed {
			perhaps[c.version] = append(perhaps[c.version], c)
		}
		if !c.put || c.conflict || c.failed {
			continue
		}
		if _, twice := puts[c.version]; twice {
			return fmt.Errorf("version %d was stored twice", c.version)
		}
		puts[c.version] = c
	}
	for _, c := range calls {
		switch {
		case c.failed, c.conflict && len(perhaps[c.version+1]) > 0:
			continue
		case c.conflict:
			if from, to := puts[c.version], puts[c.version+1]; from.answer < c.call && (to.call == 0 || to.call > c.answer) {
				return fmt.Errorf("ErrConflict although version %d was stored the whole time", c.version)
			}
			continue
		}
		written := puts[c.version]
		for _, p := range perhaps[c.version] {
			if written.call == 0 && p.body == c.body {
				written = p
			}
		}
		switch {
		case c.version > 0 && written.call == 0:
			return fmt.Errorf("version %d was never stored", c.version)
		case c.body != written.body:
			return fmt.Errorf("version %d has another body than was stored", c.version)
		case written.call > c.answer:
			return fmt.Errorf("version %d was read before it was stored", c.version)
		}
		for _, later := range calls {
			if !later.conflict && !later.failed && later.call > c.answer && later.version < c.version {
				return fmt.Errorf("version %d was seen after version %d", later.version, c.version)
			}
		}
	}
	return nil
}
