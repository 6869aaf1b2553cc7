package stripesecure_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// from is a guest's cart from an address.
func (b *bench) from(id, ip string) stripesecure.Cart {
	cart := b.cart(stripesecure.CheckoutID(id))
	cart.Buyer = stripesecure.Buyer{IP: ip}
	return cart
}

// confirms counts the cards that were sent to Stripe.
func confirms(s *stripetest.Stripe) (n int) {
	for _, call := range s.Calls() {
		if call.Method == http.MethodPost && (call.Path == "/v1/payment_intents" || strings.HasSuffix(call.Path, "/confirm")) {
			n++
		}
	}
	return n
}

func TestLimiter_FRD01_address(t *testing.T) {
	with(t, nil, func(b *bench) {
		for n := range 5 {
			require.Equal(b, wording.DeclinedGeneric, b.pay(b.from(fmt.Sprint("c", n), "203.0.113.7"), declined).Message.Code)
		}
		calls := len(b.stripe.Calls())
		for _, ip := range []string{"203.0.113.7", "203.0.113.200", "203.0.113.9:443", "::ffff:203.0.113.4"} { // the same /24
			res := b.pay(b.from("c9", ip), visa)
			assert.Equal(b, stripesecure.Show, res.Do, ip)
			assert.Equal(b, wording.TryLater, res.Message.Code, ip)
			assert.Equal(b, stripesecure.StateOpen, res.Payment.State)
			assert.NotRegexp(b, `回数|制限|上限|IP|不正`, res.Message.Text, "the text says nothing about why")
		}
		assert.Len(b, b.stripe.Calls(), calls, "nothing is sent")
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.from("other", "203.0.114.7"), visa).Do, "others buy")
		<-time.After(10*time.Minute + time.Second)
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.from("c9", "203.0.113.7"), visa).Do, "the window has passed")
	})
	t.Run("a day", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			n := 0
			for ; n < 100; n++ {
				if b.pay(b.from(fmt.Sprint("c", n/5), "203.0.113.7"), declined).Message.Code == wording.TryLater {
					break
				}
				<-time.After(5 * time.Minute)
			}
			assert.Equal(b, 30, n)
		})
	})
	t.Run("new customers", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			n := 0
			for ; n < 100; n++ {
				if b.pay(b.from(fmt.Sprint("c", n), "203.0.113.7"), declined).Message.Code == wording.TryLater {
					break
				}
				<-time.After(5 * time.Minute)
			}
			assert.Equal(b, 20, n, "each of another customer")
		})
	})
}

func TestLimiter_IPv6(t *testing.T) {
	with(t, nil, func(b *bench) {
		for n := range 5 {
			b.pay(b.from(fmt.Sprint("c", n), fmt.Sprintf("2001:db8:1:ff%02x::%d", n, n)), declined)
		}
		assert.Equal(b, wording.TryLater, b.pay(b.from("c9", "2001:db8:1:ff99::1%eth0"), visa).Message.Code, "one /56")
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.from("c10", "2001:db8:1:fe00::1"), visa).Do)
	})
}

// A proxy's own address would put every buyer together: it is not counted, and
// what is no address is an error at once.
func TestLimiter_addressesThatAreNobodys(t *testing.T) {
	with(t, nil, func(b *bench) {
		for _, ip := range []string{"10.0.0.1", "127.0.0.1", "::1", "fe80::1", "100.64.3.4", "192.168.1.1", "0.0.0.0"} {
			for n := range 8 {
				b.pay(b.from(fmt.Sprintf("%x-%d", ip, n), ip), declined)
			}
		}
		assert.Equal(b, 56, confirms(b.stripe))
		_, err := b.plugin.Pay(b.Context(), b.from("c", "203.0.113.7, 10.0.0.1"), stripesecure.Input{Token: "ctoken_1"})
		assert.Equal(b, "cart.buyer.ip malformed", faults(err))
	})
}

func TestLimiter_FRD02_buyerSessionCheckout(t *testing.T) {
	for name, change := range map[string]func(c *stripesecure.Cart, n int){
		"one checkout": func(c *stripesecure.Cart, _ int) { c.ID = "same" },
		"one member":   func(c *stripesecure.Cart, _ int) { c.Buyer.Member = "m-1" },
		"one session":  func(c *stripesecure.Cart, _ int) { c.Buyer.Session = "s-1" },
		"one mail":     func(c *stripesecure.Cart, n int) { c.Buyer.Email = []string{"A@example.com", "a@example.com"}[n%2] },
	} {
		t.Run(name, func(t *testing.T) {
			with(t, nil, func(b *bench) {
				try := func(n int, card string) stripesecure.Result {
					cart := b.from(fmt.Sprint("c", n), fmt.Sprintf("203.0.%d.7", n)) // each from another address
					change(&cart, n)
					return b.pay(cart, card)
				}
				for n := range 10 {
					require.Equal(b, wording.DeclinedGeneric, try(n, declined).Message.Code, n)
				}
				assert.Equal(b, wording.TryLater, try(10, visa).Message.Code)
				<-time.After(24 * time.Hour)
				assert.Equal(b, stripesecure.PlaceOrder, try(10, visa).Do)
			})
		})
	}
	t.Run("3-D Secure that is left unfinished", func(t *testing.T) {
		with(t, nil, func(b *bench) {
			var res stripesecure.Result
			for range 11 {
				res = b.pay(b.from("c", ""), threeDS)
			}
			require.Equal(b, stripesecure.HandleAction, res.Do)
			assert.Equal(b, wording.TryLater, b.pay(b.from("c", ""), threeDS).Message.Code, "ten were left, one is at the bank")
		})
	})
}

// What a buyer has begun is never in the way of the limiter: the repetition of a
// try, the order of money that is held, the way back from the bank.
func TestLimiter_neverStopsWhatIsUnderWay(t *testing.T) {
	with(t, both(func(o *stripesecure.Options, _ *settings.Settings) { o.Limits.Address, o.Limits.Cards = 1, 1 }), func(b *bench) {
		token := b.stripe.Token(visa)
		cart := b.from("c", "203.0.113.7")
		first := b.submit(cart, stripesecure.Input{Token: token})
		require.Equal(b, stripesecure.PlaceOrder, first.Do)
		assert.Equal(b, stripesecure.PlaceOrder, b.submit(cart, stripesecure.Input{Token: token}).Do)
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(cart, visa).Do, "another tab")
		assert.Equal(b, stripesecure.GoTo, b.place(first.Payment).Do)

		other := b.from("d", "203.0.113.7")
		require.Equal(b, stripesecure.HandleAction, b.pay(other, threeDS).Do, "the first one has held money")
		b.stripe.Challenge(b.stripe.Intents()[1].ID, stripetest.Pass)
		assert.Equal(b, stripesecure.PlaceOrder, b.resume(other).Do)
	})
}

func TestLimiter_storeTransactions(t *testing.T) {
	for name, c := range map[string]struct {
		buyer stripesecure.Buyer
		want  int
	}{
		"nothing known of the buyer": {stripesecure.Buyer{}, 5},
		"mail and session":           {stripesecure.Buyer{Email: "a@example.com", Session: "s"}, 5},
		"address":                    {stripesecure.Buyer{IP: "203.0.113.7", Email: "a@example.com", Session: "s"}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, nil, func(b *bench) {
				cart := b.cart("cart-1")
				cart.Buyer = c.buyer
				b.place(b.pay(cart, visa).Payment)
				assert.Equal(b, c.want, b.store.Writes())
			})
		})
	}
	t.Run("saved card", func(t *testing.T) {
		with(t, func(_ *stripesecure.Options, s *settings.Settings) { s.SaveCard = settings.SaveRequired }, func(b *bench) {
			b.place(b.pay(b.member("cart-1"), visa).Payment)
			cards, err := b.plugin.Cards(b.Context(), "m-1")
			require.NoError(b, err)
			writes := b.store.Writes()
			cart := b.member("cart-2")
			cart.Buyer.IP, cart.Buyer.Session = "203.0.113.7", "s"
			b.place(b.submit(cart, stripesecure.Input{SavedCard: cards[0].ID}).Payment)
			assert.Equal(b, 4, b.store.Writes()-writes, "none more")
		})
	})
}

// FRD-01: answered with 429, for scripts and plain forms alike, and nothing is
// written for whoever is stopped.
func TestLimiter_handler(t *testing.T) {
	withShop(t, func(o *stripesecure.Options, _ *settings.Settings) { o.Limits.Cards = 1 }, func(b *bench) {
		b.do("/stripesecure/pay", asHTML, token(b.stripe.Token(declined)))
		writes, calls := b.store.Writes(), len(b.stripe.Calls())
		for _, accept := range []string{asHTML, asJSON} {
			answer := b.do("/stripesecure/pay", accept, token(b.stripe.Token(visa)))
			assert.Equal(b, http.StatusTooManyRequests, answer.StatusCode)
			assert.Contains(b, answer.text, wording.For(wording.TryLater, wording.Japanese, wording.Facts{}).Text)
		}
		assert.Equal(b, writes, b.store.Writes())
		assert.Len(b, b.stripe.Calls(), calls)
	})
}

// Whoever has the address of a payment page is counted by where they are, too.
func TestLimiter_paymentPage(t *testing.T) {
	with(t, func(o *stripesecure.Options, _ *settings.Settings) {
		o.ClientIP = func(r *http.Request) string { return r.Header.Get("X-Real-IP") }
	}, func(b *bench) {
		for n := range 6 {
			res := b.submit(b.cart(stripesecure.CheckoutID(fmt.Sprint("c", n))), stripesecure.Input{})
			answer := b.do(strings.TrimPrefix(res.URL, "https://shop.example"), asJSON, token(b.stripe.Token(declined)), "X-Real-IP", "203.0.113.7")
			want := http.StatusOK
			if n == 5 {
				want = http.StatusTooManyRequests
			}
			assert.Equal(b, want, answer.StatusCode, answer.text)
		}
	})
}

// The store holds no address and no session, and in a day nothing at all.
func TestLimiter_rows_areHashesAndAreRemoved(t *testing.T) {
	with(t, nil, func(b *bench) {
		buyers := stripesecure.Some(300)
		for n := range buyers {
			cart := b.from(fmt.Sprint("c", n), fmt.Sprintf("203.%d.%d.7", n/200, n%200))
			cart.Buyer.Session, cart.Buyer.Email = fmt.Sprint("session-", n), "person@example.com"
			if n > 5 {
				cart.Buyer.Email = ""
			}
			b.pay(cart, declined)
		}
		count := func() (n int) {
			rows, err := b.store.List(b.Context(), "shop", "#limit:", "", 10000)
			require.NoError(b, err)
			for _, row := range rows {
				assert.NotRegexp(b, `203\.|session|person|example`, string(row.Body)+row.Checkout)
			}
			return len(rows)
		}
		assert.Greater(b, count(), buyers)
		b.sweeps(25 * time.Hour)
		assert.Zero(b, count())
	})
}

// When the limiter's rows cannot be read, buyers still pay: what the store does
// not take of the try itself stops it anyway.
func TestLimiter_failsOpen(t *testing.T) {
	with(t, func(o *stripesecure.Options, _ *settings.Settings) { o.Store = noLimits{o.Store} }, func(b *bench) {
		for n := range 8 {
			cart := b.from(fmt.Sprint("c", n), "203.0.113.7")
			cart.Buyer.Session = "s"
			assert.Equal(b, wording.DeclinedGeneric, b.pay(cart, declined).Message.Code)
		}
		assert.Contains(b, b.log.String(), `"msg":"limiter","shop":"shop","answer":"store"`)
	})
}

type noLimits struct{ stripesecure.Store }

func (s noLimits) Get(ctx context.Context, shop, id string) (stripesecure.Row, error) {
	if strings.HasPrefix(id, "#limit:") {
		return stripesecure.Row{}, errCrash
	}
	return s.Store.Get(ctx, shop, id)
}

func TestLimiter_options(t *testing.T) {
	for _, l := range []stripesecure.TryLimits{
		{Address: -1}, {ShopPercent: 101}, {AddressWindow: 25 * time.Hour}, {Cards: -1}, {AddressWindow: -1},
	} {
		_, err := stripesecure.New(stripesecure.Options{Limits: l})
		assert.Contains(t, faults(err), "options.limits out_of_range")
	}
	with(t, func(o *stripesecure.Options, _ *settings.Settings) { o.Limits.Off = true }, func(b *bench) {
		for n := range 20 {
			b.pay(b.from(fmt.Sprint("c", n), "203.0.113.7"), declined)
		}
		assert.Equal(b, 20, confirms(b.stripe))
		rows, err := b.store.List(b.Context(), "shop", "#limit:", "", 10)
		require.NoError(b, err)
		assert.Empty(b, rows)
	})
}

// captcha is a host's challenge that is passed with "person".
func captcha(asked *atomic.Int64) func(*stripesecure.Options, *settings.Settings) {
	return func(o *stripesecure.Options, _ *settings.Settings) {
		o.Hooks = append(o.Hooks, stripesecure.Hooks{Name: "captcha", Challenge: func(_ context.Context, _ stripesecure.Cart, answer string) error {
			asked.Add(1)
			if answer != "person" {
				return &stripesecure.Refused{}
			}
			return nil
		}})
	}
}

func TestLimiter_challenge_whenTheShopIsUnderAttack(t *testing.T) {
	var asked atomic.Int64
	with(t, captcha(&asked), func(b *bench) {
		for n := range 20 {
			require.Equal(b, stripesecure.PlaceOrder, b.pay(b.from(fmt.Sprint("good", n), fmt.Sprintf("198.51.%d.1", n)), visa).Do)
		}
		assert.Zero(b, asked.Load(), "nobody is asked in peace")
		bad := 0
		for ; bad < 100 && asked.Load() == 0; bad++ {
			b.pay(b.from(fmt.Sprint("bad", bad), fmt.Sprintf("203.%d.113.7", bad)), declined)
			<-time.After(time.Second)
		}
		assert.InDelta(b, 22, bad, 6, "half of them come to nothing")
		calls := confirms(b.stripe)
		res := b.pay(b.from("next", "192.0.2.1"), visa)
		assert.Equal(b, wording.ChallengeRequired, res.Message.Code)
		assert.Equal(b, calls, confirms(b.stripe), "nothing is sent")
		res = b.submit(b.from("next", "192.0.2.1"), stripesecure.Input{Token: b.stripe.Token(visa), Challenge: "person"})
		assert.Equal(b, stripesecure.PlaceOrder, res.Do)
		asked.Store(0)
		<-time.After(11 * time.Minute)
		assert.Equal(b, stripesecure.PlaceOrder, b.pay(b.from("later", "192.0.2.1"), visa).Do)
		assert.Zero(b, asked.Load(), "peace again")
	})
}

// Somebody else at the same address has used it up: a person may go on.
func TestLimiter_challenge_whenTheAddressIsUsedUp(t *testing.T) {
	var asked atomic.Int64
	with(t, captcha(&asked), func(b *bench) {
		for n := range 5 {
			b.pay(b.from(fmt.Sprint("c", n), "203.0.113.7"), declined)
		}
		assert.Equal(b, wording.ChallengeRequired, b.pay(b.from("c9", "203.0.113.7"), visa).Message.Code)
		pass := func(n int) stripesecure.Result {
			return b.submit(b.from(fmt.Sprint("p", n), "203.0.113.7"), stripesecure.Input{Token: b.stripe.Token(declined), Challenge: "person"})
		}
		for n := range 15 {
			require.Equal(b, wording.DeclinedGeneric, pass(n).Message.Code)
		}
		assert.Equal(b, wording.TryLater, pass(15).Message.Code, "not for ever")
	})
}

// A bot with 10,000 cards from 100 addresses, over 8 servers with one store, all
// at once and with a new cart and session for each: at most 5 tries per address
// in any 10 minutes reach Stripe.
func TestLimiter_bot(t *testing.T) {
	with(t, nil, func(b *bench) {
		servers := []*stripesecure.Plugin{b.plugin}
		for range 7 {
			p, err := stripesecure.New(b.options)
			require.NoError(b, err)
			servers = append(servers, p)
		}
		addresses := stripesecure.Some(100)
		var stopped, sent atomic.Int64
		began := time.Now()
		for wave := range 5 { // of 20 cards per address, over 15 minutes
			var bots sync.WaitGroup
			for address := range addresses {
				for n := range 20 {
					bots.Go(func() {
						id := fmt.Sprintf("bot-%d-%d-%d", address, wave, n)
						cart := b.from(id, fmt.Sprintf("203.0.%d.%d", address, n))
						cart.Buyer.Session, cart.Buyer.Email = id, id+"@example.com"
						card := declined
						if n == 3 {
							card = threeDS // the bank asks, and nobody answers
						}
						res, err := servers[(address+n)%8].Pay(b.Context(), cart, stripesecure.Input{Token: b.stripe.Token(card)})
						if assert.NoError(b, err) && res.Message.Code == wording.TryLater {
							stopped.Add(1)
						} else {
							sent.Add(1)
						}
					})
				}
			}
			bots.Wait()
			<-time.After(3*time.Minute + 45*time.Second)
		}
		tries := map[string][]time.Time{}
		for _, call := range b.stripe.Calls() {
			if call.Method == http.MethodPost && call.Path == "/v1/payment_intents" {
				address := strings.Split(call.Form["metadata[stripesecure_checkout]"], "-")[1]
				tries[address] = append(tries[address], call.Time)
			}
		}
		require.Len(b, tries, addresses)
		most := 0
		for _, at := range tries {
			for i := range at {
				n := 0
				for _, other := range at[i:] {
					if other.Sub(at[i]) < 10*time.Minute {
						n++
					}
				}
				most = max(most, n)
			}
		}
		assert.LessOrEqual(b, most, 5)
		assert.EqualValues(b, addresses*100, stopped.Load()+sent.Load())
		b.Logf("%d cards of %d reached Stripe within %s, at most %d of one address in 10 minutes", sent.Load(), addresses*100, time.Since(began), most)
	})
}
