package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// cart is what one buyer is about to buy. Its id is the CheckoutID.
type cart struct {
	ID      string
	Session string
	Member  string
	Address address
	Ordered string // the order's ref, once there is one
	Lines   []line
}

// line is one product of a cart or of an order.
type line struct {
	Product  string `json:"product"`
	Price    int64  `json:"price"`
	Tax      int64  `json:"tax"`
	Quantity int64  `json:"quantity"`
	Stock    int64  `json:"-"`
}

func (l line) Total() int64 { return l.Price * l.Quantity }

// Short reports whether there are fewer on the shelf than in the cart.
func (l line) Short() bool { return l.Quantity > l.Stock }

const maxQuantity = 99

// Count is the number of things in the cart.
func (c cart) Count() int64 {
	var n int64
	for _, l := range c.Lines {
		n += l.Quantity
	}
	return n
}

// Short reports whether something in the cart is not there any more.
func (c cart) Short() bool {
	for _, l := range c.Lines {
		if l.Short() {
			return true
		}
	}
	return false
}

// Bill is what the cart costs.
func (c cart) Bill() bill { return newBill(c.Lines, c.Address.Country) }

// Available is the largest quantity that the cart page lets one choose.
func (l line) Available() int64 { return min(l.Stock, maxQuantity) }

// openCart returns the cart of the session that is not ordered yet. A session
// without one has an empty cart.
func openCart(ctx context.Context, q querier, session string) (cart, error) {
	c, err := readCart(ctx, q, `c.session = ? and c.ordered = ''`, session)
	if errors.Is(err, errNotFound) {
		return cart{Session: session}, nil
	}
	return c, err
}

// checkoutCart is the cart that the session is paying for: the open one if there
// is anything in it, and otherwise the one that became an order last, so that a
// second tab finds that order instead of an empty page.
func checkoutCart(ctx context.Context, q querier, session string) (cart, error) {
	c, err := openCart(ctx, q, session)
	if err != nil || len(c.Lines) > 0 {
		return c, err
	}
	return readCart(ctx, q, `c.session = ? and c.ordered <> '' order by c.rowid desc limit 1`, session)
}

func readCart(ctx context.Context, q querier, where, session string) (cart, error) {
	var c cart
	var where1 string
	err := q.QueryRowContext(ctx, `select c.id, c.session, s.member, c.address, c.ordered
		from carts c join sessions s on s.id = c.session where `+where, session).
		Scan(&c.ID, &c.Session, &c.Member, &where1, &c.Ordered)
	if errors.Is(err, sql.ErrNoRows) {
		return cart{}, errNotFound
	}
	if err == nil && where1 != "" {
		err = json.Unmarshal([]byte(where1), &c.Address)
	}
	if err != nil {
		return cart{}, err
	}
	c.Lines, err = all(ctx, q, scanLine, `select l.product, p.price, p.tax, l.quantity, p.stock
		from cart_lines l join products p on p.id = l.product where l.cart = ? order by l.rowid`, c.ID)
	return c, err
}

func scanLine(rows *sql.Rows) (l line, err error) {
	return l, rows.Scan(&l.Product, &l.Price, &l.Tax, &l.Quantity, &l.Stock)
}

// ensureCart returns the id of the session's open cart, making it when needed:
// the CheckoutID is stored before anybody can pay for it.
func ensureCart(ctx context.Context, tx *sql.Tx, session string) (string, error) {
	if _, err := tx.ExecContext(ctx, `insert into carts (id, session) values (?, ?) on conflict do nothing`,
		rand.Text(), session); err != nil {
		return "", err
	}
	var id string
	err := tx.QueryRowContext(ctx, `select id from carts where session = ? and ordered = ''`, session).Scan(&id)
	return id, err
}

// putInCart adds to what is there already, as far as there is stock.
func (s *Shop) putInCart(ctx context.Context, session, productID string, quantity int64) error {
	return inTx(ctx, s.db, func(tx *sql.Tx) error {
		p, err := findProduct(ctx, tx, productID)
		if err != nil {
			return err
		}
		id, err := ensureCart(ctx, tx, session)
		if err != nil {
			return err
		}
		most := min(p.Stock, maxQuantity)
		if most < 1 {
			return nil
		}
		_, err = tx.ExecContext(ctx, `insert into cart_lines (cart, product, quantity) values (?, ?, min(?, ?))
			on conflict do update set quantity = min(quantity + excluded.quantity, ?)`, id, productID, quantity, most, most)
		return err
	})
}

// setQuantity changes a line; 0 removes it.
func (s *Shop) setQuantity(ctx context.Context, session, productID string, quantity int64) error {
	const mine = ` where product = ? and cart = (select id from carts where session = ? and ordered = '')`
	query, args := `delete from cart_lines`+mine, []any{productID, session}
	if quantity > 0 {
		query, args = `update cart_lines set quantity = ?`+mine, []any{quantity, productID, session}
	}
	_, err := s.db.ExecContext(ctx, query, args...)
	return err
}

func (s *Shop) showCart(w http.ResponseWriter, r *http.Request) error {
	c, err := openCart(r.Context(), s.db, s.session(r))
	if err != nil {
		return err
	}
	return s.render(w, r, "cart", cartPage{Cart: c, Notice: s.notice(r, c)})
}

type cartPage struct {
	Cart   cart
	Notice string // what the payment has to say: "sold out while you were paying"
}

func (s *Shop) addToCart(w http.ResponseWriter, r *http.Request) error {
	session, err := s.ensureSession(w, r)
	if err != nil {
		return err
	}
	if err := s.putInCart(r.Context(), session, r.PostFormValue("product"), quantityOf(r, 1)); err != nil {
		return err
	}
	return redirect(w, r, "/cart")
}

func (s *Shop) changeCart(w http.ResponseWriter, r *http.Request) error {
	quantity := quantityOf(r, 0)
	if r.PostFormValue("remove") != "" {
		quantity = 0
	}
	if err := s.setQuantity(r.Context(), s.session(r), r.PostFormValue("product"), quantity); err != nil {
		return err
	}
	return redirect(w, r, "/cart")
}

func quantityOf(r *http.Request, least int64) int64 {
	n, _ := strconv.ParseInt(r.PostFormValue("quantity"), 10, 32) // what is no number is the least
	return max(least, min(n, maxQuantity))
}
