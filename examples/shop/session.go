package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/http"
	"strings"
)

const sessionCookie = "session"

// session is the id in the visitor's cookie; "" for one who has put nothing in a
// cart yet. It is a random text, good for nothing unless the database knows it.
func (s *Shop) session(r *http.Request) string {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// ensureSession returns the visitor's session, and begins one when there is none.
func (s *Shop) ensureSession(w http.ResponseWriter, r *http.Request) (string, error) {
	var id string
	err := s.db.QueryRowContext(r.Context(), `select id from sessions where id = ?`, s.session(r)).Scan(&id)
	if err != sql.ErrNoRows {
		return id, err
	}
	id = rand.Text()
	if _, err := s.db.ExecContext(r.Context(), `insert into sessions (id) values (?)`, id); err != nil {
		return "", err
	}
	s.setSession(w, id)
	return id, nil
}

func (s *Shop) setSession(w http.ResponseWriter, id string) {
	age := 30 * 24 * 60 * 60
	if id == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: id, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.baseURL, "https:")})
}

// renew gives the session a new id at login, so that nobody who knew the old one
// is logged in too. The cart keeps its CheckoutID.
func renew(ctx context.Context, tx *sql.Tx, old, member string) (string, error) {
	id := rand.Text()
	if _, err := tx.ExecContext(ctx, `insert into sessions (id, member) values (?, ?)`, id, member); err != nil {
		return "", err
	}
	for _, query := range []string{
		`update carts set session = ?1 where session = ?2`,
		`update orders set session = ?1 where session = ?2`,
	} {
		if _, err := tx.ExecContext(ctx, query, id, old); err != nil {
			return "", err
		}
	}
	_, err := tx.ExecContext(ctx, `delete from sessions where id = ?`, old)
	return id, err
}
