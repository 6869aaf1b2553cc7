package stripesecure_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

var keepRows = flag.String("keep-rows", "", "keep rows as this version stores them, under this name; done once for each release")

// stories are what a stored row may have been through, and where it stands.
var stories = map[string]struct {
	state stripesecure.State
	play  func(*bench)
}{
	"declined":     {stripesecure.StateOpen, func(b *bench) { b.pay(b.cart("cart-1"), declined) }},
	"needs_action": {stripesecure.StateNeedsAction, func(b *bench) { b.pay(b.cart("cart-1"), threeDS) }},
	"offered":      {stripesecure.StateHeld, func(b *bench) { b.pay(b.cart("cart-1"), visa) }},
	"held":         {stripesecure.StateHeld, func(b *bench) { b.held("cart-1") }},
	"unknown": {stripesecure.StateUnknown, func(b *bench) {
		b.stripe.Fail("POST /v1/payment_intents", stripetest.LoseAnswer).Always()
		b.pay(b.cart("cart-1"), visa)
	}},
	"refunded_in_part": {stripesecure.StateCaptured, func(b *bench) {
		p := b.captured("cart-1")
		_, err := b.plugin.Refund(b.Context(), p.ID, stripesecure.Refund{ID: "r-1", Amount: yen(200), Note: "傷あり"})
		require.NoError(b, err)
	}},
	"disputed": {stripesecure.StateCaptured, func(b *bench) {
		p := b.captured("cart-1")
		require.NoError(b, b.stripe.Dashboard().Dispute(p.Intent, "fraudulent"))
		b.sweeps(2 * time.Hour)
	}},
	"withdrawn": {stripesecure.StateOpen, func(b *bench) {
		p := b.held("cart-1")
		_, err := b.plugin.OrderRefused(b.Context(), p.ID, stripesecure.Refusal{Reason: stripesecure.Cancelled, Ref: p.Order.Ref})
		require.NoError(b, err)
	}},
}

// A row that an older version has stored is read by every later one, and does not
// lose anything on the way. testdata/rows has them by version.
func TestRows_ofEveryVersionAreRead(t *testing.T) {
	if *keepRows != "" {
		keep(t, *keepRows)
	}
	files, err := filepath.Glob("testdata/rows/*/*.json")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), len(stories))
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			with(t, nil, func(b *bench) {
				require.NoError(b, b.store.Put(b.Context(), stripesecure.Row{Shop: "shop", Checkout: "cart-1", Body: body}))
				current, err := b.plugin.Current(b.Context(), "cart-1")
				require.NoError(b, err)
				assert.Equal(b, stories[strings.TrimSuffix(filepath.Base(file), ".json")].state, current.State)
				require.NoError(b, b.plugin.RetryNews(b.Context(), current.ID)) // stores it again
				row, err := b.store.Get(b.Context(), "shop", "cart-1")
				require.NoError(b, err)
				assertKept(b, body, row.Body)
			})
		})
	}
}

// assertKept: everything that had a value still has one. What the host is told
// at once goes away.
func assertKept(b *bench, before, after []byte) {
	b.Helper()
	var old, now map[string]any
	require.NoError(b, json.Unmarshal(before, &old))
	require.NoError(b, json.Unmarshal(after, &now))
	for field := range old {
		if field != "untold" && field != "lease" && field != "tell_at" && field != "tell_fails" {
			assert.Contains(b, now, field)
		}
	}
	if attempts, ok := old["attempts"].([]any); ok {
		for i, a := range attempts {
			for field, value := range a.(map[string]any) {
				assert.Equal(b, value, now["attempts"].([]any)[i].(map[string]any)[field], field)
			}
		}
	}
}

func keep(t *testing.T, version string) {
	t.Helper()
	dir := filepath.Join("testdata", "rows", version)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for name, story := range stories {
		with(t, nil, func(b *bench) {
			story.play(b)
			row, err := b.store.Get(b.Context(), "shop", "cart-1")
			require.NoError(b, err)
			require.NoError(b, os.WriteFile(filepath.Join(dir, name+".json"), append(row.Body, '\n'), 0o644))
		})
	}
}
