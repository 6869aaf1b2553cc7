// Package plugintest has what tests of hosts, stores and plugins need beside
// [github.com/ec-plugins/stripesecure/stripesecure/stripetest].
//
// # Suites
//
// A suite holds what you have written to the rules that the library relies on:
// [TestHost] a shop engine, [TestHostFirst] one that makes the order before the
// buyer pays, [TestStore] a store, [TestPlugin] another implementation of
// PaymentPlugin, and [TestHooks] that none of a host's hooks is lost on the way.
//
//	func TestHost(t *testing.T) {
//		plugintest.TestHost(t, func(t *testing.T) plugintest.Shop {
//			shop := open(t)
//			return plugintest.Shop{Host: shop, Orders: shop, NewCart: shop.newCart, Find: shop.ordersOf}
//		})
//	}
//
// Every [Rule] has an id that stays, and says what breaks for the merchant where it
// does not hold. The suites are values too ([HostRules], [StoreRules] and so on),
// for tools that are not go test. A rule that needs what you have not given is
// skipped, and says so.
//
// # A bench
//
// A test of your own that wants to see money held and captured takes a [Bench]: the
// real plugin, a Stripe in the process, the recovery loop, and time that the test
// moves. [MemoryHost] is a right host, for tests of plugins.
//
// # Mocks
//
// A test of code that only calls the plugin, or is only called by it, takes a mock:
//
//	plugin := plugintest.NewMockPaymentPlugin(t)
//	plugin.On("Pay", mock.Anything, cart, in).Return(stripesecure.Result{Do: stripesecure.Wait}, nil)
//
// go generate renews the mocks; the test in internal/mockgen fails when an
// interface has changed and they have not.
package plugintest

//go:generate go test ./internal/mockgen -update
