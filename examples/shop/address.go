package main

import (
	"context"
	"database/sql"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// address is who gets the parcel, and where.
type address struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	Country  string `json:"country"`
	Postal   string `json:"postal"`
	Region   string `json:"region"`
	City     string `json:"city"`
	Building string `json:"building"`
}

// countries are where the shop delivers to.
var countries = []string{"JP", "TW", "KR", "SG", "US", "GB", "FR"}

func readAddress(r *http.Request) address {
	field := func(name string) string {
		return strings.Join(strings.Fields(strings.ToValidUTF8(r.PostFormValue(name), "")), " ")
	}
	return address{
		Name: field("name"), Email: narrow(field("email")), Phone: narrow(field("phone")), Country: field("country"),
		Postal: narrow(field("postal")), Region: field("region"), City: field("city"), Building: field("building"),
	}
}

// narrow turns the full-width letters and digits of a Japanese keyboard into the
// ones that mail and post need.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == 'ー' || r == '―' || r == '−':
			return '-'
		}
		return r
	}, text)
}

// faults names every field that is wrong, with the key of the text that says why.
func (a address) faults() map[string]string {
	faults := map[string]string{}
	for field, value := range map[string]string{
		"name": a.Name, "email": a.Email, "phone": a.Phone, "postal": a.Postal, "region": a.Region, "city": a.City,
	} {
		if value == "" {
			faults[field] = "fault.missing"
		}
	}
	for field, value := range map[string]string{
		"name": a.Name, "email": a.Email, "phone": a.Phone, "postal": a.Postal, "region": a.Region, "city": a.City, "building": a.Building,
	} {
		if utf8.RuneCountInString(value) > 100 {
			faults[field] = "fault.long"
		}
	}
	if user, host, ok := strings.Cut(a.Email, "@"); a.Email != "" && (!ok || user == "" || !strings.Contains(host, ".")) {
		faults["email"] = "fault.email"
	}
	if n := digits(a.Phone); a.Phone != "" && (n < 8 || n > 15) {
		faults["phone"] = "fault.phone"
	}
	if a.Country == "JP" && a.Postal != "" && digits(a.Postal) != 7 {
		faults["postal"] = "fault.postal"
	}
	if !slices.Contains(countries, a.Country) {
		faults["country"] = "fault.country"
	}
	return faults
}

func digits(text string) int {
	n := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

func (a address) isZero() bool { return a == address{} }

type addressPage struct {
	Cart      cart
	Address   address
	Faults    map[string]string
	Countries []string
}

// field is one line of the form.
type field struct{ Name, Value, Complete, Type, Fault string }

func newField(name, value, complete, kind string, faults map[string]string) field {
	return field{name, value, complete, kind, faults[name]}
}

func (s *Shop) showAddress(w http.ResponseWriter, r *http.Request) error {
	c, err := openCart(r.Context(), s.db, s.session(r))
	if err != nil {
		return err
	}
	if len(c.Lines) == 0 {
		return redirect(w, r, "/cart")
	}
	known := c.Address
	if known.isZero() {
		known = visitorOf(r).Member.Address
	}
	if known.Country == "" {
		known.Country = "JP"
	}
	return s.render(w, r, "address", addressPage{Cart: c, Address: known, Countries: countries})
}

// saveAddress keeps the address with the cart before the payment page is drawn:
// the order can be made from it when the buyer does not come back.
func (s *Shop) saveAddress(w http.ResponseWriter, r *http.Request) error {
	c, err := openCart(r.Context(), s.db, s.session(r))
	if err != nil {
		return err
	}
	if len(c.Lines) == 0 {
		return redirect(w, r, "/cart")
	}
	a := readAddress(r)
	if faults := a.faults(); len(faults) > 0 {
		return s.renderAs(w, r, http.StatusUnprocessableEntity, "address", addressPage{Cart: c, Address: a, Faults: faults, Countries: countries})
	}
	if err := setAddress(r.Context(), s.db, c.ID, a); err != nil {
		return err
	}
	return redirect(w, r, "/checkout")
}

func setAddress(ctx context.Context, db *sql.DB, id string, a address) error {
	_, err := db.ExecContext(ctx, `update carts set address = ? where id = ? and ordered = ''`, toJSON(a), id)
	return err
}
