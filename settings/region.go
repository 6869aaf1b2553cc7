package settings

import (
	"slices"
	"strings"
)

// Regions is ② 適用地域 (LC-06): where the method is offered. It is either
// everywhere or a set of countries; most shops name one. The zero value is
// nowhere, which [Settings.Validate] refuses: to stop offering the method is
// what Enabled is for.
type Regions struct {
	// All offers the method whatever the address, known or not.
	All bool
	// Countries are ISO 3166-1 alpha-2 codes in capitals. Empty when All is set.
	Countries []string
}

// Everywhere is ② 全ての地域.
func Everywhere() Regions { return Regions{All: true} }

// Countries is ② limited to the named countries, for instance Countries("JP").
func Countries(codes ...string) Regions { return Regions{Countries: slices.Clone(codes)} }

// Includes reports whether a buyer in country belongs to the regions. An
// unknown country (the empty string) belongs to [Everywhere] only.
func (r Regions) Includes(country string) bool {
	if r.All {
		return true
	}
	country = normalCountry(country)
	return country != "" && slices.Contains(r.Countries, country)
}

// Equal reports whether both name the same places, in whatever order.
func (r Regions) Equal(other Regions) bool {
	return r.All == other.All && slices.Equal(r.sorted(), other.sorted())
}

func (r Regions) sorted() []string {
	return slices.Compact(slices.Sorted(slices.Values(r.Countries)))
}

func (r Regions) clone() Regions {
	r.Countries = slices.Clone(r.Countries)
	return r
}

func normalCountry(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// isCountry knows the officially assigned codes of ISO 3166-1, and XK, which
// the standard leaves to its users and which Stripe and carriers use for Kosovo.
func isCountry(code string) bool { return countryCodes[code] }

var countryCodes = func() map[string]bool {
	codes := map[string]bool{}
	for code := range strings.FieldsSeq(assignedCountries) {
		codes[code] = true
	}
	return codes
}()

const assignedCountries = `
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ
BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ
DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY
HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY
MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ
NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ
TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ
VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
XK`
