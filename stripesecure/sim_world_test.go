package stripesecure

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
	"github.com/ec-plugins/stripesecure/wording"
)

// The simulation runs the shipped plugin, as several servers on one store,
// against a model of Stripe, of a host, of buyers and of everything that goes
// wrong. A world is one checkout, and one seed decides all of it.

const (
	simShop     = "shop"
	simCart     = CheckoutID("cart-1")
	simAccount  = stripetest.AccountID
	simMaxSteps = 20000
	// simPatience is how long a world may take to its rest when nothing goes
	// wrong any more.
	simPatience = 4 * time.Hour
)

var simEpoch = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// simConfig is what kind of shop, buyer and bad luck a world has.
type simConfig struct {
	orders    bool // Options.Orders
	hostFirst bool // Options.HostCommitsFirst
	automatic bool // ⑬
	member    bool
	servers   int
	tabs      int
	skew      time.Duration // clocks differ by at most so much
	refuses   int           // the host cannot make the order, per mille of tries
	cancels   bool          // a merchant cancels an order
	edits     bool          // the cart changes while buyers pay
	webhooks  bool          // Stripe sends events
	jumps     bool          // a server's clock is set
	dashboard bool          // somebody works in the Dashboard
	clerks    int           // who capture and refund
	badBanks  bool          // that refuse refunds
	maxTries  int           // confirms that Stripe takes, 0 for any number
	luck      int           // chance of a fault at each call, per mille
	kinds     uint32        // which kinds of fault
	deaf      time.Duration // the sweep stands still so long, after the buyers
	expiry    bool          // in the end wait until Stripe releases the holds
}

func simConfigOf(seed uint64) simConfig {
	r := simRand(simMix(seed))
	c := simConfig{
		orders: r.yes(500), hostFirst: r.yes(250), automatic: r.yes(500), member: r.yes(400),
		servers: 1 + r.n(3), tabs: 1 + r.n(10)/6 + r.n(10)/8, kinds: r.manyBits(),
		cancels: r.yes(150), edits: r.yes(200), dashboard: r.yes(40), expiry: r.yes(5),
		webhooks: r.yes(400), jumps: r.yes(50),
	}
	c.luck = []int{0, 5, 15, 40, 100}[r.n(5)]
	c.skew = []time.Duration{0, 2 * time.Second, time.Minute}[r.n(3)]
	c.refuses = []int{0, 0, 100, 500}[r.n(4)]
	if r.yes(30) {
		c.maxTries = 2
	}
	if r.yes(20) {
		c.deaf = 25 * time.Hour
	}
	if r.yes(200) {
		c.clerks, c.badBanks, c.dashboard = 2, r.yes(500), c.dashboard || r.yes(250)
	}
	return c
}

// simWorld is everything there is.
type simWorld struct {
	simConfig
	seed   uint64
	mutant *simMutant
	skip   map[simFault]bool // faults and actions that do not happen: see minimise

	now      time.Duration
	queue    simQueue
	seq      uint64
	steps    int
	cur      *simActor
	actors   []*simActor
	sweeping int
	busy     int // buyers, merchants and calls in flight

	servers   []*simServer
	store     *simStore
	made      simCodec
	making    []simCodec // on their way to the store
	buffer    []byte     // of rows that are made
	sum       uint64     // of everything that has happened: two runs of a seed agree
	stripe    *simStripe
	host      *simHost
	ids       simRand
	people    simPeople
	till      simTill
	seen      simSeen
	events    uint64
	heal      *simHeal      // one fault only, and how long until all is well
	outlasted bool          // the holds are over
	calming   bool          // nobody is there any more
	faultless bool          // nothing goes wrong from now on
	stirred   time.Duration // when something last happened that is not the sweep's
	scanned   time.Duration // when the second janitor's last pass began

	fired     []simFault
	violation string // the invariant
	detail    string
	slowest   time.Duration // of the answers to buyers
	trace     *simTrace
}

// simServer is one process: a plugin and its recovery loop.
type simServer struct {
	w      *simWorld
	name   string
	n      uint64
	plugin *Plugin
	runner *Runner
	skew   time.Duration
	down   time.Duration // not up before
	tick   time.Duration // of the next sweep
	sweeps uint64
}

// simPlugins are made once: what a shop's options say does not change.
var simPlugins = func() map[simConfig]*Plugin {
	all := map[simConfig]*Plugin{}
	for n := range 16 {
		c := simConfig{orders: n&1 != 0, hostFirst: n&2 != 0, automatic: n&4 != 0}
		all[c] = simPlugin(c)
	}
	return all
}()

// simSettings is a source that costs nothing.
type simSettings struct{ s settings.Settings }

func (s simSettings) Settings(context.Context) (settings.Settings, error) { return s.s, nil }

func simPlugin(c simConfig) *Plugin {
	s := settings.Default()
	s.Enabled, s.OrderStatus, s.AccountID = true, "new", simAccount
	s.Test = settings.Keys{
		Publishable: stripetest.TestPublishableKey, Secret: settings.NewSecret(stripetest.TestSecretKey), SweepOnly: true,
	}
	if c.automatic {
		s.Capture = settings.CaptureAutomatic
	}
	p, err := New(Options{
		BaseURL: "https://shop.example", ShopID: simShop, Host: &simHost{}, Store: NewMemory(), Settings: simSettings{s},
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, HostCommitsFirst: c.hostFirst,
		Logger: slog.New(slog.DiscardHandler), Transport: stripetest.New().Transport(),
		Limits: TryLimits{Off: true}, // tests of its own: these plugins are shared by many worlds
	})
	if err != nil {
		panic(err)
	}
	p.opts.Settings = simSettings{s} // no cache: it would outlive the world
	return p
}

// newSimWorld is the world of a seed, before anything has happened.
func newSimWorld(seed uint64, c simConfig, m *simMutant) *simWorld {
	w := &simWorld{simConfig: c, seed: seed, mutant: m, ids: simRand(simMix(seed + 1))}
	w.store, w.host = &simStore{w: w}, &simHost{w: w}
	w.till.captures = map[PaymentID]*simCapture{}
	w.stripe = newSimStripe(w)
	for n := range c.servers {
		w.servers = append(w.servers, w.newServer(n))
	}
	return w
}

func (w *simWorld) newServer(n int) *simServer {
	s := &simServer{w: w, n: uint64(n), name: "s" + strconv.Itoa(n+1)}
	r := simRand(simMix(w.seed ^ uint64(n+77)))
	if w.skew > 0 {
		s.skew = r.between(-w.skew, w.skew)
	}
	p := *simPlugins[simConfig{orders: w.orders, hostFirst: w.hostFirst, automatic: w.automatic}]
	p.opts.Store, p.opts.Host = w.store, w.host
	if w.orders {
		p.opts.Orders = w.host
	}
	p.opts.Now, p.opts.Logger = s.clock, slog.New(simLog{w})
	p.opts.NewID = w.newID
	p.seams = seams{
		stripe: func(_, _ string, _ bool) stripePort { return w.stripe },
		sleep:  w.sleep, left: w.left, each: w.each, encode: w.encode, decode: w.decode,
	}
	if w.mutant != nil && w.mutant.plugin != nil {
		w.mutant.plugin(&p)
	}
	s.plugin, s.runner = &p, NewRunner(p.opts.Store, &p)
	s.tick = r.between(0, sweepEvery)
	return s
}

func (s *simServer) clock() time.Time { return simEpoch.Add(s.w.now + s.skew) }

func (w *simWorld) newID() string { return "id" + strconv.FormatUint(w.ids.next(), 36) }

// sleep, left and each are the seams of time.
func (w *simWorld) sleep(_ context.Context, d time.Duration) bool {
	a := w.cur
	rest := a.deadline - w.now
	if rest < d {
		a.pass(max(rest, 0))
		return false
	}
	a.pass(d)
	return true
}

func (w *simWorld) left(context.Context) time.Duration { return w.cur.deadline - w.now }

func (w *simWorld) each(n int, do func(int)) {
	for i := range n {
		w.cur.deadline = w.now + sweepBudget
		do(i)
	}
}

// on runs the plugin's code on a server, under a budget. false: the server was
// down, or has crashed meanwhile; nobody knows what was done.
func (a *simActor) on(s *simServer, budget time.Duration, call func(*Plugin)) (answered bool) {
	if s.down > a.w.now {
		a.pass(50 * time.Millisecond)
		return false
	}
	a.server, a.deadline, a.dead, a.paused = s, a.w.now+budget, false, false
	defer func() {
		a.server = nil
		if r := recover(); r != nil {
			if _, ok := r.(simCrashed); !ok {
				panic(r)
			}
			answered = false
		}
	}()
	call(s.plugin)
	return true
}

// crash ends everything that a server does, at once. Rows keep its leases, and
// calls under way have been sent or not.
func (w *simWorld) crash(s *simServer, r *simRand) {
	s.down = w.now + r.between(time.Second, 40*time.Second)
	if w.heal == nil && r.yes(100) {
		s.down += time.Hour
	}
	for _, a := range w.actors {
		if a.server == s {
			a.dead = true
		}
	}
	w.schedule(s, s.down)
}

// run lets the world happen until it is at rest or a promise is broken.
func (w *simWorld) run() {
	defer func() {
		for _, a := range w.actors {
			a.stop()
		}
	}()
	if w.heal != nil {
		w.heal.populate(w)
	} else {
		w.populate()
	}
	if w.jumps {
		s, r := w.servers[0], simRand(simMix(w.seed+3))
		w.at(r.between(0, 5*time.Minute), func() { s.skew = r.between(-10*time.Minute, 10*time.Minute) })
	}
	for _, s := range w.servers {
		w.schedule(s, s.tick)
	}
	for w.violation == "" && !w.atRest() {
		if w.faultless && w.busy == 0 && w.now > w.stirred+simPatience+w.deaf {
			w.failf("E", "no rest %s after the last that happened: due %s", simPatience, w.store.earliest())
			return
		}
		w.happen()
		if w.heal != nil {
			w.heal.look(w)
		}
	}
	if w.violation == "" {
		w.checkRest()
	}
}

// atRest: nobody is there, nothing is under way, nothing is due before a hold
// runs out, and the second janitor has looked since.
func (w *simWorld) atRest() bool {
	if len(w.queue) == 0 {
		return true
	}
	if !w.faultless {
		w.mayCalm()
		return false
	}
	rest := w.busy == 0 && w.sweeping == 0 && w.scanned > w.stirred && w.store.quiet(w.now+24*time.Hour)
	if rest && w.expiry && !w.outlasted {
		w.outlast()
		return false
	}
	return rest
}

// outlast lets the time of a hold pass without a sweep: Stripe releases the holds
// that nobody has captured.
func (w *simWorld) outlast() {
	w.outlasted = true
	w.now += simHoldLife + 24*time.Hour
	w.stirred = w.now
	w.notef("a month later")
	w.stripe.expire()
	for _, s := range w.servers {
		w.schedule(s, w.now+time.Second)
	}
}

// mayCalm ends the faults a while after the last person has gone.
func (w *simWorld) mayCalm() {
	if w.busy > 0 || w.calming {
		return
	}
	w.calming = true
	r := simRand(simMix(w.seed + 2))
	w.at(w.now+r.between(0, 90*time.Minute), func() {
		w.faultless, w.stirred = true, w.now
		w.notef("no more faults")
	})
}

// fail notes the first promise that is broken.
func (w *simWorld) failf(invariant, format string, args ...any) {
	if w.violation == "" {
		w.violation, w.detail = invariant, fmt.Sprintf(format, args...)
		w.notef("VIOLATION %s: %s", invariant, w.detail)
	}
}

func (w *simWorld) cart(total int64) Cart {
	c := Cart{
		ID: simCart, Total: FromMinor(total, "JPY"), Country: "JP", Language: wording.English,
		Snapshot: []byte("snapshot"), ReturnURL: "https://shop.example/back",
	}
	if w.member {
		c.Buyer.Member = "m-1"
	}
	return c
}
