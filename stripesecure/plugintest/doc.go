// Package plugintest has what tests of hosts and plugins need beside
// [github.com/ec-plugins/stripesecure/stripesecure/stripetest]: testify mocks of
// the interfaces between a host and the library.
//
// A test that wants to see money held and captured takes the real plugin and a
// stripetest.Stripe. A test of code that only calls the plugin, or is only called
// by it, takes a mock:
//
//	plugin := plugintest.NewMockPaymentPlugin(t)
//	plugin.On("Pay", mock.Anything, cart, in).Return(stripesecure.Result{Do: stripesecure.Wait}, nil)
//
// go generate renews the mocks; the test in internal/mockgen fails when an
// interface has changed and they have not.
package plugintest

//go:generate go test ./internal/mockgen -update
