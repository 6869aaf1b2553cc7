//go:build race

package stripesecure

func init() { simPart = 20 } // the race detector is slow, and every world runs alone
