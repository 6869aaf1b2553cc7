package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// clerk is somebody who works in the shop. The demonstration has two and asks
// for no password; a real shop has its own login here, with a second factor.
type clerk struct{ ID, Name string }

var demoClerks = []clerk{{"aoi", "青木 葵"}, {"ren", "Ren Mori"}}

const (
	staffCookie = "staff"
	staffShift  = 12 * time.Hour
)

type clerkKey struct{}

// clerkOf is who is logged in; the zero clerk outside of staffOnly.
func clerkOf(r *http.Request) clerk {
	c, _ := r.Context().Value(clerkKey{}).(clerk) // nobody is a clerk as well
	return c
}

// staffOnly lets clerks in and sends everybody else to the login. What a form
// has sent is not kept over a login: it may move money.
func (s *Shop) staffOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.clerk(r)
		switch {
		case errors.Is(err, errNotFound) && r.Method == http.MethodGet:
			http.Redirect(w, r, "/staff/login?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		case errors.Is(err, errNotFound):
			http.Redirect(w, r, "/staff/login", http.StatusSeeOther)
		case err != nil:
			s.page(func(http.ResponseWriter, *http.Request) error { return err }).ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clerkKey{}, c)))
		}
	})
}

func (s *Shop) clerk(r *http.Request) (clerk, error) {
	cookie, err := r.Cookie(staffCookie)
	if err != nil {
		return clerk{}, errNotFound
	}
	var id string
	err = s.db.QueryRowContext(r.Context(), `select clerk from staff_sessions where id = ? and ends > ?`,
		cookie.Value, stamp(s.now())).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return clerk{}, errNotFound
	}
	if err != nil {
		return clerk{}, err
	}
	return findClerk(id)
}

func findClerk(id string) (clerk, error) {
	i := slices.IndexFunc(demoClerks, func(c clerk) bool { return c.ID == id })
	if i < 0 {
		return clerk{}, errNotFound
	}
	return demoClerks[i], nil
}

// staffPages are the pages of the clerks; all but the login are for them only.
func (s *Shop) staffPages() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /staff/{$}":   func(w http.ResponseWriter, r *http.Request) error { return redirect(w, r, "/staff/orders") },
		"GET /staff/login": s.showStaffLogin, "POST /staff/login": s.staffLogin, "POST /staff/logout": s.staffLogout,
	} {
		mux.Handle(pattern, s.page(handle))
	}
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /staff/orders":                 s.showStaffOrders,
		"GET /staff/orders/{ref}":           s.onOrder(s.showStaffOrder),
		"POST /staff/orders/{ref}/capture":  s.onPayment(s.captureOrder),
		"POST /staff/orders/{ref}/cancel":   s.onPayment(s.cancelOrder),
		"POST /staff/orders/{ref}/refund":   s.onPayment(s.refundOrder),
		"POST /staff/orders/{ref}/evidence": s.onPayment(s.answerDispute),
		"POST /staff/orders/{ref}/seen":     s.onPayment(s.seeFinding),
		"POST /staff/orders/{ref}/stripe":   s.onPayment(s.happenAtStripe),
		"GET /staff/inbox":                  s.showInbox,
		"POST /staff/inbox":                 s.retryInbox,
		"GET /staff/reconcile":              s.showReconciliation,
		"/":                                 func(http.ResponseWriter, *http.Request) error { return errNotFound },
	} {
		mux.Handle(pattern, s.staffOnly(s.page(handle)))
	}
	return mux
}

type staffLoginPage struct {
	Clerks []clerk
	Next   string
}

func (s *Shop) showStaffLogin(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, "staff/login", staffLoginPage{demoClerks, within(r.URL.Query().Get("next"))})
}

func (s *Shop) staffLogin(w http.ResponseWriter, r *http.Request) error {
	c, err := findClerk(r.PostFormValue("clerk"))
	if err != nil {
		return err
	}
	id := rand.Text()
	if _, err := s.db.ExecContext(r.Context(), `insert into staff_sessions (id, clerk, ends) values (?, ?, ?)`,
		id, c.ID, stamp(s.now().Add(staffShift))); err != nil {
		return err
	}
	s.setStaff(w, id, int(staffShift.Seconds()))
	return redirect(w, r, within(r.PostFormValue("next")))
}

func (s *Shop) staffLogout(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(staffCookie); err == nil {
		if _, err := s.db.ExecContext(r.Context(), `delete from staff_sessions where id = ?`, cookie.Value); err != nil {
			return err
		}
	}
	s.setStaff(w, "", -1)
	return redirect(w, r, "/staff/login")
}

func (s *Shop) setStaff(w http.ResponseWriter, id string, age int) {
	http.SetCookie(w, &http.Cookie{Name: staffCookie, Value: id, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.baseURL, "https:")})
}

// within is a page of the staff to go on to after the login, and never another
// site's.
func within(next string) string {
	if u, err := url.Parse(next); err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/staff/") {
		return "/staff/orders"
	}
	return next
}

// stamp is a time as the shop's tables keep it: texts that sort.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
