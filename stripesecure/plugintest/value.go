package plugintest

import (
	"fmt"

	"github.com/stretchr/testify/mock"
)

// TestingT is the part of [testing.T] that the mocks need.
type TestingT interface {
	mock.TestingT
	Cleanup(cleanup func())
}

// value gives what a test wants to be returned; nil is the zero value.
func value[T any](args mock.Arguments, i int) T {
	var zero T
	switch v := args.Get(i).(type) {
	case nil:
		return zero
	case T:
		return v
	default:
		panic(fmt.Sprintf("plugintest: returned value %d is %T, want %T", i, v, zero))
	}
}
