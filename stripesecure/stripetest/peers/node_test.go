package peers_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// Stripe's client for Node.js, release 16.12.0, does with stripetest what it does
// with Stripe: see node/peer.mjs.
func TestStripeNode(t *testing.T) {
	dir := installed(t)
	s := stripetest.New(stripetest.WithSeed(1))
	s.Strict(t)
	url, stop, err := s.Start()
	require.NoError(t, err)
	defer stop()
	s.SetBaseURL(url)
	t.Cleanup(s.StartWebhooks())

	// A module is looked for beside the script that imports it.
	script, err := node.ReadFile("node/peer.mjs")
	require.NoError(t, err)
	path := filepath.Join(dir, "peer.mjs")
	require.NoError(t, os.WriteFile(path, script, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	peer := exec.CommandContext(ctx, "node", "--test-reporter=tap", "--test-force-exit", path)
	peer.Env = append(os.Environ(), "STRIPETEST_URL="+url, "STRIPETEST_KEY="+stripetest.TestSecretKey)
	out, err := peer.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
}
