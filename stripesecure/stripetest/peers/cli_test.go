package peers_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// triggers are the events that "stripe trigger" makes of objects that stripetest
// has, and why it cannot make the others.
var triggers = []struct{ event, cannot string }{
	{"charge.captured", ""},
	{"charge.dispute.closed", ""},
	{"charge.dispute.created", ""},
	{"charge.dispute.updated", ""},
	{"charge.failed", ""},
	{"charge.refund.updated", ""},
	{"charge.refunded", ""},
	{"charge.succeeded", ""},
	{"customer.created", ""},
	{"customer.deleted", ""},
	{"customer.updated", ""},
	{"payment_intent.amount_capturable_updated", ""},
	{"payment_intent.canceled", ""},
	{"payment_intent.created", ""},
	{"payment_intent.payment_failed", ""},
	{"payment_intent.requires_action", ""},
	{"payment_intent.succeeded", ""},
	{"payment_method.attached", ""},
	{"payment_method.detached", ""},
	{"setup_intent.canceled", ""},
	{"setup_intent.created", ""},
	{"setup_intent.setup_failed", ""},
	{"setup_intent.succeeded", ""},

	// The program's fixture is for an account of an API version before 2023-08-16;
	// since then a SetupIntent with automatic payment methods wants an address.
	{"payment_method.updated", "return_url"},
	{"setup_intent.requires_action", "return_url"},
	{"payment_intent.partially_funded", "payment_method_options[customer_balance]"}, // a bank transfer; cards only
	{"payment_intent.processing", "sepa_debit"},                                     // a direct debit; cards only
}

// "stripe trigger" of the Stripe CLI makes its events at stripetest.
func TestStripeTrigger(t *testing.T) {
	dir := installed(t)
	s := stripetest.New(stripetest.WithSeed(1))
	url, stop, err := s.Start()
	require.NoError(t, err)
	defer stop()
	home := t.TempDir() // where the program keeps its settings
	for _, trigger := range triggers {
		t.Run(trigger.event, func(t *testing.T) {
			s.ForgetCalls()
			before := len(s.Events(trigger.event))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cli := exec.CommandContext(ctx, filepath.Join(dir, "node_modules", ".bin", "stripe"),
				"trigger", trigger.event, "--api-base", url, "--api-key", stripetest.TestSecretKey)
			cli.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home,
				"STRIPE_CLI_TELEMETRY_OPTOUT=1") // its last words are sent while it ends, and it may panic over that
			out, err := cli.CombinedOutput()
			made := len(s.Events(trigger.event)) - before
			if trigger.cannot != "" {
				assert.Zero(t, made)
				assert.Contains(t, string(out), trigger.cannot)
				return
			}
			if !assert.NoError(t, err, "%s", out) || !assert.Positive(t, made, "%s", out) {
				for _, call := range s.Calls() {
					t.Logf("%s %v: %d %s", call, call.Form, call.Status, call.Answer)
				}
			}
		})
	}
}
