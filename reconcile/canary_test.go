package reconcile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// planted are values that somebody's export may have by mistake.
var planted = map[string]string{
	"API key": stripetest.TestSecretKey, "live key": stripetest.LiveSecretKey, "webhook secret": stripetest.WebhookSecret,
	"client secret": "pi_3Nabcdefghijklmnop" + "_secret_" + "ABCdef0123456789ghijklmno",
	"card number":   "4242" + "424242424242", "in groups": "4242 4242 4242 4242", "of 19 digits": "62055" + "00000000000004",
}

// listsAsUsual are read by the quick way.
var listsAsUsual = map[string]string{
	"orders": "order_id,payment_intent_id,amount,currency,status,created\nA1,pi_1,1300,jpy,paid,1772000000\nA2,,300,jpy,paid,1772000000\n",
	"payments": "id,created,amount,amount_received,currency,status,customer,order_id\n" +
		"pi_1,1772000000,1200,1200,jpy,succeeded,cus_1,A1\npi_2,1772000000,500,500,jpy,succeeded,cus_1,\n",
}

var listsWithEverything = map[string]string{
	"orders": "order_id,payment_intent_id,created,currency,status,amount,amount_minor,amount_refunded,amount_refunded_minor,memo\n" +
		"A1,pi_1,1772000000,jpy,paid,1300,,0,,x\nA2,,1772000000,jpy,paid,300,,0,,x\n",
	"payments": "id,order_id,created,currency,status,amount,amount_minor,amount_received,amount_received_minor,amount_refunded,amount_refunded_minor,capture_before,customer,memo\n" +
		"pi_1,A1,1772000000,jpy,succeeded,1200,,1200,,0,,,cus_1,x\npi_2,,1772000000,jpy,succeeded,500,,500,,0,,,cus_1,x\n",
}

// SEC-01, LC-27: a secret or a card number in any column of either list, in a
// header, and in columns that nobody reads: no report and no fault has it, in any
// format and language. Only ids are repeated as they are, unless they are secrets:
// a shop's numbers may look like card numbers, and without them the report is of no
// use.
func TestCanaries_everyColumn(t *testing.T) {
	for _, lists := range []map[string]string{listsWithEverything, listsAsUsual} {
		require.Contains(t, everythingSaid(t, lists, "orders", lists["orders"]), "A2", "well as they are")
		for list, text := range lists {
			everyColumn(t, lists, list, text)
		}
	}
}

func everyColumn(t *testing.T, lists map[string]string, list, text string) {
	t.Helper()
	header, _, _ := strings.Cut(text, "\n")
	for column, title := range strings.Split(header, ",") {
		for name, value := range planted {
			for _, line := range []int{0, 1} {
				if card := value[0] != 's' && value[0] != 'w' && value[0] != 'p'; card && line == 1 && strings.HasSuffix(title, "id") {
					continue
				}
				what := strings.Join([]string{name, "in", title, "of", list}, " ")
				said := everythingSaid(t, lists, list, plant(text, line, column, value))
				assert.Empty(t, canary.Find(said, canary.Log), what)
				assert.NotContains(t, said, value, what)
			}
		}
	}
}

// plant puts a value into a field.
func plant(text string, line, column int, value string) string {
	lines := strings.Split(text, "\n")
	fields := strings.Split(lines[line], ",")
	fields[column] = value
	lines[line] = strings.Join(fields, ",")
	return strings.Join(lines, "\n")
}

// everythingSaid is every report and every fault of a comparison.
func everythingSaid(t *testing.T, lists map[string]string, list, spoilt string) string {
	t.Helper()
	files := map[string]string{}
	for name, text := range lists {
		if name == list {
			text = spoilt
		}
		files[name] = filepath.Join(t.TempDir(), name+".csv")
		require.NoError(t, os.WriteFile(files[name], []byte(text), 0o600))
	}
	var said strings.Builder
	for _, going := range []bool{false, true} {
		report, err := CompareFiles(t.Context(), files["orders"], files["payments"], Options{At: testNow, KeepGoing: going})
		for _, lang := range []wording.Language{wording.Japanese, wording.English} {
			for _, fault := range LineErrors(err) {
				said.WriteString(fault.Message(lang) + "\n")
			}
			if err == nil {
				require.NoError(t, report.WriteText(&said, lang))
				require.NoError(t, report.WriteJSON(&said, lang))
				require.NoError(t, report.WriteCSV(&said, lang))
				require.NoError(t, report.WriteHTML(&said, HTMLOptions{Language: lang}))
			}
		}
		if err != nil {
			said.WriteString(err.Error() + "\n")
			continue
		}
		require.NoError(t, report.Close())
	}
	require.NotEmpty(t, said.String())
	return said.String()
}
