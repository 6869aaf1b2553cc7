package dbtest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// The history of one row, for porcupine: a second opinion on rule STORE-05 of
// package plugintest, by a checker that knows nothing of versions.

type operation struct {
	key     string
	put     bool
	version int64 // that Put expects
	body    string
}

type outcome struct {
	row      stored // what Get read
	conflict bool
}

type stored struct {
	version int64 // 0: there is no row
	body    string
}

func checkLinear(ctx context.Context, s stripesecure.Store) error {
	const clients, calls = 8, 60
	begin := time.Now()
	var mu sync.Mutex
	var history []porcupine.Operation
	var failed error
	var bodies atomic.Int64
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(client)))
			known := map[string]stored{}
			for range calls {
				in := operation{key: fmt.Sprint("c", random.IntN(3)), put: random.IntN(3) > 0}
				in.version, in.body = known[in.key].version, fmt.Sprint(bodies.Add(1))
				called := time.Since(begin).Nanoseconds()
				out, err := apply(ctx, s, in)
				returned := time.Since(begin).Nanoseconds()
				known[in.key] = learn(known[in.key], in, out)
				mu.Lock()
				failed = errors.Join(failed, err)
				history = append(history, porcupine.Operation{
					ClientId: client, Input: in, Call: called, Output: out, Return: returned,
				})
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if failed != nil {
		return failed
	}
	if result := porcupine.CheckOperationsTimeout(model(), history, time.Minute); result != porcupine.Ok {
		return fmt.Errorf("%d calls by %d clients at once: no order explains them (%s)", len(history), clients, result)
	}
	return nil
}

// learn is what a client knows of the row after a call.
func learn(was stored, in operation, out outcome) stored {
	switch {
	case !in.put:
		return out.row
	case out.conflict:
		return was
	}
	return stored{in.version + 1, in.body}
}

func apply(ctx context.Context, s stripesecure.Store, in operation) (outcome, error) {
	if in.put {
		err := s.Put(ctx, stripesecure.Row{Shop: "shop", Checkout: in.key, Version: in.version, Body: []byte(in.body)})
		if errors.Is(err, stripesecure.ErrConflict) {
			return outcome{conflict: true}, nil
		}
		return outcome{}, err
	}
	row, err := s.Get(ctx, "shop", in.key)
	if errors.Is(err, stripesecure.ErrNoRow) {
		return outcome{}, nil
	}
	return outcome{row: stored{row.Version, string(row.Body)}}, err
}

// model is one row: Put succeeds exactly when it carries the stored version.
func model() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			byKey := map[string][]porcupine.Operation{}
			for _, op := range history {
				key := op.Input.(operation).key
				byKey[key] = append(byKey[key], op)
			}
			var parts [][]porcupine.Operation
			for _, part := range byKey {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() any { return stored{} },
		Step: func(state, input, output any) (bool, any) {
			row, in, out := state.(stored), input.(operation), output.(outcome)
			switch {
			case !in.put:
				return out.row == row, row
			case out.conflict:
				return in.version != row.version, row
			}
			return in.version == row.version, stored{in.version + 1, in.body}
		},
	}
}
