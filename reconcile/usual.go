package reconcile

import (
	"encoding/binary"
	"math/bits"
)

// usual reads the lines that look as nearly all lines of a large file do, in one
// pass over their bytes, eight at a time: no quotes, no spaces around a field,
// ids in ASCII, amounts of few digits, dates in Unix seconds. It finds no fault:
// what it does not take is read by splitter and parser, which know everything.
// A fuzz test holds the two together.
type usual struct {
	columns []usualColumn // of a line; none where a file is not for it
	texts   [numColumns]span
	numbers [numColumns]number
}

// usualColumn is what a field is and how it is read.
type usualColumn struct {
	name columnName
	form usualForm
}

type usualForm uint8

const (
	ignored usualForm = iota
	anyText
	anyAmount
	anyDate
)

// span is a field's place in the line.
type span struct{ from, to int }

// number is a field of digits.
type number struct {
	digits   int64 // with the decimals, as one number
	decimals int
	there    bool // the field is not empty
	minor    bool // the column is in minor units
}

var usualForms = [numColumns]usualForm{
	colID: anyText, colIntent: anyText, colOrder: anyText, colCurrency: anyText, colStatus: anyText,
	colCreated: anyDate, colCaptureBefore: anyDate,
	colAmount: anyAmount, colReceived: anyAmount, colRefunded: anyAmount,
}

// majorOf are the columns of minor units, and where their numbers go.
var majorOf = map[columnName]columnName{
	colAmountMinor: colAmount, colReceivedMinor: colReceived, colRefundedMinor: colRefunded,
}

// newUsual says how to read the lines of a layout. A Dashboard export has its
// own words, and two columns for one amount need a choice: not for it.
func newUsual(l *layout) usual {
	u := usual{columns: make([]usualColumn, l.count)}
	for c, i := range l.at {
		if i < 0 {
			continue
		}
		name := columnName(c)
		if major, ok := majorOf[name]; ok {
			u.numbers[major].minor, name = true, major
			if l.at[major] >= 0 {
				return usual{}
			}
		}
		u.columns[i] = usualColumn{name, usualForms[name]}
	}
	if l.dashboard {
		return usual{}
	}
	return u
}

// scan reads the line at the beginning of data and gives its length with its
// end, 0 for a line that is not a usual one.
func (u *usual) scan(data []byte) int {
	begin := 0
	for k, column := range u.columns {
		end, fine := begin, true
		switch column.form {
		case anyText:
			if end = plainEnd(data, begin); end < len(data) && !endsField(data[end]) {
				end, fine = fieldEnd(data, begin)
			}
			u.texts[column.name] = span{begin, end}
		case anyAmount:
			end, fine = u.numbers[column.name].amount(data, begin)
		case anyDate:
			end, fine = u.numbers[column.name].date(data, begin)
		case ignored:
			end, _ = fieldEnd(data, begin)
		}
		if !fine || end >= len(data) {
			return 0
		}
		if data[end] != ',' {
			if k < len(u.columns)-1 {
				return 0
			}
			return lineEnd(data, end)
		}
		begin = end + 1
	}
	return 0
}

func endsField(b byte) bool { return b == ',' || b == '\n' || b == '\r' }

// lineEnd is behind the line end at end, 0 where there is none.
func lineEnd(data []byte, end int) int {
	if data[end] == '\r' && end+1 < len(data) {
		end++
	}
	if data[end] != '\n' {
		return 0
	}
	return end + 1
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
	commas   = ',' * eachByte
	newlines = '\n' * eachByte
	zeros    = '0' * eachByte
)

// plainEnd is where the text at begin has a byte that an id seldom has: any
// before the hyphen, which a comma, a line end, a quote and a space are, or one
// that is not ASCII. It does not look at the last bytes of data.
func plainEnd(data []byte, begin int) int {
	const hyphens = '-' * eachByte
	for i := begin; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		if odd := (w - hyphens | w) & highBits; odd != 0 { // the first one is right
			return i + bits.TrailingZeros64(odd)/8
		}
	}
	return len(data)
}

// fieldEnd is where the field at begin ends: the place of the next comma or line
// end, or the length of data. ascii tells whether the field is all ASCII. The
// test for a zero byte in w^commas also answers for some bytes behind a real
// one, so its first answer is right.
func fieldEnd(data []byte, begin int) (end int, ascii bool) {
	i, high := begin, uint64(0)
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		c, n := w^commas, w^newlines
		if found := ((c-eachByte)&^c | (n-eachByte)&^n) & highBits; found != 0 {
			high |= w & (found&-found - 1)
			return i + bits.TrailingZeros64(found)/8, high&highBits == 0
		}
		high |= w
	}
	for ; i < len(data) && data[i] != ',' && data[i] != '\n'; i++ {
		high |= uint64(data[i])
	}
	return i, high&highBits == 0
}

// leadingDigits reads the digits at the beginning of eight bytes.
func leadingDigits(w uint64) (value int64, count int) {
	x := w ^ zeros
	other := ((x + (0x80-10)*eachByte) | x) & highBits // the first one is right
	count = bits.TrailingZeros64(other) / 8
	x <<= uint(64 - 8*count)
	x = (x*10 + x>>8) & 0x00ff00ff00ff00ff
	x = (x*100 + x>>16) & 0x0000ffff0000ffff
	x = x*10000 + x>>32
	return int64(x & 0xffffffff), count
}

var powersOfTen = [...]int64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000}

// amount reads up to seven digits, perhaps a dot and up to seven more, or an
// empty field.
func (n *number) amount(data []byte, i int) (end int, fine bool) {
	if i+16 > len(data) {
		return 0, false
	}
	whole, count := leadingDigits(binary.LittleEndian.Uint64(data[i:]))
	n.digits, n.decimals, n.there = whole, 0, count > 0
	end = i + count
	if count == 0 || count == 8 || data[end] != '.' {
		return end, count < 8
	}
	part, count := leadingDigits(binary.LittleEndian.Uint64(data[end+1:]))
	if count == 0 || count == 8 {
		return 0, false
	}
	n.digits, n.decimals = n.digits*powersOfTen[count]+part, count
	return end + 1 + count, true
}

// date reads ten digits, or an empty field.
func (n *number) date(data []byte, i int) (end int, fine bool) {
	if i+16 > len(data) {
		return 0, false
	}
	head, count := leadingDigits(binary.LittleEndian.Uint64(data[i:]))
	if n.there = count > 0; !n.there {
		return i, true
	}
	tens, ones := data[i+8]-'0', data[i+9]-'0'
	if count < 8 || tens > 9 || ones > 9 {
		return 0, false
	}
	n.digits = head*100 + int64(tens)*10 + int64(ones)
	return i + 10, n.digits >= firstSecond && n.digits < lastSecond
}

// text is a field without spaces around it, perhaps empty.
func (u *usual) text(data []byte, c columnName) (field []byte, fine bool) {
	at := u.texts[c]
	field = data[at.from:at.to:at.to]
	n := len(field)
	return field, n == 0 || n <= maxID && field[0] > ' ' && field[n-1] > ' '
}

// word is a field that has to be one of few words.
func (u *usual) word(data []byte, c columnName) []byte { return data[u.texts[c].from:u.texts[c].to] }

// money is an amount in minor units, 0 for an empty field.
func (u *usual) money(c columnName, s scale) (amount int64, fine bool) {
	n := &u.numbers[c]
	exponent := int(s.exponent)
	if n.minor {
		exponent = 0
	}
	if !n.there {
		return 0, true
	}
	if n.decimals > exponent {
		return 0, false
	}
	amount = n.digits * powersOfTen[exponent-n.decimals]
	return amount, s.step == 1 || amount%s.step == 0
}

// day is a date, 0 for an empty field.
func (u *usual) day(c columnName) int64 {
	if n := &u.numbers[c]; n.there {
		return n.digits
	}
	return 0
}

// usualPayment reads the line at the beginning of data into row and gives its
// length, 0 where payment has to read it.
func (p *parser) usualPayment(data []byte, row *rawPayment) int {
	u, f := &p.usual, &row.facts
	length := u.scan(data)
	if length == 0 {
		return 0
	}
	f.currency = packCurrency(u.word(data, colCurrency))
	scale := p.scales[f.currency]
	if scale.step == 0 || !u.numbers[colAmount].there || !u.numbers[colCreated].there {
		return 0
	}
	var fine [6]bool
	row.id, fine[0] = u.text(data, colID)
	row.order, fine[1] = u.text(data, colOrder)
	row.status, fine[2] = paymentStatus(u.word(data, colStatus))
	f.amount, fine[3] = u.money(colAmount, scale)
	f.received, fine[4] = u.money(colReceived, scale)
	f.refunded, fine[5] = u.money(colRefunded, scale)
	if fine != [6]bool{true, true, true, true, true, true} || len(row.id) == 0 ||
		row.status == Succeeded && !u.numbers[colReceived].there {
		return 0
	}
	f.created, f.captureBefore = u.day(colCreated), u.day(colCaptureBefore)
	row.line, row.weak = p.line, false
	row.settle()
	return length
}

// usualOrder does the same for an order.
func (p *parser) usualOrder(data []byte, row *rawOrder) int {
	u, f := &p.usual, &row.facts
	length := u.scan(data)
	if length == 0 {
		return 0
	}
	f.currency = packCurrency(u.word(data, colCurrency))
	scale := p.scales[f.currency]
	if scale.step == 0 || !u.numbers[colAmount].there || !u.numbers[colCreated].there {
		return 0
	}
	var fine [5]bool
	row.id, fine[0] = u.text(data, colOrder)
	row.intent, fine[1] = u.text(data, colIntent)
	f.status, fine[2] = p.orderWord(u.word(data, colStatus))
	f.amount, fine[3] = u.money(colAmount, scale)
	f.refunded, fine[4] = u.money(colRefunded, scale)
	if fine != [5]bool{true, true, true, true, true} || len(row.id) == 0 {
		return 0
	}
	row.created = u.day(colCreated)
	row.line, row.rival = p.line, nil
	return length
}
