package stripesecure

import (
	"context"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// secretMutants let a secret out (SEC-01): the canaries notice them.
func secretMutants() []*simMutant {
	return []*simMutant{
		{name: "a client secret is stored", caught: "S", row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
			if a.Intent != "" {
				a.Seen.Error = a.Intent + simSecret
			}
		})},
		{name: "the key is stored with the call", caught: "S", row: forAttempts(func(_ *simWorld, _ *checkout.Row, a *checkout.Attempt) {
			if a.Call != nil {
				a.Call.Body += "&key=" + stripetest.TestSecretKey
			}
		})},
		{name: "the key is logged", caught: "S", plugin: func(p *Plugin) {
			stripe := p.seams.stripe
			p.seams.stripe = func(key, account string, background bool) stripePort {
				p.log(context.Background(), "stripe", "key", key)
				return stripe(key, account, background)
			}
		}},
		{name: "a token is logged", caught: "S", plugin: func(p *Plugin) {
			encode := p.encode
			p.encode = func(r *checkout.Row) ([]byte, error) {
				if a := r.Live(); a != nil && a.Call != nil {
					p.log(context.Background(), "call", "body", a.Call.Body)
				}
				return encode(r)
			}
		}},
	}
}
