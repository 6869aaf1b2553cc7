package flat_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/flat"
)

// touch changes one leaf after the other and calls look for each, with the leaf
// as it was before and after.
func touch(v reflect.Value, path string, look func(path string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			look(path)
		}
		touch(v.Elem(), path, look)
		return
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			look(path + ".len")
		}
		for i := range v.Len() {
			touch(v.Index(i), path+"[]", look)
		}
		return
	case reflect.Struct:
		if v.Type() != reflect.TypeFor[time.Time]() {
			for i := range v.NumField() {
				touch(v.Field(i), path+"."+v.Type().Field(i).Name, look)
			}
			return
		}
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
		look(path + " second")
		v.Set(reflect.ValueOf(time.Unix(1, 1)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString("x")
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(1)
	default:
		v.SetInt(-1)
	}
	look(path)
}

type more struct {
	checkout.Row

	Small [2]int8
	Bits  uint32
}

// TestOf_everyFieldCounts changes every field of a row, down to the last.
func TestOf_everyFieldCounts(t *testing.T) {
	write := flat.Of[more](nil)
	var v more
	before, leaves := write(nil, &v), 0
	touch(reflect.ValueOf(&v).Elem(), "row", func(path string) {
		leaves++
		after := write(nil, &v)
		assert.False(t, bytes.Equal(before, after), "%s changes nothing", path)
		before = after
	})
	assert.Greater(t, leaves, 250)
}

func TestOf_skips(t *testing.T) {
	write := flat.Of[checkout.Row](func(f reflect.StructField) bool { return f.Tag.Get("json") == "-" })
	a, b := checkout.New("shop", "c"), checkout.New("other", "d")
	b.Version = 7
	assert.Equal(t, write(nil, a), write(nil, b))
	b.Gen++
	assert.NotEqual(t, write(nil, a), write(nil, b))
}

// TestOf_lengthsCount: what moves from one string to the next is another value.
func TestOf_lengthsCount(t *testing.T) {
	type two struct{ A, B string }
	write := flat.Of[two](nil)
	assert.NotEqual(t, write(nil, &two{"ab", "c"}), write(nil, &two{"a", "bc"}))
}

func TestOf_refusesWhatHasNoBytes(t *testing.T) {
	assert.Panics(t, func() { flat.Of[struct{ M map[string]int }](nil) })
}
