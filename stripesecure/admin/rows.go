package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
	"github.com/ec-plugins/stripesecure/wording"
)

// stateRow is the row of a [stripesecure.Store] that holds the state. It begins
// with a character that no CheckoutID has, and is never due.
const stateRow = "#admin"

// RowOptions are what a [RowStore] is made from. Required: Keys, ShopID, Store.
type RowOptions struct {
	// Default is what the method begins with while nothing is stored. The zero
	// value: settings.Default().
	Default settings.Settings
	// Keys encrypt the secrets.
	Keys *vault.Ring
	// Now is the clock of the cache. Default: time.Now.
	Now func() time.Time
	// ShopID is that of the plugin.
	ShopID string
	// Store is that of the plugin.
	Store stripesecure.Store
}

// RowStore is a [Store] in a row of the plugin's own store, with the secrets
// encrypted. It is also where the plugin gets settings and texts from: see
// [RowStore.Source] and [RowStore.Wording].
type RowStore struct {
	opts  RowOptions
	cache *settings.Cache
	texts atomic.Pointer[wording.Wording] // as of the cache's last load
}

// NewRowStore checks the options. Nothing is read yet.
func NewRowStore(opts RowOptions) (*RowStore, error) {
	if opts.Keys == nil || opts.Store == nil || opts.ShopID == "" {
		return nil, errors.New("admin: a RowStore needs Keys, ShopID and Store")
	}
	if opts.Default.Environment == "" {
		opts.Default = settings.Default()
	}
	if err := opts.Default.Validate(); err != nil {
		return nil, fmt.Errorf("admin: RowOptions.Default: %w", err)
	}
	s := &RowStore{opts: opts}
	s.cache = settings.Cached(settings.SourceFunc(func(ctx context.Context) (settings.Settings, error) {
		state, err := s.Load(ctx)
		if err == nil {
			s.texts.Store(&state.Wording)
		}
		return state.Settings, err
	}), settings.DefaultTTL, opts.Now)
	return s, nil
}

// Source is for Options.Settings of the plugin. What is saved here counts at
// once; what another server saves, after five seconds.
func (s *RowStore) Source() *settings.Cache { return s.cache }

// Wording makes the store a [wording.Source], as old as [RowStore.Source] is.
func (s *RowStore) Wording(ctx context.Context) (wording.Wording, error) {
	if _, err := s.cache.Settings(ctx); err != nil {
		return nil, err
	}
	return *s.texts.Load(), nil
}

// stateRecord is the row's body. Secrets stand in Sealed and nowhere else.
type stateRecord struct {
	Format   int               `json:"format"`
	Settings json.RawMessage   `json:"settings"`
	Sealed   map[string]string `json:"sealed,omitempty"`
	Wording  json.RawMessage   `json:"wording"`
	Log      []Change          `json:"log,omitempty"` // the newest; older ones are in rows of their own
}

const stateFormat = 1

// Load implements [Store]. A secret that does not open is an error that
// matches those of package vault: the settings are not known then.
func (s *RowStore) Load(ctx context.Context) (State, error) {
	record, version, err := s.read(ctx)
	if err != nil {
		return State{}, err
	}
	if version == 0 {
		return State{Settings: s.opts.Default.Clone(), Wording: wording.Wording{}}, nil
	}
	return s.state(record, version)
}

func (s *RowStore) read(ctx context.Context) (stateRecord, int64, error) {
	row, err := s.opts.Store.Get(ctx, s.opts.ShopID, stateRow)
	if errors.Is(err, stripesecure.ErrNoRow) {
		return stateRecord{}, 0, nil
	}
	if err != nil {
		return stateRecord{}, 0, err
	}
	var record stateRecord
	if err := json.Unmarshal(row.Body, &record); err != nil {
		return stateRecord{}, 0, fmt.Errorf("admin: row %s: %w", stateRow, err)
	}
	if record.Format != stateFormat {
		return stateRecord{}, 0, fmt.Errorf("admin: row %s has format %d, this program reads %d", stateRow, record.Format, stateFormat)
	}
	return record, row.Version, nil
}

func (s *RowStore) state(record stateRecord, version int64) (State, error) {
	state := State{Version: version}
	var err error
	if state.Settings, err = settings.Decode(record.Settings); err != nil {
		return State{}, err
	}
	if state.Wording, err = wording.Decode(record.Wording); err != nil {
		return State{}, err
	}
	for _, env := range settings.Environments() {
		if err := s.open(record.Sealed, env, keysOf(&state.Settings, env)); err != nil {
			return State{}, err
		}
	}
	return state, nil
}

// Save implements [Store]. Settings and texts that their packages refuse are not
// stored.
func (s *RowStore) Save(ctx context.Context, next State, change Change) error {
	record, version, err := s.read(ctx)
	if err != nil {
		return err
	}
	if version != next.Version {
		return ErrChanged
	}
	fresh, err := s.record(next)
	if err != nil {
		return err
	}
	change.Version = version + 1
	if fresh.Log, err = s.appendLog(ctx, record.Log, change); err != nil {
		return err
	}
	return s.put(ctx, fresh, version)
}

func (s *RowStore) put(ctx context.Context, record stateRecord, version int64) error {
	body, err := json.Marshal(record)
	if err != nil {
		return err
	}
	err = s.opts.Store.Put(ctx, stripesecure.Row{Shop: s.opts.ShopID, Checkout: stateRow, Version: version, Body: body})
	if errors.Is(err, stripesecure.ErrConflict) {
		return ErrChanged
	}
	if err == nil {
		s.cache.Forget()
	}
	return err
}

// record encrypts every secret anew, under the ring's first key.
func (s *RowStore) record(state State) (stateRecord, error) {
	if err := state.Settings.Validate(); err != nil { // with the secrets, which Encode does not see
		return stateRecord{}, err
	}
	record := stateRecord{Format: stateFormat, Sealed: map[string]string{}}
	plain := state.Settings.Clone()
	for _, env := range settings.Environments() {
		keys := keysOf(&plain, env)
		s.seal(record.Sealed, env, *keys)
		keys.Secret, keys.WebhookSecrets = settings.Secret{}, nil
	}
	var err error
	if record.Settings, err = settings.Encode(plain); err != nil {
		return stateRecord{}, err
	}
	record.Wording, err = wording.Encode(state.Wording)
	return record, err
}

func keysOf(s *settings.Settings, env settings.Environment) *settings.Keys {
	if env == settings.Live {
		return &s.Live
	}
	return &s.Test
}

func secretField(env settings.Environment) string { return string(env) + ".secret" }

// webhookField names one signing secret: each has a place of its own.
func webhookField(env settings.Environment, n int) string {
	return string(env) + ".webhook_secrets[" + strconv.Itoa(n) + "]"
}

func (s *RowStore) place(field string) vault.Place {
	return vault.Place{Shop: s.opts.ShopID, Row: stateRow, Field: field}
}

func (s *RowStore) seal(into map[string]string, env settings.Environment, keys settings.Keys) {
	put := func(field string, secret settings.Secret) {
		into[field] = s.opts.Keys.Seal([]byte(secret.Reveal()), s.place(field))
	}
	if !keys.Secret.IsZero() {
		put(secretField(env), keys.Secret)
	}
	for i, secret := range keys.WebhookSecrets {
		put(webhookField(env, i+1), secret)
	}
}

func (s *RowStore) open(sealed map[string]string, env settings.Environment, keys *settings.Keys) error {
	get := func(field string) (settings.Secret, error) {
		value, err := s.opts.Keys.Open(sealed[field], s.place(field))
		if err != nil {
			return settings.Secret{}, fmt.Errorf("admin: %s: %w", field, err)
		}
		return settings.NewSecret(string(value)), nil
	}
	listed := 0
	for field := range sealed {
		if strings.HasPrefix(field, string(env)+".webhook_secrets[") {
			listed++
		}
	}
	if _, there := sealed[secretField(env)]; there {
		secret, err := get(secretField(env))
		if err != nil {
			return err
		}
		keys.Secret = secret
	}
	for n := 1; n <= listed; n++ { // one that is not there does not open either
		secret, err := get(webhookField(env, n))
		if err != nil {
			return err
		}
		keys.WebhookSecrets = append(keys.WebhookSecrets, secret)
	}
	return nil
}

// KeyIDs returns the ids of the keys that the stored secrets are sealed with. A
// key that is not among them, and not the ring's first, may be taken away.
func (s *RowStore) KeyIDs(ctx context.Context) (map[string]int, error) {
	record, _, err := s.read(ctx)
	ids := map[string]int{}
	for _, sealed := range record.Sealed {
		ids[cmp.Or(vault.KeyID(sealed), "?")]++
	}
	return ids, err
}

// Reseal encrypts what is stored under the ring's first key, and returns how many
// secrets that were. It changes nothing else, and nothing when they all have that
// key. Readers and clerks go on meanwhile.
func (s *RowStore) Reseal(ctx context.Context) (int, error) {
	const tries = 10
	for range tries {
		record, version, err := s.read(ctx)
		if err != nil || version == 0 {
			return 0, err
		}
		state, err := s.state(record, version)
		if err != nil {
			return 0, err
		}
		fresh, err := s.record(state)
		if err != nil {
			return 0, err
		}
		old := 0
		for field, sealed := range record.Sealed {
			if vault.KeyID(sealed) != vault.KeyID(fresh.Sealed[field]) {
				old++
			}
		}
		if old == 0 {
			return 0, nil
		}
		fresh.Log = record.Log
		if err = s.put(ctx, fresh, version); !errors.Is(err, ErrChanged) {
			return old, err
		}
	}
	return 0, ErrChanged
}

var (
	_ Store          = (*RowStore)(nil)
	_ wording.Source = (*RowStore)(nil)
)
