package stripesecure

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
)

// The names of the form fields that [Offer.HTML] draws and ReadInput reads.
const (
	fieldToken    = "stripesecure_token"
	fieldCard     = "stripesecure_card"
	fieldSave     = "stripesecure_save"
	fieldAmount   = "stripesecure_amount"
	fieldCurrency = "stripesecure_currency"
	fieldTab      = "stripesecure_tab"
	fieldAnswer   = "stripesecure_challenge"
)

const maxInput = 1 << 20 // of the whole form, the host's own fields included

// ReadInput reads what the browser sent: the form fields of [Offer.HTML]
// (stripesecure_token, _card, _save, _amount, _currency, _tab, _challenge), or the
// same names in a JSON object, at most 1 MiB with the host's own fields. A
// saved card that the buyer has chosen counts before a token. A value that looks
// like a card number is refused, whatever field it is in. The error is an
// [Error] with [CodeInvalid]; a host shows its Message and keeps the cart.
func ReadInput(r *http.Request) (Input, error) {
	fields, err := readFields(r)
	if err != nil {
		return Input{}, err
	}
	in := Input{Token: fields(fieldToken), Save: fields(fieldSave) == "1", Tab: fields(fieldTab), Challenge: fields(fieldAnswer)}
	if card := fields(fieldCard); card != "" && card != "new" {
		in.SavedCard, in.Token = card, ""
	}
	if amount, currency := fields(fieldAmount), fields(fieldCurrency); amount != "" || currency != "" {
		if in.Shown, err = ParseMoney(amount, currency); err != nil {
			return Input{}, invalid("ReadInput", []Fault{{"input.shown", "malformed"}})
		}
	}
	if faults := in.check(); len(faults) > 0 {
		return Input{}, invalid("ReadInput", faults)
	}
	return in, nil
}

// readTab takes the tab's name from a question where the payment stands. A body
// that cannot be read asks the same; only a card number is refused.
func readTab(r *http.Request, cart *Cart) error {
	fields, err := readFields(r)
	switch {
	case cardError(err):
		return err
	case err == nil && r.Method == http.MethodPost:
		cart.Tab = fields(fieldTab)
	}
	return nil
}

// readFields returns the request's fields, from a form or a JSON object.
func readFields(r *http.Request) (func(string) string, error) {
	malformed := invalid("ReadInput", []Fault{{"input", "malformed"}})
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		r.Body = http.MaxBytesReader(nil, r.Body, maxInput)
		parse := r.ParseForm
		if kind == "multipart/form-data" {
			parse = func() error { return r.ParseMultipartForm(maxInput) }
		}
		if err := parse(); err != nil {
			return nil, malformed
		}
		if formCard(r.PostForm) {
			return nil, invalid("ReadInput", []Fault{{"input", faultCardNumber}})
		}
		return r.PostForm.Get, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxInput+1))
	if err != nil || len(body) > maxInput {
		return nil, malformed
	}
	fields := map[string]string{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, malformed
	}
	for _, value := range fields {
		if longCard(value) {
			return nil, invalid("ReadInput", []Fault{{"input", faultCardNumber}})
		}
	}
	return func(name string) string { return fields[name] }, nil
}
