package stripetest

// history is what the search index knows of an object.
type history struct{}

// changed notes that an object differs from what the search index knows.
func (m *mode) changed(object) {}
