package plugintest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// checkList: pages of the ids with a prefix, in the order of their bytes. The
// signs of SQL's LIKE are characters like any other.
func checkList(ctx context.Context, s stripesecure.Store) error {
	ids := []string{"a", "a%", "a%b", "aa", "ab", "b", "A", "a_", "あ", "a%c", "a%あ", "a%b2"}
	for _, id := range ids {
		for _, shop := range []string{"shop", "other", "Shop"} {
			row := stripesecure.Row{Shop: shop, Checkout: id, Due: time.Unix(1, 0), Body: []byte(shop + " " + id)}
			if err := s.Put(ctx, row); err != nil {
				return err
			}
		}
	}
	slices.Sort(ids)
	for prefix, want := range map[string][]string{
		"": ids, "a%": {"a%", "a%b", "a%b2", "a%c", "a%あ"}, "A": {"A"}, "a_": {"a_"}, "c": nil, "あ": {"あ"}, "a%b": {"a%b", "a%b2"},
	} {
		for limit := 1; limit <= len(ids)+1; limit++ {
			var got []string
			for after := ""; ; {
				page, err := s.List(ctx, "shop", prefix, after, limit)
				if err != nil {
					return fmt.Errorf("List %q after %q: %w", prefix, after, err)
				}
				for _, row := range page {
					got, after = append(got, row.Checkout), row.Checkout
					if row.Shop != "shop" || string(row.Body) != "shop "+row.Checkout || row.Version != 1 || !row.Due.Equal(time.Unix(1, 0)) {
						return fmt.Errorf("List %q: %s", prefix, brief(row))
					}
				}
				if len(page) < limit {
					break
				}
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("List %q by pages of %d: %q, want %q", prefix, limit, got, want)
			}
		}
	}
	return nil
}

// checkDelete: only the stored version is removed, and only this row.
func checkDelete(ctx context.Context, s stripesecure.Store) error {
	row := stripesecure.Row{Shop: "shop", Checkout: "c1", Due: time.Unix(1, 0), Body: []byte("first")}
	other := stripesecure.Row{Shop: "other", Checkout: "c1", Body: []byte("other")}
	again := row
	again.Version = 1
	if err := errors.Join(s.Put(ctx, row), s.Put(ctx, other), s.Put(ctx, again)); err != nil {
		return err
	}
	for _, version := range []int64{0, 1, 3} {
		if err := s.Delete(ctx, "shop", "c1", version); !errors.Is(err, stripesecure.ErrConflict) {
			return fmt.Errorf("Delete version %d of 2: %v, want ErrConflict", version, err)
		}
	}
	if err := want(ctx, s, row, 2); err != nil {
		return err
	}
	// Of many that have read the same version one removes it.
	if _, err := race(20, func(int) error { return s.Delete(ctx, "shop", "c1", 2) }); err != nil {
		return fmt.Errorf("Delete: %w", err)
	}
	if _, err := s.Get(ctx, "shop", "c1"); !errors.Is(err, stripesecure.ErrNoRow) {
		return fmt.Errorf("Get after Delete: %v, want ErrNoRow", err)
	}
	again.Version = 2
	if err := s.Put(ctx, again); !errors.Is(err, stripesecure.ErrConflict) {
		return fmt.Errorf("Put onto a deleted row: %v, want ErrConflict", err)
	}
	return errors.Join(want(ctx, s, other, 1), s.Put(ctx, row), want(ctx, s, row, 1))
}
