package reconcile

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/japanese"

	"github.com/ec-plugins/stripesecure/wording"
)

const (
	goodOrders   = "order_id,payment_intent_id,amount,currency,status,created\nA1,pi_1,1200,jpy,paid,1772000000\nA2,,12.50,usd,authorized,1772000000\n"
	goodPayments = "id,created,amount,amount_received,currency,status,customer,order_id\n" +
		"pi_1,1772000000,1200,1200,jpy,succeeded,cus_1,A1\npi_2,1772000000,12.50,0,usd,requires_capture,cus_2,A2\n"
)

func all[T any](t *testing.T, rows func(func(T, error) bool)) (values []T, faults []*LineError) {
	t.Helper()
	for value, err := range rows {
		if err != nil {
			faults = append(faults, LineErrors(err)...)
			continue
		}
		values = append(values, value)
	}
	return values, faults
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func sjis(t *testing.T, text string) string {
	t.Helper()
	out, err := japanese.ShiftJIS.NewEncoder().String(text)
	require.NoError(t, err)
	return out
}

// TestForms: the same two payments in every form that files come in.
func TestForms(t *testing.T) {
	created := time.Unix(1_772_000_000, 0).UTC()
	want := []Payment{
		{ID: "pi_1", OrderID: "A1", Status: Succeeded, Currency: "JPY", Amount: 1200, Received: 1200, Created: created},
		{ID: "pi_2", OrderID: "A2", Status: RequiresCapture, Currency: "USD", Amount: 123450, Created: created},
	}
	const lines = "id,created,amount,amount_received,currency,status,customer,order_id\n" +
		"pi_1,1772000000,1200,1200,jpy,succeeded,cus_1,A1\npi_2,1772000000,1234.50,0,usd,requires_capture,cus_2,A2\n"
	for name, text := range map[string]string{
		"canonical":          lines,
		"without last line":  strings.TrimSuffix(lines, "\n"),
		"CRLF":               strings.ReplaceAll(lines, "\n", "\r\n"),
		"BOM":                "\ufeff" + lines,
		"gzip":               packed(t, lines),
		"gzip, BOM and CRLF": packed(t, "\ufeff"+strings.ReplaceAll(lines, "\n", "\r\n")),
		"another order, more columns, capitals": "Status,ORDER_ID,shipping name,amount_received,amount,currency,created,ID\n" +
			"succeeded,A1,x,1200,1200,JPY,1772000000,pi_1\nrequires_capture,A2,y,0,1234.5,USD,1772000000,pi_2\n",
		"quotes, separators, newlines, dates": "id,created,amount,amount_received,currency,status,note,order_id\n" +
			"\"pi_1\",2026-02-25T15:13:20+09:00,\"1,200\",\"1,200.00\",jpy,succeeded,\"a\nb, \"\"c\"\"\",A1\n" +
			"pi_2,2026-02-25T06:13:20Z, \t1234.50 ,,usd,requires_capture,\"\r\n\r\n\",A2\n",
		"a separator in a quoted amount": strings.Replace(lines, "1234.50", `"1,234.50"`, 1),
		"minor units": "id,created,amount_minor,amount_received_minor,currency,status,order_id\n" +
			"pi_1,1772000000,1200,1200,jpy,succeeded,A1\npi_2,1772000000,123450,0,usd,requires_capture,A2\n",
		"empty lines": "\n\n" + strings.ReplaceAll(lines, "\n", "\n\n"),
		"JSON lines": `{"id":"pi_1","created":1772000000,"amount":1200,"amount_received":1200,"currency":"jpy","status":"succeeded","order_id":"A1","more":[1]}` + "\n\n" +
			`{"id":"pi_2","created":"2026-02-25T06:13:20Z","amount_minor":123450,"amount_received":null,"currency":"usd","status":"requires_capture","order_id":"A2"}`,
	} {
		t.Run(name, func(t *testing.T) {
			have, faults := all(t, ReadPayments("payments.csv", strings.NewReader(text), Options{}))
			assert.Empty(t, faults)
			for i := range have {
				have[i].CaptureBefore = time.Time{}
			}
			assert.Equal(t, want, have)
		})
	}
}

// TestShiftJIS: an export of a Japanese shop, with ids and statuses of its own.
func TestShiftJIS(t *testing.T) {
	const lines = "order_id,payment_intent_id,amount,currency,status,created,お名前\n注文-1,pi_1,\"1,200\",JPY,入金済み,1772000000,表 ソ能\n"
	options := Options{StatusMap: map[string]OrderStatus{"入金済み": Paid}}
	for name, c := range map[string]struct {
		text, encoding string
	}{
		"found out":          {sjis(t, lines), ""},
		"told":               {sjis(t, lines), "shift_jis"},
		"UTF-8":              {lines, ""},
		"gzip":               {packed(t, sjis(t, lines)), ""},
		"CRLF, quoted names": {sjis(t, strings.ReplaceAll(strings.ReplaceAll(lines, "表 ソ能", "\"表\nソ,能\""), "\n", "\r\n")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			options.Encoding = c.encoding
			have, faults := all(t, ReadOrders("orders.csv", strings.NewReader(c.text), options))
			assert.Empty(t, faults)
			require.Len(t, have, 1)
			assert.Equal(t, "注文-1", have[0].ID)
			assert.Equal(t, Paid, have[0].Status)
		})
	}
}

// TestDashboard: the "payments" export of Stripe's Dashboard.
func TestDashboard(t *testing.T) {
	const text = "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Customer ID,PaymentIntent ID,Status,order_id (metadata)\n" +
		"ch_1,2026-02-25 06:13:20,\"1,200\",0,jpy,true,cus_1,pi_1,Paid,A1\n" +
		"ch_2,2026-02-25 06:13,12.50,2.50,usd,true,cus_1,pi_2,Partial Refund,\n" +
		"ch_3,2026-02-25 06:13,12.50,12.50,usd,true,cus_1,pi_3,Refunded,A3\n" +
		"ch_4,2026-02-25 06:13,12.50,0.00,usd,false,cus_1,pi_4,Uncaptured,A4\n" +
		"pi_5,2026-02-25 06:13,12.50,0.00,usd,false,cus_1,,Canceled,A5\n" +
		"pi_6,2026-02-25 06:13,12.50,0.00,usd,false,cus_1,,Requires payment method,\n" +
		"ch_7,2026-02-25 06:13,12.50,12.50,usd,false,cus_1,pi_7,Refunded,\n" +
		"ch_8,2026-02-25 06:13,12.50,0.00,usd,false,cus_1,pi_1,Failed,\n"
	have, faults := all(t, ReadPayments("export.csv", strings.NewReader(text), Options{}))
	assert.Empty(t, faults)
	var short []string
	for _, p := range have {
		short = append(short, fmt.Sprint(p.ID, " ", p.Status, " ", p.Amount, " ", p.Received, " ", p.Refunded, " ", p.OrderID))
	}
	assert.Equal(t, []string{
		"pi_1 succeeded 1200 1200 0 A1",
		"pi_2 succeeded 1250 1250 250 ",
		"pi_3 succeeded 1250 1250 1250 A3",
		"pi_4 requires_capture 1250 0 0 A4",
		"pi_5 canceled 1250 0 0 A5",
		"pi_6 requires_payment_method 1250 0 0 ",
		"pi_7 canceled 1250 0 0 ",
		"pi_1 requires_payment_method 1250 0 0 ",
	}, short)

	// The failed try of pi_1 is a row of its own and no duplicate.
	orders, payments := inFiles(t, "order_id,payment_intent_id,amount,currency,status,created\nA1,pi_1,1200,jpy,paid,1772000000\n", text)
	report, err := CompareFiles(t.Context(), orders, payments, Options{At: testNow})
	require.NoError(t, err)
	defer report.Close()
	assert.Equal(t, int64(1), report.Summary[OrphanCaptured], "pi_2")
	assert.Equal(t, int64(0), report.Summary[BadLine])
}

func inFiles(t *testing.T, orders, payments string) (ordersFile, paymentsFile string) {
	t.Helper()
	dir := t.TempDir()
	ordersFile, paymentsFile = filepath.Join(dir, "orders.csv"), filepath.Join(dir, "payments.csv")
	require.NoError(t, os.WriteFile(ordersFile, []byte(orders), 0o600))
	require.NoError(t, os.WriteFile(paymentsFile, []byte(payments), 0o600))
	return ordersFile, paymentsFile
}

// TestFaults: each is named by file, line and column, with a reason in both
// languages.
func TestFaults(t *testing.T) {
	const head = "order_id,payment_intent_id,amount,currency,status,created\n"
	row := func(amount, currency, status, created string) string {
		return head + "A1,pi_1,1200,jpy,paid,1772000000\nA2,pi_2," + amount + "," + currency + "," + status + "," + created + "\n"
	}
	for _, c := range []struct {
		name, text string
		line       int64
		column     int
		code       FaultCode
	}{
		{"empty", "", 0, 0, FaultEmpty},
		{"blank", "\ufeff \r\n\n", 0, 0, FaultEmpty},
		{"UTF-16", "\xff\xfeo\x00", 0, 0, FaultEncoding},
		{"array of JSON", "[{}]", 1, 0, FaultJSON},
		{"missing column", "order_id,payment_intent_id,amount,status,created\n", 1, 0, FaultMissingColumn},
		{"column twice", "order_id,payment_intent_id,amount,currency,status,created,Amount\n", 1, 7, FaultTwiceColumn},
		{"fewer fields", head + "A1,pi_1\n", 2, 0, FaultFieldCount},
		{"more fields", head + "A1,pi_1,1200,jpy,paid,1772000000,x\n", 2, 0, FaultFieldCount},
		{"quote within a field", head + "A1,p\"i_1,1200,jpy,paid,1772000000\n", 2, 0, FaultQuote},
		{"quote not closed", head + "A1,\"pi_1,1200,jpy,paid,1772000000\nA2,,1,jpy,paid,1\n", 2, 0, FaultQuote},
		{"after a record of two lines", head + "\"A\n1\",pi_1,1200,jpy,paid,1772000000\nA2,pi_2,x,jpy,paid,1772000000\n", 4, 3, FaultNumber},
		{"no id", head + ",pi_1,1200,jpy,paid,1772000000\n", 2, 1, FaultMissing},
		{"long id", head + strings.Repeat("x", 501) + ",pi_1,1200,jpy,paid,1772000000\n", 2, 1, FaultTooLong},
		{"broken text", head + "A1,pi_1,1200,jpy,paid,1772000000\n\xff\xfe,pi_2,1200,jpy,paid,1772000000\n", 3, 1, FaultEncoding},
		{"no amount", row("", "jpy", "paid", "1772000000"), 3, 3, FaultMissing},
		{"words", row("free", "jpy", "paid", "1772000000"), 3, 3, FaultNumber},
		{"exponent", row("1e3", "jpy", "paid", "1772000000"), 3, 3, FaultNumber},
		{"sign", row("-5", "jpy", "paid", "1772000000"), 3, 3, FaultRange},
		{"too large", row("99999999999999999999", "jpy", "paid", "1772000000"), 3, 3, FaultRange},
		{"too large with decimals", row("9223372036854775807.99", "usd", "paid", "1772000000"), 3, 3, FaultRange},
		{"a dot too many", row("1.2.3", "usd", "paid", "1772000000"), 3, 3, FaultNumber},
		{"dot at the end", row("12.", "usd", "paid", "1772000000"), 3, 3, FaultNumber},
		{"currency sign", row("¥1200", "jpy", "paid", "1772000000"), 3, 3, FaultNumber},
		{"decimal comma", row(`"12,5"`, "usd", "paid", "1772000000"), 3, 3, FaultSeparator},
		{"separators anywhere", row(`"1,2,3"`, "usd", "paid", "1772000000"), 3, 3, FaultSeparator},
		{"full-width digits", row("１２００", "jpy", "paid", "1772000000"), 3, 3, FaultWide},
		{"full-width separator", row("1，200", "jpy", "paid", "1772000000"), 3, 3, FaultWide},
		{"yen with decimals", row("12.5", "jpy", "paid", "1772000000"), 3, 3, FaultDecimals},
		{"CUR-06 third decimal of dinars", row("5.124", "kwd", "paid", "1772000000"), 3, 3, FaultDecimals},
		{"CUR-04 fraction of a shilling", row("5.50", "ugx", "paid", "1772000000"), 3, 3, FaultDecimals},
		{"no currency", row("1", "", "paid", "1772000000"), 3, 4, FaultMissing},
		{"unknown currency", row("1", "xxx", "paid", "1772000000"), 3, 4, FaultCurrency},
		{"mixed currencies", row("1", "jpy/usd", "paid", "1772000000"), 3, 4, FaultCurrency},
		{"unknown status", row("1", "jpy", "shipped", "1772000000"), 3, 5, FaultStatus},
		{"no status", row("1", "jpy", "", "1772000000"), 3, 5, FaultMissing},
		{"no date", row("1", "jpy", "paid", ""), 3, 6, FaultMissing},
		{"30 February", row("1", "jpy", "paid", "2026-02-30T00:00:00Z"), 3, 6, FaultDate},
		{"milliseconds", row("1", "jpy", "paid", "1772000000000"), 3, 6, FaultDate},
		{"before computers", row("1", "jpy", "paid", "12"), 3, 6, FaultDate},
		{"another form of date", row("1", "jpy", "paid", "2026/02/25"), 3, 6, FaultDate},
		{"full-width date", row("1", "jpy", "paid", "１７７２００００００"), 3, 6, FaultWide},
		{"JSON that is none", "{\"order_id\":\"A1\"\n", 1, 0, FaultJSON},
		{"JSON with an object inside", `{"order_id":{}}`, 1, 0, FaultJSON},
		{"JSON without an amount", `{"order_id":"A1","payment_intent_id":null,"currency":"jpy","status":"paid","created":1772000000}`, 1, 5, FaultMissing},
		{"JSON that is no object", "{}\nnull\n", 2, 0, FaultJSON},
		{"gzip that is cut", packed(t, head+strings.Repeat("A1,pi_1,1200,jpy,paid,1772000000\n", 100))[:60], 0, 0, FaultFile},
		{"the same id twice", row("1", "jpy", "paid", "1772000000") + "A1,pi_3,1200,jpy,paid,1772000000\n", 4, 0, FaultDuplicate},
	} {
		t.Run(c.name, func(t *testing.T) {
			orders, payments := inFiles(t, c.text, goodPayments)
			_, err := CompareFiles(t.Context(), orders, payments, Options{At: testNow})
			require.ErrorIs(t, err, ErrInput)
			faults := LineErrors(err)
			require.NotEmpty(t, faults)
			fault := faults[0]
			if c.name == "JSON that is no object" {
				assert.Equal(t, int64(1), fault.Line, "the first bad line: an object without anything")
				return
			}
			assert.Equal(t, c.code, fault.Code, "%v", fault)
			assert.Equal(t, c.line, fault.Line, "%v", fault)
			assert.Equal(t, c.column, fault.Column, "%v", fault)
			assert.Contains(t, fault.Error(), orders)
			assert.NotEqual(t, fault.Message(wording.English), fault.Message(wording.Japanese))
		})
	}
}

// TestAllFaultsOfHeaders: what is missing in both files comes at once.
func TestAllFaultsOfHeaders(t *testing.T) {
	orders, payments := inFiles(t, "order_id,status\nA1,paid\n", "id,amount\npi_1,1\n")
	_, err := CompareFiles(t.Context(), orders, payments, Options{})
	var missing []string
	for _, fault := range LineErrors(err) {
		missing = append(missing, filepath.Base(fault.File)+" "+fault.Detail)
	}
	assert.Equal(t, []string{
		"orders.csv payment_intent_id", "orders.csv amount", "orders.csv currency", "orders.csv created",
		"payments.csv created", "payments.csv amount_received", "payments.csv currency", "payments.csv status", "payments.csv order_id",
	}, missing)
}

// TestNoFile: a file that is not there, and a folder.
func TestNoFile(t *testing.T) {
	orders, _ := inFiles(t, goodOrders, "")
	_, err := CompareFiles(t.Context(), orders, filepath.Join(t.TempDir(), "none.csv"), Options{})
	require.ErrorIs(t, err, ErrInput)
	assert.Contains(t, err.Error(), "no such file")
	_, err = CompareFiles(t.Context(), t.TempDir(), orders, Options{})
	require.ErrorIs(t, err, ErrInput)
}

// TestKeepGoing: bad lines become findings, all of them, and the good ones are
// compared as if the bad ones were not there.
func TestKeepGoing(t *testing.T) {
	orders, payments := inFiles(t, goodOrders+"A3,pi_3,x,jpy,paid,1772000000\nA4,p\"i,1,jpy,paid,1772000000\nA1,pi_9,7,jpy,refunded,1772000000\nA5,,5,jpy,cancelled,1772000000\n",
		goodPayments+"pi_2,1772000000,1,1,jpy,succeeded,,\npi_6,1772000000,1,1,eu,succeeded,,\n")
	_, err := CompareFiles(t.Context(), orders, payments, Options{At: testNow})
	var lines []string
	for _, fault := range LineErrors(err) {
		lines = append(lines, fmt.Sprint(filepath.Base(fault.File), fault.Line, fault.Code))
	}
	assert.Equal(t, []string{"orders.csv4number", "payments.csv5currency"}, lines, "the first of each file stops it")

	report, err := CompareFiles(t.Context(), orders, payments, Options{At: testNow, KeepGoing: true, MaxMemory: minMemory})
	require.NoError(t, err)
	defer report.Close()
	lines = nil
	for f, err := range report.Findings() {
		require.NoError(t, err)
		if f.Class == BadLine {
			lines = append(lines, fmt.Sprint(filepath.Base(f.Line.File), f.Line.Line, f.Line.Code))
			assert.Equal(t, FixLine, f.Action)
		}
	}
	assert.Equal(t, []string{"orders.csv4number", "orders.csv5quote", "orders.csv6duplicate", "payments.csv4duplicate", "payments.csv5currency"}, lines)
	assert.Equal(t, int64(5), report.Summary[BadLine])
	assert.Equal(t, int64(3), report.Summary[Matched]+report.Summary[HoldExpiring]+report.Summary[HoldExpired], "A1, A2 and A5: %v", report.Summary)
	assert.Equal(t, int64(0), report.Summary[PaymentMissing])
}

// TestBlocks: where a block ends does not matter, also within quotes.
func TestBlocks(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,note,created,amount,amount_received,currency,status,order_id\n")
	for i := range 300 {
		note := []string{"", "plain", "\"two\nlines\"", "\"\"\"quoted\"\"\"", "\"\r\n,\r\n\"", "\"a,b\""}[i%6]
		fmt.Fprintf(&b, "pi_%d,%s,1772000000,%d,0,jpy,requires_action,A%d\n", i, note, 100+i, i)
	}
	want, faults := all(t, ReadPayments("p", strings.NewReader(b.String()), Options{}))
	require.Empty(t, faults)
	require.Len(t, want, 300)
	for size := 1; size < 2000; size += 1 + size/7 {
		for _, exact := range []bool{false, true} {
			have, faults := readBlocks(t, b.String(), size, exact)
			assert.Empty(t, faults)
			if !assert.Equal(t, want, have, "size %d, exact %v", size, exact) {
				return
			}
		}
	}
}

// readBlocks reads payments in blocks of a size.
func readBlocks(t testing.TB, text string, size int, exact bool) (rows []Payment, faults []*LineError) {
	t.Helper()
	s, err := (&Options{}).work(0)
	require.NoError(t, err)
	src, faults := openReader("p", strings.NewReader(text), &paymentForm, &s)
	if faults != nil {
		return nil, faults
	}
	// Only what is read after the header is dealt out in small blocks.
	rest := src.blocks.tail
	src.blocks.tail, src.blocks.in = nil, io.MultiReader(bytes.NewReader(rest), src.blocks.in)
	src.blocks.ended, src.blocks.size, src.blocks.exact = false, size, exact
	var split splitter
	for {
		got, ok, err := src.blocks.next(nil)
		require.NoError(t, err)
		if !ok {
			return rows, faults
		}
		records(src, &src.parser, &split, got, &paymentReader, func(row *rawPayment) bool {
			rows = append(rows, *row.row())
			return true
		}, func(fault *LineError) bool {
			faults = append(faults, fault)
			return true
		})
	}
}

// TestSpill: a comparison that does not fit into its memory says the same.
func TestSpill(t *testing.T) {
	var orders []Order
	var payments []Payment
	for i := range 20_000 {
		payments = append(payments, *pay(func(p *Payment) {
			p.ID, p.OrderID = fmt.Sprint("pi_", i), fmt.Sprint("o", i)
			if i%7 == 0 {
				p.OrderID = ""
			}
		}))
		orders = append(orders, *order(func(o *Order) {
			o.ID, o.PaymentIntent = fmt.Sprint("o", i), fmt.Sprint("pi_", i)
			if i%3 == 0 {
				o.PaymentIntent = ""
			}
			o.Amount += int64(i % 2)
		}))
	}
	inMemory, err := Compare(t.Context(), sourceOf(orders), sourceOf(payments), Options{At: testNow})
	require.NoError(t, err)
	want, _ := sayings(t, inMemory)

	s, err := (&Options{At: testNow, TempDir: t.TempDir(), Workers: 3}).work(0)
	require.NoError(t, err)
	s.memory, s.chunk, s.bits, s.findings = 100, 4<<10, 3, 10_000
	c := &comparison{join: newJoin(s), settings: s}
	ctx := t.Context()
	report, err := c.run(ctx,
		func() (int64, error) { return addAll(ctx, c, sourceOf(orders), checkOrder, (*worker).takeOrder) },
		func() (int64, error) { return addAll(ctx, c, sourceOf(payments), checkPayment, (*worker).takePayment) })
	require.NoError(t, err)
	assert.NotNil(t, c.join.arena.file, "nothing was spilled")
	assert.Greater(t, len(c.join.findings.runs), 20, "no runs of findings")
	have, _ := sayings(t, report)
	assert.Equal(t, want, have)
	left, err := os.ReadDir(s.TempDir)
	require.NoError(t, err)
	assert.Empty(t, left, "temporary files are left")
}

// TestSourceFails: an error of a source is the error of the comparison.
func TestSourceFails(t *testing.T) {
	broken := errors.New("connection lost")
	lost := func(yield func(Payment, error) bool) { yield(Payment{}, broken) }
	_, err := Compare(t.Context(), sourceOf[Order](nil), lost, Options{KeepGoing: true})
	assert.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Compare(ctx, sourceOf[Order](nil), sourceOf[Payment](nil), Options{})
	assert.ErrorIs(t, err, context.Canceled)
	_, err = Compare(t.Context(), sourceOf([]Order{{ID: "a"}}), sourceOf[Payment](nil), Options{})
	assert.ErrorIs(t, err, ErrInput)
	_, err = Compare(t.Context(), sourceOf[Order](nil), sourceOf[Payment](nil), Options{MaxMemory: 5})
	assert.ErrorIs(t, err, ErrOptions)
}

// TestPeriod: Since and Until decide what counts, by the payment's day.
func TestPeriod(t *testing.T) {
	orders := []Order{*order(), *order(func(o *Order) { o.ID, o.PaymentIntent, o.Created = "o2", "", days(3) })}
	payments := []Payment{*pay(), *pay(func(p *Payment) { p.ID, p.OrderID, p.Created = "pi_2", "", days(3) })}
	for _, c := range []struct {
		since, until time.Time
		want         map[string]int64
	}{
		{time.Time{}, time.Time{}, map[string]int64{"matched": 1, "payment_missing": 1, "orphan_captured": 1}},
		{days(2), time.Time{}, map[string]int64{"matched": 1}},
		{time.Time{}, days(3), map[string]int64{}},
		{days(3), days(1), map[string]int64{"payment_missing": 1, "orphan_captured": 1}},
	} {
		report, err := Compare(t.Context(), sourceOf(orders), sourceOf(payments), Options{At: testNow, Since: c.since, Until: c.until})
		require.NoError(t, err)
		_, have := sayings(t, report)
		assert.Equal(t, c.want, have)
	}
}

// TestSkewed: rows that cannot be dealt out are told, and not mixed up.
func TestSkewed(t *testing.T) {
	s := newSpool(&arena{limit: 1 << 30, chunk: smallChunk}, 1)
	s.parts[0].pieces = make([]piece, maxPieces+1)
	assert.ErrorIs(t, new(chunks).load(s, 0), ErrSkewed)
}

// TestFirstFault: of many bad lines the first one of the file is named, however
// many goroutines read it.
func TestFirstFault(t *testing.T) {
	var b strings.Builder
	b.WriteString("order_id,payment_intent_id,amount,currency,status,created\n")
	for i := range 40_000 {
		amount := "1200"
		if i >= 9_000 && i%10 == 0 {
			amount = "x"
		}
		fmt.Fprintf(&b, "A%d,pi_%d,%s,jpy,paid,1772000000\n", i, i, amount)
	}
	orders, payments := inFiles(t, b.String(), goodPayments)
	for range 10 {
		_, err := CompareFiles(t.Context(), orders, payments, Options{At: testNow, Workers: 8})
		faults := LineErrors(err)
		require.Len(t, faults, 1)
		assert.Equal(t, int64(9_002), faults[0].Line)
	}
}

// TestEncoding: what is written to a spool is read back, also what is seldom.
func TestEncoding(t *testing.T) {
	for _, n := range []int64{0, 1, 1<<40 - 1, 1 << 40, math.MaxInt64} {
		for i := range 16 {
			p := rawPayment{
				id: []byte("pi_1"), order: bytes.Repeat([]byte("o"), i*33), status: PaymentStatus(1 + i%7), weak: i%2 == 1,
				facts: paymentFacts{amount: n, received: n / int64(1+i), created: 1_772_000_000, currency: yen}, line: 4_000_000_000,
			}
			if i&1 != 0 {
				p.facts.refunded = n
			}
			if i&2 != 0 {
				p.facts.captureBefore = 1_773_000_000
			}
			p.settle()
			o := rawOrder{
				id: []byte("o"), intent: bytes.Repeat([]byte("p"), i*33), created: 5, line: 7,
				facts: orderFacts{amount: n, refunded: n % 3, currency: yen, status: OrderStatus(1 + i%5)},
			}
			if i&4 != 0 {
				o.rival = []byte("rival")
			}
			var gotPayment rawPayment
			var gotOrder, byID rawOrder
			d := decoder{o.append(o.append(p.append(nil), false), true)}
			d.payment(&gotPayment)
			d.order(&gotOrder, false)
			d.order(&byID, true)
			assert.Empty(t, d.b)
			assert.Equal(t, p, gotPayment)
			assert.Equal(t, o, gotOrder)
			assert.Equal(t, o, byID)
		}
	}
}
