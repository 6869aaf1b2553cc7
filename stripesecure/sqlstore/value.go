package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// maxText is the longest id that all three databases keep and index.
const maxText = 255

// ErrText means that an id cannot be kept the same way by every database: it is
// longer than 255 bytes, has a NUL, or is not UTF-8. Nothing was sent.
var ErrText = errors.New("id is too long, has a NUL, or is not UTF-8")

// checkTexts takes pairs of name and value. The value is not repeated in the
// error: a member id may be a person's mail address.
func checkTexts(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if text := pairs[i+1]; len(text) > maxText || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return fmt.Errorf("sqlstore: %s: %w", pairs[i], ErrText)
		}
	}
	return nil
}

// Times are integers, microseconds of UTC since 1970: the databases' own types
// differ in precision, range and what they do with a time zone, and drivers add
// their own opinions. An integer is sorted and compared alike everywhere.

func toMicros(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: micros(t), Valid: true}
}

// micros rounds down, so that nothing is due later than it was. A time that is
// more than 290,000 years away becomes the farthest one.
func micros(t time.Time) int64 {
	switch limit := int64(math.MaxInt64/1_000_000 - 1); {
	case t.Unix() > limit:
		return math.MaxInt64
	case t.Unix() < -limit:
		return math.MinInt64
	}
	return t.UnixMicro()
}

func fromMicros(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.Int64).UTC()
}
