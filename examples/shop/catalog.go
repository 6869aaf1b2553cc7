package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
)

// product is something on the shelf. Its names are in texts/, its picture in
// assets/products/.
type product struct {
	ID    string
	Price int64 // yen, tax included
	Tax   int64 // per cent
	Stock int64
}

// goods is what a new shop has. There is one kettle: buy it twice to see what
// happens when the last one goes.
var goods = []product{
	{ID: "bowl", Price: 3300, Tax: 10, Stock: 12},
	{ID: "kettle", Price: 24200, Tax: 10, Stock: 1},
	{ID: "sencha", Price: 1296, Tax: 8, Stock: 40},
	{ID: "tenugui", Price: 1650, Tax: 10, Stock: 20},
	{ID: "bento", Price: 8800, Tax: 10, Stock: 5},
	{ID: "lamp", Price: 13200, Tax: 10, Stock: 3},
}

func scanProduct(rows *sql.Rows) (p product, err error) {
	return p, rows.Scan(&p.ID, &p.Price, &p.Tax, &p.Stock)
}

func (s *Shop) products(ctx context.Context) ([]product, error) {
	return all(ctx, s.db, scanProduct, `select id, price, tax, stock from products order by position`)
}

// findProduct returns errNotFound when there is none.
func findProduct(ctx context.Context, q querier, id string) (p product, err error) {
	err = q.QueryRowContext(ctx, `select id, price, tax, stock from products where id = ?`, id).
		Scan(&p.ID, &p.Price, &p.Tax, &p.Stock)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNotFound
	}
	return p, err
}

func (s *Shop) showCatalog(w http.ResponseWriter, r *http.Request) error {
	products, err := s.products(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, "catalog", products)
}

func (s *Shop) showProduct(w http.ResponseWriter, r *http.Request) error {
	p, err := findProduct(r.Context(), s.db, r.PathValue("id"))
	if err != nil {
		return err
	}
	return s.render(w, r, "product", p)
}
