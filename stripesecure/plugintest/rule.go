package plugintest

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Rule is one rule of a suite, as a value. Run [Rule.Check] on a new subject and
// report what comes out with any tool; the functions Test… do it through
// [testing.T].
type Rule[T any] struct {
	// ID is stable: a rule that is changed so that it means something else gets
	// another one, and the ID of one that is gone is not used again.
	ID string
	// Says is what must hold.
	Says string
	// Breaks is what happens to the merchant where it does not.
	Breaks string

	check func(ctx context.Context, subject T) error
}

// Check runs the rule on a subject of its own. The error is a [*Violation], or
// wraps [ErrSkipped] where the subject cannot show whether the rule holds.
func (r Rule[T]) Check(ctx context.Context, subject T) error {
	err := r.check(ctx, subject)
	if err == nil || errors.Is(err, ErrSkipped) {
		return err
	}
	return &Violation{ID: r.ID, Says: r.Says, Breaks: r.Breaks, Err: err}
}

// ErrSkipped says that a rule could not be tried on this subject.
var ErrSkipped = errors.New("cannot be tried here")

func skip(why string) error { return fmt.Errorf("%w: %s", ErrSkipped, why) }

// Violation is a rule that does not hold.
type Violation struct {
	ID, Says, Breaks string // of the rule
	Err              error  // what was seen
}

func (v *Violation) Error() string {
	return fmt.Sprintf("%s: %v\n\trule: %s\n\totherwise: %s", v.ID, v.Err, v.Says, v.Breaks)
}

// Unwrap gives what was seen.
func (v *Violation) Unwrap() error { return v.Err }

// runRules makes one subtest of each rule, with a new subject.
func runRules[T any](t *testing.T, rules []Rule[T], newSubject func(t *testing.T) T) {
	t.Helper()
	for _, rule := range rules {
		t.Run(rule.ID, func(t *testing.T) {
			err := rule.Check(t.Context(), newSubject(t))
			switch {
			case errors.Is(err, ErrSkipped):
				t.Skip(err)
			case err != nil:
				t.Error(err)
			}
		})
	}
}
