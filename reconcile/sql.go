package reconcile

import (
	_ "embed" // the statement
	"fmt"
	"strings"
	"text/template"
)

// Dialect is a kind of database that the rules are written for.
type Dialect string

// The dialects. Others (BigQuery, ClickHouse, Snowflake) need little change.
const (
	DuckDB     Dialect = "duckdb"
	PostgreSQL Dialect = "postgresql"
)

//go:embed sql/findings.sql.tmpl
var findingsText string

var findingsTemplate = template.Must(template.New("findings").Parse(findingsText))

// SQL returns the rules of this package as one statement, for a merchant whose
// history lies in a warehouse: it reads the relations payments and orders, whose
// columns stand at its beginning, with the moment of the comparison in Unix
// seconds as parameter $1, and gives the findings that [Compare] gives, with
// class, action, payment_intent, order_id, amount (minor units), currency, rival
// and differences (a sum of [Difference]), sorted as a report is. It writes
// nothing. A dialect that is not known is an error that is [ErrOptions].
func SQL(dialect Dialect) (string, error) {
	values := sqlValues{
		PaymentStatuses: sqlStatuses(), Preferences: sqlPreferences(), PairRules: sqlPairRules(),
		PaymentRules: sqlPaymentRules(), OrderRules: sqlOrderRules(), OrderStatuses: strings.Join(orderStatusNames[1:], ", "),
		HoldShort: holdShort, HoldYen: holdYen, HoldWarning: holdWarning, Settling: settling,
		DiffCurrency: DiffCurrency, DiffStatus: DiffStatus, DiffRefund: DiffRefund, DiffAmount: DiffAmount,
		DiffHoldEnded: DiffHoldEnded, DiffHoldEnding: DiffHoldEnding, DiffOrderID: DiffOrderID,
	}
	switch dialect {
	case DuckDB: // compares bytes by itself
		values.Name = "DuckDB"
	case PostgreSQL:
		values.Name, values.Bytes = "PostgreSQL", ` collate "C"`
	default:
		return "", fmt.Errorf("%w: no dialect %q", ErrOptions, string(dialect))
	}
	var out strings.Builder
	if err := findingsTemplate.Execute(&out, values); err != nil {
		return "", err
	}
	return out.String(), nil
}

// sqlValues are the tables and constants of the classification.
type sqlValues struct {
	Name, Bytes, OrderStatuses                                        string
	PaymentStatuses, Preferences, PairRules, PaymentRules, OrderRules string

	HoldShort, HoldYen, HoldWarning, Settling                                                    int64
	DiffCurrency, DiffStatus, DiffRefund, DiffAmount, DiffHoldEnded, DiffHoldEnding, DiffOrderID Difference
}

var standingNames = [numStandings]string{
	open: "open", processing: "processing", held: "held", taken: "taken", returned: "returned", gone: "gone",
}

var partnerNames = [numPartners]string{noOrderID: "no_order_id", noSuchOrder: "no_such_order", takenByRival: "taken_by_rival"}

// tuples writes rows of VALUES. All values are names of this package.
type tuples []string

func (t *tuples) add(values ...string) { *t = append(*t, "('"+strings.Join(values, "', '")+"')") }

func (t *tuples) String() string { return strings.Join(*t, ",\n  ") }

func sqlStatuses() string {
	var t tuples
	for i := 1; i < numPaymentStatuses; i++ {
		status := PaymentStatus(i)
		t.add(status.String(), standingNames[standingOf(status, 0, 0)])
	}
	return t.String()
}

func sqlPreferences() string {
	var t tuples
	for s, place := range preference {
		t = append(t, fmt.Sprintf("('%s', %d)", standingNames[s], place))
	}
	return t.String()
}

func sqlPairRules() string {
	var t tuples
	for i := 1; i < numOrderStatuses; i++ {
		for s, r := range pairRules[i] {
			t.add(orderStatusNames[i], standingNames[s], r.class.String(), r.action.String())
		}
	}
	return t.String()
}

func sqlPaymentRules() string {
	var t tuples
	for s, rules := range paymentRules {
		for with, r := range rules {
			t.add(standingNames[s], partnerNames[with], r.class.String(), r.action.String())
		}
	}
	return t.String()
}

func sqlOrderRules() string {
	var t tuples
	for i := 1; i < numOrderStatuses; i++ {
		t.add(orderStatusNames[i], orderRules[i].class.String(), orderRules[i].action.String())
	}
	return t.String()
}
