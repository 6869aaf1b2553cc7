package plugintest

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// alike are ids that a collation may take for one another: by case, spaces at
// the end, accents, width, kana, composition, or characters without weight.
var alike = []string{
	"", " ", "cart", "Cart", "CART", "cart ", " cart", "cart  ", "cart\t", "cárt", "ca\u0301rt", "ｃａｒｔ", "cart\u200b",
	"は", "ば", "ぱ", "ハ", "ﾊ", "は\u3099", "ß", "ss", "ẞ", "ı", "i", "I", "İ", "%", "_", "\\", "'", "\"", "🍣", "🍺", "\u00ad",
}

func checkExactIDs(ctx context.Context, s stripesecure.Store) error {
	for i, shop := range alike {
		for j, id := range []string{"x", alike[len(alike)-1-i]} {
			row := stripesecure.Row{Shop: shop, Checkout: id, Body: fmt.Appendf(nil, "%d %d", i, j)}
			if err := s.Put(ctx, row); err != nil {
				return fmt.Errorf("Put %q %q: %w", shop, id, err)
			}
		}
	}
	for i, shop := range alike {
		for j, id := range []string{"x", alike[len(alike)-1-i]} {
			row := stripesecure.Row{Shop: shop, Checkout: id, Body: fmt.Appendf(nil, "%d %d", i, j)}
			if err := want(ctx, s, row, 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkBodies(ctx context.Context, s stripesecure.Store) error {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for id, body := range map[string][]byte{
		"nil": nil, "empty": {}, "zero": {0}, "every": every, "quotes": []byte(`'"\%_?$1;--`),
		"not utf-8": {0xff, 0xfe, 0xc3, 0x28}, "1 MiB": bytes.Repeat(every, 4096),
	} {
		row := stripesecure.Row{Shop: "shop", Checkout: id, Body: body}
		if err := s.Put(ctx, row); err != nil {
			return fmt.Errorf("Put %s: %w", id, err)
		}
		if err := want(ctx, s, row, 1); err != nil {
			return err
		}
	}
	return nil
}

func checkTimes(ctx context.Context, s stripesecure.Store) error {
	tokyo := time.FixedZone("Tokyo", 9*60*60)
	for i, due := range []time.Time{
		time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC), // one microsecond after the zero time
		time.Date(1582, 10, 10, 0, 0, 0, 0, time.UTC),
		time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC),
		time.Unix(0, 0), // not the zero time
		time.Date(2026, 1, 1, 0, 0, 0, 1000, tokyo),
		time.Date(2038, 1, 19, 3, 14, 8, 0, time.UTC),
		time.Date(2262, 4, 12, 0, 0, 0, 0, time.UTC), // too far for nanoseconds
		time.Date(9999, 12, 31, 23, 59, 59, 999999000, tokyo),
	} {
		row := stripesecure.Row{Shop: "shop", Checkout: strconv.Itoa(i), Due: due, Body: []byte{1}}
		if err := s.Put(ctx, row); err != nil {
			return fmt.Errorf("Put %v: %w", due, err)
		}
		if err := want(ctx, s, row, 1); err != nil {
			return err
		}
		before, err := s.Due(ctx, "shop", due.Add(-time.Microsecond), 100)
		if err != nil || len(before) != i {
			return fmt.Errorf("%d rows due before %v, want %d: %v", len(before), due, i, err)
		}
		if err := wantLast(ctx, s, due, row.Checkout); err != nil {
			return err
		}
	}
	return nil
}

func wantLast(ctx context.Context, s stripesecure.Store, now time.Time, id string) error {
	rows, err := s.Due(ctx, "shop", now, 100)
	if err != nil || len(rows) == 0 || rows[len(rows)-1].Checkout != id {
		return fmt.Errorf("Due at %v: %d rows, want %s as the last: %v", now, len(rows), id, err)
	}
	return nil
}

func checkBuffers(ctx context.Context, s stripesecure.Store) error {
	row := stripesecure.Row{Shop: "shop", Checkout: "c1", Body: []byte("first"), Due: time.Unix(1, 0)}
	if err := s.Put(ctx, row); err != nil {
		return err
	}
	copy(row.Body, "XXXXX")
	row.Body = []byte("first")
	for range 2 {
		got, err := s.Get(ctx, "shop", "c1")
		if err != nil {
			return err
		}
		due, err := s.Due(ctx, "shop", time.Unix(2, 0), 1)
		if err != nil || len(due) != 1 {
			return fmt.Errorf("Due: %v, %v", due, err)
		}
		if err := want(ctx, s, row, 1); err != nil {
			return err
		}
		copy(got.Body, "YYYYY")
		copy(due[0].Body, "ZZZZZ")
	}
	return want(ctx, s, row, 1)
}
