package reconcile

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/internal/canary"
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
		sameWithoutUsual(t, data, &paymentForm, &paymentReader)
	})
}

// sameWithoutUsual: the short way through the usual lines reads what the long
// way reads, and finds fault with the same lines.
func sameWithoutUsual[T any](t *testing.T, data []byte, f *form, reader *listReader[T]) {
	t.Helper()
	s, err := (&Options{KeepGoing: true}).work(0)
	require.NoError(t, err)
	read := func(short bool) (said []string) {
		src, faults := openReader("f", bytes.NewReader(data), f, &s)
		if faults != nil {
			return nil
		}
		if !short {
			src.parser.usual = usual{}
		}
		for {
			got, ok, err := src.blocks.next(nil)
			if err != nil || !ok {
				return said
			}
			records(src, &src.parser, new(splitter), got, reader, func(row *T) bool {
				said = append(said, fmt.Sprintf("%+v", *row))
				return true
			}, func(fault *LineError) bool {
				said = append(said, fault.Error())
				return true
			})
		}
	}
	assert.Equal(t, read(false), read(true))
}

// TestUsual: so many lines that most are read the short way, each changed in one
// place.
func TestUsual(t *testing.T) {
	headers := []string{
		"id,created,amount,amount_received,currency,status,customer,order_id",
		"id,created,amount_minor,amount_received_minor,currency,status,customer,order_id",
		"order_id,currency,capture_before,amount_refunded,note,id,status,amount_received,amount,created",
	}
	lines := []string{
		"pi_3MJWG3gST8mxJlUpouO58d6l,1738531608,30376,30376,jpy,succeeded,cus_xup7urxxxsFiaP,R100000000",
		"pi_3MJWG3gST8mxJlUpouO58d6l,1738531608,30376,30376,jpy,succeeded,cus_xup7urxxxsFiaP,R100000000",
		"R100000000,usd,1738531608,7.5,a note,pi_3MJWG3gST8mxJlUpouO58d6l,succeeded,376.20,376.20,1738531608",
	}
	odd := []string{"", ",", "\n", "\r", "\"", " ", "\t", "0", "x", "-", ".", "\x00", "\xff", "日", "99999999", "1,000", ".000", "R#1"}
	for i, line := range lines {
		for _, end := range []string{"\n", "\r\n"} {
			for at := range len(line) {
				var b strings.Builder
				b.WriteString(headers[i] + end)
				for _, o := range odd {
					b.WriteString(line[:at] + o + line[at:] + end + line[:at] + o + line[at+1:] + end + line + end)
				}
				b.WriteString(line)
				sameWithoutUsual(t, []byte(b.String()), &paymentForm, &paymentReader)
			}
		}
	}
	src, faults := openReader("f", strings.NewReader(strings.Repeat(headers[0]+"\n"+lines[0]+"\n", 2)), &paymentForm, &settings{})
	require.Empty(t, faults)
	got, _, err := src.blocks.next(nil)
	require.NoError(t, err)
	short := src.parser.usualPayment(got.data, new(rawPayment))
	assert.Equal(t, len(lines[0])+1, short, "the usual line is not read the short way")
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
	f.Add([]byte("order_id,payment_intent_id,amount,currency,status,created\nR1,pi_1,12.50,usd,paid,1738531608\nR#2,,7,jpy,Paid,1738531608\n\nR3,pi_3,12.505,usd,paid,1738531608\n"))
	f.Add([]byte("{\"order_id\":\"A1\",\"amount_minor\":5}\n"))
	f.Add([]byte("order_id,payment_intent_id,amount,currency,status,created\nR1," + planted["client secret"] + ",12.50,usd,paid,1738531608\nR2,," + planted["card number"] + "1,usd,paid,1738531608\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for row, err := range ReadOrders("o", bytes.NewReader(data), Options{}) {
			if err == nil {
				checkRow(t, checkOrder(&row))
			} else {
				assert.Empty(t, canary.Find(err.Error(), canary.Error))
			}
		}
		sameWithoutUsual(t, data, &orderForm, &orderReader)
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
