package reconcile

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// usual reads the lines that look as nearly all lines of a large file do, in one
// pass over their bytes, eight at a time: no quotes, no spaces around a field,
// ids in ASCII, amounts of few digits, dates in Unix seconds. It finds no fault:
// what it does not take is read by splitter and parser, which know everything.
// A fuzz test holds the two together.
type usual struct {
	columns []usualColumn // of a line; none where a file is not for it
	texts   [numColumns + 1]span
	numbers [numColumns + 1]number
	odd     bool // a text of the line has more than what plainEnd passes over
}

// usualColumn is what a field is: of digits, or text. What is ignored is text
// that has no name.
type usualColumn struct {
	name   columnName
	digits bool
}

// span is a field's place in the line.
type span struct{ from, to int }

// number is a field of digits.
type number struct {
	digits   int64 // with the decimals, as one number
	count    int   // of digits, 0 for an empty field
	decimals int
	minor    bool // the column is in minor units
}

// ofDigits are the columns of amounts and dates.
var ofDigits = [numColumns]bool{colCreated: true, colCaptureBefore: true, colAmount: true, colReceived: true, colRefunded: true}

// majorOf are the columns of minor units, and where their numbers go.
var majorOf = map[columnName]columnName{
	colAmountMinor: colAmount, colReceivedMinor: colReceived, colRefundedMinor: colRefunded,
}

// newUsual says how to read the lines of a layout. A Dashboard export has its
// own words, and two columns for one amount need a choice: not for it.
func newUsual(l *layout) usual {
	u := usual{columns: slices.Repeat([]usualColumn{{name: numColumns}}, l.count)}
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
		u.columns[i] = usualColumn{name, ofDigits[name]}
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
	u.odd = false
	for k, column := range u.columns {
		var end int
		fine := true
		if column.digits {
			if begin+24 > len(data) {
				return 0
			}
			n := &u.numbers[column.name]
			n.digits, n.count = leadingDigits(eightAt(data, begin))
			n.decimals = 0
			if end = begin + n.count; n.count == 8 || data[end] == '.' {
				end, fine = n.more(data, end)
			}
		} else {
			if end = plainEnd(data, begin); end < len(data) && !endsField(data[end]) {
				end, fine = fieldEnd(data, begin)
				fine = fine || column.name == numColumns
				u.odd = true
			}
			u.texts[column.name] = span{begin, end}
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

// more reads what stands at end, behind the first digits: the last two of ten, or
// a dot and up to seven decimals.
func (n *number) more(data []byte, end int) (newEnd int, fine bool) {
	if n.count == 8 {
		tens, ones := data[end]-'0', data[end+1]-'0'
		n.digits, n.count = n.digits*100+int64(tens)*10+int64(ones), 10
		return end + 2, tens <= 9 && ones <= 9
	}
	part, decimals := leadingDigits(eightAt(data, end+1))
	if n.count == 0 || decimals == 0 || decimals == 8 {
		return end, false
	}
	n.digits, n.decimals = n.digits*powersOfTen[decimals]+part, decimals
	return end + 1 + decimals, true
}

// eightAt is a word of data. (With its capacity told, too, the slice costs one
// instruction instead of seven.)
func eightAt(data []byte, i int) uint64 { return binary.LittleEndian.Uint64(data[i : i+8 : i+8]) }

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
		w := eightAt(data, i)
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
		w := eightAt(data, i)
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

// text is a field without spaces around it, perhaps empty.
func (u *usual) text(data []byte, c columnName) (field []byte, fine bool) {
	at := u.texts[c]
	field = data[at.from:at.to]
	return field, len(field) <= maxID && !(u.odd && spacesAround(field)) && (len(field) < shortestSecret || !isSecret(field))
}

func spacesAround(field []byte) bool {
	n := len(field)
	return n > 0 && (field[0] <= ' ' || field[n-1] <= ' ')
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
	if n.decimals > exponent {
		return 0, false
	}
	amount = n.digits * powersOfTen[exponent-n.decimals]
	return amount, s.step == 1 || amount%s.step == 0
}

// date is a date, 0 for an empty field.
func (u *usual) date(c columnName) (seconds int64, fine bool) {
	n := &u.numbers[c]
	return n.digits, n.count == 0 || n.decimals == 0 && n.digits >= firstSecond && n.digits < lastSecond
}

// has reports whether there are digits in a column.
func (u *usual) has(c columnName) bool { return u.numbers[c].count > 0 }

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
	if scale.step == 0 || !u.has(colAmount) || !u.has(colCreated) {
		return 0
	}
	var id, order, status, amount, received, refunded, created, before bool
	row.id, id = u.text(data, colID)
	row.order, order = u.text(data, colOrder)
	row.status, status = paymentStatus(u.word(data, colStatus))
	f.amount, amount = u.money(colAmount, scale)
	f.received, received = u.money(colReceived, scale)
	f.refunded, refunded = u.money(colRefunded, scale)
	f.created, created = u.date(colCreated)
	f.captureBefore, before = u.date(colCaptureBefore)
	fine := id && order && status && amount && received && refunded && created && before
	if !fine || len(row.id) == 0 || row.status == Succeeded && !u.has(colReceived) {
		return 0
	}
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
	if scale.step == 0 || !u.has(colAmount) || !u.has(colCreated) {
		return 0
	}
	var id, intent, status, amount, refunded, created bool
	row.id, id = u.text(data, colOrder)
	row.intent, intent = u.text(data, colIntent)
	f.status, status = p.orderWord(u.word(data, colStatus))
	f.amount, amount = u.money(colAmount, scale)
	f.refunded, refunded = u.money(colRefunded, scale)
	row.created, created = u.date(colCreated)
	if !id || !intent || !status || !amount || !refunded || !created || len(row.id) == 0 {
		return 0
	}
	row.line, row.rival = p.line, nil
	return length
}
