package main

import (
	"bytes"
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunRefuses(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	dir := t.TempDir()
	free := []string{"-addr", "127.0.0.1:0", "-db", filepath.Join(dir, "shop.db")}
	sk, pk := "sk_"+"test_51secretsecret", "pk_"+"test_51publicpublic"
	tests := map[string]struct {
		args []string
		env  map[string]string
		code int
		says []string
	}{
		"unknown flag":     {[]string{"-port", "1"}, nil, 2, []string{"-port", "Usage"}},
		"argument":         {[]string{"now"}, nil, 2, []string{"no arguments", "Usage"}},
		"address":          {[]string{"-addr", "8080"}, nil, 2, []string{"-addr", "host:port"}},
		"port in use":      {[]string{"-addr", taken.Addr().String()}, nil, 1, []string{"cannot listen", "-addr"}},
		"unwritable":       {[]string{"-addr", "127.0.0.1:0", "-db", filepath.Join(dir, "no", "shop.db")}, nil, 1, []string{"cannot open the database", "-db"}},
		"one key":          {free, map[string]string{"STRIPE_SECRET_KEY": sk}, 1, []string{"STRIPE_PUBLISHABLE_KEY"}},
		"swapped":          {free, map[string]string{"STRIPE_SECRET_KEY": pk, "STRIPE_PUBLISHABLE_KEY": sk}, 1, []string{"STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"}},
		"live":             {free, map[string]string{"STRIPE_SECRET_KEY": "sk_" + "live_51secretsecret", "STRIPE_PUBLISHABLE_KEY": pk}, 1, []string{"STRIPE_SECRET_KEY", "test keys only"}},
		"only the webhook": {free, map[string]string{"STRIPE_WEBHOOK_SECRET": "whsec_secretsecretsecret"}, 1, []string{"STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), tt.args, func(key string) string { return tt.env[key] }, &out, &errs)
			if code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, part := range tt.says {
				if !strings.Contains(errs.String(), part) {
					t.Errorf("message does not say %q:\n%s", part, errs.String())
				}
			}
			if all := out.String() + errs.String(); strings.Contains(all, "secretsecret") || strings.Contains(all, "publicpublic") {
				t.Errorf("a key is printed:\n%s", all)
			}
		})
	}
}

// The shop opens, says where, and closes on Ctrl-C; real keys are accepted
// without a word about them.
func TestRunAndStop(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"own Stripe": {},
		"real keys": {"STRIPE_SECRET_KEY": "rk_" + "test_51secretsecret", "STRIPE_PUBLISHABLE_KEY": "pk_" + "test_51publicpublic",
			"STRIPE_WEBHOOK_SECRET": "whsec_secretsecretsecretsecret"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			out := &stopper{when: "Ctrl-C", stop: interrupt}
			var errs bytes.Buffer
			code := run(ctx, []string{"-reset", "-addr", "127.0.0.1:0", "-db", filepath.Join(t.TempDir(), "shop.db")},
				func(key string) string { return env[key] }, out, &errs)
			if code != 0 || errs.Len() > 0 {
				t.Errorf("exit code %d: %s", code, errs.String())
			}
			for _, part := range []string{"http://127.0.0.1:", "4242 4242 4242 4242", "テストカード", "Test cards"} {
				if !strings.Contains(out.text.String(), part) {
					t.Errorf("does not say %q:\n%s", part, out.text.String())
				}
			}
			if strings.Contains(out.text.String(), "secretsecret") {
				t.Error("a key is printed")
			}
		})
	}
}

// stopper presses Ctrl-C when it reads a word.
type stopper struct {
	text bytes.Buffer
	when string
	stop func()
}

func (s *stopper) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.when) {
		s.stop()
	}
	return s.text.Write(p)
}
