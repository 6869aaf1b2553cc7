package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// order is what a buyer has bought.
type order struct {
	Ref, Payment, LinkKey string
	Session, Member       string
	Language, Status      string
	Address               address
	Shipping, Total       int64
	Card, PaymentState    string
	PaymentVersion        int64
	Placed                string // UTC, RFC 3339
	Lines                 []line
}

// Bill is what the order cost, tax by tax.
func (o order) Bill() bill {
	b := newBill(o.Lines, o.Address.Country)
	b.Shipping, b.Total = o.Shipping, o.Total
	return b
}

var japanTime = time.FixedZone("JST", 9*60*60)

// newRef is an order number that people can read out and nobody can count.
func newRef(now time.Time) string {
	return now.In(japanTime).Format("20060102") + "-" + rand.Text()[:6]
}

const orderColumns = `ref, payment, link_key, session, member, language, status, address, shipping, total,
	card, payment_state, payment_version, placed`

func scanOrder(row interface{ Scan(...any) error }) (o order, err error) {
	var where string
	err = row.Scan(&o.Ref, &o.Payment, &o.LinkKey, &o.Session, &o.Member, &o.Language, &o.Status, &where,
		&o.Shipping, &o.Total, &o.Card, &o.PaymentState, &o.PaymentVersion, &o.Placed)
	if err == nil {
		err = json.Unmarshal([]byte(where), &o.Address)
	}
	return o, err
}

func insertOrder(ctx context.Context, tx *sql.Tx, o order) error {
	if _, err := tx.ExecContext(ctx, `insert into orders (`+orderColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.Ref, o.Payment, o.LinkKey, o.Session, o.Member, o.Language, o.Status, toJSON(o.Address),
		o.Shipping, o.Total, o.Card, o.PaymentState, o.PaymentVersion, o.Placed); err != nil {
		return err
	}
	for _, l := range o.Lines {
		if _, err := tx.ExecContext(ctx, `insert into order_lines (ref, product, price, tax, quantity) values (?, ?, ?, ?, ?)`,
			o.Ref, l.Product, l.Price, l.Tax, l.Quantity); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shop) findOrder(ctx context.Context, ref string) (order, error) {
	o, err := scanOrder(s.db.QueryRowContext(ctx, `select `+orderColumns+` from orders where ref = ?`, ref))
	if errors.Is(err, sql.ErrNoRows) {
		return order{}, errNotFound
	}
	if err != nil {
		return order{}, err
	}
	o.Lines, err = all(ctx, s.db, scanLine,
		`select product, price, tax, quantity, 0 from order_lines where ref = ? order by rowid`, ref)
	return o, err
}

// ordersOf returns a member's orders, or those of a guest's session.
func (s *Shop) ordersOf(ctx context.Context, memberID, session string) ([]order, error) {
	return all(ctx, s.db, func(rows *sql.Rows) (order, error) { return scanOrder(rows) },
		`select `+orderColumns+` from orders
		where member = ?1 and (?1 <> '' or session = ?2) order by rowid desc`, memberID, session)
}

// mayRead: the member who bought, the browser that bought, or the link in the mail.
func (o order) mayRead(v visitor, key string) bool {
	return o.Member != "" && o.Member == v.Member.ID ||
		o.Member == "" && o.Session != "" && o.Session == v.Session ||
		subtle.ConstantTimeCompare([]byte(key), []byte(o.LinkKey)) == 1
}

type orderPage struct {
	Order  order
	Thanks bool // the buyer has just come from the payment
	Link   string
}

func (s *Shop) showOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := s.findOrder(r.Context(), r.PathValue("ref"))
	if err != nil {
		return err
	}
	if !o.mayRead(visitorOf(r), r.URL.Query().Get("key")) {
		return errNotFound // and not "forbidden": that would tell that it exists
	}
	placed, err := time.Parse(time.RFC3339, o.Placed)
	if err != nil {
		return err
	}
	return s.render(w, r, "order", orderPage{Order: o, Thanks: s.now().Sub(placed) < 30*time.Minute,
		Link: "/orders/" + o.Ref + "?key=" + o.LinkKey})
}

func (s *Shop) showOrders(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	orders, err := s.ordersOf(r.Context(), v.Member.ID, v.Session)
	if err != nil {
		return err
	}
	return s.render(w, r, "orders", orders)
}
