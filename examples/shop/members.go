package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/ec-plugins/stripesecure/stripesecure"
)

// member is somebody who has an account. The shop has two for demonstration and
// asks for no password.
type member struct {
	ID      string
	Name    string
	Address address
}

var demoMembers = []member{
	{ID: "hana", Name: "佐藤 花", Address: address{
		Name: "佐藤 花", Email: "hana@example.jp", Phone: "075-555-0142", Country: "JP",
		Postal: "604-8155", Region: "京都府", City: "京都市中京区占出山町308", Building: "錦ハイツ 402"}},
	{ID: "emma", Name: "Emma Clarke", Address: address{
		Name: "Emma Clarke", Email: "emma@example.com", Phone: "03-5550-0178", Country: "JP",
		Postal: "150-0001", Region: "東京都", City: "渋谷区神宮前4-12-10", Building: ""}},
}

// memberOf returns who is logged in; the zero member for a guest.
func (s *Shop) memberOf(ctx context.Context, session string) (m member, err error) {
	var where string
	err = s.db.QueryRowContext(ctx, `select m.id, m.name, m.address
		from sessions s join members m on m.id = s.member where s.id = ?`, session).Scan(&m.ID, &m.Name, &where)
	if errors.Is(err, sql.ErrNoRows) {
		return member{}, nil
	}
	if err != nil {
		return member{}, err
	}
	return m, json.Unmarshal([]byte(where), &m.Address)
}

func (s *Shop) members(ctx context.Context) ([]member, error) {
	return all(ctx, s.db, func(rows *sql.Rows) (m member, err error) {
		return m, rows.Scan(&m.ID, &m.Name)
	}, `select id, name from members order by rowid`)
}

type memberPage struct {
	Members []member
	Cards   []stripesecure.Card
	Next    string
}

func (s *Shop) showMember(w http.ResponseWriter, r *http.Request) error {
	members, err := s.members(r.Context())
	if err != nil {
		return err
	}
	page := memberPage{Members: members, Next: r.FormValue("next")}
	if m := visitorOf(r).Member; m.ID != "" {
		page.Cards = s.cards(r.Context(), m.ID)
	}
	return s.render(w, r, "member", page)
}

func (s *Shop) login(w http.ResponseWriter, r *http.Request) error {
	session, err := s.ensureSession(w, r)
	if err != nil {
		return err
	}
	session, err = s.logIn(r.Context(), session, r.PostFormValue("member"))
	if err != nil {
		return err
	}
	s.setSession(w, session)
	if r.PostFormValue("next") == "checkout" {
		return redirect(w, r, "/checkout/address")
	}
	return redirect(w, r, "/member")
}

// logIn returns the session's new id.
func (s *Shop) logIn(ctx context.Context, session, who string) (fresh string, err error) {
	err = inTx(ctx, s.db, func(tx *sql.Tx) error {
		var known bool
		err := tx.QueryRowContext(ctx, `select exists (select 1 from members where id = ?)`, who).Scan(&known)
		if err != nil {
			return err
		}
		if !known {
			return errNotFound
		}
		fresh, err = renew(ctx, tx, session, who)
		return err
	})
	return fresh, err
}

// logout forgets the session: the next person at this computer finds nothing.
func (s *Shop) logout(w http.ResponseWriter, r *http.Request) error {
	s.setSession(w, "")
	return redirect(w, r, "/")
}

func (s *Shop) removeCard(w http.ResponseWriter, r *http.Request) error {
	if m := visitorOf(r).Member; m.ID != "" {
		err := s.plugin.RemoveCard(r.Context(), m.ID, r.PostFormValue("card"))
		if err != nil && !errors.Is(err, stripesecure.ErrNotFound) {
			return err
		}
	}
	return redirect(w, r, "/member")
}
