package checkout

// Knows reports whether the row made this PaymentIntent: one of its attempts
// carries the id that is in the metadata, and no other PaymentIntent.
func (r *Row) Knows(in Intent) bool {
	a := r.attempt(in.Attempt)
	return a != nil && (a.Intent == "" || a.Intent == in.ID)
}

// UpToDate reports whether a PaymentIntent tells the row nothing new.
func (r *Row) UpToDate(in Intent) bool {
	a := r.attempt(in.Attempt)
	if a == nil || a.Intent != in.ID {
		return false
	}
	return a.Seen.Status == in.Seen.Status && a.Seen.Received == in.Seen.Received && a.Seen.Refunded == in.Seen.Refunded &&
		a.Seen.Disputed == in.Seen.Disputed && a.Seen.InReview == in.Seen.InReview
}

// Holder is the attempt that has made this PaymentIntent, or nil.
func (r *Row) Holder(intent string) *Attempt {
	for _, a := range r.Attempts {
		if a.Intent == intent && intent != "" {
			return a
		}
	}
	return nil
}
