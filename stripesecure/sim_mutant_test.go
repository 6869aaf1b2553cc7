package stripesecure

// simMutant is a deliberate bug: a port or a row that does not keep the rules.
type simMutant struct {
	name          string
	plugin        func(*Plugin)
	blind         bool // the store does not compare
	keyless       bool // the host has no order key
	closesNothing bool // CloseOrderKey does not take the key
}
