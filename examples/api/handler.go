package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// resultServer answers a script with the JSON of a Result, or of an error.
type resultServer interface {
	ServeResult(w http.ResponseWriter, r *http.Request, cart stripesecure.Cart, res stripesecure.Result, err error)
}

// Handler serves the API below /api/. Beside it mount the plugin's own Handler:
// the way back from the bank, and the webhook.
func (s *Shop) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/carts", s.postCart)
	mux.HandleFunc("GET /api/carts/{cart}", s.withCart(s.getCart))
	mux.HandleFunc("GET /api/carts/{cart}/payment", s.withCart(s.getPayment))
	mux.HandleFunc("POST /api/carts/{cart}/payment", s.withCart(s.pay))
	mux.HandleFunc("POST /api/carts/{cart}/payment/resume", s.withCart(s.resume))
	mux.HandleFunc("GET /api/orders/{ref}", s.getOrder)
	return http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, 64<<10))
}

// money as JSON: a text, because numbers of JavaScript are not exact.
type money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func moneyOf(m stripesecure.Money) money { return money{m.Amount.String(), m.Currency} }

type cartJSON struct {
	ID       string `json:"id"`
	Token    string `json:"token,omitempty"` // only where the cart is made
	Quantity int64  `json:"quantity"`
	Total    money  `json:"total"`
}

func (c cart) json() cartJSON {
	return cartJSON{ID: c.id, Quantity: c.quantity, Total: moneyOf(c.total())}
}

func (s *Shop) postCart(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Quantity int64 `json:"quantity"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Quantity < 1 || in.Quantity > 99 {
		fail(w, r, http.StatusUnprocessableEntity, wording.FormIncomplete)
		return
	}
	c, err := s.newCart(r.Context(), in.Quantity, language(r))
	if err != nil {
		fail(w, r, http.StatusServiceUnavailable, wording.TemporarilyUnavailable)
		return
	}
	out := c.json()
	out.Token = c.token
	answer(w, http.StatusCreated, out)
}

// withCart authorises a call by the cart's token.
func (s *Shop) withCart(serve func(http.ResponseWriter, *http.Request, cart)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := s.cartOf(r.Context(), r.PathValue("cart"), token(r))
		if err != nil {
			failAs(w, r, err)
			return
		}
		r.Header.Set("Accept", "application/json") // there is no other answer
		serve(w, r, c)
	}
}

func token(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

func (s *Shop) getCart(w http.ResponseWriter, _ *http.Request, c cart) {
	answer(w, http.StatusOK, c.json())
}

// paymentJSON is what the front end draws.
type paymentJSON struct {
	Available      bool             `json:"available"`
	Reason         *wording.Message `json:"reason,omitempty"`
	Notice         *wording.Message `json:"notice,omitempty"`
	Name           string           `json:"name,omitempty"`
	Description    string           `json:"description,omitempty"`
	PublishableKey string           `json:"publishable_key,omitempty"`
	StripeJS       string           `json:"stripe_js,omitempty"`
	Elements       map[string]any   `json:"elements,omitempty"`
	Total          money            `json:"total"`
}

func (s *Shop) getPayment(w http.ResponseWriter, r *http.Request, c cart) {
	offer, err := s.plugin.Offer(r.Context(), s.paying(c))
	if err != nil {
		s.plugin.ServeResult(w, r, s.paying(c), stripesecure.Result{}, err)
		return
	}
	answer(w, http.StatusOK, paymentJSON{
		Available: offer.Available, Reason: some(offer.Reason), Notice: some(offer.Notice), Name: offer.Name,
		Description: offer.Description, PublishableKey: offer.PublishableKey, StripeJS: offer.StripeJS,
		Elements: offer.Elements, Total: moneyOf(c.total()),
	})
}

func some(m wording.Message) *wording.Message {
	if m.Code == "" {
		return nil
	}
	return &m
}

func (s *Shop) pay(w http.ResponseWriter, r *http.Request, c cart) {
	in, err := stripesecure.ReadInput(r)
	var res stripesecure.Result
	if err == nil {
		res, err = s.plugin.Pay(r.Context(), s.paying(c), in)
	}
	s.plugin.ServeResult(w, r, s.paying(c), res, err)
}

func (s *Shop) resume(w http.ResponseWriter, r *http.Request, c cart) {
	in, err := stripesecure.ReadInput(r)
	var res stripesecure.Result
	if err == nil {
		paying := s.paying(c)
		paying.Tab = in.Tab
		res, err = s.plugin.Resume(r.Context(), paying)
	}
	s.plugin.ServeResult(w, r, s.paying(c), res, err)
}

func (s *Shop) getOrder(w http.ResponseWriter, r *http.Request) {
	o, err := s.findOrder(r.Context(), r.PathValue("ref"))
	if err == nil {
		_, err = s.cartOf(r.Context(), o.cart, token(r))
	}
	if err != nil {
		failAs(w, r, err)
		return
	}
	answer(w, http.StatusOK, struct {
		Ref          string `json:"ref"`
		Total        money  `json:"total"`
		PaymentState string `json:"payment_state"`
		Placed       string `json:"placed"`
	}{o.ref, moneyOf(stripesecure.JPY(o.yen)), o.state, o.placed})
}

func language(r *http.Request) wording.Language {
	return wording.Match(r.Header.Get("Accept-Language"))
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the buyer is gone
}

func failAs(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errNotFound) {
		fail(w, r, http.StatusNotFound, wording.NotFound)
		return
	}
	fail(w, r, http.StatusServiceUnavailable, wording.TemporarilyUnavailable)
}

// fail has the shape of the plugin's own errors: a message to show.
func fail(w http.ResponseWriter, r *http.Request, status int, code wording.Code) {
	message := wording.For(code, language(r), wording.Facts{})
	answer(w, status, map[string]any{"do": stripesecure.Show, "message": message})
}
