package stripetest

// Statuses of a PaymentIntent (stripe-facts §1.1).
const (
	StatusRequiresPaymentMethod = "requires_payment_method"
	StatusRequiresConfirmation  = "requires_confirmation"
	StatusRequiresAction        = "requires_action"
	StatusProcessing            = "processing"
	StatusRequiresCapture       = "requires_capture"
	StatusSucceeded             = "succeeded"
	StatusCanceled              = "canceled"
)

// PaymentIntent is a pi_ with the keys that Stripe sends (stripe-facts §1, §9).
type PaymentIntent struct {
	ID                        string            `json:"id"`
	Object                    string            `json:"object"`
	Amount                    int64             `json:"amount"`
	AmountCapturable          int64             `json:"amount_capturable" stripe:"private"`
	AmountDetails             AmountDetails     `json:"amount_details"`
	AmountReceived            int64             `json:"amount_received" stripe:"private"`
	Application               string            `json:"application" stripe:"null,private,expand=-"`
	ApplicationFeeAmount      int64             `json:"application_fee_amount" stripe:"null,private"`
	AutomaticPaymentMethods   *AutomaticMethods `json:"automatic_payment_methods"`
	CanceledAt                int64             `json:"canceled_at" stripe:"null"`
	CancellationReason        string            `json:"cancellation_reason" stripe:"null"`
	CaptureMethod             string            `json:"capture_method"`
	ClientSecret              string            `json:"client_secret"`
	ConfirmationMethod        string            `json:"confirmation_method"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Customer                  string            `json:"customer" stripe:"null,private,expand=customer"`
	Description               string            `json:"description" stripe:"null"`
	Invoice                   string            `json:"invoice" stripe:"null,private,expand=-"`
	LastPaymentError          *Error            `json:"last_payment_error"`
	LatestCharge              string            `json:"latest_charge" stripe:"null,private,expand=charge"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata" stripe:"private"`
	NextAction                *NextAction       `json:"next_action"`
	OnBehalfOf                string            `json:"on_behalf_of" stripe:"null,private,expand=-"`
	PaymentMethod             string            `json:"payment_method" stripe:"null,expand=payment_method"`
	ConfigurationDetails      *Configuration    `json:"payment_method_configuration_details"`
	PaymentMethodOptions      MethodOptions     `json:"payment_method_options" stripe:"private"`
	PaymentMethodTypes        []string          `json:"payment_method_types"`
	Processing                *struct{}         `json:"processing"`
	ReceiptEmail              string            `json:"receipt_email" stripe:"null"`
	Review                    string            `json:"review" stripe:"null,private,expand=review"`
	SetupFutureUsage          string            `json:"setup_future_usage" stripe:"null"`
	Shipping                  *Shipping         `json:"shipping"`
	Source                    string            `json:"source" stripe:"null,expand=-"`
	StatementDescriptor       string            `json:"statement_descriptor" stripe:"null,private"`
	StatementDescriptorSuffix string            `json:"statement_descriptor_suffix" stripe:"null,private"`
	Status                    string            `json:"status"`
	TransferData              *struct{}         `json:"transfer_data" stripe:"private"`
	TransferGroup             string            `json:"transfer_group" stripe:"null,private"`

	returnURL  string
	offSession bool
	confirms   int        // refused confirmations
	challenge  *challenge // the pending 3-D Secure prompt
	passed     string     // the card whose owner has authenticated, while confirmation_method=manual waits
}

// AmountDetails is always empty here.
type AmountDetails struct {
	Tip struct{} `json:"tip"`
}

// AutomaticMethods is automatic_payment_methods.
type AutomaticMethods struct {
	AllowRedirects string `json:"allow_redirects"`
	Enabled        bool   `json:"enabled"`
}

// Configuration names the payment method configuration of an intent.
type Configuration struct {
	ID     string `json:"id"`
	Parent string `json:"parent" stripe:"null"`
}

// MethodOptions is payment_method_options.
type MethodOptions struct {
	Card *CardOptions `json:"card" stripe:"omit"`
}

// CardOptions is payment_method_options.card.
type CardOptions struct {
	CaptureMethod                  string    `json:"capture_method" stripe:"omit"`
	Installments                   *struct{} `json:"installments"`
	MandateOptions                 *struct{} `json:"mandate_options"`
	Network                        string    `json:"network" stripe:"null"`
	RequestThreeDSecure            string    `json:"request_three_d_secure"`
	RequireCVCRecollection         bool      `json:"require_cvc_recollection" stripe:"omit"`
	SetupFutureUsage               string    `json:"setup_future_usage" stripe:"omit"`
	StatementDescriptorSuffixKana  string    `json:"statement_descriptor_suffix_kana" stripe:"omit"`
	StatementDescriptorSuffixKanji string    `json:"statement_descriptor_suffix_kanji" stripe:"omit"`
}

// NextAction says what the buyer has to do (stripe-facts §1.2).
type NextAction struct {
	RedirectToURL *RedirectToURL `json:"redirect_to_url" stripe:"omit"`
	Type          string         `json:"type"`
	UseStripeSDK  *UseStripeSDK  `json:"use_stripe_sdk" stripe:"omit"`
}

// RedirectToURL is the page to send the buyer to.
type RedirectToURL struct {
	ReturnURL string `json:"return_url"`
	URL       string `json:"url"`
}

// UseStripeSDK is what Stripe.js needs for 3-D Secure.
type UseStripeSDK struct {
	Source   string `json:"source"`
	StripeJS string `json:"stripe_js"`
	Type     string `json:"type"`
}

func (p *PaymentIntent) key() string      { return p.ID }
func (p *PaymentIntent) createdAt() int64 { return p.Created }
