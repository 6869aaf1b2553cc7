package stripetest

import (
	"reflect"
	"time"
)

// refundDelay is how long the refunds of the cards 7726 and 5126 take here;
// Stripe's documentation says "at a later time".
const refundDelay = time.Hour

// fieldValue reads a text field of a struct or of a pointer to one.
func fieldValue(obj any, name string) string {
	v := reflect.Indirect(reflect.ValueOf(obj))
	if v.Kind() != reflect.Struct {
		return ""
	}
	if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
		return f.String()
	}
	return ""
}
