package stripesecure

import (
	"bytes"
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/internal/checkout"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// crowd is a shop with normal buyers only: households, offices, IPv6 lines, and a
// mobile carrier that hides a third of them behind a few addresses; ordinary days
// with their evenings, and sales at which everybody comes at once. Cards are
// declined, mistyped and tried again, 3-D Secure takes its time, fails or is left.
type crowd struct {
	rnd     *rand.Rand
	now     time.Time
	servers []*Plugin
	store   *Memory
	agenda  agenda
	intents map[string]checkout.Intent
	ids     int

	checkouts, tries, declines, left int
	stopped                          map[string]bool
	stoppedAt                        map[string]int
}

// visit is what happens next to a buyer.
type visit struct {
	at  time.Time
	seq int
	run func(*crowd)
}

type agenda []visit

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].seq < a[j].seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(v any)   { *a = append(*a, v.(visit)) }
func (a *agenda) Pop() any {
	old := *a
	v := old[len(old)-1]
	*a = old[:len(old)-1]
	return v
}

func (c *crowd) in(d time.Duration, run func(*crowd)) {
	c.ids++
	heap.Push(&c.agenda, visit{at: c.now.Add(d), seq: c.ids, run: run})
}

func (c *crowd) yes(percent int) bool { return c.rnd.IntN(100) < percent }
func (c *crowd) between(from, to time.Duration) time.Duration {
	return from + time.Duration(c.rnd.Int64N(int64(to-from)))
}

// Send, Read: the part of Stripe that this needs. The token says what its card does.
func (c *crowd) Send(_ context.Context, call checkout.Call) checkout.Answer {
	form, _ := url.ParseQuery(call.Body)
	switch call.Kind {
	case checkout.CreateCustomer:
		c.ids++
		return checkout.Answer{Customer: "cus_" + strconv.Itoa(c.ids)}
	case checkout.CreateIntent:
		c.ids++
		amount, _ := strconv.ParseInt(form.Get("amount"), 10, 64)
		in := checkout.Intent{
			ID: "pi_" + strconv.Itoa(c.ids), Amount: amount, Currency: "JPY", Customer: form.Get("customer"), CaptureMethod: "manual",
			Attempt: form.Get("metadata[stripesecure_attempt]"), Checkout: form.Get("metadata[stripesecure_checkout]"), Signed: true,
		}
		return c.confirm(in, form.Get("confirmation_token"))
	case checkout.Confirm:
		return c.confirm(c.intents[strings.Split(call.Path, "/")[3]], form.Get("confirmation_token"))
	case checkout.Cancel:
		in := c.intents[strings.Split(call.Path, "/")[3]]
		in.Seen.Status = "canceled"
		c.intents[in.ID] = in
		return checkout.Answer{Intent: &in}
	}
	return checkout.Answer{NoAnswer: true}
}

func (c *crowd) confirm(in checkout.Intent, token string) checkout.Answer {
	ans := checkout.Answer{}
	switch strings.Split(token, "_")[1] {
	case "declined":
		in.Seen.Status, in.Seen.Error = "requires_payment_method", "card_declined/do_not_honor"
		ans.Error = in.Seen.Error
	case "3ds":
		in.Seen.Status, in.Seen.Error, in.ClientSecret = "requires_action", "", in.ID+"_secret"
	default:
		in.Seen.Status, in.Seen.Error = "requires_capture", ""
	}
	c.intents[in.ID] = in
	ans.Intent = &in
	return ans
}

func (c *crowd) Read(_ context.Context, intent string) (checkout.Intent, error) {
	return c.intents[intent], nil
}

// crowdStripe leaves out what this simulation never calls.
type crowdStripe struct {
	stripePort
	*crowd
}

func (s crowdStripe) Send(ctx context.Context, call checkout.Call) checkout.Answer {
	return s.crowd.Send(ctx, call)
}

func (s crowdStripe) Read(ctx context.Context, intent string) (checkout.Intent, error) {
	return s.crowd.Read(ctx, intent)
}

func newCrowd(t *testing.T, seed uint64) *crowd {
	t.Helper()
	c := &crowd{
		rnd: rand.New(rand.NewPCG(seed, 1)), now: simEpoch, store: NewMemory(), intents: map[string]checkout.Intent{},
		stopped: map[string]bool{}, stoppedAt: map[string]int{},
	}
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.AccountID = true, "new", stripetest.AccountID
	s.Test = settings.Keys{Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey), SweepOnly: true}
	for range 8 {
		p, err := New(Options{
			BaseURL: "https://shop.example", ShopID: "shop", Host: &simHost{}, Store: c.store, Settings: simSettings{s},
			SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Now: func() time.Time { return c.now },
			NewID: func() string { c.ids++; return "id" + strconv.Itoa(c.ids) },
		})
		require.NoError(t, err)
		p.stripe = func(string, string, bool) stripePort { return crowdStripe{crowd: c} }
		c.servers = append(c.servers, p)
	}
	return c
}

// arrives is one buyer from one place.
func (c *crowd) arrives(place, ip string) {
	c.checkouts++
	id := CheckoutID("c" + strconv.Itoa(c.checkouts))
	cart := Cart{
		ID: id, Total: JPY(1200), Country: "JP", Language: wording.Japanese, ReturnURL: "https://shop.example/back",
		Buyer: Buyer{IP: ip, Session: "session-" + string(id), Email: string(id) + "@example.com"},
	}
	if c.yes(50) {
		cart.Buyer.Member = "m-" + strconv.Itoa(c.rnd.IntN(20000))
	}
	c.pays(place, cart, 6)
}

// pays with a card that is declined with this chance.
func (c *crowd) pays(place string, cart Cart, chance int) {
	kind := "ok"
	switch {
	case c.yes(chance):
		kind = "declined"
	case c.yes(45):
		kind = "3ds"
	}
	c.ids++
	c.tries++
	p := c.servers[c.rnd.IntN(len(c.servers))]
	res, err := p.Pay(context.Background(), cart, Input{Token: fmt.Sprintf("ctoken_%s_%d", kind, c.ids)})
	switch {
	case err != nil:
		panic(err)
	case res.Message.Code == wording.TryLater:
		if !c.stopped[string(cart.ID)] {
			c.stoppedAt[place]++
		}
		c.stopped[string(cart.ID)] = true
	case res.Do == Show:
		c.declines++
		c.again(place, cart)
	case res.Do == HandleAction:
		c.authenticates(place, cart, res)
	}
}

// again: most try once more, with the same card put right or with another one.
func (c *crowd) again(place string, cart Cart) {
	if c.yes(80) {
		c.in(c.between(15*time.Second, 2*time.Minute), func(c *crowd) { c.pays(place, cart, 40) })
	}
}

func (c *crowd) authenticates(place string, cart Cart, res Result) {
	intent := strings.TrimSuffix(res.ClientSecret.Reveal(), "_secret")
	passed := !c.yes(4)
	if c.yes(7) {
		c.left++
		return
	}
	c.in(c.between(8*time.Second, 100*time.Second), func(c *crowd) {
		in := c.intents[intent]
		in.Seen.Status = "requires_capture"
		if !passed {
			in.Seen.Status, in.Seen.Error = "requires_payment_method", "payment_intent_authentication_failure"
		}
		c.intents[intent] = in
		if c.yes(10) {
			return // closes the window; the order is made by the sweep
		}
		back, err := c.servers[c.rnd.IntN(len(c.servers))].Resume(context.Background(), cart)
		if err != nil {
			panic(err)
		}
		if back.Do == Show {
			c.declines++
			c.again(place, cart)
		}
	})
}

// somebody comes: where from, and with whom.
func (c *crowd) somebody() {
	switch n := c.rnd.IntN(100); {
	case n < 33: // a mobile carrier: 12 networks, the first ones busier
		net := int(float64(12) * c.rnd.Float64() * c.rnd.Float64())
		c.arrives("mobile", fmt.Sprintf("198.51.%d.%d", net, 1+c.rnd.IntN(250)))
	case n < 40: // an office of some hundred people
		c.arrives("office", fmt.Sprintf("192.0.%d.1", c.rnd.IntN(60)))
	case n < 60:
		c.arrives("IPv6", fmt.Sprintf("2001:db8:%x:%x::1", c.rnd.IntN(60000), c.rnd.IntN(250)*256))
	default: // a household: often one buys, now and then all of them within minutes
		ip := fmt.Sprintf("203.%d.%d.7", c.rnd.IntN(250), c.rnd.IntN(250))
		c.arrives("home", ip)
		for c.yes(12) {
			c.in(c.between(time.Minute, 9*time.Minute), func(c *crowd) { c.arrives("home", ip) })
		}
	}
}

// TestLimiter_normalBuyers: no more than one in a thousand is stopped.
func TestLimiter_normalBuyers(t *testing.T) {
	total := 100000 / int(simPart)
	if testing.Short() {
		total /= 10
	}
	c := newCrowd(t, 1)
	day := func(d int) {
		for hour := range 24 {
			part := []int{1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 5, 6, 7, 6, 5, 5, 5, 5, 6, 7, 8, 8, 5, 3}[hour]
			for range total / 20 * part / 100 {
				c.in(time.Duration(d*24+hour)*time.Hour+c.between(0, time.Hour), (*crowd).somebody)
			}
		}
	}
	for d := range 14 {
		day(d)
		if d%4 == 1 { // a sale at noon: a fifteenth of all buyers within half an hour
			for range total / 15 {
				c.in(time.Duration(d*24+12)*time.Hour+c.between(0, 30*time.Minute), (*crowd).somebody)
			}
		}
	}
	for len(c.agenda) > 0 {
		v := heap.Pop(&c.agenda).(visit)
		c.now = v.at
		v.run(c)
	}
	require.GreaterOrEqual(t, c.checkouts, total*98/100) // hours have whole buyers
	t.Logf("%d checkouts, %d tries, %d declined or failed, %d left at the bank; %d stopped (%.3f %%) %v; %.2f store transactions each",
		c.checkouts, c.tries, c.declines, c.left, len(c.stopped), 100*float64(len(c.stopped))/float64(c.checkouts), c.stoppedAt,
		float64(c.store.Writes())/float64(c.checkouts))
	require.LessOrEqual(t, len(c.stopped)*1000, c.checkouts)
}
