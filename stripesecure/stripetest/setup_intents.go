package stripetest

// SetupIntent is a seti_.
type SetupIntent struct {
	ID string `json:"id"`
}
