package stripetest

import (
	"crypto/sha256"
	"net/http"
	"sort"
	"strings"
	"time"
)

// Times of stripe-facts §1.4 and §5.
const (
	keyLifetime   = 24 * time.Hour
	eventLifetime = 30 * 24 * time.Hour
	maxKeyLength  = 255
)

// replay is what is kept of the first request with an idempotency key.
type replay struct {
	key     string
	request string // fingerprint of the first request
	id      string // its request id
	created time.Time
	done    bool
	answer  answer
}

// fingerprint is the identity of a request: a hash, so that no large form is kept.
func fingerprint(method, path string, form *node) string {
	var pairs []string
	form.each("", func(name, value string) { pairs = append(pairs, name+"\x00"+value) })
	sort.Strings(pairs)
	sum := sha256.Sum256([]byte(method + " " + path + "\x00" + strings.Join(pairs, "\x00\x00")))
	return string(sum[:])
}

// recall looks for an earlier request with the key. It returns the answer to
// replay, or reserves the key for this request.
func (m *mode) recall(key, request, id string) (*replay, *answer, *Error) {
	old := m.replays[key]
	now := m.s.now()
	switch {
	case old == nil, old.done && !old.created.Add(keyLifetime).After(now):
		fresh := &replay{key: key, request: request, id: id, created: now}
		m.replays[key] = fresh
		m.oldest = append(m.oldest, fresh)
		return fresh, nil, nil
	case !old.done:
		e := &Error{
			Type: "invalid_request_error", status: http.StatusConflict, transient: true, shouldRetry: "true",
			Message: "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): " + key + ". Please try again later.",
		}
		return nil, nil, e.withCode("idempotency_key_in_use")
	case old.request != request:
		return nil, nil, &Error{
			Type: "idempotency_error", status: http.StatusBadRequest, transient: true,
			Message: "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '" + key + "' if you meant to execute a different request.",
		}
	}
	again := old.answer
	again.head.replayed, again.head.original, again.head.request = true, old.id, id
	return nil, &again, nil
}

// keep stores the answer under its key, or frees the key when the endpoint did
// not begin.
func (m *mode) keep(r *replay, a answer) {
	if a.transient {
		if m.replays[r.key] == r {
			delete(m.replays, r.key)
		}
		if n := len(m.oldest) - 1; n >= 0 && m.oldest[n] == r {
			m.oldest = m.oldest[:n]
		}
		return
	}
	r.done, r.answer = true, a
}
