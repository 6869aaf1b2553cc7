// Package stripetest is a Stripe that keeps state, in the test process: for the
// unit tests of shops and plugins, and for a shop that has no keys yet. It speaks
// API version 2024-06-20, the one of stripe-go v79. It needs no network, starts
// no goroutine by itself, and a fresh one is ready in microseconds.
//
// # Start
//
//	s := stripetest.New()
//	backends := stripe.NewBackendsWithConfig(&stripe.BackendConfig{HTTPClient: s.Client()})
//	sc := client.New(stripetest.TestSecretKey, backends)
//
// [Stripe.Transport] answers in the caller's goroutine, so it works inside
// testing/synctest. [Stripe.Server] is the same on a loopback socket for the time
// of a test, [Stripe.Handler] the same for a mux of your own, and
// cmd/stripetest the same for people who test in other languages.
//
// # Pay
//
// A buyer types a card, and Stripe.js makes a confirmation token of it; a test
// takes that step with [Stripe.Token] and one of Stripe's test cards. What the
// card does at Stripe it does here. When an intent is in requires_action, the
// buyer at the bank is [Stripe.Challenge]. A browser goes through the same steps
// with the stand-in for Stripe.js that Handler serves at /v3/, and the hosted page
// below /3ds/.
//
// # Look
//
// [Stripe.Calls] is what was asked, with forms and idempotency keys;
// [Stripe.Intents], [Stripe.Charges], [Stripe.Customers], [Stripe.Events] and so
// on are what is there. They return copies. [Stripe.View] looks at other accounts
// and at live mode. [Stripe.Strict] fails the test on a request that Stripe's
// description would refuse.
//
// # Let time pass
//
// [Stripe.Advance] moves the clock, and what is due happens: authorisations
// expire, tokens and idempotency keys run out, refunds end. [WithClock] puts the
// emulator on the clock of the test.
//
// # Let things go wrong
//
// [Stripe.Fail] scripts a fault for a call: an answer lost after the work was
// done, a 500 that is stored, a 502 with HTML. [Stripe.Hold] keeps a call on its
// way until it is released. [Stripe.FailEvent] drops, doubles and delays events.
// [Stripe.Dashboard] is the merchant, who does things that the plugin did not ask
// for.
//
// # Hear of it
//
// [Stripe.Deliver] posts the new events to a webhook handler, signed. Endpoints
// that were made by the API, or by [Stripe.AddWebhook], are served by
// [Stripe.Flush], or as things happen after [Stripe.StartWebhooks].
//
// # What is emulated, and where it is from
//
// §n is a section of the fact sheet that this library keeps (stripe-facts), which
// names its sources; the second name is the page of Stripe's documentation.
//
//	PaymentIntent: states, messages            §1.1, §1.5  "How PaymentIntents work"
//	  create, confirm, update, capture (also
//	  part of it), cancel, list, search        §1.2, §1.3  API reference
//	  automatic methods, automatic_async       §0          "API upgrades"
//	  authorisations expire                    §1.1        "Place a hold on a payment method"
//	idempotency                                §1.4        "Idempotent requests"
//	errors, keys, permissions, test and live   §1.5, §7    "Errors", "API keys"
//	confirmation tokens, also test_helpers     §2.1        "Finalize payments on the server"
//	customers, payment methods, fingerprints   §2.1        API reference
//	setup intents and attempts, customer
//	  sessions                                 §2.1        "Setup Intents API"
//	charges, balance, balance transactions     §2.4        API reference
//	refunds: partial, pending, failing later   §2.4, §3    "Refunds", "Testing"
//	disputes, reviews, early fraud warnings    §2.4, §3    "Disputes", "Reviews", "Testing"
//	test cards, 3-D Secure at every level      §3          "Testing", "3D Secure"
//	currencies, minimums and maximums          §4          "Supported currencies"
//	events, endpoints, signatures, retries     §5          "Webhooks"
//	Stripe.js: payment element, tokens,
//	  next actions                             §6          "Finalize payments on the server"
//	metadata, descriptors, lists, expansion    §7          "Metadata", "Pagination", "Expanding"
//	search language and its lag                §1.3        "Search"
//	Connect: Stripe-Account, account           §1.5, §2.5  "Making API calls for connected accounts"
//	parameters and fields of all of these      §9          Stripe's OpenAPI description
//
// That requests and answers are as described is tested in the nested module
// openapi, operation by operation, with the exceptions and their reasons. In the
// nested module peers stripe-node and the Stripe CLI work with this package, and
// stripe-mock runs beside it for its speed.
//
// # What is not
//
// Payment methods other than cards, wallets; Checkout, payment links, invoices,
// products, prices, subscriptions; Connect onboarding, transfers, application
// fees; charges without an intent; installments, multicapture, overcapture and
// incremental authorisation, 3-D Secure of another provider, mandates for
// recurring payments; currency conversion (each currency settles in itself);
// rate limits that nobody scripted; other API versions (the header is echoed,
// the shape stays). A parameter of Stripe's that would have to do something and
// does nothing here is refused by name. A refund of a card payment can never be
// cancelled, because only refunds that wait for the buyer can.
//
// Where the true wording of a message is not known (stripe-facts §10), only
// status, type and code are meant to be relied on. Closing the 3-D Secure dialog
// leaves the intent in requires_action. The refunds of the two test cards that
// end later take one hour; a charge with automatic_async settles after a second.
//
// # Bounds
//
// An instance keeps a million objects and as many idempotency keys
// ([WithMaxObjects]), the last ten thousand calls ([WithMaxCalls]) and 64 MiB of
// them, and the last ten thousand events on their way. A body has at most 1 MiB
// and 4000 parameters.
//
// # Adding an object
//
// An object is one file: a struct with its tags (see encode.go), the parameters
// in the language of spec, its handlers, and one register call.
package stripetest
