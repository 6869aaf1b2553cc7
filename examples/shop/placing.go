package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// snapshot is what an order needs when the buyer has closed the window.
type snapshot struct {
	Language string  `json:"language"`
	Address  address `json:"address"`
	Lines    []line  `json:"lines"`
}

func (c cart) snapshot(lang wording.Language) []byte {
	return []byte(toJSON(snapshot{string(lang), c.Address, c.Lines}))
}

// placeOrder makes the order of a paid cart, or says why not. Everything is one
// transaction, which also holds the order key: stock, order, mail and the end of
// the cart come together or not at all.
func (s *Shop) placeOrder(ctx context.Context, tx *sql.Tx, paid stripesecure.Payment) (stripesecure.Order, error) {
	var bought snapshot
	if err := json.Unmarshal(paid.Snapshot, &bought); err != nil {
		return stripesecure.Order{}, fmt.Errorf("snapshot: %w", err)
	}
	lines, err := s.takeStock(ctx, tx, bought)
	if err != nil {
		return stripesecure.Order{}, err
	}
	bill := newBill(lines, bought.Address.Country) // Once refuses when it is not what was paid
	o := order{
		Ref: newRef(s.now()), Payment: string(paid.ID), LinkKey: rand.Text(),
		Member: paid.Member, Language: bought.Language, Status: paid.OrderStatus, Address: bought.Address,
		Shipping: bill.Shipping, Total: bill.Total, Lines: lines, Card: cardName(paid.Card),
		PaymentState: string(paid.State), PaymentVersion: paid.Version, Placed: s.now().UTC().Format(time.RFC3339),
	}
	if o.Session, err = closeCart(ctx, tx, string(paid.Checkout), o.Ref); err != nil {
		return stripesecure.Order{}, err
	}
	if err := insertOrder(ctx, tx, o); err != nil {
		return stripesecure.Order{}, err
	}
	if err := follow(ctx, tx, paid); err != nil {
		return stripesecure.Order{}, err
	}
	return stripesecure.Order{Ref: o.Ref, Total: stripesecure.JPY(bill.Total)}, s.writeMail(ctx, tx, o, paid.MailText)
}

// takeStock takes the goods off the shelf at today's prices. It names everything
// that has run out, so that the buyer learns it all at once.
func (s *Shop) takeStock(ctx context.Context, tx *sql.Tx, bought snapshot) ([]line, error) {
	var lines []line
	var missing []string
	for _, l := range bought.Lines {
		p, err := findProduct(ctx, tx, l.Product)
		if err != nil && !errors.Is(err, errNotFound) {
			return nil, err
		}
		if p.Stock < l.Quantity {
			missing = append(missing, s.text(bought.Language, "product."+l.Product+".name"))
			continue
		}
		if _, err := tx.ExecContext(ctx, `update products set stock = stock - ? where id = ?`, l.Quantity, l.Product); err != nil {
			return nil, err
		}
		lines = append(lines, line{Product: p.ID, Price: p.Price, Tax: p.Tax, Quantity: l.Quantity})
	}
	if len(missing) > 0 {
		return nil, &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: missing}
	}
	return lines, nil
}

// closeCart ends the cart: what the buyer puts in next is another checkout. It
// returns whose it was. A cart that is an order already cannot become another.
func closeCart(ctx context.Context, tx *sql.Tx, id, ref string) (session string, err error) {
	err = tx.QueryRowContext(ctx, `update carts set ordered = ? where id = ? and ordered = '' returning session`, ref, id).Scan(&session)
	if errors.Is(err, sql.ErrNoRows) {
		return "", &stripesecure.Refusal{Reason: stripesecure.Closed}
	}
	return session, err
}

// cardName is the card as a buyer knows it: "Visa •••• 4242".
func cardName(c stripesecure.Card) string {
	if c.Last4 == "" {
		return ""
	}
	return c.Name() + " •••• " + c.Last4
}
