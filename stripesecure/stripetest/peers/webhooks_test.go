package peers_test

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// Events signed by stripe-node's generateTestHeaderString are verified by our
// handler; those of another secret, another time or another body are refused:
// see node/webhooks.mjs.
func TestStripeNode_signsEvents(t *testing.T) {
	const older = "whsec_" + "anOlderSecretThatIsBeingRolled01"
	dir := installed(t)
	s := settings.Default()
	s.Test.WebhookSecrets = []settings.Secret{settings.NewSecret(stripetest.WebhookSecret), settings.NewSecret(older)}
	stripe := stripetest.New(stripetest.WithSeed(1))
	plugin, err := stripesecure.New(stripesecure.Options{
		BaseURL: "https://shop.example", ShopID: "shop", Host: noOrders{}, Store: stripesecure.NewMemory(), Settings: settings.Fixed(s),
		SigningKeys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Transport: stripe.Transport(),
	})
	require.NoError(t, err)
	shop := httptest.NewServer(plugin.Handler())
	defer shop.Close()

	script, err := node.ReadFile("node/webhooks.mjs")
	require.NoError(t, err)
	path := filepath.Join(dir, "webhooks.mjs")
	require.NoError(t, os.WriteFile(path, script, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	peer := exec.CommandContext(ctx, "node", "--test-reporter=tap", "--test-force-exit", path)
	peer.Env = append(os.Environ(), "SHOP_URL="+shop.URL+"/stripesecure/webhook", "SHOP_SECRETS="+stripetest.WebhookSecret+" "+older)
	out, err := peer.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, map[string]int64{"not_ours": 3, "refused": 10}, plugin.Webhooks().Answers)
	assert.Empty(t, stripe.Calls(), "another shop's payment")
}

// noOrders is a host that is not asked for anything.
type noOrders struct{}

func (noOrders) CloseOrderKey(context.Context, stripesecure.PaymentID) (stripesecure.Order, bool, error) {
	return stripesecure.Order{}, false, nil
}

func (noOrders) Changed(context.Context, stripesecure.Payment) error { return nil }
