package reconcile

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/wording"
)

// jsonFinding is a finding in JSON. Amounts are numbers in major units, with
// the decimals of their currency.
type jsonFinding struct {
	Class         Class       `json:"class"`
	PaymentIntent string      `json:"payment_intent"`
	OrderID       string      `json:"order_id"`
	Amount        json.Number `json:"amount"`
	Currency      string      `json:"currency"`
	Reason        string      `json:"reason"`
	Action        Action      `json:"action"`
}

// WriteJSON writes the report as one object: the number of pairs of each class,
// the money at stake by currency and class, and the findings. Amounts are in
// major units.
func (r *Report) WriteJSON(w io.Writer, lang wording.Language) error {
	out := bufio.NewWriter(w)
	totals := map[string]map[Class]json.Number{}
	for currency, sums := range r.Totals {
		totals[currency] = map[Class]json.Number{}
		for class, sum := range sums {
			totals[currency][class] = json.Number(amountText(sum, currency))
		}
	}
	summary, err := json.Marshal(r.Summary)
	if err != nil {
		return err
	}
	sums, err := json.Marshal(totals)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "{\"summary\":%s,\n\"totals\":%s,\n\"findings\":[", summary, sums)
	separator := "\n"
	for f, err := range r.Findings() {
		if err != nil {
			return err
		}
		line, err := json.Marshal(jsonFinding{
			f.Class, f.PaymentIntent, f.OrderID, json.Number(f.amountNumber()), f.Currency, f.Reason(lang), f.Action,
		})
		if err != nil {
			return err
		}
		_, _ = out.WriteString(separator)
		_, _ = out.Write(line)
		separator = ",\n"
	}
	_, _ = out.WriteString("]}\n")
	return out.Flush()
}

// amountNumber is the amount in major units, 0 for a bad line.
func (f *Finding) amountNumber() string {
	if f.Currency == "" {
		return "0"
	}
	return amountText(f.Amount, f.Currency)
}

// WriteCSV writes the findings as a table for a spreadsheet.
func (r *Report) WriteCSV(w io.Writer, lang wording.Language) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"class", "payment_intent", "order_id", "amount", "currency", "created", "reason", "action", "what_to_do"}); err != nil {
		return err
	}
	for f, err := range r.Findings() {
		if err != nil {
			return err
		}
		created := ""
		if !f.Created.IsZero() {
			created = f.Created.Format(time.RFC3339)
		}
		if err := out.Write([]string{
			f.Class.String(), plainCell(f.PaymentIntent), plainCell(f.OrderID), f.amountNumber(), f.Currency, created,
			plainCell(f.Reason(lang)), f.Action.String(), f.Action.Text(lang),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// plainCell keeps a spreadsheet from taking text of a file for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

var (
	textHead    = words{"注文 {1} 件と決済 {2} 件を照合しました({3})。", "Compared {1} orders with {2} payments ({3})."}
	textNothing = words{"対応が必要なものはありません。", "Nothing is to be done."}
)

// WriteText writes the report for a terminal: the counts, then every finding by
// urgency with its reason and what to do.
func (r *Report) WriteText(w io.Writer, lang wording.Language) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, textHead.in(lang, grouped(r.Orders), grouped(r.Payments), dateText(r.At.Unix())))
	fmt.Fprintln(out)
	for _, class := range Classes() {
		if n := r.Summary[class]; n > 0 {
			fmt.Fprintf(out, "%14s  %-18s %s%s\n", grouped(n), class, class.Title(lang), r.sums(class))
		}
	}
	if r.Count() == 0 {
		fmt.Fprintf(out, "\n%s\n", textNothing.in(lang))
		return out.Flush()
	}
	for _, class := range Classes() {
		if class == Matched || r.Summary[class] == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s (%s): %s\n", class.Title(lang), class, grouped(r.Summary[class]))
		for f, err := range r.Of(class) {
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "  %s\n", f.line(lang))
		}
	}
	return out.Flush()
}

func (f *Finding) line(lang wording.Language) string {
	var parts []string
	for _, part := range []string{printable(f.PaymentIntent), printable(f.OrderID)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if f.Currency != "" {
		parts = append(parts, money(f.Amount, f.Currency, lang))
	}
	return strings.Join(append(parts, printable(f.Reason(lang)), "→ "+f.Action.Text(lang)), "  ")
}

// printable keeps control characters of a file away from the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, text)
}

// sums is the money of a class: "  1200 JPY, 3.50 USD".
func (r *Report) sums(class Class) string {
	var b strings.Builder
	for _, currency := range slices.Sorted(maps.Keys(r.Totals)) {
		if sum := r.Totals[currency][class]; sum != 0 {
			b.WriteString(map[bool]string{true: "  ", false: ", "}[b.Len() == 0] + amountOf(sum, currency))
		}
	}
	return b.String()
}

// grouped writes a count as people read it: 1,234.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
