package stripesecure_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// platform keeps the shops of many merchants; a real one in its database.
type platform struct {
	store  stripesecure.Store
	stripe *stripetest.Stripe
	saved  map[string]tenant
}

// tenant is what one merchant has saved.
type tenant struct {
	domain  string
	version string // another one whenever the domain is
	json    []byte // settings.Encode
}

func (p platform) Shops(context.Context) (map[string]string, error) {
	versions := map[string]string{}
	for id, t := range p.saved {
		versions[id] = t.version
	}
	return versions, nil
}

func (p platform) Options(_ context.Context, id string) (stripesecure.Options, error) {
	t, ok := p.saved[id]
	if !ok {
		return stripesecure.Options{}, stripesecure.ErrNotFound
	}
	shop := teaShop{newFakeHost()} // a host that knows which shop it is
	return stripesecure.Options{
		ShopID: id, BaseURL: "https://" + t.domain, Host: shop, Orders: shop, Carts: shop, Store: p.store,
		Settings: settings.SourceFunc(func(context.Context) (settings.Settings, error) { return settings.Decode(p.saved[id].json) }),
		// A key for each shop, such as HKDF of the platform's own with the shop's id.
		SigningKeys: [][]byte{[]byte("32 random bytes of " + id + "……………………")},
		Transport:   p.stripe.Transport(),
	}, nil
}

// Many shops in one process: plugins from stored settings.
func ExampleNewShops() {
	json, err := settings.Encode(testSettings())
	if err != nil {
		log.Fatal(err)
	}
	p := platform{store: stripesecure.NewMemory(), stripe: stripetest.New(), saved: map[string]tenant{
		"tea": {"tea.example", "1", json}, "rice": {"rice.example", "1", json},
	}}
	shops := stripesecure.NewShops(p.store, p, nil)
	mux := http.NewServeMux()
	mux.Handle("/stripesecure/", shops.Handler(func(r *http.Request) string { return map[string]string{"tea.example": "tea"}[r.Host] }))
	ctx := context.Background()
	if err := shops.Sweep(ctx); err != nil { // go shops.Run(ctx) in a real one
		log.Fatal(err)
	}

	tea, err := shops.Plugin(ctx, "tea")
	if err != nil {
		log.Fatal(err)
	}
	cart := teaCart()
	cart.ReturnURL = "https://tea.example/back"
	res, err := tea.Pay(ctx, cart, stripesecure.Input{Token: p.stripe.Token("4242424242424242")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Do, res.URL)
	_, err = shops.Plugin(ctx, "unknown")
	fmt.Println(stripesecure.CodeOf(err))
	// Output:
	// go_to https://tea.example/orders/R-cart-17.1
	// not_found
}
