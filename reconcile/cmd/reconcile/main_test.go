package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/wording"
)

const (
	goodOrders   = "order_id,payment_intent_id,amount,currency,status,created\nA1,pi_1,1200,jpy,paid,1772000000\n"
	goodPayments = "id,created,amount,amount_received,currency,status,customer,order_id\npi_1,1772000000,1200,1200,jpy,succeeded,cus_1,A1\n"
	// LC-31, LC-32, LC-33, LC-35, LC-40 and a matched pair.
	badPayments = goodPayments +
		"pi_31,1772000000,500,0,jpy,requires_action,cus_1,\n" +
		"pi_32,1772000000,600,0,jpy,requires_capture,cus_1,\n" +
		"pi_33,1772000000,700,0,jpy,canceled,cus_1,A33\n" +
		"pi_35,1772000000,12.5,12.50,usd,succeeded,cus_1,\n" +
		"pi_40,1772000000,900,900,jpy,succeeded,cus_1,A40\n"
)

// try runs the command with two files.
func try(t *testing.T, orders, payments string, args ...string) (status int, out, errs string, dir string) {
	t.Helper()
	dir = t.TempDir()
	ordersFile, paymentsFile := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "payments.csv")
	require.NoError(t, os.WriteFile(ordersFile, []byte(orders), 0o600))
	require.NoError(t, os.WriteFile(paymentsFile, []byte(payments), 0o600))
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "{dir}", dir)
	}
	var stdout, stderr bytes.Buffer
	args = append([]string{"-orders", ordersFile, "-payments", paymentsFile, "-at", "2026-03-10T12:00:00Z"}, args...)
	status = run(t.Context(), args, func(string) string { return "" }, &stdout, &stderr)
	return status, stdout.String(), stderr.String(), dir
}

// TestStatus: 0 nothing to do, 1 findings, 2 could not run.
func TestStatus(t *testing.T) {
	status, out, errs, _ := try(t, goodOrders, goodPayments)
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "Nothing is to be done.")
	assert.Empty(t, errs)

	status, out, _, _ = try(t, goodOrders, badPayments)
	assert.Equal(t, 1, status)
	for _, want := range []string{"orphan_captured", "pi_32", "A33", "12.50", "→ Refund the payment at Stripe."} {
		assert.Contains(t, out, want)
	}

	status, out, errs, dir := try(t, goodOrders+"A2,,x,jpy,paid,1772000000\n", goodPayments, "-out", "{dir}/report.txt")
	assert.Equal(t, 2, status)
	assert.Empty(t, out)
	assert.Contains(t, errs, "orders.csv:3:3 (amount): not an amount: \"x\"")
	assert.NoFileExists(t, filepath.Join(dir, "report.txt"))
	assert.Len(t, files(t, dir), 2, "nothing is left")

	status, out, _, _ = try(t, goodOrders+"A2,,x,jpy,paid,1772000000\n", goodPayments, "-keep-going")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "orders.csv:3:3 (amount)")
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// TestJSON: the form that programs read, to the letter.
func TestJSON(t *testing.T) {
	status, _, _, dir := try(t, goodOrders, badPayments, "-format", "json", "-out", "{dir}/report.json")
	assert.Equal(t, 1, status)
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	require.NoError(t, err)
	var report struct {
		Summary  map[string]int64              `json:"summary"`
		Totals   map[string]map[string]float64 `json:"totals"`
		Findings []map[string]any              `json:"findings"`
	}
	require.NoError(t, json.Unmarshal(data, &report))
	assert.Equal(t, int64(1), report.Summary["matched"])
	assert.Equal(t, map[string]map[string]float64{
		"JPY": {"matched": 1200, "incomplete": 500, "orphan_authorized": 600, "refused": 700, "order_unknown": 900},
		"USD": {"orphan_captured": 12.5},
	}, report.Totals)
	var have []string
	for _, f := range report.Findings {
		assert.Len(t, f, 7)
		assert.NotEmpty(t, f["reason"])
		have = append(have, strings.Join([]string{f["class"].(string), f["payment_intent"].(string), f["order_id"].(string), f["currency"].(string), f["action"].(string)}, " "))
	}
	assert.Equal(t, []string{
		"incomplete pi_31  JPY cancel", "order_unknown pi_40 A40 JPY order_or_refund", "orphan_authorized pi_32  JPY cancel",
		"orphan_captured pi_35  USD refund", "refused pi_33 A33 JPY none",
	}, have)
	assert.Contains(t, string(data), `"amount":12.50,`)
	assert.Equal(t, []string{"orders.csv", "payments.csv", "report.json"}, files(t, dir), "no temporary file is left")
}

// TestCSVandHTML: the other forms, and that no cell is a formula.
func TestCSVandHTML(t *testing.T) {
	status, out, _, _ := try(t, goodOrders, strings.ReplaceAll(badPayments, "A40", "=1+1"), "-format", "csv", "-lang", "ja")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	assert.Len(t, rows, 6)
	assert.Contains(t, out, "'=1+1")
	assert.Contains(t, out, "Stripeで返金してください。")
	assert.Equal(t, 1, status)
	status, out, _, _ = try(t, goodOrders, badPayments, "-format", "html")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "<html")
}

// TestStatusMap: a shop's own words, repeated and in Japanese.
func TestStatusMap(t *testing.T) {
	orders := strings.ReplaceAll(goodOrders, "paid", "入金済み")
	status, out, errs, _ := try(t, orders, goodPayments)
	assert.Equal(t, 2, status)
	assert.Empty(t, out)
	assert.Contains(t, errs, "unknown status")
	status, out, _, _ = try(t, orders, goodPayments, "-status-map", "発送済み=paid, 入金済み=paid", "-status-map", "x=pending")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "Nothing is to be done.")
}

// TestBadCommandLine: each is refused before anything is read, all at once.
func TestBadCommandLine(t *testing.T) {
	for _, args := range [][]string{
		{"-format", "pdf"}, {"-status-map", "paid"}, {"-status-map", "x=lost"}, {"-max-memory", "5"}, {"-max-memory", "lots"},
		{"-since", "yesterday"}, {"-encoding", "ebcdic"}, {"extra"}, {"-unknown"}, {"-stripe"}, {"-since", "2026-03-01", "-until", "2026-02-01"},
	} {
		status, out, errs, _ := try(t, goodOrders, goodPayments, args...)
		assert.Equal(t, 2, status, "%v", args)
		assert.Empty(t, out)
		assert.NotEmpty(t, errs)
	}
	var errs bytes.Buffer
	status := run(t.Context(), []string{"-format", "pdf", "-lang", "ja"}, func(string) string { return "" }, nil, &errs)
	assert.Equal(t, 2, status)
	assert.Equal(t, 3, strings.Count(errs.String(), "\n"), "three faults: %s", errs.String())
	assert.Contains(t, errs.String(), "-orders を指定してください")
	assert.Equal(t, 0, run(t.Context(), []string{"-help"}, func(string) string { return "" }, nil, &errs))
}

// TestInterrupted: the report that was there stays, and no half of a new one.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	require.NoError(t, os.WriteFile(path, []byte("yesterday's"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	c := &config{out: path, lang: wording.English}
	c.render = func(_ *reconcile.Report, out io.Writer, _ wording.Language) error {
		_, err := out.Write([]byte("half of "))
		require.NoError(t, err)
		cancel()
		_, err = out.Write([]byte("today's"))
		return err
	}
	require.ErrorIs(t, c.write(ctx, nil, nil), context.Canceled)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "yesterday's", string(data))
	assert.Equal(t, []string{"report.json"}, files(t, dir))

	var out, errs bytes.Buffer
	orders := filepath.Join(dir, "orders.csv")
	payments := filepath.Join(dir, "payments.csv")
	require.NoError(t, os.WriteFile(orders, []byte(goodOrders), 0o600))
	require.NoError(t, os.WriteFile(payments, []byte(goodPayments), 0o600))
	status := run(ctx, []string{"-orders", orders, "-payments", payments, "-out", path}, func(string) string { return "" }, &out, &errs)
	assert.Equal(t, 2, status)
	assert.Contains(t, errs.String(), "nothing was written")
	data, _ = os.ReadFile(path)
	assert.Equal(t, "yesterday's", string(data))
}

// TestHelp: in the language of the person, before anything was read; every option
// has its line in both.
func TestHelp(t *testing.T) {
	help := func(locale string, args ...string) string {
		var out, errs bytes.Buffer
		env := func(name string) string { return map[string]string{"LANG": locale}[name] }
		assert.Equal(t, 0, run(t.Context(), append(args, "-help"), env, &out, &errs))
		assert.Empty(t, out.String())
		return errs.String()
	}
	ja, en := help("ja_JP.UTF-8"), help("C")
	assert.Contains(t, ja, "使い方")
	assert.Contains(t, ja, "注文のファイル")
	assert.Contains(t, ja, "(既定: 2GiB)")
	assert.Contains(t, en, "file of orders")
	assert.Contains(t, en, "(default 2GiB)")
	assert.NotContains(t, en, "既定")
	assert.Equal(t, ja, help("C", "-lang", "ja"))
	assert.Equal(t, ja, help("C", "--lang=ja"))
	assert.Equal(t, en, help("ja_JP.UTF-8", "-lang=en"))
	japanese, lines := regexp.MustCompile(`\p{Hiragana}|\p{Han}`), regexp.MustCompile(`(?m)^  -\S+\n    \t(.+)$`)
	texts := lines.FindAllStringSubmatch(ja, -1)
	assert.Len(t, texts, len(lines.FindAllString(en, -1)))
	for _, line := range texts {
		assert.Regexp(t, japanese, line[1])
	}
	var errs bytes.Buffer
	assert.Equal(t, 2, run(t.Context(), []string{"-since", "yesterday"}, func(string) string { return "ja" }, &bytes.Buffer{}, &errs))
	assert.Contains(t, errs.String(), "Unix秒のいずれかで書いてください")
}

// TestProgress: rows, rows per second, time left; nothing where nobody looks.
func TestProgress(t *testing.T) {
	p := newProgress(&bytes.Buffer{}, wording.English)
	assert.Nil(t, p.out, "no terminal")
	now := reconcile.Progress{Rows: 1000, Bytes: 250, Size: 1000, Reading: true}
	assert.Equal(t, "1000 rows (500 rows/s), about 6s left", p.line(now, 2*time.Second))
	p.lang = wording.Japanese
	now.Reading = false
	assert.Equal(t, "1000 行 (毎秒 500 行)、照合中…", p.line(now, 2*time.Second))
}

// What the guide shows is what the command prints.
func TestGuide(t *testing.T) {
	for file, lang := range map[string]string{"docs/reconcile.md": "en", "docs/reconcile.ja.md": "ja"} {
		var out, errs bytes.Buffer
		run(t.Context(), []string{
			"-orders", "testdata/orders.csv", "-payments", "testdata/payments.csv", "-at", "2026-03-10T12:00:00Z", "-lang", lang,
		}, func(string) string { return "" }, &out, &errs)
		require.Empty(t, errs.String())
		readme, err := os.ReadFile("../../../" + file)
		require.NoError(t, err)
		assert.Contains(t, string(readme), "```\n"+out.String()+"```\n", "%s shows another output", file)
	}
}
