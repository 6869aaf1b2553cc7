package plugintest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

func checkCustomers(ctx context.Context, s stripesecure.Store) error {
	key := stripesecure.CustomerKey{Shop: "shop", Environment: "test", Account: "acct_1", Member: "m@example.com"}
	others := []stripesecure.CustomerKey{
		{Shop: "shop2", Environment: key.Environment, Account: key.Account, Member: key.Member},
		{Shop: key.Shop, Environment: "live", Account: key.Account, Member: key.Member},
		{Shop: key.Shop, Environment: key.Environment, Account: "acct_2", Member: key.Member},
		{Shop: key.Shop, Environment: key.Environment, Account: key.Account, Member: strings.ToUpper(key.Member)},
		{Shop: key.Shop, Environment: key.Environment, Account: key.Account, Member: key.Member + " "},
		{Shop: key.Shop, Environment: key.Environment, Account: "", Member: key.Account + key.Member},
	}
	for i, other := range others {
		if err := s.SetCustomer(ctx, other, "", fmt.Sprintf("cus_other%d", i)); err != nil {
			return fmt.Errorf("SetCustomer of another key: %w", err)
		}
	}
	for i, step := range []struct {
		was, id string
		want    error
		then    string
	}{
		{"", "", nil, ""}, // nothing stays nothing
		{"cus_0", "cus_1", stripesecure.ErrConflict, ""},
		{"cus_0", "", stripesecure.ErrConflict, ""},
		{"", "cus_1", nil, "cus_1"},
		{"", "cus_1", stripesecure.ErrConflict, "cus_1"},
		{"", "cus_2", stripesecure.ErrConflict, "cus_1"},
		{"", "", stripesecure.ErrConflict, "cus_1"},
		{"CUS_1", "cus_2", stripesecure.ErrConflict, "cus_1"},
		{"cus_1 ", "", stripesecure.ErrConflict, "cus_1"},
		{"cus_1", "cus_1", nil, "cus_1"},
		{"cus_1", "cus_2", nil, "cus_2"},
		{"cus_1", "cus_3", stripesecure.ErrConflict, "cus_2"},
		{"cus_1", "cus_1", stripesecure.ErrConflict, "cus_2"},
		{"cus_2", "", nil, ""},
		{"cus_2", "", stripesecure.ErrConflict, ""},
		{"", "cus_4", nil, "cus_4"},
	} {
		if err := s.SetCustomer(ctx, key, step.was, step.id); !errors.Is(err, step.want) {
			return fmt.Errorf("step %d: SetCustomer %q to %q: %v, want %v", i, step.was, step.id, err, step.want)
		}
		if err := wantCustomer(ctx, s, key, step.then); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	for i, other := range others {
		if err := wantCustomer(ctx, s, other, fmt.Sprintf("cus_other%d", i)); err != nil {
			return err
		}
	}
	return nil
}

func wantCustomer(ctx context.Context, s stripesecure.Store, key stripesecure.CustomerKey, id string) error {
	got, err := s.Customer(ctx, key)
	if id == "" && !errors.Is(err, stripesecure.ErrNoRow) {
		return fmt.Errorf("Customer: %q, %v, want ErrNoRow", got, err)
	}
	if id != "" && (err != nil || got != id) {
		return fmt.Errorf("Customer: %q, %v, want %q", got, err, id)
	}
	return nil
}

func checkOneCustomer(ctx context.Context, s stripesecure.Store) error {
	key := stripesecure.CustomerKey{Shop: "shop", Environment: "test", Account: "acct_1", Member: "m"}
	was := ""
	for round := range 5 {
		winner, err := race(50, func(i int) error {
			return s.SetCustomer(ctx, key, was, fmt.Sprintf("cus_%d_%d", round, i))
		})
		if err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
		was = fmt.Sprintf("cus_%d_%d", round, winner)
		if err := wantCustomer(ctx, s, key, was); err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
	}
	return nil
}
