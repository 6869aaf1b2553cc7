package admin_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
)

// A shop mounts the merchant's pages behind the login of its staff.
func Example() {
	ring, err := vault.NewRing(vault.Key{ID: "2026", Secret: bytes.Repeat([]byte{7}, vault.KeySize)}) // from a secret manager
	if err != nil {
		log.Fatal(err)
	}
	rows := stripesecure.NewMemory() // sqlstore.New for a real shop
	store, err := admin.NewRowStore(admin.RowOptions{Store: rows, ShopID: "tea", Keys: ring})
	if err != nil {
		log.Fatal(err)
	}
	plugin, err := stripesecure.New(stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "tea", Host: host{}, Store: rows,
		Settings: store.Source(), Wording: store, // what a merchant saves counts for the next buyer
		SigningKeys: [][]byte{bytes.Repeat([]byte{9}, 32)},
	})
	if err != nil {
		log.Fatal(err)
	}
	pages, err := admin.NewHandler(admin.Options{
		Prefix: "/admin/stripe", Keys: ring,
		Login: func(r *http.Request) (admin.Clerk, error) { // the shop's own session
			if cookie, err := r.Cookie("staff"); err == nil && cookie.Value == "hana's session" {
				return admin.Clerk{Name: "Hana"}, nil
			}
			return admin.Clerk{}, errors.New("nobody is logged in")
		},
		Methods: []admin.Method{{Plugin: plugin, Store: store}},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/admin/stripe/", pages)

	r := httptest.NewRequest(http.MethodGet, "/admin/stripe/card/settings", nil)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println("a stranger:", w.Code)

	r.AddCookie(&http.Cookie{Name: "staff", Value: "hana's session"})
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println("Hana:", w.Code)
	// Output:
	// a stranger: 401
	// Hana: 200
}
