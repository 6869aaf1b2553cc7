package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
)

// newAdmin wires the merchant's pages. They are mounted at /staff/stripe/,
// for the staff.
func newAdmin(s *Shop) (http.Handler, error) {
	return admin.NewHandler(admin.Options{
		Prefix: "/staff/stripe", Login: s.adminClerk, LoginPage: "/staff/login?next={page}", ShopName: "Awai", ShopPage: "/staff/orders",
		Keys: s.ring, Logger: s.log,
		Methods: []admin.Method{{Plugin: s.plugin, Store: s.office, Lists: s.lists, Payments: s.payments, Report: s.lastFound, Compare: s.compareNow, Order: s.orderNow}},
	})
}

// openOffice opens where settings and texts are kept. Until a merchant saves some,
// they are those of the demonstration.
func (s *Shop) openOffice(ctx context.Context, file string) (err error) {
	if s.ring, err = settingsKeys(file + ".key"); err != nil {
		return err
	}
	s.office, err = admin.NewRowStore(admin.RowOptions{
		Store: s.store, ShopID: "demo", Keys: s.ring, Default: defaultSettings(s.stripe), Now: s.now,
	})
	if err != nil {
		return err
	}
	s.settings = s.office.Source()
	state, err := s.office.Load(ctx)
	if err != nil {
		return err
	}
	if state.Settings.Test.Equal(s.stripe.keys) && state.Settings.Authentication == s.stripe.auth {
		return nil
	}
	// The shop was started with other keys than last time.
	state.Settings.Test, state.Settings.Authentication = s.stripe.keys, s.stripe.auth
	return s.office.Save(ctx, state, admin.Change{At: s.now().UTC(), By: "go run", Action: admin.ActionSettings})
}

// settingsKeys are the keys that encrypt what merchants enter. They lie beside
// the database and not in it: who copies one of the two has nothing. A real shop
// takes them from its secret manager.
func settingsKeys(file string) (*vault.Ring, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that -db names
	if errors.Is(err, os.ErrNotExist) {
		fresh := make([]byte, vault.KeySize)
		_, _ = rand.Read(fresh) // never fails
		text = []byte(hex.EncodeToString(fresh))
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s holds no key", file) // not what it holds
	}
	return vault.NewRing(vault.Key{ID: "shop", Secret: key})
}

// lists are the countries that the shop delivers to, and the statuses of its
// orders.
func (s *Shop) lists(context.Context) (settings.Lists, error) {
	option := func(key, value string) settings.Option {
		return settings.Option{Value: value, Label: settings.Text{JA: s.text("ja", key+value), EN: s.text("en", key+value)}}
	}
	var lists settings.Lists
	for _, country := range countries {
		lists.Countries = append(lists.Countries, option("country.", country))
	}
	for _, status := range []string{"new", "hold"} {
		lists.OrderStatuses = append(lists.OrderStatuses, option("status.", status))
	}
	return lists, nil
}

// payments lists the payments of the orders, the newest first.
func (s *Shop) payments(ctx context.Context, offset, limit int) ([]stripesecure.PaymentID, error) {
	return all(ctx, s.db, func(rows *sql.Rows) (id stripesecure.PaymentID, err error) {
		return id, rows.Scan(&id)
	}, `select payment from orders order by rowid desc limit ? offset ?`, limit, offset)
}

// adminClerk says who of the staff asks for the merchant's pages.
func (s *Shop) adminClerk(r *http.Request) (admin.Clerk, error) {
	c, err := s.clerk(r)
	return admin.Clerk{Name: c.Name}, err
}
