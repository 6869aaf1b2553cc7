// Package admin serves the merchant's pages of the payment method: 基本設定 with
// ①–⑮, 文言設定 with the five texts, a test of the connection, enabling and
// disabling, and the log of changes. A host mounts them in one line:
//
//	pages, err := admin.NewHandler(admin.Options{
//		Prefix:  "/admin/stripe",
//		Login:   shop.clerk, // who asks, by the host's own session of its staff
//		Keys:    ring,
//		Methods: []admin.Method{{Plugin: plugin, Store: store, Lists: shop.lists}},
//	})
//	mux.Handle("/admin/stripe/", pages)
//
// # Where settings live
//
// A [Store] keeps settings, texts and the log. [NewRowStore] keeps them in a row of
// the plugin's own store, secrets encrypted with the keys of package vault, and is
// what the plugin gets them from:
//
//	ring, err := vault.NewRing(vault.Key{ID: "2026", Secret: key})
//	store, err := admin.NewRowStore(admin.RowOptions{Store: rows, ShopID: "tea", Keys: ring})
//	plugin, err := stripesecure.New(stripesecure.Options{Settings: store.Source(), Wording: store, …})
//
// # What the pages promise
//
//   - Nobody sees them without the host's login; forms of other sites are refused.
//   - A secret can be set, replaced and removed. What is stored, and what is typed,
//     never comes back: its last four characters do.
//   - Whatever is wrong is said at once, each fault at its field, in the reader's
//     language; nothing is saved then, and nothing that was typed is lost, except
//     a secret that is wrong itself.
//   - Of two clerks who save at once, the second sees what the first has changed
//     and saves nothing before.
//   - What changes for buyers is shown before it is saved. ⑦ becomes live only
//     after the connection has been tested with what is about to be saved.
//   - They work without JavaScript, by keyboard, on a phone, in the dark.
package admin
