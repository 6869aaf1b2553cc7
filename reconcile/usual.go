package reconcile

import (
	"encoding/binary"
	"math/bits"
)

// usual reads the lines that look as nearly all lines of a large file do, eight
// bytes at a time: no quotes, no spaces around a field, ids in ASCII, amounts of
// few digits, dates in Unix seconds. It finds no fault: what it does not take is
// read by splitter and parser, which know everything. A fuzz test holds the two
// together.
type usual struct {
	read  []bool // of each column; none where a file is not for it
	at    [numColumns]int
	minor [numColumns]bool // a column of amounts is in minor units
	// ends is where the fields of the line end; the first one is before the line,
	// the last one makes an empty field for a column that is not there.
	ends [maxUsual + 2]int
	odd  bool // the line has bytes that neither end a field nor stand in an id
}

// maxUsual is the most columns; what has more is not for it.
const maxUsual = 62

// majorOf are the columns of minor units, and where their numbers go.
var majorOf = map[columnName]columnName{
	colAmountMinor: colAmount, colReceivedMinor: colReceived, colRefundedMinor: colRefunded,
}

// newUsual says how to read the lines of a layout. A Dashboard export has its
// own words, and two columns for one amount need a choice: not for it.
func newUsual(l *layout) (u usual) {
	if l.dashboard || l.count > maxUsual {
		return u
	}
	read := make([]bool, l.count)
	u.ends[0] = -1
	for c := range u.at {
		u.at[c] = l.count
	}
	for c, i := range l.at {
		if i < 0 {
			continue
		}
		name := columnName(c)
		if major, ok := majorOf[name]; ok {
			if l.at[major] >= 0 {
				return u
			}
			u.minor[major], name = true, major
		}
		read[i], u.at[name] = true, i
	}
	u.read = read
	return u
}

// scan finds the fields of the line at the beginning of data and gives its length
// with its end, 0 for a line that is not a usual one. It does not look at the
// last bytes of data.
func (u *usual) scan(data []byte) int {
	if len(u.read) == 0 {
		return 0
	}
	k, last := 1, len(u.read)
	for begin := 0; begin+group <= len(data); begin += group {
		for marks := special(data[begin : begin+group]); marks != 0; marks &= marks - 1 {
			end := begin + bits.TrailingZeros64(marks)
			if b := data[end]; b != ',' || k == last {
				if k < last || b != '\n' && b != '\r' {
					return u.scanOdd(data)
				}
				u.odd = false
				return u.ended(data, end)
			}
			u.ends[k&63] = end
			k++
		}
	}
	return 0
}

// ended notes the end of the line.
func (u *usual) ended(data []byte, end int) int {
	last := len(u.read)
	u.ends[last], u.ends[last+1] = end, end+1
	if end+8 > len(data) {
		return 0
	}
	return lineEnd(data, end)
}

// scanOdd is scan for a line with a space, say, within a field.
func (u *usual) scanOdd(data []byte) int {
	u.odd = true
	field := 0
	for at := 0; at+8 <= len(data); at++ {
		switch b := data[at]; {
		case b >= '-' && b < 0x80:
		case b == ',' && field+1 < len(u.read):
			field++
			u.ends[field] = at
		case (b == '\n' || b == '\r') && field+1 == len(u.read):
			return u.ended(data, at)
		case b == ',' || b == '\n' || b == '\r' || b == '"' || b >= 0x80 && u.read[field]:
			return 0
		}
	}
	return 0
}

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
	zeros    = '0' * eachByte
	hyphens  = '-' * eachByte
)

// group is how many bytes are looked at together.
const group = 64

// special has a bit for each of the first bytes of data that an id seldom has:
// those before the hyphen, which a comma, a line end, a quote and a space are, and
// those that are not ASCII.
func special(data []byte) uint64 {
	_ = data[group-1]
	return specialOf(data) | specialOf(data[8:])<<8 | specialOf(data[16:])<<16 | specialOf(data[24:])<<24 |
		specialOf(data[32:])<<32 | specialOf(data[40:])<<40 | specialOf(data[48:])<<48 | specialOf(data[56:])<<56
}

// specialOf has a bit for each of eight bytes. With the high bit set, no byte
// borrows from the next one, and keeps the bit where it is not before the hyphen;
// the product brings the eight bits together.
func specialOf(data []byte) uint64 {
	w := binary.LittleEndian.Uint64(data)
	marks := (^(w | highBits - hyphens) | w) & highBits
	return marks >> 7 * 0x0102040810204080 >> 56
}

// span is where a field is in the line.
func (u *usual) span(c columnName) (begin, end int) {
	i := u.at[c]
	return u.ends[i&63] + 1, u.ends[(i+1)&63]
}

// word is a field, perhaps empty.
func (u *usual) word(data []byte, c columnName) []byte {
	begin, end := u.span(c)
	return data[begin:end]
}

// fineIDs reports whether two fields can be ids, the second one perhaps empty: they
// have no spaces around them.
func (u *usual) fineIDs(id, other []byte) bool {
	short := len(id) < shortestSecret && len(other) < shortestSecret
	return len(id) > 0 && (short && !u.odd || fineID(id) && fineID(other))
}

func fineID(id []byte) bool {
	n := len(id)
	return n == 0 || id[0] > ' ' && id[n-1] > ' ' && n <= maxID && !isSecret(id)
}

// has reports whether there is something in a column.
func (u *usual) has(c columnName) bool {
	begin, end := u.span(c)
	return begin < end
}

// money is an amount in minor units, 0 for an empty field.
func (u *usual) money(data []byte, c columnName, s scale) (amount int64, fine bool) {
	begin, end := u.span(c)
	length := end - begin
	if uint(length-1) >= 8 {
		return 0, length == 0
	}
	exponent := int(s.exponent)
	if u.minor[c] {
		exponent = 0
	}
	digits := digitsOf(binary.LittleEndian.Uint64(data[begin:begin+8:begin+8]), length)
	if other := notDigits(digits); other != 0 {
		var decimals int
		digits, decimals = withoutDot(digits, length, bits.TrailingZeros64(other)/8)
		if decimals == 0 || decimals > exponent {
			return 0, false
		}
		exponent -= decimals
	}
	amount = valueOf(digits) * powersOfTen[exponent&7]
	return amount, s.step == 1 || amount%s.step == 0
}

// date is a date, 0 for an empty field.
func (u *usual) date(data []byte, c columnName) (seconds int64, fine bool) {
	begin, end := u.span(c)
	if end-begin != 10 {
		return 0, begin == end
	}
	w := data[begin : begin+10 : begin+10]
	first := digitsOf(binary.LittleEndian.Uint64(w), 8)
	tens, ones := w[8]-'0', w[9]-'0'
	seconds = valueOf(first)*100 + int64(tens)*10 + int64(ones)
	return seconds, notDigits(first) == 0 && tens <= 9 && ones <= 9 && seconds >= firstSecond && seconds < lastSecond
}

// digitsOf are the values of up to eight digits, the last one in the highest
// byte; before the first one there are zeros.
func digitsOf(w uint64, count int) uint64 { return (w ^ zeros) << uint(64-8*count) }

// notDigits has the high bit of each byte that is no digit.
func notDigits(digits uint64) uint64 { return (digits + (0x80-10)*eachByte | digits) & highBits }

// withoutDot takes the dot at a place out of a number of this length, and tells
// how many decimals follow it: 0 where it is not a dot between digits.
func withoutDot(digits uint64, length, at int) (whole uint64, decimals int) {
	const dot = '.' ^ '0'
	below := uint64(1)<<uint(8*at) - 1
	whole = digits&below<<8 | digits&^(below<<8|0xff)
	if digits>>uint(8*at)&0xff != dot || at == 8-length || notDigits(whole) != 0 {
		return 0, 0
	}
	return whole, 7 - at
}

// valueOf is the number that eight digits are.
func valueOf(digits uint64) int64 {
	x := (digits*10 + digits>>8) & 0x00ff00ff00ff00ff
	x = (x*100 + x>>16) & 0x0000ffff0000ffff
	return int64((x*10000 + x>>32) & 0xffffffff)
}

var powersOfTen = [8]int64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000}

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
	row.id, row.order = u.word(data, colID), u.word(data, colOrder)
	var known, amount, received, refunded, created, before bool
	row.status, known = paymentStatus(u.word(data, colStatus))
	f.amount, amount = u.money(data, colAmount, scale)
	f.received, received = u.money(data, colReceived, scale)
	f.refunded, refunded = u.money(data, colRefunded, scale)
	f.created, created = u.date(data, colCreated)
	f.captureBefore, before = u.date(data, colCaptureBefore)
	if !known || !amount || !received || !refunded || !created || !before || !u.fineIDs(row.id, row.order) ||
		row.status == Succeeded && !u.has(colReceived) {
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
	row.id, row.intent = u.word(data, colOrder), u.word(data, colIntent)
	var known, amount, refunded, created bool
	f.status, known = p.orderWord(u.word(data, colStatus))
	f.amount, amount = u.money(data, colAmount, scale)
	f.refunded, refunded = u.money(data, colRefunded, scale)
	row.created, created = u.date(data, colCreated)
	if !known || !amount || !refunded || !created || !u.fineIDs(row.id, row.intent) {
		return 0
	}
	row.line, row.rival = p.line, nil
	return length
}
