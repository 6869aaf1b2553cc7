package reconcile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// fuzzPayments: whatever the bytes are, reading ends, rows are as rows must be,
// and it does not matter where blocks end.
func fuzzPayments(f *testing.F, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add([]byte(seed), uint8(7))
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		var rows []Payment
		var faults []*LineError
		for row, err := range ReadPayments("p", bytes.NewReader(data), Options{}) {
			if err != nil {
				faults = append(faults, LineErrors(err)...)
				continue
			}
			rows = append(rows, row)
			checkRow(t, checkPayment(&row))
		}
		for _, fault := range faults {
			assert.NotEmpty(t, faultWords[fault.Code].en, "%q", fault.Code)
		}
		if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			return // what is cut is told when it is met
		}
		small, smallFaults := readBlocks(t, string(data), 1+int(size), true)
		assert.Equal(t, rows, small)
		assert.Len(t, smallFaults, len(faults))
	})
}

// checkRow: a parser lets nothing pass that a comparison refuses.
func checkRow(t *testing.T, fault *LineError) {
	t.Helper()
	if fault != nil && fault.Code != FaultCurrency {
		t.Errorf("the parser let pass: %v", fault)
	}
}

func FuzzPaymentsCSV(f *testing.F) {
	fuzzPayments(f, goodPayments, "\ufeff"+strings.ReplaceAll(goodPayments, "\n", "\r\n"), strings.ReplaceAll(goodPayments, ",", "\",\""),
		"id,created,amount,amount_received,currency,status,order_id\n\"a\nb\",2026-02-25T06:13:20Z,\"1,200.50\",0,kwd,canceled,\n")
}

func FuzzPaymentsJSON(f *testing.F) {
	fuzzPayments(f, `{"id":"pi_1","created":1772000000,"amount":1200,"amount_received":"1200","currency":"jpy","status":"succeeded","order_id":null}`, "{}\n{", `{"id":1e9}`)
}

func FuzzPaymentsDashboard(f *testing.F) {
	fuzzPayments(f, "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,PaymentIntent ID,Status\nch_1,2026-02-25 06:13:20,12.50,2.50,usd,true,pi_1,Partial Refund\n")
}

func FuzzOrders(f *testing.F) {
	f.Add([]byte(goodOrders))
	f.Add([]byte("{\"order_id\":\"A1\",\"amount_minor\":5}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for row, err := range ReadOrders("o", bytes.NewReader(data), Options{}) {
			if err == nil {
				checkRow(t, checkOrder(&row))
			}
		}
	})
}

// FuzzAmount: what is read is what was written, and nothing else is read.
func FuzzAmount(f *testing.F) {
	for _, seed := range []string{"0", "12.50", "1,234.5", "007", "9223372036854775807", ".5", "1.", "1,23", "５"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return // nobody asks for the amount of nothing
		}
		for _, currency := range []string{"JPY", "USD", "KWD", "UGX"} {
			minor, code := parseAmount([]byte(text), scales()[packCurrency(currency)])
			if code != "" {
				continue
			}
			assert.GreaterOrEqual(t, minor, int64(0))
			back, code := parseAmount([]byte(amountText(minor, currency)), scales()[packCurrency(currency)])
			assert.Empty(t, code, "%q", text)
			assert.Equal(t, minor, back, "%q", text)
			money, err := stripesecure.ParseMoney(amountText(minor, currency), currency)
			if assert.NoError(t, err) {
				again, err := money.Minor()
				assert.NoError(t, err)
				assert.Equal(t, minor, again, "%q", text)
			}
		}
	})
}
