package gateway

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore"
)

// Engine makes orders by a state machine: each step is stored before the next one
// begins, so that a process that dies goes on where it was.
//
//	cart → create_payment → place_order → validate_payment → success
//	                                            ↓ Cancel
//	                                         cancelled
type Engine struct {
	sqlstore.OrderKeys // the order key, and CloseOrderKey of the port

	gateway Gateway
}

// schema: a row is a cart, its process and, once it has a ref, its order. told and
// untold are what the gateway has answered.
const schema = `create table if not exists processes (
	cart text primary key, return_url text not null, yen integer not null, state text not null default 'create_payment',
	payment text not null default '', ref text not null default '',
	confirmed integer not null default 0, withdrawn integer not null default 0,
	payment_state text not null default '', payment_version integer not null default 0)`

// NewEngine makes the engine's table. The tables of the order key are sqlstore's.
func NewEngine(ctx context.Context, keys sqlstore.OrderKeys) (*Engine, error) {
	_, err := keys.DB.ExecContext(ctx, schema)
	return &Engine{OrderKeys: keys}, err
}

// Use gives the engine its card payments.
func (e *Engine) Use(plugin stripesecure.PaymentPlugin) { e.gateway = cards{plugin} }

// NewCart stores a cart, whose id is the CheckoutID.
func (e *Engine) NewCart(ctx context.Context, yen int64, returnURL string) (Cart, error) {
	c := Cart{ID: rand.Text(), ReturnURL: returnURL, Yen: yen}
	_, err := e.DB.ExecContext(ctx, `insert into processes (cart, return_url, yen) values (?, ?, ?)`, c.ID, c.ReturnURL, c.Yen)
	return c, err
}

// process is a row.
type process struct {
	cart                 Cart
	state, payment, ref  string
	confirmed, withdrawn bool
	paymentState         string
}

const columns = `select cart, return_url, yen, state, payment, ref, confirmed, withdrawn, payment_state from processes where `

func scan(row interface{ Scan(dest ...any) error }) (p process, err error) {
	err = row.Scan(&p.cart.ID, &p.cart.ReturnURL, &p.cart.Yen, &p.state, &p.payment, &p.ref, &p.confirmed, &p.withdrawn, &p.paymentState)
	if p.ref != "" {
		p.cart.Order = &Order{Ref: p.ref, Yen: p.cart.Yen}
	}
	return p, err
}

func (e *Engine) find(ctx context.Context, where string, value any) (process, error) {
	return scan(e.DB.QueryRowContext(ctx, columns+where+" = ?", value))
}

// Step is where a process stands, and what the buyer has to do.
type Step struct {
	State   string
	Ref     string
	URL     string // where the buyer has to go now
	Message string
}

// Process goes on with a cart until the buyer has to do something, or it is over.
// The buyer's last click begins it, and every return of the buyer goes on with it.
func (e *Engine) Process(ctx context.Context, cart string) (Step, error) {
	for {
		p, err := e.find(ctx, "cart", cart)
		if err != nil {
			return Step{}, err
		}
		switch p.state {
		case "create_payment":
			err = e.createPayment(ctx, p)
		case "place_order":
			err = e.placeOrder(ctx, p)
		case "validate_payment":
			step, again, err := e.validate(ctx, p)
			if err != nil || !again {
				return step, err
			}
		default:
			return Step{State: p.state, Ref: p.ref}, nil
		}
		if err != nil {
			return Step{}, err
		}
	}
}

func (e *Engine) createPayment(ctx context.Context, p process) error {
	payment, err := e.gateway.StartFlow(ctx, p.cart)
	if err == nil {
		_, err = e.DB.ExecContext(ctx, `update processes set state = 'place_order', payment = ? where cart = ? and state = 'create_payment'`, payment, p.cart.ID)
	}
	return err
}

// placeOrder makes the order and takes the order key, in one transaction of the
// engine's own, before the buyer has paid.
func (e *Engine) placeOrder(ctx context.Context, p process) error {
	tx, err := e.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	order := Order{Ref: "G-" + rand.Text()[:10], Yen: p.cart.Yen}
	_, err = e.Take(ctx, tx, stripesecure.Payment{ID: stripesecure.PaymentID(p.payment)}, orderOf(order))
	switch {
	case errors.Is(err, sqlstore.ErrKeyTaken):
		return nil // another request was faster: look again
	case err != nil:
		return err
	}
	_, err = tx.ExecContext(ctx, `update processes set state = 'validate_payment', ref = ? where cart = ?`, order.Ref, p.cart.ID)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return err
	}
	p.cart.Order, p.ref = &order, order.Ref
	_ = e.confirm(ctx, p) // Retry repeats it
	return nil
}

// confirm reports the order until it is answered.
func (e *Engine) confirm(ctx context.Context, p process) error {
	if err := e.gateway.ConfirmResult(ctx, p.payment, *p.cart.Order); err != nil {
		return err
	}
	return e.set(ctx, `update processes set confirmed = 1 where cart = ?`, p)
}

// set stores a step; statement has one place, for the cart.
func (e *Engine) set(ctx context.Context, statement string, p process) error {
	_, err := e.DB.ExecContext(ctx, statement, p.cart.ID)
	return err
}

func (e *Engine) validate(ctx context.Context, p process) (step Step, again bool, err error) {
	status, err := e.gateway.FlowStatus(ctx, p.cart)
	step = Step{State: p.state, Ref: p.ref, URL: status.URL, Message: status.Message}
	switch {
	case err != nil:
	case status.Status == Completed:
		return step, true, e.set(ctx, `update processes set state = 'success' where cart = ? and state = 'validate_payment'`, p)
	}
	return step, false, err
}

// Cancel cancels an order: first the engine's own state, then the money.
func (e *Engine) Cancel(ctx context.Context, ref string) error {
	p, err := e.find(ctx, "ref", ref)
	if err == nil {
		err = e.set(ctx, `update processes set state = 'cancelled' where cart = ?`, p)
	}
	if err == nil {
		err = e.withdraw(ctx, p)
	}
	return err
}

// withdraw reports a cancelled order until it is answered.
func (e *Engine) withdraw(ctx context.Context, p process) error {
	if err := e.gateway.CancelOrderPayment(ctx, p.payment, p.ref); err != nil {
		return err
	}
	return e.set(ctx, `update processes set withdrawn = 1 where cart = ?`, p)
}

// Retry is the engine's job, every minute: what the gateway has not answered is
// told again. An order that was cancelled is not confirmed any more.
func (e *Engine) Retry(ctx context.Context) error {
	open, failed := e.unanswered(ctx)
	for _, p := range open {
		tell := e.confirm
		if p.state == "cancelled" {
			tell = e.withdraw
		}
		failed = errors.Join(failed, tell(ctx, p))
	}
	return failed
}

func (e *Engine) unanswered(ctx context.Context) (open []process, err error) {
	rows, err := e.DB.QueryContext(ctx, columns+`ref <> '' and (state <> 'cancelled' and confirmed = 0 or state = 'cancelled' and withdrawn = 0)`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, err
		}
		open = append(open, p)
	}
	return open, rows.Err()
}

// Changed keeps what becomes of the money, for the order's page. An order whose
// payment failed is kept: the buyer may still pay it, and only Cancel ends it.
func (e *Engine) Changed(ctx context.Context, p stripesecure.Payment) error {
	_, err := e.DB.ExecContext(ctx, `update processes set payment_state = ?1, payment_version = ?2 where payment = ?3 and payment_version < ?2`,
		string(p.State), p.Version, string(p.ID))
	return err
}

var _ stripesecure.Host = (*Engine)(nil)
