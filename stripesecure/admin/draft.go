package admin

import (
	"encoding/json"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
)

// A secret that was typed into a form must not come back in the page when another
// field is wrong, or when the clerk is asked to confirm; and it must not be lost
// either, for Stripe shows most of them once only. So it goes back encrypted, as
// a hidden field: a draft. The server keeps nothing; the browser holds a text that
// is good for nothing without the host's key, for no other clerk, for no other
// method, and for half an hour. The page says how each secret ends. A secret that
// is itself wrong is not kept: it has to be typed again anyway.
//
// The other ways were a row of the store for each form that was begun (something
// to clean up, and a place where secrets lie that nobody has saved), and to ask
// for every secret again.
const draftLife = 30 * time.Minute

// draft holds what was typed into secret fields: for "live.secret" one, for
// "live.webhook_secrets" one or several.
type draft map[string][]string

type draftRecord struct {
	Until time.Time           `json:"until"`
	Typed map[string][]string `json:"typed"`
}

func (q *request) draftPlace() vault.Place {
	return vault.Place{Shop: q.p.opts.Prefix + "/" + q.method.ID, Row: "draft", Field: q.clerk.Name}
}

// sealDraft returns the hidden field, "" when nothing was typed.
func (q *request) sealDraft(d draft) string {
	if len(d) == 0 {
		return ""
	}
	data, err := json.Marshal(draftRecord{q.p.opts.Now().Add(draftLife), d})
	if err != nil { // texts only: it cannot happen
		return ""
	}
	return q.p.opts.Keys.Seal(data, q.draftPlace())
}

// openDraft reads the hidden field. ok is false when there was something that can
// no longer be read: the clerk has to type it again.
func (q *request) openDraft(sealed string) (d draft, ok bool) {
	if sealed == "" {
		return draft{}, true
	}
	data, err := q.p.opts.Keys.Open(sealed, q.draftPlace())
	var record draftRecord
	if err != nil || json.Unmarshal(data, &record) != nil || q.p.opts.Now().After(record.Until) || record.Typed == nil {
		return draft{}, false
	}
	return record.Typed, true
}
