package stripesecure

import (
	"context"

	"github.com/ec-plugins/stripesecure/settings"
)

// CheckAccount asks Stripe which account the active secret key speaks for, and
// returns the fault of ⑥ when it is another one (LC-10, API-11). It is for the
// merchant's page, after settings were entered and before ⑦ becomes live. A key
// that Stripe refuses is not_ready; a restricted key without the permission to
// read its account is not_ready as well.
func (p *Plugin) CheckAccount(ctx context.Context) (settings.Faults, error) {
	const op = "CheckAccount"
	s, err := p.Settings(ctx)
	if err != nil {
		return nil, err
	}
	client, err := p.client(ctx, scopeOf(s), forBuyers)
	if err != nil {
		return nil, stripeError(op, err)
	}
	account, err := client.Account(ctx)
	if err != nil {
		return nil, stripeError(op, err)
	}
	return s.AccountMismatch(account), nil
}
