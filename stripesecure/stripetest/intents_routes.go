package stripetest

import (
	"net/http"
)

const intentParams = `
	amount                      int
	application_fee_amount      int?
	capture_method              enum:automatic|automatic_async|manual
	currency                    text
	customer                    text
	description                 text<=1000
	metadata                    metadata
	payment_method              text
	payment_method_configuration text<=100
	payment_method_data         @method_data
	payment_method_options      @method_options
	payment_method_types        list
	receipt_email               text?
	setup_future_usage          enum:on_session|off_session?
	shipping                    @shipping?
	statement_descriptor        text<=22
	statement_descriptor_suffix text<=22
	transfer_data               foreign
	transfer_group              text`

const confirmParams = `
	confirmation_token       text
	error_on_requires_action bool
	mandate                  text
	mandate_data             @mandate_data?
	off_session              enum:true|false|one_off|recurring
	radar_options            @radar_options
	return_url               text
	use_stripe_sdk           bool`

var _ = register(resource{name: "payment_intent", object: &PaymentIntent{}, routes: []route{
	{method: "POST", path: "/v1/payment_intents", do: createIntent, params: spec(intentParams + confirmParams + `
		amount!             int
		currency!           text
		setup_future_usage  enum:on_session|off_session
		automatic_payment_methods[enabled]! bool
		automatic_payment_methods[allow_redirects] enum:always|never
		confirm             bool
		confirmation_method enum:automatic|manual
		on_behalf_of        text
		shipping            @shipping`)},
	{method: "GET", path: "/v1/payment_intents", list: true, do: listIntents, params: spec(listParams + `
		created  range
		customer text`)},
	{method: "GET", path: "/v1/payment_intents/{intent}", public: true, do: getIntent, params: spec(`
		client_secret text`)},
	{method: "POST", path: "/v1/payment_intents/{intent}", do: updateIntent, params: spec(intentParams)},
	{method: "POST", path: "/v1/payment_intents/{intent}/confirm", public: true, do: confirmIntent, params: spec(confirmParams + `
		capture_method         enum:automatic|automatic_async|manual
		client_secret          text
		payment_method         text
		payment_method_data    @method_data
		payment_method_options @method_options
		payment_method_types   list
		receipt_email          text?
		setup_future_usage     enum:on_session|off_session?
		shipping               @shipping?`)},
	{method: "POST", path: "/v1/payment_intents/{intent}/capture", do: captureIntent, params: spec(`
		amount_to_capture           int
		application_fee_amount      int
		final_capture               bool
		metadata                    metadata
		statement_descriptor        text<=22
		statement_descriptor_suffix text<=22
		transfer_data               foreign`)},
	{method: "POST", path: "/v1/payment_intents/{intent}/cancel", do: cancelIntent, params: spec(`
		cancellation_reason enum:duplicate|fraudulent|requested_by_customer|abandoned`)},
}})

// intent finds the PaymentIntent of a call. A publishable key needs its client
// secret too.
func (c *call) intent() (*PaymentIntent, *Error) {
	id := c.values.of("intent")
	pi, ok := find[*PaymentIntent](c.m, id)
	secret := c.form.text("client_secret")
	switch {
	case !ok:
		return nil, c.m.noSuch("payment_intent", id, "intent")
	case c.key.isPublic() && secret == "":
		return nil, invalid("parameter_missing", "client_secret", "Missing required param: client_secret.")
	case (c.key.isPublic() || secret != "") && secret != pi.ClientSecret:
		e := missing("payment_intent", id, "intent")
		e.Message = "The client_secret provided does not match any associated PaymentIntent on this account. Ensure the client_secret is correct."
		return nil, e.withCode("payment_intent_invalid_parameter")
	}
	return pi, nil
}

func createIntent(c *call) (any, error) {
	pi, fault := c.newIntent()
	if fault != nil {
		return nil, fault
	}
	events := c.m.table("event").count()
	c.m.insert("payment_intent", pi)
	c.m.emit(c, "payment_intent.created", c.m.changed(pi), nil)
	if c.form.yes("confirm") {
		fault = c.confirm(pi)
	}
	if fault != nil && fault.status != http.StatusPaymentRequired {
		c.m.remove("payment_intent", pi.ID)
		c.m.table("event").truncate(c.m, events)
		fault.PaymentIntent = nil
	}
	if fault != nil {
		return nil, fault
	}
	return pi, nil
}

// newIntent checks the parameters of a create and makes the object.
func (c *call) newIntent() (*PaymentIntent, *Error) {
	f := c.form
	if fault := checkAmount(f.number("amount"), f.text("currency"), "amount"); fault != nil {
		return nil, fault
	}
	if fault := confirmOnly(f); fault != nil {
		return nil, fault
	}
	id := c.s.newID("pi")
	pi := &PaymentIntent{
		ID: id, Object: "payment_intent", Created: c.now(), Livemode: c.m.isLive,
		ClientSecret: id + "_secret_" + c.s.random(25), Status: StatusRequiresPaymentMethod,
		CaptureMethod: "automatic_async", ConfirmationMethod: f.or("automatic", "confirmation_method"),
		Metadata: map[string]string{},
	}
	if fault := pi.chooseTypes(f); fault != nil {
		return nil, fault
	}
	if fault := c.apply(pi); fault != nil {
		return nil, fault
	}
	pi.OnBehalfOf = f.text("on_behalf_of")
	return pi, nil
}

// confirmOnly refuses parameters that need confirm=true.
func confirmOnly(f *node) *Error {
	if f.yes("confirm") {
		return nil
	}
	for _, name := range []string{"confirmation_token", "error_on_requires_action", "mandate", "mandate_data", "off_session", "return_url", "use_stripe_sdk"} {
		if f.has(name) {
			return invalid("", name, "You cannot provide `"+name+"` without setting `confirm` to `true`.")
		}
	}
	return nil
}

func getIntent(c *call) (any, error) {
	pi, fault := c.intent()
	if fault != nil {
		return nil, fault
	}
	return pi, nil
}

func listIntents(c *call) (any, error) {
	customer := c.form.text("customer")
	return page(c, "payment_intent", func(pi *PaymentIntent) bool {
		return customer == "" || pi.Customer == customer
	})
}

func updateIntent(c *call) (any, error) {
	pi, fault := c.intent()
	if fault != nil {
		return nil, fault
	}
	if pi.Status == StatusSucceeded || pi.Status == StatusCanceled || pi.Status == StatusRequiresCapture || pi.Status == StatusProcessing {
		for _, sent := range c.form.kids {
			if name := sent.name; !among(" expand metadata description receipt_email shipping transfer_group ", name) {
				return nil, wrongState(pi, "This PaymentIntent's "+name+" could not be updated because it has a status of "+pi.Status+". You may only update the "+name+" of a PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.")
			}
		}
	}
	next := *pi
	if fault := c.apply(&next); fault != nil {
		return nil, fault
	}
	if c.form.has("amount") || c.form.has("currency") {
		if fault := checkAmount(next.Amount, next.Currency, "amount"); fault != nil {
			return nil, fault
		}
	}
	*pi = next
	c.m.changed(pi)
	return pi, nil
}
