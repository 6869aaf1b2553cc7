package plugintest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// race calls f n times at once. It is an error when not exactly one of them
// returns nil, or when one of the others returns anything but ErrConflict.
func race(n int, f func(i int) error) (winner int, err error) {
	start := make(chan struct{})
	results := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	winners := 0
	for i, result := range results {
		switch {
		case result == nil:
			winner = i
			winners++
		case !errors.Is(result, stripesecure.ErrConflict):
			return 0, fmt.Errorf("number %d of a race: %w", i, result)
		}
	}
	if winners != 1 {
		return 0, fmt.Errorf("%d winners of a race of %d, want 1", winners, n)
	}
	return winner, nil
}

func checkOneWinner(ctx context.Context, s stripesecure.Store) error {
	for round := range int64(8) {
		winner, err := race(50, func(i int) error {
			return s.Put(ctx, stripesecure.Row{Shop: "shop", Checkout: "c1", Version: round, Body: fmt.Appendf(nil, "%d", i)})
		})
		if err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		row := stripesecure.Row{Shop: "shop", Checkout: "c1", Body: fmt.Appendf(nil, "%d", winner)}
		if err := want(ctx, s, row, round+1); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
	}
	return nil
}
