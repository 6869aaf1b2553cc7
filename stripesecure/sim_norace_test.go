//go:build !race

package stripesecure

const simPart uint64 = 1
