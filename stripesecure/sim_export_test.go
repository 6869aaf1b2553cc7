package stripesecure

// SimPart tells the outer tests what part of the usual amount a build runs.
const SimPart = simPart

// Some is how many of n a long loop takes with the race detector, for which a part
// is as good; CI runs all of them without it.
func Some(n int) int {
	if simPart > 1 {
		return n / 5
	}
	return n
}
