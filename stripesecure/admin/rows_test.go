package admin_test

import (
	"context"
	"encoding/json"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/stripesecure/admin/vault"
	"github.com/ec-plugins/stripesecure/wording"
)

func rowStore(t *testing.T, store stripesecure.Store, shop string, ids ...string) *admin.RowStore {
	t.Helper()
	s, err := admin.NewRowStore(admin.RowOptions{Store: store, ShopID: shop, Keys: ring(t, ids...)})
	require.NoError(t, err)
	return s
}

// full settings have every secret.
func full() settings.Settings {
	s := begin()
	s.Live = settings.Keys{
		Publishable: "pk_" + "live_Buyers0001", Secret: settings.NewSecret("sk_" + "live_Canary00000000000000LIVE"),
		WebhookSecrets: []settings.Secret{settings.NewSecret("whsec_Canary000000000000000000001A"), settings.NewSecret("whsec_Canary000000000000000000001B")},
	}
	return s
}

func save(t *testing.T, s admin.Store, change func(*admin.State)) {
	t.Helper()
	state, err := s.Load(t.Context())
	require.NoError(t, err)
	change(&state)
	require.NoError(t, s.Save(t.Context(), state, admin.Change{By: "test", Action: admin.ActionSettings}))
}

func TestRowStoreKeepsAll(t *testing.T) {
	memory := stripesecure.NewMemory()
	s := rowStore(t, memory, "shop", "a")
	state, err := s.Load(t.Context())
	require.NoError(t, err)
	assert.Zero(t, state.Version)
	assert.True(t, state.Settings.Equal(settings.Default()))

	save(t, s, func(state *admin.State) {
		state.Settings, state.Wording = full(), wording.Wording{"ja": {Name: "カード"}}
	})
	got, err := rowStore(t, memory, "shop", "a").Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(1), got.Version)
	assert.True(t, got.Settings.Equal(full()))
	assert.Equal(t, "カード", got.Wording["ja"].Name)

	row, err := memory.Get(t.Context(), "shop", "#admin")
	require.NoError(t, err)
	assert.NotContains(t, string(row.Body), "Canary", "no secret lies in clear")
	assert.True(t, row.Due.IsZero(), "the sweep leaves it alone")
}

// Who loses by compare-and-set is told, and nothing is stored.
func TestRowStoreComparesAndSets(t *testing.T) {
	s := rowStore(t, stripesecure.NewMemory(), "shop", "a")
	old, err := s.Load(t.Context())
	require.NoError(t, err)
	save(t, s, func(state *admin.State) { state.Settings.SortOrder = 1 })
	old.Settings.SortOrder = 2
	require.ErrorIs(t, s.Save(t.Context(), old, admin.Change{}), admin.ErrChanged)
	now, err := s.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, now.Settings.SortOrder)
	changes, err := s.Changes(t.Context(), 0, 10)
	require.NoError(t, err)
	assert.Len(t, changes, 1)

	now.Settings.Live.Secret = settings.NewSecret("pk_" + "live_wrong")
	require.ErrorIs(t, s.Save(t.Context(), now, admin.Change{}), settings.ErrInvalid)
}

// What is saved here counts at once, also for the plugin's texts.
func TestRowStoreIsASource(t *testing.T) {
	s := rowStore(t, stripesecure.NewMemory(), "shop", "a")
	before, err := s.Source().Settings(t.Context())
	require.NoError(t, err)
	assert.Zero(t, before.SortOrder)
	save(t, s, func(state *admin.State) {
		state.Settings.SortOrder, state.Wording = 5, wording.Wording{"en": {Name: "Plastic"}}
	})
	after, err := s.Source().Settings(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 5, after.SortOrder)
	texts, err := s.Wording(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "Plastic", texts["en"].Name)
}

// A sealed value that is moved to another field, or a row to another shop, does
// not open: whoever can write to the database cannot make one key pass for another.
func TestMovedSecretsDoNotOpen(t *testing.T) {
	swap := func(t *testing.T, change func(record map[string]json.RawMessage, sealed map[string]string)) error {
		t.Helper()
		memory := stripesecure.NewMemory()
		s := rowStore(t, memory, "shop", "a")
		save(t, s, func(state *admin.State) { state.Settings = full() })
		row, err := memory.Get(t.Context(), "shop", "#admin")
		require.NoError(t, err)
		record, sealed := map[string]json.RawMessage{}, map[string]string{}
		require.NoError(t, json.Unmarshal(row.Body, &record))
		require.NoError(t, json.Unmarshal(record["sealed"], &sealed))
		change(record, sealed)
		record["sealed"], err = json.Marshal(sealed)
		require.NoError(t, err)
		row.Body, err = json.Marshal(record)
		require.NoError(t, err)
		require.NoError(t, memory.Put(t.Context(), row))
		_, err = s.Load(t.Context())
		return err
	}
	require.NoError(t, swap(t, func(map[string]json.RawMessage, map[string]string) {}))
	require.ErrorIs(t, swap(t, func(_ map[string]json.RawMessage, sealed map[string]string) {
		sealed["live.secret"], sealed["test.secret"] = sealed["test.secret"], sealed["live.secret"]
	}), vault.ErrSealed)
	require.ErrorIs(t, swap(t, func(_ map[string]json.RawMessage, sealed map[string]string) {
		sealed["live.webhook_secrets[1]"] = sealed["live.webhook_secrets[2]"]
	}), vault.ErrSealed)
	require.Error(t, swap(t, func(_ map[string]json.RawMessage, sealed map[string]string) {
		delete(sealed, "live.webhook_secrets[1]")
	}), "one of a list was taken away")

	memory := stripesecure.NewMemory()
	save(t, rowStore(t, memory, "shop", "a"), func(state *admin.State) { state.Settings = full() })
	row, err := memory.Get(t.Context(), "shop", "#admin")
	require.NoError(t, err)
	row.Shop, row.Version = "other", 0
	require.NoError(t, memory.Put(t.Context(), row))
	_, err = rowStore(t, memory, "other", "a").Load(t.Context())
	require.ErrorIs(t, err, vault.ErrSealed)
}

// The steps of a rotation, with readers at work all the time: none of them ever
// fails, and in the end the old key may go.
func TestRotationWithoutDowntime(t *testing.T) {
	memory := stripesecure.NewMemory()
	first := rowStore(t, memory, "shop", "a")
	save(t, first, func(state *admin.State) { state.Settings = full() })

	ctx, stop := context.WithCancel(t.Context())
	var reads, failed atomic.Int64
	var servers sync.WaitGroup
	serve := func(s *admin.RowStore) {
		servers.Go(func() {
			for ctx.Err() == nil {
				state, err := s.Load(t.Context())
				if err != nil || !state.Settings.Live.Equal(full().Live) {
					failed.Add(1)
				}
				reads.Add(1)
			}
		})
	}
	serve(rowStore(t, memory, "shop", "a", "b")) // step 1: everybody can open both
	serve(rowStore(t, memory, "shop", "b", "a")) // step 2: the new one seals
	second := rowStore(t, memory, "shop", "b", "a")
	for i := range 20 { // clerks go on working on servers of both kinds
		save(t, rowStore(t, memory, "shop", "a", "b"), func(state *admin.State) { state.Settings.SortOrder = i })
		_, err := second.Reseal(t.Context()) // step 3
		require.NoError(t, err)
	}
	for reads.Load() < 100 {
		runtime.Gosched()
	}
	stop()
	servers.Wait()
	assert.Zero(t, failed.Load(), "of %d reads", reads.Load())

	ids, err := second.KeyIDs(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"b": 5}, ids)
	again, err := second.Reseal(t.Context())
	require.NoError(t, err)
	assert.Zero(t, again, "nothing is left to do")
	state, err := rowStore(t, memory, "shop", "b").Load(t.Context()) // step 4
	require.NoError(t, err)
	assert.True(t, state.Settings.Live.Equal(full().Live))
	_, err = first.Load(t.Context())
	require.ErrorIs(t, err, vault.ErrUnknownKey)
}

// The log is never cut: old entries move to rows of their own, and come back in
// order, once each, also after a crash between the two writes.
func TestLogIsNeverCut(t *testing.T) {
	memory := &crashing{Memory: stripesecure.NewMemory()}
	s := rowStore(t, memory, "shop", "a")
	const all = 250
	for i := range all {
		if i%7 == 0 { // the second write is lost now and then
			memory.lose = "#admin"
			state, err := s.Load(t.Context())
			require.NoError(t, err)
			require.Error(t, s.Save(t.Context(), state, admin.Change{By: "lost"}))
		}
		save(t, s, func(state *admin.State) { state.Settings.SortOrder = i })
	}
	var got []admin.Change
	for before := int64(0); ; {
		page, err := s.Changes(t.Context(), before, 30)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		before = page[len(page)-1].Version
	}
	require.Len(t, got, all)
	for i, change := range got {
		require.Equal(t, int64(all-i), change.Version)
		require.Equal(t, "test", change.By)
	}
	row, err := memory.Get(t.Context(), "shop", "#admin")
	require.NoError(t, err)
	assert.Less(t, strings.Count(string(row.Body), `"by"`), 61, "the row does not grow for ever")
}

// crashing loses the next write to one row.
type crashing struct {
	*stripesecure.Memory

	lose string
}

func (c *crashing) Put(ctx context.Context, row stripesecure.Row) error {
	if row.Checkout == c.lose {
		c.lose = ""
		return context.DeadlineExceeded
	}
	return c.Memory.Put(ctx, row)
}

func TestRowStoreRefuses(t *testing.T) {
	_, err := admin.NewRowStore(admin.RowOptions{})
	require.Error(t, err)
	bad := settings.Default()
	bad.Capture = "later"
	_, err = admin.NewRowStore(admin.RowOptions{Store: stripesecure.NewMemory(), ShopID: "shop", Keys: ring(t, "a"), Default: bad})
	require.ErrorIs(t, err, settings.ErrInvalid)

	memory := stripesecure.NewMemory()
	for i, body := range []string{"no json", `{"format":2}`, `{"format":1,"settings":{"version":9}}`} {
		shop := "shop" + strconv.Itoa(i)
		require.NoError(t, memory.Put(t.Context(), stripesecure.Row{Shop: shop, Checkout: "#admin", Body: []byte(body)}))
		_, err := rowStore(t, memory, shop, "a").Load(t.Context())
		require.Error(t, err, body)
	}
}
