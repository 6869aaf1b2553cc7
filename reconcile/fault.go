package reconcile

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// FaultCode is the stable name of what is wrong with an input.
type FaultCode string

// The faults of an input. The texts are in faultWords.
const (
	FaultEmpty         FaultCode = "empty_file"     // no header, or nothing at all
	FaultMissingColumn FaultCode = "missing_column" // a required column is not in the header
	FaultTwiceColumn   FaultCode = "twice_column"   // two columns have one name, or say the same
	FaultFieldCount    FaultCode = "field_count"    // more or fewer fields than the header
	FaultQuote         FaultCode = "quote"          // a quote where none can be
	FaultMissing       FaultCode = "missing"        // a value that must be there is empty
	FaultNumber        FaultCode = "number"         // not an amount
	FaultSeparator     FaultCode = "separator"      // separators that are not groups of three
	FaultWide          FaultCode = "wide"           // full-width digits, refused because they are guesses
	FaultDecimals      FaultCode = "decimals"       // more decimals than the currency has
	FaultRange         FaultCode = "range"          // too large or negative
	FaultCurrency      FaultCode = "currency"       // not a currency that Stripe lists
	FaultStatus        FaultCode = "status"         // not a known status
	FaultDate          FaultCode = "date"           // a date that cannot be
	FaultDuplicate     FaultCode = "duplicate"      // an id that stood before
	FaultEncoding      FaultCode = "encoding"       // neither UTF-8 nor Shift_JIS
	FaultTooLong       FaultCode = "too_long"       // a record or value beyond all sense
	FaultSecret        FaultCode = "secret"         // an API key or client secret instead of an id
	FaultJSON          FaultCode = "json"           // not an object of the expected form
	FaultFile          FaultCode = "file"           // the file cannot be read
)

// ErrInput is what every [LineError] is: errors.Is(err, ErrInput).
var ErrInput = errors.New("reconcile: bad input")

// LineError is one fault of an input, named by file, line and column.
type LineError struct {
	File   string
	Line   int64  // from 1, 0 for the file as a whole
	Column int    // of the field, from 1, 0 for the line as a whole
	Name   string // of the column in the header
	Code   FaultCode
	// Detail is the value or the place that the text names, shortened.
	Detail string
}

// Error is the English message.
func (e *LineError) Error() string { return e.Message(wording.English) }

// Unwrap makes every fault an [ErrInput].
func (e *LineError) Unwrap() error { return ErrInput }

// Message names file, line, column and reason: "orders.csv:12:3 (amount): …".
func (e *LineError) Message(lang wording.Language) string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteString(":" + strconv.FormatInt(e.Line, 10))
	}
	if e.Column > 0 {
		b.WriteString(":" + strconv.Itoa(e.Column))
	}
	if e.Name != "" {
		b.WriteString(" (" + e.Name + ")")
	}
	b.WriteString(": " + faultWords[e.Code].in(lang, e.Detail))
	return b.String()
}

var faultWords = map[FaultCode]words{
	FaultEmpty:         {"ファイルが空です。見出し行が必要です。", "the file is empty; the first line must be the header"},
	FaultMissingColumn: {"列 {1} がありません。", "column {1} is missing"},
	FaultTwiceColumn:   {"列 {1} が2つあるか、同じ意味の列があります。", "column {1} stands twice, or under two names"},
	FaultFieldCount:    {"項目の数が見出しと違います({1})。", "the number of fields is not that of the header ({1})"},
	FaultQuote:         {"引用符 \" の位置が正しくないか、閉じられていません。", "a quote \" stands where none can be, or is not closed"},
	FaultMissing:       {"値がありません。", "the value is missing"},
	FaultNumber:        {"金額ではありません: {1}", "not an amount: {1}"},
	FaultSeparator:     {"桁区切りが正しくありません: {1}(1,234.50 の形で書いてください)", "separators are not groups of three: {1} (write 1,234.50)"},
	FaultWide:          {"全角の文字は使えません: {1}(半角で書いてください)", "full-width characters are refused: {1} (write them in ASCII)"},
	FaultDecimals:      {"通貨の小数点以下の桁数を超えています: {1}", "more decimals than the currency has: {1}"},
	FaultRange:         {"範囲の外の値です: {1}", "out of range: {1}"},
	FaultCurrency:      {"Stripeで使えない通貨です: {1}", "not a currency that Stripe takes: {1}"},
	FaultStatus:        {"知らない状態です: {1}", "unknown status: {1}"},
	FaultDate:          {"あり得ない日時です: {1}(Unix秒または 2026-01-31T09:00:00Z の形で書いてください)", "not a date that can be: {1} (write Unix seconds or 2026-01-31T09:00:00Z)"},
	FaultDuplicate:     {"同じIDが前にもあります: {1}", "the id stood before: {1}"},
	FaultEncoding:      {"UTF-8でもShift_JISでもない文字があります。", "neither UTF-8 nor Shift_JIS"},
	FaultTooLong:       {"長すぎます({1})。", "too long ({1})"},
	FaultSecret:        {"IDではなく、APIキーやclient secretなど秘密の値のように見えます(値は表示しません)。", "looks like a secret (an API key, a client secret) and not like an id; it is not shown"},
	FaultJSON:          {"JSONとして読めません: {1}", "not the expected JSON: {1}"},
	FaultFile:          {"読めません: {1}", "cannot be read: {1}"},
}

// sortedFaults puts the faults of each file in the order of its lines.
func sortedFaults(faults []*LineError) []*LineError {
	slices.SortFunc(faults, func(a, b *LineError) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return faults
}
