package stripetest

import (
	crand "crypto/rand"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// APIVersion is the version of the Stripe API that this package emulates
// (stripe-facts §0): the one that stripe-go v79 sends with every call.
const APIVersion = "2024-06-20"

// Stripe is one emulated Stripe: its accounts, their objects, a clock and a
// script of faults. All methods may be called from several goroutines.
//
// The zero value is not usable; call [New].
type Stripe struct {
	mu       sync.Mutex // guards everything below, for the time of one API call
	opts     options
	offset   time.Duration // what Advance added to the clock
	frozen   time.Time     // while a call is answered, or a scheduled change runs: its time
	pruned   int64         // the second of the clock in which prune ran
	scratch  []byte        // where answers are written
	forms    parser        // where parameters are read
	rand     *rand.Rand
	requests uint64
	accounts map[string]*account
	keys     keyRing
	agenda   agenda
	faults   []*Script
	calls    callLog
	webhooks delivery
	browser  browserState
	strict   Failer
	wake     chan struct{} // tells the background deliverer that there is work
}

type options struct {
	now        func() time.Time
	seed       uint64
	baseURL    string
	account    AccountConfig
	maxCalls   int
	maxObjects int
	maxBody    int64
	maxConfirm int
	searchLag  time.Duration
	sleep      sleeper
	webhooks   *http.Client
	shopName   string
}

// Option changes what [New] makes.
type Option func(*options)

// WithClock makes the emulator read the time from now instead of [time.Now].
// Inside testing/synctest the default already follows the bubble's clock.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithSeed makes ids, secrets and every other random choice repeatable. Without
// it each instance has a seed of its own, so that a shop which kept the ids of
// an earlier instance in its database never meets them again.
func WithSeed(seed uint64) Option { return func(o *options) { o.seed = seed } }

// WithBaseURL sets the absolute address under which a browser reaches
// [Stripe.Handler], for example "http://127.0.0.1:8080/stripe". The addresses in
// next_action begin with it. See also [Stripe.SetBaseURL].
func WithBaseURL(url string) Option { return func(o *options) { o.baseURL = url } }

// WithShopName sets the business name shown on the hosted 3-D Secure page.
func WithShopName(name string) Option { return func(o *options) { o.shopName = name } }

// WithSearchLag sets how long the search calls do not see a change. The default
// is 30 seconds; Stripe promises "less than a minute" and warns against reading
// after writing (stripe-facts §1.3).
func WithSearchLag(d time.Duration) Option { return func(o *options) { o.searchLag = d } }

// WithMaxConfirms makes Stripe cancel a PaymentIntent at its n-th failed
// confirmation, as the "variable upper limit" of the API does (stripe-facts
// §1.1). The default is no limit.
func WithMaxConfirms(n int) Option { return func(o *options) { o.maxConfirm = n } }

// WithMaxObjects bounds the number of objects that one instance keeps; a call
// that would make more is answered with 500. The default is one million.
func WithMaxObjects(n int) Option { return func(o *options) { o.maxObjects = n } }

// WithMaxCalls bounds how many calls [Stripe.Calls] remembers. The default is
// ten thousand; the oldest are forgotten first.
func WithMaxCalls(n int) Option { return func(o *options) { o.maxCalls = n } }

// New makes an empty Stripe with one account ([AccountID], a Japanese one unless
// [WithAccount] says otherwise) that knows the keys [TestSecretKey],
// [TestPublishableKey], [TestRestrictedKey] and their live counterparts. Any
// other well-formed test key belongs to that account too, until a key is
// registered with [Stripe.RegisterKey].
//
// It opens no socket and starts no goroutine.
func New(opts ...Option) *Stripe {
	o := options{
		now: time.Now, maxCalls: 10_000, maxObjects: 1_000_000, maxBody: 1 << 20,
		searchLag: 30 * time.Second, sleep: timerSleep, webhooks: http.DefaultClient,
		shopName: "stripetest",
		account:  AccountConfig{ID: AccountID, Country: "JP", DefaultCurrency: "jpy"},
	}
	for _, opt := range opts {
		opt(&o)
	}
	if o.seed == 0 {
		o.seed = randomSeed()
	}
	s := &Stripe{
		opts: o, rand: rand.New(rand.NewPCG(o.seed, 0x5741_2024_0620)),
		accounts: map[string]*account{}, wake: make(chan struct{}, 1),
	}
	s.addAccount(o.account)
	s.keys = newKeyRing(o.account.ID)
	return s
}

func randomSeed() uint64 {
	var b [8]byte
	_, _ = crand.Read(b[:]) // never fails since Go 1.24
	return binary.LittleEndian.Uint64(b[:]) | 1
}

// Seed returns the seed of this instance, to be printed by a failing test.
func (s *Stripe) Seed() uint64 { return s.opts.seed }

// SetBaseURL is [WithBaseURL] for an address that is known only later, for
// example when a listener has chosen its port.
func (s *Stripe) SetBaseURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.baseURL = url
}

// Now returns the emulator's time.
func (s *Stripe) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Advance moves the emulator's clock forward and does what became due on the
// way, in order: authorisations expire, pending refunds end, tokens and
// idempotency keys run out.
func (s *Stripe) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d > 0 {
		s.offset += d
	}
	s.tick()
}

// now is the time of the emulator. The caller holds s.mu.
func (s *Stripe) now() time.Time {
	if !s.frozen.IsZero() {
		return s.frozen
	}
	return s.opts.now().Add(s.offset)
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// random returns n letters and digits. The caller holds s.mu.
func (s *Stripe) random(n int) string {
	var b [32]byte
	return string(s.letters(b[:0], n))
}

// letters appends n letters and digits.
func (s *Stripe) letters(b []byte, n int) []byte {
	const each = 10 // 62^10 < 2^64: so many from one random number
	var bits uint64
	for i := range n {
		if i%each == 0 {
			bits = s.rand.Uint64()
		}
		b = append(b, alphabet[bits%uint64(len(alphabet))])
		bits /= uint64(len(alphabet))
	}
	return b
}

// newID returns an id as Stripe makes them: prefix, underscore, 24 characters.
func (s *Stripe) newID(prefix string) string {
	var b [64]byte
	return string(s.letters(append(append(b[:0], prefix...), '_'), 24))
}
