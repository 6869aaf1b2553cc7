package wording

import "strings"

// Capture is setting ⑬ as far as texts care: when the card is charged.
type Capture string

// The two modes of ⑬. Everything but "automatic" reads as manual, its default.
const (
	CaptureManual    Capture = "manual"
	CaptureAutomatic Capture = "automatic"
)

func (c Capture) known() Capture {
	if c == CaptureAutomatic {
		return c
	}
	return CaptureManual
}

// SaveCard is setting ⑮: whether cards are saved at Stripe.
type SaveCard string

// The three values of ⑮. Everything unknown reads as none: without a text about
// saving, nothing may be saved.
const (
	SaveNone     SaveCard = "none"
	SaveOptional SaveCard = "optional"
	SaveRequired SaveCard = "required"
)

// Context is what decides which texts a checkout page shows, and what stands in them.
type Context struct {
	Capture  Capture  // ⑬
	SaveCard SaveCard // ⑮
	Member   bool     // the buyer is logged in
	Brands   []string // for {brands}; none: DefaultBrands
	Purpose  string   // for {purpose}; empty: a standard purpose
}

// PageTexts are the texts for the checkout page. An empty one is not shown. They
// are plain text: the page escapes them.
type PageTexts struct {
	Name        string // ①
	Description string // ②
	SaveConsent string // ④, beside a check box that is not ticked (LC-26)
	SaveNotice  string // ⑤
}

// OnPage reports whether a field is shown on a checkout page that offers the
// method. It is the whole display rule of the manual:
//
//	① ②  always                               LC-20, LC-21
//	③    never: it goes to the order mail      LC-22
//	④    ⑮ optional, and a member              LC-23
//	⑤    ⑮ required, member and guest          LC-24
func (f Field) OnPage(c Context) bool {
	switch f {
	case FieldName, FieldDescription:
		return true
	case FieldSaveConsent:
		return c.SaveCard == SaveOptional && c.Member
	case FieldSaveNotice:
		return c.SaveCard == SaveRequired
	}
	return false
}

// Page returns the texts of a checkout page that offers the method. Call it only
// when it is offered. It never fails: what cannot be replaced stays as written.
func (w Wording) Page(lang Language, c Context) PageTexts {
	values := map[Placeholder]string{
		PlaceholderName:    w.name(lang, c.Capture),
		PlaceholderBrands:  brands(lang, c.Brands),
		PlaceholderTiming:  timing[c.Capture.known()].in(lang),
		PlaceholderPurpose: plain(c.Purpose, maxValue),
	}
	if values[PlaceholderPurpose] == "" {
		values[PlaceholderPurpose] = defaultPurpose.in(lang)
	}
	show := func(f Field) string {
		if !f.OnPage(c) {
			return ""
		}
		return fill(w.Text(lang, f, c.Capture), values)
	}
	return PageTexts{
		Name:        show(FieldName),
		Description: show(FieldDescription),
		SaveConsent: show(FieldSaveConsent),
		SaveNotice:  show(FieldSaveNotice),
	}
}

// MailContext is what stands in the text for the order mail. Amount and
// Descriptor may be empty: their lines are left out.
type MailContext struct {
	Capture    Capture // ⑬
	Amount     string  // the order's total, formatted and with its currency
	Descriptor string  // what the card statement will show
}

// Mail returns the text ③ for the order mail (LC-22), lines ended by \n. A line
// with a placeholder that has no value is left out whole: better no line than
// one that names nothing. For an order with nothing to pay, send no ③ at all.
func (w Wording) Mail(lang Language, c MailContext) string {
	return fill(w.Text(lang, FieldOrderMail, c.Capture), map[Placeholder]string{
		PlaceholderName:       w.name(lang, c.Capture),
		PlaceholderAmount:     plain(c.Amount, maxValue),
		PlaceholderTiming:     timing[c.Capture.known()].in(lang),
		PlaceholderDescriptor: plain(c.Descriptor, maxValue),
	})
}

const maxValue = 200

// name is ① as it is shown; it holds no placeholders.
func (w Wording) name(lang Language, capture Capture) string {
	return w.Text(lang, FieldName, capture)
}

func brands(lang Language, list []string) string {
	var names []string
	for _, b := range list {
		if name := plain(b, maxAmount); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = DefaultBrands()
	}
	if Parse(string(lang)) == Japanese {
		return strings.Join(names, "、")
	}
	return joinAnd(names)
}

// fill replaces placeholders line by line and leaves out the lines in which one
// of the given values is empty.
func fill(text string, values map[Placeholder]string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		missing := false
		line = expand(line, func(name string) (string, bool) {
			v, known := values[Placeholder(name)]
			missing = missing || known && v == ""
			return v, known
		})
		if !missing {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
