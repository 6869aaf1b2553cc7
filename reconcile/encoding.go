package reconcile

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

const (
	encodingUTF8     = "utf-8"
	encodingShiftJIS = "shift_jis"
)

// In Shift_JIS no second byte of a character is a comma, a quote or a line's
// end, so a file is cut into fields as it is, and only the fields that are used
// are decoded.

// looksShiftJIS guesses from the beginning of a file.
func looksShiftJIS(sample []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(sample); cut++ {
		if utf8.Valid(sample[:len(sample)-cut]) {
			return false // a character may be cut at the end
		}
	}
	return true
}

// decodeShiftJIS gives the text of a field in UTF-8.
func decodeShiftJIS(field []byte) ([]byte, bool) {
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(field)
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// ascii reports whether there is nothing to decode.
func ascii(field []byte) bool {
	for _, b := range field {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
