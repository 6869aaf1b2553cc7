//go:build race

package stripesecure

// simPart is the part of the usual amount that a build runs: the race detector
// is slow, and every world runs alone.
const simPart uint64 = 20
