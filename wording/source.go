package wording

import "context"

// Source is where the plugin gets the merchant's texts from, so that what a
// merchant changes counts from the next buyer on. It is asked whenever texts are
// shown: a source that is slow keeps a copy. An error means that they cannot be
// known now; the default texts are shown then, which are always right. It must be
// safe for use by several goroutines, and what it returns is only read.
type Source interface {
	Wording(ctx context.Context) (Wording, error)
}

// Wording makes a wording that does not change a [Source]: for tests, and for
// shops whose texts are part of their deployment.
func (w Wording) Wording(context.Context) (Wording, error) { return w, nil }
