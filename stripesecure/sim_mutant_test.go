package stripesecure

import "github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"

// simMutant is a deliberate bug: a port or a row that does not keep the rules.
type simMutant struct {
	name          string
	plugin        func(*Plugin)
	row           func(*simWorld, *checkout.Row) // changes a row before it is stored
	blind         bool                           // the store does not compare
	keyless       bool                           // the host has no order key
	closesNothing bool                           // CloseOrderKey does not take the key
}
